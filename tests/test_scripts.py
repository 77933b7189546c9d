"""The scripts that README opens with fail first and with one line where something that they cannot bring is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
TOOLS = ("bash", "cat", "env", "dirname", "id", "mktemp", "rm", "tail", "pwd")


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


def call(bare: Path, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(bare / "project" / "scripts" / script), *arguments]
    return subprocess.run(command, env={"PATH": str(bare / "bin"), **environment}, capture_output=True, text=True, check=False)


def program(bare: Path, name: str, text: str = "") -> None:
    path = bare / "bin" / name
    path.unlink(missing_ok=True)  # it may be a link to the machine's own, which must not be written through
    path.write_text(f"#!{bare / 'bin' / 'bash'}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def python(bare: Path, text: str = "") -> str:
    """A virtual environment whose Python only runs ``text``; returns its folder."""
    folder = Path(tempfile.mkdtemp(dir=bare))
    (folder / "bin").mkdir()
    path = folder / "bin" / "python"
    path.write_text(f"#!{bare / 'bin' / 'bash'}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(folder)


NEEDED = "chromium chromium-driver maven default-jre-headless"


@pytest.mark.parametrize("script", ["setup-tests", "test"])
def test_on_a_bare_machine_without_apt_one_line_says_what_to_install(bare: Path, script: str) -> None:
    ended = call(bare, script)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert f"apt-get install {NEEDED})" in ended.stderr


def test_with_apt_what_is_missing_is_installed(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f'echo "$@" >>{bare}/asked')
    assert call(bare, "setup-tests", VIRTUAL_ENV=python(bare)).returncode == 0
    asked = (bare / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["update", f"install --yes --no-install-recommends {NEEDED}"]


def test_where_apt_fails_its_last_words_and_what_to_install(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", "echo no network; exit 100")
    ended = call(bare, "setup-tests")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[0] == "no network"
    assert f"apt-get install {NEEDED})" in ended.stderr.splitlines()[-1]


def test_nothing_is_installed_where_that_is_forbidden(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f"touch {bare}/asked")
    assert call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no").returncode == 1
    assert not (bare / "asked").exists()


def test_only_what_is_missing_is_named(bare: Path) -> None:
    for tool in ("chromium", "chromedriver", "java"):
        program(bare, tool)
    assert "(apt-get install maven)" in call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no").stderr


def test_where_all_is_there_each_line_of_neo4j_has_the_last_word(bare: Path) -> None:
    for tool in ("chromium", "chromedriver", "java", "mvn"):
        program(bare, tool)
    assert call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no", VIRTUAL_ENV=python(bare)).returncode == 0
    refusing = python(bare, 'case "$*" in *newest) echo no such Java >&2; exit 1 ;; esac')
    ended = call(bare, "setup-tests", FRAUDGRAPH_INSTALL="no", VIRTUAL_ENV=refusing)
    assert (ended.returncode, ended.stderr) == (1, "no such Java\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 0),
        ('case "$*" in *"-m neo4j "*) exit 5 ;; esac', 0),
        ('case "$*" in *"-m neo4j "*) exit 1 ;; esac', 1),
        ('case "${FRAUDGRAPH_NEO4J_LINE:-}" in newest) exit 1 ;; esac', 1),
        ('case "$*" in *"-m not neo4j"*) echo the others fail; exit 1 ;; esac', 1),
    ],
)
def test_the_suite_runs_with_and_without_a_server_and_with_the_newest(bare: Path, text: str, code: int) -> None:
    for tool in ("chromium", "chromedriver", "java", "mvn"):
        program(bare, tool)
    environment = python(bare, f'echo "${{FRAUDGRAPH_NEO4J_LINE:-5}}: $*" >>{bare}/asked\n{text}')
    for tool in ("ruff", "mypy"):
        (Path(environment) / "bin" / tool).symlink_to("python")
    store = "tests/stores tests/cypher tests/browser -k not neo4j_faults and not neo4j_kills and not masked and not three"
    for given, newest in ((("-k", "two words"), "-k two words"), ((), store)):
        (bare / "asked").unlink(missing_ok=True)
        ended = call(bare, "test", *given, FRAUDGRAPH_INSTALL="no", VIRTUAL_ENV=environment)
        assert ended.returncode == code, ended.stderr
        assert ("the others fail" in ended.stdout) is ("the others" in text)
        asked = [line.strip() for line in (bare / "asked").read_text(encoding="utf-8").splitlines() if "pytest" in line]
        rest = "".join(f" {word}" for word in given)
        assert sorted(asked) == sorted(
            [f"5: -m pytest -m not neo4j{rest}", f"5: -m pytest -m neo4j{rest}", f"newest: -m pytest -m neo4j {newest}"]
        )


def test_without_python_one_line_says_what_to_install(bare: Path) -> None:
    ended = call(bare, "try")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == ["Python 3.11 or newer with its venv module is needed: apt-get install python3 python3-venv"]


def test_every_script_can_be_run() -> None:
    scripts = [path for path in SCRIPTS.iterdir() if path.is_file() and path.read_text(encoding="utf-8").startswith("#!")]
    assert {path.name for path in scripts} == {"neo4j", "setup-tests", "test", "try"}
    assert all(os.access(path, os.X_OK) for path in scripts)
