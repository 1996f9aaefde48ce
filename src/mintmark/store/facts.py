"""The one place through which facts about people enter and leave the database.

Whatever is personal (`Customer.personal`) is kept in one column and found by fingerprints; nothing
else in Mintmark reads or writes either.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from mintmark.customer import Customer
from mintmark.text import fold

_COLUMNS = ("type", "region", "registered", "owner")  # open attributes with columns of their own
SEARCHED = ("name", "phone", "email", "id_number")


def pack(customer: Customer) -> dict[str, object]:
    """Give the personal facts as the column keeps them."""
    known = customer.personal()
    return _packed(known) if customer.sealed else dict[str, object](known)


def pack_open(customer: Customer) -> dict[str, str | list[str]]:
    """Give the open attributes that have no column of their own; days as ISO 8601 in a list."""
    return {f: v for f, v in pack_attributes(customer).items() if f not in _COLUMNS}


@lru_cache(maxsize=20_000)
def pack_attributes(customer: Customer) -> dict[str, str | list[str]]:
    """Give all open attributes; days as ISO 8601 in a list. Not to be changed: it is shared."""
    return _packed(customer.attributes())


def unpack_open(packed: dict[str, Any]) -> dict[str, str | date]:
    """Give the open attributes back.

    >>> unpack_open({"branch": "浦东", "contract": ["2026-11-22"]})
    {'branch': '浦东', 'contract': datetime.date(2026, 11, 22)}
    """
    return {
        f: date.fromisoformat(v[0]) if isinstance(v, list) else str(v) for f, v in packed.items()
    }


def unpack(packed: dict[str, Any], **openly: Any) -> Customer:
    """Give the customer back from the column and the open attributes."""
    return Customer.of_facts({**unpack_open(packed), **openly}, sealed=packed)


def _packed(known: dict[str, str | date]) -> dict[str, Any]:
    return {f: [v.isoformat()] if isinstance(v, date) else v for f, v in known.items()}


def fingerprint(*parts: str) -> bytes:
    """Give 16 bytes that only equal parts share."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:16]


def search_fingerprint(fact: str, value: str) -> bytes:
    """Give the fingerprint under which a customer with this fact is found; names are folded."""
    return fingerprint("find", fact, fold(value) if fact == "name" else value)


def search_fingerprints(customer: Customer) -> Iterator[bytes]:
    """Give every fingerprint under which the customer is found."""
    for fact in SEARCHED:
        if value := getattr(customer, fact):
            yield search_fingerprint(fact, value)


def record_key(customer: Customer, occurrence: int) -> bytes:
    """Give the key of a record as a whole: the same facts, for the n-th time in one file."""
    facts = (f"{name}={value}" for name, value in customer.facts().items())
    return fingerprint("record", str(occurrence), *facts)


def identity_keys(customer: Customer) -> Iterator[bytes]:
    """Give the keys that only one customer can have, the strongest first (see `match.compare`)."""
    if customer.id_number:
        yield fingerprint("id", customer.id_number)
    for contact in (customer.phone, customer.email):
        if contact:
            yield fingerprint("name+contact", fold(customer.name), contact)
