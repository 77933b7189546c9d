"""Who may ask: names, origins, methods, tokens; and the headers of every answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_books import HOST, Pages
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph.errors import UsageError
from fraudgraph.explore.guard import POLICY, Token
from fraudgraph.explore.server import bindable, hosts_of

SECRET = "a-token-of-some-length"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("guard") / "empty.duckdb"
    place.touch()
    return place


@pytest.fixture(scope="module")
def pages(empty: Path) -> Pages:
    return Pages(empty)


@pytest.fixture(scope="module")
def locked(empty: Path) -> Pages:
    return Pages(empty, SECRET)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", f"{HOST}.evil.example", "", "localhost.evil.example:7476"])
def test_another_name_is_refused(pages: Pages, host: str) -> None:
    page = pages.ask("/", headers={"host": host})
    assert page.status == 421
    assert "book" not in page.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_the_book_is_only_read(pages: Pages, method: str) -> None:
    assert pages.ask("/", method=method).status == 405


@pytest.mark.parametrize(
    ("headers", "method", "status"),
    [
        ({}, "GET", 200),
        ({"sec-fetch-site": "none"}, "GET", 200),
        ({"sec-fetch-site": "same-origin"}, "GET", 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "GET", 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, "GET", 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, "GET", 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "POST", 403),
        ({"origin": "http://evil.example"}, "POST", 403),
        ({"origin": "null"}, "POST", 403),
        ({"origin": f"http://{HOST}"}, "POST", 200),
        ({}, "POST", 200),
    ],
)
def test_other_peoples_pages_may_only_lead_here(pages: Pages, headers: dict[str, str], method: str, status: int) -> None:
    path, form = ("/", None) if method == "GET" else ("/find", {"value": "x"})
    assert pages.ask(path, form, headers).status == status


@pytest.mark.parametrize("address", ["/", "/nothing", "/static/explore.css", "/enter"])
def test_every_answer_forbids_what_it_does_not_need(locked: Pages, pages: Pages, address: str) -> None:
    for asked in (pages.ask(address), locked.ask(address), pages.ask(address, headers={"host": "evil"})):
        assert asked.headers["content-security-policy"] == POLICY
        assert "unsafe" not in POLICY
        assert asked.headers["cache-control"] == "no-store"
        assert asked.headers["x-content-type-options"] == "nosniff"
        assert asked.headers["x-frame-options"] == "DENY"


def test_without_the_token_nothing_is_shown(locked: Pages) -> None:
    page = locked.ask("/gang?id=G-1")
    assert (page.status, page.headers["location"]) == (303, "/enter")
    assert locked.ask("/find", {"value": "x"}).status == 401
    assert "still empty" not in locked.ask("/enter").text


def test_the_token_is_exchanged_for_a_cookie(locked: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraudgraph.explore.server.WRONG_TOKEN_SECONDS", 0)
    wrong = locked.ask("/enter", {"token": SECRET[:-1]})
    assert wrong.status == 401
    assert "set-cookie" not in wrong.headers
    entered = locked.ask("/enter", {"token": f" {SECRET} "})
    assert (entered.status, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert SECRET not in cookie
    assert locked.ask("/", headers={"cookie": cookie.partition(";")[0]}).status == 200
    assert locked.ask("/", headers={"cookie": "fraudgraph=another"}).status == 303


def test_a_program_sends_the_token_along(locked: Pages) -> None:
    assert locked.ask("/", headers={"authorization": f"Bearer {SECRET}"}).status == 200
    assert locked.ask("/", headers={"authorization": "Bearer another"}).status == 303
    assert locked.ask("/", headers={"authorization": SECRET}).status == 303


@given(st.text(max_size=40))
def test_only_the_token_opens(given_: str) -> None:
    assert Token(SECRET).opens(given_) is (given_ == SECRET)
    assert Token(SECRET).knows({"cookie": f"fraudgraph={given_}"}) is False


def test_a_token_is_in_no_message() -> None:
    assert SECRET not in repr(Token(SECRET))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_others_are_answered_only_with_a_token(host: str) -> None:
    with pytest.raises(UsageError):
        bindable(host, False)


def test_with_a_token_one_address_may_be_named() -> None:
    assert bindable("192.0.2.1", True) == "192.0.2.1"
    assert bindable("localhost", False) == "127.0.0.1"
    with pytest.raises(UsageError, match="name the one"):
        bindable("0.0.0.0", True)
    assert hosts_of("192.0.2.1", 80) == {"192.0.2.1", "192.0.2.1:80"}
    assert hosts_of("::1", 7476) == {"[::1]:7476", "localhost:7476", "127.0.0.1:7476"}
