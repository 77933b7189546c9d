"""What each channel brings: what `fraudgraph report channels` says, gathered from a store.

A hit is an application of somebody in a gang of the reader's night. Busy applicants are those who, at one of their applications through
the channel at least, had made more than so many others, through any channel, in the days before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from fraudgraph.errors import ConfigurationError, UsageError
from fraudgraph.model import MICRO, FloatArray
from fraudgraph.reports import hits, statistics, tables
from fraudgraph.reports.hits import GRADES
from fraudgraph.reports.options import confidence_of, high_grades_of
from fraudgraph.reports.statistics import Side
from fraudgraph.settings import Settings
from fraudgraph.stores.port import Reader

HIGHER, LOWER = "higher", "lower"

COMPARED: dict[str, type[pl.DataType]] = {
    "about": pl.String, "channel": pl.String,
    **dict.fromkeys(("difference", "difference_low", "difference_high", "p_value"), pl.Float64), "test": pl.String,
    **dict.fromkeys(("design_effect", "difference_low_by_gang", "difference_high_by_gang", "p_by_gang"), pl.Float64),
}  # fmt: skip
"""How a channel compares with the rest of the book, and the columns that say which one."""

SHARES = (
    ("busy_share", "busy", "applicants"),
    ("hit_rate", "hits", "applications"),
    *((f"share_{grade}", f"grade_{grade}", "applications") for grade in GRADES),
    ("high_share", "high", "applications"),
)
"""Name of a share, and the columns of its count and of what it is a share of."""

COLUMNS = (
    "about", "channel", "applications", "share_of_book", "applicants", "busy", "busy_share", "busy_share_low", "busy_share_high",
    "hits", "hit_rate", "hit_rate_low", "hit_rate_high",
    *(column for grade in GRADES for column in (f"grade_{grade}", f"share_{grade}", f"share_{grade}_low", f"share_{grade}_high")),
    "high", "high_share", "high_share_low", "high_share_high",
    "gangs", "gangs_per_1000", "gangs_per_1000_low", "gangs_per_1000_high",
    "known", "mean_intent", "mean_intent_low", "mean_intent_high",
    "small", "difference", "difference_low", "difference_high", "p_value", "test",
    "design_effect", "difference_low_by_gang", "difference_high_by_gang", "p_by_gang", "p_adjusted", "stands_out",
)  # fmt: skip
"""Of the table; ``about`` is ``book`` in its first row, of the whole book, and ``channel`` in the others."""


@dataclass(frozen=True)
class Options:
    """What the settings say about this report."""

    confidence: float
    high: tuple[str, ...]
    days: int
    many: int
    """More earlier applications than this within ``days`` are many."""
    small: int
    """A channel with fewer applications is small."""
    rate: float
    """False discovery rate at which a channel stands out."""


@dataclass(frozen=True)
class Channels:
    """The whole report."""

    night: int
    zone: str
    options: Options
    span: tuple[date, date] | None
    """First and last day counted; None where there is no application."""
    table: pl.DataFrame
    """`COLUMNS`; the book, then its channels, by the lower end of the hit rate, the worst first. A null channel is none given."""


def options_of(settings: Settings) -> Options:
    """Return the settings of this report; raise ConfigurationError where they cannot be."""
    days, many, small = (settings.integer(f"reports.{name}") for name in ("recent_days", "recent_applications", "small_channel"))
    if days < 1 or many < 0 or small < 1:
        raise ConfigurationError("reports.recent_days and reports.small_channel must be 1 or more, reports.recent_applications 0 or more")
    rate = settings.number("reports.false_discovery")
    if not 0 < rate < 1:
        raise ConfigurationError(f"reports.false_discovery must lie between 0 and 1, not be {rate:g}")
    return Options(confidence_of(settings), high_grades_of(settings), days, many, small, rate)


def channels(reader: Reader, settings: Settings, first: date | None = None, last: date | None = None) -> Channels:
    """Return the report of the reader's night over the applications from ``first`` to ``last`` (days included; None: no bound).

    Raises UsageError where the bounds are the wrong way round.
    """
    if first and last and last < first:
        raise UsageError(f"{first} is after {last}: give the earlier day with --from and the later one with --to")
    options = options_of(settings)
    zone = tables.zone_of(reader)
    rows = _rows(reader, zone, options)
    if first is not None:
        rows = rows.filter(pl.col("day") >= first)
    if last is not None:
        rows = rows.filter(pl.col("day") <= last)
    span = None if rows.is_empty() else rows.select(pl.col("day").min(), pl.col("day").max().alias("last")).row(0)
    counted = pl.concat([_counts(rows, options, whole=True), _counts(rows, options, whole=False)])
    found = _with_rates(counted, options)
    compared = _compared(found, _effect(rows), options)
    table = found.join(compared, on=["about", "channel"], how="left", nulls_equal=True, maintain_order="left")
    order = ["about", pl.col("hit_rate_low").fill_null(0.0), "applications", "channel"]
    table = table.sort(order, descending=[False, True, True, False]).select(COLUMNS)
    return Channels(reader.night, zone, options, span, table)


def _rows(reader: Reader, zone: str, options: Options) -> pl.DataFrame:
    """Return channel, day, person (a number), many (made many before), intent (millionths), gang_id, grade: a row an application."""
    applications = reader.table("applications", columns=["application_id", "applied_at", "channel"])
    membership = reader.table("membership", columns=["application_id", "person_id"])
    flagged = hits.flagged(reader).select("application_id", "gang_id", "grade")
    persons = reader.table("persons", columns=["person_id", "intent"])
    numbered = persons.with_row_index("person").with_columns((pl.col("intent") * MICRO).round().cast(pl.Int64))
    rows = (
        applications.lazy()
        .join(membership.lazy().join(numbered.lazy(), on="person_id").drop("person_id"), on="application_id")
        .join(flagged.lazy(), on="application_id", how="left")
        .sort("person", "applied_at", "application_id")
        .drop("application_id")
        .with_columns(many=_many(options), day=pl.col("applied_at").dt.convert_time_zone(zone).dt.date())
        .drop("applied_at")
    )
    return rows.collect()


def _many(options: Options) -> pl.Expr:
    """Return whether the person made more than ``options.many`` applications before, in the window: in order of person and time, the
    one that lies so many places and one more back is theirs, and within the window."""
    back = options.many + 1
    theirs = pl.col("person") == pl.col("person").shift(back)
    recent = pl.col("applied_at") - pl.col("applied_at").shift(back) <= timedelta(days=options.days)
    return (theirs & recent).fill_null(False)


def _counts(rows: pl.DataFrame, options: Options, *, whole: bool) -> pl.DataFrame:
    """Return the counts of each channel, or of the whole book in one row."""
    about, channel = ("book", pl.lit(None, dtype=pl.String)) if whole else ("channel", pl.col("channel"))
    keyed = rows.lazy().with_columns(pl.lit(about).alias("about"), channel.alias("channel"))
    by = ["about", "channel"]
    grades = [(pl.col("grade") == grade).sum().cast(pl.Int64).alias(f"grade_{grade}") for grade in GRADES]
    of_rows = keyed.group_by(by).agg(
        pl.len().cast(pl.Int64).alias("applications"),
        pl.col("gang_id").count().cast(pl.Int64).alias("hits"),
        *grades,
        pl.col("grade").is_in(options.high).sum().cast(pl.Int64).alias("high"),
        pl.col("gang_id").drop_nulls().n_unique().cast(pl.Int64).alias("gangs"),
    )
    people = keyed.group_by([*by, "person"]).agg(pl.col("many").any(), pl.col("intent").first())
    squares = (pl.col("intent").cast(pl.Float64) ** 2).cast(pl.UInt64)  # whole numbers: their sum depends on no order
    of_people = people.group_by(by).agg(
        pl.len().cast(pl.Int64).alias("applicants"),
        pl.col("many").sum().cast(pl.Int64).alias("busy"),
        pl.col("intent").count().cast(pl.Int64).alias("known"),
        pl.col("intent").sum().alias("total"),
        squares.sum().alias("squares"),
    )
    return of_rows.join(of_people, on=by, nulls_equal=True).collect()


def _with_rates(counted: pl.DataFrame, options: Options) -> pl.DataFrame:
    """Return the counts with shares, rates and means beside them, each with the ends of its interval."""
    book = counted.filter(pl.col("about") == "book")["applications"].sum()
    columns: list[pl.Series] = [(counted["applications"] / max(book, 1)).round(6).alias("share_of_book")]
    for name, count, of in SHARES:
        number, whole = _floats(counted[count]), _floats(counted[of])
        columns += _ends(name, number / whole, statistics.wilson_many(number, whole, options.confidence))
    gangs, thousands = _floats(counted["gangs"]), _floats(counted["applications"]) / 1000
    columns += _ends("gangs_per_1000", gangs / thousands, statistics.garwood(gangs, thousands, options.confidence))
    columns += _means(counted, options.confidence)
    columns.append((counted["applications"] < options.small).alias("small"))
    return counted.drop("total", "squares").with_columns(columns)


def _means(counted: pl.DataFrame, confidence: float) -> list[pl.Series]:
    known, total, squares = (_floats(counted[name]) for name in ("known", "total", "squares"))
    number = np.maximum(known, 1.0)
    mean = np.where(known > 0, total / number, np.nan)
    spread = np.sqrt(np.maximum(squares - total**2 / number, 0.0) / np.maximum(known - 1, 1.0))
    low, high = statistics.mean_intervals(mean, spread, known, confidence)
    return _ends("mean_intent", mean / MICRO, (np.maximum(low, 0.0) / MICRO, np.minimum(high, MICRO) / MICRO))


def _ends(name: str, value: FloatArray, ends: tuple[FloatArray, FloatArray]) -> list[pl.Series]:
    parts = zip((name, f"{name}_low", f"{name}_high"), (value, *ends), strict=True)
    return [pl.Series(column, found).fill_nan(None).round(6) for column, found in parts]


def _floats(values: pl.Series) -> FloatArray:
    return values.cast(pl.Float64).to_numpy()


def _effect(rows: pl.DataFrame) -> float:
    """Return the design effect of hits over channels, `statistics.design_effect` of all of them: a clump is a gang in a channel.

    One for all, so that a channel with one gang does not have to say by itself how gangs clump.
    """
    made = rows.drop_nulls("gang_id").group_by("channel", "gang_id").len("hits")["hits"].to_list()
    return statistics.design_effect([Side(sum(made), rows.height, tuple((hits_, hits_) for hits_ in made))])


def _compared(found: pl.DataFrame, effect: float, options: Options) -> pl.DataFrame:
    """Return about, channel and how the hit rate of each channel that is not small lies over that of the rest of the book."""
    rows = []
    large = found.filter((pl.col("about") == "channel") & ~pl.col("small")).sort("channel")
    book = found.filter(pl.col("about") == "book").select("hits", "applications")
    for channel, hit, made in large.select("channel", "hits", "applications").iter_rows():
        all_hits, all_made = book.row(0)
        rest, here = Side(all_hits - hit, all_made - made), Side(hit, made)
        if (difference := statistics.compare(rest, here, options.confidence, effect)) is not None:
            rows.append(("channel", channel, *_row(difference)))
    table = pl.DataFrame(rows, schema=COMPARED, orient="row")
    adjusted = pl.Series("p_adjusted", statistics.adjusted(table["p_by_gang"]), dtype=pl.Float64)
    stands = pl.when(adjusted <= options.rate).then(pl.when(pl.col("difference") > 0).then(pl.lit(HIGHER)).otherwise(pl.lit(LOWER)))
    return table.with_columns(adjusted.round_sig_figs(4), stands.otherwise(pl.lit("")).alias("stands_out"))


def _row(found: statistics.Difference) -> tuple[float | str, ...]:
    return (
        round(found.value, 6),
        *(round(end, 6) for end in found.interval),
        statistics.significant(found.p_value),
        found.test,
        round(found.effect, 3),
        *(round(end, 6) for end in found.interval_by_clump),
        statistics.significant(found.p_by_clump),
    )
