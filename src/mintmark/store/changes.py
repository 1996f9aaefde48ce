"""Facts of known customers that change: sealed anew, found by other keys, and as they were before.

What an import changes is kept as it was, sealed under the customer's own data key: so it can be
taken back, and is gone as soon as the customer is shredded.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from psycopg.types.json import Jsonb

from mintmark.customer import Customer
from mintmark.match import Key, keys_of
from mintmark.store import facts
from mintmark.store.customers import Customers, Newcomer
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A known customer who gets other facts.

    `had` are the keys that were the customer's alone, `keys` those that shall be.
    """

    id: int
    before: Customer
    customer: Customer
    had: tuple[Key, ...]
    keys: tuple[Key, ...]


Print = TypeVar("Print", bytes, int)
# Each row is looked up by its key: a table is never read as a whole, however many there are.
_ONE_BY_ONE = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
_AS_BEFORE = "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"
_FORGET = """
DELETE FROM {0} USING unnest(%b::{2}[], %b::bigint[]) AS old (print, customer)
WHERE {0}.{1} = old.print AND {0}.customer = old.customer
"""
_STANDING = """
SELECT c.id, c.index_version, k.wrapped FROM customer c JOIN data_key k ON k.customer = c.id
WHERE c.id = ANY (%s)
"""
_OPEN = "type, region, registered, owner, attributes, fields"
# Of what somebody else changed in between, it stays on record that it is not as the import left it.
_NOTE = f"""
INSERT INTO change (batch, customer, {_OPEN}, sealed, changed_at, became)
SELECT %s, c.id, {_OPEN}, sealed, changed_at, now.became
FROM unnest(%s::bigint[], %s::bytea[]) AS now (id, became) JOIN customer c ON c.id = now.id
ON CONFLICT (batch, customer) DO UPDATE SET became = excluded.became
WHERE change.became = (SELECT sha256(c.sealed) FROM customer c WHERE c.id = excluded.customer)
"""
_WRITE = """
UPDATE customer SET type = now.type, region = now.region, registered = now.registered,
    owner = now.owner, attributes = now.attributes, fields = now.fields, sealed = now.sealed,
    changed_at = %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[], %s::jsonb[], %s::jsonb[],
    %s::bytea[]) AS now (id, type, region, registered, owner, attributes, fields, sealed)
WHERE customer.id = now.id
"""
_PUT_BACK = """
UPDATE customer SET type = was.type, region = was.region, registered = was.registered,
    owner = was.owner, attributes = was.attributes, fields = was.fields, sealed = was.sealed,
    changed_at = was.changed_at
FROM change was
WHERE was.batch = %s AND was.customer = ANY (%s) AND customer.id = was.customer
"""
_OF_BATCH = "SELECT customer FROM change WHERE batch = %s ORDER BY customer"
_BEFORE = """
SELECT w.customer, w.type, w.region, w.registered, w.owner, w.attributes, w.sealed, k.wrapped
FROM change w JOIN data_key k ON k.customer = w.customer
WHERE w.batch = %s AND w.customer = ANY (%s)
"""


class Changes:
    """Statements on `change`, and on the customers whose facts change."""

    def __init__(self, session: Session, sealing: Sealing, customers: Customers) -> None:
        self._session = session
        self._sealing = sealing
        self._customers = customers

    def write(self, changed: Sequence[Changed], *, at: datetime, batch: int | None = None) -> None:
        """Give locked customers other facts; `batch`: the import that does, and may be undone.

        A key that another customer has is a unique violation.
        """
        if not changed:
            return
        wrapped = self._swap_keys(changed)
        values = [(one.id, wrapped[one.id], facts.pack(one.customer)) for one in changed]
        sealed = self._sealing.reseal(values, table="customer", column="sealed")
        execute = self._session.connection.execute
        if batch is not None:
            became = [sha256(value).digest() for value in sealed]
            execute(_NOTE, (batch, [one.id for one in changed], became))
        rows = [
            (one.id, *_openly(one.customer), value)
            for one, value in zip(changed, sealed, strict=True)
        ]
        execute(_WRITE, (at, *map(list, zip(*rows, strict=True))))

    # ------------------------------------------------------------ as they were before

    def of_batch(self, batch: int) -> list[int]:
        """Give the customers whom an import changed, in order."""
        return [row[0] for row in self._session.connection.execute(_OF_BATCH, (batch,))]

    def before(self, batch: int, ids: Sequence[int]) -> dict[int, Customer]:
        """Give customers as they were before an import changed them; nobody who was shredded."""
        rows = self._session.connection.execute(_BEFORE, (batch, list(ids)), binary=True).fetchall()
        sealed = [(row[0], (row[-1], row[-2])) for row in rows]
        opened = self._sealing.unseal_many(sealed, table="customer", column="sealed")
        return {
            inner: facts.unpack(
                packed, type=kind, region=region, registered=registered, owner=owner,
                **facts.unpack_open(attributes),
            )
            for (inner, kind, region, registered, owner, attributes, *_), packed
            in zip(rows, opened, strict=True)
        }  # fmt: skip

    def put_back(self, batch: int, changed: Sequence[Changed]) -> None:
        """Give locked customers the facts that they had before the import, sealed as they were."""
        if changed:
            ids = [one.id for one in changed]
            self._swap_keys(changed)
            self._session.connection.execute(_PUT_BACK, (batch, ids))
            self.forget(batch, ids)

    def forget(self, batch: int, ids: Sequence[int] | None = None) -> None:
        """Forget what these customers, or all, were like before an import."""
        statement = (
            "DELETE FROM change WHERE batch = %s AND (%s::bigint[] IS NULL OR customer = ANY (%s))"
        )
        given = None if ids is None else list(ids)
        self._session.connection.execute(statement, (batch, given, given))

    # ------------------------------------------------------------ keys

    def _swap_keys(self, changed: Sequence[Changed]) -> dict[int, bytes]:
        """Put new keys in the place of old ones; give the wrapped data key of each customer.

        While index keys are rotated, whoever is not under the newest one yet stays so: the
        rotation comes to them.
        """
        ids = [one.id for one in changed]
        rows = self._session.connection.execute(_STANDING, (ids,), binary=True).fetchall()
        versions: dict[int, int] = {inner: version for inner, version, _ in rows}

        def under(one: Changed) -> int:
            return versions[one.id]

        self._forget_keys(changed)
        for newest, those in groupby(sorted(changed, key=under), key=under):
            news = [Newcomer(id=one.id, customer=one.customer, keys=one.keys) for one in those]
            self._customers.index(news, [v for v in self._sealing.index_versions if v <= newest])
        return {inner: wrapped for inner, _, wrapped in rows}

    def _forget_keys(self, changed: Sequence[Changed]) -> None:
        def keys(of: Callable[[Changed], Iterable[Key]]) -> Iterator[tuple[Key, int]]:
            return ((key, one.id) for one in changed for key in of(one))

        own = facts.blinded(self._sealing, keys(lambda one: one.had))
        exact = facts.halved(self._sealing, keys(lambda one: facts.search_keys(one.before)))
        alike = facts.halved(self._sealing, keys(lambda one: keys_of(one.before)))
        self._session.connection.execute(_ONE_BY_ONE)
        self._forget("identity", "key", "bytea", own)
        self._forget("fact_index", "fingerprint", "bigint", exact)
        self._forget("match_key", "key", "bigint", alike)
        self._session.connection.execute(_AS_BEFORE)

    def _forget(
        self, table: str, column: str, kind: str, rows: Iterable[tuple[Print, int, int]]
    ) -> None:
        if listed := sorted(rows, key=itemgetter(0)):
            keys, customers, _ = zip(*listed, strict=True)
            statement = _FORGET.format(table, column, kind).encode()
            self._session.connection.execute(statement, (list(keys), list(customers)))


def _openly(customer: Customer) -> Iterator[Any]:
    yield from (customer.type, customer.region, customer.registered, customer.owner)
    yield Jsonb(facts.pack_open(customer))
    fields = [name for name, _ in customer.sealed]
    yield Jsonb(fields) if fields else None
