"""The tables on rules: published versions, what was added to their tables, drafts, families."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Json

from mintmark.rule import Family, Rule
from mintmark.store.session import Session


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version of a rule, with when and by whom it was published and from when it is in force."""

    id: int
    name: str
    version: int
    definition: dict[str, Any]
    published_at: datetime
    effective_from: datetime
    withdrawn_at: datetime | None = None
    actor: str

    @cached_property
    def rule(self) -> Rule:
        """The rule itself."""
        return Rule.of({**self.definition, "name": self.name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule that is not published yet, and how far it has come."""

    name: str
    definition: dict[str, Any]
    saved_at: datetime
    proved_at: datetime | None
    simulated_at: datetime | None
    actor: str

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return Rule.of(self.definition)


_COLUMNS = "id, name, version, definition, published_at, effective_from, withdrawn_at, actor"
_ALL = f"SELECT {_COLUMNS} FROM rule ORDER BY id"
_EDITION = "SELECT number FROM edition"
_KEYED = "UPDATE edition SET keyed = true WHERE NOT keyed"
CHANGED = "UPDATE edition SET number = number + 1"
# Publishing waits for publishing; minting does not wait, it goes on with the version it read.
_LOCK = "LOCK TABLE rule IN SHARE ROW EXCLUSIVE MODE"
_ADD = """
INSERT INTO rule (id, name, version, definition, published_at, effective_from, actor)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_WITHDRAW = "UPDATE rule SET withdrawn_at = %s WHERE id = %s"
_CODES = "SELECT count(*) FROM code WHERE rule = %s"
_ADDITIONS = "SELECT rule, attribute, entries FROM addition ORDER BY id"
_EXTEND = """
INSERT INTO addition (rule, attribute, entries, added_at, actor) VALUES (%s, %s, %s, %s, %s)
"""
_DRAFTS = """
SELECT name, definition, saved_at, proved_at, simulated_at, actor FROM draft ORDER BY name
"""
_SAVE = """
INSERT INTO draft (name, definition, saved_at, actor) VALUES (%s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, saved_at = excluded.saved_at,
    proved_at = NULL, simulated_at = NULL, actor = excluded.actor
"""
_DECLARE = """
INSERT INTO family (name, patterns, declared_at, actor) VALUES (%s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET patterns = excluded.patterns, declared_at = excluded.declared_at,
    actor = excluded.actor
"""


class Rules:
    """Statements on `rule`, `addition`, `draft` and `family`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def edition(self) -> int:
        """Give a number that is another one after every change of a rule, table, family, field."""
        rows = self._session.run(_EDITION)
        return int(rows[0][0] or 0) if rows else 0

    def register(self) -> UUID | None:
        """Give which register this is."""
        row = self._session.connection.execute("SELECT register FROM edition").fetchone()
        return row[0] if row else None

    def take_keys(self) -> bool:
        """Note that the register has a key ring; tell if it had none. Others wait meanwhile."""
        return bool(self._session.connection.execute(_KEYED).rowcount)

    def are_keyed(self) -> bool:
        """Tell whether a key ring was made for the register."""
        row = self._session.connection.execute("SELECT keyed FROM edition").fetchone()
        return bool(row and row[0])

    def count_on(self) -> None:
        """Have every program read the rules, and the keys, again before it writes anything."""
        self._session.connection.execute(CHANGED)

    def every(self) -> list[Published]:
        """Give all versions of all rules, the oldest first, with what was added to their tables."""
        with self._session.connection.cursor(row_factory=class_row(Published)) as cursor:
            found = cursor.execute(_ALL).fetchall()
        added: dict[int, list[tuple[str, Any]]] = {}
        for rule, attribute, entries in self._session.connection.execute(_ADDITIONS):
            added.setdefault(rule, []).append((attribute, entries))
        return [_with_additions(one, added.get(one.id, [])) for one in found]

    def lock(self) -> None:
        """Let nobody else publish until this work ends."""
        self._session.connection.execute(_LOCK)

    def add(self, published: Published) -> None:
        """Write a new version."""
        p = published
        row = (p.id, p.name, p.version, Json(p.definition), p.published_at, p.effective_from)
        self._session.connection.execute(_ADD, (*row, p.actor))
        self._session.connection.execute(CHANGED)

    def withdraw(self, published: Published, *, at: datetime) -> None:
        """Note that a version is not in force."""
        self._session.connection.execute(_WITHDRAW, (at, published.id))
        self._session.connection.execute(CHANGED)

    def codes(self, published: Published) -> int:
        """Count the codes of a version."""
        row = self._session.connection.execute(_CODES, (published.id,)).fetchone()
        return row[0] if row else 0

    def extend(
        self, published: Published, attribute: str, entries: Any, *, at: datetime, actor: str
    ) -> None:
        """Write entries added to a table of a version."""
        self._session.connection.execute(
            _EXTEND, (published.id, attribute, Json(entries), at, actor)
        )
        self._session.connection.execute(CHANGED)

    def drafts(self) -> list[Draft]:
        """Give all drafts by name."""
        with self._session.connection.cursor(row_factory=class_row(Draft)) as cursor:
            return cursor.execute(_DRAFTS).fetchall()

    def save(self, name: str, definition: Mapping[str, Any], *, at: datetime, actor: str) -> None:
        """Write a draft; one of the same name is replaced and has to be proved anew."""
        self._session.connection.execute(_SAVE, (name, Json(definition), at, actor))

    def reached(self, name: str, stage: str, *, at: datetime) -> None:
        """Note that a draft was ``proved`` or ``simulated``."""
        statement = f"UPDATE draft SET {stage}_at = %s WHERE name = %s"
        self._session.connection.execute(statement.encode(), (at, name))

    def drop(self, name: str) -> None:
        """Forget a draft."""
        self._session.connection.execute("DELETE FROM draft WHERE name = %s", (name,))

    def families(self) -> list[Family]:
        """Give all legacy families by name."""
        rows = self._session.connection.execute("SELECT name, patterns FROM family ORDER BY name")
        return [Family(name=name, patterns=tuple(patterns)) for name, patterns in rows]

    def declare(self, family: Family, *, at: datetime, actor: str) -> None:
        """Write a legacy family; one of the same name is replaced."""
        self._session.connection.execute(_DECLARE, (family.name, list(family.patterns), at, actor))
        self._session.connection.execute(CHANGED)


def _with_additions(published: Published, added: list[tuple[str, Any]]) -> Published:
    if not added:
        return published
    tables = {name: dict(entries) for name, entries in published.definition["tables"].items()}
    rule = published.rule
    for attribute, entries in added:
        table = rule.tables[attribute].with_entries(entries)
        tables[attribute] = table.definition()
        rule = Rule.of({**published.definition, "name": published.name, "tables": tables})
    return replace(published, definition={**published.definition, "tables": tables})
