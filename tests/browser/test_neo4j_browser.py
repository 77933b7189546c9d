"""Neo4j Browser in a real Chromium on the sample book: connect, the guide from end to end, colours, favourites; with screenshots."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium
from neo4j import GraphDatabase
from neo4j_browser import FLAGS, Browser, artefacts, part
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from servers import Server, Stranger

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "data" / "samples"
LARGEST = "MATCH (g:Gang) RETURN g.gangId AS id, g.members AS members ORDER BY members DESC, id LIMIT 1"
PICTURE = "MATCH p = (g:Gang)<-[:IN_GANG]-(:Person) WHERE g.gangId = '{}' RETURN p"


def call(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start the command as a user does."""
    command = [sys.executable, "-m", "fraudgraph", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def book(neo4j_server: Server | Stranger, tmp_path_factory: pytest.TempPathFactory) -> Server | Stranger:
    """A server that holds the sample book, loaded by the command."""
    neo4j_server.wipe()
    inputs = [str(path) for path in sorted(SAMPLES.glob("applications_*.csv"))]
    options = ["--relations", str(SAMPLES / "relations.csv"), "--store", neo4j_server.uri, "--out", str(tmp_path_factory.mktemp("out"))]
    user = {"NEO4J_USERNAME": neo4j_server.username, "NEO4J_PASSWORD": neo4j_server.password}
    with call("run", *inputs, *options, **user) as run:
        run.communicate()
    assert run.returncode == 0
    return neo4j_server


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """Where ``fraudgraph browser-guide`` serves, as it says itself."""
    with call("browser-guide", "--port", "0") as guide:
        assert guide.stdout is not None
        line = next(line for line in guide.stdout if ":style" in line)
        yield line.split()[1].removesuffix("/style.grass")
        guide.terminate()


@pytest.fixture(scope="module")
def browser(book: Server | Stranger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Browser, connected."""
    with chromium(*FLAGS) as driver:
        found = Browser(driver, book.http, artefacts(tmp_path_factory.mktemp("screenshots")))
        found.open(book.uri, book.username, book.password)
        found.until(lambda: "You are connected as user" in driver.find_element(By.TAG_NAME, "body").text, "no connection")
        found.look("connected")
        yield found


@pytest.fixture(scope="module")
def largest(book: Server | Stranger) -> tuple[str, int]:
    """The id and the members of the largest gang."""
    with GraphDatabase.driver(book.uri, auth=(book.username, book.password)) as driver:
        gang, members = driver.execute_query(LARGEST).records[0]
    return gang, members


def test_a_wrong_password_is_told(book: Server | Stranger, tmp_path: Path) -> None:
    with chromium(*FLAGS) as driver:
        page = Browser(driver, book.http, artefacts(tmp_path))
        page.open(book.uri, book.username, "wrong password")
        page.until(lambda: "Neo.ClientError.Security.Unauthorized" in page.find("frameStatusbar").text, "no refusal")
        page.look("refused")


def test_a_gang_is_a_graph(browser: Browser, largest: tuple[str, int]) -> None:
    gang, members = largest
    frame = browser.run(PICTURE.format(gang))
    browser.circles(frame, members + 1)
    assert f"Displaying {members + 1} nodes" in browser.find("vizInspector", frame).text
    browser.look("a-gang")


def test_the_style_gives_gangs_and_people_their_colours_and_captions(browser: Browser, served: str, largest: tuple[str, int]) -> None:
    browser.run(f":style {served}/style.grass")
    gang, members = largest
    drawn = browser.circles(browser.run(PICTURE.format(gang)), members + 1)
    browser.look("a-gang-in-its-colours")
    grass = (ROOT / "cypher" / "browse" / "style.grass").read_text(encoding="utf-8")
    orange, blue = (colour_of(grass, label) for label in ("Gang", "Person"))
    assert {colour for colour, _ in drawn} == {orange, blue}
    captions = [caption for colour, caption in drawn if colour == orange]
    assert len(captions) == 1
    assert re.search(rf"grade\s*[A-D],\s*{members}\s*people", captions[0])
    assert all("*" in caption for colour, caption in drawn if colour == blue), "names are masked"


def colour_of(grass: str, label: str) -> str:
    found = re.search(rf"node\.{label} {{\s*color: #(..)(..)(..);", grass)
    assert found is not None
    return f"rgb({', '.join(str(int(one, 16)) for one in found.groups())})"


def test_the_guide_is_walked_and_everything_in_it_runs(browser: Browser, served: str) -> None:
    guide = browser.run(f":play {served}/guide.html")
    browser.click(guide.find_element(By.CSS_SELECTOR, '[title="Pin at top"]'))  # else Browser drops it after so many answers
    slides = int(browser.until(lambda: re.search(r"1 / (\d+)", guide.text), "no slides")[1])
    ran = 0
    for number in range(1, slides + 1):
        browser.until(lambda number=number: f"{number} / {slides}" in guide.text, f"no slide {number}")
        browser.driver.execute_script("arguments[0].scrollIntoView()", guide)
        browser.look(f"guide-{number}")
        for position in range(len(signs(guide))):
            # The slide is drawn afresh after each answer, so the sign is looked up each time.
            text = signs(guide)[position].find_element(By.XPATH, "..").get_attribute("textContent").strip()
            answer = browser.answer(lambda position=position: browser.click(signs(guide)[position]), text)
            assert "no changes, no records" not in answer.text, text
            ran += 1
            if not text.startswith(":"):
                browser.driver.execute_script("arguments[0].scrollIntoView()", answer)
                browser.look(f"guide-{number}-{re.sub('[^a-z]+', '-', text.splitlines()[0].lower()).strip('-')}")
        if number < slides:
            browser.click(guide.find_element(By.CSS_SELECTOR, "button.next-slide"))
    assert slides >= 8
    assert ran >= 10


def signs(guide: WebElement) -> list[WebElement]:
    """The play signs of the slide."""
    return guide.find_elements(By.CSS_SELECTOR, ".slide :is([data-populate], pre.runnable) > i")


def test_a_line_of_the_guide_goes_into_the_editor_and_the_guide_stays(browser: Browser, served: str) -> None:
    browser.run(f":play {served}/guide.html")
    before = len(browser.frames())

    def guide() -> WebElement:
        """The frame at its first slide: a frame that was pinned may still stand at its last one."""
        return next(frame for frame in browser.frames() if re.search(r"\b1 / \d+", frame.text))

    browser.effect(
        lambda: browser.click(browser.until(lambda: guide().find_element(By.CSS_SELECTOR, "[data-populate]"), "no line")),
        lambda: "/style.grass" in browser.find("activeEditor").text,
        "nothing in the editor",
    )
    assert len(browser.frames()) == before
    assert "Gangs in a book of applications" in guide().text


def test_the_guide_can_stand_beside_the_editor(browser: Browser, served: str) -> None:
    browser.type(f":guide {served}/guide.html")
    browser.find("editor-Run").click()
    drawer = browser.find("guidesDrawer")
    browser.until(lambda: "Gangs in a book of applications" in drawer.text, "no guide")
    browser.look("guide-beside")


def test_favourites_are_dropped_and_one_is_run(browser: Browser, served: str) -> None:
    with urllib.request.urlopen(f"{served}/favourites.zip") as answer:
        browser.drop("favourites.zip", answer.read())
    browser.find("navigationFavorites").click()
    browser.find("expandFolder-fraudgraph gangs").click()
    browser.look("favourites")
    browser.run(":param grades => ['A', 'B', 'C', 'D']")
    title = browser.until(lambda: browser.driver.find_element(*part("scriptTitle-The gang queue")), "no such favourite")
    browser.click(title)
    frame = browser.answer(lambda: browser.find("editor-Run").click(), "The gang queue")
    assert "gangId" in frame.text
    browser.look("a-favourite")
