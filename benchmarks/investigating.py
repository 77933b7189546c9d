"""What an analyst waits for: commands on a stored book, each in a fresh process, beside ``import pandas``.

Usage:
    fraudgraph run book.csv --store book.duckdb
    python -m benchmarks.investigating book.duckdb [--repeat 3]

Every command is run in turn with ``python -c "import pandas"``, so that a busy machine slows both down. Printed are the medians in seconds
and the ratio to the promise, the time of importing pandas plus one second: up to 1.00 it is kept.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from fraudgraph.model import SLOT
from fraudgraph.stores import open_store

IMPORT = [sys.executable, "-c", "import pandas"]


def commands(store: Path) -> dict[str, list[str]]:
    """Return the commands, on people of the largest gang of the store and on one person who is in none."""
    with open_store(store, create=False).snapshot() as reader:
        gang = reader.table("gangs").sort("members", "gang_id", descending=[True, False])["gang_id"][0]
        members = reader.table("gang_members", where={"gang_id": [gang]})["person_id"].to_list()
        ties = reader.table("ties", where={"person_a": members, "person_b": members})
        one, other = ties.row(0)[:2]
        keys = reader.table("keys", where={"application_id": [one.removeprefix("P-")]})
        value = next(keys[name][0] for name in keys.columns if name in SLOT and name.endswith(".own") and keys[name][0] is not None)
        somebody = reader.table("persons", columns=["person_id"])["person_id"][-1]
    phone = f"phone@{one.removeprefix('P-')}"
    return {
        "find VALUE": ["find", value],
        "find 2231": ["find", "2231"],
        "show APPLICATION": ["show", one.removeprefix("P-")],
        "show PERSON": ["show", one],
        "show VALUE": ["show", phone],
        "why A B": ["why", one, other],
        "why APPLICATION": ["why", one.removeprefix("P-")],
        "why OF NOBODY'S": ["why", somebody],
        "neighbours --hops 2": ["neighbours", one, "--hops", "2"],
        "path A B": ["path", one, other],
    }


def seconds(command: list[str]) -> float:
    """Return how long a command takes, from its start to its end; raise CalledProcessError where it fails. Modules are compiled once for
    all processes, as those of an installed package are, whatever the environment says of a working copy's."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'command':22} {'seconds':>8} {'pandas':>8} {'ratio':>6}")
    for name, arguments in commands(asked.store).items():
        command = [sys.executable, "-m", "fraudgraph", *arguments, "--store", str(asked.store)]
        seconds(command)
        runs = [(seconds(IMPORT), seconds(command)) for _ in range(asked.repeat)]
        pandas, mine = (statistics.median(times) for times in zip(*runs, strict=True))
        print(f"{name:22} {mine:8.2f} {pandas:8.2f} {mine / (pandas + 1):6.2f}", flush=True)


if __name__ == "__main__":
    main()
