"""Requests a second of a warm screen on one core.

    taskset -c 0 python -m benchmarks.screening STORE REQUESTS.csv [--requests 2000] [--at-once 1024]

STORE holds a book, REQUESTS.csv applications that are not in it (the next ones of the same book, say). Prints the time until the screen is
warm, the CPU seconds of all requests, requests a second by it, and the time of a request that comes alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from pathlib import Path

import polars as pl

from fraudgraph.screening import Screen
from fraudgraph.settings import defaults


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def lines_of(frame: pl.DataFrame) -> list[bytes]:
    """Return the rows as requests; what is not known is left out."""
    return [json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False).encode() for row in frame.iter_rows(named=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Requests a second.")
    parser.add_argument("store", type=Path)
    parser.add_argument("requests_file", type=Path)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=1024)
    options = parser.parse_args()
    requests = lines_of(pl.read_csv(options.requests_file, infer_schema=False).head(options.requests))
    wall, used = time.perf_counter(), cpu()
    screen = Screen(options.store, defaults())
    warm = {"warm_wall_s": round(time.perf_counter() - wall, 2), "warm_cpu_s": round(cpu() - used, 2)}
    screen.lines(requests[:4])
    wall, used, flagged, tied = time.perf_counter(), cpu(), 0, 0
    for start in range(0, len(requests), options.at_once):
        answers = screen.lines(requests[start : start + options.at_once])
        flagged += sum(bool(answer.get("flagged")) for answer in answers)
        tied += sum(answer.get("community_id") is not None for answer in answers)
    spent, took = cpu() - used, time.perf_counter() - wall
    alone = []
    for request in requests[:30]:
        used = cpu()
        screen.lines([request])
        alone.append(cpu() - used)
    said = {
        **warm,
        "cores": len(os.sched_getaffinity(0)),
        "requests": len(requests),
        "tied": tied,
        "flagged": flagged,
        "cpu_s": round(spent, 2),
        "wall_s": round(took, 2),
        "requests_per_cpu_second": round(len(requests) / spent, 1),
        "requests_per_second": round(len(requests) / took, 1),
        "one_alone_cpu_s": round(statistics.median(alone), 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
