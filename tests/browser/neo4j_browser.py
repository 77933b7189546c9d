"""Neo4j Browser as a person uses it: connect, type, look, drop a file; in a real Chromium that reaches nothing but this machine."""

from __future__ import annotations

import base64
import itertools
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = ("--window-size=1500,1000", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
PATIENCE = 120.0
"""Seconds that anything may take to appear on a busy machine."""

AGAIN = 10.0
"""Seconds after which something without an effect is done again."""

NOT_YET = (NoSuchElementException, StaleElementReferenceException, StopIteration)

T = TypeVar("T")


def part(name: str) -> tuple[str, str]:
    """Return how the part of the page that Browser calls ``name`` is found."""
    return By.CSS_SELECTOR, f'[data-testid="{name}"]'


class Browser:
    """The page of one server. Screenshots go into ``folder``, numbered in the order they were taken."""

    def __init__(self, driver: webdriver.Chrome, http: str, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        self.address = http.replace("127.0.0.1", "localhost") + "/browser/"
        self._numbers = itertools.count(1)

    def until(self, ready: Callable[[], T], why: str) -> T:
        """Wait until ``ready`` gives something true, and return it; what is not there yet, or no more, is waited for."""
        wait = WebDriverWait(self.driver, PATIENCE, poll_frequency=0.1, ignored_exceptions=NOT_YET)
        try:
            return wait.until(lambda _: ready())
        except TimeoutException:
            seen = self.driver.find_element(*part("main")).text
            raise AssertionError(f"{why} ({self.look('failed')}): {seen[:500]}") from None

    def find(self, name: str, inside: WebElement | None = None) -> WebElement:
        """Wait for a part of the page that can be seen."""
        within = inside or self.driver
        return self.until(lambda: next(one for one in within.find_elements(*part(name)) if one.is_displayed()), f"no {name} to see")

    def look(self, name: str) -> Path:
        """Take a screenshot and return its file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{next(self._numbers):02}-{name}.png"
        assert self.driver.save_screenshot(str(file))
        return file

    def open(self, uri: str, username: str, password: str) -> None:
        """Open the page, fill in its form and send it."""
        self.driver.get(self.address)
        for name, value in (("boltaddress", uri.split("://")[1]), ("username", username), ("password", password)):
            field = self.find(name)
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(value)
        self.find("connect").click()

    def type(self, text: str) -> None:
        """Put a text into the editor in place of what is there."""
        editor = self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, ".monaco-editor textarea"), "no editor")
        editor.send_keys(Keys.CONTROL, "a")
        self.driver.execute_cdp_cmd("Input.insertText", {"text": text})

    def run(self, text: str) -> WebElement:
        """Type into the editor, run it, and return the frame that answers; an error in it fails the test."""
        self.type(text)
        return self.answer(lambda: self.find("editor-Run").click(), text)

    def answer(self, act: Callable[[], object], what: str) -> WebElement:
        """Return the frame that an action brings when it is whole; an error in it fails the test."""
        before = {frame.id for frame in self.frames()}
        new = self.effect(act, lambda: [one for one in self.frames() if one.id not in before], f"no frame answers {what!r}")
        frame = new[0]
        self.until(
            lambda: not frame.find_elements(By.CSS_SELECTOR, '[class*="spinner" i], [data-testid="spinner"]'), f"{what!r} never ends"
        )
        self.until(lambda: frame.find_element(*part("frameContents")).text or frame.find_elements(By.TAG_NAME, "svg"), f"{what!r} is empty")
        assert not frame.find_elements(*part("cypherFrameErrorMessage")), f"{what!r}: {frame.text}"
        assert "ERROR" not in frame.text, f"{what!r}: {frame.text}"
        return frame

    def effect(self, act: Callable[[], object], seen: Callable[[], T], why: str) -> T:
        """Act, and again every few seconds, until something is seen of it: what is clicked on while it is drawn afresh does nothing."""
        last = -math.inf

        def tried() -> T:
            nonlocal last
            found = seen()
            if not found and time.monotonic() - last > AGAIN:
                act()
                last = time.monotonic()
                found = seen()
            return found

        return self.until(tried, why)

    def click(self, element: WebElement) -> None:
        """Scroll there and click, as soon as it can be: a frame that has just come has not its size yet."""

        def clicked() -> bool:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            try:
                element.click()
            except (ElementNotInteractableException, ElementClickInterceptedException):
                return False
            return True

        self.until(clicked, "nothing to click on")

    def frames(self) -> list[WebElement]:
        """Return the frames of the stream, the newest first."""
        return self.driver.find_elements(*part("frame"))

    def circles(self, frame: WebElement, count: int) -> list[tuple[str, str]]:
        """Wait until the frame's graph has so many nodes; returns (colour, caption) of each."""
        script = """return [...arguments[0].querySelectorAll('g.node')].map(node => [
            [...node.querySelectorAll('circle')].map(one => getComputedStyle(one).fill).find(fill => fill !== 'none'), node.textContent])"""

        def drawn() -> list[tuple[str, str]] | None:
            found = [(colour, caption) for colour, caption in self.driver.execute_script(script, frame)]
            return found if len(found) == count else None

        found = self.until(drawn, f"no graph of {count} nodes")
        assert found is not None
        return found

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file onto the window, as from a folder of the desktop."""
        script = """
            const bytes = Uint8Array.from(atob(arguments[1]), one => one.charCodeAt(0));
            window.dropped = new DataTransfer();
            window.dropped.items.add(new File([bytes], arguments[0]));"""
        event = """
            const event = new DragEvent(arguments[0], {bubbles: true, cancelable: true, dataTransfer: window.dropped});
            document.elementFromPoint(innerWidth / 2, innerHeight / 2).dispatchEvent(event);"""
        self.driver.execute_script(script, name, base64.b64encode(content).decode("ascii"))
        for kind in ("dragenter", "dragover", "drop"):
            self.driver.execute_script(event, kind)


def artefacts(fallback: Path) -> Path:
    """Return where screenshots are kept: in FRAUDGRAPH_ARTEFACTS, apart for each line of Neo4j, else in a folder of the test's own."""
    kept = os.environ.get("FRAUDGRAPH_ARTEFACTS")
    return Path(kept) / f"browser-{os.environ.get('FRAUDGRAPH_NEO4J_LINE', '5')}" if kept else fallback
