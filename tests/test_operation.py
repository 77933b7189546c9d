"""docs/operation.md tells the truth: its commands, its crontab and its service do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "data" / "samples" / "applications_west.csv").read_text(encoding="utf-8").splitlines(keepends=True)
PLACE = "/srv/fraudgraph"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a nightly job: a book, and the files of some nights that are to come."""
    place = tmp_path_factory.mktemp("srv")
    (place / "incoming").mkdir()
    (place / "backup").mkdir()
    (place / "first.csv").write_text("".join(SAMPLE[:400]), encoding="utf-8")
    now = datetime.now(UTC)
    for day in range(3):  # the day may change while the tests run
        name = (now - timedelta(days=day)).strftime("%Y-%m-%d")
        (place / "incoming" / f"{name}.csv").write_text("".join([SAMPLE[0], *SAMPLE[400:440]]), encoding="utf-8")
    typed("fraudgraph run first.csv --quiet", place)
    return place


def typed(command: str, place: Path, **more: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment: Mapping[str, str] = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "TZ": "UTC",
        "FRAUDGRAPH_STORE": str(place / "fraudgraph.duckdb"),
        **more,
    }
    ended = subprocess.run(["bash", "-euc", command], cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def test_the_crontab(place: Path) -> None:
    (block,) = blocks("crontab")
    setting, *jobs = block.splitlines()
    assert setting == f"FRAUDGRAPH_STORE={PLACE}/book.duckdb"
    assert len(jobs) == 2
    for job in jobs:
        assert not re.search(r"(?<!\\)%", job)  # which cron takes for the end of the line
        typed(job.split(maxsplit=5)[5].replace(r"\%", "%").replace(PLACE, str(place)), place)
    assert next((place / "results").iterdir()).joinpath("summary.json").exists()
    assert len(list((place / "backup").iterdir())) == 1


def test_the_service(place: Path) -> None:
    service, timer = blocks("ini")
    (start,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    typed(start.replace("%%", "%"), place)  # the same night again: nothing changes, and it says so by its exit code
    assert "OnCalendar=" in timer


def test_the_task_is_python() -> None:
    (task,) = blocks("python")
    compile(task, "task.py", "exec")


def test_the_commands(place: Path) -> None:
    samples = " ".join(str(path) for path in sorted((ROOT / "data" / "samples").glob("applications_*.csv")))
    typed(f"fraudgraph run {samples} --replace --quiet", place)  # a book that there is something to learn from
    assert len(blocks("sh")) == 2
    for block in blocks("sh"):
        typed(block, place)
    assert (place / "calibration.json").stat().st_size
    assert (place / "copy.duckdb").stat().st_size
