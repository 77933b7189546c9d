"""Why an application was flagged, or not: its person, its community, the line it was held against, and what would move it over."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from fraudgraph import model
from fraudgraph.calibration import Calibration
from fraudgraph.errors import UsageError
from fraudgraph.evidence.reasons import REASON_CODES
from fraudgraph.investigation import weighing, wording
from fraudgraph.investigation.answer import Answer, Part
from fraudgraph.investigation.nearest import nearest_change
from fraudgraph.investigation.people import people
from fraudgraph.investigation.region import Region, neighbours
from fraudgraph.investigation.showing import tied
from fraudgraph.investigation.things import Thing, What, people_of
from fraudgraph.judging import line
from fraudgraph.reports import words
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

VERDICT = ("members", "voters", "mean_intent", "threshold", "p_value", "p_cut", "grade", "stopped_by")
"""What is told of a verdict."""

CONFIRMED = model.Table(
    "confirmed",
    {
        "application_id": (pl.String, ""),
        "applied_at": (model.TIME, ""),
        "how": (pl.String, "the rule that joined it to its person"),
        "rule": (pl.String, "the rule in words"),
    },
)

DECIDED = model.Table(
    "decided",
    {
        "condition": (pl.String, "what a gang must be"),
        "here": (pl.String, "what the community is"),
        "met": (pl.Boolean, "null where it was not asked"),
    },
)


def why(reader: Reader, thing: Thing, calibration: Calibration, settings: Settings, version: str = "") -> Answer:
    """Return why the person of an application (or a person) is flagged in the reader's night, or why not.

    ``version``: the calibration's, computed where it is empty. Raises UsageError for other things.
    """
    if thing.what not in (What.APPLICATION, What.PERSON):
        raise UsageError(f"this is the id of another thing ({thing.what}): name an application or a person, or two of them")
    (person_id,) = people_of(reader, thing)
    about = people(reader, [person_id])
    row = about.row(0, named=True)
    verdict = reader.table("verdicts", where={"community_id": [row["community_id"]]}) if row["community_id"] else model.VERDICTS.empty()
    flagged = bool(verdict.height and verdict["flagged"].item())
    facts: dict[str, Any] = {"what": thing.what.value, "id": thing.id, **row, "flagged": flagged}
    facts["judged_by"] = _judged_by(reader, version or calibration.version)
    said = [_headline(row, verdict, flagged, calibration)]
    said += [reason.sentence for reason in _reasons(reader, person_id)]
    parts = [Part("person", "Its person, and what confirmed it", _confirmed(reader, person_id))]
    if verdict.height:
        found = verdict.row(0, named=True)
        facts |= {name: found[name] for name in VERDICT}
        parts.append(Part("conditions", "What a gang must be, and what its community is", _decided(found, calibration, settings)))
        changes = nearest_change(reader, row["community_id"], calibration, settings)
    else:
        changes = _alone(reader, person_id, calibration, settings)
    facts["nearest_change"] = changes[0] if changes else ""
    said += changes
    conflicts = _conflicts(reader, person_id)
    if conflicts.height:
        parts.append(Part("conflicts", "Applications that might be the same person's, but were kept apart", conflicts))
    parts.append(Part("ties", "Tied to, the strongest first", tied(reader, person_id)))
    return Answer(facts, tuple(said), tuple(parts))


def _judged_by(reader: Reader, version: str) -> str:
    ruleset = reader.ruleset()
    return f"calibration {version}, rules {ruleset.name if ruleset else '-'}"


def _headline(row: dict[str, Any], verdict: pl.DataFrame, flagged: bool, calibration: Calibration) -> str:
    if flagged:
        return f"Flagged: the person is in the gang {row['gang_id']}."
    if not verdict.height:
        return "Not flagged: the person is tied to nobody."
    if not calibration.flags:
        return f"Not flagged. {calibration.sentence}"
    return f"Not flagged: the community {row['community_id']} is no gang."


def _reasons(reader: Reader, person_id: str) -> list[Any]:
    found = reader.table("reasons", where={"person_id": [person_id]})["reasons"]
    codes = str(found.item()).split(";") if len(found) else ["NO_TIE"]
    return [REASON_CODES[code] for code in codes if code in REASON_CODES]


def _confirmed(reader: Reader, person_id: str) -> pl.DataFrame:
    membership = reader.table("membership", where={"person_id": [person_id]})
    where = {"application_id": membership["application_id"].to_list()}
    times = reader.table("applications", columns=["application_id", "applied_at"], where=where)
    table = times.join(membership, on="application_id", how="left", maintain_order="left")
    return CONFIRMED.check(table.with_columns(pl.Series("rule", [wording.rule(how) for how in table["how"]], dtype=pl.String)))


def _conflicts(reader: Reader, person_id: str) -> pl.DataFrame:
    mine = reader.table("membership", columns=["application_id"], where={"person_id": [person_id]})["application_id"].to_list()
    parts = [reader.table("conflicts", where={column: mine}) for column in ("application_a", "application_b")]
    found = pl.concat(parts).unique(maintain_order=True)
    return found.with_columns(pl.Series("rule", [wording.rule(how) for how in found["rule"]], dtype=pl.String))


def _decided(found: dict[str, Any], calibration: Calibration, settings: Settings) -> pl.DataFrame:
    """Return DECIDED of a row of VERDICTS."""
    limit = line(calibration, settings)
    known = settings.number("verdicts.min_known")
    rule = settings.text("verdicts.rule")
    mean = found["mean_intent"]
    over = {
        "mean": f"a mean intent over T = {limit.threshold:.3f}",
        "share": f"over {settings.number('verdicts.share'):.0%} of the known intents above {settings.number('verdicts.share_above'):.2f}",
        "lower_bound": f"a lower confidence bound of the mean over T = {limit.threshold:.3f}",
    }[rule]
    is_over = bool(found["flagged"] or found["stopped_by"])
    rows = [(over, "unknown" if mean is None else f"a mean of {mean:.3f}", is_over if calibration.flags else None)]
    least = settings.integer("verdicts.min_members")
    members = words.plural(found["members"], "person", "people")
    rows.append((f"{words.plural(least, 'person', 'people')} at least", members, found["members"] >= least))
    needed = max(2, int(np.ceil(found["members"] * known)))
    rows.append((f"the intents of {needed} of them known at least", f"{found['voters']} known", found["voters"] >= needed))
    if settings.flag("verdicts.significance"):
        chance = f"so high a mean in at most {words.chance(found['p_cut'])} of as many random people"
        rows.append((chance, words.chance(found["p_value"]), found["p_value"] <= found["p_cut"]))
    return pl.DataFrame(rows, schema=DECIDED.schema, orient="row")


def _alone(reader: Reader, person_id: str, calibration: Calibration, settings: Settings) -> list[str]:
    """Return what would have to change for somebody who is tied to nobody."""
    region = Region(reader, calibration, settings)
    region.grow([person_id])
    if not neighbours(region.pairs, [person_id]):
        return ["Nobody is near them: nothing that they share with anybody passes on fraud intent. A tie would have to come."]
    opinion = region.ball([person_id])
    scored = opinion.scored
    (mine,) = opinion.numbers([person_id])
    at = np.flatnonzero((scored.facts.a == mine) | (scored.facts.b == mine))
    if not len(at):
        return [f"None of their pairs has a probability of {settings.number('graph.drop'):.2f}, and such pairs are dropped for good."]
    best = int(at[np.argmax(scored.probability[at])])
    ids = opinion.ids
    other = ids[int(scored.facts.b[best] if scored.facts.a[best] == mine else scored.facts.a[best])]
    return [
        f"Their strongest pair is with {other}, of a probability of {scored.probability[best]:.2f} (`fraudgraph why {person_id} {other}`).",
        weighing.untied(scored, best, calibration.tables, settings),
    ]
