"""The house as a machine sees it: who may know whom, who may print, and that no room grows too large to read."""

from __future__ import annotations

import ast
import configparser
import fnmatch
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fraudgraph"
MODULES = sorted(PACKAGE.rglob("*.py"))

SHARED = {"model", "errors", "settings", "progress", "masking", "_version"}
"""The vocabulary, which every room knows and which knows no room."""

KNOWS = {
    "__init__": {"api"},
    "__main__": {"cli"},
    "api": {"pipeline", "records", "reports", "stores"},
    "asof": {"stores.numbers", "stores.port"},
    "audit": {"concealment", "stores.port"},
    "barred": {"concealment", "records", "stores.port"},
    "calibration": {"graph.scoring", "verdicts.significance"},
    "cli": {
        "asof", "audit", "explore", "exports", "guide", "investigation", "labels",
        "nightly", "pipeline", "purging", "recalibration", "reports", "reveal", "screening", "stores",
    },
    "communities": {"graph.components"},
    "drift": {"calibration", "graph.classes", "stability", "verdicts.significance"},
    "evidence": {"graph.codes", "graph.facts"},
    "explore": {"investigation", "reports", "stores.port"},
    "exports": {"audit", "concealment", "labels", "reports", "stores.port"},
    "guide": {"cypherfiles"},
    "labels": {"audit", "ledger", "stores.port"},
    "reports": {"alerts", "evidence.reasons", "labels", "ledger", "stores.port"},
    "reveal": {"audit", "stores.port", "values.kept"},
    "stores": {"cypherfiles"},
    "verdicts": {"graph.components", "graph.kinship"},
}
"""Room -> what it may know of others: a whole room, or one module of it. A room that is not named here takes tables and gives tables."""

CONDUCTORS = {
    "pipeline", "nightly", "night", "tonight", "screening", "recalibration", "purging", "solving", "judging", "derived", "values",
    "investigation",
}
"""Those who know the stages and lead the tables from one to the next."""

ONLY = {
    "igraph": {"communities"},
    "leidenalg": {"communities"},
    "duckdb": {"stores"},
    "neo4j": {"stores"},
    "neo4j_viz": {"reports"},
    "click": {"cli"},
    "rich": {"cli"},
    "starlette": {"explore"},
    "uvicorn": {"explore"},
}
"""Library -> the only rooms that may use it."""

LONGEST = 500


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


def imports(module: Path) -> Iterator[str]:
    """Every module that ``module`` imports, also inside functions and for types alone."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: say where from in full"
            if node.module == "fraudgraph":
                yield from (f"fraudgraph.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def known(module: Path) -> set[str]:
    """What ``module`` imports of other rooms: room, or room.module."""
    names = {name.removeprefix("fraudgraph.") for name in imports(module) if name.startswith("fraudgraph.")}
    return {".".join(name.split(".")[:2]) for name in names if name.split(".")[0] not in {*SHARED, room(module), "__version__"}}


def permits(allowed: set[str], name: str) -> bool:
    return name in allowed or name.split(".")[0] in allowed


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_rooms_know_only_whom_they_may(module: Path) -> None:
    own = room(module)
    if own not in CONDUCTORS:
        assert {name for name in known(module) if not permits(KNOWS.get(own, set()), name)} == set()


def test_nobody_knows_a_room_that_knows_them() -> None:
    edges = {name: set[str]() for name in map(room, MODULES)}
    for module in MODULES:
        edges[room(module)] |= {name.split(".")[0] for name in known(module)}
    while edges:
        leaves = {name for name, others in edges.items() if not others & edges.keys()}
        assert leaves, f"these know each other: {sorted(edges)}"
        edges = {name: others for name, others in edges.items() if name not in leaves}


def test_the_shared_vocabulary_knows_no_room() -> None:
    assert {module.name: known(module) for module in MODULES if room(module) in SHARED and known(module)} == {}


def test_the_table_of_who_may_know_whom_is_not_wider_than_the_house() -> None:
    real = {own: {name for module in MODULES if room(module) == own for name in known(module)} for own in KNOWS}
    unused = {own: {one for one in allowed if not any(permits({one}, name) for name in real[own])} for own, allowed in KNOWS.items()}
    assert {own: names for own, names in unused.items() if names} == {}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_a_library_is_used_only_in_its_room(module: Path) -> None:
    used = {name.split(".")[0] for name in imports(module)}
    assert {library for library in used & ONLY.keys() if room(module) not in ONLY[library]} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_only_the_command_line_prints(module: Path) -> None:
    if room(module) in ("cli", "__main__"):
        return
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("print", "input"), f"line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
            assert node.attr not in ("stdout", "stderr", "stdin", "exit"), f"line {node.lineno}"


def tracked() -> list[Path]:
    """The project's text files, as git has them (or, in a copy without git, as they lie there)."""
    ended = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if ended.returncode == 0:
        names = [ROOT / name for name in ended.stdout.decode().split("\0") if name]
    else:
        names = [path for part in ("fraudgraph", "tests", "scripts", "docs", "benchmarks") for path in (ROOT / part).rglob("*")]
    kinds = {".py", ".md", ".toml", ".cfg", ".sql", ".html", ".css", ".js", ".json", ".yml", ".sh", ""}
    return [path for path in names if path.is_file() and path.suffix in kinds and path.name != "LICENSE"]


def test_no_file_is_too_long() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in tracked() if path.suffix in (".py", ".js", ".css", ".sql")
    }
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_path_of_one_machine_is_in_the_project() -> None:
    places = "|".join(("work", "farm", "root", "home", "tmp", "Users"))
    pattern = re.compile(rf"(?<![\w.$}}~/-])/(?:{places})/[A-Za-z0-9_.-]")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_everything_travels_in_the_wheel() -> None:
    """Files that are no modules lie in packages and match the package data of setup.cfg."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = [pattern.strip() for pattern in setup["options.package_data"]["*"].split(",")]
    stray = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.is_relative_to(PACKAGE)
        and path.suffix != ".py"
        and not ((path.parent / "__init__.py").exists() and any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns))
    ]
    assert stray == []
    modules = [module for module in MODULES if not (module.parent / "__init__.py").exists()]
    assert modules == []
