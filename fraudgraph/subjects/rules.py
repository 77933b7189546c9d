"""The deterministic rules by which two applications are one person's, in order of strength. Rules are data; `resolve` reads them.

What a rule asks of the two names (`Name`):

* *whole*: they agree. One strong key is enough with it. Sharing a device, an address or a postcode says little, so these count
  only together with the date of birth.
* *given*, *surname*: only that part is the same, and the other is not: a name changed by marriage, a nickname. It needs two more
  agreements, of which one is a strong key; twins share a phone, a birthday and a surname, so the surname counts with the ID number
  and the birthday only. A part shorter than `SHORTEST` letters says nothing. Chinese names, which marriage does not change, have no
  such parts at all: their canonical form is one word. One ID number under many of them is a pattern of fraud.
* *missing*: one of the two has no name. Equal valid ID numbers, or two strong keys at once, stand in for it; one strong key alone
  does not, because a household shares a phone or a card. Such an application joins nobody where it fits people of different names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fraudgraph.model import SLOT

FIRST = "first"
"""`how` of a person's first application."""

SHORTEST = 3
"""Letters from which on a part of a name says something."""


class Name(Enum):
    """What a rule asks of the two names."""

    WHOLE = "agree"
    GIVEN = "the first given names are the same"
    SURNAME = "the surnames are the same"
    MISSING = "one is missing"


@dataclass(frozen=True)
class Rule:
    """Applications that agree in every slot of ``slots`` (and in the date of birth, if ``birth``) match."""

    how: str
    """What a person reads: what agrees, joined by ``+``."""
    slots: tuple[str, ...]
    birth: bool = False
    """The date of birth is part of the key."""
    name: Name = Name.WHOLE

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
    Rule("id+birth+given name", (ID,), birth=True, name=Name.GIVEN),
    Rule("id+birth+surname", (ID,), birth=True, name=Name.SURNAME),
    Rule("id+phone+given name", (ID, PHONE), name=Name.GIVEN),
    Rule("id+card+given name", (ID, CARD), name=Name.GIVEN),
    Rule("id+email+given name", (ID, EMAIL), name=Name.GIVEN),
    Rule("id", (ID,), name=Name.MISSING),
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
    Rule("phone+birth+given name", (PHONE,), birth=True, name=Name.GIVEN),
    Rule("card+birth+given name", (CARD,), birth=True, name=Name.GIVEN),
    Rule("email+birth+given name", (EMAIL,), birth=True, name=Name.GIVEN),
    Rule("phone+birth", (PHONE,), birth=True, name=Name.MISSING),
    Rule("card+birth", (CARD,), birth=True, name=Name.MISSING),
    Rule("email+birth", (EMAIL,), birth=True, name=Name.MISSING),
    Rule("phone+card", (PHONE, CARD), name=Name.MISSING),
    Rule("phone+email", (PHONE, EMAIL), name=Name.MISSING),
    Rule("card+email", (CARD, EMAIL), name=Name.MISSING),
)
"""The order is the order of strength: what an earlier rule joined, a later one takes as one group."""


SINGLE = frozenset(rule.key[0] for rule in RULES if len(rule.key) == 1)
"""Keys that are strong enough alone."""


def identity_keys() -> tuple[tuple[str, ...], ...]:
    """Return the narrowest keys of the rules: two applications that any rule can match agree in at least one of them."""
    keys = list(dict.fromkeys(rule.key for rule in RULES))
    return tuple(key for key in keys if not any(set(other) < set(key) for other in keys))
