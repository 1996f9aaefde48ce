"""Rows as one statement: what differs in arrays, what is the same in all of them once (pure).

>>> one = insertion("code", {"text": "text", "rule": "integer"}, [("A", 1), ("B", 1)])
>>> one.statement
'INSERT INTO code (text, rule) SELECT v0, {1}::integer FROM unnest({0}::text[]) AS given (v0)'
>>> one.given
('{"A","B"}', '1')
>>> together((("DELETE FROM a WHERE id = {0}", 1), ("DELETE FROM b WHERE id = {0}", 1)))
'WITH write0 AS (DELETE FROM a WHERE id = $1) DELETE FROM b WHERE id = $2'
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import orjson

Columns = Mapping[str, str]  # name → SQL type
Row = Sequence[object]


class Write(NamedTuple):
    """A statement with ``{0}``, ``{1}``, … for the texts that are given to it."""

    statement: str
    given: tuple[str | None, ...]


def insertion(table: str, columns: Columns, rows: Sequence[Row]) -> Write:
    """Give the statement that inserts rows, at least one; values are in the order of columns."""
    listed = list(zip(*rows, strict=True))
    varied = tuple([column.count(column[0]) != len(column) for column in listed])
    if len(rows) > 1 and not any(varied):
        varied = (True, *varied[1:])
    given = [array(c) if v else text(c[0]) for c, v in zip(listed, varied, strict=True)]
    return Write(_insert(table, tuple(columns.items()), varied), tuple(given))


@lru_cache(maxsize=256)
def together(writes: tuple[tuple[str, int], ...]) -> str:
    """Give one statement for several, each with how many texts it is given."""
    each: list[str] = []
    count = 0
    for statement, given in writes:
        each.append(statement.format(*(f"${count + n + 1}" for n in range(given))))
        count += given
    *others, last = each
    if not others:
        return last
    named = ", ".join(f"write{number} AS ({one})" for number, one in enumerate(others))
    return f"WITH {named} {last}"


def array(values: Sequence[object]) -> str:
    r"""Write an array as PostgreSQL reads it (manual, 8.15.2).

    >>> print(array(["A", None, '"', "\\"]))
    {"A",NULL,"\"","\\"}
    """
    texts = [text(value) for value in values]
    quoted = ["NULL" if one is None else f'"{_escaped(one)}"' for one in texts]
    return "{" + ",".join(quoted) + "}"


def text(value: object) -> str | None:
    r"""Write a value as PostgreSQL reads it; a dict, list or tuple as JSON.

    >>> text(True), text(b"\x01"), text({"a": 1}), text(date(2026, 1, 2)), text(None)
    ('True', '\\x01', '{"a":1}', '2026-01-02', None)
    """
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, dict | list | tuple):
        return orjson.dumps(value).decode()
    return str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[tuple[str, str], ...], varied: tuple[bool, ...]) -> str:
    names = ", ".join(name for name, _ in columns)
    kinds = [kind for _, kind in columns]
    chosen = ", ".join(
        f"v{n}" if is_varied else f"{{{n}}}::{kinds[n]}" for n, is_varied in enumerate(varied)
    )
    if not any(varied):
        return f"INSERT INTO {table} ({names}) SELECT {chosen}"
    places = [n for n, is_varied in enumerate(varied) if is_varied]
    arrays = ", ".join(f"{{{n}}}::{kinds[n]}[]" for n in places)
    named = ", ".join(f"v{n}" for n in places)
    return f"INSERT INTO {table} ({names}) SELECT {chosen} FROM unnest({arrays}) AS given ({named})"
