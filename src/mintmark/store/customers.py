"""The tables on customers: who they are, what makes them unmistakable, how they are found."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from mintmark.customer import Customer
from mintmark.match import Key, keys_of
from mintmark.store import binary, facts
from mintmark.store.codes import PASSPORT, Passport, passport_of
from mintmark.store.resembling import resembling
from mintmark.store.rows import Row, array
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer of the register with its code; None: it has none, or a void one.

    Of a customer that was shredded (when: `shredded_at`) only the open attributes are left.
    """

    id: int
    code: str | None
    customer: Customer
    shredded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A customer about to be added, with the keys that shall be theirs alone."""

    id: int
    customer: Customer
    keys: tuple[Key, ...]


ORDERS = {
    "added": "c.id", "registered": "c.registered", "type": "c.type", "region": "c.region",
    "owner": "c.owner",
}  # fmt: skip
"""How customers can be ordered: name → SQL."""
_AT_ONCE = 5000  # customers
_WITHOUT = """
SELECT c.id FROM customer c WHERE NOT EXISTS
    (SELECT FROM code WHERE code.customer = c.id AND code.voided_at IS NULL)
AND c.shredded_at IS NULL
"""
_HOLD_ON = (
    "SELECT id FROM customer WHERE id = ANY (%s) AND shredded_at IS NULL ORDER BY id FOR SHARE"
)
_RESERVE = "SELECT nextval('customer_id') FROM generate_series(1, $1::bigint)"
_COLUMNS = {
    "id": "bigint", "type": "text", "region": "text", "registered": "date", "owner": "text",
    "attributes": "jsonb", "sealed": "bytea", "fields": "jsonb", "index_version": "integer",
    "added_at": "timestamptz", "batch": "integer",
}  # fmt: skip
_DATA_KEYS = {"customer": "bigint", "wrapped": "bytea", "version": "integer"}
_KEYS = {"key": "bytea", "customer": "bigint", "version": "integer", "batch": "integer"}
_FACTS = {"fingerprint": "bigint", "customer": "bigint", "version": "integer"}
_MATCHES = {"key": "bigint", "customer": "bigint", "version": "integer"}
_EXTERNAL = {"source": "text", "key": "text", "customer": "bigint", "batch": "integer"}
OWNERS = "SELECT key, customer FROM identity WHERE key = ANY ($1::bytea[])"
_KNOWN = """
SELECT c.id, code.text, c.type, c.region, c.registered, c.owner, c.attributes, c.shredded_at,
    c.sealed, data_key.wrapped
FROM customer c LEFT JOIN code ON code.customer = c.id AND code.voided_at IS NULL
LEFT JOIN data_key ON data_key.customer = c.id
"""
_PERSON = """
c.id, NULL::text, c.type, c.region, c.registered, c.owner, c.attributes, c.shredded_at,
    c.sealed, data_key.wrapped
"""
# A third of the pages need not be read where nobody asks for the code.
_UNCODED = f"SELECT {_PERSON} FROM customer c LEFT JOIN data_key ON data_key.customer = c.id"
_BEHIND = f"""
SELECT {PASSPORT}, {_PERSON}
FROM code LEFT JOIN customer c ON c.id = code.customer
LEFT JOIN data_key ON data_key.customer = c.id WHERE code.canonical = $1
"""
_READ: tuple[Callable[[bytes | None], Any], ...] = (
    binary.of_bigint, binary.of_text, binary.of_text, binary.of_text, binary.of_day,
    binary.of_text, binary.of_json, binary.of_moment, binary.of_bytes, binary.of_bytes,
)  # fmt: skip
_UNSEALED = """
SELECT id, NULL, type, region, registered, owner, attributes, NULL, unsealed
FROM customer WHERE unsealed IS NOT NULL ORDER BY id LIMIT %s FOR UPDATE
"""
_SEAL_OLD = """
UPDATE customer SET unsealed = NULL, index_version = %s, sealed = old.sealed
FROM unnest(%s::bigint[], %s::bytea[]) AS old (id, sealed) WHERE customer.id = old.id
"""
# Sealed values are counted by their names, which lie open beside them.
_HOLDING = "SELECT count(*) FROM customer WHERE fields ? %s OR attributes ? %s"
_OUTDATED = """
SELECT id FROM customer
WHERE id > %s AND index_version < %s AND sealed IS NOT NULL AND shredded_at IS NULL
ORDER BY id LIMIT %s FOR NO KEY UPDATE
"""
_KEYED = "UPDATE customer SET index_version = %s WHERE id = ANY (%s)"
_THERE = "SELECT key FROM identity WHERE key = ANY (%s)"
_CALLED = "SELECT source, key, customer FROM external_key WHERE customer = ANY (%s)"
# A switchboard may have thousands of customers: some of them are enough to compare with.
SHARED = """
FROM unnest($1::bigint[]) AS wanted (fingerprint)
CROSS JOIN LATERAL (
    SELECT customer FROM fact_index f
    WHERE f.fingerprint = wanted.fingerprint ORDER BY customer LIMIT $2::bigint
) AS near
"""
_SHARING = f"SELECT wanted.fingerprint, near.customer {SHARED}"


class Customers:
    """Statements on `customer`, its data keys, `external_key` and all indexes of sealed facts."""

    def __init__(self, session: Session, sealing: Sealing) -> None:
        self._session = session
        self._sealing = sealing

    def reserve(self, count: int) -> list[int]:
        """Give inner numbers for new customers; these may have gaps, codes have none."""
        return [int(number or 0) for (number,) in self._session.run(_RESERVE, str(count))]

    def add(
        self,
        newcomers: Sequence[Newcomer],
        learnt: Sequence[tuple[Key, int]] = (),
        *,
        at: datetime,
        batch: int | None = None,
    ) -> None:
        """Write new customers, and what was learnt: more keys of customers, new or known.

        `batch`: the import that they came by. A key that another customer has is a unique
        violation. Keys are written in one order by everybody, so that two writers of the same
        customers wait for each other and never block each other.
        """
        sealed = self._sealed(newcomers)
        index = self._sealing.index_versions[0]
        rows = zip(newcomers, sealed, strict=True)
        written = ((*_row(n, value, index, at), batch) for n, value in rows)
        self._session.add("customer", _COLUMNS, written)
        self._add_keys(newcomers, learnt, batch=batch)

    def hold_on(self, ids: Iterable[int]) -> set[int]:
        """Keep customers from being shredded until the work ends; give those who were not yet."""
        return {row[0] for row in self._session.connection.execute(_HOLD_ON, (list(ids),))}

    def unsealed(self, limit: int = _AT_ONCE) -> list[Newcomer]:
        """Give, locked, customers whose facts lie open: of a register from before sealing."""
        found = self._session.connection.execute(_UNSEALED, (limit,)).fetchall()
        return [Newcomer(id=row[0], customer=_known(row, orjson.dumps(row[-1])).customer, keys=())
                for row in found]  # fmt: skip

    def seal_old(self, customers: Sequence[Newcomer]) -> None:
        """Seal the facts of customers that lay open."""
        ids = [one.id for one in customers]
        index = self._sealing.index_versions[0]
        given = (index, ids, list(self._sealed(customers)))
        self._session.connection.execute(_SEAL_OLD, given)
        self._add_keys(customers)

    def _sealed(self, newcomers: Sequence[Newcomer]) -> list[bytes]:
        """Seal the facts of customers, and write the data keys."""
        packed = [(n.id, facts.pack(n.customer)) for n in newcomers]
        sealed = self._sealing.seal(packed, table="customer", column="sealed")
        # As it was sealed: another thread may have read a newer ring since.
        version = self._sealing.version_of(sealed[0][0]) if sealed else 0
        wraps = zip(newcomers, sealed, strict=True)
        rows = ((n.id, wrapped, version) for n, (wrapped, _) in wraps)
        self._session.add("data_key", _DATA_KEYS, rows)
        return [value for _, value in sealed]

    def _add_keys(
        self,
        newcomers: Sequence[Newcomer],
        learnt: Sequence[tuple[Key, int]] = (),
        *,
        batch: int | None = None,
        versions: Sequence[int] | None = None,
    ) -> None:
        own = ((key, one.id) for one in newcomers for key in one.keys)
        prints: list[Row] = [(*row, None) for row in facts.blinded(self._sealing, own, versions)]
        prints += [(*row, batch) for row in facts.blinded(self._sealing, learnt)]
        self._session.add("identity", _KEYS, sorted(prints, key=itemgetter(0)))
        self._add_search_keys(newcomers, versions)

    def index(self, customers: Sequence[Newcomer], versions: Sequence[int]) -> None:
        """Write the keys of customers who have none, under these versions of the index key."""
        self._add_keys(customers, versions=versions)

    def _add_search_keys(
        self, customers: Sequence[Newcomer], versions: Sequence[int] | None = None
    ) -> None:
        sealing, write = self._sealing, self._session.add
        found = ((key, one.id) for one in customers for key in facts.search_keys(one.customer))
        write("fact_index", _FACTS, sorted(facts.halved(sealing, found, versions)))
        alike = ((key, one.id) for one in customers for key in keys_of(one.customer))
        write("match_key", _MATCHES, sorted(facts.halved(sealing, alike, versions)))

    def call(
        self, external: Iterable[tuple[tuple[str, str], int]], *, batch: int | None = None
    ) -> None:
        """Write what other systems call customers: (source, key) and inner number, no key twice."""
        rows = sorted((*called, inner) for called, inner in external)
        self._session.add("external_key", _EXTERNAL, [(*row, batch) for row in rows])

    def outdated(self, newest: int, after: int, limit: int) -> list[Known]:
        """Give, locked, the next customers after this one who are under an older index key."""
        found = self._session.connection.execute(_OUTDATED, (after, newest, limit))
        ids = sorted(row[0] for row in found)
        known = self.known(ids) if ids else {}
        return [known[inner] for inner in ids]

    def rekey(self, customers: Sequence[Newcomer], version: int) -> None:
        """Write the fingerprints of known customers under one version of the index key."""
        sealing, connection = self._sealing, self._session.connection
        ids = [one.id for one in customers]
        keys = [(key, one.id) for one in customers for key in one.keys]
        called = connection.execute(_CALLED, (ids,)).fetchall()
        keys += [(facts.external_key(*name), inner) for *name, inner in called]
        prints = sorted(facts.blinded(sealing, keys, [version]))
        found = connection.execute(_THERE, ([print_ for print_, *_ in prints],))
        there = {key for (key,) in found}  # learnt since there were two versions
        self._session.add(
            "identity", _KEYS, [(*row, None) for row in prints if row[0] not in there]
        )
        self._add_search_keys(customers, [version])
        self._session.connection.execute(_KEYED, (version, ids))

    def owners(self, keys: Iterable[Key]) -> dict[Key, int]:
        """Tell whose keys these are."""
        own = facts.blinded(self._sealing, ((key, key) for key in keys))
        asked = {print_: key for print_, key, _ in own}
        found = self._session.run(OWNERS, array(list(asked)))
        return {asked[_print(text)]: int(customer or 0) for text, customer in found}

    def sharing(self, keys: Iterable[Key], *, limit: int = 20) -> dict[Key, list[int]]:
        """Give, for each key of exact search, the first found under it: who are to be compared."""
        asked = {half: key for half, key, _ in facts.halved(self._sealing, ((k, k) for k in keys))}
        found: dict[Key, list[int]] = {}
        for text, inner in self._session.run(_SHARING, array(list(asked)), str(limit)):
            under = found.setdefault(asked[int(text or 0)], [])
            if (customer := int(inner or 0)) not in under:  # under a second index key, say
                under.append(customer)
        return found

    def resembling(self, keys: Mapping[Key, float], *, limit: int) -> list[int]:
        """Give the customers who share the weightiest of these keys, the best first."""
        return resembling(self._session, self._sealing, keys, limit=limit)

    def known(self, ids: Iterable[int], *, coded: bool = True) -> dict[int, Known]:
        """Give customers by their inner numbers, with their codes if these are asked for.

        Raises TamperedValue, or what `Sealing` does.
        """
        if not (wanted := list(ids)):
            return {}
        query = f"{_KNOWN if coded else _UNCODED} WHERE c.id = ANY ($1::bigint[])"
        found = self._session.ask(query, binary.bigints(wanted))
        rows = [[read(value) for read, value in zip(_READ, row, strict=True)] for row in found]
        return {one.id: one for one in self._unsealed(rows)}

    def behind(self, code: str) -> tuple[Passport | None, Known | None]:
        """Find a code in its canonical form, and the customer that it stands for, if any.

        Raises TamperedValue, or what `Sealing` does.
        """
        rows = self._session.ask(_BEHIND, code.encode())
        if not rows:
            return None, None
        passport, person = passport_of(rows[0]), rows[0][-len(_READ) :]
        if person[0] is None:
            return passport, None
        row = [read(value) for read, value in zip(_READ, person, strict=True)]
        return passport, self._unsealed([row])[0]

    def openly(self, ids: Iterable[int]) -> dict[int, Known]:
        """Give what is known of customers without any key: their open attributes."""
        found = self._session.connection.execute(f"{_KNOWN} WHERE c.id = ANY (%s)", (list(ids),))
        return {row[0]: _known(row, None) for row in found}

    def without_code(self, order: Sequence[str]) -> list[int]:
        """Give the inner numbers of those without a living code, by these of `ORDERS`."""
        by = ", ".join(f"{ORDERS[one]} NULLS LAST" for one in (*order, "added"))
        found = self._session.connection.execute(f"{_WITHOUT} ORDER BY {by}".encode())
        return [row[0] for row in found]

    def every(self) -> Iterator[Known]:
        """Give all customers in the order in which they were added, without holding them all."""
        with self._session.connection.cursor(name="every_customer") as cursor:
            cursor.execute(f"{_KNOWN} ORDER BY c.id")
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from self._unsealed(rows)

    def holding(self, field: str) -> int:
        """Count those with a value of a declared field; no other is added until this work ends."""
        connection = self._session.connection
        connection.execute("LOCK TABLE customer IN SHARE MODE")
        row = connection.execute(_HOLDING, (field, field)).fetchone()
        return row[0] if row else 0

    def count(self) -> int:
        """Give how many customers there are."""
        row = self._session.connection.execute("SELECT count(*) FROM customer").fetchone()
        return row[0] if row else 0

    def _unsealed(self, rows: Sequence[Sequence[Any]]) -> list[Known]:
        """Give customers from their rows; all are opened, or none is given."""
        closed = [
            (inner, (wrapped or b"", sealed or b""))
            for inner, *_, shredded_at, sealed, wrapped in rows
            if sealed is not None or shredded_at is None  # who was not shredded has facts
        ]
        if not closed:  # of tombstones alone nothing is to be opened: keys may be gone, too
            return [_known(row, None) for row in rows]
        opened = self._sealing.unseal_many(closed, table="customer", column="sealed")
        values = dict(zip((inner for inner, _ in closed), opened, strict=True))
        return [_known(row, values.get(row[0])) for row in rows]


def _print(text: bytes | None) -> bytes:
    """Read a fingerprint as PostgreSQL writes it."""
    return bytes.fromhex((text or b"\\x")[2:].decode())


def _row(newcomer: Newcomer, sealed: bytes, index: int, at: datetime) -> tuple[object, ...]:
    customer = newcomer.customer
    openly = (customer.type, customer.region, customer.registered, customer.owner)
    fields = [name for name, _ in customer.sealed] or None
    return (newcomer.id, *openly, facts.pack_open(customer), sealed, fields, index, at)


def _known(row: Sequence[Any], packed: bytes | None) -> Known:
    inner, code, kind, region, registered, owner, attributes, shredded_at, *_ = row
    openly = {"type": kind, "region": region, "registered": registered, "owner": owner}
    openly |= facts.unpack_open(attributes)
    customer = facts.unpack(packed, **openly)
    return Known(id=inner, code=code, customer=customer, shredded_at=shredded_at)
