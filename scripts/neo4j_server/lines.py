"""The two lines of Neo4j that the project is tested on: the long-term one and the newest calendar version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from neo4j_server.trouble import Trouble

POMS = Path(__file__).resolve().parent / "poms"


@dataclass(frozen=True)
class Line:
    """One line of Neo4j; its versions stand in its poms."""

    name: str
    main: str
    """The class that the server starts with."""
    javas: range
    """The major versions of Java that it runs on."""
    wanted: int
    """The Java to install where none of them is there."""
    image: str
    """The same line as a docker image."""

    @property
    def poms(self) -> Path:
        """The folder of ``lib.xml`` (the server) and ``plugins.xml`` (what is loaded only on demand)."""
        return POMS / self.name

    @property
    def version(self) -> str:
        """The version of the server that the poms bring."""
        found = re.search(r"<artifactId>neo4j</artifactId><version>([^<]+)<", (self.poms / "lib.xml").read_text(encoding="utf-8"))
        assert found is not None, f"the poms of {self.name} name no server"
        return found[1]


LINES = {
    "5": Line("5", "org.neo4j.server.CommunityEntryPoint", range(17, 22), 17, "neo4j:5.26"),
    "newest": Line("newest", "org.neo4j.server.Neo4jCommunity", range(21, 26), 25, "neo4j:2026.08"),
}


def line_named(name: str) -> Line:
    """Return the line of that name; raises Trouble for any other name."""
    if name not in LINES:
        raise Trouble(f"There is no line {name!r} of Neo4j here: take one of {', '.join(LINES)}.")
    return LINES[name]
