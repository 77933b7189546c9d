"""Numbering plans of all countries, taken from the metadata that `phonenumbers` ships, as patterns for whole columns.

The library itself parses one number in some thirty microseconds; its own patterns, run by polars, take a few hundred
nanoseconds for the same answer (tested against it).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

_TYPES = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")
_ITALIC = frozenset({39, 378, 379})
"""Calling codes whose numbers keep their first zero when they are called from abroad."""


@dataclass(frozen=True)
class Plan:
    """How one country writes its numbers."""

    region: str
    code: str
    """Country calling code, digits."""
    trunk: str
    """What comes before a number inside the country: mostly ``0``, nothing in Spain, ``1`` in North America."""
    trunk_required: bool
    """Inside the country the number is never written without it."""
    valid: str
    """Pattern of all national numbers that have been given out, without trunk."""
    lengths: frozenset[int]
    """Possible lengths of a national number without trunk."""
    usual: frozenset[int]
    """Of these, the lengths of landlines and mobiles."""


@cache
def plan(region: str) -> Plan | None:
    """Return the plan of a region (ISO code), None where there is no such region."""
    data = PhoneMetadata.metadata_for_region(region)
    if data is None:
        return None
    kinds = (getattr(data, name) for name in _TYPES)
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None and kind.national_number_pattern not in (None, "NA")]
    trunk = data.national_prefix or ""
    return Plan(
        region=region,
        code=str(data.country_code),
        trunk=trunk,
        trunk_required=bool(trunk) and trunk != "1",
        valid="^(?:" + "|".join(dict.fromkeys(patterns)) + ")$",
        lengths=_lengths(data.general_desc),
        usual=_lengths(data.fixed_line) | _lengths(data.mobile),
    )


@cache
def codes() -> dict[str, tuple[str, ...]]:
    """Return calling code -> its regions, the main one first."""
    return {str(code): regions for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if regions != ("001",)}


@cache
def code_pattern() -> str:
    """Return a pattern that takes the calling code off the digits of an international number (codes are free of prefixes)."""
    return "^(" + "|".join(sorted(codes(), key=lambda code: (len(code), code))) + ")"


@cache
def code_of(first: int) -> str:
    """Return the calling code of numbers whose first three digits these are (100 to 999); empty where there is none."""
    digits = str(first)
    return next((digits[:length] for length in (1, 2, 3) if digits[:length] in codes()), "")


@cache
def without_trunk(code: str) -> bool:
    """Can no ``0`` stand after the calling code, so that one which was left standing (+44 0751...) is to be taken off?"""
    return int(code) not in _ITALIC and _main(codes()[code]).trunk.startswith("0")


@cache
def possible_lengths(code: str) -> int:
    """Return the possible lengths of what follows a calling code, as a mask of bits."""
    plans = [found for region in codes()[code] if (found := plan(region)) is not None]
    return sum(1 << length for length in frozenset().union(*(found.lengths for found in plans)))


@cache
def region_of() -> dict[str, str]:
    """Return calling code -> its main region."""
    return {code: regions[0] for code, regions in codes().items()}


def _lengths(kind: phonenumbers.PhoneNumberDesc | None) -> frozenset[int]:
    return frozenset(length for length in (kind.possible_length if kind is not None else ()) if length > 0)


def _main(regions: tuple[str, ...]) -> Plan:
    found = plan(regions[0])
    assert found is not None, regions
    return found
