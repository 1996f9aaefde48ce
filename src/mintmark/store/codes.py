"""The code table: every code that was ever minted, and its passport."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from psycopg.rows import class_row

from mintmark.store import binary, copying
from mintmark.store.session import Session, Texts
from mintmark.text import canonical


class Passport(NamedTuple):
    """Where a code comes from (编码履历); `customer` is the register's inner number for one.

    `rule` is the id of the version that spelt it, with the scope and the number in it; a code that
    was given `by_hand` has these only if that rule could have spelt it, a legacy code its `family`.
    A code without a customer is held: for whom (`holder`), until when (`held_until` None: until it
    is released), why, and with which `attributes` it was minted (JSON-ready, see `store.facts`). A
    void code has `voided_at`, by whom, and `reason` tells why. `request` is the id of the request
    that minted it.
    """

    text: str
    rule: int | None
    scope: str | None
    number: int | None
    customer: int | None
    batch: int | None
    minted_at: datetime
    actor: str
    family: str | None = None
    by_hand: bool = False
    holder: str | None = None
    held_until: datetime | None = None
    attributes: dict[str, Any] | None = None
    reason: str | None = None
    voided_at: datetime | None = None
    voided_by: str | None = None
    request: str | None = None

    @property
    def state(self) -> str:
        """``bound``, ``held`` or ``void``."""
        if self.voided_at is not None:
            return "void"
        return "held" if self.customer is None else "bound"

    def has_expired(self, now: datetime) -> bool:
        """Tell whether it was held until a time that has come."""
        return self.state == "held" and self.held_until is not None and self.held_until <= now


_TYPES = {  # in the order of a passport's fields
    "text": "text", "rule": "integer", "scope": "text", "number": "bigint", "customer": "bigint",
    "batch": "bigint", "minted_at": "timestamptz", "actor": "text", "family": "text",
    "by_hand": "boolean", "holder": "text", "held_until": "timestamptz", "attributes": "jsonb",
    "reason": "text", "voided_at": "timestamptz", "voided_by": "text", "request": "text",
}  # fmt: skip
_NEW = {"canonical": "text", **_TYPES}
_COLUMNS = ", ".join(_TYPES)
PASSPORT = ", ".join(f"code.{column}" for column in _TYPES)
"""What `passport_of` reads, the columns of a query."""
_READ: tuple[Callable[[bytes | None], Any], ...] = (
    binary.of_text, binary.of_number, binary.of_text, binary.of_number, binary.of_number,
    binary.of_number, binary.of_moment, binary.of_text, binary.of_text, binary.of_truth,
    binary.of_text, binary.of_moment, binary.of_json, binary.of_text, binary.of_moment,
    binary.of_text, binary.of_text,
)  # fmt: skip
_GET = f"SELECT {_COLUMNS} FROM code WHERE canonical = ANY ($1::text[])"
_LOCK = f"""
SELECT {_COLUMNS} FROM code WHERE canonical = ANY (%s) ORDER BY canonical FOR UPDATE
"""
_NUMBERS = "SELECT number FROM code WHERE scope = %s AND number BETWEEN %s AND %s"
_EXISTING = "SELECT canonical FROM code WHERE canonical = ANY (%s)"
_OF_CUSTOMERS = f"""
SELECT {_COLUMNS} FROM code WHERE customer = ANY ($1::bigint[]) AND voided_at IS NULL
"""
_TEXTS_OF = """
SELECT customer, text, batch FROM code
WHERE customer = ANY ($1::bigint[]) AND voided_at IS NULL
"""
_EVER_OF_CUSTOMERS = f"""
SELECT {_COLUMNS} FROM code WHERE customer = ANY (%s)
ORDER BY voided_at NULLS LAST, minted_at
"""
_BIND = """
UPDATE code SET customer = bound.customer, batch = bound.batch
FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS bound (canonical, customer, batch)
WHERE code.canonical = bound.canonical AND code.customer IS NULL AND code.voided_at IS NULL
RETURNING code.canonical
"""
_VOID = """
UPDATE code SET voided_at = %s, voided_by = %s, reason = %s WHERE canonical = %s
"""
_REMOVE = "DELETE FROM code WHERE canonical = ANY (%s)"
_EXPIRED = f"""
SELECT {_COLUMNS} FROM code WHERE scope = ANY (%s) AND held_until <= %s
AND customer IS NULL AND voided_at IS NULL ORDER BY scope, number FOR UPDATE SKIP LOCKED
"""
_BETWEEN = "SELECT canonical FROM code WHERE canonical BETWEEN %s AND %s LIMIT %s"
_BEGINNING = "SELECT canonical FROM code WHERE canonical >= %s AND canonical < %s LIMIT %s"
_WITH_PART = """
SELECT canonical FROM code
WHERE strpos(canonical, %s) > 0 AND NOT starts_with(canonical, %s) LIMIT %s
"""
_WITH_PART_OF = """
SELECT customer FROM code
WHERE customer = ANY (%s) AND voided_at IS NULL AND strpos(canonical, %s) > 0
"""
_MANY = 1000
_BLOCK = 100_000  # rows that are sent at once
_COUNT = """
SELECT count(*), count(customer) FILTER (WHERE voided_at IS NULL), count(voided_at) FROM code
"""


class Codes:
    """Statements on `code`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, passports: Iterable[Passport]) -> None:
        """Write new codes. A canonical form or a number that exists is a unique violation."""
        self._session.add("code", _NEW, map(_row, passports))

    def add_table(self, table: pl.DataFrame) -> None:
        """Write new codes from a table whose columns are named as the database's."""
        blocks = map(copying.written, table.iter_slices(_BLOCK))
        self._session.copy("code", table.columns, blocks, form="csv")

    def get(self, code: str) -> Passport | None:
        """Find a code in its canonical form."""
        return self.those([code]).get(code)

    def those(self, codes: Iterable[str], *, lock: bool = False) -> dict[str, Passport]:
        """Find codes by their canonical form; `lock` them until the work ends."""
        wanted = list(codes)
        found = self._passports(_LOCK, wanted) if lock else self._read(_GET, binary.texts(wanted))
        return {canonical(p.text): p for p in found}

    def of_customers(self, customers: Iterable[int]) -> dict[int, Passport]:
        """Give the codes that customers have, by the customers' inner numbers; void ones not."""
        found = self._read(_OF_CUSTOMERS, binary.bigints(list(customers)))
        return {p.customer: p for p in found if p.customer is not None}

    def texts_of(self, customers: Iterable[int]) -> list[tuple[int, str, int | None]]:
        """Give customers' inner numbers, their codes as they are shown, and the batch of each."""
        rows = self._session.ask(_TEXTS_OF, binary.bigints(list(customers)))
        return [
            (binary.of_bigint(whose), (text or b"").decode(), binary.of_number(batch))
            for whose, text, batch in rows
        ]

    def ever_of(self, customers: Iterable[int]) -> list[Passport]:
        """Give all codes that customers ever had, void ones first."""
        return self._passports(_EVER_OF_CUSTOMERS, list(customers))

    def bind(self, bound: Iterable[tuple[str, int, int | None]]) -> int:
        """Bind held codes, in canonical form, to customers in a batch; give how many were held."""
        codes, customers, batches = zip(*bound, strict=True)
        given = (list(codes), list(customers), list(batches))
        return len(self._session.connection.execute(_BIND, given).fetchall())

    def void(self, code: str, *, reason: str, at: datetime, actor: str) -> None:
        """End the life of a code in canonical form."""
        self._session.connection.execute(_VOID, (at, actor, reason, code))

    def remove(self, codes: list[str]) -> None:
        """Take out held codes, in canonical form; what becomes of their numbers is for others."""
        self._session.connection.execute(_REMOVE, (codes,))

    def expired(self, scopes: list[str], now: datetime) -> list[Passport]:
        """Give, locked, the codes of scopes whose hold has ended; not those locked by others."""
        return self._passports(_EXPIRED, scopes, now)

    def numbers(self, scope: str, first: int, last: int) -> set[int]:
        """Give the numbers of a scope from first to last on which a code stands."""
        return {row[0] for row in self._session.connection.execute(_NUMBERS, (scope, first, last))}

    def existing(self, codes: list[str]) -> set[str]:
        """Tell which of these codes, in canonical form, there are already."""
        found = self._session.connection.execute(_EXISTING, (codes,))
        return {row[0] for row in found}

    def has_any(self, codes: pl.Series) -> bool:
        """Tell whether one of very many codes, in canonical form, is there already."""
        # Numbered one after the other, they have nothing between them.
        between = (codes.min(), codes.max(), _MANY)
        near = [row[0] for row in self._session.connection.execute(_BETWEEN, between)]
        if len(near) < _MANY:
            return bool(codes.is_in(near).any())
        return bool(self.existing(codes.to_list()))

    def texts(self, codes: list[str]) -> list[str]:
        """Give, as they are shown, those of these codes (in canonical form) that there are."""
        query = "SELECT text FROM code WHERE canonical = ANY (%s)"
        return [row[0] for row in self._session.connection.execute(query, (codes,))]

    def with_part(self, part: str, *, limit: int) -> list[str]:
        """Give codes, in canonical form, that have the part in them; those that begin so first."""
        connection = self._session.reading
        begin = connection.execute(_BEGINNING, (part, part + "\x7f", limit)).fetchall()
        found = [row[0] for row in begin]
        if len(found) < limit:
            inside = connection.execute(_WITH_PART, (part, part, limit - len(found))).fetchall()
            found += [row[0] for row in inside]
        return found

    def with_part_of(self, part: str, customers: list[int]) -> set[int]:
        """Give those of these customers whose code, in canonical form, has the part in it."""
        found = self._session.reading.execute(_WITH_PART_OF, (customers, part))
        return {row[0] for row in found}

    def count(self) -> tuple[int, int, int]:
        """Give how many codes there are, how many stand for a customer, how many are void."""
        row = self._session.connection.execute(_COUNT).fetchone()
        return (row[0], row[1], row[2]) if row else (0, 0, 0)

    def _read(self, query: str, given: bytes) -> list[Passport]:
        rows = self._session.ask(query, given)
        return [passport_of(row) for row in rows]

    def _passports(self, query: str, *given: object) -> list[Passport]:
        with self._session.connection.cursor(row_factory=class_row(Passport)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()


def passport_of(row: Texts) -> Passport:
    """Give a code from the columns of `PASSPORT`, and leave any that follow."""
    values = (read(value) for read, value in zip(_READ, row, strict=False))
    return Passport._make(values)


def _row(p: Passport) -> tuple[object, ...]:
    return (canonical(p.text), *p)
