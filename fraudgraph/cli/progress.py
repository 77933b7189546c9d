"""What progress looks like: bars on a terminal, plain lines in a log, JSON lines for a machine, nothing when asked to be quiet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from fraudgraph.cli.voice import Voice, printable, say, say_json
from fraudgraph.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


@contextmanager
def listen(voice: Voice, stream: TextIO) -> Iterator[Progress]:
    """Give the Progress that fits ``stream`` (standard error) and the options."""
    if voice.verbosity < 0:
        yield Progress()
    elif voice.json_log:
        yield JsonLines(stream, voice.verbosity)
    elif stream.isatty():
        with _bars(stream) as bars:
            yield bars
    else:
        yield LogLines(stream, voice.verbosity)


@dataclass
class _Stage:
    name: str
    total: int | None
    started: float
    done: int = 0


class _Stages(Progress):
    """Keeps the stack of open stages; the kinds say what is shown when one opens, moves and closes."""

    def __init__(self) -> None:
        self._open: list[_Stage] = []

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[None]:
        stage = _Stage(printable(name), total, time.monotonic())
        self._open.append(stage)
        self._opened(stage)
        finished = False
        try:
            yield
            finished = True
        finally:
            self._open.pop()
            self._closed(stage, time.monotonic() - stage.started, finished)

    def advance(self, steps: int = 1) -> None:
        if self._open:
            self._open[-1].done += steps
            self._moved(self._open[-1])

    @property
    def _depth(self) -> int:
        return len(self._open)

    def _opened(self, stage: _Stage) -> None: ...

    def _moved(self, stage: _Stage) -> None: ...

    def _closed(self, stage: _Stage, seconds: float, finished: bool) -> None: ...


class LogLines(_Stages):
    """A line when a stage begins; with -v also its parts, its steps by tenths and how long it took."""

    def __init__(self, stream: TextIO, verbosity: int) -> None:
        super().__init__()
        self._stream = stream
        self._verbose = verbosity > 0

    def note(self, message: str) -> None:
        self._line(printable(message))

    def _opened(self, stage: _Stage) -> None:
        if self._depth == 1 or self._verbose:
            self._line(f"{'  ' * (self._depth - 1)}{stage.name}")

    def _moved(self, stage: _Stage) -> None:
        if not self._verbose or not stage.total:
            return
        tenth = max(stage.total // 10, 1)
        if stage.done % tenth == 0 or stage.done == stage.total:
            self._line(f"{'  ' * self._depth}{stage.done:,} of {stage.total:,}")

    def _closed(self, stage: _Stage, seconds: float, finished: bool) -> None:
        if self._verbose:
            self._line(f"{'  ' * self._depth}{stage.name}: {'done' if finished else 'stopped'} after {seconds:.1f} s")

    def _line(self, text: str) -> None:
        say(self._stream, f"{time.strftime('%H:%M:%S')} {text}")


class JsonLines(_Stages):
    """Every event one JSON object: time (UTC), level, event (start, step, end, note), stage, and what belongs to it."""

    def __init__(self, stream: TextIO, verbosity: int) -> None:
        super().__init__()
        self._stream = stream
        self._verbose = verbosity > 0

    def note(self, message: str) -> None:
        self._line("note", message=printable(message))

    def _opened(self, stage: _Stage) -> None:
        self._line("start", stage=stage.name, total=stage.total)

    def _moved(self, stage: _Stage) -> None:
        if self._verbose:
            self._line("step", stage=stage.name, done=stage.done, total=stage.total)

    def _closed(self, stage: _Stage, seconds: float, finished: bool) -> None:
        self._line("end", stage=stage.name, seconds=round(seconds, 3), finished=finished)

    def _line(self, event: str, **fields: str | int | float | bool | None) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        say_json(self._stream, time=now, level="info", event=event, **fields)


class Bars(_Stages):
    """A bar a stage; stages inside one another are indented, and those that ended keep their time."""

    def __init__(self, bars: RichProgress) -> None:
        super().__init__()
        self._bars = bars
        self._tasks: dict[int, TaskID] = {}

    def note(self, message: str) -> None:
        self._bars.console.print(printable(message), markup=False, highlight=False)

    def _opened(self, stage: _Stage) -> None:
        self._tasks[id(stage)] = self._bars.add_task("  " * (self._depth - 1) + stage.name, total=stage.total)

    def _moved(self, stage: _Stage) -> None:
        self._bars.update(self._tasks[id(stage)], completed=stage.done)

    def _closed(self, stage: _Stage, seconds: float, finished: bool) -> None:
        task = self._tasks.pop(id(stage))
        if finished:
            total = stage.total or max(stage.done, 1)
            self._bars.update(task, total=total, completed=total)
        self._bars.stop_task(task)


@contextmanager
def _bars(stream: TextIO) -> Iterator[Bars]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress
    from rich.text import Text

    class Steps(MofNCompleteColumn):
        """Steps of steps, where a stage has any."""

        def render(self, task: Task) -> Text:
            return super().render(task) if task.total is not None and task.total > 1 else Text("")

    class Name(TextColumn):
        """The stage's name, taken literally."""

        def render(self, task: Task) -> Text:
            return Text(task.description)

    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        Name(""),
        BarColumn(bar_width=28),
        Steps(),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(file=stream), refresh_per_second=5) as bars:
        yield Bars(bars)
