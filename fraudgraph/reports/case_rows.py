"""A case as one JSON object, whose digest names exactly what was decided on: the page and the Markdown show the same one."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import polars as pl

from fraudgraph.reports import case_words as say
from fraudgraph.reports.case import Case

DECIMALS = 6
"""Of intents and probabilities, as in the other files; a smaller one keeps as many digits that count."""


def content(case: Case) -> dict[str, Any]:
    """Return the whole case, ``digest`` last: BLAKE2b-128 of all that stands before it, as compact JSON in this order."""
    found = {
        **_row(case, {**case.row, "waits": bool(case.row["waits"])}),
        "title": case.dossier.title,
        "summary": say.paragraphs(case),
        "aliases": list(case.dossier.aliases),
        "people": _rows(case, case.dossier.members),
        "applications": _rows(case, case.applications),
        "shared": [_evidence(case, place) for place in range(len(case.evidence))],
        "given": [{"kind": kind, "people": people} for kind, people in case.dossier.group.given],
        "set_aside": _rows(case, case.set_aside),
        "ties": _rows(case, case.dossier.ties),
        "tie_classes": _rows(case, case.classes),
        "labels": _rows(case, case.labels.select("at", "gang_id", label="event", reason="reason", who="who", night="night")),
        "history": _rows(case, case.dossier.life.filter(pl.col("kind") == "night").drop("at", "kind", "who", "reason")),
        "not_known": [{"what": gap.what, "count": gap.count, "sentence": gap.sentence} for gap in case.gaps],
        "learned": case.learned,
        "time_zone": case.zone,
        "versions": case.versions,
    }
    return {**found, "digest": _digest(found)}


def text(case: Case) -> str:
    """Return the case as a JSON file."""
    return json.dumps(content(case), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def digest(case: Case) -> str:
    """Return the digest of the case."""
    found: str = content(case)["digest"]
    return found


def _digest(found: dict[str, Any]) -> str:
    compact = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(compact.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _evidence(case: Case, place: int) -> dict[str, Any]:
    evidence = case.evidence[place]
    shared = evidence.shared
    people = [case.dossier.group.members[number].person_id for number in shared.members]
    sources = [
        {"application_id": one.application_id, "person_id": one.person_id, "role": one.role, "used_at": _plain(case, one.used_at)}
        for one in evidence.sources
    ]
    known = {"kind": shared.kind, "value": shared.value, "members": len(people), "contacts": len(shared.contacts), "others": shared.others}
    return {**known, "person_ids": people, "sources": sources}


def _rows(case: Case, frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [_row(case, row) for row in frame.iter_rows(named=True)]


def _row(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(case, value) for name, value in row.items()}


def _plain(case: Case, value: Any) -> Any:
    if isinstance(value, datetime):
        return case.local(value).isoformat()
    if isinstance(value, float):
        return round(value, DECIMALS) if abs(value) >= 10.0**-3 else float(f"{value:.{DECIMALS}g}")
    return value
