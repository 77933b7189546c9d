"""The page's sentences: what was found, how a group is called a gang, and which case of learning this run was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraudgraph.evidence.reasons import REASON_CODES
from fraudgraph.reports import words
from fraudgraph.reports.groups import Group

LEARNED, PRIOR, NO_TRANSMISSION, NO_INTENTS = "learned", "prior", "no transmission", "no intents"

QUIET = frozenset({NO_TRANSMISSION, NO_INTENTS})
"""Cases in which nobody can be flagged, so there is no T and no chance limit to speak of."""

CASES = {
    LEARNED: (
        "Learned from this book",
        "The book is large enough to measure, for each kind of tie, how alike tied applicants are in fraud intent. "
        "Ties, the threshold T and the chance limit all come from that measurement and are frozen under a version.",
    ),
    PRIOR: (
        "Shipped starting values",
        "The book is too small to measure what its ties are worth, so the shipped starting values and a plain threshold T from the "
        "settings carried this run. Read the groups as good leads rather than as measured findings.",
    ),
    NO_TRANSMISSION: (
        "No transmission found",
        "The book is large enough to measure, and no kind of tie made applicants more alike in fraud intent than chance does. "
        "There is nothing to tell a gang from people who merely share things, so nobody is flagged.",
    ),
    NO_INTENTS: (
        "No intents in this book",
        "No column of the book gives a fraud intent, and without one there is no mean to compare with a threshold. "
        "Nobody is flagged; groups are listed by how strong their ties are, as a queue for a person to look at.",
    ),
}
"""Case -> its name on the page and what it means. Any other case that a store names is shown by its own name."""

GATES = {
    "TOO_FEW_MEMBERS": "had too few members",
    "NOT_SIGNIFICANT": "could have come about by chance",
    "TOO_FEW_KNOWN": "had too few members whose intent is known",
}
"""What stopped a community over T, in words; codes of the closed table."""


def case_of(summary: Mapping[str, Any]) -> str:
    """Return which case of learning the summary names; empty where it says nothing."""
    calibration = summary.get("calibration")
    found = calibration.get("case") if isinstance(calibration, Mapping) else None
    return str(found).replace("_", " ") if found else ""


def case_words(case: str) -> tuple[str, str]:
    """Return the case's name and its explanation."""
    return CASES.get(case, (words.show(case), ""))


def headline(applications: int, span: str, flagged: int, gangs: int, case: str, groups: int) -> tuple[str, str]:
    """Return the page's first sentence, and a second one beneath it."""
    if not applications:
        return "The book is still empty.", "There are no applications to look at yet."
    of = f"{applications:,} {'application' if applications == 1 else 'applications'} from {span}"
    if gangs:
        belong = "belongs" if flagged == 1 else "belong"
        return f"Of {of}, {flagged:,} {belong} to {words.plural(gangs, 'suspected gang')}.", ""
    if case == NO_INTENTS:
        queue = f"{words.plural(groups, 'group')} of tied applicants {'waits' if groups == 1 else 'wait'} for a look"
        return f"{queue}; nobody is flagged.", f"The {of} carry no fraud intent, so no group can be called a gang."
    if case == NO_TRANSMISSION:
        return f"No suspected gang among {of}.", "Nobody is flagged because no kind of tie passes on fraud intent in this book."
    return f"No suspected gang among {of}.", (
        "Nobody is flagged because no group of tied applicants has a mean fraud intent that is both above the threshold and "
        "rarer than chance."
    )


def title(group: Group) -> str:
    """Return a card's title: how many people, and around what."""
    people = words.plural(len(group.members), "person", "people")
    if group.shared and group.shared[0].value and len(group.shared[0].members) == len(group.members):
        return f"{people} around one {group.shared[0].word}"
    kinds = list(dict.fromkeys([shared.word for shared in group.shared[:6]] + [word for word, _ in group.given]))[:3]
    return f"{people} tied by {words.listed(kinds)}" if kinds else people


def why(group: Group, flagged: bool) -> list[str]:
    """Return the sentences that say why ``group`` is called a gang, or where it stands in the queue."""
    people = words.plural(len(group.members), "person", "people")
    made = f"{people} made {words.plural(group.applications, 'application')}, {words.days(group.first, group.last)}"
    made += f", for {words.amount(group.amount)} in all." if group.amount else "."
    said = [made]
    if flagged and group.mean_intent is not None and group.threshold is not None:
        place = "above" if group.mean_intent > group.threshold else "which other rules than the mean weigh against"
        sentence = f"Their mean fraud intent is {group.mean_intent:.2f}, {place} the threshold T = {group.threshold:.2f}."
        if group.known < len(group.members):
            sentence = f"The intents of {group.known} of them are known. " + sentence.replace("Their", "The")
        said.append(sentence)
        if group.p_value is not None:
            limit = f" (limit: {words.chance(group.p_cut)})" if group.p_cut is not None and group.p_cut < 1 else ""
            said.append(f"So high a mean among as many random applicants: {words.chance(group.p_value)}{limit}.")
    elif not flagged and group.score is not None:
        said.append(f"Their ties add up to {group.score:,.1f}, the sum of the probabilities that two tied people act together.")
    top = group.channels[0] if group.channels else None
    if top and group.applications >= 3 and top[1] >= 0.6 * group.applications:
        said.append(f"{top[1]} of the {group.applications} applications came through the channel “{top[0]}”.")
    return said


def reasons(group: Group) -> list[tuple[str, str, str]]:
    """Return (words, ``5 of 6``, whole sentence) for each reason code of the group's people."""
    total = len(group.members)
    return [(REASON_CODES[code].short, f"{people} of {total}", REASON_CODES[code].sentence) for code, people in group.reasons]


def stopped(counts: Mapping[str, int]) -> str:
    """Return the sentence on communities over T that another gate stopped; empty where there are none."""
    found = [(GATES.get(gate, words.show(gate)), count) for gate, count in sorted(counts.items()) if count]
    if not found:
        return ""
    total = sum(count for _, count in found)
    groups = f"{words.plural(total, 'more group')} had a mean above T but"
    if len(found) == 1:
        return f"{groups} {found[0][0]}."
    return f"{groups} {'was' if total == 1 else 'were'} not called a gang: {words.listed([f'{count:,} {why}' for why, count in found])}."
