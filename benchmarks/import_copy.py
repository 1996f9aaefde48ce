"""The limit of an import: the very rows that it wrote, by COPY alone, into a register like it.

All tables that the import wrote into are copied, sealed values, keys and indexes included, in as
many units of work as the import had, over one connection, in binary; nothing is read, sealed,
compared or numbered. Units are cut by the place of rows in their table, which is the order in which
they were written.
"""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql

import mintmark

_BLOCK = 1 << 18  # bytes that are handed to COPY at once
_TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('mintmark', 'mintmark_keys')
ORDER BY schemaname, tablename"""
_PAGES = "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int"
_PART = "COPY (SELECT * FROM {} WHERE ctid >= {} AND ctid < {}) TO STDOUT (FORMAT binary)"


class Part(NamedTuple):
    """Rows of a table for one unit of work."""

    table: sql.Identifier
    path: Path
    rows: int


def copied(register: Path, empty: Path, units: int, parts: Path) -> float:
    """Copy what a register holds into a new one; give the seconds that it took."""
    parts.mkdir()
    with mintmark.open(empty, create=True) as other:
        fresh = _held(other.conninfo)
    with mintmark.open(register) as full:
        held = _held(full.conninfo)
        tables = [table for table, rows in held.items() if rows and not fresh[table]]
        cut = list(_cut(full.conninfo, tables, units, parts))
    with mintmark.open(empty) as other, _connected(other.conninfo) as connection:
        connection.execute("CHECKPOINT")
        begun = perf_counter()
        for unit in cut:
            with connection.transaction():
                for part in unit:
                    _load(connection, part)
        seconds = perf_counter() - begun
        there = _held(other.conninfo)
    if missing := [table for table in tables if there[table] != held[table]]:
        message = f"not all rows were copied: {missing}"  # the comparison would be a lie
        raise RuntimeError(message)
    return seconds


def _connected(conninfo: str) -> Connection[Any]:
    return psycopg.connect(conninfo, autocommit=True)


def _held(conninfo: str) -> dict[tuple[str, str], int]:
    """Give how many rows each table has."""
    count = sql.SQL("SELECT count(*) FROM {}")
    with _connected(conninfo) as connection:
        tables = connection.execute(_TABLES).fetchall()
        return {
            (schema, table): row[0]
            for schema, table in tables
            if (row := connection.execute(count.format(sql.Identifier(schema, table))).fetchone())
        }


def _cut(
    conninfo: str, tables: list[tuple[str, str]], units: int, folder: Path
) -> Iterator[list[Part]]:
    with _connected(conninfo) as connection:
        for unit in range(units):
            made = (_written(connection, table, unit, units, folder) for table in tables)
            yield [part for part in made if part.rows]


def _written(
    connection: Connection[Any], table: tuple[str, str], unit: int, units: int, folder: Path
) -> Part:
    named, path = sql.Identifier(*table), folder / f"{'.'.join(table)}.{unit}"
    row = connection.execute(_PAGES, (".".join(table),)).fetchone()
    ends = [f"({(row[0] if row else 0) * at // units},0)" for at in (unit, unit + 1)]
    statement = sql.SQL(_PART).format(named, *map(sql.Literal, ends))
    with path.open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(statement) as source:
            for block in source:
                file.write(block)
        return Part(named, path, cursor.rowcount)


def _load(connection: Connection[Any], part: Part) -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(part.table)
    with part.path.open("rb") as file, connection.cursor().copy(statement) as target:
        while block := file.read(_BLOCK):
            target.write(block)
