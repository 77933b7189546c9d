"""Which header means which canonical column: the user's mapping first, then names and aliases; two for one column are an error."""

from __future__ import annotations

import difflib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

from fraudgraph import model
from fraudgraph.errors import ConfigurationError, InputError

IDENTIFIERS = tuple(dict.fromkeys(slot.column for slot in model.SLOTS if not slot.derived))
"""Columns that can tie people; a file needs at least one."""

_SHOWN_HEADERS = 30
_SHOWN_LENGTH = 40


def parse_map(words: Iterable[str]) -> dict[str, str]:
    """Read ``canonical=HEADER`` words into the form of the setting records.map; raise ConfigurationError for anything else."""
    mapping: dict[str, str] = {}
    for word in words:
        column, equals, header = word.partition("=")
        column, header = column.strip(), header.strip()
        if not equals or not column or not header:
            raise ConfigurationError(f"a mapping is written canonical=HEADER (phone=MOBILE_NO), not {word!r}")
        if column in mapping and mapping[column] != header:
            raise ConfigurationError(f"{column} is mapped to two headers, {mapping[column]!r} and {header!r}: keep one")
        mapping[column] = header
    check_map(mapping)
    return mapping


def check_map(mapping: Mapping[str, object]) -> None:
    """Raise ConfigurationError where a mapping names a column that there is not, or one header for two columns."""
    columns = list(model.APPLICATIONS.columns)
    meant: dict[str, str] = {}
    for column, header in mapping.items():
        if column not in columns:
            near = difflib.get_close_matches(column, columns, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(f"records.map: there is no canonical column {column!r}{hint}")
        if not isinstance(header, str) or not header.strip():
            raise ConfigurationError(f"records.map: {column} must name a header")
        if folded(header) in meant:
            raise ConfigurationError(f"records.map: header {header!r} cannot be both {meant[folded(header)]} and {column}")
        meant[folded(header)] = column


@lru_cache(maxsize=4096)
def folded(header: str) -> str:
    """Return a header without case, width, blanks and punctuation, for comparing only."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in text if letter.isalnum()) or text.strip()


@cache
def aliases(table: str) -> Mapping[str, str]:
    """Return folded header -> canonical column of ``applications`` or ``relations``."""
    text = resources.files("fraudgraph.records").joinpath("aliases.toml").read_text(encoding="utf-8")
    known: dict[str, str] = {}
    for column, names in tomllib.loads(text)[table].items():
        for name in (column, *names):
            if known.setdefault(folded(name), column) != column:
                raise ConfigurationError(f"aliases.toml: {name!r} stands for both {known[folded(name)]} and {column}")
    return known


def understand(headers: Sequence[str], mapping: Mapping[str, str], file: str, table: str = "applications") -> dict[str, int]:
    """Return canonical column -> position of its header; raise ConfigurationError where two headers mean one column.

    A mapped column takes its header and no alias; a mapping whose header this file does not have leaves the aliases in force.
    """
    found: dict[str, int] = {}
    taken: set[int] = set()
    for column, wanted in mapping.items():
        places = [at for at, header in enumerate(headers) if header == wanted]
        places = places or [at for at, header in enumerate(headers) if folded(header) == folded(wanted)]
        if len(places) > 1:
            raise ConfigurationError(f"{file} has the header {shown(wanted)} {len(places)} times: rename all but one")
        if places:
            found[column] = places[0]
            taken.add(places[0])
    mapped = set(found)
    known = aliases(table)
    for at, header in enumerate(headers):
        meant = known.get(folded(header)) if len(header) <= 100 else None
        if meant is None or at in taken or meant in mapped:
            continue
        if meant in found:
            first = headers[found[meant]]
            raise ConfigurationError(
                f"{file}: the headers {shown(first)} and {shown(header)} both mean {meant}; "
                f"say which one with --map {meant}={shown(first, quoted=False)}"
            )
        found[meant] = at
    return found


def is_mapped(headers: Sequence[str], found: Mapping[str, int], column: str, header: str) -> bool:
    """Tell whether a column was found under the header that the mapping names (not by an alias)."""
    return column in found and folded(headers[found[column]]) == folded(header)


def check_complete(found: Mapping[str, int], headers: Sequence[str], file: str) -> None:
    """Raise InputError where a file lacks what every book needs: application_id, applied_at and one identifier."""
    missing = [column for column in ("application_id", "applied_at") if column not in found]
    if not any(column in found for column in IDENTIFIERS):
        missing.append("an identifier (id_number, phone, device_id, bank_card, email, ...)")
    if missing:
        example = missing[0] if len(missing[0]) < 20 else "phone"
        raise InputError(
            f"{file} has no header for {' and '.join(missing)}; the headers seen are {listed(headers)}; "
            f"name the right one with --map {example}=HEADER or in [records.map]"
        )


def listed(headers: Sequence[str]) -> str:
    """Write headers for a person, cut sensibly however many there are."""
    words = ", ".join(shown(header) for header in headers[:_SHOWN_HEADERS])
    more = len(headers) - _SHOWN_HEADERS
    return f"{words} and {more:,} more" if more > 0 else words


def shown(header: str, quoted: bool = True) -> str:
    """Write one header for a person: printable and short."""
    text = "".join(letter if letter.isprintable() else "?" for letter in header[:_SHOWN_LENGTH])
    text += "..." if len(header) > _SHOWN_LENGTH else ""
    return f"'{text}'" if quoted else text
