"""Customers by the table: sealed, keyed, coded and written in columns, a unit of work at a time.

Who is new and who is known has been decided before (see `intake.deciding`); what `serve` decides
for each record anew is taken here as it is. Where that has become wrong meanwhile, because another
writer was first, the database says so, nothing is written, and the unit goes through `serve`.

In which order rows are served, who is refused, and who leads those whose leader was refused, a
forecast learns from the same functions (`contested`, `records_of`, `beyond`, `succeeded`).
"""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import CodeTaken, DiskFull, Refusal, Unreachable
from mintmark.memory import give_back
from mintmark.minting import ScopeFull
from mintmark.registry.columns import Part, code_parts
from mintmark.registry.foreseeing import columned, unplaced
from mintmark.registry.meeting import Meeting
from mintmark.registry.outcome import Refused, Registered
from mintmark.registry.registering import Portion, Registering, RulesChanged, advance, unswept
from mintmark.registry.ruling import Ruling
from mintmark.registry.turns import (
    ALONE,
    CUSTOMER,
    FACTS,
    KEY,
    LEADER,
    OCCURRENCE,
    OWNED,
    ROW,
    beyond,
    by_scope,
    contested,
    records_of,
    succeeded,
)
from mintmark.registry.writing import hold_on
from mintmark.store import Conflict, CounterLags, Overtaken, fact_columns
from mintmark.store.fact_columns import Texts
from mintmark.store.loading import Ids, Load
from mintmark.store.sealing import Sealing

_WRITERS = 2  # one unit of work at a time would leave the database waiting for its own disk
_PATIENCE = 5  # seconds
_MANY = 25_000  # rows of a unit of work: what a kill can undo, and how long others wait
_LEAST = 5000  # rows that are worth a unit of their own: while one is written, the next is made
_SHARES = 4
_LARGE = 10_000  # pages of keys; half a million customers have as many
_FEW = 1000  # of those that are looked at one by one
_FAILURES = (*Conflict, CodeTaken, CounterLags, ScopeFull, RulesChanged, Refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of some rows, by the place of each in the table: their customers, their codes.

    `new` tells whether the customer is; a code is null where the customer was known and had it, or
    is that of the row by which this one is `led`. Those who were `refused` have neither.
    """

    places: pl.Series
    customers: Ids
    codes: pl.Series
    new: pl.Series
    led: pl.Series
    refused: dict[int, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Rows made ready: for the tables, and which rule numbers which of the `new` customers.

    `new` are places among the `written`, the rows that are not refused; `customers` of all `places`
    (0: refused), `whose` of the new; `known` the customers of the register who learn a key.
    `careful`: see `Taking`.
    """

    places: pl.Series
    written: pl.Series
    rows: pl.Series
    careful: bool
    load: Load
    parts: list[Part]
    customers: Ids
    new: Ids
    whose: pl.Series
    known: set[int]
    edition: int


class Bulk:
    """A table of customers on its way into the register, by an import (`batch`).

    The table has facts in canonical values (null: unknown), and beside them the `ROW` of the file,
    the `OCCURRENCE` (see `Record`), `CUSTOMER` (the inner number of a known one) or `LEADER` (the
    place, in the table, of an earlier row whose customer it is), for each of `OWNED` whether the
    key becomes the row's own, and perhaps a `CODE` or an external key (`KEY`) that it brings along.
    `ALONE` says which rows `serve` shall look at one by one (see `contested`); no other row may
    share a key with one of these; null: the row is not to be written. `keys`: match keys of the
    names, if they were told before. `apart`: who surely is somebody there is a customer of their
    own all the same.
    """

    def __init__(
        self,
        registering: Registering,
        sealing: Sealing,
        table: pl.DataFrame,
        *,
        batch: int,
        keys: pl.DataFrame | None = None,
        apart: bool = False,
    ) -> None:
        self._registering = registering
        self._sealing = sealing
        self._table = table
        self._batch = batch
        self._keys = keys
        self._apart = apart
        self._careful = False
        self._ids = table[CUSTOMER].fill_null(0).to_numpy().astype(np.int64)
        self._refused: dict[int, Refusal] = {}
        self._gone = np.zeros(table.height, np.bool_)

    def run(self) -> Iterator[Done]:
        """Write it; while two units of work are being written, the next is made ready.

        They end in their order. Whatever stops it, what was written so far is kept, and noted in
        the batch; what is being written still will be.
        """
        first, last = contested(self._table)
        yield from (self._serve(places) for places in _cut(first, _FEW))
        waiting = (~self._table[ALONE]).arg_true()
        while len(waiting):
            lost: list[pl.Series] = []
            yield from self._in_columns(deque(self._units(waiting)), lost)
            waiting = self._led_anew(pl.concat([waiting[:0], *lost]).sort())
        yield from (self._serve(places) for places in _cut(last, _FEW))

    def _led_anew(self, lost: pl.Series) -> pl.Series:
        # By now, a leader who came too late may have been let in after all.
        left_alone = lost.filter(self._are_gone(self._table[LEADER].gather(lost)))
        if len(left_alone):
            meeting = Meeting(self._registering.store, {})
            self._table, clashing = succeeded(self._table, left_alone, self._gone, meeting)
            self._refuse(clashing)
        return lost

    def _refuse(self, refused: Mapping[int, Refusal]) -> None:
        self._refused |= refused
        self._gone[list(refused)] = True

    # ---------------------------------------------------------------- in columns

    def _in_columns(self, waiting: deque[pl.Series], lost: list[pl.Series]) -> Iterator[Done]:
        """Write units of work, two at once; rows whose leader was refused are `lost` to them."""
        under_way: deque[tuple[_Unit, Future[pl.Series]]] = deque()
        with ThreadPoolExecutor(_WRITERS, "mintmark-import") as writers:
            while waiting or under_way:
                unit = self._ready(waiting.popleft(), lost) if waiting else None
                if under_way and (unit is None or len(under_way) == _WRITERS):
                    first, writing = under_way.popleft()
                    if (failure := self._failure(writing)) is None:
                        yield self._done(first, writing.result())
                    else:  # others go by its customers
                        again = [one for one, later in under_way if self._failure(later)]
                        under_way.clear()
                        waiting.extendleft(one.places for one in reversed([*again, unit]) if one)
                        unit = None
                        yield from self._anew(first, failure, waiting)
                    give_back()
                if unit is not None:
                    before = under_way[-1][1] if under_way else None
                    under_way.append((unit, writers.submit(self._write, unit, before)))

    def _units(self, places: pl.Series) -> Iterator[pl.Series]:
        """Cut rows into units of work, in each those that few scopes number; see `by_scope`."""
        many = self._many(len(places))
        if len(places) > many:
            places = by_scope(self._table, places, self._registering.ruling(False))
        return (some.sort() for some in _cut(places, many))

    def _many(self, rows: int) -> int:
        """Give how many rows a unit has: a share of a small table, more where there are many keys.

        Keys lie all over the indexes, of which a unit reads every page, however few its rows.
        """
        with self._registering.store.reading() as work:
            most = _MANY * 2 if work.keytables.pages("identity") > _LARGE else _MANY
        return min(most, max(_LEAST, rows // _SHARES))

    def _ready(self, every: pl.Series, lost: list[pl.Series]) -> _Unit | None:
        """Make a unit of work ready; None: nothing is left of it."""
        left_alone = self._are_gone(self._table[LEADER].gather(every))
        lost.append(every.filter(left_alone))
        places = every.filter(~left_alone)
        if not len(places):
            return None
        gone = self._are_gone(places)
        written = places.filter(~gone)
        self._ids[places.filter(gone).to_numpy()] = 0
        rows = self._table[written]
        is_new = rows[CUSTOMER].is_null() & rows[LEADER].is_null()
        facts, ruling = rows.select(FACTS), self._registering.ruling(False)
        try:
            parts = columned(facts.filter(is_new), ruling)
        except Refusal:
            new, why = written.filter(is_new), unplaced(self._registering, facts.filter(is_new))
            self._refuse({new[at]: refusal for at, refusal in why.items()})
            return self._ready(places, lost)
        numbers = is_new.arg_true().to_numpy().astype(np.int64)
        customers = self._numbered(written, rows, numbers)
        known = rows.filter(rows[CUSTOMER].is_not_null() & rows[OWNED["record"]])[CUSTOMER]
        return _Unit(
            places=places, written=written, rows=self._table[ROW].gather(places), new=numbers,
            customers=self._ids[places.to_numpy()], whose=pl.Series(customers[numbers]),
            known=set(known), load=self._load(rows, facts, customers, is_new, ruling),
            parts=parts, edition=ruling.edition, careful=self._careful,
        )  # fmt: skip

    def _are_gone(self, places: pl.Series) -> pl.Series:
        """Tell which of these rows were refused; null is nobody."""
        return pl.Series(self._gone[places.fill_null(0).to_numpy()]) & places.is_not_null()

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
        writing = self._registering.writing(unit.careful)
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
            codes = code_parts(work, unit.parts, writing, customers=unit.whose, batch=self._batch)
            if work.edition != unit.edition:
                raise RulesChanged
        return codes

    def _failure(self, writing: Future[pl.Series]) -> BaseException | None:
        """Tell why a unit could not be written; None: it is."""
        try:
            writing.result()
        except (Unreachable, DiskFull):
            raise  # it may have been in the very commit
        except _FAILURES as failure:
            return failure
        return None

    def _done(self, unit: _Unit, codes: pl.Series) -> Done:
        self._careful = False
        every = pl.repeat(None, len(unit.places), dtype=pl.String, eager=True)
        at = unit.places.search_sorted(unit.written.gather(unit.new))
        coded = every.scatter(at, codes)
        return Done(
            places=unit.places, customers=unit.customers, codes=coded, new=coded.is_not_null(),
            led=self._table[LEADER].gather(unit.places), refused=self._of(unit.places),
        )  # fmt: skip

    def _anew(
        self, unit: _Unit, failure: BaseException, waiting: deque[pl.Series]
    ) -> Iterator[Done]:
        """Do again what failed: without whom there is no number for, with more care, or by row."""
        if isinstance(failure, ScopeFull):
            new = unit.written.gather(unit.new)
            self._refuse({new[at]: why for at, why in beyond(unit.parts, failure.left).items()})
        elif isinstance(failure, CodeTaken) and not unit.careful:
            self._registering.mend(code=failure.code)
            self._careful = True
        elif isinstance(failure, CounterLags) and not unit.careful:
            self._registering.mend(scope=failure.scope)
            self._careful = True
        else:
            self._careful = False
            self._gone[unit.places.to_numpy()] = False
            led = self._table[LEADER].gather(unit.places).is_not_null()
            ordered = pl.concat([unit.places.filter(~led), unit.places.filter(led)])
            yield from (self._serve(places) for places in _cut(ordered, _FEW))
            return
        waiting.appendleft(unit.places)

    def _of(self, places: pl.Series) -> dict[int, Refusal]:
        return {at: self._refused[at] for at in places.filter(self._are_gone(places))}

    # ---------------------------------------------------------------- one by one

    def _serve(self, places: pl.Series) -> Done:
        """Let `serve` decide anew; rows that are led by another come after that one."""
        rows = self._table[places]
        sealed = personal_names(self._registering.ruling(False).declared)
        records = records_of(rows, places, sealed, ids=self._ids, apart=self._apart)
        portion = Portion(self._batch, rows[ROW].to_list())
        outcomes = self._registering.serve(records, portion=portion)
        self._ids[places.to_numpy()] = portion.customers
        said = [one if isinstance(one, Registered) else None for one in outcomes]
        self._refuse({
            at: one.refusal for at, one in zip(places, outcomes, strict=True)
            if isinstance(one, Refused)
        })  # fmt: skip
        return Done(
            places=places, customers=self._ids[places.to_numpy()],
            codes=pl.Series([one.code if one else None for one in said], dtype=pl.String),
            new=pl.Series([one is not None and one.new for one in said], dtype=pl.Boolean),
            led=pl.repeat(None, len(places), dtype=pl.UInt32, eager=True),
            refused=self._of(places),
        )  # fmt: skip


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


def _cut(places: pl.Series, many: int) -> Iterator[pl.Series]:
    return (places.slice(at, many) for at in range(0, len(places), many))
