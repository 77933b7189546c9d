"""Books told in nights: random ones as files, and stores compared table by table with one run over the same applications.

What is written is what a lender's export has - names, numbers, addresses as text - so that people are confirmed by the real rules: most
rows of a person lack some of what names them, some name two people at once, and some values are shared by a gang or by nobody at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from fraudgraph import nightly, pipeline
from fraudgraph.pipeline import Outcome
from fraudgraph.settings import Settings, defaults
from fraudgraph.stores import Reader, open_store
from fraudgraph.stores.port import DERIVED, FACTS

RULES = {
    "graph.cap": 9,
    "graph.learn_pairs": 30,
    "graph.small_value": 4,
    "graph.transmits_errors": 0.0,
    "verdicts.false_discovery": 0.5,
}
"""Hubs form and dissolve in books of a hundred applications, little is enough to learn from, and chance counts for little."""

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"


def id_number(serial: int) -> str:
    """Return a resident ID number with its check digit; another one a serial."""
    body = f"110101{1960 + serial % 40}{1 + serial % 12:02d}{1 + serial % 28:02d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def luhn(serial: int) -> str:
    """Return a card number with its check digit."""
    body = f"622202{serial:09d}"
    digits = [int(d) * (2 if i % 2 == len(body) % 2 ^ 1 else 1) for i, d in enumerate(body)]
    return body + str(-sum(d - 9 if d > 9 else d for d in digits) % 10)


def random_book(seed: int, people: int = 45, applications: int = 90, days: int = 400, gangs: int = 4, share: float = 0.4) -> pl.DataFrame:
    """Return a random book, in order of time: a few gangs with high intents that share values in bursts, and everybody else.

    ``share``: of the people, who are in one of ``gangs``."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, people, applications)
    gang = np.where(rng.random(people) < share, rng.integers(0, gangs, people), -1)
    start = rng.integers(0, days - 60, gangs)
    day = np.where(gang[who] >= 0, start[gang[who]] + rng.integers(0, 40, applications), rng.integers(0, days, applications))
    base = np.where(gang >= 0, 0.65, 0.15)[who]
    names = [rng.choice(list(SURNAMES)) + "".join(rng.choice(list(GIVEN), 2)) for _ in range(people)]
    serial = int(rng.integers(0, 10**6)) * 1000

    def value(kind: int, n: int) -> str:
        number = serial + n
        return (
            id_number(n * 37 + seed),
            f"1390{number % 10**7:07d}",
            f"dev{number:012x}",
            luhn(number % 10**9),
            f"北京市朝阳区建国路{n + 1}号{n % 7 + 1}栋{n % 30 + 101}室",
            f"36.{100 + seed % 90}.{n % 250}.{n % 200 + 1}",
            f"1380{number % 10**7:07d}",
        )[kind]

    filled = (0.6, 0.85, 0.5, 0.4, 0.5, 0.7, 0.6)
    ring = (0.0, 0.1, 0.5, 0.15, 0.2, 0.4, 0.5)
    rows: list[list[str | None]] = []
    for one in who:
        row: list[str | None] = []
        for kind, (often, shared) in enumerate(zip(filled, ring, strict=True)):
            if rng.random() > often:
                row.append(None)
            elif gang[one] >= 0 and rng.random() < shared:
                row.append(value(kind, 900 + 3 * int(gang[one]) + int(rng.integers(0, 2))))
            else:
                row.append(value(kind, int(one) if rng.random() < 0.93 else int(rng.integers(0, people))))
        rows.append(row)
    columns = ("id_number", "phone", "device_id", "bank_card", "home_address", "ip", "contact1_phone")
    scores = [None if rng.random() < 0.1 else f"{x:.6f}" for x in np.clip(base + rng.normal(0, 0.1, applications), 0, 1)]
    seconds = day * 86_400 + rng.integers(0, 86_400, applications)
    return pl.DataFrame(
        {
            "application_id": [f"A{i:04d}" for i in rng.permutation(applications)],
            "applied_at": (pl.Series(seconds) * 1000 + 1_600_000_000_000).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%d %H:%M:%S"),
            "name": [names[one] for one in who],
            **{column: [row[i] for row in rows] for i, column in enumerate(columns)},
            "employer": rng.choice(["大成实业有限公司", "宏远贸易有限公司", "天和科技有限公司"], applications).tolist(),
            "channel": rng.choice(["web", "app", "shop1", "shop2"], applications, p=[0.5, 0.44, 0.03, 0.03]).tolist(),
            "amount": [f"{1000 * int(n)}" for n in rng.integers(1, 50, applications)],
            "fraud_intent": scores,
        },
        schema_overrides={**dict.fromkeys(columns, pl.String), "fraud_intent": pl.String},
    ).sort("applied_at", "application_id")


def random_relations(seed: int, ids: Sequence[str], count: int = 8, kinds: Sequence[str] = ("call", "relative", "friend")) -> pl.DataFrame:
    """Return relations between random applications."""
    rng = np.random.default_rng(seed)
    ends = [(ids[a], ids[b]) for a, b in rng.integers(0, len(ids), (count, 2)) if a != b]
    columns = {"source": [a for a, _ in ends], "target": [b for _, b in ends], "kind": rng.choice(kinds, len(ends)).tolist()}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def rules(**more: object) -> Settings:
    return defaults().override({**RULES, **{key.replace("__", "."): value for key, value in more.items()}})


def calibration_of(store: Path | str, to: Path) -> Path:
    """Write the calibration of a store into a file, as ``run --calibration`` takes it."""
    with open_store(store, create=False).snapshot() as reader:
        version = reader.calibration()
    assert version is not None
    to.write_text(json.dumps(dict(version.document)), encoding="utf-8")
    return to


def tables(reader: Reader) -> dict[str, pl.DataFrame]:
    """Return every table of the book. Gangs go by their communities of tonight: their past is that of their nights."""
    found = {name: reader.table(name) for name in (*(t.name for t in (*FACTS, *DERIVED)), "keys", "uses", "links")}
    found["keys"] = found["keys"].select(name for name in found["keys"].columns if found["keys"][name].null_count() < len(found["keys"]))
    live = found["gangs"].filter(pl.col("community_id") != "").select("gang_id", "community_id")
    for name in ("gang_members", "evidence"):
        rest = [column for column in found[name].columns if column != "gang_id"]
        found[name] = live.join(found[name], on="gang_id").select("community_id", *rest).sort(pl.all())
    found["gangs"] = found["gangs"].filter(pl.col("community_id") != "").drop("gang_id", "status").sort("community_id")
    return found


def assert_same_book(nights: Mapping[str, pl.DataFrame], whole: Mapping[str, pl.DataFrame]) -> None:
    assert nights.keys() == whole.keys()
    for name, table in nights.items():
        try:
            assert_frame_equal(table, whole[name], check_exact=True)
        except AssertionError as problem:
            raise AssertionError(f"table {name}: {problem}") from problem


def assert_ids_last(nights: Reader, whole: Reader) -> None:
    """A gang that never merged, split or lost everything has the id that a run gives it, unless an earlier applicant joined it since, or
    the one that it was called by has left."""
    mine, theirs = _named(nights), _named(whole)
    events = nights.events()
    moved = set(events.filter(pl.col("event").is_in(["merged", "split", "dissolved"]))["gang_id"])
    moved |= set(events.filter(pl.col("from_ids") != "")["gang_id"])
    people = nights.table("communities").join(nights.table("membership"), on="person_id")
    for community, gang in mine.items():
        if gang in moved or gang == theirs[community]:
            continue
        inside = people.filter(pl.col("community_id") == community)["application_id"].to_list()
        born, first = gang.removeprefix("G-"), theirs[community].removeprefix("G-")
        when = nights.table("applications", columns=["application_id"], where={"application_id": [born, first]})["application_id"]
        assert born not in inside or when.to_list() == [first, born], f"{gang} should be {theirs[community]}"


def _named(reader: Reader) -> dict[str, str]:
    gangs = reader.table("gangs").filter(pl.col("community_id") != "")
    return dict(gangs.select("community_id", "gang_id").iter_rows())


@dataclass
class Told:
    """A book that is told in nights, in the store at ``url``."""

    url: Path | str
    folder: Path
    settings: Settings
    calibration: Path | None = None
    inputs: list[Path] = field(default_factory=list)

    def run(self, frame: pl.DataFrame, relations: pl.DataFrame | None = None) -> Outcome:
        """Make the book."""
        return pipeline.run(
            [self._file(frame)], store=self.url, settings=self.settings, calibration=self.calibration, relations=self._beside(relations)
        )

    def night(self, frame: pl.DataFrame, relations: pl.DataFrame | None = None, corrections: bool = False) -> Outcome:
        """Add a night."""
        return nightly.nightly(
            [self._file(frame)], store=self.url, settings=self.settings, corrections=corrections, relations=self._beside(relations)
        )

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        with open_store(self.url, create=False, settings=self.settings).snapshot() as reader:
            yield reader

    def check(self, again: bool = False) -> dict[str, pl.DataFrame]:
        """Compare the store with one run, under its calibration, over what it accepted (with ``again``: over all files that it was given);
        return its tables."""
        other = self.folder / "whole.duckdb"
        other.unlink(missing_ok=True)
        calibration = calibration_of(self.url, self.folder / "calibration.json")
        with self.reader() as reader:
            book = self.folder / "whole.parquet"
            reader.table("applications").write_parquet(book)
            related = reader.table("relations")
        inputs = self.inputs if again else [book]
        pipeline.run(inputs, store=other, settings=self.settings, calibration=calibration, relations=self._beside(related))
        with self.reader() as nights, open_store(other, create=False).snapshot() as whole:
            found = tables(nights)
            assert_same_book(found, tables(whole))
            assert_ids_last(nights, whole)
        return found

    def _file(self, frame: pl.DataFrame) -> Path:
        path = self.folder / f"input-{len(self.inputs)}.csv"
        frame.write_csv(path)
        self.inputs.append(path)
        return path

    def _beside(self, relations: pl.DataFrame | None) -> Path | None:
        if relations is None or not len(relations):
            return None
        path = self.folder / f"relations-{len(self.inputs)}.parquet"
        relations.write_parquet(path)
        return path
