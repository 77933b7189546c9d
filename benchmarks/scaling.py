"""Cost of `fraudgraph run` per application at two sizes: linear is a ratio of one.

    python -m benchmarks.scaling [--applications 100000 1000000] [--runs 3]
"""

from __future__ import annotations

import argparse

from benchmarks import bench_books, children, speed


def main() -> None:
    parser = argparse.ArgumentParser(description="Cost per application at two sizes.")
    parser.add_argument("--applications", type=int, nargs=2, default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    bench_books.add_cache_option(parser)
    options = parser.parse_args()
    small, large = sorted(options.applications)
    books = {size: bench_books.book(size, options.cache) for size in (small, large)}
    # In turn, so that a busy quarter of an hour falls on both.
    turns = [{size: speed.ours(path, options.cache / "work")[0] for size, path in books.items()} for _ in range(options.runs)]
    cost = {size: children.middle([turn[size] for turn in turns]) for size in books}
    print(speed.HEAD.split("   ")[0])
    for size in books:
        print(speed.row(f"{size:,}", cost[size]))
    for what in ("wall", "cpu", "peak"):
        ratio = (getattr(cost[large], what) / large) / (getattr(cost[small], what) / small)
        print(f"{what:5} per application, {large:,} against {small:,}: {ratio:.2f}")


if __name__ == "__main__":
    main()
