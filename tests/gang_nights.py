"""Stores with gangs over several nights, written as words: ``nights(store, "abc defg", "abcx -defg")``.

A letter is a person with one application of that name, made in alphabetical order an hour apart; a word is a community, flagged unless a
minus stands before it. Letters of the first half came through ``web``, of the second through ``=shop 店``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import ascii_lowercase

import polars as pl

from fraudgraph import ledger, model
from fraudgraph.stores import Change, Reader, Store, Version
from fraudgraph.stores.port import DERIVED

START = datetime(2026, 1, 22, 20, tzinfo=UTC)
PHONE = "13812340000"
"""Everybody's plain phone number: it must never be seen."""
NAME = "王小明"


def at(letter: str) -> datetime:
    return START + timedelta(hours=ascii_lowercase.index(letter))


def application(letter: str) -> dict[str, object]:
    return {
        "application_id": letter,
        "applied_at": at(letter),
        "name": NAME,
        "phone": PHONE,
        "amount": 100.0 * (ascii_lowercase.index(letter) + 1),
        "channel": "web" if letter < "n" else "=shop 店",
        "fraud_intent": 0.75,
    }


def table(of: model.Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame([{column: row.get(column) for column in of.schema} for row in rows], schema=of.schema)


def nights(store: Store, *words: str, grade: str = "B", settings: dict[str, object] | None = None) -> None:
    """Apply one night a word list."""
    for word_list in words:
        with store.lock() as writer, store.snapshot() as reader:
            writer.apply(change(reader, word_list.split(), grade, settings or {"records.time_zone": "Asia/Shanghai"}))


def change(reader: Reader, words: list[str], grade: str, settings: dict[str, object]) -> Change:
    stored = set(reader.table("applications", columns=["application_id"])["application_id"])
    communities = [(f"C-{min(word.strip('-'))}", word.strip("-"), not word.startswith("-")) for word in words]
    letters = sorted({letter for _, members, _ in communities for letter in members})
    everybody = sorted(stored | set(letters))
    new = [application(letter) for letter in letters if letter not in stored]
    verdicts = table(
        model.VERDICTS,
        [
            {
                "community_id": community, "members": len(members), "voters": len(members), "applications": len(members),
                "mean_intent": 0.75, "threshold": 0.5, "p_value": 1e-6, "p_cut": 0.01, "flagged": over, "grade": grade if over else "",
                "stopped_by": "", "score": 1.0,
            }
            for community, members, over in communities
        ],
    )  # fmt: skip
    current = [
        {"community_id": community, **application(letter)} for community, members, _ in communities for letter in members
    ]
    followed = ledger.follow(
        reader.table("gangs"), past(reader), reader.events().drop("night"), verdicts, table(ledger.CURRENT, current)
    )
    members = followed.applications.select("gang_id", person_id=pl.concat_str(pl.lit("P-"), "application_id"))
    live = followed.gangs.filter(pl.col("community_id") != "")["gang_id"]
    ties = [
        {"person_a": f"P-{a}", "person_b": f"P-{b}", "probability": 0.5, "link_class": "phone own-own", "evidence": 40.0}
        for _, group, _ in communities
        for a, b in zip(sorted(group), sorted(group)[1:], strict=False)
    ]
    given = {
        "membership": [{"application_id": one, "person_id": f"P-{one}", "how": "first"} for one in everybody],
        "persons": [
            {"person_id": f"P-{one}", "first_applied_at": at(one), "last_applied_at": at(one), "applications": 1, "intent": 0.75}
            for one in everybody
        ],
        "communities": [{"community_id": c, "person_id": f"P-{letter}"} for c, group, _ in communities for letter in group],
        "ties": ties,
        "reasons": [{"person_id": f"P-{one}", "reasons": "SHARED_PHONE;GANG_MEAN_OVER_T"} for one in letters],
        "evidence": [{"gang_id": gang, "kind": "phone", "key": f"+86{PHONE}", "members": 3, "others": 0} for gang in live],
    }
    derived = {one.name: table(one, given.get(one.name, [])) for one in DERIVED}
    frame = table(model.APPLICATIONS, new)
    return Change(
        base_night=reader.night,
        digest=f"night {reader.night + 1}",
        command="run",
        applications=frame,
        keys=frame.select("application_id", pl.lit(f"+86{PHONE}").alias("phone.own")),
        relations=model.RELATIONS.empty(),
        input_order=frame.select("application_id", pl.int_range(pl.len()).alias("position")),
        rejects=model.REJECTS.empty(),
        derived={**derived, "verdicts": verdicts, "gangs": followed.gangs, "gang_members": members},
        gang_events=followed.events,
        calibration=Version("c1", {}),
        ruleset=Version("r1", {"verdicts.min_members": 3}),
        settings=settings,
        summary={"accepted": frame.height, "versions": {"fraudgraph": "1"}},
    )


def past(reader: Reader) -> pl.DataFrame:
    found = reader.table("gang_members").with_columns(application_id=pl.col("person_id").str.strip_prefix("P-"))
    times = reader.table("applications", columns=["application_id", "applied_at"])
    return found.join(times, on="application_id").select(list(ledger.PAST.columns))
