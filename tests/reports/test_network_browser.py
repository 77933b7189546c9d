"""The graph of one gang in a real Chromium, opened as a file: drawn, with no network, no error, and no value that runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import asked, chromium
from fake_reader import lenders_book
from selenium import webdriver
from selenium.webdriver.common.by import By
from test_network import worst
from test_page import hostile_book

from fraudgraph.reports import network

PATIENCE = 30.0
"""Seconds for a graph to be drawn on busy cores."""


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium("--window-size=1280,900") as found:
        yield found


@pytest.mark.parametrize("name", ["lender", "hostile"])
def test_it_is_drawn_and_fetches_nothing(browser: webdriver.Chrome, tmp_path: Path, name: str) -> None:
    reader = (lenders_book(plain=50) if name == "lender" else hostile_book()).reader()
    file = tmp_path / f"{name}.html"
    file.write_text(network.page(reader, worst(reader)), encoding="utf-8")
    browser.get_log("performance")
    browser.get(file.as_uri())
    assert colours(browser) >= 2, "people and values are on the canvas, each in its colour"
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert [address for address in asked(browser) if not address.startswith("data:")] == [file.as_uri()]
    assert browser.title.startswith(worst(reader))
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith(worst(reader))
    assert "Legend" in browser.find_element(By.TAG_NAME, "main").text


def test_the_policy_holds(browser: webdriver.Chrome, tmp_path: Path) -> None:
    reader = lenders_book(plain=50).reader()
    file = tmp_path / "gang.html"
    file.write_text(network.page(reader, worst(reader)), encoding="utf-8")
    browser.get(file.as_uri())
    browser.get_log("browser")
    browser.execute_script("const i = document.createElement('img'); i.src = 'http://localhost:9/x.png'; document.body.append(i);")
    browser.execute_script("fetch('http://localhost:9/x').catch(() => null)")
    refused = [entry["message"] for entry in browser.get_log("browser")]
    assert len([message for message in refused if "Content Security Policy" in message]) >= 2


def colours(browser: webdriver.Chrome) -> int:
    """How many of the palette's colours the canvas shows, once they are there."""
    script = """
        const seen = new Set();
        for (const canvas of document.querySelectorAll('canvas')) {
            const paper = document.createElement('canvas');
            paper.width = canvas.width; paper.height = canvas.height;
            const context = paper.getContext('2d');
            if (!canvas.width || !canvas.height) continue;
            context.drawImage(canvas, 0, 0);
            const data = context.getImageData(0, 0, paper.width, paper.height).data;
            for (let n = 0; n < data.length; n += 4)
                if (data[n + 3] === 255) seen.add((data[n] << 16) | (data[n + 1] << 8) | data[n + 2]);
        }
        return [...seen];
    """
    palette = {network.PERSON, *network.COLOURS.values()}
    end = time.monotonic() + PATIENCE
    found: set[str] = set()
    while time.monotonic() < end and len(found) < 2:
        found = palette & {f"#{colour:06X}" for colour in browser.execute_script(script)}
        time.sleep(0.2)
    return len(found)
