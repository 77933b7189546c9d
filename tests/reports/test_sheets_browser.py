"""The pages by month and by channel in a real Chromium: nothing runs, nothing is asked for, nothing is cut off; light, dark, paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import ask, asked, look
from report_books import a_bad_channel, a_year, forty_months, labelled, reader
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_browser import browser
from test_sheets import BREAK, channel_page, hostile, month_page

assert browser  # the fixture, by its name


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of the pages of several books."""
    texts = {
        "break": month_page(a_year(), BREAK),
        "labels": month_page(labelled([("W", "confirmed"), ("X", "dismissed")])),
        "long": month_page(forty_months(), BREAK),
        "empty": month_page(reader([], {})),
        "channels": channel_page(reader(*a_bad_channel())),
        "hostile": channel_page(hostile()),
    }
    folder: Path = tmp_path_factory.mktemp("sheets")
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


@pytest.mark.parametrize("name", ["break", "long", "labels", "empty", "channels", "hostile"])
def test_no_error_no_network_and_nothing_runs(browser: webdriver.Chrome, pages: dict[str, str], name: str) -> None:
    look(browser, pages[name])
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert asked(browser) == [pages[name]]
    assert browser.title.startswith(("Hit grades by month", "Channels"))
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("name", ["break", "labels", "channels", "hostile"])
def test_nothing_runs_over_the_side(browser: webdriver.Chrome, pages: dict[str, str], name: str, width: int) -> None:
    look(browser, pages[name], width)
    assert ask(browser, "document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_have_colours_that_show(browser: webdriver.Chrome, pages: dict[str, str], scheme: str) -> None:
    look(browser, pages["break"], scheme=scheme)
    ground = ask(browser, "getComputedStyle(document.body).backgroundColor")
    for selector, what in (
        ("circle.dot", "fill"),
        ("circle.then", "fill"),
        ("rect.volume", "fill"),
        ("rect.gA", "fill"),
        (".break", "stroke"),
    ):
        found = ask(browser, f"[...document.querySelectorAll('svg {selector}')].map(one => getComputedStyle(one).{what})")
        assert found, selector
        assert not {ground, "none", "rgba(0, 0, 0, 0)", "rgb(0, 0, 0)"} & set(found)


def test_labels_of_the_chart_do_not_lie_on_each_other(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for name in ("break", "long", "channels"):
        look(browser, pages[name])
        over = ask(
            browser,
            "[...document.querySelectorAll('svg')].flatMap(svg => { const all = [...svg.querySelectorAll('text')]"
            ".map(one => [one.textContent, one.getBBox()]); return all.flatMap(([a, x], i) => all.slice(i + 1).filter(([b, y]) =>"
            " x.x < y.x + y.width - 1 && y.x < x.x + x.width - 1 && x.y < y.y + y.height - 3 && y.y < x.y + x.height - 3)"
            ".map(([b]) => a + ' / ' + b)); })",
        )
        assert over == []


def test_channels_sort_by_their_figures(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["channels"])
    button = next(one for one in browser.find_elements(By.CSS_SELECTOR, "#figures thead button") if one.text == "Hit rate")
    button.send_keys(Keys.ENTER)
    rates = ask(browser, "[...document.querySelectorAll('#figures tbody tr')].map(row => Number(row.cells[2].dataset.key))")
    assert rates == sorted(rates)
    assert len(set(rates)) > 3


def test_they_print(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for name in ("break", "channels"):
        look(browser, pages[name])
        assert len(browser.print_page()) > 50_000
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert not browser.find_element(By.CSS_SELECTOR, ".top").is_displayed()
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_tables_of_figures_fit_a_wide_window(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for name in ("break", "long", "channels"):
        look(browser, pages[name], 1440)
        over = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.ariaLabel)"
        assert ask(browser, over) == []
