"""Rows that were decided about, on their way into the register."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import Refusal
from mintmark.intake.deciding import CHANGED, DONE, ENTERED, FATE, KNOWN, NEW, Decided
from mintmark.intake.forecasting import CODES, Foretold, foretold
from mintmark.registry import Refused, Register, Updated
from mintmark.registry.meeting import Meeting
from mintmark.registry.turns import ALONE, CODE, CUSTOMER, FACTS, KEY, LEADER
from mintmark.rule.columns import canonical_column
from mintmark.store import fact_columns

_STEP = 1000  # customers whose facts are changed in one unit of work
_STANDING = "\x00standing"  # the code that a known customer has
_PLACE = "\x00place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came, or would come, of rows, by their places in the table of `Decided`.

    `codes`: `place`, `code` and whether it is `new`, of all rows that are, or would be, written.
    `waiting`: the places of rows that the import did not come to, because it was stopped.
    """

    codes: pl.DataFrame
    refused: dict[int, Refusal] = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()


class Entering:
    """The rows that are to be written: `rows` of them, in `total` steps, of which some are `done`.

    Whoever's facts are changed takes two steps: it is looked who they are, then they are changed.
    """

    def __init__(self, register: Register, decided: Decided, batch: int | None) -> None:
        self._register = register
        self._keys = decided.keys
        self._apart = decided.apart
        self._sealed = personal_names(register.fields.known())
        table = decided.table.with_row_index(_PLACE)
        meeting = register.meeting()
        codes = meeting.codes(table[CUSTOMER].drop_nulls().unique().to_list())
        codes = codes.rename({"customer": CUSTOMER, "code": _STANDING})
        self._before = _before(table, codes, [] if batch is None else meeting.came(batch))
        self._written = table[FATE].is_in([NEW, KNOWN, CHANGED])
        table = table.with_columns(_standing(table[CUSTOMER], codes))
        told = _news(table, meeting)
        self._table = told.with_columns(_alone(told, self._written, meeting))
        self._changes = _changes(table, [] if batch is None else meeting.changed(batch))
        self.done = self._before.height
        self.rows = self.done + int(self._written.sum())
        self.total = self.rows + sum(some.height for some in self._changes)
        self._codes = [pl.DataFrame(schema=CODES)]
        self._changed: set[int] = set()
        self._refused: dict[int, Refusal] = {}

    # ---------------------------------------------------------------- forecast

    def forecast(self) -> Entered:
        """Tell what would come of the rows; nothing is written."""
        said = self._foretold()
        entered = self._entered(said.codes, said.refused)
        return replace(entered, refused=entered.refused | self._unchanged(entered))

    def capacity(self) -> pl.DataFrame:
        """Tell how much of each scope would be used; see `bulk.foresee`."""
        return self._foretold().scopes

    def _foretold(self) -> Foretold:
        return foretold(self._register, self._table, self._sealed, apart=self._apart)

    def _unchanged(self, entered: Entered) -> dict[int, Refusal]:
        """Tell whose facts could not be changed: others have the ID number by then, say."""
        refused: dict[int, Refusal] = {}
        taken = self._taken(entered) if self._changes else {}
        for some in self._changes:
            rows = _but(some, entered.refused)
            said = self._register.update_many(_wanted(rows), plan=True, taken=taken)
            refused |= _refusals(rows, said)
            taken |= {
                one.customer.id_number: one.code
                for one in said
                if isinstance(one, Updated) and one.customer.id_number
            }
        return refused

    def _taken(self, entered: Entered) -> dict[str, str]:
        """Give the ID numbers of new customers, with the codes of these."""
        if "id_number" not in self._table.columns:
            return {}
        numbers = self._table.select(place=_PLACE, number="id_number")
        codes = entered.codes.filter("new")
        there = numbers.drop_nulls().join(codes, on="place").drop_nulls("code")
        return dict(there.select("number", "code").iter_rows())

    # ---------------------------------------------------------------- write

    def run(self, batch: int) -> Iterator[int]:
        """Write the rows; give, after each unit of work, how many more are done."""
        table = self._table.drop(FATE, _STANDING, _PLACE)
        for done in self._register.enter(table, batch=batch, keys=self._keys, apart=self._apart):
            self._refused |= done.refused
            codes = {"place": done.places, "code": done.codes, "new": done.new, "led": done.led}
            self._codes.append(pl.DataFrame(codes).cast(CODES))
            yield len(done.places)
        for some in self._changes:
            rows = _but(some, self._refused)
            self._refused |= _refusals(rows, self._register.update_many(_wanted(rows), batch=batch))
            self._changed.update(some[_PLACE])
            yield some.height

    @property
    def entered(self) -> Entered:
        """What has come of the rows that were written."""
        coded = pl.concat(self._codes)
        came = self._table[_PLACE].is_in(coded["place"].implode())
        waiting = self._table[_PLACE].filter(self._written & ~came)
        to_change = {at for some in self._changes for at in some[_PLACE]} - self._changed
        entered = self._entered(coded, {})
        return replace(entered, refused=self._refused, waiting=frozenset(waiting) | to_change)

    # ---------------------------------------------------------------- what came of them

    def _entered(self, coded: pl.DataFrame, refused: dict[int, Refusal]) -> Entered:
        """Give each row its code: its own, its customer's, or that of the row that leads it."""
        told = np.full(self._table.height, -1)
        told[coded["place"].to_numpy()] = np.arange(coded.height)
        at = pl.Series(told)
        at = at.set(at < 0, None)
        code, new, led = (coded[name].gather(at) for name in ("code", "new", "led"))
        own = code.fill_null(self._table[_STANDING])
        codes = own.fill_null(own.gather(led))
        new = new.fill_null(value=False)
        rows = pl.DataFrame({"place": self._table[_PLACE], "code": codes, "new": new})
        every = pl.concat([self._before, rows.filter(self._written)])
        return Entered(codes=every.sort("place"), refused=refused)


def _but(rows: pl.DataFrame, refused: Collection[int]) -> pl.DataFrame:
    """Give the rows that were not refused: nobody's facts are changed by others."""
    return rows.filter(~pl.col(_PLACE).is_in(list(refused)))


def _wanted(rows: pl.DataFrame) -> list[tuple[int, dict[str, Any]]]:
    """Give known customers the facts of their rows; what a row leaves empty stays."""
    facts = rows.select(FACTS).iter_rows(named=True)
    return [
        (customer, {name: value for name, value in row.items() if value is not None})
        for customer, row in zip(rows[CUSTOMER], facts, strict=True)
    ]


def _refusals(rows: pl.DataFrame, said: Sequence[Updated | Refused]) -> dict[int, Refusal]:
    return {
        at: one.refusal
        for at, one in zip(rows[_PLACE], said, strict=True)
        if isinstance(one, Refused)
    }


def _before(table: pl.DataFrame, codes: pl.DataFrame, came: Collection[int]) -> pl.DataFrame:
    """Give the codes of rows that the import was done with before it was stopped."""
    rows = table.filter(pl.col(FATE).is_in([DONE, ENTERED])).select(_PLACE, CUSTOMER)
    found = rows.join(codes, on=CUSTOMER, how="left", maintain_order="left")
    new = pl.col(CUSTOMER).is_in(list(came)) & pl.col(CUSTOMER).is_first_distinct()
    return found.select(
        pl.col(_PLACE).alias("place"), pl.col(_STANDING).alias("code"), new.alias("new")
    )


def _changes(table: pl.DataFrame, changed: Collection[int]) -> list[pl.DataFrame]:
    """Give the rows whose customers' facts are to change, all those of a customer together.

    `changed` are customers whose facts were before the import was stopped.
    """
    entered = (pl.col(FATE) == ENTERED) & ~pl.col(CUSTOMER).is_in(list(changed))
    rows = table.filter((pl.col(FATE) == CHANGED) | entered).drop(FATE, strict=False)
    parts = rows.with_columns((pl.col(CUSTOMER).rank("dense") // _STEP).alias(LEADER))
    return parts.partition_by(LEADER, maintain_order=True) if parts.height else []


def _standing(customers: pl.Series, codes: pl.DataFrame) -> pl.Series:
    """Give the codes that known customers have."""
    whose = customers.to_frame()
    return whose.join(codes, on=CUSTOMER, how="left", maintain_order="left")[_STANDING]


def _news(table: pl.DataFrame, meeting: Meeting) -> pl.DataFrame:
    """Leave out the external keys that the rows' own customers have: they say nothing new."""
    if KEY not in table.columns:
        return table
    whose = _whose(table[KEY], meeting)
    return table.with_columns(
        table[KEY].set((whose == table[CUSTOMER]).fill_null(value=False), None)
    )


def _whose(keys: pl.Series, meeting: Meeting) -> pl.Series:
    """Give the customers who have these external keys, null for nobody's."""
    owners = meeting.called(keys.drop_nulls().to_list())
    return keys.replace_strict(owners, default=None, return_dtype=pl.Int64)


def _alone(table: pl.DataFrame, written: pl.Series, meeting: Meeting) -> pl.Series:
    """Tell which rows are looked at one by one; null for those that are not to be written.

    They bring a code, or an external key that somebody has, or wait for a code; and whoever is the
    same as one of these comes after them. A code that a known customer has says nothing new.
    """
    brought: list[pl.Series] = []
    if KEY in table.columns:
        keys = table[KEY].set(~written, None)
        taken = _whose(keys, meeting).is_not_null()
        brought.append(keys.is_not_null() & (keys.is_duplicated() | taken))
    if CODE in table.columns:
        has = canonical_column(table[_STANDING].fill_null(""))
        brings = canonical_column(table[CODE].fill_null(""))
        brought.append(table[CODE].is_not_null() & (brings != has))
    waiting = table[CUSTOMER].is_not_null() & table[_STANDING].is_null()
    found = table.select(pl.any_horizontal(*brought, waiting).alias(ALONE)).to_series() & written
    alone = _closed(table, written, found) if found.any() else found
    return alone.set(~written, None)


def _closed(table: pl.DataFrame, written: pl.Series, alone: pl.Series) -> pl.Series:
    """Add the rows that share a leader or a key with those who are looked at one by one.

    Known customers contest nothing: they are left out.
    """
    texts = [texts for _, (_, texts) in fact_columns.identity(table.select(FACTS))]
    stranger = table[CUSTOMER].is_null() & written
    ties = [tie.set(~stranger, None) for tie in (table[LEADER].fill_null(table[_PLACE]), *texts)]
    while True:
        more = alone
        for tie in ties:
            touched = tie.filter(more).drop_nulls().unique().implode()
            more |= tie.is_in(touched).fill_null(value=False)
        if not (more & ~alone).any():
            return alone
        alone = more
