"""``fraudgraph report case`` on a real store."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fraudgraph import pipeline
from fraudgraph.cli import main
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store

HEADER = "application_id,applied_at,name,phone,device_id,bank_card,fraud_intent\n"


def write_book(folder: Path) -> Path:
    """A small book in which four people of high intent share a device and a card, among people who share nothing."""
    rows = [f"G{n},2026-01-0{n + 1} 10:00:00,王伟{n},1380013800{n},shared-device-1,62220212345678901{n % 2},0.9{n}" for n in range(4)]
    rows += [f"N{n},2026-01-02 11:00:{n:02},李静{n},139001390{n:02},own-device-{n},62220212345670{n:05},0.1" for n in range(40)]
    (folder / "book.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return folder / "book.csv"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("case")
    pipeline.run([write_book(folder)], store=folder / "book.duckdb", settings=defaults())
    return str(folder / "book.duckdb")


def gang(store: str) -> str:
    with open_store(store, create=False).snapshot() as reader:
        return str(reader.table("gangs")["gang_id"][0])


@pytest.mark.parametrize(("name", "begins"), [("a.html", "<!doctype html>"), ("a.md", "# G-"), ("a.json", "{"), ("a.txt", "# G-")])
def test_a_file_is_what_its_name_says(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, begins: str) -> None:
    assert main(["report", "case", gang(store), "--store", store, "--out", str(tmp_path / name), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_the_three_formats_have_one_digest(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = set()
    for kind in ("html", "markdown", "json"):
        assert main(["report", "case", gang(store), "--store", store, "--format", kind, "--quiet"]) == 0
        text = capsys.readouterr().out
        found |= set(re.findall(r"\b[0-9a-f]{32}\b", text))
        assert not re.search(r"1380013800|shared-device|6222021234567890|王伟", text)
    assert len(found) == 1


def test_printed_without_a_file_it_is_markdown(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "case", gang(store), "--store", store, "--quiet"]) == 0
    assert capsys.readouterr().out.startswith(f"# {gang(store)}: 4 people around one device")


def test_every_part_is_in_the_json(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "case", gang(store), "--store", store, "--format", "json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["gang_id"], told["members"], len(told["people"]), len(told["applications"])) == (gang(store), 4, 4, 4)
    assert {len(shared["sources"]) for shared in told["shared"] if shared["kind"] == "device"} == {4}
    assert {"INTENT"} & {gap["what"] for gap in told["not_known"]} == set()
    assert "VERIFIED_OUTSIDE" in {gap["what"] for gap in told["not_known"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["G-nobody"], 2), ([], 2), (["G-nobody", "--format", "csv"], 2), (["G-nobody", "--as-of", "1999-01-01"], 2)],
)
def test_wrong_usage_is_exit_2_and_writes_nothing(store: str, tmp_path: Path, arguments: list[str], code: int) -> None:
    out = tmp_path / "case.html"
    assert main(["report", "case", *arguments, "--store", store, "--out", str(out)]) == code
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_exit_1(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "case", gang(store), "--store", store, "--out", str(tmp_path / "no" / "case.html"), "--quiet"]) == 1
    assert "choose another file with --out" in capsys.readouterr().err



def test_a_file_with_plain_values_says_so_of_itself(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "case", gang(store), "--store", store, "--quiet", "--format"]
    for kind in ("markdown", "json", "html"):
        assert main([*asked, kind, "--reveal", "--purpose", "a hearing"]) == 0
        plain = capsys.readouterr().out
        assert "Values are shown plain in this file" in plain
        assert "shared-device-1" in plain
        assert main([*asked, kind]) == 0
        assert "shown plain" not in capsys.readouterr().out
