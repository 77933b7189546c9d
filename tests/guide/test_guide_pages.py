"""The guide, the style sheet and the favourites as they are served."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest

from fraudgraph import cypherfiles, model
from fraudgraph.cypherfiles import TOPICS, questions
from fraudgraph.guide import pages

ORIGIN = "http://localhost:7475"
VOID = {"br", "img", "hr"}


class Reader(HTMLParser):
    """Checks that tags close in order, and gathers what Browser acts on."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.runnable: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))
        if tag == "pre":
            self.runnable.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "pre":
            self.runnable[-1] += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_the_guide_is_a_deck_of_slides_that_closes_what_it_opens() -> None:
    reader = read(pages.guide(ORIGIN))
    assert reader.seen[0] == ("article", {"class": "guide"})
    assert reader.seen[1][0] == "carousel"
    assert sum(tag == "slide" for tag, _ in reader.seen) >= 8


def test_the_guide_runs_nothing_and_fetches_nothing_by_itself() -> None:
    reader = read(pages.guide(ORIGIN))
    assert not {tag for tag, _ in reader.seen} & {"script", "iframe", "img", "link", "object", "style"}
    links = {attributes["href"] for _, attributes in reader.seen if attributes.get("href")}
    assert links == {f"{ORIGIN}/favourites.zip"}
    assert not [name for _, attributes in reader.seen for name in attributes if name.startswith("on")]


def test_nothing_in_it_looks_like_an_event_handler_to_browser() -> None:
    """Browser cuts such parts out of a guide, in the middle of a query too."""
    cut = re.compile(r"""\s+on[^\s=]+\s*=\s*("[^"]*"|'[^']*'|[\w\-.:]+\s*)""", re.IGNORECASE)
    assert any(cut.search(question.text) for question in questions()), "there are questions that would be cut"
    assert not cut.search(pages.guide(ORIGIN))


def test_every_mark_of_the_guide_is_filled() -> None:
    assert "{{" not in pages.guide(ORIGIN)


def test_a_mark_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cypherfiles, "text", lambda *path: "<p>{{question no-such-question}}</p>")
    with pytest.raises(ValueError, match="no-such-question"):
        pages.guide(ORIGIN)


def test_its_blocks_are_the_questions_themselves() -> None:
    bodies = {re.sub(r"\A(?://.*\n)+", "", question.text).strip(): question for question in questions()}
    blocks = [block.strip() for block in read(pages.guide(ORIGIN)).runnable]
    named = [block for block in blocks if block.startswith("// ")]
    assert len(named) >= 12
    for block in named:
        title, body = block.split("\n", 1)
        assert bodies[body].title == title.removeprefix("// ")
    assert len(blocks) - len(named) == 1  # the example of how a night is asked for


def test_what_a_block_asks_for_can_be_set_before_it_on_its_slide() -> None:
    """Whoever clicks from top to bottom never meets a question whose parameters are not set."""
    by_title = {question.title: question for question in questions()}
    known: set[str] = set()
    for slide in pages.guide(ORIGIN).split("<slide")[1:]:
        reader = read("<slide" + slide.split("</carousel>")[0])
        known |= {str(a["data-populate"]).split()[1] for _, a in reader.seen if str(a.get("data-populate", "")).startswith(":param ")}
        for block in reader.runnable:
            title = block.strip().splitlines()[0].removeprefix("// ")
            if title in by_title:
                assert {one.name for one in by_title[title].parameters} <= known, title


def test_every_question_is_listed_with_its_purpose() -> None:
    text = pages.guide(ORIGIN)
    for heading in TOPICS.values():
        assert f"<h4>{heading}</h4>" in text
    for question in questions():
        assert f"<b>{question.title}</b>" in text.replace("&#x27;", "'")


def test_the_origin_is_where_the_others_are() -> None:
    text = pages.guide("http://localhost:1")
    assert 'data-populate=":style http://localhost:1/style.grass"' in text
    assert ORIGIN not in text


def test_favourites_are_folders_of_cypher_files_each_with_its_title_first() -> None:
    with zipfile.ZipFile(io.BytesIO(pages.favourites())) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(found.values()) == sorted(question.text for question in questions())
    assert {name.split("/")[0] for name in found} == {f"fraudgraph {topic}" for topic in TOPICS}
    assert all(name.endswith(".cypher") and name.count("/") == 1 for name in found)
    assert all(text.startswith("// ") for text in found.values())


def test_favourites_are_the_same_bytes_every_time() -> None:
    assert pages.favourites() == pages.favourites()


def rules(text: str) -> dict[str, dict[str, str]]:
    """GraSS as Browser reads it: selectors, then ``name: value;`` in braces; a caption's own braces stand in quotes."""
    found = re.findall(r"([\w.]+) \{\n((?:  [\w-]+: (?:'[^']*'|[^';{}]+);\n)+)\}\n", text)
    assert "\n".join(f"{name} {{\n{body}}}\n" for name, body in found) == text, "something is neither a rule nor a blank line"
    return {name: dict(line.strip().rstrip(";").split(": ", 1) for line in body.splitlines()) for name, body in found}


def test_the_style_is_nothing_but_rules_that_browser_reads() -> None:
    for name, properties in rules(pages.style()).items():
        for key, value in properties.items():
            assert re.fullmatch(r"#[0-9A-F]{6}|\d+px|'[^':;]+'", value), f"{name} {key}"


def test_every_kind_of_identifier_has_a_style() -> None:
    styled = rules(pages.style())
    kinds = {slot.kind for slot in model.SLOTS if not getattr(slot, "matching", False)}
    labels = {f"node.{''.join(part.title() for part in kind.split('_'))}" for kind in kinds}
    assert labels <= styled.keys()


def test_every_relationship_that_the_store_writes_has_a_style() -> None:
    loading = (file for file in cypherfiles.folder().joinpath("load").iterdir() if file.name.endswith(".cypher"))
    types = {found for file in loading for found in re.findall(r"\[\w*:([A-Z_]+)\b", file.read_text(encoding="utf-8"))}
    assert "TIED" in types
    assert {f"relationship.{found}" for found in types} <= rules(pages.style()).keys()


def test_worse_grades_are_larger() -> None:
    styled = rules(pages.style())
    sizes = [int(styled[f"node.Grade{grade}"]["diameter"].removesuffix("px")) for grade in "ABCD"]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert list(styled).index("node.Gang") < list(styled).index("node.GradeA"), "a later rule wins"


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_captions_can_be_read_on_their_colour() -> None:
    """A contrast of 3 to 1 at least (large or bold text by WCAG 2.1; captions are short)."""
    for name, properties in rules(pages.style()).items():
        if name.startswith("node") and "color" in properties:
            light, dark = sorted((luminance(properties["color"]), luminance(properties["text-color-internal"])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3.0, name
