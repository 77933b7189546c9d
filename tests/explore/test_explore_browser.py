"""The book in a real Chromium over a real server: clicked through and taken back in time, on either store; nothing else is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chromium import ask, asked, chromium, look
from explore_books import PLAIN, fill
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from fraudgraph.explore.server import ExploreServer
from fraudgraph.reports import case, case_rows
from fraudgraph.settings import defaults
from fraudgraph.stores import open_store


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as found:
        yield found


@contextmanager
def served(place: str | Path, token: str | None = None) -> Iterator[str]:
    """Serve a store for as long as it takes; give the address."""
    told: list[str] = []
    store = open_store(str(place), create=False, settings=defaults())
    with ExploreServer(store, defaults(), "127.0.0.1", 0, token, told.append) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server.origin
        finally:
            server.stop()
            thread.join(20)
    assert told == []


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    fill(folder / "book.duckdb", folder)
    return folder / "book.duckdb"


def press(browser: webdriver.Chrome, what: str, by: str) -> None:
    """Click on something where it can be seen at once: pages scroll smoothly."""
    there = browser.find_element(by, what)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", there)
    there.click()


def click(browser: webdriver.Chrome, what: str, by: str = By.LINK_TEXT) -> None:
    """Click on something that leads to another page, and wait for it."""
    here = browser.find_element(By.TAG_NAME, "html")
    press(browser, what, by)
    WebDriverWait(browser, 20).until(lambda _: gone(here))


def gone(element: Any) -> bool:
    from selenium.common.exceptions import StaleElementReferenceException

    try:
        element.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def people(browser: webdriver.Chrome) -> int:
    return len(browser.find_elements(By.CSS_SELECTOR, ".grown .people a"))


def walk(browser: webdriver.Chrome, origin: str) -> None:
    """An analyst's walk: the queue, a gang, its graph, a hop, a search, why, a path, the night before."""
    look(browser, origin)
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("1 gang")
    click(browser, "#queue tbody th a", By.CSS_SELECTOR)
    assert "5 people" in browser.find_element(By.TAG_NAME, "h1").text
    press(browser, "#net .values g", By.CSS_SELECTOR)
    assert browser.find_element(By.ID, "chosen").text.count("intent") >= 3

    click(browser, "Open in the graph")
    assert people(browser) == 5
    click(browser, "//*[local-name()='a'][contains(@class,'value')][starts-with(@aria-label,'device')]", By.XPATH)
    assert browser.find_element(By.CSS_SELECTOR, "aside h2").text.startswith("device")
    focused = "(document.activeElement.getAttribute('aria-label') ?? '').startsWith('device')"
    WebDriverWait(browser, 20).until(lambda _: ask(browser, focused))
    browser.switch_to.active_element.send_keys(Keys.TAB)
    here = browser.find_element(By.TAG_NAME, "html")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda _: gone(here))
    assert len(browser.find_elements(By.LINK_TEXT, "close")) == 3, "the gang, the device, and what the keyboard opened"
    browser.back()
    assert len(browser.find_elements(By.LINK_TEXT, "close")) == 2

    field = browser.find_element(By.ID, "value")
    field.send_keys("138 1234 5600")
    click(browser, "form.search button", By.CSS_SELECTOR)
    assert "13812345600" not in browser.page_source.replace(" ", "")
    click(browser, "P-G0")
    click(browser, "Why flagged, or not")
    assert "P-G0 was flagged, or not" in browser.find_element(By.TAG_NAME, "h1").text
    click(browser, "Path")
    browser.find_element(By.NAME, "from").send_keys("G0")
    browser.find_element(By.NAME, "to").send_keys("G/4 &x=1")
    click(browser, "form.filters button", By.CSS_SELECTOR)
    assert "The shortest way has" in browser.find_element(By.ID, "main").text
    click(browser, "Open in the graph")
    assert people(browser) >= 2

    click(browser, "Queue")
    click(browser, "graph")
    slider = browser.find_element(By.ID, "night")
    here = browser.find_element(By.TAG_NAME, "html")
    slider.send_keys(Keys.ARROW_LEFT)
    WebDriverWait(browser, 20).until(lambda _: gone(here))
    assert people(browser) == 4, "the fifth came a night later"
    assert "night 1" in browser.find_element(By.ID, "day").text
    click(browser, "Queue")
    assert "night 1" in browser.find_element(By.ID, "day").text
    click(browser, "#queue tbody th a", By.CSS_SELECTOR)
    click(browser, "Case file")
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("4 people")
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert {address.split("/")[2] for address in asked(browser)} == {origin.split("/")[2]}


def test_an_analysts_walk(browser: webdriver.Chrome, book: Path) -> None:
    with served(book) as origin:
        walk(browser, origin)


def told(place: str | Path) -> str:
    """Return the case of the book's gang, in both of its nights."""
    with open_store(str(place), create=False, settings=defaults()).snapshot() as reader:
        return "".join(case_rows.text(case.case(one, "G-G0")) for one in (reader, reader.at(1)))


def test_the_same_walk_and_the_same_case_on_neo4j(browser: webdriver.Chrome, book: Path, neo4j_url: str, tmp_path: Path) -> None:
    fill(neo4j_url, tmp_path)
    with served(neo4j_url) as origin:
        walk(browser, origin)
    assert told(neo4j_url) == told(book)


def test_it_fits_and_can_be_read_in_both_colours(browser: webdriver.Chrome, book: Path) -> None:
    with served(book) as origin:
        for address in ("/", "/gang?id=G-G0", "/graph?open=G-G0&at=P-G0", "/why?a=G0&b=G1", "/path"):
            for width, scheme in ((360, "light"), (1280, "dark")):
                look(browser, origin + address, width, scheme)
                assert ask(browser, "document.documentElement.scrollWidth") <= width, address
                assert [entry["message"] for entry in browser.get_log("browser")] == []
                assert not any(plain in browser.page_source for plain in PLAIN)
        ground = ask(browser, "getComputedStyle(document.body).backgroundColor")
        browser.find_element(By.ID, "theme").click()
        assert ask(browser, "getComputedStyle(document.body).backgroundColor") != ground
        browser.execute_script("localStorage.clear()")


def test_a_script_that_slipped_in_does_not_run(browser: webdriver.Chrome, book: Path) -> None:
    with served(book) as origin:
        look(browser, origin)
        browser.execute_script("const s = document.createElement('script'); s.textContent = 'document.title = 1'; document.body.append(s)")
        assert browser.title == "Queue · fraudgraph"
        assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))


def test_without_script_the_pages_are_whole(browser: webdriver.Chrome, book: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        with served(book) as origin:
            look(browser, f"{origin}/graph?open=G-G0")
            assert people(browser) == 5
            browser.find_element(By.ID, "night").send_keys(Keys.ARROW_LEFT)
            click(browser, ".nights .go", By.CSS_SELECTOR)
            assert people(browser) == 4
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_token_opens_the_door_once(browser: webdriver.Chrome, book: Path) -> None:
    with served(book, "a-token-of-some-length") as origin:
        look(browser, f"{origin}/gang?id=G-G0")
        assert browser.find_element(By.TAG_NAME, "h1").text == "The token of this book"
        browser.find_element(By.ID, "token").send_keys("a-token-of-some-length")
        click(browser, "form.filters button", By.CSS_SELECTOR)
        assert browser.find_element(By.TAG_NAME, "h1").text.startswith("1 gang")
        assert "a-token" not in browser.current_url
        browser.delete_all_cookies()


def test_a_night_may_be_added_while_the_book_is_served(browser: webdriver.Chrome, tmp_path: Path) -> None:
    from explore_books import HEADER, rows

    from fraudgraph import pipeline

    first, second = (tmp_path / f"{name}.csv" for name in ("first", "second"))
    for file, night in zip((first, second), rows(), strict=True):
        file.write_text(HEADER + "\n".join(night) + "\n", encoding="utf-8")
    pipeline.run([first], store=tmp_path / "book.duckdb", settings=defaults())
    with served(tmp_path / "book.duckdb") as origin:
        look(browser, f"{origin}/gang?id=G-G0")
        assert browser.find_element(By.TAG_NAME, "h1").text.startswith("4 people")
        pipeline.run([second], store=tmp_path / "book.duckdb", settings=defaults())
        browser.refresh()
        assert browser.find_element(By.TAG_NAME, "h1").text.startswith("5 people")
