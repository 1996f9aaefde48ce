"""The lease table: blocks of numbers that were handed over, to a program or to a site."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A block of `count` numbers of a scope, who has it, and until when.

    `in_process`: it ends with the program that has it. `ended_at` None: it goes on.
    """

    id: int = 0
    scope: str
    rule: int
    attributes: dict[str, Any]
    count: int
    holder: str
    in_process: bool
    leased_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None = None
    actor: str


_FIELDS = (
    "scope", "rule", "attributes", "count", "holder", "in_process", "leased_at", "expires_at",
    "actor",
)  # fmt: skip

_COLUMNS = f"id, {', '.join(_FIELDS)}, ended_at"
_ADD = f"""
INSERT INTO lease ({", ".join(_FIELDS)}) VALUES ({", ".join(["%s"] * len(_FIELDS))}) RETURNING id
"""
_GET = f"SELECT {_COLUMNS} FROM lease WHERE id = %s FOR NO KEY UPDATE"
_WITH_NUMBER = f"""
SELECT {_COLUMNS} FROM lease WHERE rule = %s AND id IN (
    SELECT lease FROM span WHERE lease IS NOT NULL AND %s BETWEEN first AND last
) ORDER BY id
"""
_ALL = f"SELECT {_COLUMNS} FROM lease ORDER BY id DESC LIMIT %s"
# An advisory lock on a bigint is shown as two halves.
_OVER = f"""
SELECT {_COLUMNS} FROM lease WHERE ended_at IS NULL AND (expires_at <= %s OR in_process
    AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
        AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database
            WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = lease.id))
ORDER BY scope, id
"""
_END = "UPDATE lease SET ended_at = %s WHERE id = %s"


class Leases:
    """Statements on `lease`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, leased: Leased) -> int:
        """Write a new lease; give its number."""
        given = [getattr(leased, field) for field in _FIELDS]
        given[_FIELDS.index("attributes")] = Jsonb(leased.attributes)
        row = self._session.connection.execute(_ADD.encode(), given).fetchone()
        return int(row[0]) if row else 0

    def get(self, lease: int) -> Leased | None:
        """Find a lease, and lock it until the work ends."""
        return next(iter(self._leases(_GET, lease)), None)

    def rules(self) -> list[int]:
        """Give the ids of the rule versions whose numbers were ever lent."""
        rows = self._session.connection.execute("SELECT DISTINCT rule FROM lease ORDER BY rule")
        return [row[0] for row in rows]

    def with_number(self, rule: int, number: int) -> list[Leased]:
        """Give the leases of a rule version in which a number is that nobody has returned."""
        return self._leases(_WITH_NUMBER, rule, number)

    def recent(self, limit: int) -> list[Leased]:
        """Give the last leases, the newest first."""
        return self._leases(_ALL, limit)

    def over(self, now: datetime) -> list[Leased]:
        """Give the leases that have expired, or whose program is gone, and that nobody ended."""
        return self._leases(_OVER, now)

    def end(self, lease: int, *, at: datetime) -> None:
        """Note that a lease has ended."""
        self._session.connection.execute(_END, (at, lease))

    def _leases(self, query: str, *given: object) -> list[Leased]:
        with self._session.connection.cursor(row_factory=class_row(Leased)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()
