"""Bring the tables up to date: plain SQL files, each applied once, whole, under a lock.

PostgreSQL's data definition is transactional, so a migration and the note that it was applied are
one commit: a process killed in between leaves no trace. (The migrators on the registry keep their
lock in a table row, which such a process would leave behind.)
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from psycopg import Connection, sql

from mintmark.errors import NewerRegister, NoRegister

_LOCK = 0x4D696E746D61726B  # "Mintmark" in ASCII: the advisory lock of those who migrate


def migrations() -> list[Traversable]:
    """Give the migration files in their order."""
    found = files("mintmark.store").joinpath("migrations").iterdir()
    return sorted((file for file in found if file.name.endswith(".sql")), key=lambda f: f.name)


def migrate(connection: Connection[Any], schema: str, *, place: str, create: bool) -> None:
    """Apply what is missing. Raises NoRegister (nothing there, not to be made) or NewerRegister."""
    if not (applied := _applied(connection, schema)) and not create:
        raise NoRegister(place=place)
    if _missing(applied):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            _make_home(connection, schema)
            for file in _missing(_applied(connection, schema)):  # another may just have been here
                connection.execute(file.read_bytes())
                connection.execute("INSERT INTO migration (name) VALUES (%s)", (file.name,))


def _missing(applied: set[str]) -> list[Traversable]:
    known = migrations()
    if unknown := applied - {file.name for file in known}:
        raise NewerRegister(migration=max(unknown))
    return [file for file in known if file.name not in applied]


def _make_home(connection: Connection[Any], schema: str) -> None:
    named = sql.Identifier(schema)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(named))
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )


def _applied(connection: Connection[Any], schema: str) -> set[str]:
    query = "SELECT to_regclass(%s) IS NOT NULL"
    there = connection.execute(query, (f"{schema}.migration",)).fetchone()
    if not there or not there[0]:
        return set()
    return {row[0] for row in connection.execute("SELECT name FROM migration")}
