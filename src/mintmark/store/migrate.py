"""Bring the tables up to date: plain SQL files, each applied once, whole, under a lock.

PostgreSQL's data definition is transactional, so a migration and the note that it was applied are
one commit: a process killed in between leaves no trace. (The migrators on the registry keep their
lock in a table row, which such a process would leave behind.)

The queue of jobs is procrastinate's: its own schema and migrations, in a schema apart.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection, sql

from mintmark.errors import NewerRegister, NoRegister

QUEUE = "mintmark_jobs"
"""The schema of the queue."""
_LOCK = 0x4D696E746D61726B  # "Mintmark" in ASCII: the advisory lock of those who migrate


def migrations() -> list[Traversable]:
    """Give the migration files in their order."""
    return _sql(resources.files("mintmark.store").joinpath("migrations"))


def _queue() -> tuple[Path, list[Traversable]]:
    """Give procrastinate's schema, for a new register, and its migrations, for one from before.

    It is not imported for that: that would take every command a tenth of a second.
    """
    spec = find_spec("procrastinate")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name="procrastinate")
    folder = Path(spec.origin).parent / "sql"
    return folder / "schema.sql", _sql(folder / "migrations")


def _sql(folder: Traversable) -> list[Traversable]:
    found = (file for file in folder.iterdir() if file.name.endswith(".sql"))
    return sorted(found, key=lambda file: file.name)


def migrate(connection: Connection[Any], schema: str, *, place: str, create: bool) -> None:
    """Apply what is missing. Raises NoRegister (nothing there, not to be made) or NewerRegister."""
    whole, files = _queue()
    own, queue = _Chain(schema, migrations()), _Chain(QUEUE, files)
    if not own.applied(connection) and not create:
        raise NoRegister(place=place)
    if own.missing(connection) or not queue.applied(connection):
        with _alone(connection):
            with own.home(connection):
                own.apply(connection, own.missing(connection))
            if not queue.applied(connection):  # another may just have been here
                with queue.home(connection):
                    connection.execute(whole.read_bytes())
                    queue.note(connection, queue.files)
    for _ in queue.missing(
        connection
    ):  # one by one: what is new in an enum must be committed first
        with _alone(connection), queue.home(connection):
            queue.apply(connection, queue.missing(connection)[:1])


@contextmanager
def _alone(connection: Connection[Any]) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        yield


@dataclass(frozen=True, slots=True)
class _Chain:
    """The migrations of a schema, and the table in it that notes which were applied."""

    schema: str
    files: Sequence[Traversable]

    def applied(self, connection: Connection[Any]) -> set[str]:
        query = "SELECT to_regclass(%s) IS NOT NULL"
        there = connection.execute(query, (f"{self.schema}.migration",)).fetchone()
        if not there or not there[0]:
            return set()
        return {row[0] for row in connection.execute(self._said("SELECT name FROM {}.migration"))}

    def missing(self, connection: Connection[Any]) -> list[Traversable]:
        applied = self.applied(connection)
        if unknown := applied - {file.name for file in self.files}:
            raise NewerRegister(migration=max(unknown))
        return [file for file in self.files if file.name not in applied]

    @contextmanager
    def home(self, connection: Connection[Any]) -> Iterator[None]:
        """Make the schema where there is none, and have it first in the search path."""
        connection.execute(self._said("CREATE SCHEMA IF NOT EXISTS {}"))
        connection.execute(self._said(
            "CREATE TABLE IF NOT EXISTS {}.migration"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        ))  # fmt: skip
        path = connection.execute("SELECT current_setting('search_path')").fetchone()
        first = "SELECT set_config('search_path', %s || ',' || %s, true)"
        connection.execute(first, (self.schema, path and path[0]))
        yield
        connection.execute("SELECT set_config('search_path', %s, true)", path)

    def apply(self, connection: Connection[Any], files: Sequence[Traversable]) -> None:
        for file in files:
            connection.execute(file.read_bytes())
            self.note(connection, [file])

    def note(self, connection: Connection[Any], files: Sequence[Traversable]) -> None:
        names = [file.name for file in files]
        note = self._said("INSERT INTO {}.migration (name) SELECT unnest(%s::text[])")
        connection.execute(note, (names,))

    def _said(self, statement: LiteralString) -> sql.Composed:
        return sql.SQL(statement).format(sql.Identifier(self.schema))
