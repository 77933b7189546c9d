"""The closed table of reason codes: every code that may stand in a ``reasons`` column, with what it means.

A *tie* code says what holds a person to the others of the community, a *verdict* code says why the community was called a gang
(or what the person's own intent adds to that), a *clear* code says why nobody was flagged. Scripts match on codes: a code is
never renamed and never changes its meaning; new ones may be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fraudgraph import model


class Group(StrEnum):
    """What a code speaks of."""

    TIE = "tie"
    VERDICT = "verdict"
    CLEAR = "clear"


@dataclass(frozen=True)
class Reason:
    """One code of the closed table."""

    code: str
    group: Group
    short: str
    """A few words, for a table or a label."""
    sentence: str
    """A whole sentence, for an analyst who never saw the tool."""


def _table(*reasons: Reason) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


REASON_CODES: dict[str, Reason] = _table(
    Reason("ID_OTHER_NAME", Group.TIE, "one ID number, other names", "The ID number was also given under another name."),
    Reason("SHARED_PHONE", Group.TIE, "same own phone", "Another applicant gave the same phone number as their own."),
    Reason("PHONE_IS_CONTACT_OF", Group.TIE, "own phone is another's contact", "One applicant's own phone is another applicant's contact."),
    Reason("COMMON_CONTACT", Group.TIE, "same contact", "Another applicant named the same contact phone."),
    Reason("SHARED_DEVICE", Group.TIE, "same device", "Another applicant applied from the same device."),
    Reason("SHARED_CARD", Group.TIE, "same bank card", "Another applicant gave the same bank card or account."),
    Reason("SHARED_EMAIL", Group.TIE, "same e-mail", "Another applicant gave the same e-mail address."),
    Reason("SHARED_ADDRESS", Group.TIE, "same home", "Another applicant gave the same home address, down to the unit."),
    Reason("SAME_BUILDING", Group.TIE, "same building", "Another applicant gave a home in the same building."),
    Reason("SAME_POSTCODE", Group.TIE, "same postcode", "Another applicant gave the same postcode."),
    Reason("SAME_PLACE", Group.TIE, "same place", "Another applicant applied from the same spot on the map."),
    Reason("SHARED_WIFI", Group.TIE, "same WiFi", "Another applicant applied over the same WiFi."),
    Reason("SHARED_IP", Group.TIE, "same IP address", "Another applicant applied from the same IP address."),
    Reason("IP_RANGE", Group.TIE, "same IP range", "Another applicant applied from the same range of IP addresses."),
    Reason("SAME_EMPLOYER", Group.TIE, "same employer", "Another applicant named the same employer."),
    Reason("EMPLOYER_PHONE", Group.TIE, "same employer phone", "Another applicant gave the same employer phone."),
    Reason("EMPLOYER_ADDRESS", Group.TIE, "same employer address", "Another applicant gave the same employer address."),
    Reason("NUMBER_RUN", Group.TIE, "numbers in a run", "Another applicant has an ID or phone number that follows closely on this one."),
    Reason("BIRTH_SURNAME", Group.TIE, "same birth date and surname", "Another applicant has the same birth date and surname."),
    Reason("GIVEN_RELATION", Group.TIE, "given relation", "The relations file ties this applicant to another one."),
    Reason("GANG_MEAN_OVER_T", Group.VERDICT, "group's mean over T", "The group's mean fraud intent is above the threshold T."),
    Reason("OWN_INTENT_HIGH", Group.VERDICT, "own intent above T", "This applicant's own fraud intent is above the threshold T."),
    Reason("OWN_INTENT_LOW", Group.VERDICT, "own intent below T", "This applicant's own fraud intent is not above T; the group's is."),
    Reason("OWN_INTENT_UNKNOWN", Group.VERDICT, "own intent unknown", "This applicant's own fraud intent is unknown and did not vote."),
    Reason("NO_TIE", Group.CLEAR, "tied to nobody", "Nothing that passes on fraud intent ties this applicant to anybody."),
    Reason("TOO_FEW_MEMBERS", Group.CLEAR, "too few members", "The group has fewer people than a gang must have."),
    Reason("MEAN_UNDER_T", Group.CLEAR, "mean not above T", "The mean fraud intent of the group is not above the threshold T."),
    Reason("NOT_SIGNIFICANT", Group.CLEAR, "could be chance", "So high a mean is not rare enough among as many random applicants."),
    Reason("TOO_FEW_KNOWN", Group.CLEAR, "too few intents known", "The fraud intent of too few members is known to speak of a mean."),
    Reason("NO_TRANSMISSION", Group.CLEAR, "nothing transmits", "No kind of tie passes on fraud intent here, so nobody is flagged."),
    Reason("NO_INTENTS", Group.CLEAR, "no intents", "The book says nothing about fraud intent, so nobody is flagged."),
)  # fmt: skip
"""Code -> reason, in the order in which codes are listed for one person."""

_BY_KIND = {
    "id_number": "ID_OTHER_NAME",
    "phone": "SHARED_PHONE",
    "device": "SHARED_DEVICE",
    "imei": "SHARED_DEVICE",
    "oaid": "SHARED_DEVICE",
    "idfa": "SHARED_DEVICE",
    "android_id": "SHARED_DEVICE",
    "bank_card": "SHARED_CARD",
    "email": "SHARED_EMAIL",
    "address": "SHARED_ADDRESS",
    "building": "SAME_BUILDING",
    "postcode": "SAME_POSTCODE",
    "gps": "SAME_PLACE",
    "wifi": "SHARED_WIFI",
    "ip": "SHARED_IP",
    "ip24": "IP_RANGE",
    "ip16": "IP_RANGE",
    "employer": "SAME_EMPLOYER",
    "employer_phone": "EMPLOYER_PHONE",
    "employer_address": "EMPLOYER_ADDRESS",
    "phone_run": "NUMBER_RUN",
    "id_run": "NUMBER_RUN",
    "birth_surname": "BIRTH_SURNAME",
}

_CONTACT_ROLES = frozenset(slot.role for slot in model.SLOTS if slot.role.startswith("contact"))

_RANK = {code: rank for rank, code in enumerate(REASON_CODES)}


def kind_role_code(kind: str, role_a: str, role_b: str) -> str:
    """Return the code for two people who share an identifier of ``kind``, in the roles in which each of them gave it.

    ``kind`` is a kind of `model.SLOTS`, or ``relation:KIND`` for a given relation. The roles may come in either order. Raises
    ``ValueError`` for a kind that is not in the table.
    """
    if kind.startswith("relation:"):
        return "GIVEN_RELATION"
    if kind == "phone":
        contacts = (role_a in _CONTACT_ROLES) + (role_b in _CONTACT_ROLES)
        return ("SHARED_PHONE", "PHONE_IS_CONTACT_OF", "COMMON_CONTACT")[contacts]
    try:
        return _BY_KIND[kind]
    except KeyError:
        raise ValueError(f"no reason code for identifiers of kind {kind!r}") from None


def join(codes: set[str]) -> str:
    """Return ``codes`` as a ``reasons`` column holds them: each once, in the table's order, joined by ``;``."""
    return ";".join(sorted(codes, key=_RANK.__getitem__))


def markdown() -> str:
    """Return the closed table as README prints it."""
    lines = ["| code | about | meaning |", "|---|---|---|"]
    lines += [f"| `{reason.code}` | {reason.group} | {reason.sentence} |" for reason in REASON_CODES.values()]
    return "\n".join(lines) + "\n"
