"""Is a store sound? Every check counts the rows that break one rule; a sound store breaks none."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb

from fraudgraph.errors import StoreError
from fraudgraph.stores import numbering, schema
from fraudgraph.stores.connection import Session
from fraudgraph.stores.reading import head

APPLICATIONS = f"(SELECT application_id, applied_at FROM book WHERE {schema.NOW})"


def _open(table: str) -> str:
    return f"(SELECT * FROM {table} WHERE {schema.NOW})"


def _orphans(child: str, column: str, parent: str, parent_column: str | None = None) -> str:
    return f"SELECT count(*) FROM {child} AS child ANTI JOIN {parent} AS parent ON child.{column} = parent.{parent_column or column}"


RULES: tuple[tuple[str, str], ...] = (
    (
        "batches are numbered 1, 2, ... without gaps",
        "SELECT count(*) FROM (SELECT night, row_number() OVER (ORDER BY night) AS place FROM batches) WHERE night <> place",
    ),
    ("every application has one version that holds", f"SELECT count(*) - count(DISTINCT application_id) FROM {APPLICATIONS}"),
    ("every application has its time", "SELECT count(*) FROM book WHERE application_id IS NULL OR applied_at IS NULL"),
    ("every application belongs to a person", _orphans(APPLICATIONS, "application_id", _open("membership"))),
    ("every member of a person is an application", _orphans(_open("membership"), "application_id", APPLICATIONS)),
    ("every application's person exists", _orphans(_open("membership"), "person_id", _open("persons"))),
    (
        "every person has as many applications as it says",
        "SELECT count(*) FROM (SELECT person_id, count(*) AS applications FROM membership WHERE to_night IS NULL GROUP BY person_id) "
        f"AS found FULL JOIN {_open('persons')} AS said USING (person_id) WHERE found.applications IS DISTINCT FROM said.applications",
    ),
    ("every member of a community is a person", _orphans(_open("communities"), "person_id", _open("persons"))),
    ("nobody is in two communities", f"SELECT count(*) - count(DISTINCT person_id) FROM {_open('communities')}"),
    ("every verdict is on a community", _orphans(_open("verdicts"), "community_id", _open("communities"))),
    ("every tie starts at a person", _orphans(_open("ties"), "person_a", _open("persons"), "person_id")),
    ("every tie ends at a person", _orphans(_open("ties"), "person_b", _open("persons"), "person_id")),
    ("every member of a gang is a person", _orphans(_open("gang_members"), "person_id", _open("persons"))),
    ("every gang with members exists", _orphans(_open("gang_members"), "gang_id", _open("gangs"))),
    ("every piece of evidence is on a gang", _orphans(_open("evidence"), "gang_id", _open("gangs"))),
    ("every application of an input is stored", _orphans("input_order", "application_id", "(SELECT DISTINCT application_id FROM book)")),
)
"""(the rule, the SQL that counts what breaks it)."""


def problems(session: Session, path: Path) -> list[str]:
    """Return one sentence a broken rule; a file that cannot be read at all is the only one then."""
    try:
        with session.reading(path) as duck:
            last, _, file_format = head(duck, path)
            tables = [table for table in schema.NIGHTLY if file_format >= schema.LATER.get(table, 1)]
            more = [*(["labels"] if file_format > 1 else []), *(schema.OUTSIDE if file_format >= schema.OUTSIDE_SINCE else [])]
            found = [*_mode(path), *_damage(duck, tables, more), *_nights(duck, tables, last)]
            for rule, sql in (*RULES, *_names(tables)):
                broken = _count(duck, sql)
                if broken:
                    found.append(f"broken: {rule} ({broken} rows)")
            if wrong := numbering.differing(duck, last):
                found.append(f"broken: every number is that of the text beside it ({wrong} rows)")
            return found
    except StoreError as problem:
        return [str(problem)]


def _count(duck: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(duck.execute(sql).fetchall()[0][0])


def _mode(path: Path) -> list[str]:
    open_to = stat.S_IMODE(path.stat().st_mode) & 0o077
    return ["others than its owner may open the store's file: chmod 600"] if open_to else []


def _damage(duck: duckdb.DuckDBPyConnection, tables: list[str], more: list[str]) -> list[str]:
    """Read every value once; DuckDB compares the checksum of each block on the way and raises where one does not match."""
    for table in (*tables, *schema.BATCH_TABLES, "batches", "documents", "settings", "slots", *more):
        duck.execute(f"SELECT bit_xor(hash(entry)) FROM {table} AS entry").fetchall()
    return []


def _nights(duck: duckdb.DuckDBPyConnection, tables: list[str], last: int) -> list[str]:
    found = []
    for table in tables:
        wrong = _count(
            duck,
            f"SELECT count(*) FROM {table} WHERE from_night IS NULL OR from_night NOT BETWEEN 1 AND {last:d} "
            f"OR to_night <= from_night OR to_night > {last:d}",
        )
        if wrong:
            found.append(f"broken: every row of {table} holds from a night to a later one ({wrong} rows)")
    return found


def _names(tables: list[str]) -> list[tuple[str, str]]:
    return [
        (
            f"no two rows of {table} have the same name",
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE to_night IS NULL GROUP BY {schema.quoted(key)} HAVING count(*) > 1)",
        )
        for table, key in schema.KEY.items()
        if table in tables
    ]
