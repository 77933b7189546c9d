"""The Cypher that the store sends, by the name of its file."""

from __future__ import annotations

from functools import cache

from fraudgraph import cypherfiles


@cache
def text(name: str) -> str:
    """Return one file of the folder ``cypher``, such as ``read/persons``, without its comments."""
    lines = cypherfiles.text(*f"{name}.cypher".split("/")).splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("//"))


def statements(name: str) -> list[str]:
    """Return the statements of a file that has several, each ended by a semicolon at the end of its line."""
    return [statement.strip() for statement in f"{text(name)}\n".split(";\n") if statement.strip()]


def named(statement: str) -> str:
    """Return the name that a statement of the schema gives to its index or constraint."""
    return statement.split()[2]
