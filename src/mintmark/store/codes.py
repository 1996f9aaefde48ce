"""The code table: every code that was ever minted, and its passport."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from mintmark.errors import CodeTaken
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """Where a code comes from (编码履历); `customer` is the register's inner number for one."""

    text: str
    rule: int
    scope: str
    number: int
    customer: int | None
    batch: int | None
    minted_at: datetime
    actor: str


_COLUMNS = "text, rule, scope, number, customer, batch, minted_at, actor"
_ADD = f"COPY code (canonical, {_COLUMNS}) FROM STDIN"
_GET = f"SELECT {_COLUMNS} FROM code WHERE canonical = %s"
_TAKEN = re.compile(r"\(canonical\)=\((.*)\)")
_COUNT = "SELECT count(*), count(customer) FROM code"


class Codes:
    """Statements on `code`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def add(self, passports: Iterable[Passport]) -> None:
        """Write new codes. Raises CodeTaken where a canonical form exists."""
        try:
            with self._connection.cursor() as cursor, cursor.copy(_ADD) as rows:
                for passport in passports:
                    rows.write_row(_row(passport))
        except UniqueViolation as violation:
            taken = _TAKEN.search(violation.diag.message_detail or "")
            if taken is None:
                raise
            raise CodeTaken(code=taken[1]) from None

    def get(self, code: str) -> Passport | None:
        """Find a code in its canonical form."""
        with self._connection.cursor(row_factory=class_row(Passport)) as cursor:
            return cursor.execute(_GET, (code,)).fetchone()

    def count(self) -> tuple[int, int]:
        """Give how many codes there are, and how many of them stand for a customer."""
        row = self._connection.execute(_COUNT).fetchone()
        return (row[0], row[1]) if row else (0, 0)


def _row(p: Passport) -> tuple[object, ...]:
    source = (p.rule, p.scope, p.number, p.customer, p.batch, p.minted_at, p.actor)
    return (canonical(p.text), p.text, *source)
