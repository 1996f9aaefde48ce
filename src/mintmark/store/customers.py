"""The tables on customers: who they are, what makes them unmistakable, how they are found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from mintmark.customer import Customer
from mintmark.store import facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer of the register with its code."""

    id: int
    code: str
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A customer about to be added, with the keys that shall be theirs alone."""

    id: int
    customer: Customer
    keys: tuple[bytes, ...]


_RESERVE = "SELECT nextval('customer_id') FROM generate_series(1, %s)"
_ADD = """
COPY customer (id, type, region, registered, owner, attributes, facts, added_at) FROM STDIN
"""
_ADD_KEYS = "COPY identity (key, customer) FROM STDIN"
_ADD_FACTS = "COPY fact_index (fingerprint, customer) FROM STDIN"
_OWNERS = "SELECT key, customer FROM identity WHERE key = ANY (%s)"
_KNOWN = """
SELECT c.id, code.text, c.type, c.region, c.registered, c.owner, c.attributes, c.facts
FROM customer c JOIN code ON code.customer = c.id
"""
# A switchboard may have thousands of customers: some of them are enough to compare with.
_SHARING = """
SELECT wanted.fingerprint, near.customer
FROM unnest(%s::bytea[]) AS wanted (fingerprint)
CROSS JOIN LATERAL (
    SELECT customer FROM fact_index f
    WHERE f.fingerprint = wanted.fingerprint ORDER BY customer LIMIT %s
) AS near
"""


class Customers:
    """Statements on `customer`, `identity` and `fact_index`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def reserve(self, count: int) -> list[int]:
        """Give inner numbers for new customers; these may have gaps, codes have none."""
        return [row[0] for row in self._connection.execute(_RESERVE, (count,))]

    def add(
        self,
        newcomers: Sequence[Newcomer],
        learnt: Sequence[tuple[bytes, int]] = (),
        *,
        at: datetime,
    ) -> None:
        """Write new customers, and what was learnt: more keys of customers, new or known.

        A key that another customer has is a unique violation. Keys are written in one order by
        everybody, so that two writers of the same customers wait for each other and never block
        each other.
        """
        keys = [(key, newcomer.id) for newcomer in newcomers for key in newcomer.keys]
        found = ((f, n.id) for n in newcomers for f in facts.search_fingerprints(n.customer))
        self._copy(_ADD, (_row(newcomer, at) for newcomer in newcomers))
        self._copy(_ADD_KEYS, sorted([*keys, *learnt]))
        self._copy(_ADD_FACTS, found)

    def owners(self, keys: list[bytes]) -> dict[bytes, int]:
        """Tell whose keys these are."""
        return dict(self._connection.execute(_OWNERS, (keys,)).fetchall())

    def sharing(self, fingerprints: list[bytes], *, limit: int = 20) -> dict[bytes, list[int]]:
        """Give, for each fingerprint, the first customers found under it."""
        found: dict[bytes, list[int]] = {}
        for fingerprint, customer in self._connection.execute(_SHARING, (fingerprints, limit)):
            found.setdefault(fingerprint, []).append(customer)
        return found

    def known(self, ids: Iterable[int]) -> dict[int, Known]:
        """Give customers by their inner numbers."""
        rows = self._connection.execute(f"{_KNOWN} WHERE c.id = ANY (%s)", (list(ids),))
        return {row[0]: _known(row) for row in rows}

    def every(self) -> Iterator[Known]:
        """Give all customers in the order in which they were added, without holding them all."""
        with self._connection.cursor(name="every_customer") as cursor:
            cursor.itersize = 5000
            for row in cursor.execute(f"{_KNOWN} ORDER BY c.id"):
                yield _known(row)

    def count(self) -> int:
        """Give how many customers there are."""
        row = self._connection.execute("SELECT count(*) FROM customer").fetchone()
        return row[0] if row else 0

    def _copy(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)


def _row(newcomer: Newcomer, at: datetime) -> tuple[object, ...]:
    customer = newcomer.customer
    openly = (customer.type, customer.region, customer.registered, customer.owner)
    return (newcomer.id, *openly, facts.pack_open(customer), facts.pack(customer), at)


def _known(row: Sequence[Any]) -> Known:
    inner, code, kind, region, registered, owner, attributes, packed = row
    openly = {"type": kind, "region": region, "registered": registered, "owner": owner}
    openly |= facts.unpack_open(attributes)
    return Known(id=inner, code=code, customer=facts.unpack(packed, **openly))
