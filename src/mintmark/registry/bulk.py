"""Customers by the table: sealed, coded and written in columns, one unit of work at a time.

Who is new and who is known has been decided before (see `intake`); what `serve` decides for each
record anew, this takes as it is. Where that has become wrong meanwhile, because another writer was
first, the database says so, nothing is written, and the unit of work goes through `serve` instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from mintmark.customer import Customer
from mintmark.registry.columns import Part, code_parts, parts_of
from mintmark.registry.registering import Registering, RulesChanged
from mintmark.registry.ruling import Ruling
from mintmark.registry.writing import hold_on
from mintmark.store import Store, fact_columns
from mintmark.store.fact_columns import Texts
from mintmark.store.loading import Ids, Load
from mintmark.store.sealing import Sealing

ROW, OCCURRENCE, CUSTOMER, LEADER = "\x00row", "\x00occurrence", "\x00customer", "\x00leader"
OWNED = {key: f"\x00{key}" for key in ("record", "id_number", "phone", "email")}
"""Columns that stand beside the facts; no fact has such a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of work made ready: rows for the tables, and which rule numbers which customers.

    `customers`: the inner number of each row's customer; `new`: the places of those who are new,
    in the order of `parts`' rows; `known`: customers of the register who learn a key.
    """

    load: Load
    parts: list[Part]
    customers: Ids
    new: Ids
    known: set[int]
    edition: int
    batch: int | None


@dataclass(frozen=True, slots=True)
class Bulk:
    """The verbs on tables of customers.

    A table has facts in canonical values (null: unknown), and beside them `OCCURRENCE` (see
    `Record`), `CUSTOMER` (the inner number of a known one) or `LEADER` (the place, in this table,
    of the row whose customer it is), and for each of `OWNED` whether the key becomes the row's own.
    """

    registering: Registering

    def ready(self, rows: pl.DataFrame, ruling: Ruling, *, batch: int | None) -> Unit:
        """Make a unit of work ready. Raises what `parts_of` does."""
        writing = self.registering.writing(False)
        facts = rows.select(pl.exclude("^\x00.*$"))
        sealed = [name for name, field in ruling.declared.items() if field.personal]
        is_new = rows[CUSTOMER].is_null() & rows[LEADER].is_null()
        new = is_new.arg_true().to_numpy().astype(np.int64)
        customers = self._numbered(rows, new)
        named = [name for name in ruling.attributes if name in facts.columns]
        parts = parts_of(facts.filter(is_new).select(named), ruling, Customer.of_facts)
        load = Load.of(
            _sealing(self.registering.store),
            facts.filter(is_new),
            customers[new],
            _own(rows, facts, customers, is_new),
            learnt=[(_record(rows, facts, ~is_new), customers)],
            sealed=sealed,
            at=writing.now,
            batch=batch,
        )
        known = rows.filter(rows[CUSTOMER].is_not_null() & rows[OWNED["record"]])[CUSTOMER]
        return Unit(
            load=load, parts=parts, customers=customers, new=new, known=set(known),
            edition=ruling.edition, batch=batch,
        )  # fmt: skip

    def _numbered(self, rows: pl.DataFrame, new: Ids) -> Ids:
        customers = rows[CUSTOMER].fill_null(0).to_numpy().astype(np.int64)
        with self.registering.store.transaction() as work:
            customers[new] = work.customers.reserve(len(new))
        led = rows[LEADER].is_not_null()
        at = led.arg_true().to_numpy()
        customers[at] = customers[rows[LEADER].filter(led).to_numpy()]
        return customers

    def write(self, unit: Unit) -> pl.Series:
        """Write a unit of work; give the codes of its new customers, in their order.

        Raises a Conflict, CodeTaken, CounterLags, ScopeFull or RulesChanged; nothing is written
        then.
        """
        writing = self.registering.writing(False)
        with self.registering.store.transaction() as work:
            hold_on(work, unit.known)
            work.loading.add(unit.load)
            # Numbering comes last: from here to the commit the counters' rows are locked.
            whose = pl.Series("customer", unit.customers[unit.new])
            codes = code_parts(work, unit.parts, writing, customers=whose, batch=unit.batch)
            if work.edition != unit.edition:
                raise RulesChanged
            if unit.batch is not None:
                done = len(unit.customers)
                work.batches.advance(unit.batch, done=done, coded=len(unit.new))
        return codes


def _sealing(store: Store) -> Sealing:
    with store.reading() as work:
        return work.sealing


def _own(
    rows: pl.DataFrame, facts: pl.DataFrame, customers: Ids, is_new: pl.Series
) -> Iterator[tuple[Texts, Ids]]:
    """Give the texts of keys that become new customers' own; others are null."""
    yield _record(rows, facts, is_new), customers
    for fact, (index, texts) in fact_columns.identity(facts):
        yield (index, _where(texts, rows[OWNED[fact]] & is_new)), customers


def _record(rows: pl.DataFrame, facts: pl.DataFrame, those: pl.Series) -> Texts:
    index, texts = fact_columns.record(facts, rows[OCCURRENCE])
    return index, _where(texts, rows[OWNED["record"]] & those)


def _where(texts: pl.Series, owned: pl.Series) -> pl.Series:
    return texts.set(~owned, None)
