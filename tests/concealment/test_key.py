from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fraudgraph.concealment import Key, load, load_or_make
from fraudgraph.concealment.key import path
from fraudgraph.errors import ConfigurationError


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key of this test is kept: a folder that is not there yet."""
    named = tmp_path / "keys" / "of the book"
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(named))
    return named


def test_it_is_made_once_for_its_owner_alone(place: Path) -> None:
    first = load_or_make()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert load_or_make() == first == load() == load(first.name)
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]
    assert re.fullmatch(r"fraudgraph-key-1 [0-9a-f]{64}\n", place.read_text())


def test_two_keys_differ_in_name_and_in_what_they_derive(place: Path) -> None:
    first = load_or_make()
    place.unlink()
    other = load_or_make()
    assert first != other
    assert first.name != other.name
    assert len({first.of("phone"), first.of("name"), other.of("phone"), other.of("name")}) == 4


def test_its_place_without_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRAUDGRAPH_KEY_FILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert path() == tmp_path / "xdg" / "fraudgraph" / "key"
    monkeypatch.setenv("XDG_CONFIG_HOME", "not/absolute")
    assert path() == tmp_path / ".config" / "fraudgraph" / "key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert path() == tmp_path / ".config" / "fraudgraph" / "key"


def test_no_text_of_it_says_what_it_is(place: Path) -> None:
    key = load_or_make()
    secret = place.read_text().split()[1]
    for text in (repr(key), str(key), f"{key}", key.name):
        assert secret not in text
        assert str(bytes.fromhex(secret)) not in text


def test_several_first_users_get_one_key(place: Path) -> None:
    script = "from fraudgraph.concealment import load_or_make; input(); print(load_or_make().name)"
    users = [subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for user in users:  # all have started when the first may go
        assert user.stdin is not None
        user.stdin.write("\n")
        user.stdin.flush()
    names = {user.communicate()[0].strip() for user in users}
    assert names == {load().name}
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]


def test_of_two_at_once_the_second_takes_the_first_ones(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    winner = Key(b"w" * 32)
    link = os.link

    def beaten(source: Path, target: Path) -> None:
        target.write_text(f"fraudgraph-key-1 {(b'w' * 32).hex()}\n")
        target.chmod(0o600)
        link(source, target)

    monkeypatch.setattr(os, "link", beaten)
    assert load_or_make() == winner
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_one_that_others_can_open_is_refused(place: Path, mode: int) -> None:
    load_or_make()
    place.chmod(mode)
    for use in (load, load_or_make):
        with pytest.raises(ConfigurationError, match="chmod 600"):
            use()


def test_a_missing_one_is_named_and_not_made(place: Path) -> None:
    with pytest.raises(ConfigurationError, match="put the key 0123456789ab back"):
        load("0123456789ab")
    assert not place.parent.exists()


def test_another_one_is_refused_by_name(place: Path) -> None:
    mine = load_or_make()
    with pytest.raises(ConfigurationError) as caught:
        load("0123456789ab")
    assert "made with the key 0123456789ab" in str(caught.value)
    assert mine.name in str(caught.value)
    assert place.read_text().split()[1] not in str(caught.value)


@pytest.mark.parametrize("text", ["", "hello\n", "fraudgraph-key-1 " + "0" * 63, "fraudgraph-key-1 " + "A" * 64, "\0" * 5000])
def test_what_is_no_key_is_refused(place: Path, text: str) -> None:
    place.parent.mkdir()
    place.write_text(text)
    place.chmod(0o600)
    with pytest.raises(ConfigurationError, match="holds no key"):
        load_or_make()
    assert place.read_text() == text


def test_what_is_no_file_is_refused_without_waiting(place: Path) -> None:
    place.parent.mkdir()
    os.mkfifo(place, 0o600)
    with pytest.raises(ConfigurationError, match="is not a file"):
        load()
    place.unlink()
    place.mkdir()
    with pytest.raises(ConfigurationError, match="is not a file"):
        load_or_make()


def test_where_none_can_be_made_the_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FRAUDGRAPH_KEY_FILE", str(tmp_path / "file" / "key"))
    with pytest.raises(ConfigurationError, match="FRAUDGRAPH_KEY_FILE"):
        load_or_make()
