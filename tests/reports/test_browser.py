"""The page in a real Chromium, opened as a file: what an analyst sees, with no network, no error and no way for a value to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import ask, asked, chromium, look
from fake_reader import FakeReader, empty_tables, lenders_book
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_page import hostile_book, without_gangs

from fraudgraph.reports import report


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of the pages of several books."""
    plain = lenders_book(plain=300).reader()
    queue = FakeReader(without_gangs(plain), {**plain.summary, "calibration": {"case": "no intents"}}, plain.remembered)
    nobody = FakeReader(without_gangs(plain), plain.summary, plain.remembered)
    readers = {"gangs": plain, "hostile": hostile_book().reader(), "queue": queue, "nobody": nobody, "empty": FakeReader(empty_tables())}
    folder = tmp_path_factory.mktemp("pages")
    for name, reader in readers.items():
        (folder / f"{name}.html").write_text(report.page(reader, 1), encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in readers}


@pytest.mark.parametrize("name", ["gangs", "hostile", "queue", "nobody", "empty"])
def test_no_error_no_network_and_nothing_runs(browser: webdriver.Chrome, pages: dict[str, str], name: str) -> None:
    look(browser, pages[name])
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert asked(browser) == [pages[name]]
    assert browser.title.startswith("Suspected gangs")
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()


def test_the_policy_holds_against_a_script_that_slipped_in(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["gangs"])
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = \"document.title = 'run'\"; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'http://localhost:9/x.png'; document.body.append(i);"
    )
    assert browser.title != "run"
    refused = [entry["message"] for entry in browser.get_log("browser")]
    assert any("Content Security Policy" in message for message in refused)


def test_pictures_and_headings_are_there_to_see(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["gangs"])
    pictures = browser.find_elements(By.CSS_SELECTOR, "svg.net")
    assert len(pictures) == report.PICTURES
    assert all(picture.size["width"] > 300 and picture.size["height"] > 120 for picture in pictures)
    heads = [head.text for head in browser.find_elements(By.TAG_NAME, "h2")]
    assert heads == ["How a group is called a gang", "Trend by month", "The suspected gangs", "All suspected gangs", "What this rests on"]
    colours = ask(browser, "[...document.querySelectorAll('.people circle')].map(one => getComputedStyle(one).fill)")
    assert len(set(colours)) >= 5
    assert "rgb(0, 0, 0)" not in colours


def test_labels_fit_into_their_boxes(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for name in ("gangs", "hostile"):
        look(browser, pages[name])
        over = ask(
            browser,
            "[...document.querySelectorAll('.values > g')].filter(one => one.querySelector('text').getBBox().x + "
            "one.querySelector('text').getBBox().width > one.querySelector('rect').getBBox().x + one.querySelector('rect').getBBox().width)"
            ".map(one => one.textContent)",
        )
        assert over == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440, 2200])
@pytest.mark.parametrize("name", ["gangs", "hostile", "queue"])
def test_nothing_runs_over_the_side(browser: webdriver.Chrome, pages: dict[str, str], name: str, width: int) -> None:
    look(browser, pages[name], width)
    assert ask(browser, "document.documentElement.scrollWidth") <= width
    outside = ask(
        browser,
        "[...document.querySelectorAll('main *')].filter(one => !one.closest('.scroll') && one.getBoundingClientRect().right >"
        f" {width + 1}).map(one => one.outerHTML.slice(0, 90))",
    )
    assert outside == []


def test_dark_follows_the_system_and_the_button(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    look(browser, pages["gangs"])
    browser.execute_script("localStorage.clear()")
    look(browser, pages["gangs"])
    light = ask(browser, ground)
    look(browser, pages["gangs"], scheme="dark")
    dark = ask(browser, ground)
    assert light != dark
    browser.find_element(By.ID, "theme").click()
    assert ask(browser, ground) == light
    browser.refresh()
    assert ask(browser, ground) == light, "the choice is remembered"
    browser.execute_script("localStorage.clear()")


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["gangs"])
    seen = []
    for _ in range(9):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        seen.append(ask(browser, "document.activeElement.textContent.trim().slice(0, 20) || document.activeElement.tagName"))
        assert ask(browser, "getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert seen[0] == "Skip to the report"
    assert "Trend" in seen
    assert "Dark" in seen


def test_a_table_sorts_by_its_figures(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["gangs"])
    button = next(one for one in browser.find_elements(By.CSS_SELECTOR, "#all thead button") if one.text == "People")
    column = "[...document.querySelectorAll('#all tbody tr')].map(row => Number(row.cells[3].dataset.key))"
    button.send_keys(Keys.ENTER)
    assert ask(browser, column) == sorted(ask(browser, column))
    assert ask(browser, column)[-1] == 120
    assert button.find_element(By.XPATH, "..").get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert ask(browser, column)[0] == 120


def test_without_script_the_page_is_whole(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, pages["gangs"])
        assert len(browser.find_elements(By.CSS_SELECTOR, "svg.net")) == report.PICTURES
        assert not browser.find_element(By.ID, "theme").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_it_prints(browser: webdriver.Chrome, pages: dict[str, str], tmp_path: Path) -> None:
    look(browser, pages["gangs"])
    printed = browser.print_page()
    assert len(printed) > 50_000
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.find_element(By.CSS_SELECTOR, ".top").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
