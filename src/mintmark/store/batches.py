"""The batch table: imports, from their plan to their end, or to their being taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from mintmark.store.session import Session

PLANNED, APPROVED, RUNNING, PAUSED = "planned", "approved", "running", "paused"
CANCELLED, FINISHED, UNDOING, UNDONE = "cancelled", "finished", "undoing", "undone"
STATES = (PLANNED, APPROVED, RUNNING, PAUSED, CANCELLED, FINISHED, UNDOING, UNDONE)
LOCK = 0x4D42_0000_0000_0000  # "MB" in ASCII, then a batch's number: the lock of who works on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import of one sheet.

    `total` rows are to be done, `done` are, `coded` of them have got a code by it; `counts` tells
    what became of them. `settings` is how the sheet is read. `state` is one of `STATES`; `alive`:
    a program is at work on it, now. `started_at`: when it was planned, if it did not begin.
    `heartbeat`: when it last came on.
    """

    id: int
    file: str
    sheet: str
    total: int
    done: int
    coded: int
    started_at: datetime
    finished_at: datetime | None
    actor: str
    digest: bytes = field(repr=False)
    state: str
    settings: dict[str, Any]
    counts: dict[str, int]
    planned_at: datetime | None
    planned_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    heartbeat: datetime | None
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None
    alive: bool

    @property
    def is_cut_off(self) -> bool:
        """Whether its program went away in the middle."""
        return self.state in {RUNNING, UNDOING} and not self.alive


_START = """
INSERT INTO batch (file, sheet, digest, total, settings, state, started_at, heartbeat, actor)
VALUES (%(file)s, %(sheet)s, %(digest)s, %(total)s, %(settings)s, 'running', %(at)s, %(at)s,
    %(actor)s) RETURNING id
"""
_NOTE = "INSERT INTO portion (batch, rows, customers) VALUES (%s, %s::int[], %s::bigint[])"
_NOTED = "SELECT rows, customers FROM portion WHERE batch = %s"
_PLAN = """
INSERT INTO batch (file, sheet, digest, total, settings, state, started_at, planned_at, planned_by,
    actor)
VALUES (%(file)s, %(sheet)s, %(digest)s, %(total)s, %(settings)s, 'planned', %(at)s, %(at)s,
    %(actor)s, %(actor)s) RETURNING id
"""
_BEGIN = """
UPDATE batch SET state = 'running', heartbeat = %(at)s,
    done = (SELECT count(DISTINCT row) FROM portion,
        unnest(rows, customers) AS each (row, customer) WHERE batch = %(id)s AND customer > 0),
    started_at = CASE state WHEN 'approved' THEN %(at)s ELSE started_at END
WHERE id = %(id)s
"""
# The row stays locked until the commit: nobody pauses, cancels or takes back in the middle of it.
_ADVANCE = """
UPDATE batch SET done = done + %s, coded = coded + %s, heartbeat = %s
WHERE id = %s AND state NOT IN ('undoing', 'undone') RETURNING id
"""
_COUNT = """
UPDATE batch SET counts = (
    SELECT json_object_agg(name, total) FROM (
        SELECT name, sum(value::bigint) AS total
        FROM (SELECT * FROM json_each_text(batch.counts)
              UNION ALL SELECT * FROM json_each_text(%s::json)) AS each (name, value)
        GROUP BY name ORDER BY name
    ) AS summed
) WHERE id = %s
"""
_FINISH = """
UPDATE batch SET state = 'finished', finished_at = %(at)s, heartbeat = %(at)s
WHERE id = %(id)s AND state IN ('running', 'paused')
"""
_APPROVE = """
UPDATE batch SET state = 'approved', approved_at = %s, approved_by = %s WHERE id = %s
"""
_UNDOING = """
UPDATE batch SET state = 'undoing', undone_by = %s, undone_reason = %s WHERE id = %s
"""
_UNDONE = "UPDATE batch SET state = 'undone', undone_at = %s WHERE id = %s"
# An advisory lock on a bigint is shown as two halves.
_ALIVE = f"""
EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = {LOCK} + batch.id) AS alive
"""
_COLUMNS = ", ".join(one.name for one in fields(Batch) if one.name != "alive")
_GET = f"SELECT {_COLUMNS}, {_ALIVE} FROM batch WHERE id = %s"
_RECENT = f"SELECT {_COLUMNS}, {_ALIVE} FROM batch ORDER BY id DESC LIMIT %s"


class Batches:
    """Statements on `batch`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, *, at: datetime, actor: str, **what: Any) -> int:
        """Write a new batch that begins now; give its number. `what`: file, sheet and so on."""
        return self._add(_START, at, actor, what)

    def plan(self, *, at: datetime, actor: str, **what: Any) -> int:
        """Write a new batch that is only planned; give its number."""
        return self._add(_PLAN, at, actor, what)

    def _add(self, statement: str, at: datetime, actor: str, what: Mapping[str, Any]) -> int:
        given = {**what, "settings": Jsonb(what["settings"]), "at": at, "actor": actor}
        row = self._session.connection.execute(statement.encode(), given).fetchone()
        return int(row[0]) if row else 0

    def get(self, batch: int, *, lock: bool = False) -> Batch | None:
        """Find a batch; `lock` it until the work ends."""
        query = f"{_GET} FOR NO KEY UPDATE" if lock else _GET
        return next(iter(self._batches(query, batch)), None)

    def begin(self, batch: int, *, at: datetime) -> None:
        """Note that a batch runs, for the first time or again."""
        self._session.connection.execute(_BEGIN, {"id": batch, "at": at})

    def approve(self, batch: int, *, at: datetime, actor: str) -> None:
        """Note that somebody approves of a planned batch."""
        self._session.connection.execute(_APPROVE, (at, actor, batch))

    def turn(self, batch: int, state: str) -> None:
        """Bring a batch into a state that needs nothing else to be said."""
        self._session.connection.execute(
            "UPDATE batch SET state = %s WHERE id = %s", (state, batch)
        )

    def advance(self, batch: int, *, done: int, coded: int, at: datetime) -> bool:
        """Note that so many more rows are done; tell if they may be: it is not being taken back."""
        found = self._session.connection.execute(_ADVANCE, (done, coded, at, batch))
        return found.fetchone() is not None

    def count(self, batch: int, counts: Mapping[str, int]) -> None:
        """Add to what became of the rows."""
        self._session.connection.execute(_COUNT, (Jsonb(dict(counts)), batch))

    def note(self, batch: int, rows: Sequence[int], customers: Sequence[int]) -> None:
        """Note which customers rows of the file are; 0: the row was refused."""
        given = (batch, list(rows), list(customers))
        self._session.connection.execute(_NOTE, given)

    def noted(self, batch: int) -> dict[int, int]:
        """Give the rows that are done, and the customer of each; 0: it was refused."""
        found = self._session.connection.execute(_NOTED, (batch,))
        return {
            row: customer
            for rows, whose in found
            for row, customer in zip(rows, whose, strict=True)
        }

    def finish(self, batch: int, *, at: datetime) -> None:
        """Note that the batch is through."""
        self._session.connection.execute(_FINISH, {"id": batch, "at": at})

    def undoing(self, batch: int, *, actor: str, reason: str) -> None:
        """Note that the batch is being taken back."""
        self._session.connection.execute(_UNDOING, (actor, reason, batch))

    def undone(self, batch: int, *, at: datetime) -> None:
        """Note that the batch has been taken back."""
        self._session.connection.execute(_UNDONE, (at, batch))

    def recent(self, limit: int) -> list[Batch]:
        """Give the last batches, the newest first."""
        return list(self._batches(_RECENT, limit))

    def _batches(self, query: str, *given: object) -> Iterable[Batch]:
        with self._session.connection.cursor(row_factory=class_row(Batch)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()
