"""The table of declared fields: what a register knows of customers beside the usual facts."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Json

from mintmark.customer import Field
from mintmark.store.rules import CHANGED
from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A field of one's own: its name, how it is read and kept, when and by whom it was declared."""

    name: str
    field: Field
    declared_at: datetime
    actor: str


_ALL = "SELECT name, kind, sensitivity, labels, declared_at, actor FROM field ORDER BY name"
_DECLARE = """
INSERT INTO field (name, kind, sensitivity, labels, declared_at, actor)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, sensitivity = excluded.sensitivity,
    labels = excluded.labels, declared_at = excluded.declared_at, actor = excluded.actor
"""


class DeclaredFields:
    """Statements on `field`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def every(self) -> list[Declared]:
        """Give all fields by name."""
        return [
            Declared(
                name=name,
                field=Field(kind=kind, personal=sensitivity == "sealed", labels=labels),
                declared_at=at,
                actor=actor,
            )
            for name, kind, sensitivity, labels, at, actor in self._session.connection.execute(_ALL)
        ]

    def declare(self, declared: Declared) -> None:
        """Write a field; one of the same name is replaced."""
        field = declared.field
        sensitivity = "sealed" if field.personal else "open"
        row = (declared.name, field.kind, sensitivity, Json(dict(field.labels)))
        self._session.connection.execute(_DECLARE, (*row, declared.declared_at, declared.actor))
        self._session.connection.execute(CHANGED)

    def withdraw(self, name: str) -> None:
        """Forget a field."""
        self._session.connection.execute("DELETE FROM field WHERE name = %s", (name,))
        self._session.connection.execute(CHANGED)
