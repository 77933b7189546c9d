"""The scripts that README opens with fail first and with one line where something that they cannot bring is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
TOOLS = ("bash", "env", "dirname", "id", "mktemp", "rm", "tail", "pwd")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine that has a shell and next to nothing else, and a project of only the scripts."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in TOOLS:
        where = shutil.which(tool)
        assert where is not None
        (tools / tool).symlink_to(where)
    shutil.copytree(SCRIPTS, tmp_path / "project" / "scripts")
    return tmp_path


def call(bare: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(bare / "project" / "scripts" / script)]
    return subprocess.run(command, env={"PATH": str(bare / "bin"), **environment}, capture_output=True, text=True, check=False)


def program(bare: Path, name: str, text: str = "") -> None:
    path = bare / "bin" / name
    path.unlink(missing_ok=True)  # it may be a link to the machine's own, which must not be written through
    path.write_text(f"#!{bare / 'bin' / 'bash'}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("script", ["setup-tests", "test"])
def test_without_a_browser_and_without_apt_one_line_says_what_to_install(bare: Path, script: str) -> None:
    ended = call(bare, script)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "apt-get install chromium chromium-driver" in ended.stderr


def test_with_apt_the_browser_is_installed(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f'echo "$@" >>{bare}/asked')
    assert call(bare, "setup-tests").returncode == 0
    asked = (bare / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["update", "install --yes --no-install-recommends chromium chromium-driver"]


def test_where_apt_fails_its_last_words_and_what_to_install(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", "echo no network; exit 100")
    ended = call(bare, "setup-tests")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[0] == "no network"
    assert "apt-get install chromium chromium-driver" in ended.stderr.splitlines()[-1]


def test_nothing_is_installed_where_that_is_forbidden(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f"touch {bare}/asked")
    assert call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no").returncode == 1
    assert not (bare / "asked").exists()


def test_with_a_browser_there_is_nothing_to_do(bare: Path) -> None:
    program(bare, "chromium")
    program(bare, "chromedriver")
    assert call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no").returncode == 0


def test_without_python_one_line_says_what_to_install(bare: Path) -> None:
    ended = call(bare, "try")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == ["Python 3.11 or newer with its venv module is needed: apt-get install python3 python3-venv"]


def test_every_script_can_be_run() -> None:
    scripts = [path for path in SCRIPTS.iterdir() if path.is_file() and path.read_text(encoding="utf-8").startswith("#!")]
    assert {path.name for path in scripts} == {"neo4j", "setup-tests", "test", "try"}
    assert all(os.access(path, os.X_OK) for path in scripts)
