"""Rows as one statement: what differs in arrays, what is the same in all of them once (pure).

>>> one = insertion("code", {"text": "text", "rule": "integer"}, [("A", 1), ("B", 1)])
>>> one.statement
'INSERT INTO code (text, rule) SELECT v0, {1}::integer FROM unnest({0}::text[]) AS given (v0)'
>>> one.given
('{"A","B"}', '1')
>>> together((("a", "DELETE FROM a WHERE id = {0}", 1), ("b", "DELETE FROM b WHERE id = {0}", 1)))
'WITH to_a AS (DELETE FROM a WHERE id = $1) DELETE FROM b WHERE id = $2'
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

Columns = Mapping[str, str]  # name → SQL type
Row = Sequence[object]


class Write(NamedTuple):
    """A statement with ``{0}``, ``{1}``, … for the texts that are given to it."""

    statement: str
    given: tuple[str | None, ...]


def insertion(table: str, columns: Columns, rows: Sequence[Row]) -> Write:
    """Give the statement that inserts rows, at least one; values are in the order of columns.

    A column that is NULL throughout is left out.
    """
    chosen: list[tuple[str, str, bool]] = []
    given: list[str | None] = []
    for (name, kind), column in zip(columns.items(), zip(*rows, strict=True), strict=True):
        first = column[0]
        if len(column) > 1 and column.count(first) != len(column):
            chosen.append((name, kind, True))
            given.append(array(column))
        elif first is not None:
            chosen.append((name, kind, False))
            given.append(text(first))
    if len(rows) > 1 and not any(is_varied for _, _, is_varied in chosen):
        name, kind, _ = chosen[0]  # rows that are all alike are told apart by their count
        chosen[0], given[0] = (name, kind, True), array([given[0]] * len(rows))
    return Write(_insert(table, tuple(chosen)), tuple(given))


@lru_cache(maxsize=256)
def together(writes: tuple[tuple[str, str, int], ...], claimed: str | None = None) -> str:
    """Give one statement for several, each with its table and how many texts it is given.

    `claimed`: a table of which so many rows have to be met as a last text says. It is written
    before the others then, for what the statement itself asks about is done first (manual, 7.8.4).
    """
    each: list[tuple[str, str]] = []
    count = 0
    for table, statement, given in writes:
        named = statement.format(*(f"${count + n + 1}" for n in range(given)))
        each.append((table, named))
        count += given
    if claimed:
        main = f"SELECT claim_stands(count(*) = ${count + 1}::bigint) FROM to_{claimed}"
    else:
        main = each.pop()[1]
    if not each:
        return main
    return f"WITH {', '.join(f'to_{table} AS ({one})' for table, one in each)} {main}"


def array(values: Sequence[object]) -> str:
    r"""Write an array as PostgreSQL reads it (manual, 8.15.2).

    >>> print(array(["A", None, '"', "\\"]))
    {"A",NULL,"\"","\\"}
    """
    texts = [text(value) for value in values]
    known = [one for one in texts if one is not None]
    if len(known) == len(texts) and not _TO_QUOTE.search("".join(known)):
        return '{"' + '","'.join(known) + '"}' if known else "{}"
    quoted = ["NULL" if one is None else f'"{_escaped(one)}"' for one in texts]
    return "{" + ",".join(quoted) + "}"


def text(value: object) -> str | None:
    r"""Write a value as PostgreSQL reads it; a dict, list or tuple as JSON.

    >>> text(True), text(b"\x01"), text({"a": 1}), text(date(2026, 1, 2)), text(None)
    ('True', '\\x01', '{"a":1}', '2026-01-02', None)
    """
    if value is None:
        return None
    return _WRITERS.get(value.__class__, str)(value)


def copied(rows: Sequence[Row]) -> str:
    r"""Write rows as COPY reads them (manual, COPY, text format).

    >>> copied([(1, "a\tb", None), (2, "\\", b"\x07")])
    '1\ta\\tb\t\\N\n2\t\\\\\t\\\\x07\n'
    """
    columns = [_copied(column) for column in zip(*rows, strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _copied(column: Sequence[object]) -> Sequence[str]:
    first = column[0]
    kinds = set(map(type, column))
    if kinds == {int}:
        return list(map(str, column))
    if kinds == {bytes}:
        return ["\\\\x" + one.hex() for one in column if isinstance(one, bytes)]
    if len(kinds) == 1 and column.count(first) == len(column):
        return [_cell(first)] * len(column)
    return [_cell(one) for one in column]


def _cell(value: object) -> str:
    written = text(value)
    if written is None:
        return "\\N"
    return written.translate(_SPECIAL) if _TO_ESCAPE.search(written) else written


_TO_QUOTE = re.compile(r'["\\]')
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


_WRITERS: dict[type, Callable[[Any], str]] = {
    date: date.isoformat,
    datetime: datetime.isoformat,
    bytes: lambda value: "\\x" + value.hex(),
    dict: _json,
    list: _json,
    tuple: _json,
}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=256)
def _insert(table: str, chosen: tuple[tuple[str, str, bool], ...]) -> str:
    names = ", ".join(name for name, _, _ in chosen)
    values = ", ".join(
        f"v{n}" if is_varied else f"{{{n}}}::{kind}"
        for n, (_, kind, is_varied) in enumerate(chosen)
    )
    varied = [(n, kind) for n, (_, kind, is_varied) in enumerate(chosen) if is_varied]
    if not varied:
        return f"INSERT INTO {table} ({names}) SELECT {values}"
    arrays = ", ".join(f"{{{n}}}::{kind}[]" for n, kind in varied)
    named = ", ".join(f"v{n}" for n, _ in varied)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest({arrays}) AS given ({named})"
