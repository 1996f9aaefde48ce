"""Customers by the table: sealed, keyed, coded and written in columns, a unit of work at a time.

Who is new and who is known has been decided before (see `intake.deciding`); what `serve` decides
for each record anew is taken here as it is. Where that has become wrong meanwhile, because another
writer was first, the database says so, nothing is written, and the unit goes through `serve`.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from mintmark.customer import Customer, personal_names
from mintmark.errors import CodeTaken, DiskFull, Refusal, Unreachable
from mintmark.memory import give_back
from mintmark.minting import ScopeFull
from mintmark.registry.columns import Part, code_parts, foresee_parts, parts_of, usage_of
from mintmark.registry.outcome import Kept, Outcome, Record, Refused, Registered
from mintmark.registry.reading import read_external
from mintmark.registry.registering import Portion, Registering, RulesChanged, advance, unswept
from mintmark.registry.ruling import Ruling
from mintmark.registry.writing import hold_on
from mintmark.store import Conflict, CounterLags, Overtaken, fact_columns
from mintmark.store.fact_columns import Texts
from mintmark.store.loading import Ids, Load
from mintmark.store.sealing import Sealing
from mintmark.text import canonical

# Columns that stand beside the facts; no fact has such a name.
ROW, OCCURRENCE = "\x00row", "\x00occurrence"
CUSTOMER, LEADER = "\x00customer", "\x00leader"
CODE, KEY = "\x00code", "\x00key"
ALONE = "\x00alone"
_NOTHING = "\x00"
OWNED = {key: f"\x00own {key}" for key in ("record", "id_number", "phone", "email")}
FACTS = pl.exclude("^\x00.*$")
_WRITERS = 2  # one unit of work at a time would leave the database waiting for its own disk
_PATIENCE = 5  # seconds
_MANY = 25_000  # rows of a unit of work: what a kill can undo, and how long others wait
_FEW = 1000  # of those that are looked at one by one
_OVERTAKEN = (*Conflict, CodeTaken, CounterLags, ScopeFull, RulesChanged, Refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of some rows, by the place of each in the table: their customers, their codes.

    `new` tells whether the customer is; a code is null where the customer was known and had it.
    Those who were `refused` have neither.
    """

    places: pl.Series
    customers: Ids
    codes: pl.Series
    new: pl.Series
    refused: dict[int, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Rows made ready: for the tables, and which rule numbers which of the `new` customers.

    `new` are places among the rows; `known` the customers of the register who learn a key.
    """

    places: pl.Series
    rows: pl.Series
    load: Load
    parts: list[Part]
    customers: Ids
    new: Ids
    known: set[int]
    edition: int


class Bulk:
    """A table of customers on its way into the register, by an import (`batch`).

    The table has facts in canonical values (null: unknown), and beside them the `ROW` of the file,
    the `OCCURRENCE` (see `Record`), `CUSTOMER` (the inner number of a known one) or `LEADER` (the
    place, in the table, of an earlier row whose customer it is), for each of `OWNED` whether the
    key becomes the row's own, and perhaps a `CODE` or an external key (`KEY`) that it brings along.
    `ALONE` says which rows `serve` shall look at one by one: those, and customers without a code.
    `keys`: match keys of the names, if they were told before.
    """

    def __init__(
        self,
        registering: Registering,
        sealing: Sealing,
        table: pl.DataFrame,
        *,
        batch: int,
        keys: pl.DataFrame | None = None,
    ) -> None:
        self._registering = registering
        self._sealing = sealing
        self._table = table
        self._batch = batch
        self._keys = keys
        self._ids = table[CUSTOMER].fill_null(0).to_numpy().astype(np.int64)

    def run(self) -> Iterator[Done]:
        """Write it; while two units of work are being written, the next is made ready.

        They end in their order. Whatever stops it, what was written so far is kept, and noted in
        the batch; what is being written still will be.
        """
        alone = self._table[ALONE]
        first = chosen(self._table)
        # Whoever brings a code comes first: it could be the next one of somebody else.
        for places in _cut(first.arg_true(), _FEW):
            yield self._serve(places)
        lost: list[pl.Series] = []
        yield from self._in_columns(deque(self._units((~alone).arg_true())), lost)
        for places in _cut(pl.concat([(alone & ~first).arg_true(), *lost]).sort(), _FEW):
            yield self._serve(places)

    # ---------------------------------------------------------------- in columns

    def _in_columns(self, waiting: deque[pl.Series], lost: list[pl.Series]) -> Iterator[Done]:
        """Write units of work, two at once; rows whose leader was refused are `lost` to them."""
        under_way: deque[tuple[_Unit, Future[pl.Series]]] = deque()
        with ThreadPoolExecutor(_WRITERS, "mintmark-import") as writers:
            while waiting or under_way:
                unit = self._ready(waiting.popleft(), lost) if waiting else None
                if under_way and (unit is None or len(under_way) == _WRITERS):
                    first, writing = under_way.popleft()
                    if (codes := self._codes(writing)) is None:  # others go by its customers
                        again = [one for one, later in under_way if self._codes(later) is None]
                        under_way.clear()
                        waiting.extendleft(one.places for one in reversed([*again, unit]) if one)
                        unit = None
                    yield from self._done(first, codes)
                    give_back()
                if unit is not None:
                    before = under_way[-1][1] if under_way else None
                    under_way.append((unit, writers.submit(self._write, unit, before)))

    def _units(self, places: pl.Series) -> Iterator[pl.Series]:
        """Cut rows into units of work, in each the rows that few scopes number.

        So a counter is moved, and its event is written, once or twice in the whole import, and the
        indexes of codes are filled from one end. In a scope, rows stay in their order, as they do
        in a unit; who is led by a row is not before it.
        """
        if len(places) > _MANY:
            turn = self._turns(places)
            leader = self._table[LEADER].gather(places).fill_null(places).to_numpy()
            places = places[np.argsort(turn[leader], kind="stable")]
        return (some.sort() for some in _cut(places, _MANY))

    def _turns(self, places: pl.Series) -> npt.NDArray[np.int64]:
        """Give, by the place of a row, when it is numbered: by its scope; who is known, first."""
        fresh = self._table.select(pl.col(CUSTOMER).is_null() & pl.col(LEADER).is_null())
        new = places.filter(fresh.to_series().gather(places))
        parts = _parts(self._table[new].select(FACTS), self._registering.ruling(False))
        rows = [pl.DataFrame({"scope": one.scopes, "place": new.gather(one.rows)}) for one in parts]
        turns = np.full(self._table.height, -1)
        if not rows:
            return turns
        order = pl.concat(rows).sort("scope", "place")["place"].to_numpy()
        turns[order] = np.arange(len(order))
        return turns

    def _led(self, places: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Part rows that can be written from those whose leader, of an earlier unit, was refused.

        Who was the same as somebody without a code may yet have one of their own.
        """
        leaders = self._table[LEADER].gather(places)
        earlier = ~leaders.is_in(places.implode()) | self._table[ALONE].gather(leaders)
        lost = earlier.fill_null(value=False) & pl.Series(
            self._ids[leaders.fill_null(0).to_numpy()] == 0
        )
        return places.filter(~lost), places.filter(lost)

    def _ready(self, every: pl.Series, lost: list[pl.Series]) -> _Unit | None:
        """Make a unit of work ready; None: nothing is left of it."""
        places, gone = self._led(every)
        lost.append(gone)
        if not len(places):
            return None
        rows = self._table[places]
        facts = rows.select(FACTS)
        ruling = self._registering.ruling(False)
        is_new = rows[CUSTOMER].is_null() & rows[LEADER].is_null()
        new = is_new.arg_true().to_numpy().astype(np.int64)
        customers = self._numbered(places, rows, new)
        known = rows.filter(rows[CUSTOMER].is_not_null() & rows[OWNED["record"]])[CUSTOMER]
        return _Unit(
            places=places, rows=rows[ROW], customers=customers, new=new, known=set(known),
            load=self._load(rows, facts, customers, is_new, ruling),
            parts=_parts(facts.filter(is_new), ruling), edition=ruling.edition,
        )  # fmt: skip

    def _numbered(self, places: pl.Series, rows: pl.DataFrame, new: Ids) -> Ids:
        """Give the inner number of each row's customer, new ones from the sequence."""
        at = places.to_numpy()
        with self._registering.store.transaction() as work:
            self._ids[at[new]] = work.loading.reserve(len(new))
        led = rows[LEADER].is_not_null()
        self._ids[at[led.to_numpy()]] = self._ids[rows[LEADER].drop_nulls().to_numpy()]
        whose: Ids = self._ids[at]
        return whose

    def _load(
        self, rows: pl.DataFrame, facts: pl.DataFrame, whose: Ids, is_new: pl.Series, ruling: Ruling
    ) -> Load:
        new = is_new.to_numpy()
        return Load.of(
            self._sealing,
            facts.filter(is_new),
            whose[new],
            _own(rows.filter(is_new), facts.filter(is_new), whose[new]),
            learnt=_learnt(rows, facts, whose, ~is_new),
            called=_called(rows, whose),
            sealed=personal_names(ruling.declared),
            spoken=self._keys,
            at=self._registering.writing(False).now,
            batch=self._batch,
        )

    def _write(self, unit: _Unit, before: Future[pl.Series] | None) -> pl.Series:
        """Write a unit of work; it is committed after the one `before` it, or not at all."""
        writing = self._registering.writing(False)
        with self._registering.store.transaction() as work, unswept(len(unit.rows)):
            # Two imports whose units wait for each other would wait for ever.
            work.loading.wait_for(_PATIENCE)
            hold_on(work, unit.known)
            work.loading.add(unit.load)
            work.batches.note(self._batch, unit.rows.to_list(), unit.customers.tolist())
            if before is not None and before.exception() is not None:
                raise Overtaken
            work.loading.wait_for(0)
            done, coded = len(unit.rows), len(unit.new)
            advance(work, self._batch, done=done, coded=coded, now=writing.now)
            # Numbering comes last: from here to the commit the counters' rows are locked.
            whose = pl.Series(unit.customers[unit.new])
            codes = code_parts(work, unit.parts, writing, customers=whose, batch=self._batch)
            if work.edition != unit.edition:
                raise RulesChanged
        return codes

    def _codes(self, writing: Future[pl.Series]) -> pl.Series | None:
        """Give the codes of a unit when it is written; None: it could not be."""
        try:
            return writing.result()
        except (Unreachable, DiskFull):
            raise  # it may have been in the very commit
        except _OVERTAKEN:
            return None

    def _done(self, unit: _Unit, codes: pl.Series | None) -> Iterator[Done]:
        if codes is None:
            for places in _cut(unit.places, _FEW):
                yield self._serve(places)
            return
        every = pl.repeat(None, len(unit.places), dtype=pl.String, eager=True)
        coded = every.scatter(unit.new, codes)
        yield Done(
            places=unit.places, customers=unit.customers, codes=coded, new=coded.is_not_null()
        )

    # ---------------------------------------------------------------- one by one

    def _serve(self, places: pl.Series) -> Done:
        """Let `serve` decide anew; rows that are led by another come after that one."""
        led = self._table[places][LEADER].is_not_null()
        said: dict[int, Outcome] = {}
        for some in (places.filter(~led), places.filter(led)):
            said |= self._served(some)
        kept = [one if isinstance(one := said[at], Registered) else None for at in places]
        refused = {at: one.refusal for at, one in said.items() if isinstance(one, Refused)}
        return Done(
            places=places, customers=self._ids[places.to_numpy()],
            codes=pl.Series([one.code if one else None for one in kept], dtype=pl.String),
            new=pl.Series([one is not None and one.new for one in kept], dtype=pl.Boolean),
            refused=refused,
        )  # fmt: skip

    def _served(self, places: pl.Series) -> dict[int, Outcome]:
        if not len(places):
            return {}
        rows = self._table[places]
        records = [self._record(row) for row in rows.iter_rows(named=True)]
        portion = Portion(self._batch, rows[ROW].to_list())
        said = self._registering.serve(records, portion=portion)
        self._ids[places.to_numpy()] = portion.customers
        kept = [one for one in said if not isinstance(one, Kept)]
        return dict(zip(places, kept, strict=True))

    def _record(self, row: Mapping[str, Any]) -> Record:
        leader = row[LEADER]
        known = row[CUSTOMER] if leader is None else int(self._ids[leader]) or None
        declared = self._registering.ruling(False).declared
        return record_of(row, personal_names(declared), known=known)


def record_of(row: Mapping[str, Any], sealed: Collection[str], *, known: int | None) -> Record:
    """Give a row of a table as a record; `sealed`: declared fields about people."""
    facts = {name: v for name, v in row.items() if v is not None and not name.startswith("\0")}
    return Record(
        customer=Customer.of_facts(facts, sealed=sealed),
        occurrence=row[OCCURRENCE],
        known=known,
        code=row.get(CODE),
        external=read_external(row.get(KEY)),
    )


def foresee(
    registering: Registering, facts: pl.DataFrame, *, chosen: Collection[str] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tell, for each row of facts, its `scope` and the `code` that it would have now.

    A code is null where the scope would be full; `chosen` codes are given by hand before. Beside
    them, the scopes: `scope`, `count` (codes that would come), `used` (numbers that are),
    `capacity`. Raises what `parts_of` does.
    """
    parts = _parts(facts, registering.ruling(True))
    writing = registering.writing(False)
    writing = replace(
        writing, taking=replace(writing.taking, chosen=frozenset(map(canonical, chosen)))
    )
    with registering.store.transaction() as work:
        found = foresee_parts(work, parts, writing)
        return found, usage_of(work, parts)


def _parts(facts: pl.DataFrame, ruling: Ruling) -> list[Part]:
    named = [name for name in ruling.attributes if name in facts.columns]
    # A table without a column would have no height.
    counted = facts.with_columns(pl.lit(None, dtype=pl.String).alias(_NOTHING))
    return parts_of(counted.select(*named, _NOTHING), ruling, Customer.of_facts)


def _called(rows: pl.DataFrame, whose: Ids) -> pl.DataFrame | None:
    """Give what other systems call the rows' customers."""
    if KEY not in rows.columns:
        return None
    cut = pl.col(KEY).str.splitn(":", 2).struct
    named = rows.select(cut.field("field_0").alias("source"), cut.field("field_1").alias("key"))
    return named.with_columns(customer=pl.Series(whose)).drop_nulls("key")


def _own(rows: pl.DataFrame, facts: pl.DataFrame, whose: Ids) -> Iterator[tuple[Texts, Ids]]:
    """Give the texts of keys that become new customers' own; others are null."""
    yield _record(rows, facts), whose
    for fact, (index, texts) in fact_columns.identity(facts):
        yield (index, texts.set(~rows[OWNED[fact]], None)), whose
    if KEY in rows.columns:
        yield fact_columns.external(rows[KEY]), whose


def _learnt(
    rows: pl.DataFrame, facts: pl.DataFrame, whose: Ids, known: pl.Series
) -> Iterator[tuple[Texts, Ids]]:
    """Give the texts of keys that known customers learn; others are null."""
    there = known.arg_true()
    yield _record(rows[there], facts[there]), whose[there.to_numpy()]
    if KEY in rows.columns:
        index, texts = fact_columns.external(rows[KEY])
        yield (index, texts.set(~known, None)), whose


def _record(rows: pl.DataFrame, facts: pl.DataFrame) -> Texts:
    index, texts = fact_columns.record(facts, rows[OCCURRENCE])
    return index, texts.set(~rows[OWNED["record"]], None)


def chosen(table: pl.DataFrame) -> pl.Series:
    """Tell which rows bring a code and are not led by another: that one may have to come first."""
    if CODE not in table.columns:
        return table[ALONE] & False
    return table[ALONE] & table[CODE].is_not_null() & table[LEADER].is_null()


def _cut(places: pl.Series, many: int) -> Iterator[pl.Series]:
    return (places.slice(at, many) for at in range(0, len(places), many))
