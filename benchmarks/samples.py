"""``python -m benchmarks.samples [DIR]``: write the sample book, by default into data/samples.

One book in two files of two looks, the truth about it and some given relations; always the same bytes. From 22 January 2020 on gangs
are many more and worse than before, and most of all in the rest of that month, when few others apply: it is Spring Festival. Everybody in
it is invented.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.books import chinese, western
from benchmarks.books.base import Book

FOLDER = Path(__file__).parents[1] / "data" / "samples"
BREAK = "2020-01-22"
CHINESE_SEED, WESTERN_SEED, RELATIONS_SEED = 11, 5, 7
FESTIVAL, FESTIVAL_SHARE = ("2020-01-24", "2020-02-03"), 0.5
"""Days (the last not included) in which only this share of the honest Chinese applications is made."""


@dataclass(frozen=True)
class Turn:
    """When and how one Chinese gang works."""

    members: int
    """That are kept, the first to apply; the rest of a larger gang did not apply."""
    begins: str
    """The day of its first application."""
    worse: float
    """Added to its members' intents."""


TURNS = (
    Turn(8, BREAK, 0.16),
    Turn(5, "2019-12-10", -0.05),
    Turn(6, "2020-01-25", 0.1),
    Turn(8, "2020-01-23", 0.03),
    Turn(5, "2020-01-26", 0.2),
    Turn(4, "2019-11-14", 0.05),
    Turn(4, "2020-02-10", 0.1),
    Turn(6, "2020-01-27", 0.14),
)
"""Of the first, second, ... Chinese gang."""
CHINESE_HEADERS = {
    "application_id": "申请编号",
    "applied_at": "申请时间",
    "name": "姓名",
    "id_number": "身份证号",
    "phone": "手机号",
    "device_id": "设备号",
    "bank_card": "银行卡号",
    "home_address": "家庭住址",
    "employer": "单位名称",
    "employer_phone": "单位电话",
    "contact1_phone": "联系人1电话",
    "contact2_phone": "联系人2电话",
    "ip": "IP地址",
    "wifi_mac": "WiFiMAC地址",
    "channel": "渠道",
    "amount": "申请金额",
    "fraud_intent": "欺诈意图",
}


def chinese_part() -> Book:
    """About 1,900 applications of a Chinese lender, with the gangs of `TURNS`."""
    plan = chinese.plan(2000, CHINESE_SEED, gang_share=0.07, camouflage=0.0, shapes="ten", months=7)
    (book,) = chinese.written(replace(plan, rows=with_turns(plan)))
    applications = book.applications.with_columns(
        pl.col("applied_at").dt.to_string("%Y-%m-%d %H:%M:%S"), pl.col("fraud_intent").cast(pl.Float64).round(3)
    )
    return Book(applications, book.truth, None)


def with_turns(plan: chinese.Plan) -> pl.DataFrame:
    """The plan's rows, each gang at its turn and fewer honest people at Spring Festival."""
    gang = plan.people["gang"].gather(plan.rows["person"])
    turns = pl.DataFrame(
        {
            "gang": pl.Series(range(len(TURNS)), dtype=gang.dtype),
            "members": [turn.members for turn in TURNS],
            "begins": [second(turn.begins) for turn in TURNS],
            "worse": [turn.worse for turn in TURNS],
        }
    )
    rows = plan.rows.with_columns(gang=gang, chance=np.random.default_rng([CHINESE_SEED, 7]).random(plan.rows.height))
    rows = rows.join(turns, on="gang", how="left", maintain_order="left")
    first = pl.col("second").min().over("gang")
    began = rows.with_columns(
        place=pl.when(pl.col("gang") >= 0).then(pl.int_range(pl.len()).over("gang", order_by=["second", "person"])),
        second=pl.when(pl.col("gang") >= 0).then(pl.col("second") - first + pl.col("begins")).otherwise("second"),
        intent=(pl.col("intent") + pl.col("worse").fill_null(0.0)).clip(0.0, 1.0),
    )
    away = pl.col("second").is_between(*(second(day) for day in FESTIVAL), closed="left") & (pl.col("chance") >= FESTIVAL_SHARE)
    stay = pl.when(pl.col("gang") >= 0).then(pl.col("place") < pl.col("members")).otherwise(~away)
    kept = began.filter(stay).sort("second", "person").select(plan.rows.columns)
    return kept.with_columns(number=np.arange(kept.height, dtype=np.int64))


def second(day: str) -> int:
    """Midnight of ``day`` in the seconds of a `chinese.Plan`."""
    return int((dt.datetime.fromisoformat(day) - chinese.START).total_seconds())


def western_part() -> Book:
    """About 1,000 applications of a Western lender in the same months."""
    return western.make(1000, WESTERN_SEED, 0.05, 0.1, start="2019-10-01", days=212, surge=BREAK, largest=12)


def text_of(frame: pl.DataFrame) -> str:
    return frame.write_csv(line_terminator="\n")


def with_bad_rows(text: str, rows: list[list[str]]) -> str:
    """The file with rows that no lender can use, among the others."""
    lines = text.splitlines(keepends=True)
    for place, row in enumerate(rows):
        made = io.StringIO()
        csv.writer(made, lineterminator="\n").writerow(row)
        lines.insert(200 * (place + 1), made.getvalue())
    return "".join(lines)


def whole_truth(parts: dict[str, Book]) -> pl.DataFrame:
    """Both books' truth; people and gangs of the two books are told apart by a letter."""
    named = [
        part.truth.with_columns(person=pl.concat_str(pl.lit(letter), "person"), gang=pl.concat_str(pl.lit(letter), "gang"))
        for letter, part in parts.items()
    ]
    return pl.concat([part.select("application_id", "person", "gang", "gang_kind").cast(pl.String) for part in named])


def given_relations(parts: dict[str, Book]) -> pl.DataFrame:
    """Relatives (people of one household), guarantors (anybody), transfers (mostly within gangs)."""
    rng = np.random.default_rng(RELATIONS_SEED)
    rows: list[tuple[str, str, str]] = []
    for part in parts.values():
        book = part.applications.rename({part.applications.columns[0]: "application_id"}).unique("application_id", maintain_order=True)
        firsts = book.join(part.truth, on="application_id", maintain_order="left").unique("person", keep="first", maintain_order=True)
        honest = firsts.filter(pl.col("gang").is_null())
        homes = (
            honest.filter(pl.col("home_address").str.len_chars() > 15).group_by("home_address", maintain_order=True).agg("application_id")
        )
        for home in homes.filter(pl.col("application_id").list.len().is_between(2, 4)).head(11)["application_id"]:
            rows.append((home[0], home[1], "relative"))
        some = rng.choice(honest["application_id"].to_numpy(), 16, replace=False).tolist()
        rows += [(a, b, "guarantor") for a, b in zip(some[:5], some[5:10], strict=True)]
        rows += [(a, b, "transfer") for a, b in zip(some[10:13], some[13:], strict=True)]
        members = firsts.filter(pl.col("gang").is_not_null()).group_by("gang", maintain_order=True).agg("application_id")
        for gang in members.sort("gang")["application_id"].to_list():
            rows += [(a, b, "transfer") for a, b in zip(gang[:-1:3], gang[1::3], strict=False)]
    frame = pl.DataFrame(rows, schema=["source", "target", "kind"], orient="row")
    return frame.with_columns(weight=pl.Series(rng.integers(1, 4, len(frame)).astype(float)))


def sample() -> dict[str, str]:
    """The files: name to text."""
    east, west = chinese_part(), western_part()
    parts = {"C": east, "W": west}
    bad_chinese = [
        ["", "2019-12-03 10:20:30", "王某", *[""] * (len(CHINESE_HEADERS) - 3)],
        ["A999999998", "2020-02-30 25:61:00", "李某", *[""] * (len(CHINESE_HEADERS) - 3)],
    ]
    bad_western = [
        ["B999999999", "2020-01-05T10:00:00+01:00", "Too Few"],
        ["B999999998", "2020-03-08T10:00:00+00:00", "Jane Doe", "", "", "+447400000001", *[""] * 12, "a lot", "high"],
    ]
    chinese_text = text_of(east.applications.select(list(CHINESE_HEADERS)).rename(CHINESE_HEADERS))
    return {
        "applications_cn.csv": with_bad_rows(chinese_text, bad_chinese),
        "applications_west.csv": with_bad_rows(text_of(west.applications), bad_western),
        "relations.csv": text_of(given_relations(parts)),
        "truth.csv": text_of(whole_truth(parts)),
    }


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sample().items():
        (folder / name).write_bytes(text.encode())


if __name__ == "__main__":
    main(sys.argv[1:])
