"""The counter table: in each scope the last number passed, how many were used, and of how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.rows import class_row

from mintmark.store.rows import Write, array, text
from mintmark.store.session import Session
from mintmark.store.standing import Counter, Standing

# One statement, scopes in one order: no deadlock. The rows stay locked until commit: that, and only
# that, makes numbering gapless. Whoever locks them and says nothing for ten seconds (frozen, or cut
# off) is ended by the server, so that the others can go on.
_PATIENCE = "set_config('idle_in_transaction_session_timeout', '10s', true)"
_LOCK = f"""
INSERT INTO counter AS c (scope, last, capacity)
SELECT scope, -1, capacity FROM unnest($1::text[], $2::bigint[]) AS wanted (scope, capacity)
ORDER BY scope COLLATE "C"
ON CONFLICT (scope) DO UPDATE SET capacity = excluded.capacity
RETURNING scope, last, used, spare, extract(epoch FROM due), capacity,
    (SELECT s.last FROM span s WHERE s.scope = c.scope ORDER BY s.first DESC LIMIT 1),
    (SELECT {_PATIENCE}),
    (SELECT number FROM edition)
"""
_MAKE = """
INSERT INTO counter (scope, last) SELECT unnest(%s::text[]), -1 ON CONFLICT (scope) DO NOTHING
"""
_LOCK_KNOWN = """
SELECT scope, last, used, spare, due, capacity FROM counter WHERE scope = ANY (%s)
ORDER BY scope COLLATE "C" FOR UPDATE
"""
_MANY_ROWS = "SET LOCAL idle_in_transaction_session_timeout = '10min'"
_MOVE = """
UPDATE counter SET last = greatest(counter.last, moved.last), used = counter.used + moved.used,
    spare = counter.spare + moved.spare
FROM unnest({0}::text[], {1}::bigint[], {2}::bigint[], {3}::bigint[])
    AS moved (scope, last, used, spare)
WHERE counter.scope = moved.scope
"""
# The same under a claim: only counters that stand where they are said to, locked in one order. Each
# is looked up by its key: a join may read all counters for each, where there are no statistics.
_CLAIM = """
UPDATE counter SET last = greatest(counter.last, held.last), used = counter.used + held.used
FROM (
    SELECT moved.scope, moved.last, moved.used
    FROM (
        SELECT * FROM unnest({0}::text[], {1}::bigint[], {2}::bigint[], {3}::bigint[])
            AS given (scope, last, used, stands)
        ORDER BY scope COLLATE "C"
    ) AS moved
    CROSS JOIN LATERAL (
        SELECT FROM counter WHERE counter.scope = moved.scope AND counter.last = moved.stands
            AND counter.spare = 0 AND counter.due IS NULL FOR UPDATE
    ) AS standing
    WHERE (SELECT number FROM edition) = {4}::bigint
    OFFSET 0 /* as it stands: joined with anything else it may come in another order */
) AS held
WHERE counter.scope = held.scope RETURNING 1
"""
# Of one scope: without arrays, of which the server would plan each anew.
_CLAIM_ONE = """
UPDATE counter SET last = greatest(last, {1}::bigint), used = used + {2}::bigint
WHERE scope = {0}::text AND last = {3}::bigint AND spare = 0 AND due IS NULL
    AND (SELECT number FROM edition) = {4}::bigint
RETURNING 1
"""
_DUE = """
UPDATE counter SET due = (
    SELECT min(held_until) FROM code WHERE code.scope = counter.scope
    AND held_until IS NOT NULL AND customer IS NULL AND voided_at IS NULL
) WHERE scope = ANY (%s)
"""
_READ = "SELECT scope, last, used, spare, due, capacity FROM counter WHERE scope = ANY (%s)"
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


class CounterLags(Exception):
    """A number was taken that has a code already: the counter of the scope lags behind."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(slots=True)
class Moved:
    """By how much a counter moves on: its new last number, and changes of what is used, spare."""

    last: int = -1
    used: int = 0
    spare: int = 0


class Counters:
    """Statements on `counter`."""

    def __init__(self, session: Session, standing: Standing) -> None:
        self._session = session
        self._standing = standing
        self._found: dict[str, int] = {}  # where locked scopes stood
        self._left: dict[str, Counter] = {}
        self._is_claim = False
        self.edition: int | None = None  # that of the rules, once a scope has been locked

    def lock(self, capacities: Mapping[str, int], *, claim: bool = False) -> dict[str, Counter]:
        """Lock scopes until the work ends, new ones too; `capacities`: how much each holds.

        With `claim`, scopes in which only this program mints are locked when they are moved on:
        that has to be the last thing to be done. Raises CounterLags where numbers behind the last
        one were passed already.
        """
        if claim and (claimed := self._standing.claim(capacities)):
            self._is_claim = True
            self.edition, counters = claimed
            self._note(counters)
            return counters
        wanted = (array(list(capacities)), array(list(capacities.values())))
        rows = self._session.run(_LOCK, *wanted)
        self.edition = int(rows[0][-1] or 0) if rows else None
        for scope, last, *_, spanned, _, _ in rows:
            if int(spanned or -1) > int(last or -1):
                raise CounterLags((scope or b"").decode())
        counters = {counter.scope: counter for counter in map(_counter, rows)}
        self._note(counters)
        return counters

    def _note(self, counters: dict[str, Counter]) -> None:
        self._found = {scope: counter.last for scope, counter in counters.items()}
        self._left = counters

    def make(self, scopes: list[str]) -> None:
        """Make the counters of scopes that have none; how much each holds comes with a code."""
        self._session.connection.execute(_MAKE, (scopes,))

    def lock_known(self, scopes: list[str]) -> dict[str, Counter]:
        """Lock those of the scopes that there are until the work ends."""
        self._session.connection.execute(f"SELECT {_PATIENCE}".encode())
        return self._counters(_LOCK_KNOWN, scopes)

    def take_time(self) -> None:
        """Allow for ten minutes of computing in this unit of work: it is about very many codes."""
        self._session.connection.execute(_MANY_ROWS)

    def move(self, moved: Mapping[str, Moved]) -> None:
        """Move locked scopes on; a last number that is lower than before changes nothing."""
        if self._is_claim:
            rows = [(scope, m.last, m.used, self._found[scope]) for scope, m in moved.items()]
            self._session.claim("counter", _claim(rows, self.edition), len(rows))
            return
        rows = [(scope, m.last, m.used, m.spare) for scope, m in moved.items()]
        self._session.write("counter", Write(_MOVE, _columns(rows)))

    def done(self, *, kept: bool) -> None:
        """Note how the unit of work ended: with the counters as they were moved, or not."""
        if kept and self.edition is not None:
            self._standing.note(self.edition, found=self._found, left=self._left)
        else:
            self._standing.forget(self._found)

    def find_due(self, scopes: list[str]) -> None:
        """Note in locked scopes when the first of their holds ends."""
        self._session.connection.execute(_DUE, (scopes,))

    def read(self, scopes: list[str]) -> dict[str, Counter]:
        """Give how far those of the scopes have come that there are, without locking them."""
        return self._counters(_READ, scopes)

    def _counters(self, query: str, *given: object) -> dict[str, Counter]:
        with self._session.connection.cursor(row_factory=class_row(Counter)) as cursor:
            return {one.scope: one for one in cursor.execute(query.encode(), given)}

    def fullest(self, limit: int, *, now: datetime) -> list[Usage]:
        """Give the scopes nearest to their end."""
        rows = self._session.connection.execute(_FULLEST, (limit,)).fetchall()
        scopes = [row[0] for row in rows]
        recent = {
            scope: count / max((now - since) / timedelta(days=1), 1)
            for scope, count, since in self._session.connection.execute(
                _RECENT, (scopes, now - _HISTORY)
            )
        }
        return [
            Usage(
                scope=scope, used=used, capacity=most,
                full_at=_end(most - used, recent.get(scope, 0), now),
            )
            for scope, used, most in rows
        ]  # fmt: skip


def _claim(rows: Sequence[tuple[object, ...]], edition: int | None) -> Write:
    if len(rows) == 1:
        return Write(_CLAIM_ONE, (*map(text, rows[0]), text(edition)))
    return Write(_CLAIM, (*_columns(rows), text(edition)))


def _end(left: int, a_day: float, now: datetime) -> datetime | None:
    if a_day <= 0 or left / a_day > _LONGEST / timedelta(days=1):
        return None
    return now + timedelta(days=left / a_day)


def _columns(rows: Sequence[tuple[object, ...]]) -> tuple[str, ...]:
    return tuple([array(column) for column in zip(*rows, strict=True)])


def _counter(row: Sequence[bytes | None]) -> Counter:
    scope, last, used, spare, due, capacity, *_ = (value and value.decode() for value in row)
    ends = datetime.fromtimestamp(float(due), UTC) if due else None
    return Counter(
        scope=scope or "", last=int(last or -1), used=int(used or 0), spare=int(spare or 0),
        due=ends, capacity=int(capacity or 0),
    )  # fmt: skip
