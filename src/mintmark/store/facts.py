"""The one place through which facts about people enter and leave the database.

Whatever is personal (`Customer.personal`) is one sealed value of a customer's row, and found by
keyed fingerprints; nothing else in Mintmark reads or writes either.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

import orjson

from mintmark.customer import Customer
from mintmark.match.keys import Key
from mintmark.store import binary
from mintmark.store.sealing import Sealing
from mintmark.text import fold

_COLUMNS = ("type", "region", "registered", "owner")  # open attributes with columns of their own
SEARCHED = ("name", "phone", "email", "id_number")
Whose = TypeVar("Whose")


def pack(customer: Customer) -> bytes:
    """Give the personal facts as they are sealed."""
    known = customer.personal()
    return orjson.dumps(_packed(known) if customer.sealed else known)


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


def unpack(packed: bytes | None, **openly: Any) -> Customer:
    """Give the customer back from the unsealed facts (None: shredded) and the open attributes."""
    known = orjson.loads(packed) if packed else {}
    return Customer.of_facts({**unpack_open(known), **openly}, sealed=known)


def _packed(known: dict[str, str | date]) -> dict[str, Any]:
    return {f: [v.isoformat()] if isinstance(v, date) else v for f, v in known.items()}


# ---------------------------------------------------------------- under which keys


def search_key(fact: str, value: str) -> Key:
    """Give the key under which a customer with this fact is found; names are folded."""
    return Key(fact, fold(value) if fact == "name" else value)


def search_keys(customer: Customer) -> Iterator[Key]:
    """Give every key under which the customer is found exactly."""
    for fact in SEARCHED:
        if value := getattr(customer, fact):
            yield search_key(fact, value)


def record_key(customer: Customer, occurrence: int) -> Key:
    """Give the key of a record as a whole: the same facts, for the n-th time in one file."""
    facts = sorted(customer.facts().items())
    return Key("record", f"{occurrence} {orjson.dumps(facts).decode()}")


def identity_keys(customer: Customer) -> Iterator[Key]:
    """Give the keys that only one customer can have, the strongest first (see `match.compare`)."""
    if customer.id_number:
        yield Key("id", customer.id_number)
    for contact in (customer.phone, customer.email):
        if contact:
            yield Key("name+contact", f"{fold(customer.name)}\x1f{contact}")


def external_key(source: str, key: str) -> Key:
    """Give the key that is one customer's by what another system calls them."""
    return Key("external", f"{source}\x1f{key}")


def blinded(
    sealing: Sealing,
    keys: Iterable[tuple[Key, Whose]],
    versions: Sequence[int] | None = None,
) -> Iterator[tuple[bytes, Whose, int]]:
    """Give the fingerprint of each key under these versions (None: all in use), and whose it is."""
    by_index: defaultdict[str, tuple[list[str], list[Whose]]] = defaultdict(lambda: ([], []))
    for (index, text), one in keys:
        texts, whose = by_index[index]
        texts.append(text)
        whose.append(one)
    for index, (texts, whose) in by_index.items():
        for version in versions or sealing.index_versions:
            prints = sealing.blind(index, texts, version=version)
            yield from zip(prints, whose, repeat(version))


def halved(
    sealing: Sealing,
    keys: Iterable[tuple[Key, Whose]],
    versions: Sequence[int] | None = None,
) -> Iterator[tuple[int, Whose, int]]:
    """Give what `blinded` does in 64 bits: so keys are kept that are only searched by.

    Two may be equal by chance, so whoever is found is to be unsealed and compared.
    """
    for print_, one, version in blinded(sealing, keys, versions):
        yield binary.half(print_), one, version


class Weighed(NamedTuple):
    """Fingerprints, and the weight of each."""

    prints: list[bytes]
    weights: list[float]


def weighed(sealing: Sealing, keys: Mapping[Key, float]) -> tuple[Weighed, Weighed]:
    """Give the fingerprints under every version of keys of exact search, and of match keys."""
    by_index: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (index, text), weight in keys.items():
        by_index[index][text] = weight
    exact, alike = Weighed([], []), Weighed([], [])
    for index, texts in by_index.items():
        found = exact if index in SEARCHED else alike
        for version in sealing.index_versions:
            found.prints.extend(sealing.blind(index, list(texts), version=version))
            found.weights.extend(texts.values())
    return exact, alike
