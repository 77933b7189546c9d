"""The facts of a pair: what the two share and how, when, among how many, and what speaks against it.

Nothing here looks at the intent of anybody. A fact reads only the two people's applications, the values that these name (with the people on
them by that time) and, for closure, the near pairs of the two with third people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fraudgraph.graph.codes import DAY, MISSING, UNIQUE, Codes
from fraudgraph.graph.pairs import Given
from fraudgraph.model import BoolArray, FloatArray, Int32Array, IntArray

SIGNATURE: tuple[str, ...] = (
    "phone own-own",
    "phone own-contact",
    "phone contact-contact",
    "device",
    "imei",
    "oaid",
    "idfa",
    "android_id",
    "bank_card",
    "email",
    "id_number",
    "address",
    "building",
    "postcode",
    "employer",
    "employer_phone",
    "employer_address",
    "wifi",
    "ip",
    "ip24",
    "ip16",
    "gps",
    "phone_run",
    "id_run",
    "birth_surname",
)
"""What a pair can share, in the order of the bits of its signature. Only ever added to: calibrations store the bits."""

BIT = {name: 1 << i for i, name in enumerate(SIGNATURE)}
GIVEN_BIT = 32
"""Relations from outside take the bits from here on, one a kind, in the calibration's order."""
GIVEN_KINDS = 8
NO_GAP = 10_000 * DAY
FAR_DAYS = 180
MOST_APPLICATIONS = 16
"""Of a person with more applications than this the latest are looked at."""


@dataclass(frozen=True)
class Facts:
    """Per pair. Pairs are sorted by (a, b), a < b."""

    a: Int32Array
    b: Int32Array
    signature: IntArray
    gap: IntArray
    """Microseconds between the two nearest uses of a shared value; NO_GAP where they share relations from outside only."""
    degree: Int32Array
    """People on the narrowest shared value by that time, in steps (for relations: relations of the one who has fewer)."""
    closure: Int32Array
    """Third people who are near both through different values, at most 2."""
    phones: Int32Array
    """Shared phone numbers, at most 3."""
    channel: BoolArray
    """Both came through the same narrow channel."""
    burst: Int32Array
    """The most improbable crowd on a shared value, as `Codes.burst` has it."""
    address_differs: BoolArray
    ip_differs: BoolArray
    prior: FloatArray
    """Log-odds of the strongest shared value by the table of priors."""
    label: IntArray
    """The shared value of the strongest kind (`LABEL_ORDER`; of several the first by its text), a number over all kinds."""
    weight: FloatArray
    """Summed weight of the relations from outside."""

    def __len__(self) -> int:
        return len(self.a)

    def take(self, where: BoolArray | IntArray) -> Facts:
        return Facts(**{f.name: getattr(self, f.name)[where] for f in fields(self)})


@dataclass(frozen=True)
class View:
    """What the facts are read from."""

    codes: Codes
    person: Int32Array
    applied_at: IntArray
    channel: Int32Array
    """Per application: the number of a narrow channel, -1 for any other."""


class Applications:
    """The applications of each person, in time order."""

    def __init__(self, person: Int32Array) -> None:
        self.rows = np.argsort(person, kind="stable")
        counts = np.bincount(person) if len(person) else np.zeros(0, np.int64)
        self.stop = np.cumsum(counts)
        self.count = np.minimum(counts, MOST_APPLICATIONS)

    def products(self, a: Int32Array, b: Int32Array) -> tuple[IntArray, IntArray, IntArray]:
        """Return every (pair number, row of a, row of b)."""
        na, nb = self.count[a], self.count[b]
        total = na * nb
        pair = np.repeat(np.arange(len(a)), total)
        inner = np.arange(len(pair)) - np.repeat(np.cumsum(total) - total, total)
        width = nb[pair]
        row_a = self.rows[self.stop[a][pair] - na[pair] + inner // width]
        row_b = self.rows[self.stop[b][pair] - nb[pair] + inner % width]
        return pair, row_a, row_b


def shared(codes: Codes, i: IntArray, j: IntArray) -> Iterator[tuple[str, str, str, BoolArray]]:
    """For rows i against rows j yield (signature name, slot of i, slot of j, equal) for everything that can be shared."""
    code = codes.code
    roles = [name for name in ("phone.own", "phone.contact1", "phone.contact2") if name in code]
    mine, theirs = {name: code[name][i] for name in roles}, {name: code[name][j] for name in roles}
    for one in roles:
        known = mine[one] >= 0
        for other in roles:
            owns = (one == "phone.own") + (other == "phone.own")
            name = ("phone contact-contact", "phone own-contact", "phone own-own")[owns]
            yield name, one, other, known & (mine[one] == theirs[other])
    del mine, theirs
    for slot in code:
        kind = slot.split(".")[0]
        if kind == "phone":
            continue
        equal = _equal(code[slot], code[slot], i, j)
        if kind in ("phone_run", "id_run"):
            # A run of one number is no run.
            same = "phone.own" if kind == "phone_run" else "id_number.own"
            if same in code:
                equal &= ~_equal(code[same], code[same], i, j)
        yield kind, slot, slot, equal


def _equal(left: Int32Array, right: Int32Array, i: IntArray, j: IntArray) -> BoolArray:
    mine = left[i]
    result: BoolArray = (mine >= 0) & (mine == right[j])
    return result


def read(
    view: View,
    a: Int32Array,
    b: Int32Array,
    given: Given,
    priors: dict[str, float],
    relations: IntArray | None = None,
    chunk: int = 1_000_000,
) -> Facts:
    """Return the facts of the pairs (closure apart, which needs the other near pairs: `close`).

    Each pair of ``given`` is among the pairs. ``relations``: per person how many pairs of ``given`` (and kinds) they are in, where
    ``given`` has only some.
    """
    applications = Applications(view.person)
    parts: dict[str, list[npt.NDArray[Any]]] = {f.name: [] for f in fields(Facts)}
    for k in range(0, max(len(a), 1), chunk):
        part = _read(view, applications, a[k : k + chunk], b[k : k + chunk], priors)
        # A pair that shares nothing is none, but for one that is given.
        part = part if len(given.a) else part.take(part.signature != 0)
        for name, arrays in parts.items():
            arrays.append(getattr(part, name))
    # Field by field, so that the pairs of a large book are in memory once.
    facts = Facts(**{name: np.concatenate(parts.pop(name)) for name in list(parts)})
    if not len(given.a):
        return facts
    size = len(applications.count)
    counts = np.bincount(np.concatenate([given.a, given.b]), minlength=max(size, 1)) if relations is None else relations
    return _with_given(facts, given, size, priors, counts)


def _read(view: View, applications: Applications, a: Int32Array, b: Int32Array, priors: dict[str, float]) -> Facts:
    codes, size = view.codes, len(a)
    pair, i, j = applications.products(a, b)
    near = np.abs(view.applied_at[i] - view.applied_at[j]) <= FAR_DAYS * DAY
    pair, i, j = pair[near], i[near], j[near]
    signature = np.zeros(len(pair), np.int64)
    degree = np.full(len(pair), 1 << 30, np.int64)
    best = np.full(len(pair), -np.inf)
    burst = np.zeros(len(pair), np.int32)
    label = np.full(len(pair), np.iinfo(np.int64).max)
    phones = _phones(codes, i, j)
    for name, one, other, equal in shared(codes, i, j):
        hit = np.flatnonzero(equal)
        if not len(hit):
            continue
        bit = BIT[name]
        signature[hit] |= bit
        people = np.maximum(codes.people[one][i[hit]], codes.people[other][j[hit]]).astype(np.int64)
        degree[hit] = np.minimum(degree[hit], people)
        label[hit] = np.minimum(label[hit], (rank_of_kind(one) << 40) + codes.code[one][i[hit]].astype(np.int64))
        burst[hit] = np.maximum(burst[hit], np.maximum(codes.burst[one][i[hit]], codes.burst[other][j[hit]]))
        odds = priors[name] - 0.7 * np.maximum(np.log2(people / 10), 0)
        best[hit] = np.maximum(best[hit], odds)
    gap = np.where(signature != 0, np.abs(view.applied_at[i] - view.applied_at[j]), NO_GAP)
    channel = (view.channel[i] >= 0) & (view.channel[i] == view.channel[j])
    starts = np.searchsorted(pair, np.arange(size))
    some = np.r_[starts[1:], len(pair)] > starts
    at = starts[some]

    def reduce(ufunc: np.ufunc, values: npt.NDArray[Any], empty: float, dtype: type) -> npt.NDArray[Any]:
        out: npt.NDArray[Any] = np.full(size, empty, dtype)
        if len(at):
            out[some] = ufunc.reduceat(values, at)
        return out

    return Facts(
        a=a,
        b=b,
        signature=reduce(np.bitwise_or, signature, 0, np.int64),
        gap=reduce(np.minimum, gap, NO_GAP, np.int64),
        degree=reduce(np.minimum, degree, 0, np.int64).astype(np.int32),
        closure=np.zeros(size, np.int32),
        phones=np.minimum(reduce(np.maximum, phones, 0, np.int32), 3),
        channel=reduce(np.logical_or, channel, 0, np.bool_),
        burst=reduce(np.maximum, burst, 0, np.int32),
        address_differs=_differs(codes, "address.own", i, j, signature, BIT["address"], reduce),
        ip_differs=_differs(codes, "ip.own", i, j, signature, BIT["ip"], reduce),
        prior=reduce(np.maximum, best, -np.inf, np.float64),
        label=reduce(np.minimum, label, 0, np.int64),
        weight=np.zeros(size),
    )


def _phones(codes: Codes, i: IntArray, j: IntArray) -> Int32Array:
    """Return how many different phone numbers the applications of rows i and j share, in whatever roles."""
    roles = [codes.code[name] for name in ("phone.own", "phone.contact1", "phone.contact2") if name in codes.code]
    count = np.zeros(len(i), np.int32)
    for place, role in enumerate(roles):
        mine = role[i]
        found = np.zeros(len(i), bool)
        for other in roles:
            found |= mine == other[j]
        for earlier in roles[:place]:
            found &= mine != earlier[i]
        count += found & (mine >= 0)
    return count


def rank_of_kind(slot: str) -> int:
    """A number for the kind of a slot, so that values of different kinds never share a label."""
    return KIND_RANK[slot.split(".")[0]]


LABEL_ORDER = (
    *("phone", "device", "imei", "oaid", "idfa", "android_id", "bank_card", "email", "id_number", "phone_run", "id_run"),
    *("building", "birth_surname", "wifi", "gps", "ip24", "address", "employer_phone", "ip", "ip16", "postcode", "employer"),
    "employer_address",
)
"""Kinds from the strongest to the broadest, by the shipped priors. Fixed: what a pair is called must not change with a setting."""

KIND_RANK = {name: i for i, name in enumerate(LABEL_ORDER)}


def _differs(codes: Codes, slot: str, i: IntArray, j: IntArray, signature: IntArray, bit: int, reduce: Callable[..., Any]) -> BoolArray:
    """Known on both sides, one's own (`Codes.few`), and different, with no application of the two that agrees."""
    if slot not in codes.few:
        none: BoolArray = reduce(np.logical_or, np.zeros(len(i), bool), 0, np.bool_)
        return none
    mine, theirs = codes.few[slot][i], codes.few[slot][j]
    different = (mine != MISSING) & (theirs != MISSING) & ((mine != theirs) | (mine == UNIQUE))
    against: BoolArray = reduce(np.logical_or, different, 0, np.bool_)
    agrees: BoolArray = reduce(np.logical_or, (signature & bit) != 0, 0, np.bool_)
    return against & ~agrees


def _with_given(facts: Facts, given: Given, persons: int, priors: dict[str, float], relations: IntArray) -> Facts:
    size = max(persons, 1)
    place = np.searchsorted(facts.a.astype(np.int64) * size + facts.b, given.a.astype(np.int64) * size + given.b)
    signature, weight, prior = facts.signature.copy(), facts.weight.copy(), facts.prior.copy()
    np.bitwise_or.at(signature, place, np.int64(1) << (GIVEN_BIT + given.kind.astype(np.int64)))
    np.add.at(weight, place, given.weight)
    fewer = np.minimum(relations[facts.a], relations[facts.b])
    only = facts.signature == 0
    degree = np.where(only, fewer, facts.degree).astype(np.int32)
    prior[place] = np.maximum(prior[place], priors["given"])
    label = np.where(only, own_label(facts.a, facts.b), facts.label)
    values = {f.name: getattr(facts, f.name) for f in fields(Facts)}
    values.update(signature=signature, weight=weight, prior=prior, degree=degree, label=label)
    return Facts(**values).take(signature != 0)


def own_label(a: Int32Array, b: Int32Array) -> IntArray:
    """Return labels for pairs that share no value, each its own."""
    return (np.int64(1) << 62) + (a.astype(np.int64) << 31) + b


def narrow_channels(channel: pl.Series, person: Int32Array, share: float) -> list[str]:
    """Return the channels that fewer than ``share`` of the people came through, sorted."""
    if channel.null_count() == len(channel):
        return []
    counts = pl.DataFrame({"c": channel, "p": person}).drop_nulls().unique().group_by("c").len()
    limit = share * (int(person.max()) + 1)
    return sorted(counts.filter((pl.col("len") < limit) & (pl.col("len") > 1))["c"].to_list())
