"""A small book of two nights, and a way to ask the pages for something without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from fraudgraph import pipeline
from fraudgraph.explore.guard import Guard, Token
from fraudgraph.explore.server import Explorer
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store
from fraudgraph.stores.port import Store

HEADER = "application_id,applied_at,name,phone,device_id,bank_card,contact1_phone,channel,fraud_intent\n"
HOST = "127.0.0.1:7476"
HOSTILE = "<script>document.title='run'</script>"
PLAIN = ("shared-device-1", "1381234560", "6222021234567890", "王伟", "13777770000")
"""Values of the book that no page may show."""


def rows() -> list[list[str]]:
    """Two nights: four people of high intent around a device and a card, and later a fifth; among people who share nothing."""
    first = [
        f"G{n},2026-01-0{n + 1} 10:00:00,王伟{name},1381234560{n},shared-device-1,622202123456789{n % 2}012,13777770000,{HOSTILE},0.9{n}"
        for n, name in enumerate("明强国民")
    ]
    first += [f"N{n},2026-01-02 11:00:{n:02},李静{n},139001390{n:02},own-device-{n},62220212345670{n:05},,web,0.1" for n in range(40)]
    return [first, ["G/4 &x=1,2026-01-06 09:30:00,赵六,13812345604,shared-device-1,6222021234567890912,,web,0.95"]]


def fill(place: str | Path, folder: Path) -> None:
    """Write the two nights into the store at ``place``."""
    for number, night in enumerate(rows()):
        file = folder / f"night{number}.csv"
        file.write_text(HEADER + "\n".join(night) + "\n", encoding="utf-8")
        pipeline.run([file], store=str(place), settings=defaults())


def gang_of(store: Store) -> str:
    """Return the book's one gang."""
    with store.snapshot() as reader:
        return str(reader.table("gangs")["gang_id"][0])


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def links(self) -> list[str]:
        """Every address that the page leads to."""
        return [value for name, value in Links(self.text).found if name == "href"]

    @property
    def addresses(self) -> list[str]:
        """Those, and where its forms and parts are."""
        return [value for name, value in Links(self.text).found if name in ("href", "action", "src")]


class Links(HTMLParser):
    """Attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value or "") for name, value in attrs]


class Pages:
    """The pages of a store, asked one by one."""

    def __init__(self, place: str | Path, token: str | None = None) -> None:
        self.store = open_store(str(place), create=False, settings=defaults())
        self.told: list[str] = []
        secret = Token(token) if token else None
        self.app = Guard(Explorer(self.store, defaults(), secret, self.told.append).app(), frozenset({HOST}), secret)

    def ask(
        self, address: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, method: str = ""
    ) -> Answered:
        """Ask for an address; with ``form`` by POST."""
        return asyncio.run(self._ask(address.partition("#")[0], form, {"host": HOST, **(headers or {})}, method))

    async def _ask(self, address: str, form: Mapping[str, str] | None, headers: Mapping[str, str], method: str) -> Answered:
        path, _, query = address.partition("?")
        body = urlencode(form).encode() if form is not None else b""
        sent: list[Any] = []
        scope = {
            "type": "http", "http_version": "1.1", "method": method or ("GET" if form is None else "POST"), "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "scheme": "http",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()], "server": ("127.0.0.1", 7476),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = sent[0]
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
        return Answered(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, text)


def query_of(address: str) -> dict[str, list[str]]:
    """Return what an address asks for."""
    return parse_qs(address.partition("#")[0].partition("?")[2])
