"""A case file in a real Chromium: clicked, walked through by keyboard, in light, dark and on paper; nothing runs, nothing is asked for."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from case_books import gang_of, ring, spread
from chromium import ask, asked, look
from fake_reader import FakeReader
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_browser import browser
from test_page import hostile_book

from fraudgraph.reports import case, case_page

assert browser  # the fixture, by its name

PAGES = ("ring", "spread", "hostile")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of the case files of several gangs."""
    readers: dict[str, FakeReader] = {"ring": ring(), "spread": spread(300), "hostile": hostile_book().reader()}
    folder: Path = tmp_path_factory.mktemp("cases")
    for name, reader in readers.items():
        (folder / f"{name}.html").write_text(case_page.page(case.case(reader, gang_of(reader))), encoding="utf-8", errors="replace")
    return {name: (folder / f"{name}.html").as_uri() for name in readers}


@pytest.mark.parametrize("name", PAGES)
def test_no_error_no_network_and_nothing_over_the_side(browser: webdriver.Chrome, pages: dict[str, str], name: str) -> None:
    for width in (360, 1280):
        look(browser, pages[name], width)
        assert [entry["message"] for entry in browser.get_log("browser")] == []
        assert asked(browser) == [pages[name]]
        assert browser.title.startswith("G-APP")
        assert ask(browser, "document.documentElement.scrollWidth") <= width
        assert browser.find_element(By.TAG_NAME, "h1").is_displayed()


def test_a_click_lights_up_what_somebody_is_tied_to(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["ring"])
    device = browser.find_element(By.CSS_SELECTOR, "#net .values g")
    device.click()
    assert device.get_attribute("aria-pressed") == "true"
    assert browser.find_element(By.ID, "chosen").text.count("intent") == 3
    dim = "[...document.querySelectorAll('#net g[data-of]:not(.lit)')].map(one => getComputedStyle(one).opacity)"
    assert set(ask(browser, dim)) == {"0.14"}
    assert len(ask(browser, dim)) == 2, "the phone, and the one who has no such device"
    lit = ask(browser, "[...document.querySelectorAll('#people tr.lit')].map(row => row.dataset.of)")
    assert sorted(lit) == sorted(ask(browser, "[...document.querySelectorAll('#net .people g.lit')].map(one => one.dataset.of)"))
    device.click()
    assert browser.find_element(By.ID, "chosen").text == ""
    assert ask(browser, "document.querySelectorAll('.lit').length") == 0


def test_the_picture_can_be_walked_through_without_a_mouse(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["ring"])
    for _ in range(30):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if ask(browser, "document.activeElement.matches('#net g')"):
            break
        assert ask(browser, "getComputedStyle(document.activeElement).outlineStyle") != "none"
    first = ask(browser, "document.activeElement.getAttribute('aria-label')")
    assert "intent" in first
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert ask(browser, "document.activeElement.getAttribute('aria-label')") != first
    assert ask(browser, "getComputedStyle(document.activeElement.querySelector('circle')).strokeWidth") == "3.5px"
    browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT, Keys.ENTER)
    assert browser.find_element(By.ID, "chosen").text.startswith(first)
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.find_element(By.ID, "chosen").text == ""
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert not ask(browser, "document.activeElement.matches('#net *')"), "one stop for the whole picture"


def test_evidence_opens_to_the_applications_that_say_so(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["ring"])
    first = browser.find_element(By.CSS_SELECTOR, ".source")
    assert not first.find_element(By.TAG_NAME, "li").is_displayed()
    first.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    assert first.find_element(By.TAG_NAME, "li").text.startswith("APP00")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_both_colours(browser: webdriver.Chrome, pages: dict[str, str], scheme: str) -> None:
    look(browser, pages["ring"], scheme=scheme)
    contrast = """[...document.querySelectorAll('main h2, main p, main td, main th, main li, main dt, main dd')].filter(one => {
      const mix = (text) => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = text; c.fillRect(0, 0, 1, 1);
        const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
        return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => linear(v / 255)); };
      const light = (text) => { const [r, g, b] = mix(text); return .2126 * r + .7152 * g + .0722 * b; };
      const a = light(getComputedStyle(one).color), b = light(getComputedStyle(document.body).backgroundColor);
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5; }).map(one => one.outerHTML.slice(0, 80))"""
    assert ask(browser, contrast) == []
    picture = base64.b64decode(browser.get_screenshot_as_base64())
    assert len(picture) > 20_000


def test_it_prints_with_its_sources_and_a_place_to_sign(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    look(browser, pages["ring"])
    assert len(browser.print_page()) > 50_000
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.find_element(By.CSS_SELECTOR, ".sign dl").is_displayed()
        assert not browser.find_element(By.CSS_SELECTOR, ".top").is_displayed()
        heights = ask(browser, "[...document.querySelectorAll('.source ul')].map(one => one.getBoundingClientRect().height)")
        assert heights
        assert min(heights) > 0, "what is folded away is printed"
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_script_it_is_whole(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        look(browser, pages["ring"])
        assert browser.find_element(By.CSS_SELECTOR, "svg.net").is_displayed()
        assert "Choose a person" not in browser.find_element(By.ID, "picture").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
