"""Settings know what was asked for, be it the default."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.settings import defaults, load


def test_a_default_that_is_asked_for_is_asked_for(tmp_path: Path) -> None:
    shipped = defaults()
    asked = shipped.with_values(graph__seed=shipped["graph.seed"])
    assert shipped.given == frozenset()
    assert asked.given == {"graph.seed"}
    assert asked.version() == shipped.version()
    assert asked.override({"verdicts.min_members": 4}).given == {"graph.seed", "verdicts.min_members"}
    file = tmp_path / "own.toml"
    file.write_text("[graph]\nseed = 1\n[graph.caps]\nip = 7\n", encoding="utf-8")
    assert load(file).given == {"graph.seed", "graph.caps"}
    assert load(None).given == frozenset()


def test_a_store_gives_way_to_what_is_asked_for(tmp_path: Path) -> None:
    """The store remembers a zone; a run that names another has it, even if that is the shipped one."""
    from fraudgraph import pipeline

    header = "application_id,applied_at,phone\n"
    store = tmp_path / "book.duckdb"
    zones = []
    for number, given in enumerate(({"records.time_zone": "Asia/Shanghai"}, {}, {"records.time_zone": "UTC"}, {})):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"{header}A{number},2020-01-01 08:00:00,1395960629{number}\n", encoding="utf-8")
        zones.append(pipeline.run([file], store=store, settings=defaults().override(given)).summary["time_zone"])
    assert zones == ["Asia/Shanghai", "Asia/Shanghai", "UTC", "UTC"]
