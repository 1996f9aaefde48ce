"""The counter table: in each scope the last number passed, how many were used, and of how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

# One statement, scopes in one order: no deadlock. The rows stay locked until commit: that, and only
# that, makes numbering gapless.
_LOCK = """
INSERT INTO counter AS c (scope, last, capacity)
SELECT scope, -1, capacity FROM unnest(%s::text[], %s::bigint[]) AS wanted (scope, capacity)
ORDER BY scope COLLATE "C"
ON CONFLICT (scope) DO UPDATE SET capacity = excluded.capacity
RETURNING scope, last
"""
_MOVE = """
UPDATE counter SET last = moved.last, used = used + moved.count
FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS moved (scope, last, count)
WHERE counter.scope = moved.scope
"""
_LAST = "SELECT scope, last FROM counter WHERE scope = ANY (%s)"
_FULLEST = """
SELECT scope, used, capacity FROM counter WHERE used > 0 AND capacity > 0
ORDER BY used / capacity::numeric DESC, scope LIMIT %s
"""
_RECENT = """
SELECT scope, count(*), min(minted_at) FROM code
WHERE scope = ANY (%s) AND minted_at > %s AND NOT by_hand GROUP BY scope
"""
_HISTORY = timedelta(days=90)
_LONGEST = timedelta(days=365 * 100)  # a later end is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many of its numbers a scope has used, and when it will be full at the recent rate.

    `full_at` None: nothing was minted there of late, or it will last for a century.
    """

    scope: str
    used: int
    capacity: int
    full_at: datetime | None


class Counters:
    """Statements on `counter`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def lock(self, capacities: Mapping[str, int]) -> dict[str, int]:
        """Lock scopes until the work ends; give the last number passed in each, -1 for none."""
        given = (list(capacities), list(capacities.values()))
        return dict(self._connection.execute(_LOCK, given).fetchall())

    def move(self, moved: Mapping[str, tuple[int, int]]) -> None:
        """Move locked scopes on: the new last number, and how many codes were numbered."""
        lasts, counts = [last for last, _ in moved.values()], [count for _, count in moved.values()]
        self._connection.execute(_MOVE, (list(moved), lasts, counts))

    def last(self, scopes: list[str]) -> dict[str, int]:
        """Give the last number of each scope that has one, without locking it."""
        return dict(self._connection.execute(_LAST, (scopes,)).fetchall())

    def used(self, scope: str) -> int:
        """Give how many codes were numbered in a scope."""
        query = "SELECT used FROM counter WHERE scope = %s"
        row = self._connection.execute(query, (scope,)).fetchone()
        return row[0] if row else 0

    def fullest(self, limit: int, *, now: datetime) -> list[Usage]:
        """Give the scopes nearest to their end."""
        rows = self._connection.execute(_FULLEST, (limit,)).fetchall()
        scopes = [row[0] for row in rows]
        recent = {
            scope: count / max((now - since) / timedelta(days=1), 1)
            for scope, count, since in self._connection.execute(_RECENT, (scopes, now - _HISTORY))
        }
        return [
            Usage(
                scope=scope, used=used, capacity=most,
                full_at=_end(most - used, recent.get(scope, 0), now),
            )
            for scope, used, most in rows
        ]  # fmt: skip


def _end(left: int, a_day: float, now: datetime) -> datetime | None:
    if a_day <= 0 or left / a_day > _LONGEST / timedelta(days=1):
        return None
    return now + timedelta(days=left / a_day)
