"""``python -m benchmarks.samples [DIR]``: write the sample book, by default into data/samples.

One book in two files of two looks, the truth about it and some given relations; always the same bytes. Gangs are many more from 22
January 2020 on than before. Everybody in it is invented.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.books import chinese, western
from benchmarks.books.base import Book

FOLDER = Path(__file__).parents[1] / "data" / "samples"
BREAK = "2020-01-22"
CHINESE_SEED, WESTERN_SEED, RELATIONS_SEED = 11, 5, 7
LARGEST = (14, 6, 11, 9, 4, 4)
"""Members that are kept of the first, second, ... Chinese gang; the rest of a larger one did not apply."""
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
    """About 2,000 applications of a Chinese lender; gangs of at most `LARGEST` members."""
    book = chinese.make(2000, CHINESE_SEED, gang_share=0.07, camouflage=0.0, shapes="ten", months=7)
    truth = book.truth.with_columns(at=book.applications["applied_at"])
    first = truth.filter(pl.col("gang").is_not_null()).group_by("gang", "person").agg(pl.col("at").min())
    order = first.sort("at", "person").with_columns(place=pl.int_range(pl.len()).over("gang"))
    limits = pl.DataFrame({"gang": sorted(order["gang"].unique())[: len(LARGEST)], "limit": LARGEST[: order["gang"].n_unique()]})
    kept = order.join(limits, on="gang").filter(pl.col("place") < pl.col("limit"))["person"]
    stay = truth.select(pl.col("gang").is_null() | pl.col("person").is_in(kept.implode())).to_series()
    applications = book.applications.filter(stay).with_columns(
        pl.col("applied_at").dt.to_string("%Y-%m-%d %H:%M:%S"), pl.col("fraud_intent").cast(pl.Float64).round(3)
    )
    return Book(applications, book.truth.filter(stay), None)


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
