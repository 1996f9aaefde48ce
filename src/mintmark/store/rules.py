"""The rule table: published versions, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Json

from mintmark.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of the rule, with when and by whom it was published."""

    version: int
    definition: dict[str, Any]
    published_at: datetime
    actor: str

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return Rule.of(self.definition)


_ALL = "SELECT version, definition, published_at, actor FROM rule ORDER BY version"
_NEWEST = "SELECT max(version) FROM rule"
# Publishing waits for publishing; minting does not wait, it goes on with the version it read.
_LOCK = "LOCK TABLE rule IN SHARE ROW EXCLUSIVE MODE"
_ADD = "INSERT INTO rule (version, definition, published_at, actor) VALUES (%s, %s, %s, %s)"


class Rules:
    """Statements on `rule`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def every(self) -> list[Published]:
        """Give all versions, the oldest first."""
        with self._connection.cursor(row_factory=class_row(Published)) as cursor:
            return cursor.execute(_ALL).fetchall()

    def newest(self) -> int | None:
        """Give the newest version's number, None before the first."""
        row = self._connection.execute(_NEWEST).fetchone()
        return row[0] if row else None

    def lock(self) -> None:
        """Let nobody else publish until this work ends."""
        self._connection.execute(_LOCK)

    def add(self, published: Published) -> None:
        """Write a new version."""
        row = (published.version, Json(published.definition), published.published_at)
        self._connection.execute(_ADD, (*row, published.actor))
