"""What the gangs of a night share, from their members' values alone: the same as `evidence.shared` finds in a whole book."""

from __future__ import annotations

import polars as pl

from fraudgraph.evidence.shared import MOST_EVIDENCE
from fraudgraph.model import EVIDENCE
from fraudgraph.night import hubs
from fraudgraph.night.known import Known, melt, texts_of
from fraudgraph.night.near import Renewed, always
from fraudgraph.night.uses import counted, kinds, unranked
from fraudgraph.settings import Settings
from fraudgraph.stores.numbers import PLACE


def renewed_evidence(
    known: Known,
    renewed: Renewed,
    stored: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    members: pl.DataFrame,
    gangs: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    """Return EVIDENCE of the gangs that have a community, found again for those of which it may be other than it was.

    ``stored``: EVIDENCE, GANG_MEMBERS and GANGS of the night before; ``members``, ``gangs``: GANG_MEMBERS and GANGS after the night. A gang
    with the same people has other evidence only where somebody came to a value of it that is listed - one that is not listed had at least
    as many others, and has more now - or where uses go, or come before others', on a value that one of its people has."""
    evidence, were, before = stored
    live, alive = (table.filter(pl.col("community_id") != "").select("gang_id") for table in (gangs, before))
    scene = renewed.scene
    value = known.numbers.of_keys(evidence["key"], evidence["kind"]).alias("value")
    touched = evidence.with_columns(value).join(scene.touched, on="value", how="semi")
    moved = [were.join(members, on=members.columns, how="anti"), members.join(were, on=members.columns, how="anti")]
    number = members.with_columns(known.numbers.of(members["person_id"]).alias("person"))
    with_other = scene.uses.join(scene.anew, on="value", how="semi").select("person")
    theirs = number.join(pl.concat([scene.others, with_other]).unique(), on="person", how="semi")
    again = pl.concat([part.select("gang_id") for part in (*moved, touched, theirs, live.join(alive, on="gang_id", how="anti"))]).unique()
    same = evidence.join(live, on="gang_id", how="semi").join(again, on="gang_id", how="anti")
    listed = evidence.select("kind", "key").with_columns(value).unique("value")
    found = gang_evidence(known, renewed, members, gangs.join(again, on="gang_id", how="semi"), settings, listed)
    return EVIDENCE.check(pl.concat([same, found.select(same.columns)]))


def gang_evidence(
    known: Known, renewed: Renewed, members: pl.DataFrame, gangs: pl.DataFrame, settings: Settings, listed: pl.DataFrame
) -> pl.DataFrame:
    """Return EVIDENCE of the gangs that have a community; ``members``: GANG_MEMBERS after the night; ``listed``: value, kind, key of some
    values whose texts are known."""
    scene = renewed.scene
    live = members.join(gangs.filter(pl.col("community_id") != ""), on="gang_id", how="semi")
    if not len(live):
        return EVIDENCE.empty()
    live = live.with_columns(known.numbers.of(live["person_id"]).alias("person")).select("gang_id", "person_id", "person")
    stored = known.numbers.records(live["person"].unique()).join(scene.others, on="person", how="anti")
    theirs = melt(pl.concat([stored, scene.come.join(live, on="person", how="semi")], how="diagonal"))
    theirs = theirs.filter(~hubs.are_busy(theirs, known.crowds(theirs["value"]), settings))
    pairs = theirs.join(live, on="person").select("value", "gang_id", "person").unique()
    wanted = pairs.group_by("value", "gang_id").len().filter(pl.col("len") >= 2).select("value").unique()
    theirs = theirs.join(wanted, on="value", how="semi")
    uses = known.numbers.uses(always(kinds(theirs))).join(scene.others, on="person", how="anti")
    uses = pl.concat([uses, melt(scene.come).join(wanted, on="value", how="semi")])
    crowd = counted(uses, uses["value"].unique(), uses["person"].unique(), unranked(uses), settings)
    held = uses.filter(pl.Series(~crowd.hub)).select("value", "person").unique()
    people = held.group_by("value").len("people")
    inside = held.join(live, on="person").group_by("gang_id", "value").agg(pl.len().alias("members")).filter(pl.col("members") >= 2)
    table = inside.join(people, on="value").with_columns((pl.col("people") - pl.col("members")).alias("others"))
    table = _foremost(table.with_columns(pl.col("members", "others").cast(pl.Int64)))
    theirs = theirs.join(table, on="value", how="semi")
    table = table.join(_texts(known, renewed, theirs, live.select("person", "person_id").unique(), listed), on="value")
    table = table.sort("gang_id", "members", "others", "kind", "key", descending=[False, True, False, False, False])
    return EVIDENCE.check(table.group_by("gang_id", maintain_order=True).head(MOST_EVIDENCE).select(list(EVIDENCE.columns)))


def _foremost(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of each gang that may be among the first `MOST_EVIDENCE` by members and others: their texts decide among equals."""
    order = table.sort("gang_id", "members", "others", descending=[False, True, False])
    last = order.group_by("gang_id", maintain_order=True).head(MOST_EVIDENCE).group_by("gang_id").last()
    both = table.join(last.select("gang_id", least="members", most="others"), on="gang_id")
    more, equal = pl.col("members") > pl.col("least"), pl.col("members") == pl.col("least")
    return both.filter(more | (equal & (pl.col("others") <= pl.col("most")))).select(table.columns)


def _texts(known: Known, renewed: Renewed, uses: pl.DataFrame, names: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Return value, kind, key of the values of ``uses``; ``names``: person, person_id of their people."""
    found = renewed.scene.texts(uses["value"])
    found = pl.concat([found, listed.join(uses, on="value", how="semi").select(found.columns)]).unique("value")
    missing = uses.join(found, on="value", how="anti").unique("value", keep="any")
    if not len(missing):
        return found
    slots = [name for name, place in PLACE.items() if place in missing["slot"]]
    people = names.join(missing, on="person", how="semi")["person_id"]
    others = texts_of(known.records(people, slots), known.numbers)
    return pl.concat([found, others.join(missing, on="value", how="semi")])
