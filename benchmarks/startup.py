"""How fast the command line answers: `fraudgraph --help` against `python -c "import pandas"`.

    python -m benchmarks.startup [--runs 9]
"""

from __future__ import annotations

import argparse

from benchmarks import children


def main() -> None:
    parser = argparse.ArgumentParser(description="fraudgraph --help against the import of pandas.")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    help_command, pandas_command = children.python("-m", "fraudgraph", "--help"), children.python("-c", "import pandas")
    for command in (help_command, pandas_command):
        children.run(command)  # files into the cache of the system
    turns = [(children.run(help_command), children.run(pandas_command)) for _ in range(options.runs)]
    mine, pandas = (children.middle([turn[i] for turn in turns]) for i in (0, 1))
    print("".join(f"{name:>10}" for name in ("", "wall ms", "CPU ms", "peak MB")))
    for name, cost in (("--help", mine), ("pandas", pandas)):
        print(f"{name:>10}{1000 * cost.wall:10.0f}{1000 * cost.cpu:10.0f}{cost.peak:10.0f}")
    print(f"--help takes {mine.wall / pandas.wall:.2f} of the wall time of the import, {mine.cpu / pandas.cpu:.2f} of its CPU time")


if __name__ == "__main__":
    main()
