"""Search over customers: conditions and orders as SQL, and pages that begin where the last ended.

A page is found by the place of the last customer before it (the value that they are ordered by, and
their inner number), never by counting rows: so the thousandth page costs what the first one does,
and nobody is shown twice, or left out, because somebody else was added meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from psycopg import sql
from psycopg.types.json import Jsonb

from mintmark.store.customers import ORDERS
from mintmark.store.session import Session

CODED = "coded"
UNCODED = "uncoded"
VOID = "void"
STATES = (CODED, UNCODED, VOID)
"""Whether a customer has a code: a living one, none, or none but a void one."""

_COLUMNS = {
    "added": "c.added_at", "registered": "c.registered", "type": "c.type", "region": "c.region",
    "owner": "c.owner", "batch": "code.batch",
}  # fmt: skip
_BY = {**ORDERS, "added": "c.added_at", "code": "code.canonical"}
BY = tuple(_BY)
"""What customers can be ordered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """The attribute has one of these values; None among them: or none at all."""

    attribute: str
    values: tuple[str | date | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The day or time is not before `since` and not after `until` (None: open)."""

    attribute: str
    since: date | datetime | None
    until: date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """The code is of one of these versions of rules, or of these legacy families."""

    versions: tuple[int, ...]
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InState:
    """The customer is in one of these `STATES`."""

    states: tuple[str, ...]


Condition = AnyOf | Within | Ruled | InState


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What has to be true of a customer, all of it.

    `prints`: fingerprints of facts, one of each group. `external`: (source, key).
    """

    prints: tuple[tuple[bytes, ...], ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    where: tuple[Condition, ...] = ()


class Order(NamedTuple):
    """What customers are ordered by (of `BY`), and whether backwards; who lacks it comes last."""

    by: str
    backwards: bool = False


class Place(NamedTuple):
    """Where a customer stands in an order: the value that they are ordered by, and their number."""

    value: str | None
    id: int


class Finding:
    """Searches over `customer`, with the code that each has."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(self, search: Search, order: Order, after: Place | None, limit: int) -> list[Place]:
        """Give the places of so many customers, those that come next after a place."""
        found: list[Place] = []
        if after is None or after.value is not None:
            found = self._stretch(search, order, after, limit, is_there=True)
            after = None
        if len(found) < limit:  # now those who have no such value
            found += self._stretch(search, order, after, limit - len(found), is_there=False)
        return found

    def count(self, search: Search) -> int:
        """Count whom the search finds: it looks at each of them."""
        conditions = list(_conditions(search))
        query = sql.SQL("SELECT count(*) FROM {}").format(_from(search)) + _where(conditions)
        row = self._session.connection.execute(query).fetchone()
        return row[0] if row else 0

    def _stretch(
        self, search: Search, order: Order, after: Place | None, limit: int, *, is_there: bool
    ) -> list[Place]:
        query = page_statement(search, order, after, limit, is_there=is_there)
        # Written out, not prepared: what is rare and what is common need different plans.
        return list(map(Place._make, self._session.connection.execute(query, prepare=False)))


def page_statement(
    search: Search, order: Order, after: Place | None, limit: int, *, is_there: bool
) -> sql.Composed:
    """Give the statement for a page of those who have, or lack, what they are ordered by."""
    column = sql.SQL(_BY[order.by])
    conditions = [*_conditions(search), *_beyond(order, after, is_there=is_there)]
    way = sql.SQL(" DESC" if order.backwards else "")
    by = sql.SQL(", ").join(key + way for key in _keys(order, is_there=is_there))
    return sql.SQL("SELECT {}::text, c.id FROM {}{} ORDER BY {} LIMIT {}").format(
        column, _from(search, order), _where(conditions), by, sql.Literal(limit)
    )


def _keys(order: Order, *, is_there: bool) -> list[sql.SQL]:
    """Give what nobody shares with another, as an index has it; a code is one customer's."""
    if order.by == "code":
        return [sql.SQL(_BY["code"] if is_there else "c.id")]
    return [sql.SQL(_BY[order.by]), sql.SQL("c.id")]


_CODE = "LEFT JOIN code ON code.customer = c.id AND code.voided_at IS NULL"
_PRINT = "c.id IN (SELECT customer FROM fact_index WHERE fingerprint = ANY ({}))"
_EXTERNAL = "c.id = (SELECT customer FROM external_key WHERE source = {} AND key = {})"
_VOIDED = "SELECT FROM code v WHERE v.customer = c.id AND v.voided_at IS NOT NULL"
_STATES = {
    CODED: "code.canonical IS NOT NULL",
    UNCODED: "code.canonical IS NULL",
    VOID: f"code.canonical IS NULL AND EXISTS ({_VOIDED})",
}


def _from(search: Search, order: Order | None = None) -> sql.Composable:
    """Give the tables that are needed."""
    is_of_codes = any(
        isinstance(one, Ruled | InState) or one.attribute == "batch" for one in search.where
    )
    if is_of_codes or (order is not None and order.by == "code"):
        return sql.SQL(f"customer c {_CODE}")
    return sql.SQL("customer c")


def _where(conditions: list[sql.Composable]) -> sql.Composable:
    if not conditions:
        return sql.SQL("")
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions)


def _beyond(order: Order, after: Place | None, *, is_there: bool) -> Iterator[sql.Composable]:
    """Give the conditions of whoever comes after a place, among those with a value or without."""
    sign = sql.SQL("<" if order.backwards else ">")
    column = sql.SQL(_BY[order.by])
    yield sql.SQL("{} IS NOT NULL" if is_there else "{} IS NULL").format(column)
    if after is None:
        return
    if after.value is None:
        yield sql.SQL("c.id {} {}").format(sign, sql.Literal(after.id))
    else:
        keys = sql.SQL(", ").join(_keys(order, is_there=True))
        there = sql.SQL(", ").join(map(sql.Literal, after if order.by != "code" else after[:1]))
        yield sql.SQL("({}) {} ({})").format(keys, sign, there)


def _conditions(search: Search) -> Iterator[sql.Composable]:
    for group in search.prints:
        yield sql.SQL(_PRINT).format(sql.Literal(list(group)))
    for called in search.external:
        yield sql.SQL(_EXTERNAL).format(*map(sql.Literal, called))
    for condition in search.where:
        match condition:
            case AnyOf(attribute=attribute, values=values):
                yield _any(_is(attribute, value) for value in values)
            case Within():
                yield from _within(condition)
            case Ruled(versions=versions, families=families):
                each = [sql.SQL("code.rule = {}").format(sql.Literal(one)) for one in versions]
                each += [sql.SQL("code.family = {}").format(sql.Literal(one)) for one in families]
                yield _any(each)
            case InState(states=states):
                yield _any(sql.SQL(_STATES[state]) for state in states)


def _any(conditions: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(" OR ").join(conditions))


def _is(attribute: str, value: str | date | int | None) -> sql.Composable:
    """Say that an attribute has a value: in its own column, or among the other open ones."""
    if column := _COLUMNS.get(attribute):
        if value is None:
            return sql.SQL(f"{column} IS NULL")
        return sql.SQL(f"{column} = {{}}").format(sql.Literal(value))
    if value is None:
        return sql.SQL("NOT c.attributes ? {}").format(sql.Literal(attribute))
    kept = [value.isoformat()] if isinstance(value, date) else value
    return sql.SQL("c.attributes @> {}").format(sql.Literal(Jsonb({attribute: kept})))


def _within(condition: Within) -> Iterator[sql.Composable]:
    for sign, limit in ((">=", condition.since), ("<=", condition.until)):
        if limit is None:
            continue
        if column := _COLUMNS.get(condition.attribute):
            yield sql.SQL(f"{column} {sign} {{}}").format(sql.Literal(limit))
        else:
            kept = sql.SQL('(c.attributes -> {} ->> 0) COLLATE "C"').format(
                sql.Literal(condition.attribute)
            )
            day = sql.Literal(limit.isoformat())
            yield sql.SQL(f"{{}} {sign} {{}}").format(kept, day)
