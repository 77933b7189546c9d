"""Options that several commands share, and the settings that they amount to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fraudgraph.cli.voice import Voice

if TYPE_CHECKING:
    from fraudgraph.settings import Settings
    from fraudgraph.stores import Reader, Store

Command = TypeVar("Command", bound=Callable[..., Any])


class Share(click.FloatRange):
    """A number from 0 to 1, and a number it must be: click lets "nan" through every range."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail("it is not a number from 0 to 1.", param, ctx)
        return number


class Day(click.DateTime):
    """A calendar day, YYYY-MM-DD, as a date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day, such as 2026-01-22.", param, ctx)
        if not 1900 <= day.year <= 9000:
            self.fail(f"{value!r} is not a day of our times, such as 2026-01-22.", param, ctx)
        return day


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FORMATS = ("table", "json", "csv")


def speaking(command: Command) -> Command:
    """Add --format, -q, -v and --json-log; the last three set the context's Voice and do not reach the command."""
    printed = click.option("--format", "shown_as", type=click.Choice(FORMATS), default="table", show_default=True, help="What is printed.")
    return printed(loudness(command))


def loudness(command: Command) -> Command:
    """Add -q, -v and --json-log, which set the context's Voice and do not reach the command."""
    options = (
        click.option("-q", "--quiet", is_flag=True, expose_value=False, is_eager=True, callback=_quiet, help="Say nothing but errors."),
        click.option("-v", "--verbose", is_flag=True, expose_value=False, is_eager=True, callback=_verbose, help="Say more."),
        click.option("--json-log", is_flag=True, expose_value=False, is_eager=True, callback=_json_log, help="Log as JSON lines."),
    )
    return _with(command, options)


def understanding(command: Command) -> Command:
    """Add the options that say how input files are to be understood: --config, --map, --time-zone, --region, --intent-scale."""
    options = (
        config,
        click.option("--map", "mapped", multiple=True, metavar="COLUMN=HEADER", help="Header of a column (may be repeated)."),
        click.option("--time-zone", metavar="ZONE", help="Zone of times that say none, such as Asia/Shanghai."),
        click.option("--region", metavar="CC", help="Country of phone numbers without a country code, such as CN."),
        click.option("--intent-scale", metavar="SCALE", help="Scale of the fraud intent: 0-100, or MIN-MAX:safer if higher is safer."),
    )
    return _with(command, options)


def counting(command: Command) -> Command:
    """Add the options of a command that reads the book and speaks of nobody: --store, --config, --as-of, and those of `speaking`."""
    return store(config(as_of(speaking(command))))


def reading(command: Command) -> Command:
    """Add the options of a command that shows people and values of the book: those of `counting`, and of `revealing`."""
    return counting(revealing(command))


def revealing(command: Command) -> Command:
    """Add --reveal and --purpose. They do not reach the command: `book` grants them, and the masks go for as long as the command runs."""
    options = (
        click.option(
            "--reveal", is_flag=True, expose_value=False, callback=_wish, help="Show values plain; the log says who did, and why."
        ),
        click.option("--purpose", metavar="TEXT", expose_value=False, callback=_wish, help="Why values are to be shown plain."),
    )
    return _with(command, options)


def rules(command: Command) -> Command:
    """Add the rules that have options of their own: --threshold, --min-members, --seed."""
    options = (
        click.option("--threshold", type=Share(), metavar="T", help="Mean fraud intent over which a community is a gang."),
        click.option("--min-members", type=click.IntRange(2), metavar="N", help="Fewest people of a gang."),
        click.option("--seed", type=click.IntRange(0), metavar="S", help="Seed of the community search."),
    )
    return _with(command, options)


corrections = click.option("--corrections", is_flag=True, help="Applications that contradict stored ones take their place.")
folder = click.Path(file_okay=False, path_type=Path)
out = click.option("--out", type=folder, default="out", show_default=True, help="Folder of the results.")
store = click.option(
    "--store",
    metavar="URL",
    envvar="FRAUDGRAPH_STORE",
    default="fraudgraph.duckdb",
    show_default=True,
    show_envvar=True,
    help="Where the book is kept: a DuckDB file, or a Neo4j server (bolt://HOST:PORT, neo4j://...).",
)
config = click.option("--config", type=FILE, help="TOML file that overrides the shipped defaults key by key.")
as_of = click.option("--as-of", type=Day(), metavar="DATE", help="The book as it was known by the end of that day, YYYY-MM-DD.")
strict = click.option("--strict", is_flag=True, help="End with exit code 3 if rows were rejected.")


def settings(
    config: Path | None,
    mapped: Sequence[str],
    time_zone: str | None,
    region: str | None,
    intent_scale: str | None,
    **others: Any,
) -> Settings:
    """Return the settings: defaults, then ``--config``, then the options.

    ``others`` are further overrides, dots in a key written as two underscores; None leaves the key alone. Raises ConfigurationError
    for a file or a value that cannot be.
    """
    from fraudgraph.settings import load

    overrides = {
        "records.map": mapping(mapped) or None,
        "records.time_zone": time_zone,
        "records.default_region": region.upper() if region else None,
        "records.intent_scale": intent_scale,
    } | {key.replace("__", "."): value for key, value in others.items()}
    return load(config).override({key: value for key, value in overrides.items() if value is not None}, source="the command line")


def existing(url: str, config: Path | None) -> Store:
    """Return the store at ``url``, which must be there."""
    from fraudgraph.settings import load
    from fraudgraph.stores import open_store

    return open_store(url, create=False, settings=load(config))


def audited(url: str, config: Path | None, command: str, about: str, why: str = "") -> Store:
    """Return the store at ``url`` when its log says who is about to do what to it."""
    from fraudgraph import audit

    place = existing(url, config)
    audit.write(place, audit.Deed(login(), command, about, why))
    return place


@contextmanager
def book(url: str, config: Path | None, day: date | None, about: Sequence[str] | None = None) -> Iterator[Reader]:
    """Open the book at ``url`` to read, as it was known by the end of ``day``; as it is now if None. Where the command was given --reveal
    this is written to the store's log first, and the rest of the command shows values as they are. ``about``: what was asked for, for the
    log; the command's arguments if None."""
    from fraudgraph import asof

    context = click.get_current_context(silent=True)
    wish = revealing_wish(context)
    place = existing(url, config)
    with asof.snapshot(place, day) as reader:
        if context is not None and wish is not None and not _granted(context):
            grant(context, place, reader, wish, about)
        with reader.held():
            yield reader


def revealing_wish(context: click.Context | None) -> str | None:
    """Return the purpose for which plain values are wanted, None where they are not; raise UsageError where only one of the two is said."""
    reveal, purpose = (context.meta.get(f"{__name__}.{name}") for name in ("reveal", "purpose")) if context else (None, None)
    if reveal and not (purpose or "").strip():
        raise click.UsageError("--reveal needs --purpose: why are the values to be shown?", context)
    if purpose is not None and not reveal:
        raise click.UsageError("--purpose says why values are revealed: give it with --reveal.", context)
    return purpose if reveal else None


def _granted(context: click.Context) -> bool:
    """Was it granted already, to a command that leaves its answer to this one?"""
    return bool(context.meta.get(f"{__name__}.granted"))


def grant(context: click.Context, place: Store, reader: Reader, purpose: str, about: Sequence[str] | None = None) -> None:
    """Write to the log that values are revealed, then take the masks off until the command has ended."""
    from fraudgraph import masking
    from fraudgraph.reveal import granted

    names: list[str] = []
    outer: click.Context | None = context
    while outer is not None and outer.parent is not None:
        names.insert(0, outer.info_name or "")
        outer = outer.parent
    command = " ".join(names)
    context.meta[f"{__name__}.granted"] = True
    named = [str(context.params[argument.name]) for argument in context.command.params if _names(argument) and argument.name]
    granted(place, reader, login(), command, [name for name in named if name] if about is None else about, purpose)
    context.with_resource(masking.revealed())


def login() -> str:
    """Return who is at the command line: FRAUDGRAPH_USER, else the login name; empty where the system has none for this user."""
    import getpass
    import os

    try:
        return os.environ.get("FRAUDGRAPH_USER") or getpass.getuser()
    except (KeyError, OSError):
        return ""


def mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return {column: header} of ``COLUMN=HEADER`` pairs; a header may itself hold an equals sign."""
    found: dict[str, str] = {}
    for pair in pairs:
        column, sign, header = pair.partition("=")
        column, header = column.strip(), header.strip()
        if not (sign and column and header):
            raise click.BadParameter(f"{pair!r} is not COLUMN=HEADER, such as phone=MOBILE_NO.", param_hint="'--map'")
        if column in found:
            raise click.BadParameter(f"{column} is given two headers, {found[column]!r} and {header!r}.", param_hint="'--map'")
        found[column] = header
    return found


def _with(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _names(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument)


def _wish(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    context.meta[f"{__name__}.{parameter.name}"] = value


def _quiet(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        _loudness(context, -1)


def _verbose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        _loudness(context, 1)


def _loudness(context: click.Context, verbosity: int) -> None:
    voice = _voice(context)
    if voice.verbosity == -verbosity:
        raise click.UsageError("-q and -v cannot both be meant.", context)
    voice.verbosity = verbosity


def _json_log(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    _voice(context).json_log = value


def _voice(context: click.Context) -> Voice:
    voice: Voice = context.find_object(Voice) or context.ensure_object(Voice)
    return voice
