"""The span table: numbers that were passed and have no code, in runs, and why.

Where a code stands on a number of a span, the code tells its state: a span of a lease stays whole
while its codes come to life.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import class_row

from mintmark.store.session import Session

LEASED, HELD, RETURNED, LOST, SKIPPED = "leased", "held", "returned", "lost", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of numbers of a scope (号段): first, last and what is between, step by step.

    >>> from datetime import UTC, datetime
    >>> run = Span(scope="K##", first=10, last=20, step=5, state=LEASED, rule=1, lease=None,
    ...            reason=None, actor="anna", since=datetime(2026, 1, 2, tzinfo=UTC))
    >>> len(run), [(part.first, part.last) for part in run.without([15])]
    (3, [(10, 10), (20, 20)])
    """

    scope: str
    first: int
    last: int
    step: int
    state: str
    rule: int
    lease: int | None
    reason: str | None
    actor: str
    since: datetime

    def __len__(self) -> int:
        return (self.last - self.first) // self.step + 1

    @property
    def numbers(self) -> range:
        """The numbers of the span."""
        return range(self.first, self.last + 1, self.step)

    def without(self, numbers: Iterable[int]) -> list["Span"]:
        """Give the runs that are left when some numbers, in order, are taken out."""
        left: list[Span] = []
        begin = self.first
        for number in (n for n in numbers if n in self.numbers):
            if begin < number:
                left.append(replace(self, first=begin, last=number - self.step))
            begin = number + self.step
        return [*left, replace(self, first=begin)] if begin <= self.last else left


def runs(numbers: Sequence[int], step: int) -> list[tuple[int, int]]:
    """Give ordered numbers as runs of first and last.

    >>> runs([1, 2, 3, 7, 8], 1), runs([10, 20], 5)
    ([(1, 3), (7, 8)], [(10, 10), (20, 20)])
    """
    if numbers and numbers[-1] - numbers[0] == (len(numbers) - 1) * step:
        return [(numbers[0], numbers[-1])]
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + step:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


_TYPES = {
    "scope": "text", "first": "bigint", "last": "bigint", "step": "bigint", "state": "text",
    "rule": "integer", "lease": "bigint", "reason": "text", "actor": "text", "since": "timestamptz",
}  # fmt: skip
_COLUMNS = ", ".join(_TYPES)
_RETURNED = f"""
SELECT {_COLUMNS} FROM span WHERE scope = %s AND state = 'returned' AND rule = %s
ORDER BY first LIMIT %s
"""
_ON = f"""
SELECT {", ".join(f"span.{column}" for column in _TYPES)}
FROM unnest(%s::text[], %s::bigint[]) AS wanted (scope, number)
JOIN span ON span.scope = wanted.scope AND number BETWEEN first AND last
    AND (number - first) %% step = 0
"""
_OF_LEASE = f"SELECT {_COLUMNS} FROM span WHERE lease = %s ORDER BY first"
_OF_SCOPE = f"SELECT {_COLUMNS} FROM span WHERE scope = %s ORDER BY first"
_REMOVE = """
DELETE FROM span USING unnest(%s::text[], %s::bigint[]) AS old (scope, first)
WHERE span.scope = old.scope AND span.first = old.first
"""


class Spans:
    """Statements on `span`; whoever changes spans has locked the counter of their scope."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def returned(self, scope: str, rule: int, limit: int) -> list[Span]:
        """Give the lowest spans of a scope that were returned and are of this rule version."""
        return self._spans(_RETURNED, scope, rule, limit)

    def on(self, numbers: Sequence[tuple[str, int]]) -> list[Span]:
        """Give the spans on which these numbers of scopes stand."""
        return self._spans(_ON, [scope for scope, _ in numbers], [n for _, n in numbers])

    def of_lease(self, lease: int) -> list[Span]:
        """Give the spans of a lease, in order."""
        return self._spans(_OF_LEASE, lease)

    def of_scope(self, scope: str) -> list[Span]:
        """Give the spans of a scope, in order."""
        return self._spans(_OF_SCOPE, scope)

    def add(self, spans: Iterable[Span]) -> None:
        """Write new spans."""
        self._session.add("span", _TYPES, map(_row, spans))

    def change(self, old: Sequence[Span], new: Iterable[Span]) -> None:
        """Put new spans in the place of old ones."""
        self._session.connection.execute(_REMOVE, ([s.scope for s in old], [s.first for s in old]))
        self.add(new)

    def _spans(self, query: str, *given: object) -> list[Span]:
        with self._session.connection.cursor(row_factory=class_row(Span)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()


def _row(s: Span) -> tuple[object, ...]:
    where = (s.scope, s.first, s.last, s.step)
    return (*where, s.state, s.rule, s.lease, s.reason, s.actor, s.since)
