"""The table of profiles: how files of one kind are imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg.types.json import Json

from mintmark.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How files with these headings are imported.

    `mapping`: heading or column letter → fact; `ignored`: headings or letters that are no facts;
    `defaults`: fact → value for empty cells; `values`: attribute → what the file writes → what is
    meant; `order` of days ("dmy", "mdy"; None: the columns show it); `since_1904`: numbers of days
    are counted from 1904.
    """

    name: str
    headings: tuple[str, ...]
    mapping: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: str | None = None
    since_1904: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedProfile:
    """A profile, when it was saved and by whom."""

    profile: Profile
    saved_at: datetime
    actor: str


_ALL = "SELECT name, headings, content, saved_at, actor FROM intake_profile ORDER BY name"
_SAVE = """
INSERT INTO intake_profile (name, headings, content, saved_at, actor) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET headings = excluded.headings, content = excluded.content,
    saved_at = excluded.saved_at, actor = excluded.actor
"""
_REMOVE = "DELETE FROM intake_profile WHERE name = %s"


class Profiles:
    """Statements on `intake_profile`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def every(self) -> list[SavedProfile]:
        """Give all profiles by name."""
        return [
            SavedProfile(
                profile=Profile(
                    name=name, headings=tuple(headings), ignored=tuple(content.pop("ignored")),
                    **content,
                ),
                saved_at=at,
                actor=actor,
            )
            for name, headings, content, at, actor in self._session.connection.execute(_ALL)
        ]  # fmt: skip

    def save(self, saved: SavedProfile) -> None:
        """Write a profile; one of the same name is replaced."""
        one = saved.profile
        content = {
            "mapping": dict(one.mapping), "ignored": list(one.ignored),
            "defaults": dict(one.defaults), "order": one.order, "since_1904": one.since_1904,
            "values": {fact: dict(meant) for fact, meant in one.values.items()},
        }  # fmt: skip
        row = (one.name, list(one.headings), Json(content), saved.saved_at, saved.actor)
        self._session.connection.execute(_SAVE, row)

    def remove(self, name: str) -> None:
        """Forget a profile."""
        self._session.connection.execute(_REMOVE, (name,))
