"""Asking a question of a real server, and its answer as plain values."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from neo4j import Driver
from neo4j.graph import Node, Path
from neo4j.time import DateTime

from fraudgraph.cypherfiles import Question

Row = dict[str, Any]


def value(example: str) -> Any:
    """Return what an example of a header stands for: a string, a number, a list, or ``datetime('...')``."""
    moment = re.fullmatch(r"datetime\('(.+)'\)", example)
    return datetime.fromisoformat(moment[1]) if moment else ast.literal_eval(example)


def examples(question: Question) -> Row:
    return {one.name: value(one.example) for one in question.parameters}


def answer(driver: Driver, question: Question, asked: Mapping[str, Any]) -> tuple[list[str], list[Row], list[str]]:
    """Return the columns, the rows, and what the server remarks on the query."""
    result = driver.execute_query(question.text, dict(asked), routing_="r")
    remarks = [str(one.status_description) for one in result.summary.gql_status_objects if one.is_notification]
    rows = [{name: plain(record[name]) for name in result.keys} for record in result.records]
    return list(result.keys), rows, remarks


def plain(found: Any) -> Any:
    if isinstance(found, DateTime):
        return found.to_native()
    if isinstance(found, Path):
        return tuple(name(node) for node in found.nodes)
    return [plain(one) for one in found] if isinstance(found, list) else found


def name(node: Node) -> str:
    for key in ("gangId", "personId", "applicationId", "communityId"):
        if key in node:
            return str(node[key])
    return f"{node['kind']}:{node['key']}"
