"""Search over customers: conditions and orders as SQL, and pages that begin where the last ended.

A page is found by the place of the last customer before it (the value that they are ordered by, and
their inner number), never by counting rows: so the thousandth page costs what the first one does,
and nobody is shown twice, or left out, because somebody else was added meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from psycopg import sql
from psycopg.types.json import Jsonb

from mintmark.customer import Customer
from mintmark.match import Key
from mintmark.store import binary, facts
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

    `keys` are of facts, one of each group, and `prints` the fingerprints by which these are found:
    who is found by one is to be unsealed, and compared (`fits`). `external`: (source, key).
    `among`: one of these customers.
    """

    keys: tuple[tuple[Key, ...], ...] = ()
    prints: tuple[tuple[int, ...], ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    where: tuple[Condition, ...] = ()
    among: tuple[int, ...] | None = None

    def fits(self, customer: Customer) -> bool:
        """Tell whether a customer has the facts: by chance, 64 bits are another fact's, too."""
        if not self.keys:
            return True
        has = set(facts.search_keys(customer))
        return not any(has.isdisjoint(group) for group in self.keys)


class Order(NamedTuple):
    """What customers are ordered by (of `BY`), and whether backwards; who lacks it comes last."""

    by: str
    backwards: bool = False


class Place(NamedTuple):
    """Where a customer stands in an order: the value that they are ordered by, and their number."""

    value: str | None
    id: int


_HOLDERS = """
SELECT DISTINCT customer FROM fact_index WHERE fingerprint = ANY ($1::bigint[]) ORDER BY customer
"""


class Finding:
    """Searches over `customer`, with the code that each has."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def holders(self, prints: Sequence[int], limit: int) -> list[int] | None:
        """Give the customers under one of these fingerprints; None: there are more than so many."""
        given = binary.bigints(prints)
        found = self._session.ask(f"{_HOLDERS} LIMIT {limit + 1}", given)
        return [binary.of_bigint(row[0]) for row in found] if len(found) <= limit else None

    def page(self, search: Search, order: Order, after: Place | None, limit: int) -> list[Place]:
        """Give the places of so many customers, those that come next after a place."""
        found: list[Place] = []
        if after is None or after.value is not None:
            found = self._stretch(search, order, after, limit, is_there=True)
            after = None
        if len(found) < limit and order.by != "added":  # now those who have no such value
            found += self._stretch(search, order, after, limit - len(found), is_there=False)
        return found

    def count(self, search: Search) -> int:
        """Count whom the search finds: it looks at each of them."""
        where = where_of(search)
        query = sql.SQL("SELECT count(*) FROM {}{}").format(tables(search), where.text)
        row = self._session.connection.execute(query, where.given, prepare=False).fetchone()
        return row[0] if row else 0

    def _stretch(
        self, search: Search, order: Order, after: Place | None, limit: int, *, is_there: bool
    ) -> list[Place]:
        query, given = page_statement(search, order, after, limit, is_there=is_there)
        # What is rare and what is common need different plans; one fact is found by one plan.
        prepare = None if search.prints and not search.where else False
        rows = self._session.connection.execute(query, given, prepare=prepare)
        return list(map(Place._make, rows))


class Term(NamedTuple):
    """A piece of a statement with ``%s`` for what is given to it."""

    text: sql.SQL | sql.Composed
    given: tuple[Any, ...] = ()


def page_statement(
    search: Search, order: Order, after: Place | None, limit: int, *, is_there: bool
) -> Term:
    """Give the statement for a page of those who have, or lack, what they are ordered by."""
    column = sql.SQL(_BY[order.by])
    where = _all((*_conditions(search), *_beyond(order, after, is_there=is_there)))
    way = sql.SQL(" DESC" if order.backwards else "")
    by = sql.SQL(", ").join(sql.SQL(key) + way for key in _keys(order, is_there=is_there))
    query = sql.SQL("SELECT {}::text, c.id FROM {}{} ORDER BY {} LIMIT {}").format(
        column, tables(search, order), where.text, by, sql.Literal(limit)
    )
    return Term(query, where.given)


def _keys(order: Order, *, is_there: bool) -> tuple[str, ...]:
    """Give what nobody shares with another, as an index has it; a code is one customer's."""
    if order.by == "code":
        return (_BY["code"],) if is_there else ("c.id",)
    return (_BY[order.by], "c.id")


_CODE = "LEFT JOIN code ON code.customer = c.id AND code.voided_at IS NULL"
_PRINT = "c.id IN (SELECT customer FROM fact_index WHERE fingerprint = ANY (%s::bigint[]))"
_EXTERNAL = "c.id = (SELECT customer FROM external_key WHERE source = %s AND key = %s)"
_VOIDED = "SELECT FROM code v WHERE v.customer = c.id AND v.voided_at IS NOT NULL"
_STATES = {
    CODED: "code.canonical IS NOT NULL",
    UNCODED: "code.canonical IS NULL",
    VOID: f"code.canonical IS NULL AND EXISTS ({_VOIDED})",
}


STATE = (
    f"CASE WHEN {_STATES[CODED]} THEN '{CODED}' WHEN EXISTS ({_VOIDED}) THEN '{VOID}'"
    f" ELSE '{UNCODED}' END"
)
"""Which of the `STATES` a customer is in, as SQL."""


def tables(search: Search, order: Order | None = None, *, coded: bool = False) -> sql.SQL:
    """Give the tables that are needed; `coded`: with the code, whatever is searched for."""
    is_of_codes = any(
        isinstance(one, Ruled | InState) or one.attribute == "batch" for one in search.where
    )
    if coded or is_of_codes or (order is not None and order.by == "code"):
        return sql.SQL(f"customer c {_CODE}")
    return sql.SQL("customer c")


def where_of(search: Search) -> Term:
    """Give the conditions of a search."""
    return _all(_conditions(search))


def ordering(order: Order) -> sql.SQL:
    """Give the order of everybody; who lacks what they are ordered by comes last."""
    way = " DESC" if order.backwards else ""
    keys = dict.fromkeys((_BY[order.by], "c.id"))
    return sql.SQL(", ".join(f"{key}{way} NULLS LAST" for key in keys))


def _beyond(order: Order, after: Place | None, *, is_there: bool) -> Iterator[Term]:
    """Give the conditions of whoever comes after a place, among those with a value or without."""
    yield Term(sql.SQL(f"{_BY[order.by]} IS {'NOT ' if is_there else ''}NULL"))
    if after is None:
        return
    sign = "<" if order.backwards else ">"
    if after.value is None:
        yield Term(sql.SQL(f"c.id {sign} %s"), (after.id,))
        return
    keys = _keys(order, is_there=True)
    places = ", ".join(["%s"] * len(keys))
    yield Term(sql.SQL(f"({', '.join(keys)}) {sign} ({places})"), tuple(after)[: len(keys)])


def _conditions(search: Search) -> Iterator[Term]:
    yield Term(sql.SQL("c.shredded_at IS NULL"))  # they are nobody any more
    for group in search.prints:
        yield Term(sql.SQL(_PRINT), (list(group),))
    if search.among is not None:
        yield Term(sql.SQL("c.id = ANY (%s::bigint[])"), (list(search.among),))
    for called in search.external:
        yield Term(sql.SQL(_EXTERNAL), called)
    for condition in search.where:
        match condition:
            case AnyOf(attribute=attribute, values=values):
                yield _any(_is(attribute, value) for value in values)
            case Within():
                yield from _within(condition)
            case Ruled(versions=versions, families=families):
                each = [Term(sql.SQL("code.rule = %s"), (one,)) for one in versions]
                each += [Term(sql.SQL("code.family = %s"), (one,)) for one in families]
                yield _any(each)
            case InState(states=states):
                yield _any(Term(sql.SQL(_STATES[state])) for state in states)


def _all(terms: Iterable[Term]) -> Term:
    listed = list(terms)
    where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(term.text for term in listed)
    return Term(where if listed else sql.SQL(""), tuple(v for term in listed for v in term.given))


def _any(terms: Iterable[Term]) -> Term:
    listed = list(terms)
    either = sql.SQL("({})").format(sql.SQL(" OR ").join(term.text for term in listed))
    return Term(either, tuple(value for term in listed for value in term.given))


def _is(attribute: str, value: str | date | int | None) -> Term:
    """Say that an attribute has a value: in its own column, or among the other open ones."""
    if column := _COLUMNS.get(attribute):
        if value is None:
            return Term(sql.SQL(f"{column} IS NULL"))
        return Term(sql.SQL(f"{column} = %s"), (value,))
    if value is None:
        return Term(sql.SQL("NOT c.attributes ? %s"), (attribute,))
    kept = [value.isoformat()] if isinstance(value, date) else value
    return Term(sql.SQL("c.attributes @> %s"), (Jsonb({attribute: kept}),))


def _within(condition: Within) -> Iterator[Term]:
    column = _COLUMNS.get(condition.attribute)
    for sign, limit in ((">=", condition.since), ("<=", condition.until)):
        if limit is None:
            continue
        if column:
            yield Term(sql.SQL(f"{column} {sign} %s"), (limit,))
        else:  # days are kept as texts that sort as days do
            kept = f'(c.attributes -> %s ->> 0) COLLATE "C" {sign} %s'
            yield Term(sql.SQL(kept), (condition.attribute, limit.isoformat()))
