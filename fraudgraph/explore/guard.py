"""Who may ask: before any page is made, and what every answer tells the browser.

*Host.* A page somewhere can make its own name mean 127.0.0.1 and have the reader's browser ask here (DNS rebinding); such a request carries
that name, and is refused. *Where it comes from.* Browsers say whether a request comes from a page of ours; only links may lead here from
elsewhere. *Token.* Where one is set, a browser exchanges it once for a cookie that no script can read; programs send it along.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pages are made of what this server serves, and load and send nothing else."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

COOKIE = "fraudgraph"
ENTER = "/enter"
OPEN = (ENTER, "/static/explore.css", "/static/explore.js", "/static/icon.svg")
"""What is served to who has no token yet: no data of any book."""


@dataclass(frozen=True)
class Token:
    """The secret that opens the door, and the one that keeps it open for a browser until the server ends."""

    secret: str = field(repr=False)
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def opens(self, given: str) -> bool:
        """Return whether ``given`` is the secret; takes as long wherever the two differ."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode())

    def knows(self, headers: dict[str, str]) -> bool:
        """Return whether a request may pass: it has the cookie, or the secret as a bearer token."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.opens(given.strip()):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode("utf-8", "replace"), self.session.encode())

    def cookie(self) -> str:
        """Return the header that gives a browser the session."""
        return f"{COOKIE}={self.session}; HttpOnly; SameSite=Strict; Path=/"


class Guard:
    """Stands before ``app``. ``hosts``: the Host headers by which this server may be called, with the port."""

    def __init__(self, app: App, hosts: frozenset[str], token: Token | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("only http is served")

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.decode("latin-1").lower() for name, _ in message.get("headers", [])}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name not in given]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is None:
            await self._app(scope, receive, marked)
        else:
            await _refuse(marked, *refusal)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        """Return status, sentence and where to go instead, for a request that may not pass."""
        if headers.get("host", "").lower() not in self._hosts:
            return 421, "this server is not called by that name: use the address that it printed", ""
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "the book is only read here", ""
        if not _ours(scope["method"], headers):
            return 403, "this was asked for by a page of somebody else", ""
        if self._token is not None and scope["path"] not in OPEN and not self._token.knows(headers):
            return 303 if scope["method"] == "GET" else 401, "the token first", ENTER
        return None


def _ours(method: str, headers: dict[str, str]) -> bool:
    """Return whether a request comes from a page of ours, from the reader, or from no browser at all."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none") or (method != "POST" and headers.get("sec-fetch-mode") == "navigate")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()


async def _refuse(send: Send, status: int, sentence: str, instead: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 303:
        headers.append((b"location", instead.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})
