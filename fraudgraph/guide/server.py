"""The small server behind ``:play`` and ``:style``: a few fixed pages, for the machine that it runs on.

Browser is a page of another origin (the database's own port), so it asks first (OPTIONS) and reads only what says that it may be
read. There is no data of any book here, and no path leads to a file: a request is looked up among the pages, or it is not there.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

from fraudgraph.errors import FraudgraphError, UsageError
from fraudgraph.guide.pages import Page, pages

ALLOWED = "GET, HEAD, OPTIONS"


class GuideServer:
    """Serves from the moment it is made until it is closed; a context manager.

    ``port`` 0 takes a free one. Raises UsageError for a host that is not this machine, FraudgraphError where the port is taken.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        address = _loopback(host)
        try:
            self._server = (_Server6 if ":" in address else _Server)((address, port), _Handler)
        except OSError as problem:
            if problem.errno in (errno.EADDRINUSE, errno.EACCES):
                why = "taken" if problem.errno == errno.EADDRINUSE else "not open to you"
                raise FraudgraphError(f"port {port} is {why}: give --port another number, or 0 for any free one") from problem
            raise FraudgraphError(f"{host} cannot be served from here ({problem.strerror}): leave --host out") from problem
        self.port = int(self._server.server_address[1])
        self.origin = f"http://localhost:{self.port}"
        """Browser reads guides from ``localhost`` only, whatever the address behind it is called."""
        self._server.pages = pages(self.origin)

    def serve(self) -> None:
        """Answer until `stop` is called from another thread, or the process is interrupted."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """End `serve`."""
        self._server.shutdown()

    def __enter__(self) -> GuideServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._server.server_close()


def _loopback(host: str) -> str:
    name = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(name).is_loopback:
            return name
    except ValueError:
        pass
    raise UsageError(f"--host {host} is not this machine: the guide is served on a loopback address such as 127.0.0.1 only")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pages: Mapping[str, Page]

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who goes away in the middle is nobody's error."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "fraudgraph"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_OPTIONS(self) -> None:
        self.send_response(HTTPStatus.NO_CONTENT)
        self._may_be_read()
        self.send_header("Access-Control-Allow-Methods", ALLOWED)
        # Browser sends its own header names along; what they say is not looked at, so any may come.
        self.send_header("Access-Control-Allow-Headers", "*, Authorization, Cache-Control, Pragma, X-Requested-With")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Access-Control-Max-Age", "600")
        self.end_headers()

    def _refuse(self) -> None:
        self.close_connection = True  # whatever body came with it is not read
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, Page("text/plain; charset=utf-8", b"only GET and HEAD\n"), True)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = do_TRACE = _refuse

    def _answer(self, with_body: bool) -> None:
        page = self.server.pages.get(urlsplit(self.path).path)
        if page is None:
            there = " ".join(sorted(self.server.pages))
            self._send(HTTPStatus.NOT_FOUND, Page("text/plain; charset=utf-8", f"here are {there}\n".encode()), with_body)
        else:
            self._send(HTTPStatus.OK, page, with_body)

    def _send(self, status: HTTPStatus, page: Page, with_body: bool) -> None:
        self.send_response(status)
        self._may_be_read()
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ALLOWED)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(page.content)

    def _may_be_read(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said of who fetched what."""
