"""The deterministic rules by which two applications are one person's, in order of strength. Rules are data; `resolve` reads them.

*A named rule* matches two applications that share its key and whose names agree. *A nameless rule* matches an application of
which no name is known with another that shares its key: equal valid ID numbers, or two strong keys at once, stand in for the
name; one strong key alone does not, because a household shares a phone or a card. A nameless application that fits two
people of different names joins neither.

Sharing a device, an address or a postcode says little, so these count only together with the date of birth and the name.
"""

from __future__ import annotations

from dataclasses import dataclass

from fraudgraph.model import SLOT

FIRST = "first"
"""`how` of a person's first application."""


@dataclass(frozen=True)
class Rule:
    """Applications that agree in every slot of ``slots`` (and in the date of birth, if ``birth``) match."""

    how: str
    """What a person reads: the keys that agree, joined by ``+``."""
    slots: tuple[str, ...]
    birth: bool = False
    """The date of birth is part of the key."""
    named: bool = True
    """The names must agree; otherwise one of the two applications must have no name."""

    def __post_init__(self) -> None:
        unknown = [slot for slot in self.slots if slot not in SLOT]
        if unknown or not self.slots:
            raise ValueError(f"rule {self.how}: no such slots: {unknown}")

    @property
    def key(self) -> tuple[str, ...]:
        """What must be equal, as names of columns."""
        return (*self.slots, "birth") if self.birth else self.slots


ID, PHONE, CARD, EMAIL = "id_number.own", "phone.own", "bank_card.own", "email.own"

RULES: tuple[Rule, ...] = (
    Rule("id+name", (ID,)),
    Rule("id", (ID,), named=False),
    Rule("phone+name", (PHONE,)),
    Rule("card+name", (CARD,)),
    Rule("email+name", (EMAIL,)),
    Rule("birth+name+address", ("address.own",), birth=True),
    Rule("birth+name+postcode", ("postcode.own",), birth=True),
    Rule("birth+name+device", ("device.own",), birth=True),
    Rule("birth+name+device", ("imei.own",), birth=True),
    Rule("birth+name+device", ("oaid.own",), birth=True),
    Rule("birth+name+device", ("idfa.own",), birth=True),
    Rule("birth+name+device", ("android_id.own",), birth=True),
    Rule("phone+birth", (PHONE,), birth=True, named=False),
    Rule("card+birth", (CARD,), birth=True, named=False),
    Rule("email+birth", (EMAIL,), birth=True, named=False),
    Rule("phone+card", (PHONE, CARD), named=False),
    Rule("phone+email", (PHONE, EMAIL), named=False),
    Rule("card+email", (CARD, EMAIL), named=False),
)
"""The order is the order of strength: what an earlier rule joined, a later one takes as one group."""


def identity_keys() -> tuple[tuple[str, ...], ...]:
    """Return the narrowest keys of the rules: two applications that any rule can match agree in at least one of them."""
    keys = list(dict.fromkeys(rule.key for rule in RULES))
    return tuple(key for key in keys if not any(set(other) < set(key) for other in keys))
