"""What a stored night says of its people, kept at hand: the answer to an application that is stored, and the ledger that others are led on
from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fraudgraph import ledger
from fraudgraph.stores.port import Reader

SAID = ("community_id", "gang_id", "grade", "mean_intent", "members", "reasons")
COLUMNS = ("application_id", "person_id", "community_id", "gang_id", "grade", "intent", "mean_intent", "members", "reasons", "flagged")
"""Of an answer: as in flags.csv, and whether it is flagged."""


def answers_of(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return rows (application_id, person_id, intent and `SAID`) as answers; what is not known is None."""
    texts = [name for name in ("community_id", "gang_id", "grade", "reasons") if name in rows.columns]
    empty = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts]
    return rows.with_columns(empty).with_columns(flagged=pl.col("gang_id").is_not_null()).select(COLUMNS).to_dicts()


@dataclass(frozen=True)
class Standing:
    """A night's word on everybody."""

    communities: pl.DataFrame
    verdicts: pl.DataFrame
    gangs: pl.DataFrame
    events: pl.DataFrame
    past: pl.DataFrame
    """`ledger.PAST`."""
    current: pl.DataFrame
    """`ledger.CURRENT` of the communities that are gangs or have people of one."""
    said: pl.DataFrame
    """person_id and `SAID` of everybody of whom anything is said."""

    @classmethod
    def of(cls, reader: Reader, book: pl.DataFrame) -> Standing:
        """Read it; ``book``: application_id, applied_at, amount, person_id of all applications."""
        communities, verdicts = reader.table("communities"), reader.table("verdicts")
        gangs, members = reader.table("gangs"), reader.table("gang_members")
        past = members.join(book, on="person_id").select(list(ledger.PAST.columns))
        inside = communities.join(book, on="person_id")
        kept = pl.concat(
            [
                inside.join(past, on="application_id", how="semi")["community_id"],
                verdicts.filter("flagged")["community_id"],
            ]
        ).unique()
        current = ledger.CURRENT.check(inside.filter(pl.col("community_id").is_in(kept.implode())).select(list(ledger.CURRENT.columns)))
        live = gangs.filter(pl.col("community_id") != "").select("gang_id", "grade")
        said = (
            communities.join(verdicts.select("community_id", "mean_intent", "members"), on="community_id", how="left")
            .join(members.join(live, on="gang_id"), on="person_id", how="full", coalesce=True)
            .join(reader.table("reasons"), on="person_id", how="full", coalesce=True)
        )
        said = said.unique("person_id", keep="any").select("person_id", *SAID)
        return cls(communities, verdicts, gangs, reader.events().drop("night"), past, current, said)

    def of_applications(self, rows: pl.DataFrame) -> list[dict[str, Any]]:
        """Return the answers to stored applications: ``rows`` have application_id, person_id, intent."""
        return answers_of(rows.join(self.said, on="person_id", how="left", maintain_order="left"))

    def followed(self, touched: pl.Series, verdicts: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
        """Return GANGS where the communities of the ``touched`` people (person_id) are judged anew: ``verdicts`` and ``current`` are those
        that they are in now."""
        gone = self.communities.filter(pl.col("person_id").is_in(touched.implode())).select("community_id").unique()
        same = self.verdicts.join(gone, on="community_id", how="anti")
        rest = self.current.join(gone, on="community_id", how="anti")
        said = pl.concat([same, verdicts.select(same.columns)])
        return ledger.follow(self.gangs, self.past, self.events, said, pl.concat([rest, current.select(rest.columns)])).gangs
