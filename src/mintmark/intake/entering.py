"""Rows that were decided about, on their way into the register."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import AlreadyCoded, ExternalKeyTaken, Refusal, SequenceFull
from mintmark.intake.deciding import CHANGED, DONE, ENTERED, FATE, KNOWN, NEW, Decided
from mintmark.registry import Record, Refused, Register, Registered
from mintmark.registry.bulk import ALONE, CODE, CUSTOMER, FACTS, KEY, LEADER, chosen, record_of
from mintmark.registry.meeting import Meeting
from mintmark.registry.outcome import Outcome
from mintmark.rule.columns import canonical_column
from mintmark.text import clean

_STEP = 1000  # customers whose facts are changed in one unit of work
_CODES = pl.Schema({"place": pl.UInt32, "code": pl.String, "new": pl.Boolean})
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
        self._sealed = personal_names(register.fields.known())
        table = decided.table.with_row_index(_PLACE)
        meeting = register.meeting()
        written = table[FATE].is_in([NEW, KNOWN, CHANGED])
        self._places = pl.Series("place", written.arg_true(), dtype=pl.UInt32)
        codes = meeting.codes(table[CUSTOMER].drop_nulls().unique().to_list())
        codes = codes.rename({"customer": CUSTOMER, "code": _STANDING})
        self._before = _before(table, codes, [] if batch is None else meeting.came(batch))
        # No copy where nobody is left out: it would be as large as the table.
        kept = table if written.all() else table.filter(written)
        kept = kept.with_columns(_moved(table[LEADER], written), _standing(kept[CUSTOMER], codes))
        kept = _news(kept, meeting)
        self._table = kept.with_columns(_alone(kept, meeting))
        self._changes = _changes(table, [] if batch is None else meeting.changed(batch))
        self.done, self.rows = self._before.height, self._before.height + kept.height
        self.total = self.rows + sum(some.height for some in self._changes)
        self._codes = [pl.DataFrame(schema=_CODES)]
        self._changed: set[int] = set()
        self._refused: dict[int, Refusal] = {}

    # ---------------------------------------------------------------- forecast

    def forecast(self) -> Entered:
        """Tell what would come of the rows; nothing is written."""
        lost = _none(self._table)
        while True:
            try:
                codes, refused = self._foreseen(lost)
            except Refusal:  # a row that no rule numbers, say: so each has to be looked at
                codes, refused = self._one_by_one()
            # Who was the same as somebody without a code may yet have one of their own.
            more = self._table[LEADER].is_in(list(refused)).fill_null(value=False)
            if not (more & ~lost).any():
                return self._told(self._entered(codes, refused), lost)
            lost |= more

    def capacity(self) -> pl.DataFrame:
        """Tell how much of each scope would be used; see `bulk.foresee`.

        Nothing is told where rows have to be looked at one by one: no rule numbers some, say.
        """
        said = self._asked(_none(self._table))
        numbered = self._numbered(_takers(self._table, said))
        try:
            return self._register.foresee(self._table[numbered].select(FACTS))[1]
        except Refusal:
            return self._register.foresee(self._table[:0].select(FACTS))[1]

    def _foreseen(self, lost: pl.Series) -> tuple[pl.DataFrame, dict[int, Refusal]]:
        """Foresee the codes of rows, those of the `lost` one by one: in the order of `Bulk.run`."""
        said = self._asked(lost)
        takers = _takers(self._table, said)
        numbered = self._numbered(takers)
        chosen = [
            one.code for at, one in said.items() if at not in takers and isinstance(one, Registered)
        ]
        rows = self._table[numbered].select(FACTS)
        found, scopes = self._register.foresee(rows, chosen=chosen)
        full = dict(scopes.select("scope", "capacity").iter_rows())
        refused = {at: one.refusal for at, one in said.items() if isinstance(one, Refused)}
        refused |= {
            at: SequenceFull(scope=scope, capacity=full[scope], left=0)
            for at, scope, code in zip(numbered, found["scope"], found["code"], strict=True)
            if code is None
        }
        codes = pl.DataFrame({"place": numbered, "code": found["code"], "new": True}).cast(_CODES)
        others = self._beside(said, takers, dict(codes.select("place", "code").iter_rows()))
        return pl.concat([others, codes]).drop_nulls("code"), refused

    def _beside(
        self, said: dict[int, Outcome], takers: dict[int, str], codes: dict[int, str]
    ) -> pl.DataFrame:
        """Give the codes of rows that were looked at: as said, but for numbers that come later."""
        later = {code: codes[at] for at, code in takers.items()}
        rows = [
            (at, later.get(one.code, one.code), one.new)
            for at, one in said.items()
            if isinstance(one, Registered)
        ]
        return pl.DataFrame(rows, _CODES, orient="row")

    def _told(self, entered: Entered, lost: pl.Series) -> Entered:
        """Refuse those who are the same as a row and bring what that one cannot have.

        A code where it has another one, an external key that somebody else has.
        """
        late = self._called_otherwise(lost)
        if late:
            entered = replace(entered, refused={**entered.refused, **late})
        if CODE not in self._table.columns:
            return entered
        places = pl.DataFrame({"place": self._places, CODE: self._table[CODE]})
        led = places.filter(self._table[LEADER].is_not_null() & ~lost).drop_nulls(CODE)
        both = led.join(entered.codes, on="place").drop_nulls("code")
        wrong = both.filter(canonical_column(both[CODE]) != canonical_column(both["code"]))
        late = {
            at: AlreadyCoded(given=clean(given).upper(), code=code)
            for at, given, code in wrong.select("place", CODE, "code").iter_rows()
        }
        return replace(entered, refused={**entered.refused, **late})

    def _called_otherwise(self, lost: pl.Series) -> dict[int, Refusal]:
        if KEY not in self._table.columns:
            return {}
        meeting = self._register.meeting()
        whose = _whose(self._table[KEY], meeting)
        led = self._table[LEADER].is_not_null() & ~lost & whose.is_not_null()
        codes = dict(meeting.codes(whose.filter(led).unique().to_list())["customer", "code"].rows())
        late: dict[int, Refusal] = {}
        for at in led.arg_true():
            source, _, key = self._table[KEY][at].partition(":")
            code = codes.get(whose[at], "—")
            late[self._places[at]] = ExternalKeyTaken(source=source, key=key, code=code)
        return late

    def _asked(self, lost: pl.Series) -> dict[int, Outcome]:
        """Ask what would become of the rows that are looked at one by one, if they came alone."""
        first = chosen(self._table)
        alone = (self._table[ALONE] & self._table[LEADER].is_null() & ~first) | lost
        places = [*first.arg_true(), *alone.arg_true()]
        said = self._register.forecast([self._record(at) for at in places])
        return dict(zip(places, said, strict=True))

    def _numbered(self, takers: Collection[int]) -> pl.Series:
        """Give the places of rows that take a number, in the order in which they do."""
        columns = (self._table[FATE] == NEW) & self._table[LEADER].is_null() & ~self._table[ALONE]
        return pl.Series([*columns.arg_true(), *takers], dtype=pl.UInt32)

    def _one_by_one(self) -> tuple[pl.DataFrame, dict[int, Refusal]]:
        new = self._table.select(pl.col(FATE).eq(NEW) | pl.col(ALONE)).to_series().arg_true()
        said = self._register.forecast([self._record(at) for at in new])
        both = list(zip(new, said, strict=True))
        refused = {at: one.refusal for at, one in both if isinstance(one, Refused)}
        rows = [(at, one.code, one.new) for at, one in both if isinstance(one, Registered)]
        return pl.DataFrame(rows, _CODES, orient="row"), refused

    def _record(self, at: int) -> Record:
        return record_of(
            self._table.row(at, named=True), self._sealed, known=self._table[CUSTOMER][at]
        )

    # ---------------------------------------------------------------- write

    def run(self, batch: int) -> Iterator[int]:
        """Write the rows; give, after each unit of work, how many more are done."""
        table = self._table.drop(FATE, _STANDING, _PLACE)
        for done in self._register.enter(table, batch=batch, keys=self._keys):
            self._refused |= {self._places[at]: why for at, why in done.refused.items()}
            codes = pl.DataFrame({"place": done.places, "code": done.codes, "new": done.new})
            self._codes.append(codes.cast(_CODES))
            yield len(done.places)
        for some in self._changes:
            self._refused |= self._change(some, batch)
            self._changed.update(some[_PLACE])
            yield some.height

    @property
    def entered(self) -> Entered:
        """What has come of the rows that were written."""
        coded = pl.concat(self._codes)
        came = {self._places[at] for at in coded["place"]}
        to_change = {at for some in self._changes for at in some[_PLACE]} - self._changed
        waiting = frozenset({*self._places} - came | to_change)
        entered = self._entered(coded, {})
        return replace(entered, refused=self._refused, waiting=waiting)

    def _change(self, rows: pl.DataFrame, batch: int) -> dict[int, Refusal]:
        """Give known customers the facts of their rows; what a row leaves empty stays."""
        facts = rows.select(FACTS).iter_rows(named=True)
        wanted = [
            (customer, {name: value for name, value in row.items() if value is not None})
            for customer, row in zip(rows[CUSTOMER], facts, strict=True)
        ]
        said = self._register.update_many(wanted, batch=batch)
        return {
            at: one.refusal
            for at, one in zip(rows[_PLACE], said, strict=True)
            if isinstance(one, Refused)
        }

    # ---------------------------------------------------------------- what came of them

    def _entered(self, coded: pl.DataFrame, refused: dict[int, Refusal]) -> Entered:
        """Give each row its code: its own, its customer's, or that of the row that leads it."""
        rows = self._table.select(LEADER, _STANDING).with_row_index("place")
        found = rows.join(coded.unique("place"), on="place", how="left", maintain_order="left")
        own = found["code"].fill_null(found[_STANDING])
        codes = own.fill_null(own.gather(found[LEADER]))
        new = found["new"].fill_null(value=False)
        written = pl.DataFrame({"place": self._places, "code": codes, "new": new})
        at = self._places.to_list()
        return Entered(
            codes=pl.concat([self._before, written]).sort("place"),
            refused={at[place]: why for place, why in refused.items()},
        )


def _takers(table: pl.DataFrame, said: Mapping[int, Outcome]) -> dict[int, str]:
    """Give the rows that would take a number of those that were looked at, and which code then."""
    takers: dict[str, int] = {}
    for at, one in said.items():
        brought = table[CODE][at] if CODE in table.columns else None
        if isinstance(one, Registered) and brought is None and table[_STANDING][at] is None:
            takers.setdefault(one.code, at)
    return {at: code for code, at in takers.items()}


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


def _none(table: pl.DataFrame) -> pl.Series:
    return table[ALONE] & False


def _standing(customers: pl.Series, codes: pl.DataFrame) -> pl.Series:
    """Give the codes that known customers have."""
    whose = customers.to_frame()
    return whose.join(codes, on=CUSTOMER, how="left", maintain_order="left")[_STANDING]


def _moved(leaders: pl.Series, written: pl.Series) -> pl.Series:
    """Give leaders by their places among the rows that are written."""
    places = (written.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    return places.gather(leaders.filter(written)).alias(LEADER)


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


def _alone(table: pl.DataFrame, meeting: Meeting) -> pl.Series:
    """Tell which rows are looked at one by one.

    They bring a code, or an external key that somebody has, or wait for a code; and whoever is the
    same as one of these comes after them. A code that a known customer has says nothing new.
    """
    brought: list[pl.Series] = []
    if KEY in table.columns:
        keys = table[KEY]
        taken = _whose(keys, meeting).is_not_null()
        brought.append(keys.is_not_null() & (keys.is_duplicated() | taken))
    if CODE in table.columns:
        has = canonical_column(table[_STANDING].fill_null(""))
        brings = canonical_column(table[CODE].fill_null(""))
        brought.append(table[CODE].is_not_null() & (brings != has))
    waiting = table[CUSTOMER].is_not_null() & table[_STANDING].is_null()
    alone = table.select(pl.any_horizontal(*brought, waiting).alias(ALONE)).to_series()
    return alone | alone.gather(table[LEADER]).fill_null(value=False)
