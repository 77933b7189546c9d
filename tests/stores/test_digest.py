"""The digest names what came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudgraph.errors import InputError
from fraudgraph.settings import defaults
from fraudgraph.stores import digest_files


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, content in (("a", b"1"), ("b", b"2" * (3 << 20)), ("again", b"1")):
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in ("a", "b", "again")]


def test_names_and_order_do_not_matter(files: list[Path]) -> None:
    a, b, again = files
    expected = digest_files([a, b], defaults())
    assert len(expected) == 32
    assert digest_files([b, a], defaults()) == expected
    assert digest_files([str(b), str(again)], defaults()) == expected


def test_bytes_number_part_and_settings_matter(files: list[Path]) -> None:
    a, b, again = files
    changed = defaults().with_values(records__time_zone="Asia/Shanghai")
    digests = [
        digest_files([a, b], defaults()),
        digest_files([a], defaults()),
        digest_files([a, again], defaults()),
        digest_files([a], defaults(), [b]),
        digest_files([b], defaults(), [a]),
        digest_files([a, b], changed),
        digest_files([], defaults()),
        digest_files([a, b], defaults(), corrections=True),
    ]
    assert len(set(digests)) == len(digests)


def test_how_the_store_works_does_not_matter(files: list[Path]) -> None:
    slow = defaults().with_values(store__threads=1, store__compression="small", calibrate__drift_psi=0.5)
    assert digest_files(files, slow) == digest_files(files, defaults())


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        digest_files([tmp_path / "missing"], defaults())
