"""fraudgraph: finds organised application-fraud gangs in a lender's book of credit applications.

>>> import fraudgraph
>>> result = fraudgraph.detect(applications)      # a pandas DataFrame, one row an application
>>> result.gangs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fraudgraph._version import __version__

if TYPE_CHECKING:
    from fraudgraph.api import Result, detect

__all__ = ["Result", "__version__", "detect"]


def __getattr__(name: str) -> Any:
    """Import the engine only when it is asked for: ``fraudgraph --help`` must not pay for it."""
    if name in ("detect", "Result"):
        from fraudgraph import api

        return getattr(api, name)
    raise AttributeError(f"module 'fraudgraph' has no attribute {name!r}")
