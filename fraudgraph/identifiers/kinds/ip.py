"""IP addresses: only what is routed on the Internet is a key; private, shared (CGNAT), loopback, documentation addresses are placeholders.

A port, brackets, an IPv4 address written as IPv6 (::ffff:1.2.3.4) and leading zeros are spelling; of a list (X-Forwarded-For) the first
counts. IPv6 keys are eight groups without leading zeros. ``ip24`` and ``ip16`` are the first three and two groups of an IPv4 address;
of an IPv6 address they are /48 and /32.
"""

from __future__ import annotations

import ipaddress

import numpy as np
import polars as pl

from fraudgraph.identifiers.registry import MALFORMED, PLACEHOLDER, Context, Derivation, Keyed, Kind
from fraudgraph.identifiers.text import clean, in_two, judged, patch
from fraudgraph.model import BoolArray, IntArray

V4 = r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$"
PLAIN_V6 = r"^2[4-9a-f][0-9a-f]{2}(?::(?:0|[1-9a-f][0-9a-f]{0,3})){7}$"
"""An address of the ranges that registries give out, spelled as its key."""
NOT_GLOBAL = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
"""IPv4 ranges of the special-purpose registry, multicast and the reserved rest."""


def normalise(values: pl.Series, context: Context) -> Keyed:
    """Return the keys of IP addresses."""
    plain = values.str.contains(V4) & ~values.str.contains(r"(?:^|\.)0[0-9]")
    number = _v4_number(values.filter(plain))
    good = plain.fill_null(False).to_numpy().copy()
    good[good] = _is_global(number)
    fast = pl.Series(good) | values.str.contains(PLAIN_V6).fill_null(False)
    return in_two(values, fast, values.filter(fast), _slow)


def _v4_number(values: pl.Series) -> IntArray:
    """Return addresses (four groups of digits) as numbers; -1 where a group is above 255."""
    if len(values) == 0:
        return np.empty(0, dtype=np.int64)
    groups = values.str.splitn(".", 4).struct.unnest().select(pl.all().cast(pl.Int64, strict=False)).to_numpy()
    number: IntArray = groups @ np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.int64)
    return np.where((groups <= 255).all(axis=1), number, -1)


def _is_global(number: IntArray) -> BoolArray:
    result = number >= 0
    for entry in NOT_GLOBAL:
        network = ipaddress.IPv4Network(entry)
        result &= (number < int(network.network_address)) | (number > int(network.broadcast_address))
    return np.asarray(result)


def _slow(values: pl.Series) -> Keyed:
    cleaned = clean(values).str.to_lowercase().str.replace(r"[,;\s].*$", "")
    address = (
        cleaned.str.replace(r"^\[([^\]]*)\](?::[0-9]+)?$", "$1")
        .str.replace(r"^([0-9.]+):[0-9]+$", "$1")
        .str.replace(r"%.*$", "")
        .str.replace(r"^(?:0{0,4}:){2,6}ffff:([0-9.]+)$", "$1")
    )
    address = address.str.replace_all(r"(^|\.|:)0+([0-9a-f])", "$1$2")
    four = address.str.contains(V4)
    number = _v4_number(address.filter(four))
    wide = address.filter(~four)
    texts = [_v6(text) for text in wide]
    key = pl.concat(
        [address.filter(four).set(pl.Series(~_is_global(number)), None), pl.Series([text or None for text, _ in texts], dtype=pl.String)]
    )
    real = pl.concat([pl.Series(number >= 0), pl.Series([known for _, known in texts], dtype=pl.Boolean)])
    order = pl.concat([four.arg_true(), (~four).arg_true()]).arg_sort()
    keyed = judged("ip", cleaned, key.gather(order))
    private = real.gather(order) & (keyed.status == MALFORMED)
    return Keyed(keyed.key, keyed.status.set(private, PLACEHOLDER))


def _v6(text: str) -> tuple[str, bool]:
    """Return (key, empty where the address is not global; is it an IPv6 address at all)."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return "", False
    inner = address.ipv4_mapped
    if inner is not None:
        return (str(inner) if inner.is_global and not inner.is_multicast else ""), True
    if not address.is_global or address.is_multicast:
        return "", True
    return ":".join(f"{int(group, 16):x}" for group in address.exploded.split(":")), True


def ip24(keys: pl.Series) -> pl.Series:
    """Return the /24 (IPv6: /48) of IP keys."""
    return _prefix(keys, r"\.[0-9]+$", r"^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):")


def ip16(keys: pl.Series) -> pl.Series:
    """Return the /16 (IPv6: /32) of IP keys."""
    return _prefix(keys, r"\.[0-9]+\.[0-9]+$", r"^([0-9a-f]+:[0-9a-f]+):")


def _prefix(keys: pl.Series, four: str, six: str) -> pl.Series:
    return patch(keys.str.replace(four, ""), keys.str.contains(":", literal=True), lambda part: part.str.extract(six))


KINDS = (Kind("ip", normalise, digests=False),)
DERIVATIONS = (Derivation("ip24.own", "ip.own", ip24), Derivation("ip16.own", "ip.own", ip16))
