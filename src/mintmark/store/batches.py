"""The batch table: imports, under way, finished or cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import of one sheet."""

    id: int
    file: str
    sheet: str
    total: int
    done: int
    coded: int
    started_at: datetime
    finished_at: datetime | None
    actor: str


_START = """
INSERT INTO batch (file, sheet, digest, total, started_at, actor)
VALUES (%(file)s, %(sheet)s, %(digest)s, %(total)s, %(at)s, %(actor)s) RETURNING id
"""
_ADVANCE = "UPDATE batch SET done = done + %s, coded = coded + %s WHERE id = %s"
_NOTE = "INSERT INTO portion (batch, rows, customers) VALUES (%s, %s::int[], %s::bigint[])"
_NOTED = "SELECT rows, customers FROM portion WHERE batch = %s"
_FINISH = "UPDATE batch SET finished_at = %s WHERE id = %s"
_RECENT = """
SELECT id, file, sheet, total, done, coded, started_at, finished_at, actor
FROM batch ORDER BY id DESC LIMIT %s
"""


class Batches:
    """Statements on `batch`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(
        self, *, file: str, sheet: str, digest: bytes, total: int, at: datetime, actor: str
    ) -> int:
        """Write a new batch; give its number."""
        given = {"file": file, "sheet": sheet, "digest": digest, "total": total}
        row = self._session.connection.execute(
            _START, {**given, "at": at, "actor": actor}
        ).fetchone()
        return int(row[0]) if row else 0

    def advance(self, batch: int, *, done: int, coded: int) -> None:
        """Note that so many more rows are done, and so many of them coded."""
        self._session.connection.execute(_ADVANCE, (done, coded, batch))

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
        self._session.connection.execute(_FINISH, (at, batch))

    def recent(self, limit: int) -> list[Batch]:
        """Give the last batches, the newest first."""
        with self._session.connection.cursor(row_factory=class_row(Batch)) as cursor:
            return cursor.execute(_RECENT, (limit,)).fetchall()
