"""The event table: what was done to numbers and codes, by whom, when and why; only added to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from mintmark.store.session import Session

MINTED, HELD, BOUND, RELEASED, VOIDED = "minted", "held", "bound", "released", "voided"
EXPIRED, LEASED, RETURNED, LOST, REPAIRED = "expired", "leased", "returned", "lost", "repaired"
SHREDDED, LEGALLY_HELD, LEGALLY_RELEASED = "shredded", "legally-held", "legally-released"
UPDATED, APPROVED, UNDONE = "updated", "approved", "undone"
VERBS = (
    MINTED, HELD, BOUND, RELEASED, VOIDED, EXPIRED, LEASED, RETURNED, LOST, REPAIRED, SHREDDED,
    LEGALLY_HELD, LEGALLY_RELEASED, UPDATED, APPROVED, UNDONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done: to `count` numbers of a scope, to one `code`, or by a `batch`."""

    at: datetime
    actor: str
    verb: str
    scope: str | None = None
    first: int | None = None
    last: int | None = None
    count: int = 1
    code: str | None = None
    reason: str | None = None
    request: str | None = None
    batch: int | None = None


_TYPES = {
    "at": "timestamptz", "actor": "text", "verb": "text", "scope": "text", "first": "bigint",
    "last": "bigint", "count": "bigint", "code": "text", "reason": "text", "request": "text",
    "batch": "bigint",
}  # fmt: skip
_OF_SCOPE = f"SELECT {', '.join(_TYPES)} FROM event WHERE scope = %s ORDER BY id DESC LIMIT %s"


class Events:
    """Statements on `event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Iterable[Event]) -> None:
        """Write what was done."""
        self._session.add("event", _TYPES, map(_row, events))

    def of_scope(self, scope: str, limit: int) -> list[Event]:
        """Give the last things done to a scope's numbers, the newest first."""
        with self._session.connection.cursor(row_factory=class_row(Event)) as cursor:
            return cursor.execute(_OF_SCOPE.encode(), (scope, limit)).fetchall()


def _row(e: Event) -> tuple[object, ...]:
    what = (e.scope, e.first, e.last, e.count, e.code)
    return (e.at, e.actor, e.verb, *what, e.reason, e.request, e.batch)
