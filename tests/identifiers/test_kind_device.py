"""Devices: fingerprints, IMEI, OAID, IDFA, Android id."""

from __future__ import annotations

import pytest
from stdnum import imei

from fraudgraph.identifiers import key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()
UUID = "9021a25f133f485aad116d6e2d786e2e"


@pytest.mark.parametrize(
    "value", ["9021A25F-133F-485A-AD11-6D6E2D786E2E", "{9021a25f-133f-485a-ad11-6d6e2d786e2e}", UUID, UUID.upper(), f" {UUID} "]
)
@pytest.mark.parametrize("kind", ["device", "idfa", "oaid"])
def test_spellings_of_a_uuid(kind: str, value: str) -> None:
    assert key_of(kind, value, SETTINGS) == (UUID, Status.VALID)


@pytest.mark.parametrize(
    "value",
    [
        "0000000000000000",
        "00000000-0000-0000-0000-000000000000",
        "null",
        "unknown",
        "02:00:00:00:00:00",
        "9774d56d682e549c",
        "FFFFFFFFFFFFFFFF",
        "123456789012345",
        "default",
    ],
)
def test_devices_of_nobody(value: str) -> None:
    assert key_of("device", value, SETTINGS) == (None, Status.PLACEHOLDER)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5583B45926C967E7", "5583b45926c967e7"),
        ("web-AbC_12xyz", "web-abc_12xyz"),
        ("0d083a7906d1ce559583ffd1a83d360f", "0d083a7906d1ce559583ffd1a83d360f"),
    ],
)
def test_other_devices(value: str, expected: str) -> None:
    assert key_of("device", value, SETTINGS) == (expected, Status.VALID)


def test_too_short_is_no_device() -> None:
    assert key_of("device", "a1", SETTINGS) == (None, Status.MALFORMED)


def test_an_android_id_keeps_its_leading_zeros() -> None:
    assert (
        key_of("android_id", "083a7906d1ce559", SETTINGS)
        == key_of("android_id", "0083a7906d1ce559", SETTINGS)
        == ("0083a7906d1ce559", Status.VALID)
    )


@pytest.mark.parametrize("value", ["49-015420-323751-8", "35-209900-176148-1", "352099001761481", "3520990017614812"])
def test_imei_is_its_first_fourteen_digits(value: str) -> None:
    digits = value.replace("-", "")
    found = key_of("imei", value, SETTINGS)
    listed = digits.startswith("49015420323751")
    assert found == ((None, Status.PLACEHOLDER) if listed else (digits[:14], Status.VALID))


def test_imei_with_a_wrong_check_digit() -> None:
    assert not imei.is_valid("352099001761482")
    assert key_of("imei", "352099001761482", SETTINGS) == (None, Status.BAD_CHECKSUM)


@pytest.mark.parametrize(
    "value", ["000000000000000", "004999010640000", "111111111111119", "012345678912345", "358673013795895", "352005048247251"]
)
def test_junk_imeis(value: str) -> None:
    assert key_of("imei", value, SETTINGS) == (None, Status.PLACEHOLDER)
