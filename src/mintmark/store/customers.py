"""The tables on customers: who they are, what makes them unmistakable, how they are found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mintmark.customer import Customer
from mintmark.store import facts
from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer of the register with its code; None: it has none, or a void one."""

    id: int
    code: str | None
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A customer about to be added, with the keys that shall be theirs alone."""

    id: int
    customer: Customer
    keys: tuple[bytes, ...]


ORDERS = {
    "added": "c.id", "registered": "c.registered", "type": "c.type", "region": "c.region",
    "owner": "c.owner",
}  # fmt: skip
"""How customers can be ordered: name → SQL."""
_WITHOUT = """
SELECT c.id FROM customer c WHERE NOT EXISTS
    (SELECT FROM code WHERE code.customer = c.id AND code.voided_at IS NULL)
"""
_RESERVE = "SELECT nextval('customer_id') FROM generate_series(1, %s)"
_COLUMNS = {
    "id": "bigint", "type": "text", "region": "text", "registered": "date", "owner": "text",
    "attributes": "jsonb", "facts": "jsonb", "added_at": "timestamptz",
}  # fmt: skip
_KEYS = {"key": "bytea", "customer": "bigint"}
_FACTS = {"fingerprint": "bytea", "customer": "bigint"}
_EXTERNAL = {"source": "text", "key": "text", "customer": "bigint"}
_OWNERS = "SELECT key, customer FROM identity WHERE key = ANY (%s)"
_KNOWN = """
SELECT c.id, code.text, c.type, c.region, c.registered, c.owner, c.attributes, c.facts
FROM customer c LEFT JOIN code ON code.customer = c.id AND code.voided_at IS NULL
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
    """Statements on `customer`, `identity`, `fact_index` and `external_key`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def reserve(self, count: int) -> list[int]:
        """Give inner numbers for new customers; these may have gaps, codes have none."""
        return [row[0] for row in self._session.connection.execute(_RESERVE, (count,))]

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
        write = self._session.add
        write("customer", _COLUMNS, (_row(newcomer, at) for newcomer in newcomers))
        write("identity", _KEYS, sorted([*keys, *learnt]))
        write("fact_index", _FACTS, found)

    def call(self, external: Iterable[tuple[tuple[str, str], int]]) -> None:
        """Write what other systems call customers: (source, key) and inner number, no key twice."""
        rows = sorted((*called, inner) for called, inner in external)
        self._session.add("external_key", _EXTERNAL, rows)

    def owners(self, keys: list[bytes]) -> dict[bytes, int]:
        """Tell whose keys these are."""
        return dict(self._session.connection.execute(_OWNERS, (keys,)).fetchall())

    def sharing(self, fingerprints: list[bytes], *, limit: int = 20) -> dict[bytes, list[int]]:
        """Give, for each fingerprint, the first customers found under it."""
        found: dict[bytes, list[int]] = {}
        for fingerprint, customer in self._session.connection.execute(
            _SHARING, (fingerprints, limit)
        ):
            found.setdefault(fingerprint, []).append(customer)
        return found

    def known(self, ids: Iterable[int]) -> dict[int, Known]:
        """Give customers by their inner numbers."""
        found = self._session.connection.execute(f"{_KNOWN} WHERE c.id = ANY (%s)", (list(ids),))
        return {row[0]: _known(row) for row in found}

    def without_code(self, order: Sequence[str]) -> list[int]:
        """Give the inner numbers of those without a living code, by these of `ORDERS`."""
        by = ", ".join(f"{ORDERS[one]} NULLS LAST" for one in (*order, "added"))
        found = self._session.connection.execute(f"{_WITHOUT} ORDER BY {by}".encode())
        return [row[0] for row in found]

    def every(self) -> Iterator[Known]:
        """Give all customers in the order in which they were added, without holding them all."""
        with self._session.connection.cursor(name="every_customer") as cursor:
            cursor.itersize = 5000
            for row in cursor.execute(f"{_KNOWN} ORDER BY c.id"):
                yield _known(row)

    def count(self) -> int:
        """Give how many customers there are."""
        row = self._session.connection.execute("SELECT count(*) FROM customer").fetchone()
        return row[0] if row else 0


def _row(newcomer: Newcomer, at: datetime) -> tuple[object, ...]:
    customer = newcomer.customer
    openly = (customer.type, customer.region, customer.registered, customer.owner)
    return (newcomer.id, *openly, facts.pack_open(customer), facts.pack(customer), at)


def _known(row: Sequence[Any]) -> Known:
    inner, code, kind, region, registered, owner, attributes, packed = row
    openly = {"type": kind, "region": region, "registered": registered, "owner": owner}
    openly |= facts.unpack_open(attributes)
    return Known(id=inner, code=code, customer=facts.unpack(packed, **openly))
