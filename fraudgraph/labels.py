"""What analysts decide about gangs: which gang is meant, and the decision written down. Never overwritten, only added to.

A gang may be called by any id that it, or a gang which it absorbed, ever had: former ids lead to the gang of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from fraudgraph import audit, ledger
from fraudgraph.errors import UsageError
from fraudgraph.model import LABELS
from fraudgraph.stores.port import Reader, Store

CHOICES = ("confirmed", "suspicious", "dismissed")
"""What can be decided."""

LONGEST_REASON, LONGEST_NAME = 2000, 100
"""Characters."""

NEAR, NEAR_SCORE = 3, 60.0
"""How many ids are named where there is no such gang, and how alike (0-100) they must be to what was typed."""


@dataclass(frozen=True)
class Gang:
    """Which gang was meant."""

    gang_id: str
    """Of today."""
    named: str
    """As it was called; another id where that is a former one."""
    aliases: tuple[str, ...]
    """All its former ids, sorted."""

    @property
    def became(self) -> str:
        """A sentence where it was called by a former id, else empty."""
        return "" if self.named == self.gang_id else f"{self.named} is part of {self.gang_id} now."


def find(reader: Reader, name: str) -> Gang:
    """Return the gang that ``name`` is an id of, or was; raise UsageError, naming ids that are near, where there is none."""
    known = set(reader.table("gangs", columns=["gang_id"])["gang_id"])
    former = ledger.aliases(reader.events())
    today = dict(former.iter_rows())
    name = _clean(name)
    gang_id = name if name in known else today.get(name, "")
    if gang_id not in known:
        raise UsageError(_unknown(name, sorted(known | today.keys())))
    return Gang(gang_id, name, tuple(alias for alias, gang in today.items() if gang == gang_id))


def give(store: Store, name: str, decision: str, reason: str, who: str, at: datetime) -> tuple[Gang, pl.DataFrame]:
    """Label the gang that ``name`` means as one of CHOICES; return the gang and the row of LABELS that was added.

    ``at``: now, with a zone. Raises UsageError for an unknown gang, or a decision, a reason or a name that cannot be kept.
    """
    reason, who = _clean(reason), _clean(who)
    if decision not in CHOICES:
        raise UsageError(f"a gang is {', '.join(CHOICES[:-1])} or {CHOICES[-1]}, not {decision!r}")
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise UsageError(f"a label needs its reason, in at most {LONGEST_REASON:,} characters: give it with --reason")
    if not 1 <= len(who) <= LONGEST_NAME:
        raise UsageError(f"a label needs a name of at most {LONGEST_NAME} characters: give it with --who or FRAUDGRAPH_USER")
    with store.snapshot() as reader:
        gang = find(reader, name)
        row = (gang.gang_id, decision, reason, who, at.astimezone(UTC), reader.night)
    audit.write(store, audit.Deed(who, "label", f"{gang.gang_id} {decision}", reason))
    labels = pl.DataFrame([row], schema=LABELS.schema, orient="row")
    store.label(labels)
    return gang, labels


def _clean(text: str) -> str:
    """Return what was typed without the blanks around it, and without bytes that are no text."""
    return text.encode("utf-8", "replace").decode().strip()


def _unknown(name: str, ids: list[str]) -> str:
    shown = name if len(name) <= 60 else f"{name[:59]}…"
    if not ids:
        return f"there is no gang {shown!r}: this book has no gangs yet"
    from rapidfuzz import fuzz, process  # late: few questions end here

    found = process.extract(name, ids, scorer=fuzz.ratio, limit=NEAR, score_cutoff=NEAR_SCORE)
    if not found:
        return f"there is no gang {shown!r}: `fraudgraph gangs` lists them"
    return f"there is no gang {shown!r}; near it: {', '.join(near for near, _, _ in found)}"
