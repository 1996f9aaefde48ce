"""Whose turn it is when a table is written: the order of rows, and what of it is refused.

A forecast and an import go by the same functions. Rows that others could contest (see `contested`)
are decided about one by one; the others share no key with them, and are written in columns as it
was planned.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from mintmark.customer import Customer
from mintmark.errors import IdNumberTaken, Refusal, SequenceFull
from mintmark.registry.columns import Part
from mintmark.registry.foreseeing import columned
from mintmark.registry.meeting import Meeting
from mintmark.registry.outcome import Record
from mintmark.registry.reading import read_external
from mintmark.registry.ruling import Ruling
from mintmark.rule.capacity import free
from mintmark.store import fact_columns
from mintmark.store.loading import Ids

# Columns that stand beside the facts; no fact has such a name.
ROW, OCCURRENCE = "\x00row", "\x00occurrence"
CUSTOMER, LEADER = "\x00customer", "\x00leader"
CODE, KEY = "\x00code", "\x00key"
ALONE = "\x00alone"
OWNED = {key: f"\x00own {key}" for key in ("record", "id_number", "phone", "email")}
FACTS = pl.exclude("^\x00.*$")


def contested(table: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Give the places of rows that are looked at one by one: before all others, and after them.

    Whoever brings a code comes first, before any number is taken: it could be the next one. Who is
    led by another comes after that one.
    """
    brings = table[CODE].is_not_null() if CODE in table.columns else table[ALONE] & False
    rows = pl.DataFrame({"brings": brings, "led": table[LEADER].is_not_null()})
    rows = rows.with_row_index("place").filter(table[ALONE]).sort("led", "place")
    return rows.filter("brings")["place"], rows.filter(~pl.col("brings"))["place"]


def records_of(
    rows: pl.DataFrame,
    places: pl.Series,
    sealed: Collection[str],
    *,
    ids: Ids | None = None,
    apart: bool,
) -> list[Record]:
    """Give rows, of these places in the table, as records.

    `ids`: the inner numbers of rows' customers, as far as they are known by now; who is led by one
    of these very rows is `like` that one. `sealed`: declared fields about people.
    """
    among = {place: at for at, place in enumerate(places)}

    def known(row: Mapping[str, Any], like: int | None) -> int | None:
        if row[LEADER] is None:
            customer: int | None = row[CUSTOMER]
            return customer
        return None if ids is None or like is not None else int(ids[row[LEADER]]) or None

    likes = [among.get(leader) for leader in rows[LEADER]]
    return [
        record_of(row, sealed, known=known(row, like), like=like, apart=apart)
        for row, like in zip(rows.iter_rows(named=True), likes, strict=True)
    ]


def record_of(
    row: Mapping[str, Any], sealed: Collection[str], *, known: int | None, like: int | None,
    apart: bool,
) -> Record:  # fmt: skip
    """Give a row of a table as a record; see `records_of`."""
    facts = {name: v for name, v in row.items() if v is not None and not name.startswith("\0")}
    return Record(
        customer=Customer.of_facts(facts, sealed=sealed),
        occurrence=row[OCCURRENCE],
        known=known,
        like=like,
        apart=apart,
        code=row.get(CODE),
        external=read_external(row.get(KEY)),
    )


def by_scope(table: pl.DataFrame, places: pl.Series, ruling: Ruling) -> pl.Series:
    """Put the places of rows in an order in which those of a scope stand together.

    So a counter is moved, and its event written, once or twice in a whole import, and the indexes
    of codes are filled from one end. In a scope rows stay in their order; who is led by a row comes
    after it, and who is known first.
    """
    leaders = table[LEADER].gather(places)
    fresh = table[CUSTOMER].gather(places).is_null() & leaders.is_null()
    new = places.filter(fresh)
    try:
        parts = columned(table[new].select(FACTS), ruling)
    except Refusal:  # a row that no rule numbers: it is found when its unit is made ready
        return places
    scopes = [pl.DataFrame({"scope": one.scopes, "place": new.gather(one.rows)}) for one in parts]
    turns = np.full(table.height, -1)
    if scopes:
        order = pl.concat(scopes).sort("scope", "place")["place"].to_numpy()
        turns[order] = np.arange(len(order))
    first = leaders.fill_null(places).to_numpy()
    return places[np.argsort(turns[first], kind="stable")]


def beyond(parts: Sequence[Part], left: Mapping[str, int]) -> dict[int, Refusal]:
    """Refuse the rows for which scopes have no number left: `left` tells how many there are."""
    late: dict[int, Refusal] = {}
    for part in parts:
        nth: dict[str, int] = {}
        capacity = free(part.live.rule)
        for at, scope in zip(part.rows, part.scopes, strict=True):
            if scope in left:
                nth[scope] = nth.get(scope, 0) + 1
                if nth[scope] > left[scope]:
                    late[at] = SequenceFull(scope=scope, capacity=capacity, left=0)
    return late


def succeeded(
    table: pl.DataFrame, lost: pl.Series, gone: npt.NDArray[np.bool_], meeting: Meeting
) -> tuple[pl.DataFrame, dict[int, Refusal]]:
    """Let the first of the rows whose leader was refused lead the others, which are `lost`.

    Keys become its own that nobody has by now: no customer of the register, and no row that is not
    `gone` (refused). Who has an ID number of somebody else is refused, too.
    """
    leaders = pl.DataFrame({"place": lost, "old": table[LEADER].gather(lost)})
    heirs = leaders.select(pl.col("place").first().over("old")).to_series()
    table = table.with_columns(table[LEADER].scatter(lost, heirs.set(heirs == lost, None)))
    first = lost.filter(heirs == lost)
    rows = table[first]
    owners = meeting.owners(rows.select(FACTS), rows[OCCURRENCE])
    others = table.filter(pl.any_horizontal(*_owning(table)) & ~pl.Series(gone))
    clashing: dict[int, Refusal] = {}
    for fact, (_, texts) in fact_columns.identity(rows.select(FACTS)):
        met = owners.filter(pl.col("fact") == fact)["place"].to_numpy()
        asking = texts.is_not_null() & ~first.is_in(list(clashing))
        free_ones = ~texts.is_in(_owned(others, fact).implode()) & ~pl.Series(_at(met, len(first)))
        own = asking & free_ones & texts.set(~asking, None).is_first_distinct()
        table = table.with_columns(table[OWNED[fact]].scatter(first, own))
        if fact == "id_number":
            late = first.filter(asking & ~own)
            numbers = zip(late, table["id_number"].gather(late), strict=True)
            clashing = {at: IdNumberTaken(value=number, code="") for at, number in numbers}
    return table, clashing


def _owning(table: pl.DataFrame) -> list[str]:
    return [name for fact, name in OWNED.items() if fact != "record" and name in table.columns]


def _owned(rows: pl.DataFrame, fact: str) -> pl.Series:
    """Give the texts of a key that rows have as their own."""
    own = rows.filter(pl.col(OWNED[fact])).select(FACTS)
    return next(texts for name, (_, texts) in fact_columns.identity(own) if name == fact)


def _at(places: npt.NDArray[Any], count: int) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, np.bool_)
    found[places] = True
    return found
