"""The Java that a line needs is found wherever it is, and where there is none one sentence says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_tools import fake_java, program
from neo4j_server.java import asked, candidates, java_for
from neo4j_server.lines import LINES, line_named
from neo4j_server.trouble import Trouble

FIVE, NEWEST = LINES["5"], LINES["newest"]


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    """An environment without any Java."""
    return {"PATH": str(tmp_path / "nothing")}


@pytest.mark.parametrize(("said", "major"), [("17.0.15", 17), ("25.0.1", 25), ("1.8.0_402", 8), ("21", 21), ("26-ea", 26)])
def test_versions_as_java_says_them(tmp_path: Path, said: str, major: int) -> None:
    java = asked(fake_java(tmp_path, said))
    assert java is not None
    assert java.major == major


@pytest.mark.parametrize("text", ["exit 1", "echo hello", """echo 'openjdk version "17"'; exit 3"""])
def test_what_is_no_java_is_none(tmp_path: Path, text: str) -> None:
    assert asked(program(tmp_path / "java", text)) is None
    assert asked(tmp_path / "absent") is None


def test_the_most_deliberate_place_comes_first(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for name in ("a", "b"):
        fake_java(kept / name, "17")
    program(tmp_path / "bin" / "java", "")
    environment = {"JAVA_HOME_25_X64": "/y", "JAVA_HOME": "/x", "JAVA_HOME_21": "/z", "JAVA_HOMELY": "/no", "PATH": str(tmp_path / "bin")}
    places = [Path("/x"), Path("/z"), Path("/y"), kept / "a", kept / "b", tmp_path]
    assert list(candidates(environment, kept)) == [place / "bin" / "java" for place in places]


def test_each_line_takes_the_first_that_it_runs_on(tmp_path: Path, nothing: dict[str, str]) -> None:
    kept = tmp_path / "kept"
    for version in ("11", "17", "25"):
        fake_java(kept / f"java-{version}", version)
    fake_java(tmp_path / "mine", "21")
    assert java_for(FIVE, nothing, kept).path.parts[-3] == "java-17"
    assert java_for(NEWEST, nothing, kept).path.parts[-3] == "java-25"
    for line in (FIVE, NEWEST):
        assert java_for(line, {**nothing, "JAVA_HOME": str(tmp_path / "mine")}, kept).major == 21
    wrong = {**nothing, "JAVA_HOME": str(kept / "java-11"), "JAVA_HOME_25": str(kept / "java-25")}
    assert java_for(NEWEST, wrong, tmp_path).major == 25


@pytest.mark.parametrize(
    ("versions", "says"), [((), "there is no Java"), (("17",), "there is only Java 17"), (("11", "8"), "there is only Java 8 and 11")]
)
def test_one_sentence_says_what_is_missing(tmp_path: Path, nothing: dict[str, str], versions: tuple[str, ...], says: str) -> None:
    for version in versions:
        fake_java(tmp_path / "kept" / version, version)
    with pytest.raises(Trouble) as raised:
        java_for(NEWEST, nothing, tmp_path / "kept")
    said = str(raised.value)
    assert says in said
    assert "openjdk-25-jre-headless" in said
    assert "\n" not in said


def test_another_build_of_java_has_another_archive(tmp_path: Path) -> None:
    first, second = asked(fake_java(tmp_path / "a", "17.0.1")), asked(fake_java(tmp_path / "b", "17.0.2"))
    assert first is not None
    assert second is not None
    assert first.archive(tmp_path) != second.archive(tmp_path)


def test_an_unknown_line_is_named_with_the_known_ones() -> None:
    with pytest.raises(Trouble, match="take one of 5, newest"):
        line_named("4")
