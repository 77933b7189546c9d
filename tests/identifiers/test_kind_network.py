"""IP addresses, access points, postcodes, places by satellite."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraudgraph.identifiers import key_of
from fraudgraph.model import Status
from fraudgraph.settings import defaults

SETTINGS = defaults()


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.ip_addresses(v=4))
def test_global_ipv4_agrees_with_the_library(address: ipaddress.IPv4Address) -> None:
    assume(address not in ipaddress.ip_network("192.0.0.0/24") and address not in ipaddress.ip_network("192.88.99.0/24"))
    found, status = key_of("ip", str(address), SETTINGS)
    usable = address.is_global and not address.is_multicast
    assert (found, status) == ((str(address), Status.VALID) if usable else (None, Status.PLACEHOLDER))


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.ip_addresses(v=6))
def test_ipv6_has_one_key_whatever_its_spelling(address: ipaddress.IPv6Address) -> None:
    spellings = {key_of("ip", text, SETTINGS) for text in (str(address), address.exploded, address.exploded.upper(), f"[{address}]:443")}
    assert len(spellings) == 1
    found, status = spellings.pop()
    if address.ipv4_mapped is None:
        assert (status == Status.VALID) == (address.is_global and not address.is_multicast)
    assert found is None or ipaddress.ip_address(found) in (address, address.ipv4_mapped)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("8.8.8.8:4433", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("008.008.008.008", "8.8.8.8"),
        ("8.8.8.8, 10.0.0.1", "8.8.8.8"),
        (" 8.8.8.8 ", "8.8.8.8"),
        ("2409:8a00:0001::00ff", "2409:8a00:1:0:0:0:0:ff"),
    ],
)
def test_spellings_of_an_ip(value: str, expected: str) -> None:
    assert key_of("ip", value, SETTINGS) == (expected, Status.VALID)


@pytest.mark.parametrize(
    "value", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "ff02::1"]
)
def test_addresses_that_are_not_on_the_internet(value: str) -> None:
    assert key_of("ip", value, SETTINGS) == (None, Status.PLACEHOLDER)


@pytest.mark.parametrize("value", ["256.1.1.1", "1.2.3", "abc", "1.2.3.4.5"])
def test_what_is_no_ip(value: str) -> None:
    assert key_of("ip", value, SETTINGS) == (None, Status.MALFORMED)


def test_prefixes() -> None:
    assert key_of("ip24", "8.8.4.4", SETTINGS)[0] == "8.8.4"
    assert key_of("ip16", "8.8.4.4", SETTINGS)[0] == "8.8"
    assert key_of("ip24", "2409:8a00:1::ff", SETTINGS)[0] == "2409:8a00:1"
    assert key_of("ip16", "2409:8a00:1::ff", SETTINGS)[0] == "2409:8a00"


@pytest.mark.parametrize("value", ["12:DA:D9:72:47:9E", "12-da-d9-72-47-9e", "12dad972479e", "12da.d972.479e", "12:da:d9:72:47:9e"])
def test_spellings_of_an_access_point(value: str) -> None:
    assert key_of("wifi", value, SETTINGS) == ("12:da:d9:72:47:9e", Status.VALID)


def test_access_points_without_leading_zeros() -> None:
    assert key_of("wifi", "2:a:d9:72:47:9e", SETTINGS) == ("02:0a:d9:72:47:9e", Status.VALID)


@pytest.mark.parametrize("value", ["02:00:00:00:00:00", "00:00:00:00:00:00", "FF-FF-FF-FF-FF-FF", "unknown"])
def test_access_points_of_nobody(value: str) -> None:
    assert key_of("wifi", value, SETTINGS) == (None, Status.PLACEHOLDER)


def test_what_is_no_access_point() -> None:
    assert key_of("wifi", "12:da:d9", SETTINGS) == (None, Status.MALFORMED)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("fh18 2qx", "FH182QX"),
        ("FH182QX", "FH182QX"),
        ("32546-1120", "32546"),
        ("32546", "32546"),
        ("D-10115", "10115"),
        ("K1A 0B1", "K1A0B1"),
        ("３１０１１２", "310112"),
    ],
)
def test_postcodes(value: str, expected: str) -> None:
    assert key_of("postcode", value, SETTINGS) == (expected, Status.VALID)


@pytest.mark.parametrize("value", ["99999", "00000", "XXX XXX", "N/A", "12345"])
def test_postcodes_of_nowhere(value: str) -> None:
    assert key_of("postcode", value, SETTINGS) == (None, Status.PLACEHOLDER)


def test_places(book) -> None:  # type: ignore[no-untyped-def]
    found = book(
        gps_lat=[31.23456, 31.23461, 31.23561, 0.0, 39.9, 95.0, None, 31.2345],
        gps_lon=[121.47381, 121.47389, 121.47381, 0.0, 116.4, 10.0, None, None],
    )
    keys, status = found.keys["gps.own"], found.status["gps.own"].to_list()
    assert keys[0] == keys[1] != keys[2]
    assert status[3:] == [Status.PLACEHOLDER, Status.PLACEHOLDER, Status.MALFORMED, Status.MISSING, Status.MALFORMED]
    assert key_of("gps", "31.23456, 121.47381", SETTINGS) == (keys[0], Status.VALID)
