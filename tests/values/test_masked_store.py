"""A store of masked values from run to run: what it holds, what comes in again, what is corrected, which key it takes."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from values_books import FILES, KEY, RELATIONS, SECRET, write_key

from fraudgraph import identifiers, pipeline, records
from fraudgraph.concealment import token
from fraudgraph.concealment.captions import KEPT
from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.masking import TOKEN
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import open_store

MASKED = defaults().override({"store.values": "masked"})


def run(place: Path, *inputs: Path, settings: Settings = MASKED, **options: Any) -> pipeline.Outcome:
    place.mkdir(exist_ok=True)
    return pipeline.run(list(inputs), store=place / "book.duckdb", out=place / "out", settings=settings, **options)


def table(place: Path, name: str) -> pl.DataFrame:
    with open_store(place / "book.duckdb", create=False).snapshot() as reader:
        return reader.table(name)


# ------------------------------------------------------------------------------------------------ what it holds


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bytes]]:
    """The sample book in a masked store, told by the command line in a process of its own; where it is, and what was said."""
    place = tmp_path_factory.mktemp("masked")
    key = write_key(place / "keys" / "key")
    inputs = [*map(str, FILES), "--relations", str(RELATIONS)]
    command = [sys.executable, "-m", "fraudgraph", "run", *inputs, "--store-values", "masked", "-v", "--json-log"]
    command += ["--store", str(place / "book.duckdb"), "--out", str(place / "out")]
    ended = subprocess.run(command, env={**os.environ, "FRAUDGRAPH_KEY_FILE": str(key)}, capture_output=True, check=True)
    return place, ended.stdout + ended.stderr


def personal() -> set[str]:
    """Return every personal value of the sample, as given and as normalised, that is long enough to be told from chance."""
    applications = records.read(list(FILES), defaults()).applications
    found = identifiers.identify(applications, defaults())
    columns = [applications[name] for name in applications.columns if name not in KEPT]
    columns += [found.keys[name] for name in found.keys.columns if name not in ("ip16.own", "ip24.own", "postcode.own")]
    columns.append(found.names["name_key"])
    values = {value for column in columns for value in column.drop_nulls().cast(pl.String)}
    return {value for value in values if (len(value.encode()) >= 7 and len(set(value)) > 2 and not value.isascii()) or len(value) >= 8}


def texts(store: Path) -> Iterator[str]:
    """Yield every different text that any table of a DuckDB file holds."""
    with duckdb.connect(str(store), read_only=True) as duck:
        columns = "SELECT table_name, column_name FROM information_schema.columns WHERE data_type IN ('VARCHAR', 'JSON', 'DATE')"
        for name, column in duck.execute(columns).fetchall():
            for (value,) in duck.execute(f'SELECT DISTINCT "{column}"::VARCHAR FROM {name}').fetchall():
                if value is not None:
                    yield value


def test_no_personal_value_is_in_any_byte_of_a_masked_run(sample_run: tuple[Path, bytes]) -> None:
    place, said = sample_run
    hidden = {value for value in personal() if value not in ("unknown", "student", "999999999", "000000000")}
    assert len(hidden) > 10_000
    files = [path for path in place.rglob("*") if path.is_file() and path.parent.name != "keys"]
    assert {"book.duckdb", "flags.csv", "gangs.csv", "report.html", "summary.json"} <= {path.name for path in files}
    everything = b"\0".join([said, *(path.read_bytes() for path in files), *(text.encode() for text in texts(place / "book.duckdb"))])
    # A value is looked for by its words of letters and digits: a great many values are found out to be absent in one pass.
    known = set(re.findall(rb"[0-9A-Za-z\x80-\xff]{4,}", everything))
    suspects = [value for value in hidden if set(re.findall(rb"[0-9A-Za-z\x80-\xff]{4,}", value.encode())) <= known]
    assert [value for value in suspects if value.encode() in everything] == []


def test_neither_is_the_key(sample_run: tuple[Path, bytes]) -> None:
    place, said = sample_run
    files = [path for path in place.rglob("*") if path.is_file() and path.parent.name != "keys"]
    everything = said + b"".join(path.read_bytes() for path in files)
    for form in (SECRET, SECRET.hex().encode(), KEY.of("phone"), KEY.of("phone").hex().encode()):
        assert form not in everything
    assert KEY.name in set(texts(place / "book.duckdb")) or f'"{KEY.name}"' in set(texts(place / "book.duckdb"))


def test_what_is_shown_of_gangs_reads_as_if_values_were_plain(sample_run: tuple[Path, bytes]) -> None:
    place, _ = sample_run
    with (place / "out" / "gangs.csv").open(encoding="utf-8-sig", newline="") as file:
        evidence = "; ".join(row["evidence"] for row in csv.DictReader(file))
    assert re.search(r"phone 1\d\d\*\*\*\*\d{4}", evidence)
    assert "~" not in evidence
    assert "#" not in evidence.replace("place #", "")
    report = (place / "out" / "report.html").read_text(encoding="utf-8")
    assert TOKEN.search(report) is None


def test_uses_and_links_know_nothing_of_names_and_births(sample_run: tuple[Path, bytes]) -> None:
    place, _ = sample_run
    assert {"name", "surname", "given_name", "birth", "withheld"}.isdisjoint(table(place, "uses")["kind"].unique())
    assert {"name", "surname", "given_name", "birth", "withheld"}.isdisjoint(table(place, "links")["kind"].unique())
    keys = table(place, "keys")
    assert {"name.own", "surname.own", "birth.own", "phone.own"} <= set(keys.columns)
    assert keys["name.own"].str.contains(f"^{TOKEN.pattern}$").all()
    applications = table(place, "applications")
    assert applications["date_of_birth"].null_count() == applications["gps_lat"].null_count() == applications.height


# ------------------------------------------------------------------------------------------------ the same as plain


def test_the_same_gangs_are_found_as_from_plain_values(tmp_path: Path, key_file: Path) -> None:
    """Names of the Chinese sample need no tolerance. Where two people share two values of one kind, the order of the texts decides which
    one names their pair, and tokens have another order: so classes may differ in a pair or two, and T in its last digits."""
    for how in ("plain", "masked"):
        run(tmp_path / how, FILES[0], settings=defaults().override({"store.values": how}), relations=RELATIONS)
    for name, columns in {
        "flags.csv": ["application_id", "person_id", "gang_id", "grade", "intent"],
        "gangs.csv": ["gang_id", "status", "grade", "members", "applications", "mean_intent", "amount", "evidence"],
        "rejects.csv": ["level", "file", "line", "column", "value", "reason"],
    }.items():
        plain, masked = (pl.read_csv(tmp_path / how / "out" / name, columns=columns) for how in ("plain", "masked"))
        assert masked.equals(plain), name
        assert plain.height
    assert table(tmp_path / "masked", "membership").equals(table(tmp_path / "plain", "membership"))


def test_a_fixed_key_gives_the_same_store_again(tmp_path: Path, key_file: Path) -> None:
    small = some_rows(tmp_path / "in.csv", range(40))
    for place in ("one", "two"):
        run(tmp_path / place, small)
    assert table(tmp_path / "one", "keys").equals(table(tmp_path / "two", "keys"))
    assert table(tmp_path / "one", "applications").equals(table(tmp_path / "two", "applications"))


# ------------------------------------------------------------------------------------------------ what comes again

HEADER = "application_id,applied_at,name,id_number,date_of_birth,phone,device_id,home_address,amount,fraud_intent,fraud_label\n"
START = datetime(2024, 1, 1, tzinfo=UTC)


def row(number: int, **given: object) -> str:
    values = {
        "application_id": f"A{number:04d}",
        "applied_at": (START + timedelta(hours=number)).isoformat(),
        "name": f"Ann{'abcdefghij'[number // 10 % 10]} Smith{'abcdefghij'[number % 10]}",
        "id_number": f"{10_000_000 + number * 9_973}",
        "date_of_birth": f"19{60 + number % 30}-03-{1 + number % 28:02d}",
        "phone": f"+4917{6_000_0000 + number * 7919}",
        "device_id": f"dev-{number % 7}-abcdef",
        "home_address": f"{1 + number % 9} Long Mill Lane, Berlin",
        "amount": 1000 + number,
        "fraud_intent": (number % 10) / 10,
        "fraud_label": "",
        **given,
    }
    return ",".join(f'"{values[name]}"' for name in HEADER.strip().split(","))


def some_rows(path: Path, numbers: range, **given: object) -> Path:
    path.write_text(HEADER + "\n".join(row(number, **given) for number in numbers) + "\n", encoding="utf-8")
    return path


def test_the_same_rows_again_are_repeats(tmp_path: Path, key_file: Path) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(20)))
    again = run(tmp_path, some_rows(tmp_path / "again.csv", range(10, 30)))
    assert {key: again.summary[key] for key in ("rows", "accepted", "repeated", "rejected_rows")} == {
        "rows": 20,
        "accepted": 10,
        "repeated": 10,
        "rejected_rows": 0,
    }
    assert again.summary["applications"] == 30
    assert run(tmp_path, tmp_path / "again.csv").repeated_batch


@pytest.mark.parametrize(
    "given",
    [
        {"phone": "+4917655512345"},
        {"name": "Ann Jones"},
        {"home_address": "7 Long Mill Lane, Berlin-Mitte"},
        {"amount": "77"},
        {"phone": ""},
    ],
    ids=lambda given: "-".join(map(str, given)),
)
def test_another_value_contradicts_though_its_caption_may_be_the_same(tmp_path: Path, key_file: Path, given: dict[str, str]) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(10)))
    again = run(tmp_path, some_rows(tmp_path / "again.csv", range(5, 6), **given))
    assert (again.summary["rejected_rows"], again.summary["accepted"], again.summary["repeated"]) == (1, 0, 0)
    fixed = run(tmp_path, some_rows(tmp_path / "again.csv", range(5, 6), **given), corrections=True)
    assert (fixed.summary["rejected_rows"], fixed.summary["accepted"]) == (0, 1)
    settled = run(tmp_path, some_rows(tmp_path / "once_more.csv", range(5, 6), **given, fraud_label="bad"))
    assert (settled.summary["repeated"], settled.summary["rejected_rows"]) == (1, 0)
    assert table(tmp_path, "applications").filter(pl.col("application_id") == "A0005")["fraud_label"].item() == "bad"
    fresh = tmp_path / "fresh"
    some_rows(tmp_path / "whole.csv", range(10))
    lines = (tmp_path / "whole.csv").read_text().splitlines()
    lines[6] = row(5, **given, fraud_label="bad")
    (tmp_path / "whole.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run(fresh, tmp_path / "whole.csv")
    for name in ("applications", "keys", "membership", "ties"):
        assert table(tmp_path, name).equals(table(fresh, name)), name


def test_another_spelling_of_a_value_does_not_contradict(tmp_path: Path, key_file: Path) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(1), phone="+49 176 6000 0000"))
    again = run(tmp_path, some_rows(tmp_path / "again.csv", range(1), phone="+4917660000000"))
    assert again.summary["repeated"] == 1


def test_a_correction_keeps_what_its_file_does_not_have(tmp_path: Path, key_file: Path) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(10)))
    before = table(tmp_path, "keys").filter(pl.col("application_id") == "A0005")
    (tmp_path / "fix.csv").write_text(
        f"application_id,applied_at,phone\nA0005,{(START + timedelta(hours=5)).isoformat()},+4917655512345\n", encoding="utf-8"
    )
    run(tmp_path, tmp_path / "fix.csv", corrections=True)
    after = table(tmp_path, "keys").filter(pl.col("application_id") == "A0005")
    assert {name for name in before.columns if before[name].item() != after[name].item()} == {"phone.own", "phone_run.a", "phone_run.b"}
    assert after["phone.own"].item() == token("+4917655512345", KEY, "phone")


def test_placeholders_come_and_go_with_the_book(tmp_path: Path, key_file: Path) -> None:
    """A book that learns nothing looks for placeholders anew each time; a value that is one no longer ties again."""
    few = MASKED.override({"identifiers.book_placeholder_people": 3, "identifiers.book_placeholder_share": 0.3})
    run(tmp_path, some_rows(tmp_path / "first.csv", range(5), device_id="one-for-all-0"), settings=few)
    assert table(tmp_path, "placeholders")["key"].to_list() == [token("one-for-all-0", KEY, "device")]
    assert table(tmp_path, "keys")["device.own"].null_count() == 5
    run(tmp_path, some_rows(tmp_path / "second.csv", range(5, 40)), settings=few)
    assert table(tmp_path, "placeholders").is_empty()
    keys = table(tmp_path, "keys")
    assert keys.filter(pl.col("device.own") == token("one-for-all-0", KEY, "device")).height == 5
    assert keys["withheld.own"].null_count() == keys.height


# ------------------------------------------------------------------------------------------------ which key it takes


def test_it_takes_no_other_key_and_no_other_way(tmp_path: Path, key_file: Path) -> None:
    first, second = some_rows(tmp_path / "first.csv", range(5)), some_rows(tmp_path / "second.csv", range(5, 9))
    run(tmp_path, first)
    content = (tmp_path / "book.duckdb").read_bytes()
    with pytest.raises(UsageError, match="made with masked values"):
        run(tmp_path, second, settings=defaults().override({"store.values": "plain"}))
    write_key(key_file, b"another key of thirty-two bytes.")
    with pytest.raises(ConfigurationError, match=f"made with the key {KEY.name}"):
        run(tmp_path, second)
    key_file.unlink()
    with pytest.raises(ConfigurationError, match=f"put the key {KEY.name} back"):
        run(tmp_path, second, settings=defaults())
    assert not key_file.exists()
    assert (tmp_path / "book.duckdb").read_bytes() == content
    write_key(key_file)
    assert run(tmp_path, second, settings=defaults()).summary["applications"] == 9
    assert table(tmp_path, "applications")["phone"].str.contains(r"\*").all()


def test_a_plain_store_does_not_become_masked(tmp_path: Path, key_file: Path) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(5)), settings=defaults())
    with pytest.raises(UsageError, match="made with plain values"):
        run(tmp_path, some_rows(tmp_path / "second.csv", range(5, 9)))
    run(tmp_path, tmp_path / "second.csv", replace=True)
    assert table(tmp_path, "applications")["phone"].str.contains(r"\*").all()
    run(tmp_path, tmp_path / "first.csv", replace=True, settings=defaults())
    assert table(tmp_path, "applications")["phone"].str.contains(r"\*").all()  # masked until somebody says plain
    run(tmp_path, tmp_path / "first.csv", replace=True, settings=defaults().override({"store.values": "plain"}))
    assert not table(tmp_path, "applications")["phone"].str.contains(r"\*").any()


def test_a_wrong_key_is_one_sentence_and_exit_code_2(tmp_path: Path, key_file: Path) -> None:
    run(tmp_path, some_rows(tmp_path / "first.csv", range(5)))
    write_key(key_file, b"another key of thirty-two bytes.")
    command = [sys.executable, "-m", "fraudgraph", "run", str(tmp_path / "first.csv"), "--store", str(tmp_path / "book.duckdb")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) <= 3
    assert f"made with the key {KEY.name}" in " ".join(ended.stderr.split())
    assert b"another key of thirty-two bytes.".hex() not in ended.stdout + ended.stderr
