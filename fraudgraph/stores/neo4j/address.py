"""What ``--store`` says of a Neo4j server: never a secret."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from fraudgraph.errors import UsageError

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")

_FORM = re.compile(
    r"(?P<scheme>[a-z0-9+]+)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>\d{1,5}))?(/(?P<database>[a-z0-9.-]{1,63})?)?",
    re.IGNORECASE,
)

DEFAULT_PORT = 7687


@dataclass(frozen=True)
class Address:
    """A server and, where it is named, one of its databases."""

    uri: str
    """As the driver takes it: scheme, host and port."""
    database: str | None
    """None: the user's home database."""

    def __str__(self) -> str:
        return self.uri if self.database is None else f"{self.uri}/{self.database}"

    @classmethod
    def parse(cls, url: str) -> Address:
        """Return what ``url`` names; raise UsageError where it is none, or holds a user or a password (which are not repeated)."""
        scheme = url.split("://", 1)[0].lower()
        if "@" in url:
            raise UsageError(
                f"{scheme}://... holds a user or a password, which everybody on this machine can read: "
                "leave them out and set NEO4J_USERNAME and NEO4J_PASSWORD in the environment"
            )
        found = _FORM.fullmatch(url)
        if found is None or scheme not in SCHEMES:
            raise UsageError(f"{scheme}://... is not the address of a Neo4j store: write bolt://HOST:PORT or bolt://HOST:PORT/DATABASE")
        port = int(found["port"] or DEFAULT_PORT)
        if not 0 < port < 65536:
            raise UsageError(f"{scheme}://... names the port {port}, and ports go from 1 to 65535: mend the address")
        return cls(f"{scheme}://{found['host']}:{port}", found["database"])


def credentials() -> tuple[str, str] | None:
    """Return user and password from the environment, None where there is no password (a server that asks for none)."""
    password = os.environ.get("NEO4J_PASSWORD")
    return (os.environ.get("NEO4J_USERNAME") or "neo4j", password) if password else None
