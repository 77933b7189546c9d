"""Files to an applications table: formats, encodings, headers, values, repeats. Rows in = accepted + repeated + rejected, always.

`read`, `from_frame` and `from_lines` give `fraudgraph.model.Records`; `against` judges them against what a store has; `refused` takes
some out; `read_relations` reads given person-person ties; `parse_map` reads ``canonical=HEADER`` words of a command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraudgraph.records.headers import parse_map
    from fraudgraph.records.reading import from_frame, from_lines, read
    from fraudgraph.records.relations import read_relations
    from fraudgraph.records.stored import against, refused

__all__ = ["against", "from_frame", "from_lines", "parse_map", "read", "read_relations", "refused"]

_HOME = {
    "against": "stored",
    "from_frame": "reading",
    "from_lines": "reading",
    "parse_map": "headers",
    "read": "reading",
    "read_relations": "relations",
    "refused": "stored",
}


def __getattr__(name: str) -> Any:
    """Import a public function when it is first asked for: a command that reads nothing pays nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
