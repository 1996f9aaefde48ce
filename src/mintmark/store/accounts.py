"""Statements that account for all numbers of the register at once, each a few lines as a result."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mintmark.store.session import Session

# Indexes are not asked: a broken one would hide just what is looked for.
_BY_THE_ROWS = """
SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off; SET LOCAL work_mem = '256MB'; SET LOCAL jit = off
"""
_TOTALS = """
WITH coded AS (
    SELECT scope, count(*) FILTER (WHERE NOT by_hand) AS codes,
           max(number) FILTER (WHERE NOT by_hand) AS highest
    FROM code WHERE scope = ANY (%(scopes)s) OR %(all)s GROUP BY scope
), inside AS (
    SELECT s.scope, s.first, count(*) AS codes FROM span s JOIN code c
        ON c.scope = s.scope AND c.number BETWEEN s.first AND s.last AND NOT c.by_hand
    WHERE s.scope = ANY (%(scopes)s) OR %(all)s GROUP BY s.scope, s.first
), spanned AS (
    SELECT s.scope, max(s.last) AS highest,
           sum((s.last - s.first) / s.step + 1) FILTER (WHERE s.state = 'returned') AS spare,
           sum((s.last - s.first) / s.step + 1 - coalesce(i.codes, 0))
               FILTER (WHERE s.state IN ('leased', 'held', 'lost')) AS without
    FROM span s LEFT JOIN inside i USING (scope, first)
    WHERE s.scope = ANY (%(scopes)s) OR %(all)s GROUP BY s.scope
)
SELECT scope, coalesce(c.last, -1), greatest(coded.highest, spanned.highest, -1),
       coalesce(c.used, 0), (coalesce(coded.codes, 0) + coalesce(spanned.without, 0))::bigint,
       coalesce(c.spare, 0), coalesce(spanned.spare, 0)::bigint
FROM counter c FULL JOIN coded USING (scope) FULL JOIN spanned USING (scope)
WHERE scope IS NOT NULL AND (scope = ANY (%(scopes)s) OR %(all)s)
"""
# Where a number does not follow the one before it by the step of its rule.
_LEAPS = """
WITH passed AS (
    SELECT scope, number AS first, number AS last, rule FROM code
    WHERE scope IS NOT NULL AND position('#' in scope) > 0 AND NOT by_hand
    UNION ALL SELECT scope, first, last, rule FROM span
), chained AS (
    SELECT scope, first, rule, max(last) OVER (
        PARTITION BY scope ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before FROM passed
)
SELECT scope, before, first, rule FROM chained
JOIN unnest(%s::int[], %s::bigint[], %s::bigint[]) AS counts (rule, start, step) USING (rule)
WHERE CASE WHEN before IS NULL THEN first <> start
           ELSE first > before AND first - before <> step END
ORDER BY scope, first
"""
_DOUBLE_NUMBERS = """
SELECT scope, number, number, count(*) FROM code WHERE scope IS NOT NULL
GROUP BY scope, number HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 1000
"""
_DOUBLE_CODES = """
SELECT canonical, count(*) FROM code GROUP BY canonical HAVING count(*) > 1 ORDER BY 1 LIMIT 1000
"""
_DOUBLE_STATES = """
SELECT s.scope, c.number, c.number, 2 FROM span s JOIN code c
    ON c.scope = s.scope AND c.number BETWEEN s.first AND s.last
    AND (c.number - s.first) % s.step = 0
WHERE s.state = 'returned'
UNION ALL
SELECT scope, first, last, 2 FROM (
    SELECT scope, first, last, lead(first) OVER (PARTITION BY scope ORDER BY first) AS next
    FROM span
) AS ordered WHERE next <= last
ORDER BY 1, 2 LIMIT 1000
"""
_STANDING = """
SELECT number FROM code WHERE scope = %s AND number > %s AND number < %s
"""
_STATES = """
SELECT number, text, CASE WHEN voided_at IS NOT NULL THEN 'void' WHEN customer IS NULL THEN 'held'
       ELSE 'bound' END, coalesce(holder, ''), coalesce(reason, ''),
       coalesce(voided_by, actor), coalesce(voided_at, minted_at), rule, by_hand
FROM code WHERE scope = %s ORDER BY number
"""
_SET = """
UPDATE counter SET last = greatest(last, %s), used = %s, spare = %s WHERE scope = %s
"""
_SCOPES = """
SELECT scope FROM counter WHERE replace(translate(scope, '#?_', ''), ' ', '') ILIKE %s
    OR scope ILIKE %s ORDER BY scope LIMIT %s
"""
Total = tuple[str, int, int, int, int, int, int]
"""Scope, last of the counter and highest number found, used and found so, spare and found so."""


class Accounts:
    """Statements over all numbers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_the_rows(self) -> None:
        """Read the tables themselves until the work ends, not their indexes."""
        self._session.connection.execute(_BY_THE_ROWS)

    def totals(self, scopes: Sequence[str] | None = None) -> list[Total]:
        """Give what counters say and what is there, of some scopes or all."""
        given = {"scopes": list(scopes or ()), "all": scopes is None}
        return self._session.connection.execute(_TOTALS, given).fetchall()

    def leaps(
        self, counts: Mapping[int, tuple[int, int]]
    ) -> list[tuple[str, int | None, int, int]]:
        """Give where a number does not follow the one before: scope, that one, it, its rule.

        `counts`: rule → first number and step.
        """
        starts, steps = [a for a, _ in counts.values()], [b for _, b in counts.values()]
        return self._session.connection.execute(_LEAPS, (list(counts), starts, steps)).fetchall()

    def double(self) -> list[tuple[str, int, int, int]]:
        """Give the numbers that have two codes, or two states: scope, first, last, how many."""
        found = self._session.connection.execute(_DOUBLE_NUMBERS).fetchall()
        return [*found, *self._session.connection.execute(_DOUBLE_STATES.encode()).fetchall()]

    def double_codes(self) -> list[tuple[str, int]]:
        """Give the codes, in canonical form, that are there twice or more."""
        return self._session.connection.execute(_DOUBLE_CODES).fetchall()

    def standing(self, scope: str, after: int, before: int) -> set[int]:
        """Give the numbers between two on which a code stands."""
        return {
            row[0] for row in self._session.connection.execute(_STANDING, (scope, after, before))
        }

    def states(self, scope: str) -> Iterator[tuple[Any, ...]]:
        """Give the codes of a scope with their state, by number, without holding them all."""
        with self._session.connection.cursor(name="states") as cursor:
            cursor.itersize = 5000
            yield from cursor.execute(_STATES, (scope,))

    def put_right(self, scope: str, *, last: int, used: int, spare: int) -> None:
        """Write into a locked counter what is there; its last number never goes down."""
        self._session.connection.execute(_SET, (last, used, spare, scope))

    def scopes(self, text: str, limit: int) -> list[str]:
        """Give the scopes whose key has a text in it."""
        return [
            row[0]
            for row in self._session.connection.execute(_SCOPES, (f"%{text}%",) * 2 + (limit,))
        ]
