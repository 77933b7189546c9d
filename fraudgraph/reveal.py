"""Plain values for who says why: the one way past the masks, and only after the store's log has it."""

from __future__ import annotations

from collections.abc import Iterable

from fraudgraph import audit, masking
from fraudgraph.errors import UsageError
from fraudgraph.stores.port import PREFIXES, Reader, Store
from fraudgraph.values.kept import SETTING


def granted(store: Store, reader: Reader, who: str, command: str, about: Iterable[str], purpose: str) -> None:
    """Write down who is about to see plain values, and why; only then may they be shown (inside `masking.revealed`).

    ``about``: what was asked for, as it was typed. Raises UsageError where there is no purpose, where the store has no plain values, and
    StoreError where the log cannot be written.
    """
    if not purpose.strip():
        raise UsageError("plain values are shown for a purpose: say which with --purpose")
    if reader.settings().get(SETTING) == "masked":
        raise UsageError("there is nothing to reveal: the store keeps keyed tokens and masked captions in the place of values")
    audit.write(store, audit.Deed(who, f"{command} --reveal", " ".join(shown(reader, about)), purpose))


def shown(reader: Reader, asked: Iterable[str]) -> list[str]:
    """Return what was asked for as the log may have it: ids as they are, anything else masked."""
    words = [word.strip() for word in asked if word.strip()]
    ids = {"application_id": [word for word in words if not word.startswith(PREFIXES)]}
    known = set(reader.table("membership", columns=["application_id"], where=ids)["application_id"])
    return [word if word.startswith(PREFIXES) or word in known else masking.raw("value", word) for word in words]
