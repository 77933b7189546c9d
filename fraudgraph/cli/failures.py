"""Every way in which a command can fail, as one sentence and an exit code; never a traceback unless -v asks for it."""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Iterator

import click

from fraudgraph.cli.voice import Voice
from fraudgraph.errors import FraudgraphError

INTERRUPTED = 130

_DISK_FULL = ("no space left on device", "disk quota exceeded")
_NO_MEMORY = ("outofmemory", "memoryerror")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_TELLING = re.compile(r"[0-9@]|[^\x00-\x7f]")
_DIGITS = re.compile(r"(?<!, line )\d{5,}")
_EMAIL = re.compile(r"[^\s\"'<>]+@[^\s\"'<>]+")


def tell(problem: BaseException, voice: Voice) -> int:
    """Say what went wrong and return the exit code."""
    if isinstance(problem, click.ClickException):
        if voice.json_log or not isinstance(problem, click.UsageError):
            voice.error(problem.format_message(), problem.exit_code)
        else:
            problem.show()
        return problem.exit_code
    sentence, code = explain(problem)
    if voice.verbosity > 0 and code != INTERRUPTED:
        voice.details(redact("".join(traceback.format_exception(problem)).rstrip()))
    voice.error(sentence, code)
    return code


def explain(problem: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit code. What a library says is not repeated: it may hold personal data."""
    if isinstance(problem, FraudgraphError):
        return str(problem), problem.exit_code
    if isinstance(problem, KeyboardInterrupt | click.Abort):
        return "interrupted", INTERRUPTED
    if _disk_is_full(problem):
        return f"the disk is full{_where(problem)}: free some space and run it again", 1
    if any(name in type(cause).__name__.lower().replace("_", "") for cause in _causes(problem) for name in _NO_MEMORY):
        return "there is not enough memory for this book: close other programs or use a larger machine", 1
    if isinstance(problem, PermissionError):
        return f"there is no permission to read or write{_where(problem)}: change it or choose another place", 1
    if isinstance(problem, OSError):
        return f"{problem.strerror or 'a file or a connection failed'}{_where(problem)}", 1
    return f"something unexpected went wrong ({type(problem).__name__}): run it again with -v for the details", 1


def redact(text: str) -> str:
    """Return a traceback without what may be a person's: quoted values with digits, an @ or Chinese, long numbers, e-mails."""
    text = _QUOTED.sub(lambda found: "'***'" if _TELLING.search(_without_source(found.group())) else found.group(), text)
    return _DIGITS.sub("***", _EMAIL.sub("***", text))


def _without_source(quoted: str) -> str:
    """A traceback's own file names may hold digits and say nothing about anybody."""
    return "" if quoted.rstrip("\"'").endswith((".py", ">")) else quoted


def _disk_is_full(problem: BaseException) -> bool:
    return any(
        (isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT))
        or any(phrase in str(cause).lower() for phrase in _DISK_FULL)
        for cause in _causes(problem)
    )


def _causes(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = problem
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _where(problem: BaseException) -> str:
    named = (cause.filename for cause in _causes(problem) if isinstance(cause, OSError) and cause.filename is not None)
    name = next(named, None)
    return f" ({name})" if name is not None else ""
