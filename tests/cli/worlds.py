"""Every command of the command line, run in this process on a book of its own: what it prints, logs and writes, as text to be looked at.

`COMMANDS` names each once. A command that changes the book gets a copy of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import polars as pl

from fraudgraph.cli import main
from fraudgraph.cli.app import app

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
FEW = 20
PLAIN = (".duckdb", ".lock", ".key")
"""Endings of files that hold plain values by design, or keys."""


@dataclass
class World:
    """A book, and ids in it that commands can be called with."""

    folder: Path
    inputs: list[str]
    gang: str = ""
    person: str = ""
    other: str = ""
    application: str = ""
    value: str = ""
    """Plain, of an application: what an analyst looks for."""
    few: str = ""
    """A file of some applications of the book."""
    used: int = field(default=0)

    @property
    def store(self) -> str:
        return str(self.folder / "book.duckdb")

    @property
    def calibration(self) -> str:
        return str(self.folder / "calibration.json")

    def copy(self) -> str:
        self.used += 1
        return shutil.copy(self.store, self.folder / f"copy-{self.used}.duckdb")

    def new(self, name: str = "") -> Path:
        """Return a place where there is nothing yet."""
        self.used += 1
        folder = self.folder / f"out-{self.used}"
        folder.mkdir()
        return folder / name if name else folder

    def run(self, *args: str) -> tuple[int, str]:
        """Run a command; return its exit code and all that it printed."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(args))
        return code, out.getvalue() + err.getvalue()

    def ids(self) -> None:
        """Find ids to call commands with: the first gang, its strongest tie."""
        _, said = self.run("gangs", "--store", self.store, "--format", "json", "-q")
        self.gang = json.loads(said)[0]["gang_id"]
        _, said = self.run("gang", self.gang, "--store", self.store, "--format", "json", "-q")
        tie = json.loads(said)["ties"][0]
        self.person, self.other = tie["person_a"], tie["person_b"]
        self.application = self.person.removeprefix("P-")
        book = Path(self.inputs[0])
        self.few = str(self.folder.with_name(f"{self.folder.name}-few{book.suffix}"))
        if book.suffix == ".parquet":
            pl.read_parquet(book).head(FEW).write_parquet(self.few)
        else:
            pl.read_csv(book, infer_schema=False).head(FEW).write_csv(self.few)

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of every file that lies in the folder, but for stores and keys."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.suffix not in PLAIN:
                yield path.name, pl.read_parquet(path).write_csv() if path.suffix == ".parquet" else path.read_text(errors="replace")


Call = Callable[[World], list[list[str]]]


def read(*args: str) -> Call:
    """A command that reads the book, as a table and as JSON (CSV has the same rows); {gang} and the like stand for ids."""

    def calls(world: World) -> list[list[str]]:
        filled = [part.format(**vars(world)) for part in args]
        return [[*filled, "--store", world.store, "--format", shown] for shown in ("table", "json")]

    return calls


def one(*args: str) -> Call:
    """A command that is called once; {new:NAME} is a place where there is nothing, {copy} a copy of the store, {store} the store."""

    def fill(world: World, part: str) -> list[str]:
        if part == "{inputs}":
            return world.inputs
        if part.startswith("{new:"):
            return [str(world.new(part[5:-1]))]
        if part == "{copy}":
            return [world.copy()]
        return [part.format(store=world.store, **vars(world))]

    return lambda world: [[filled for part in args for filled in fill(world, part)]]


def several(*calls: Call) -> Call:
    return lambda world: [args for call in calls for args in call(world)]


COMMANDS: dict[str, Call | str] = {
    "audit": several(
        one("label", "{gang}", "confirmed", "--reason", "seen", "--store", "{store}"), read("audit"), read("audit", "--verify")
    ),
    "browser-guide": "a server of pages that hold no book",
    "calibrate": one("calibrate", "--export", "{new:calibration.json}", "--store", "{store}"),
    "check": one("check", "{inputs}", "--format", "csv"),
    "completion": one("completion", "bash"),
    "explore": "a server, whose pages are scanned in tests/explore",
    "export graph": several(
        *(one("export", "graph", "--to", f"{{new:g{kind}}}", "--store", "{store}") for kind in (".graphml", ".json", ".csv", ".parquet")),
        one("export", "graph", "--gang", "{gang}", "--tokens", "--to", "{new:g.csv}", "--store", "{store}"),
        one("export", "graph", "--around", "{person}", "--hops", "2", "--to", "{new:g.json}", "--store", "{store}"),
    ),
    "export import-files": "its files are the store in another form, and hold what that holds",
    "find": several(read("find", "{value}"), one("find", "0000", "--store", "{store}", "--format", "csv")),
    "gang": several(read("gang", "{gang}"), one("gang", "{gang}", "--what-if", "--store", "{store}", "--format", "json")),
    "gangs": read("gangs"),
    "history": read("history", "{gang}"),
    "hubs": read("hubs"),
    "label": several(
        one("label", "{gang}", "suspicious", "--reason", "call {value} again", "--store", "{store}"),
        one("label", "{gang}", "confirmed", "--reason", "call {value} again", "--store", "{store}", "--format", "json"),
        read("history", "{gang}"), read("audit"),
        one("report", "case", "{gang}", "--out", "{new:case.html}", "--store", "{store}"),
    ),
    "neighbours": one("neighbours", "{person}", "--hops", "2", "--all", "--store", "{store}", "--format", "csv"),
    "nightly": one("nightly", "{inputs}", "--store", "{copy}", "--out", "{new:}", "--json-log", "--format", "json"),
    "path": read("path", "{person}", "{other}"),
    "purge": one("purge", "{person}", "--yes", "--reason", "asked by {value}", "--store", "{copy}", "-v"),
    "report case": several(
        *(one("report", "case", "{gang}", "--out", f"{{new:case{kind}}}", "--store", "{store}") for kind in (".html", ".md", ".json"))
    ),
    "report channels": several(read("report", "channels"), one("report", "channels", "--out", "{new:c.html}", "--store", "{store}")),
    "report monthly": several(read("report", "monthly"), one("report", "monthly", "--out", "{new:m.html}", "--store", "{store}")),
    "resolve": one("resolve", "{inputs}", "--out", "{new:people.csv}", "-v"),
    "run": one("run", "{inputs}", "--seed", "2", "--store", "{copy}", "--out", "{new:}", "-v"),
    "screen": one("screen", "{few}", "--store", "{store}"),
    "show": several(read("show", "{gang}"), one("show", "{application}", "--store", "{store}", "--format", "csv")),
    "show-graph": one("show-graph", "{gang}", "--out", "{new:gang.html}", "--store", "{store}"),
    "store backup": one("store", "backup", "{new:backup.duckdb}", "--store", "{store}"),
    "store check": read("store", "check"),
    "undo": one("undo", "1", "--store", "{copy}", "-v"),
    "why": several(read("why", "{person}", "{other}"), read("why", "{application}")),
}  # fmt: skip
"""Name of a command -> how it is called, or why it is not."""


def leaves(command: click.Command, before: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from leaves(found, (*before, name))
    else:
        yield " ".join(before)


def names() -> list[str]:
    """Return every command there is."""
    return sorted(leaves(app))
