"""The server behind ``fraudgraph explore``: pages by address, a reader of the book for as long as one request takes."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib import resources
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from fraudgraph.errors import FraudgraphError, StoreBusy, StoreUnreachable, UsageError
from fraudgraph.explore import views
from fraudgraph.explore.guard import ENTER, Guard, Token
from fraudgraph.explore.places import Place, night_of
from fraudgraph.explore.views import Asked, View
from fraudgraph.reports import kinds, tables, words
from fraudgraph.reports.page import script_of, sprite, style_of
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader, Store

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, RedirectResponse, Response
    from starlette.routing import Route
except ImportError:
    raise UsageError("explore needs two more packages: pip install 'fraudgraph-engine[explore]'") from None

PAGES: Mapping[str, tuple[str, View]] = {
    "/": ("GET", views.gangs),
    "/find": ("POST", views.found),
    "/show": ("GET", views.thing),
    "/gang": ("GET", views.gang),
    "/case": ("GET", views.case),
    "/graph": ("GET", views.graph),
    "/path": ("GET", views.path),
    "/why": ("GET", views.why),
}
"""Path -> method, and what the page shows."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<path d="M8 23L16 8l8 15" fill="none" stroke="#8b8478" stroke-width="2.5"/><circle cx="16" cy="8" r="5" fill="#861113"/>'
    '<circle cx="8" cy="23" r="5" fill="#b45320"/><circle cx="24" cy="23" r="5" fill="#d69662"/></svg>'
)

READERS = 4
"""Requests that read the book at one time; others wait."""

MOST_BYTES = 20_000
"""Of a request's body: a search."""

WRONG_TOKEN_SECONDS = 0.5
"""A wrong token is answered so late that trying is slow."""

Tell = Callable[[str], None]


class Explorer:
    """The pages of one book."""

    def __init__(self, store: Store, settings: Settings, token: Token | None, tell: Tell) -> None:
        self._store = store
        self._settings = settings
        self._token = token
        self._tell = tell
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="explore")
        self._templates = Environment(
            loader=PackageLoader("fraudgraph.explore", "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def app(self) -> Starlette:
        """Return the application, without the guard before it."""
        routes = [Route(path, self._endpoint(path, view), methods=[method]) for path, (method, view) in PAGES.items()]
        css, js = style_of(("case.css",)) + _part("explore.css"), script_of(("case.js",)) + _part("explore.js")
        routes += [_static("/static/explore.css", css, "text/css"), _static("/static/explore.js", js, "text/javascript")]
        routes.append(_static("/static/icon.svg", ICON, "image/svg+xml"))
        routes.append(Route(ENTER, self._enter, methods=["GET", "POST"]))
        return Starlette(routes=routes, exception_handlers={404: self._nowhere, 405: self._nowhere})

    def close(self) -> None:
        """Let the threads go."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _endpoint(self, path: str, view: View) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            query = parse_qs(request.url.query, max_num_fields=200, errors="replace") if request.url.query else {}
            if request.method == "POST":
                query |= await _form(request)
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._answer, path, view, query)

        return endpoint

    def _answer(self, path: str, view: View, query: Mapping[str, Sequence[str]]) -> Response:
        try:
            return self._page(path, view, query)
        except UsageError as problem:
            return self._trouble(404, str(problem))
        except (StoreBusy, StoreUnreachable) as problem:
            return self._trouble(503, str(problem))
        except FraudgraphError as problem:
            return self._trouble(500, str(problem))
        except Exception as problem:
            # What it says may quote values of the book: only its kind is told, here and there.
            self._tell(f"a page of {path} could not be made ({type(problem).__name__})")
            return self._trouble(500, "this page could not be made; the book is as it was")

    def _page(self, path: str, view: View, query: Mapping[str, Sequence[str]]) -> Response:
        asked_night = night_of((query.get("night") or [""])[-1])
        with self._store.snapshot() as reader:
            nights = _nights(reader)
            seen = reader if asked_night in (None, reader.night) else reader.at(int(asked_night or 0))
            place = Place(path, None if seen.night == reader.night else seen.night)
            if not reader.night:
                return self._html("empty.html", {"title": "An empty book"}, place, nights, query)
            shown = view(seen, Asked(place, query, self._settings))
        if shown.page:
            # It brings its own policy, by the hashes of its one style and one script; a second one would forbid both.
            return HTMLResponse(shown.page, headers={"content-security-policy": "frame-ancestors 'none'"})
        return self._html(shown.template, shown.context, place, nights, query)

    def _html(
        self,
        template: str,
        context: Mapping[str, Any],
        place: Place,
        nights: Sequence[tuple[int, str]],
        query: Mapping[str, Sequence[str]],
        status: int = 200,
    ) -> Response:
        kept = [(name, value) for name, values in query.items() if name != "night" for value in values]
        night = place.night or (nights[-1][0] if nights else 0)
        frame = {
            "words": words, "kinds": kinds, "sprite": sprite(), "place": place, "at": place.to, "nights": nights, "night": night,
            "day": dict(nights).get(night, ""), "kept": kept, "posted": place.path == "/find", "locked": self._token is not None,
        }  # fmt: skip
        return HTMLResponse(self._templates.get_template(template).render(**frame, **context), status)

    def _trouble(self, status: int, sentence: str) -> Response:
        said = f"{words.show(sentence, 600)}."
        return self._html("trouble.html", {"title": "Not to be shown", "sentence": said}, Place("", None), (), {}, status)

    async def _nowhere(self, request: Request, problem: Exception) -> Response:
        return self._trouble(404, "there is no such page here: begin with the queue")

    async def _enter(self, request: Request) -> Response:
        if self._token is None:
            return RedirectResponse("/", 303)
        wrong = False
        if request.method == "POST":
            given = (await _form(request)).get("token") or [""]
            if self._token.opens(given[-1].strip()):
                return RedirectResponse("/", 303, headers={"set-cookie": self._token.cookie()})
            await asyncio.sleep(WRONG_TOKEN_SECONDS)
            wrong = True
        return self._html("enter.html", {"title": "Token", "wrong": wrong}, Place("", None), (), {}, 401 if wrong else 200)


class ExploreServer:
    """Serves from the moment it is made until it is closed; a context manager.

    ``port`` 0 takes a free one. Raises UsageError for a host that is not this machine where there is no token, FraudgraphError where the
    port cannot be had.
    """

    def __init__(self, store: Store, settings: Settings, host: str, port: int, token: str | None, tell: Tell) -> None:
        address = bindable(host, token is not None)
        self._socket = _listening(address, port)
        self.port = int(self._socket.getsockname()[1])
        self.origin = f"http://{_bracketed(host)}:{self.port}"
        secret = Token(token) if token is not None else None
        self._explorer = Explorer(store, settings, secret, tell)
        guarded = Guard(self._explorer.app(), hosts_of(host, self.port), secret)
        config = uvicorn.Config(
            guarded, http="h11", ws="none", loop="asyncio", lifespan="off", log_config=None, log_level="critical", access_log=False,
            server_header=False, proxy_headers=False, timeout_graceful_shutdown=3, limit_concurrency=64,
        )  # fmt: skip
        self._server = uvicorn.Server(config)

    def serve(self) -> None:
        """Answer until `stop` is called from another thread, or the process is interrupted."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """End `serve`."""
        self._server.should_exit = True

    def __enter__(self) -> ExploreServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._explorer.close()
        self._socket.close()


def bindable(host: str, guarded: bool) -> str:
    """Return the address to listen on; raise UsageError for one that others can reach where no token guards it, and for all at once."""
    name = "127.0.0.1" if host == "localhost" else host
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        raise UsageError(f"--host {host} is no address: give one of this machine, such as 127.0.0.1") from None
    if address.is_loopback:
        return name
    if address.is_unspecified:
        raise UsageError(f"--host {host} means every address of this machine: name the one by which it is to be called")
    if not guarded:
        raise UsageError(f"--host {host} can be reached by others: give a token with --token-file, or leave --host out")
    return name


def hosts_of(host: str, port: int) -> frozenset[str]:
    """Return the Host headers by which a server at ``host`` may be called."""
    names = {_bracketed(host)}
    if host == "localhost" or ipaddress.ip_address(host).is_loopback:
        names |= {"localhost", "127.0.0.1", "[::1]"}
    return frozenset(name + tail for name in names for tail in ([f":{port}", ""] if port == 80 else [f":{port}"]))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listening(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    except OSError as problem:
        if problem.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "taken" if problem.errno == errno.EADDRINUSE else "not open to you"
            raise FraudgraphError(f"port {port} is {why}: give --port another number, or 0 for any free one") from problem
        raise FraudgraphError(f"{address} cannot be served from here ({problem.strerror}): leave --host out") from problem


def _nights(reader: Reader) -> list[tuple[int, str]]:
    """Return (night, the day on which it became known), oldest first."""
    zone = ZoneInfo(tables.zone_of(reader))
    return [(batch.night, words.day(datetime.fromisoformat(batch.known_at).astimezone(zone))) for batch in reader.batches()]


async def _form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form; of a body that is too long, none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return {}
    return parse_qs(body.decode("utf-8", "replace"), max_num_fields=50, errors="replace")


def _part(name: str) -> str:
    return resources.files("fraudgraph.explore.pages").joinpath(name).read_text(encoding="utf-8")


def _static(path: str, text: str, kind: str) -> Route:
    async def endpoint(request: Request) -> Response:
        return Response(text, media_type=kind)

    return Route(path, endpoint)
