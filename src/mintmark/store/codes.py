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
    """Where a code comes from (编码履历); `customer` is the register's inner number for one.

    `rule` is the id of the version that spelt it, with the scope and the number in it; a code that
    was given `by_hand` has these only if that rule could have spelt it, a legacy code its `family`.
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


_COLUMNS = "text, rule, scope, number, customer, batch, minted_at, actor, family, by_hand"
_ADD = f"COPY code (canonical, {_COLUMNS}) FROM STDIN"
_GET = f"SELECT {_COLUMNS} FROM code WHERE canonical = %s"
_EXISTING = "SELECT canonical FROM code WHERE canonical = ANY (%s)"
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

    def existing(self, codes: list[str]) -> set[str]:
        """Tell which of these codes, in canonical form, there are already."""
        return {row[0] for row in self._connection.execute(_EXISTING, (codes,))}

    def texts(self, codes: list[str]) -> list[str]:
        """Give, as they are shown, those of these codes (in canonical form) that there are."""
        query = "SELECT text FROM code WHERE canonical = ANY (%s)"
        return [row[0] for row in self._connection.execute(query, (codes,))]

    def count(self) -> tuple[int, int]:
        """Give how many codes there are, and how many of them stand for a customer."""
        row = self._connection.execute(_COUNT).fetchone()
        return (row[0], row[1]) if row else (0, 0)


def _row(p: Passport) -> tuple[object, ...]:
    source = (p.rule, p.scope, p.number, p.customer, p.batch, p.minted_at, p.actor)
    return (canonical(p.text), p.text, *source, p.family, p.by_hand)
