"""Books with a gang whose case is worth telling: a small one with all that can be missing, and a very large one."""

from __future__ import annotations

import polars as pl
from fake_reader import Book, FakeReader

from fraudgraph import model


def gang_of(reader: FakeReader) -> str:
    """Return the largest gang of a book."""
    return str(reader.tables["gangs"].sort("members", "gang_id", descending=True)["gang_id"][0])


def ring() -> FakeReader:
    """Three people on one device, two of whom and a fourth name one contact; much that one would want to know is not there."""
    book = Book()
    contact = {"phone.contact1": "+8613800001111"}
    people = [
        book.person(10, 0.9, times=2, **{"device.own": "d" * 12}, **contact),
        book.person(11, 0.8, **{"device.own": "d" * 12}, **contact),
        book.person(12, None, **{"device.own": "d" * 12, "wifi.own": "a4c138002f19"}),
        book.person(14, 0.6, **contact),
    ]
    book.group(people, "B")
    for day in range(6):
        book.person(day, 0.1)
    reader = book.reader()
    first = [person[2:] for person in people]
    tables = reader.tables
    ties = [
        (people[0], people[1], 0.9, "device; within 7 days", 40.0),
        (people[1], people[2], 0.55, "device; within 7 days", 40.0),
        (people[0], people[3], 0.3, "phone contact-contact", 4.0),
    ]
    tables["ties"] = pl.DataFrame(ties, schema=model.TIES.schema, orient="row")
    ends = [(first[0], "LATER-1", "transfer"), ("LATER-0", first[1], "relative"), (first[0], first[1], "call")]
    tables["relations"] = pl.DataFrame([(*end, 1.0, None) for end in ends], schema=model.RELATIONS.schema, orient="row")
    tables["conflicts"] = pl.DataFrame([(first[0], "OTHER", "id", "two names")], schema=model.CONFLICTS.schema, orient="row")
    others = pl.when(pl.col("kind") == "phone").then(7).otherwise("others").cast(pl.Int64)
    tables["evidence"] = tables["evidence"].with_columns(others.alias("others"))
    given = pl.col("application_id") == first[2]
    tables["applications"] = tables["applications"].with_columns(phone=pl.when(given).then(pl.lit("1380013****")))
    tables["keys"] = tables["keys"].with_columns(pl.when(~given).then("phone.own").alias("phone.own"))
    return reader


def spread(size: int) -> FakeReader:
    """One gang of ``size`` people over devices, networks and a contact, tied in other ways as well."""
    book = Book()
    people = [
        book.person(
            20 + place / 6,
            None if place % 17 == 0 else 0.25 + place * 37 % 70 / 100,
            times=1 + place % 3,
            **{
                "device.own": f"9b{place // 7:04x}0041f2aa",
                "wifi.own": f"e0cc{place // 20:08x}",
                "phone.contact1": "+8618600009999" if place % 5 == 0 else f"+86187{place:08d}",
            },
        )
        for place in range(size)
    ]
    book.group(people, "A")
    book.pairs = [(one, other) for place, one in enumerate(people) for other in people[place + 1 : place + 4]]
    return book.reader()
