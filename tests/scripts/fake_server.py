"""Something that answers as a Neo4j does when it is asked whether it is there: Bolt's handshake, and one query over HTTP."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import BaseRequestHandler, TCPServer


@contextmanager
def fake_neo4j(password: str) -> Iterator[tuple[int, int]]:
    """Serve on two free ports of the loopback; gives them (Bolt, HTTP)."""
    pair = base64.b64encode(f"neo4j:{password}".encode()).decode("ascii")

    class Bolt(BaseRequestHandler):
        def handle(self) -> None:
            if self.request.recv(20)[:4] == bytes.fromhex("6060b017"):
                self.request.sendall(bytes.fromhex("00000405"))

    class Http(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202 if self.headers["Authorization"] == f"Basic {pair}" else 401)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with TCPServer(("127.0.0.1", 0), Bolt) as bolt, HTTPServer(("127.0.0.1", 0), Http) as http:
        for server in (bolt, http):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield bolt.server_address[1], http.server_address[1]
        finally:
            bolt.shutdown()
            http.shutdown()
