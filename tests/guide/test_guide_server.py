"""What the guide's server answers, to Browser and to everybody else."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from fraudgraph.errors import FraudgraphError, UsageError
from fraudgraph.guide.pages import pages
from fraudgraph.guide.server import GuideServer


@pytest.fixture(scope="module")
def server() -> Iterator[GuideServer]:
    with GuideServer() as made:
        thread = threading.Thread(target=made.serve)
        thread.start()
        try:
            yield made
        finally:
            made.stop()
            thread.join()


def ask(
    server: GuideServer, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_every_page_is_there_and_may_be_read_by_browser(server: GuideServer) -> None:
    for path, page in pages(server.origin).items():
        response, content = ask(server, "GET", path, {"Origin": "http://localhost:7474"})
        assert (response.status, content) == (200, page.content)
        assert response.getheader("Content-Type") == page.content_type
        assert response.getheader("Access-Control-Allow-Origin") == "*"


def test_a_query_behind_the_path_does_not_matter(server: GuideServer) -> None:
    assert ask(server, "GET", "/guide.html?slide=2")[0].status == 200


def test_head_says_how_long_and_no_more(server: GuideServer) -> None:
    response, content = ask(server, "HEAD", "/guide.html")
    assert (response.status, content) == (200, b"")
    assert response.getheader("Content-Length") == str(len(pages(server.origin)["/guide.html"].content))


def test_browser_may_ask_first(server: GuideServer) -> None:
    asked = {
        "Origin": "http://localhost:7474",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "cache-control,pragma",
        "Access-Control-Request-Private-Network": "true",
    }
    response, content = ask(server, "OPTIONS", "/guide.html", asked)
    assert (response.status, content) == (204, b"")
    assert response.getheader("Access-Control-Allow-Origin") == "*"
    allowed = (response.getheader("Access-Control-Allow-Headers") or "").lower()
    assert "cache-control" in allowed
    assert "pragma" in allowed
    assert "GET" in (response.getheader("Access-Control-Allow-Methods") or "")
    assert response.getheader("Access-Control-Allow-Private-Network") == "true"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing.html",
        "/guide.html/",
        "/../setup.cfg",
        "/../../../../../../etc/passwd",
        "/..%2f..%2fsetup.cfg",
        "/%2e%2e/setup.cfg",
        "//etc/passwd",
        "/guide/guide.html",
        "/gang-queue.cypher",
        "/\\..\\setup.cfg",
        "http://elsewhere.example/secret",
    ],
)
def test_no_path_leads_anywhere_else(server: GuideServer, path: str) -> None:
    response, content = ask(server, "GET", path)
    assert response.status == 404
    assert content == b"here are /favourites.zip /guide.html /style.grass\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_nothing_can_be_sent_to_it(server: GuideServer, method: str) -> None:
    response, _ = ask(server, method, "/guide.html", body=b"x" * 100 if method != "TRACE" else None)
    assert response.status == 405
    assert response.getheader("Allow") == "GET, HEAD, OPTIONS"


def test_a_reader_who_goes_away_disturbs_nobody(server: GuideServer, capfd: pytest.CaptureFixture[str]) -> None:
    for sent in (b"", b"GET /guide.html HT", b"GET /guide.html HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\xff"):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(sent)
    assert ask(server, "GET", "/guide.html")[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_one_sentence(server: GuideServer) -> None:
    with pytest.raises(FraudgraphError, match=rf"^port {server.port} is taken: give --port another number"):
        GuideServer("127.0.0.1", server.port)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_loopback_addresses_are_served(host: str) -> None:
    with GuideServer(host) as made:
        assert made.origin == f"http://localhost:{made.port}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_other_addresses_are_refused(host: str) -> None:
    with pytest.raises(UsageError, match="is not this machine"):
        GuideServer(host)
