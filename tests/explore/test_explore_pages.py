"""Every page of a small book: what it shows, that nothing in it is plain or runs, and that its addresses say nothing of anybody."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from explore_books import HOSTILE, PLAIN, Pages, fill, gang_of, query_of

from fraudgraph.errors import StoreBusy
from fraudgraph.explore import places


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder = tmp_path_factory.mktemp("explore")
    fill(folder / "book.duckdb", folder)
    return Pages(folder / "book.duckdb")


def test_the_queue_leads_to_its_gangs(pages: Pages) -> None:
    page = pages.ask("/")
    gang = gang_of(pages.store)
    assert page.status == 200
    assert "1 gang, 1 of them waits for a decision" in page.text
    assert f"/gang?id={gang}" in page.links
    assert "No gang fits." in pages.ask("/?grade=D&decision=dismissed").text
    assert pages.ask("/?grade=Z").status == 404


def test_every_page_that_a_link_leads_to_is_there_and_shows_nothing_plain(pages: Pages) -> None:
    seen: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(seen) < 25:
        address = waiting.pop(0)
        found = pages.ask(address)
        seen[address] = found.text
        assert found.status == 200, address
        for plain in PLAIN:
            assert plain not in found.text, (plain, address)
            assert plain not in unquote_plus(" ".join(found.addresses)), (plain, address)
        assert HOSTILE not in found.text
        assert found.text.count("<script") == 1, address
        fresh = [link for link in dict.fromkeys(found.links) if link.startswith("/") and not link.startswith("/static")]
        for link in fresh:
            alike = sum(link.partition("?")[0] == other.partition("?")[0] for other in (*seen, *waiting))
            if link not in seen and link not in waiting and alike < 4:
                waiting.append(link)
    kinds = {address.partition("?")[0] for address in seen}
    assert kinds >= {"/", "/gang", "/graph", "/show", "/why", "/path", "/case"}
    assert pages.told == []


@pytest.mark.parametrize("value", ["13812345600", "138 1234 5600", "5600", "shared-device-1", "王伟明", "G0", "138****5600"])
def test_a_search_finds_a_value_in_any_spelling_and_never_repeats_it(pages: Pages, value: str) -> None:
    page = pages.ask("/find", {"value": value})
    assert page.status == 200
    assert f"/show?id={'G0' if value == 'G0' else 'P-G0'}" in page.links
    for plain in PLAIN:
        assert plain not in page.text
        assert plain not in unquote_plus(" ".join(page.addresses))


def test_a_search_that_finds_nothing_says_so(pages: Pages) -> None:
    assert "Nothing in the book is written like this" in pages.ask("/find", {"value": "19999999999"}).text
    assert pages.ask("/find", {"value": "  "}).status == 404
    assert pages.ask("/find", {"value": "x" * 30_000}).status == 404


def test_an_id_with_marks_of_an_address_in_it_is_one_id(pages: Pages) -> None:
    link = places.Place("/", None).to("/show", id="G/4 &x=1")
    page = pages.ask(link)
    assert page.status == 200
    assert "2026-01-06 09:30" in page.text


def test_the_graph_opens_hop_by_hop_and_folds_in_again(pages: Pages) -> None:
    begun = pages.ask("/graph?open=P-G0&at=P-G0")
    assert begun.text.count('class="in"') == 5, "whoever shares the device, and the person"
    value = next(link for link in begun.links if query_of(link).get("at", [""])[0].startswith("device"))
    opened = pages.ask(value)
    assert query_of(value)["open"] == ["P-G0", query_of(value)["at"][0]]
    assert "Fold in" in opened.text
    assert opened.text.count('class="value open of"') == 1
    folded = next(link for link in opened.links if query_of(link).get("open") == ["P-G0"] and "#graph" in link)
    assert pages.ask(folded).text.count('class="value open') == 0


def test_what_is_not_in_the_book_of_a_night_is_left_out_of_its_graph(pages: Pages) -> None:
    late = places.Place("/", 1).to("/graph", open=["P-G0", "P-G/4 &x=1", "P-nobody"])
    page = pages.ask(late)
    assert page.status == 200
    assert page.text.count("is not in the book of this night") == 2
    assert page.text.count('class="in"') == 4


def test_an_earlier_night_is_the_book_as_it_was_and_stays_so_from_page_to_page(pages: Pages) -> None:
    gang = gang_of(pages.store)
    assert "5 people" in pages.ask(f"/gang?id={gang}").text
    then = pages.ask(f"/gang?id={gang}&night=1")
    assert "4 people" in then.text
    inner = [link for link in then.links if link.startswith("/") and not link.startswith("/static") and "?" in link]
    assert inner
    assert all(query_of(link)["night"] == ["1"] for link in inner)
    assert re.search(r'name="night" min="1" max="2" value="1"', then.text)
    assert pages.ask("/?night=3").status == 404
    assert pages.ask("/?night=-1").status == 404
    assert pages.ask("/?night=0").status == 404
    assert pages.ask("/?night=2").text == pages.ask("/").text


def test_paths_and_reasons_are_told(pages: Pages) -> None:
    page = pages.ask("/path?from=G0&to=G3")
    assert "The shortest way has 1 step" in page.text
    assert "/why?a=P-G0&b=P-G3" in page.links
    assert "They share nothing." in pages.ask("/why?a=G0&b=N1").text
    assert "No chain of at most" in pages.ask("/path?from=G0&to=N1").text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nothing", 404), ("/show?id=zz", 404), ("/show", 404), ("/gang?id=G-zz", 404), ("/case?id=", 404), ("/path?from=G0&to=zz", 404),
     ("/show?id=" + "x" * 400, 404), ("/find", 404), ("/why?a=device@G0", 404), ("/graph?open=zz", 200)],
)  # fmt: skip
def test_what_is_not_there_is_said_in_a_sentence(pages: Pages, address: str, status: int) -> None:
    page = pages.ask(address)
    assert page.status == status
    assert "Traceback" not in page.text
    assert "<h1" in page.text


def test_a_busy_store_and_a_fault_are_said_without_their_words(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise StoreBusy("somebody writes: ask again")

    monkeypatch.setattr(pages.store, "snapshot", busy)
    page = pages.ask("/")
    assert page.status == 503
    assert "somebody writes: ask again" in page.text

    def broken() -> None:
        raise RuntimeError("13812345600")

    monkeypatch.setattr(pages.store, "snapshot", broken)
    page = pages.ask("/")
    assert page.status == 500
    assert "13812345600" not in page.text + " ".join(pages.told)
    assert "RuntimeError" in pages.told[-1]


def test_an_empty_book_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.duckdb").touch()
    assert "The book is still empty." in Pages(tmp_path / "empty.duckdb").ask("/").text


def test_the_case_file_is_the_one_that_the_command_writes(pages: Pages) -> None:
    page = pages.ask(f"/case?id={gang_of(pages.store)}")
    assert page.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert "script-src &#39;sha256-" in page.text
    assert "digest of this case" in page.text
