"""Pictures of groups: where things go, what is drawn and what is said to be left out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from fake_reader import Book, FakeReader, lenders_book
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.reports import groups, layout, picture, tables
from fraudgraph.reports.groups import Group

EDGES = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)).filter(lambda edge: edge[0] != edge[1]), max_size=50)


@settings(max_examples=25, deadline=None)
@given(EDGES, st.integers(1, 25))
def test_no_box_lies_on_another_and_the_same_graph_lies_the_same(edges: list[tuple[int, int]], nodes: int) -> None:
    inside = [(a, b) for a, b in edges if a < nodes and b < nodes]
    width, height = np.full(nodes, 70.0), np.full(nodes, 34.0)
    points = layout.place(nodes, inside, width, height)
    assert np.isfinite(points).all()
    assert np.array_equal(points, layout.place(nodes, inside, width, height))
    gap = np.abs(points[:, None] - points[None])
    apart = (gap[..., 0] > 68) | (gap[..., 1] > 32)
    np.fill_diagonal(apart, True)
    assert apart.all()


@pytest.mark.parametrize("nodes", [7, 21, 40])
def test_a_chain_is_drawn_as_a_chain_and_folded_where_it_is_long(nodes: int) -> None:
    edges = [(i, i + 1) for i in range(nodes - 1)]
    points = layout.place(nodes, edges, np.full(nodes, 20.0), np.full(nodes, 20.0))
    steps = np.hypot(*np.diff(points, axis=0).T)
    assert steps.max() < 2.5 * np.median(steps)
    wide, high = np.ptp(points, axis=0)
    assert wide <= layout.WIDEST + 60
    assert (high > 60) == (nodes > 10)


@pytest.fixture(scope="module")
def reader() -> FakeReader:
    return lenders_book(plain=50).reader()


@pytest.fixture(scope="module")
def shown(reader: FakeReader) -> dict[int, Group]:
    return {len(group.members): group for group in groups.gangs(reader, tables.gangs(reader), "UTC")}


def test_who_shares_what(shown: dict[int, Group]) -> None:
    star = shown[9]
    assert [(item.kind, len(item.members), len(item.contacts)) for item in star.shared] == [("phone", 9, 9), ("wifi", 5, 0)]
    assert star.shared[0].value == "139****5678"
    assert shown[7].shared == ()
    assert shown[7].given == (("transfer", 7),)


def test_a_chain_of_contacts_is_own_at_one_end_and_contact_at_the_other(shown: dict[int, Group]) -> None:
    assert len(shown[11].shared) == 10
    assert all(len(item.contacts) == 1 and len(item.members) == 2 for item in shown[11].shared)


def test_a_building_that_says_no_more_than_the_address_is_not_repeated() -> None:
    book = Book()
    home = {"address.own": "江苏省南京市玄武区中山路18号1单元", "building.own": "江苏省南京市玄武区中山路18号"}
    book.group([book.person(day, 0.8, **home) for day in range(3)], "A")
    reader = book.reader()
    (group,) = groups.gangs(reader, tables.gangs(reader), "UTC")
    assert [item.kind for item in group.shared] == ["address"]


def test_alike_masks_are_told_apart(shown: dict[int, Group]) -> None:
    values = [item.value for item in shown[14].shared if item.kind == "device"]
    assert len(values) == len(set(values)) == 4
    assert values[0].endswith("(1)")


def test_a_generic_identifier_is_no_reason(reader: FakeReader) -> None:
    hubs = pl.DataFrame([("phone", "+8613912345678", 400, 68)], schema=reader.tables["hubs"].schema, orient="row")
    generic = FakeReader({**reader.tables, "hubs": hubs}, reader.summary, reader.remembered)
    star = next(group for group in groups.gangs(generic, tables.gangs(generic), "UTC") if len(group.members) == 9)
    assert [item.kind for item in star.shared] == ["wifi"]


@pytest.mark.parametrize("size", [3, 6, 7, 9, 11, 14, 22, 48, 120])
def test_every_picture_is_sound_and_small_enough_to_read(shown: dict[int, Group], size: int) -> None:
    drawing = picture.draw(shown[size])
    root = ElementTree.fromstring(str(drawing.image))
    circles = root.findall("./g[@class='people']/g")
    labels = root.findall("./g[@class='values']/g")
    assert len(circles) <= picture.MOST_PEOPLE
    assert len(labels) <= picture.MOST_SHARED
    wide, high = (float(root.get(side, "0")) for side in ("width", "height"))
    for line in root.findall("./g[@class='ties']/line"):
        assert 0 <= float(line.get("x1", "-1")) <= wide
        assert 0 <= float(line.get("y2", "-1")) <= high
    people = sum(int(found[1]) if (found := re.match(r"(\d+) people", circle.findtext("title", ""))) else 1 for circle in circles)
    hidden = sum(int(found[1]) for text in drawing.left_out if (found := re.match(r"(\d+) p", text)))
    assert people + hidden == size, "everybody is drawn, counted in a circle, or said to be left out"
    if size <= picture.SINGLY:
        assert len(circles) == size


def test_the_colour_scale_has_ten_steps() -> None:
    assert [picture.shelf(value) for value in (None, 0.0, 0.099, 0.5, 0.95, 1.0)] == ["iu", "i0", "i0", "i5", "i9", "i9"]
