"""The gangs of a Chinese book: twelve shapes, each what one way of working leaves in the applications.

A gang's members start as strangers (own phone, device, card, flat, WiFi, employer); a *shape* then ties them. Members are in the
order in which they apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.books import _chinese_words as words
from benchmarks.books._chinese_people import FORMS, Counts, Numbers, names, nat_ip, ordinary_intents, pack_address, random_addresses

Ints = npt.NDArray[np.int64]

GANG_EMPLOYER = 1 << 30
"""Employers from here on are companies that only gangs name."""


@dataclass
class Members:
    """The members of all gangs, an array a fact; a shape writes into its gang's slice."""

    columns: dict[str, npt.NDArray[np.generic]]
    returns: list[tuple[int, int]] = field(default_factory=list)
    """Gangs (first member, end) whose members all apply a second time."""


@dataclass(frozen=True)
class Gang:
    """One gang's slice of the members."""

    rng: np.random.Generator
    numbers: Numbers
    members: Members
    start: int
    size: int
    spare: int
    """Index from which phones, devices, cards and WiFis may be taken that nobody else has (as many as the gang has members)."""

    def get(self, column: str) -> Ints:
        view = self.members.columns[column][self.start : self.start + self.size]
        return view  # type: ignore[return-value]

    def put(self, column: str, values: npt.ArrayLike, where: npt.NDArray[np.bool_] | slice = slice(None)) -> None:
        self.get(column)[where] = values

    def blocks(self, width: int) -> Ints:
        """Position of the first of a member's block, when members work in blocks of ``width``."""
        return np.asarray(np.arange(self.size) // width * width)

    def some(self, share: float) -> npt.NDArray[np.bool_]:
        return np.asarray(self.rng.random(self.size) < share)

    def outside(self) -> Ints:
        """Phone numbers that nobody applies with."""
        return self.numbers.phone(self.spare + np.arange(self.size))


def device_farm(gang: Gang) -> None:
    """A handful of handsets, each used by two to five in turn; most sit in one room."""
    gang.put("device", gang.get("device")[gang.blocks(int(gang.rng.integers(2, 6)))].copy())
    gang.put("wifi", gang.get("wifi")[0], gang.some(0.6))


def contact_ring(gang: Gang) -> None:
    """Each names the next as contact, half also the one after; half work, on paper, for one shell company."""
    phones = gang.get("phone")
    gang.put("contact1", np.roll(phones, -1))
    gang.put("contact2", np.where(gang.some(0.5), np.roll(phones, -2), -1))
    gang.put("employer", gang.get("employer")[0], gang.some(0.54))


def card_pool(gang: Gang) -> None:
    """Three to six are paid out to one card; a few phones stand in as everybody's contact."""
    gang.put("card", gang.get("card")[gang.blocks(int(gang.rng.integers(3, 7)))].copy())
    pool = gang.outside()[: max(1, gang.size // 8)]
    gang.put("contact1", pool[gang.rng.integers(0, len(pool), gang.size)])


def address_ring(gang: Gang) -> None:
    """Three flats of one staircase, written in four ways; one contact for every four; a WiFi that some use."""
    rng = gang.rng
    one = [np.full(gang.size, rng.integers(0, radix)) for radix in (len(words.REGIONS), len(words.ROADS), 399, len(words.ESTATES), 14)]
    fixed = [np.zeros(gang.size, dtype=np.int64), np.full(gang.size, 9)]
    gang.put("address", pack_address((*one, *fixed, rng.integers(0, 3, gang.size))))
    gang.put("form", rng.integers(0, FORMS, gang.size))
    gang.put("contact1", gang.outside()[gang.blocks(4)])
    gang.put("wifi", gang.get("wifi")[0], gang.some(0.4))


def sim_farm(gang: Gang) -> None:
    """SIM cards bought in one go: numbers in runs with small steps; every fourth shares the room's WiFi."""
    runs = gang.blocks(int(gang.rng.integers(4, 9)))
    within = np.arange(gang.size) - runs
    gang.put("phone", gang.numbers.phone(gang.spare + runs) // 64 * 64 + within * int(gang.rng.integers(1, 3)))
    gang.put("wifi", gang.get("wifi")[0], gang.some(0.25))


def shell_company(gang: Gang) -> None:
    """One invented employer whose switchboard and whose "personnel office" vouch for everybody."""
    gang.put("employer", gang.get("employer")[0])
    office = gang.outside()[gang.blocks(6)]
    gang.put("contact2", np.where(gang.some(0.6), office, -1))


def wifi_den(gang: Gang) -> None:
    """Applicants are brought to one room: its WiFi and its line, and now and then the coach's own handset."""
    gang.put("wifi", gang.get("wifi")[0], gang.some(0.85))
    gang.put("ip", gang.get("ip")[0], gang.some(0.5))
    gang.put("device", gang.get("device")[0], gang.some(0.15))


def referral_chain(gang: Gang) -> None:
    """Each was recruited by an earlier member and names them: a tree, not a ring."""
    phones = gang.get("phone")
    back = np.minimum(gang.rng.integers(1, 4, gang.size), np.arange(gang.size))
    recruiter = np.arange(gang.size) - back
    gang.put("contact1", np.where(back > 0, phones[recruiter], gang.get("contact1")))


def pair_rotation(gang: Gang) -> None:
    """Nothing is used by more than two: handsets by the 1st and 2nd, 3rd and 4th..., cards by the 2nd and 3rd, 4th and 5th..."""
    position = np.arange(gang.size)
    gang.put("device", gang.get("device")[position // 2 * 2].copy())
    gang.put("card", gang.get("card")[np.maximum((position + 1) // 2 * 2 - 1, 0)].copy())


def bust_out(gang: Gang) -> None:
    """Each behaves alone at first; weeks later all come back together, from a few common handsets."""
    gang.members.returns.append((gang.start, gang.start + gang.size))
    gang.put("contact1", np.where(gang.some(0.5), gang.outside()[gang.blocks(5)], gang.get("contact1")))


def id_family(gang: Gang) -> None:
    """One stolen identity number under two to four names, and a card that a few of them share."""
    gang.put("id_code", gang.get("id_code")[gang.blocks(int(gang.rng.integers(2, 5)))].copy())
    gang.put("card", gang.get("card")[0], gang.some(0.3))


def broker(gang: Gang) -> None:
    """A broker fills the forms: his phone is a contact of most, his office line sends a third of the forms."""
    gang.put("contact1", gang.outside()[0], gang.some(0.7))
    gang.put("ip", gang.get("ip")[0], gang.some(0.35))


SHAPES: dict[str, Callable[[Gang], None]] = {
    shape.__name__: shape
    for shape in (
        device_farm,
        contact_ring,
        card_pool,
        address_ring,
        sim_farm,
        shell_company,
        wifi_den,
        referral_chain,
        pair_rotation,
        bust_out,
        id_family,
        broker,
    )
}
SHAPE_SETS = {"practice": tuple(SHAPES)[:4], "ten": tuple(SHAPES)[:10], "twelve": tuple(SHAPES)}
KINDS = tuple(SHAPES)


def gang_sizes(rng: np.random.Generator, rows: int, shapes: tuple[str, ...]) -> Ints:
    """Sizes 4 to 60, mostly about ten, of gangs that make ``rows`` applications (a remainder that is no gang joins the last one)."""
    sizes: list[int] = []
    left = rows
    while left > 0:
        each = 2 if shapes[len(sizes) % len(shapes)] == "bust_out" else 1
        size = int(np.clip(np.rint(np.exp(rng.normal(np.log(10.0), 0.9))), 4, 60))
        if left < 4 * each:
            if sizes and shapes[(len(sizes) - 1) % len(shapes)] != "bust_out":
                sizes[-1] += left
            break
        size = min(size, left // each)
        sizes.append(size)
        left -= size * each
    return np.array(sizes, dtype=np.int64)


def _strangers(rng: np.random.Generator, numbers: Numbers, counts: Counts, sizes: Ints, camouflage: float, ip_noise: float) -> Members:
    """All members before their gangs' shapes tie them; what they have in common already is a network prefix and often a city."""
    total = int(sizes.sum())
    gang = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    index = counts.honest + np.arange(total, dtype=np.int64)
    contacts = counts.people + counts.repeats + 2 * counts.honest
    one_city = rng.random(len(sizes)) < 0.6
    city = rng.integers(0, len(words.REGIONS), len(sizes))
    region = np.where(one_city[gang], city[gang], rng.integers(0, len(words.REGIONS), total))

    blocks = rng.choice(len(words.FIRST_OCTETS) * 256, len(sizes), replace=len(sizes) > len(words.FIRST_OCTETS) * 256)
    prefix = (words.FIRST_OCTETS[blocks // 256] * 256 + blocks % 256)[gang]
    ip = (prefix * 256 + position % 256) * 256 + 1 + (7 * position) % 250
    noisy = rng.random(total) < ip_noise
    ip[noisy] = numbers.household_ip(index[noisy] * 7919 % (1 << 24))
    nat = rng.random(total) < 0.51
    ip[nat] = nat_ip(rng.integers(0, 6, int(nat.sum())))

    ordinary = rng.random(total) < (camouflage if camouflage > 0 else 0.16)
    intent = np.asarray(rng.beta(4.25, 4.1, total) if camouflage > 0 else rng.beta(5.0, 3.45, total))
    intent[ordinary] = ordinary_intents(rng, int(ordinary.sum()))
    return Members(
        {
            **names(rng, total),
            "id_code": numbers.id_code(index),
            "phone": numbers.phone(index),
            "device": numbers.device(index),
            "card": index.copy(),
            "address": random_addresses(rng, total, region),
            "form": np.zeros(total, dtype=np.int8),
            "employer": GANG_EMPLOYER + 131 * gang + position,
            "contact1": numbers.phone(contacts + np.arange(total)),
            "contact2": np.full(total, -1, dtype=np.int64),
            "ip": ip,
            "wifi": numbers.wifi(counts.people * 2 + index),
            "channel": rng.choice(words.GANG_CHANNELS, total, p=words.GANG_CHANNEL_WEIGHTS).astype(np.int8),
            "intent": intent,
            "gang": gang.astype(np.int32),
            "kind": np.zeros(total, dtype=np.int8),
        }
    )


def gang_people(
    rng: np.random.Generator,
    numbers: Numbers,
    counts: Counts,
    sizes: Ints,
    shapes: tuple[str, ...],
    camouflage: float,
    ip_noise: float,
    honest_phones: Ints,
) -> tuple[pl.DataFrame, list[tuple[int, int]]]:
    """The members as a population, gang after gang, and the slices of those gangs that come back together."""
    members = _strangers(rng, numbers, counts, sizes, camouflage, ip_noise)
    spare = counts.people + counts.repeats + 2 * counts.honest + int(sizes.sum())
    start = 0
    for number, size in enumerate(sizes.tolist()):
        shape = shapes[number % len(shapes)]
        members.columns["kind"][start : start + size] = np.int8(KINDS.index(shape))
        SHAPES[shape](Gang(rng, numbers, members, start, size, spare + start))
        start += size
    frame = pl.DataFrame(members.columns)
    if camouflage > 0 and start:
        innocent = honest_phones[rng.integers(0, len(honest_phones), start)]
        frame = frame.with_columns(contact2=np.where(rng.random(start) < 0.15, innocent, frame["contact2"].to_numpy()))
    return frame, members.returns
