"""Ten million applications on one machine: does `fraudgraph run` finish, when, and with how much memory.

    python -m benchmarks.large [--applications 10000000] [--limit-gb 20] [--format csv|parquet]

The book is made part by part in a process of its own beforehand. The run is ended when it takes more memory than the limit.
"""

from __future__ import annotations

import argparse

from benchmarks import bench_books, speed


def main() -> None:
    parser = argparse.ArgumentParser(description="A book of ten million applications.")
    parser.add_argument("--applications", type=int, default=10_000_000)
    parser.add_argument("--limit-gb", type=float, default=20.0)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    bench_books.add_cache_option(parser)
    options = parser.parse_args()
    book = bench_books.book(options.applications, options.cache, options.format)
    print(f"{options.applications:,} applications, {book.stat().st_size / 2**30:.1f} GB {options.format}", flush=True)
    cost, stages = speed.ours(book, options.cache / "work", options.limit_gb * 1024)
    print(f"finished in {cost.wall / 60:.1f} minutes, {cost.cpu / 60:.1f} CPU minutes, {cost.peak / 1024:.1f} GB at most")
    for name, seconds in stages.items():
        print(f"{name:28} {seconds:8.1f} s")


if __name__ == "__main__":
    main()
