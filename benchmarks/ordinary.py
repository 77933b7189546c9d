"""The script that an analyst writes today, as the yardstick of speed and quality: one pass of pandas and igraph, nothing learned.

    python benchmarks/ordinary.py BOOK.csv FLAGS.csv [--leiden igraph|leidenalg]

Texts are cleaned and a few known placeholders dropped; applications and identifiers become the two sides of a graph; identifiers with
more than ``--hub-cap`` applications are left out; weighted Leiden cuts the rest, and a community of three or more whose mean intent is
over ``--threshold`` is called a gang. Stands alone: it imports nothing of fraudgraph.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import igraph
import numpy as np
import numpy.typing as npt
import pandas as pd

ROLES = {
    "phone": ("phone", "contact1_phone", "contact2_phone"),
    "id_number": ("id_number",),
    "card": ("bank_card",),
    "landline": ("employer_phone",),
    "device": ("device_id",),
    "address": ("home_address",),
    "ip": ("ip",),
    "wifi": ("wifi_mac",),
}
"""Kind of identifier -> the columns that give one."""

DIGITS_ONLY = {"phone", "id_number", "card", "landline"}

PLACEHOLDERS = frozenset(
    [
        *("", "-", "0", "null", "none", "unknown", "n/a", "无", "不详"),
        *("13800138000", "00000000000", "11111111111", "0000000000000000"),
        *("00:00:00:00:00:00", "02:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "0.0.0.0", "127.0.0.1", "10.0.0.1", "192.168.1.1"),
    ]
)

Ints = npt.NDArray[np.int64]


def tidy(texts: pd.Series, kind: str) -> pd.Series:
    """Return the texts in one spelling."""
    plain = texts.str.normalize("NFKC").str.strip().str.lower()
    if kind in DIGITS_ONLY:
        plain = plain.str.replace(r"[^0-9x]", "", regex=True)
    if kind == "phone":
        plain = plain.str.replace(r"^86(?=1\d{10}$)", "", regex=True)
    if kind == "wifi":
        plain = plain.str.replace("-", ":", regex=False)
    return plain


def uses(book: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield, column by column, who (row) uses what (kind and text)."""
    for kind, columns in ROLES.items():
        for column in columns:
            if column in book:
                plain = tidy(book[column], kind)
                usable = ~plain.isin(PLACEHOLDERS)
                yield pd.DataFrame({"row": np.flatnonzero(usable), "what": f"{kind}|" + plain[usable].to_numpy()})


def edges(book: pd.DataFrame, cap: int) -> tuple[Ints, Ints]:
    """Return (row, identifier) of every use of an identifier that 2 to ``cap`` applications share; identifiers are numbered from 0."""
    table = pd.concat(uses(book), ignore_index=True).drop_duplicates()
    crowd = table.groupby("what")["row"].transform("size")
    table = table[crowd.between(2, cap)]
    number, _ = pd.factorize(table["what"])
    return table["row"].to_numpy(), number.astype(np.int64)


def communities(rows: Ints, identifiers: Ints, size: int, method: str, seed: int) -> Ints:
    """Return the community of each application by weighted Leiden on modularity; rare identifiers weigh more."""
    people = np.bincount(identifiers) if len(identifiers) else np.zeros(0, np.int64)
    weight = (1.0 / np.log2(1.0 + people[identifiers])).tolist()
    graph = igraph.Graph(n=size + len(people), edges=np.column_stack([rows, size + identifiers]).tolist())
    if method == "leidenalg":
        import leidenalg

        found = leidenalg.find_partition(graph, leidenalg.ModularityVertexPartition, weights=weight, seed=seed)
    else:
        igraph.set_random_number_generator(random.Random(seed))
        found = graph.community_leiden(objective_function="modularity", weights=weight, n_iterations=2)
    return np.array(found.membership, np.int64)[:size]


def detect(
    book: pd.DataFrame, method: str = "igraph", cap: int = 50, threshold: float = 0.4, least: int = 3, seed: int = 1
) -> pd.DataFrame:
    """Return application_id and gang_id (empty: not flagged). ``book`` holds texts."""
    rows, identifiers = edges(book, cap)
    community = communities(rows, identifiers, len(book), method, seed)
    members = np.bincount(community)
    mean = np.bincount(community, weights=book["fraud_intent"].astype(float)) / np.maximum(members, 1)
    gang = (members >= least) & (mean > threshold)
    return pd.DataFrame({"application_id": book["application_id"], "gang_id": np.where(gang[community], community.astype(str), "")})


def main() -> None:
    parser = argparse.ArgumentParser(description="The ordinary pipeline: pandas, hub cap, Leiden, mean intent.")
    parser.add_argument("book", type=Path)
    parser.add_argument("flags", type=Path)
    parser.add_argument("--leiden", choices=("igraph", "leidenalg"), default="igraph")
    parser.add_argument("--hub-cap", type=int, default=50)
    parser.add_argument("--threshold", type=float, default=0.4)
    parser.add_argument("--min-size", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    book = pd.read_csv(options.book, dtype=str, keep_default_na=False)
    found = detect(book, options.leiden, options.hub_cap, options.threshold, options.min_size, options.seed)
    found.to_csv(options.flags, index=False)


if __name__ == "__main__":
    main()
