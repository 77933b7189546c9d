"""Port 1: where a book is kept. `port.py` says what every store can do; `embedded.py` needs no server, `neo4j/` is a graph in one."""

from __future__ import annotations

import re
from pathlib import Path

from fraudgraph.errors import UsageError
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores.digest import digest_files
from fraudgraph.stores.port import Batch, Change, Erasure, Reader, Store, Version, Writer

__all__ = ["Batch", "Change", "Erasure", "Reader", "Store", "Version", "Writer", "digest_files", "open_store"]


def open_store(url: str | Path, *, create: bool, settings: Settings | None = None) -> Store:
    """Return the store at ``url`` (a path: an embedded store; ``bolt://``, ``neo4j://`` and their encrypted forms: a Neo4j database).

    With ``create`` a store that is not there yet is an empty one, made by its first change. Raise StoreError where there is no
    store, StoreUnreachable where its server does not answer, UsageError for an address that is none (or holds a password),
    ConfigurationError for settings of section [store] that cannot be.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", str(url), re.IGNORECASE)
    if scheme and scheme[1].lower().split("+")[0] in ("bolt", "neo4j"):
        from fraudgraph.stores.neo4j import open_neo4j

        return open_neo4j(str(url), settings or defaults(), create=create)
    if scheme:
        raise UsageError(f"{scheme[0]}... is not a kind of store that is known: give --store a path, or bolt://HOST:PORT for Neo4j")
    from fraudgraph.stores.connection import Options
    from fraudgraph.stores.embedded import open_embedded

    return open_embedded(Path(url), Options.of(settings or defaults()), create=create)
