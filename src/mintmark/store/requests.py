"""The request table: what was answered, so that a request that is repeated changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request of an actor, the fingerprint of what it asked, and the codes it was answered."""

    actor: str
    id: str
    content: bytes
    codes: tuple[str, ...]
    at: datetime


_TYPES = {
    "actor": "text", "id": "text", "content": "bytea", "codes": "json", "at": "timestamptz"
}  # fmt: skip
_THOSE = """
SELECT actor, id, content, codes, at FROM request
WHERE (actor, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
_REMOVE = "DELETE FROM request WHERE (actor, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
_FORGET = """
DELETE FROM request WHERE (actor, id) IN (
    SELECT actor, id FROM request WHERE at <= %s LIMIT 10000
)
"""


class Requests:
    """Statements on `request`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def those(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Answered]:
        """Find the requests of actors, by their ids, that were answered."""
        found = self._session.connection.execute(_THOSE, _columns(wanted))
        answers = (
            Answered(actor=actor, id=name, content=content, codes=tuple(codes), at=at)
            for actor, name, content, codes, at in found
        )
        return {(one.actor, one.id): one for one in answers}

    def add(self, answered: Iterable[Answered]) -> None:
        """Write what was answered. A request that exists is a unique violation."""
        self._session.add(
            "request", _TYPES,
            ((a.actor, a.id, a.content, a.codes, a.at) for a in answered),
        )  # fmt: skip

    def remove(self, old: Sequence[tuple[str, str]]) -> None:
        """Forget these."""
        self._session.connection.execute(_REMOVE, _columns(old))

    def forget(self, until: datetime) -> None:
        """Forget some of those that were answered before."""
        self._session.connection.execute(_FORGET, (until,))


def _columns(keys: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [actor for actor, _ in keys], [name for _, name in keys]
