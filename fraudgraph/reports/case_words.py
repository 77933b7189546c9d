"""The sentences of a case, as the page, the Markdown and the JSON all say them."""

from __future__ import annotations

from typing import Any

from fraudgraph import masking
from fraudgraph.reports import explain, kinds, words
from fraudgraph.reports.case import Case, Source
from fraudgraph.reports.case_timeline import burst

HOURS = 72
"""Of a burst: a convention of the trade."""

ENDED = "It is not over the line any more; this is what it was when it last was."

PLAIN = "Values are shown plain in this file: keep it, and destroy it, as the purpose that the store's log has of it says."

NOTE = "A verdict is a suspicion to verify, never proof: families, flatmates and colleagues share things too."

ROLES = {"own": "own", "contact1": "as first contact", "contact2": "as second contact"}


def headline(case: Case) -> str:
    """Return the first line: what was found."""
    return case.dossier.title[:1].upper() + case.dossier.title[1:]


def paragraphs(case: Case) -> list[str]:
    """Return the case in a few sentences: why it is called a gang, then what else there is to know."""
    first = [case.gang.became] if case.gang.became else []
    first += [ENDED] if case.ended else []
    first += [PLAIN] if masking.is_revealed() else []
    more = [sentence for sentence in (_burst(case), _held(case), _tied(case), decision(case)) if sentence]
    return [" ".join([*first, *case.dossier.why]), " ".join(more)]


def _burst(case: Case) -> str:
    most, total = burst(case, HOURS), case.applications.height
    if total < 3 or most < 0.5 * total:
        return ""
    return f"{'All' if most == total else f'{most:,} of the'} {total:,} applications came within {HOURS} hours."


def _held(case: Case) -> str:
    group = case.dossier.group
    most: dict[str, int] = {}
    for shared in group.shared:
        most.setdefault(" ".join(part for part in (shared.word, shared.value) if part), len(shared.members))
    named = [f"{what} ({people:,})" for what, people in list(most.items())[:3]]
    named += [f"{word} given by a relations file ({people:,})" for word, people in group.given[: 3 - len(named)]]
    return f"What most of them share: {words.listed(named)}." if named else ""


def _tied(case: Case) -> str:
    ties = case.dossier.ties
    if ties.is_empty():
        return "No tie between two of its people is open on this night."
    best = ties["probability"][0]
    if ties.height == 1:
        return f"One tie holds between them; by its kind the two act together with a probability of {best:.2f}."
    return f"{words.plural(ties.height, 'tie')} hold between them; the strongest two act together with a probability of {best:.2f}."


def decision(case: Case) -> str:
    """Return what was decided last, and whether that was about other people."""
    labels = case.labels
    if labels.is_empty():
        return "Nobody has decided on it yet."
    last = labels.row(labels.height - 1, named=True)
    when = words.day(case.local(last["at"]))
    since = case.row["since_label"]
    came = f"; {words.plural(since, 'person has', 'people have')} come or gone since" if since else ""
    return f"{words.show(last['who'], 100)} called it {last['event']} on {when}{came}."


def verdict(case: Case) -> list[tuple[str, str]]:
    """Return what the verdict compares: (what, figure)."""
    row = case.row
    known = case.dossier.group.known
    found = [
        ("grade", row["grade"] or "none"),
        ("people", f"{row['members']:,}, intents known of {known:,}"),
        ("mean intent", f"{words.intent(row['mean_intent'])}; threshold T = {words.intent(row['threshold'])}"),
        ("chance of such a mean", f"{words.chance(row['p_value'])} (limit: {words.chance(row['p_cut'])})"),
        ("status", row["status"] + (f", alert: {row['alert']}" if row["alert"] else "")),
        ("decision", row["decision"]),
    ]
    return [("verdict", ENDED), *found] if case.ended else found


def learned(case: Case) -> str:
    """Return what the calibration rests on."""
    name, meaning = explain.case_words(case.learned)
    return f"{name}. {meaning}" if meaning else name


def source(case: Case, one: Source) -> str:
    """Return one application that names a value: ``A01, own, 3 January 2026``."""
    return f"{words.show(one.application_id, 40)}, {role(one.role)}, {words.day(case.local(one.used_at))}"


def role(name: str) -> str:
    """Return a role in words; that of a run's bucket says nothing."""
    return ROLES.get(name, "own")


def between(weakest: float, strongest: float) -> str:
    """Return a range of probabilities, one figure where both ends read alike."""
    low, high = f"{weakest:.2f}", f"{strongest:.2f}"
    return low if low == high else f"{low}–{high}"


def pairs(evidence: float) -> str:
    """Return what a class was measured on."""
    return words.plural(round(evidence), "pair")


def event(row: dict[str, Any]) -> str:
    """Return what a night did to a gang, with the other gangs that it was about."""
    others = words.listed([words.show(gang, 40) for gang in (row["from_ids"] or "").split(";") if gang])
    return f"{row['event']} ({others})" if others else str(row["event"])


def given(kind: str) -> str:
    """Return the word of a kind of identifier or relation."""
    return kinds.kind_of(kind).word


def figures(case: Case) -> list[tuple[str, str, str]]:
    """Return the key figures: (figure, what it counts, a remark)."""
    row: dict[str, Any] = case.row
    asked = row["amount"]
    return [
        (words.count(row["members"]), "people", f"intents known of {case.dossier.group.known:,}"),
        (words.count(row["applications"]), "applications", words.days(case.dossier.group.first, case.dossier.group.last)),
        (words.intent(row["mean_intent"]), "mean fraud intent", f"threshold T = {words.intent(row['threshold'])}"),
        (words.count(case.dossier.ties.height), "ties between them", f"{words.plural(len(case.evidence), 'shared value')}"),
        (words.amount(asked), "asked for in all", "in the book’s currency"),
    ]
