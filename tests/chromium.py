"""A real Chromium for tests of pages: what it is asked, and what it asks for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
    "--disable-default-apps", "--disable-component-update", "--no-first-run", "--no-proxy-server", "--hide-scrollbars",
)  # fmt: skip
INSTALL = "Chromium is missing: apt-get install -y chromium chromium-driver"


@contextmanager
def chromium(*more: str) -> Iterator[webdriver.Chrome]:
    """Run a Chromium without a window, which keeps a log of what it asks for; ``more``: further flags."""
    program, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if not program or not driver:
        pytest.fail(INSTALL)
    options = Options()
    options.binary_location = program
    for flag in (*FLAGS, *more):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    try:
        found.execute_cdp_cmd("Network.enable", {})
        yield found
    finally:
        found.quit()


def look(browser: webdriver.Chrome, address: str, width: int = 1280, scheme: str = "light") -> None:
    """Open a page afresh in a window of ``width`` pixels."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("performance")
    browser.get(address)


def asked(browser: webdriver.Chrome) -> list[str]:
    """Return the addresses that were asked for since the page was opened."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]


def ask(browser: webdriver.Chrome, script: str) -> Any:
    return browser.execute_script(f"return {script}")
