"""A graph as GraphML, as Gephi, networkx, yEd and igraph read it: types that are right, and only characters that XML has."""

from __future__ import annotations

import polars as pl

from fraudgraph.exports.tables import Graph

TYPES: dict[pl.DataType | type[pl.DataType], str] = {pl.String: "string", pl.Float64: "double", pl.Int64: "long"}

FORBIDDEN = r"[^\x09\x0A\x0D\x20-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]"
"""Characters that no XML document may have."""

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)


def text(graph: Graph) -> str:
    """Return the document. An attribute that is null or empty is left out."""
    nodes, edges = graph.nodes, graph.edges
    keys = [*_keys("node", nodes.drop("id")), *_keys("edge", edges.drop("source", "target"))]
    body = [
        *_elements(nodes, '<node id="', ["id"], "node"),
        *_elements(edges, '<edge source="', ["source", "target"], "edge"),
    ]
    return "".join([HEAD, *keys, '<graph edgedefault="undirected">\n', *body, "</graph>\n</graphml>\n"])


def _keys(of: str, frame: pl.DataFrame) -> list[str]:
    return [
        f'<key id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="{TYPES[dtype]}"/>\n' for name, dtype in frame.schema.items()
    ]


def _elements(frame: pl.DataFrame, opening: str, ids: list[str], of: str) -> list[str]:
    """Return the elements, one text each, written column by column."""
    parts: list[pl.Expr] = [pl.lit(opening), _escaped(ids[0])]
    for name in ids[1:]:
        parts += [pl.lit(f'" {name}="'), _escaped(name)]
    parts.append(pl.lit('">'))
    for name, dtype in frame.schema.items():
        if name not in ids:
            value = _escaped(name) if dtype == pl.String else pl.col(name).cast(pl.String)
            filled = pl.concat_str(pl.lit(f'<data key="{of}-{name}">'), value, pl.lit("</data>"))
            parts.append(pl.when(value.is_not_null() & (value != "")).then(filled).otherwise(pl.lit("")))
    parts.append(pl.lit(f"</{of}>\n"))
    return frame.select(pl.concat_str(parts)).to_series().to_list()


def _escaped(name: str) -> pl.Expr:
    clean = pl.col(name).str.replace_all(FORBIDDEN, "\ufffd")
    for plain, entity in ENTITIES.items():
        clean = clean.str.replace_all(plain, entity, literal=True)
    return clean
