"""Customers as columns: all who are found, some thousands at a time, at one moment."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from psycopg import sql

from mintmark.customer import FACTS, Fields
from mintmark.store.finding import (
    STATE,
    Order,
    Search,
    Term,
    ordering,
    tables,
    where_of,
)
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session

SEPARATOR = "、"
"""Between several codes, or keys of other systems, of one customer."""
_AT_ONCE = 10_000  # customers
_TIME = pl.Datetime("us", "UTC")
_COLUMNS: dict[str, tuple[str, Any]] = {
    "type": ("c.type", pl.String), "region": ("c.region", pl.String),
    "registered": ("c.registered", pl.Date), "owner": ("c.owner", pl.String),
    "added": ("c.added_at", _TIME), "code": ("code.text", pl.String),
    "minted_at": ("code.minted_at", _TIME), "batch": ("code.batch::text", pl.String),
    "rule": ("coalesce(rule.name || '@' || rule.version, code.family)", pl.String),
    "state": (STATE, pl.String), "codes": ("ever.texts", pl.String),
    "external": ("called.names", pl.String),
}  # fmt: skip
OF_REGISTER = ("code", "codes", "state", "rule", "minted_at", "added", "batch", "external")
"""What can be had beside facts, attributes and fields."""
_OF_CODE = {"code", "minted_at", "batch", "rule", "state"}
_JOINS = {
    "rule": "LEFT JOIN rule ON rule.id = code.rule",
    # Once for all of them: neither table is in the order of customers.
    "codes": f"""LEFT JOIN (
        SELECT customer, string_agg(text, '{SEPARATOR}' ORDER BY minted_at, canonical) AS texts
        FROM code WHERE customer IS NOT NULL GROUP BY customer
    ) AS ever ON ever.customer = c.id""",
    "external": f"""LEFT JOIN (
        SELECT customer, string_agg(source || ':' || key, '{SEPARATOR}' ORDER BY source, key)
            AS names
        FROM external_key GROUP BY customer
    ) AS called ON called.customer = c.id""",
}
_DATA_KEY = "LEFT JOIN data_key ON data_key.customer = c.id"
# A day is kept as a list of one text.
_ATTRIBUTE = "coalesce(c.attributes #>> ARRAY[{0}, '0'], c.attributes ->> {0})"
# All of them are wanted, so the first ones need not come soon.
_ALL_OF_THEM = "SET LOCAL cursor_tuple_fraction = 1"


class Extracts:
    """Reads customers out, column by column."""

    def __init__(self, session: Session, sealing: Sealing) -> None:
        self._session = session
        self._sealing = sealing

    def frames(
        self, search: Search, order: Order, columns: Sequence[str], fields: Fields
    ) -> Iterator[pl.DataFrame]:
        """Give those who are found, in order, in these columns; at least one frame.

        `fields` are what is known beside the usual facts. Days are dates, times are in UTC, all
        else is text. Raises TamperedValue, or what `Sealing` does.
        """
        known = {**FACTS, **fields}
        sealed = [name for name in columns if name in known and known[name].personal]
        days = [
            name for name in columns
            if name in known and known[name].kind == "date" and name not in _COLUMNS
        ]  # fmt: skip
        openly = [name for name in columns if name not in sealed]
        query, given = _statement(search, order, openly, is_opened=bool(sealed))
        self._session.connection.execute(_ALL_OF_THEM)
        with self._session.connection.cursor(name="extract", binary=True) as cursor:
            cursor.execute(query, given)
            rows = cursor.fetchmany(_AT_ONCE)
            while True:
                frame = self._frame(rows, openly, sealed, days)
                read = (pl.col(name).str.to_date("%Y-%m-%d") for name in days)
                yield frame.with_columns(read).select(columns)
                if not (rows := cursor.fetchmany(_AT_ONCE)):
                    return

    def _frame(
        self,
        rows: Sequence[Sequence[Any]],
        openly: Sequence[str],
        sealed: Sequence[str],
        days: Sequence[str],
    ) -> pl.DataFrame:
        values = list(zip(*rows, strict=True)) or [()] * (len(openly) + 3)
        series = [
            pl.Series(name, column, dtype=_COLUMNS.get(name, ("", pl.String))[1])
            for name, column in zip(openly, values, strict=False)
        ]
        frame = pl.DataFrame(series)
        if not sealed:
            return frame
        closed = [(row[-3], (row[-2] or b"", row[-1] or b"")) for row in rows]
        opened = self._sealing.unseal_many(closed, table="customer", column="sealed")
        return pl.concat([frame, _unpacked(opened, sealed, days)], how="horizontal")


def _unpacked(opened: Sequence[bytes], wanted: Sequence[str], days: Sequence[str]) -> pl.DataFrame:
    """Give unsealed facts as columns of text; see `facts.pack`."""
    listed = [name for name in wanted if name in days]
    schema = {name: pl.List(pl.String) if name in listed else pl.String for name in wanted}
    if not opened:
        return pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    # JSON is one line, so that these are lines of it: read at once, they take a fifth of the time.
    frame = pl.read_ndjson(b"\n".join(opened), schema=schema)
    return frame.with_columns(pl.col(listed).list.first())


def _statement(search: Search, order: Order, columns: Sequence[str], *, is_opened: bool) -> Term:
    chosen = [_expression(name) for name in columns]
    joins = [_JOINS[name] for name in columns if name in _JOINS]
    if is_opened:
        chosen += map(sql.SQL, ("c.id", "data_key.wrapped", "c.sealed"))
        joins.append(_DATA_KEY)
    where = where_of(search)
    query = sql.SQL("SELECT {} FROM {} {}{} ORDER BY {}").format(
        sql.SQL(", ").join(chosen),
        tables(search, order, coded=not _OF_CODE.isdisjoint(columns)),
        sql.SQL(" ".join(joins)),
        where.text,
        ordering(order),
    )
    return Term(query, where.given)


def _expression(name: str) -> sql.SQL | sql.Composed:
    if name in _COLUMNS:
        return sql.SQL(_COLUMNS[name][0])
    return sql.SQL(_ATTRIBUTE).format(sql.Literal(name))
