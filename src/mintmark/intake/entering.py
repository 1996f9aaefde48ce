"""Rows that were decided about, on their way into the register."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import Refusal, SequenceFull
from mintmark.intake.deciding import CHANGED, DONE, FATE, KNOWN, NEW, Decided
from mintmark.registry import Record, Refused, Register, Registered
from mintmark.registry.bulk import ALONE, CODE, CUSTOMER, FACTS, KEY, LEADER, record_of
from mintmark.registry.meeting import Meeting

_STEP = 1000  # customers whose facts are changed in one unit of work
_CODES = pl.Schema({"place": pl.UInt32, "code": pl.String, "new": pl.Boolean})
_STANDING = "\x00standing"  # the code that a known customer has


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came, or would come, of rows, by their places in the table of `Decided`.

    `codes`: `place`, `code` and whether it is `new`, of all rows that are, or would be, written.
    """

    codes: pl.DataFrame
    refused: dict[int, Refusal] = field(default_factory=dict)


class Entering:
    """The rows that are to be written; `total`: how many steps it takes."""

    def __init__(self, register: Register, decided: Decided, batch: int | None) -> None:
        self._register = register
        self._sealed = personal_names(register.fields.known())
        table = decided.table
        written = table[FATE].is_in([NEW, KNOWN, CHANGED])
        self._places = pl.Series("place", written.arg_true(), dtype=pl.UInt32)
        codes = register.meeting().codes(table[CUSTOMER].drop_nulls().unique().to_list())
        codes = codes.rename({"customer": CUSTOMER, "code": _STANDING})
        self._before = _before(table, codes, batch)
        self.done = self._before.height
        kept = table.filter(written).with_columns(_moved(table[LEADER], written))
        kept = kept.join(codes.drop("batch"), on=CUSTOMER, how="left", maintain_order="left")
        self._table = kept.with_columns(_alone(kept, register.meeting()))
        self._changed = kept[FATE].eq(CHANGED).arg_true()
        self.total = self.done + kept.height + len(self._changed)
        self._codes = [pl.DataFrame(schema=_CODES)]
        self._refused: dict[int, Refusal] = {}

    # ---------------------------------------------------------------- forecast

    def forecast(self) -> Entered:
        """Tell what would come of the rows; nothing is written."""
        alone = self._table[ALONE].arg_true()
        said = self._register.forecast([self._record(at) for at in alone])
        refused = {
            at: s.refusal for at, s in zip(alone, said, strict=True) if isinstance(s, Refused)
        }
        given = [
            (at, one.code, one.new)
            for at, one in zip(alone, said, strict=True)
            if isinstance(one, Registered)
        ]
        numbered = self._numbered().filter(~self._numbered().is_in(list(refused)))
        try:
            found, scopes = self._register.foresee(self._table[numbered].select(FACTS))
        except Refusal:  # a row that no rule numbers, say: so each has to be looked at
            return self._one_by_one()
        codes = pl.DataFrame({"place": numbered, "code": found["code"], "new": True}).cast(_CODES)
        full = dict(scopes.select("scope", "capacity").iter_rows())
        refused |= {
            at: SequenceFull(scope=scope, capacity=full[scope], left=0)
            for at, scope, code in zip(numbered, found["scope"], found["code"], strict=True)
            if code is None
        }
        others = pl.DataFrame(given, _CODES, orient="row").join(codes, on="place", how="anti")
        return self._entered(pl.concat([codes, others]), refused)

    def capacity(self) -> pl.DataFrame:
        """Tell how much of each scope would be used; see `bulk.foresee`."""
        return self._register.foresee(self._table[self._numbered()].select(FACTS))[1]

    def _numbered(self) -> pl.Series:
        """Give the places of rows that take a number, in the order in which they do."""
        brings = pl.col(CODE).is_not_null() if CODE in self._table.columns else pl.lit(value=False)
        waiting = pl.col(CUSTOMER).is_not_null() & pl.col(_STANDING).is_null()
        takes = (pl.col(FATE) == NEW) | (waiting & pl.col(LEADER).is_null())
        rows = self._table.with_row_index("place").filter(takes & ~brings)
        return rows.sort(ALONE, maintain_order=True)["place"]

    def _one_by_one(self) -> Entered:
        new = self._table.select(pl.col(FATE).eq(NEW) | pl.col(ALONE)).to_series().arg_true()
        said = self._register.forecast([self._record(at) for at in new])
        both = list(zip(new, said, strict=True))
        refused = {at: one.refusal for at, one in both if isinstance(one, Refused)}
        rows = [(at, one.code, one.new) for at, one in both if isinstance(one, Registered)]
        return self._entered(pl.DataFrame(rows, _CODES, orient="row"), refused)

    def _record(self, at: int) -> Record:
        return record_of(
            self._table.row(at, named=True), self._sealed, known=self._table[CUSTOMER][at]
        )

    # ---------------------------------------------------------------- write

    def run(self, batch: int) -> Iterator[int]:
        """Write the rows; give, after each unit of work, how many more are done."""
        for done in self._register.enter(self._table.drop(FATE, _STANDING), batch=batch):
            self._refused |= done.refused
            codes = pl.DataFrame({"place": done.places, "code": done.codes, "new": done.new})
            self._codes.append(codes.cast(_CODES))
            yield len(done.places)
        for at in range(0, len(self._changed), _STEP):
            yield self._change(self._changed.slice(at, _STEP), batch)

    @property
    def entered(self) -> Entered:
        """What has come of the rows that were written."""
        return self._entered(pl.concat(self._codes), self._refused)

    def _change(self, places: pl.Series, batch: int) -> int:
        """Give known customers the facts of their rows; what a row leaves empty stays."""
        rows = self._table[places]
        facts = rows.select(FACTS).iter_rows(named=True)
        wanted = [
            (customer, {name: value for name, value in row.items() if value is not None})
            for customer, row in zip(rows[CUSTOMER], facts, strict=True)
        ]
        said = self._register.update_many(wanted, batch=batch)
        self._refused |= {
            at: one.refusal
            for at, one in zip(places, said, strict=True)
            if isinstance(one, Refused)
        }
        return len(places)

    # ---------------------------------------------------------------- what came of them

    def _entered(self, coded: pl.DataFrame, refused: dict[int, Refusal]) -> Entered:
        """Give each row its code: its own, its customer's, or that of the row that leads it."""
        rows = self._table.select(LEADER, _STANDING).with_row_index("place")
        found = rows.join(coded.unique("place"), on="place", how="left", maintain_order="left")
        own = found["code"].fill_null(found[_STANDING])
        led = found[LEADER].is_not_null()
        codes = own.zip_with(~led, own.gather(found[LEADER]))
        new = (found["new"] & ~led).fill_null(value=False)
        written = pl.DataFrame({"place": self._places, "code": codes, "new": new})
        at = self._places.to_list()
        return Entered(
            codes=pl.concat([self._before, written]).sort("place"),
            refused={at[place]: why for place, why in refused.items()},
        )


def _before(table: pl.DataFrame, codes: pl.DataFrame, batch: int | None) -> pl.DataFrame:
    """Give the codes of rows that the import was done with before it was stopped."""
    rows = table.with_row_index("place").filter(pl.col(FATE) == DONE).select("place", CUSTOMER)
    found = rows.join(codes, on=CUSTOMER, how="left", maintain_order="left")
    new = pl.col("batch").eq_missing(pl.lit(batch, dtype=pl.Int64)) & (batch is not None)
    return found.select("place", pl.col(_STANDING).alias("code"), new.alias("new"))


def _moved(leaders: pl.Series, written: pl.Series) -> pl.Series:
    """Give leaders by their places among the rows that are written."""
    places = (written.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    return places.gather(leaders.filter(written)).alias(LEADER)


def _alone(table: pl.DataFrame, meeting: Meeting) -> pl.Series:
    """Tell which rows are looked at one by one.

    They bring a code, or an external key that somebody has, or wait for a code.
    """
    brought = [pl.col(CODE).is_not_null()] if CODE in table.columns else []
    if KEY in table.columns:
        taken = meeting.called(table[KEY].drop_nulls().to_list())
        brought.append(pl.col(KEY).is_duplicated() & pl.col(KEY).is_not_null())
        brought.append(pl.col(KEY).is_in(list(taken)))
    waiting = pl.col(CUSTOMER).is_not_null() & pl.col(_STANDING).is_null()
    return table.select(pl.any_horizontal(*brought, waiting).alias(ALONE)).to_series()
