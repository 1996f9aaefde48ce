"""The counter table: the last number taken in each scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

# One statement, scopes in one order: no deadlock. The rows stay locked until commit: that, and only
# that, makes numbering gapless.
_ADVANCE = """
INSERT INTO counter AS c (scope, last)
SELECT scope, count FROM unnest(%s::text[], %s::bigint[]) AS wanted (scope, count)
ORDER BY scope COLLATE "C"
ON CONFLICT (scope) DO UPDATE SET last = c.last + excluded.last
RETURNING scope, last
"""
_LAST = "SELECT scope, last FROM counter WHERE scope = ANY (%s)"
_FULLEST = """
SELECT scope, last, (10::numeric ^ (length(scope) - length(replace(scope, '#', ''))) - 1)::bigint
FROM counter ORDER BY last / (10::numeric ^ (length(scope) - length(replace(scope, '#', '')))) DESC,
scope LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many of its numbers a scope has used."""

    scope: str
    last: int
    capacity: int


class Counters:
    """Statements on `counter`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def advance(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Move each scope's counter on by so many; give its new last number."""
        given = (list(wanted), list(wanted.values()))
        return dict(self._connection.execute(_ADVANCE, given).fetchall())

    def last(self, scopes: list[str]) -> dict[str, int]:
        """Give the last number of each scope that has one, without locking it."""
        return dict(self._connection.execute(_LAST, (scopes,)).fetchall())

    def fullest(self, limit: int) -> list[Usage]:
        """Give the scopes nearest to their end."""
        rows = self._connection.execute(_FULLEST, (limit,)).fetchall()
        return [Usage(scope=scope, last=last, capacity=most) for scope, last, most in rows]
