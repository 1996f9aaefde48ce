"""What would come of rows that were decided about: told by what would write them.

Rows go in the order of `Bulk.run`, and by the same functions (see `registry.turns`): first those
that bring codes, then those that nobody contests, after them those whose leader was refused, and
last all others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from mintmark.errors import (
    AlreadyCoded,
    ExternalKeyTaken,
    IdNumberTaken,
    Refusal,
    SequenceFull,
)
from mintmark.registry import Refused, Register, Registered
from mintmark.registry.foreseeing import Foreseen
from mintmark.registry.outcome import Outcome
from mintmark.registry.turns import (
    ALONE,
    CUSTOMER,
    FACTS,
    LEADER,
    contested,
    records_of,
    succeeded,
)

CODES = pl.Schema({"place": pl.UInt32, "code": pl.String, "new": pl.Boolean, "led": pl.UInt32})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What would come of a table of rows, by the place of each.

    `codes`: `place`, `code`, whether it is `new`, and by which row this one is `led`, whose code it
    has where it has none here. `scopes`: see `bulk.foresee`.
    """

    codes: pl.DataFrame
    refused: dict[int, Refusal]
    scopes: pl.DataFrame


def foretold(
    register: Register, table: pl.DataFrame, sealed: Collection[str], *, apart: bool
) -> Foretold:
    """Tell what `Register.enter` would give for a table; `sealed`: declared fields about people."""
    return _Telling(register, table, sealed, apart=apart).told()


class _Telling:
    """A table as it would be written."""

    def __init__(
        self, register: Register, table: pl.DataFrame, sealed: Collection[str], *, apart: bool
    ) -> None:
        self._register = register
        self._table = table
        self._gone = np.zeros(table.height, np.bool_)
        self._refused: dict[int, Refusal] = {}
        self._first, last = contested(table)
        self._alone = pl.concat([self._first, last])
        self._records = records_of(table[self._alone], self._alone, sealed, apart=apart)

    def told(self) -> Foretold:
        """Tell what comes of the rows in their order."""
        said, _ = self._register.foretell(self._records[: len(self._first)], {})
        chosen = [one.code for one in said if isinstance(one, Registered)]
        numbered, found = self._in_columns(chosen)
        left: dict[str, int] = {}
        while True:
            said, takers = self._register.foretell(self._records, left)
            if takers:
                found = self._foreseen(pl.concat([numbered, self._alone.gather(takers)]), chosen)
            own = found.codes[len(numbered) :]
            if not (short := _short(own)):
                break
            left |= short
        both = zip((said[at] for at in takers), own["code"], strict=True)
        numbers = {one.code: code for one, code in both if isinstance(one, Registered)}
        coded = pl.DataFrame({"place": numbered, "code": found.codes["code"][: len(numbered)]})
        coded = coded.drop_nulls("code").with_columns(new=pl.lit(value=True))
        alone = self._one_by_one(said, numbers)
        return Foretold(codes=self._codes(alone, coded), refused=self._refused, scopes=found.scopes)

    def _in_columns(self, chosen: Collection[str]) -> tuple[pl.Series, Foreseen]:
        """Give the places of rows that are numbered in columns, in their order, and the codes."""
        waiting = (~self._table[ALONE]).arg_true()
        numbered = waiting[:0]
        while True:
            numbered = pl.concat([numbered, self._new(waiting)])
            found = self._foreseen(numbered, chosen)
            self._refuse_late(numbered, found)
            if not len(waiting := self._lost(waiting)):
                return numbered, found
            self._table, clashing = succeeded(
                self._table, waiting, self._gone, self._register.meeting()
            )
            self._refuse(clashing)

    def _foreseen(self, numbered: pl.Series, chosen: Collection[str]) -> Foreseen:
        return self._register.foresee(self._table[numbered].select(FACTS), chosen=chosen)

    def _one_by_one(self, said: Sequence[Outcome], numbers: Mapping[str, str]) -> pl.DataFrame:
        """Give the codes of contested rows; `numbers`: which it would be, of those foretold."""
        both = list(zip(self._alone, said, strict=True))
        self._refuse({
            at: _renumbered(one.refusal, numbers) for at, one in both if isinstance(one, Refused)
        })  # fmt: skip
        rows = [
            (at, numbers.get(one.code, one.code), one.new)
            for at, one in both
            if isinstance(one, Registered)
        ]
        return pl.DataFrame(rows, pl.Schema(list(CODES.items())[:3]), orient="row")

    def _refuse(self, refused: Mapping[int, Refusal]) -> None:
        self._refused |= refused
        self._gone[list(refused)] = True

    def _new(self, waiting: pl.Series) -> pl.Series:
        """Give the rows that would be numbered next."""
        rows = self._table[waiting]
        is_new = rows[CUSTOMER].is_null() & rows[LEADER].is_null()
        return waiting.filter(is_new & ~pl.Series(self._gone[waiting.to_numpy()]))

    def _refuse_late(self, numbered: pl.Series, said: Foreseen) -> None:
        """Refuse the rows for whom there is no number."""
        full = dict(said.scopes.select("scope", "capacity").iter_rows())
        late = said.codes.with_columns(numbered.alias("place")).filter(pl.col("code").is_null())
        self._refuse({numbered[at]: why for at, why in said.refused.items()})
        self._refuse({
            at: SequenceFull(scope=scope, capacity=full[scope], left=0)
            for at, scope in late.select("place", "scope").drop_nulls().iter_rows()
        })  # fmt: skip

    def _lost(self, waiting: pl.Series) -> pl.Series:
        """Give those whose leader was refused."""
        leaders = self._table[LEADER].gather(waiting)
        gone = pl.Series(self._gone[leaders.fill_null(0).to_numpy()]) & leaders.is_not_null()
        return waiting.filter(gone)

    def _codes(self, alone: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
        """Put codes together with the rows that are led."""
        led = self._table.select(led=LEADER).with_row_index("place")
        led = led.filter(~self._table[ALONE]).drop_nulls("led")
        led = led.select("place", pl.lit(None, pl.String).alias("code"),
                         pl.lit(value=False).alias("new"), "led")  # fmt: skip
        nobody = pl.lit(None, pl.UInt32).alias("led")
        coded = [some.with_columns(nobody).select(*CODES) for some in (alone, numbered)]
        return pl.concat([some.cast(CODES) for some in (*coded, led)])


def _renumbered(refusal: Refusal, numbers: Mapping[str, str]) -> Refusal:
    if isinstance(refusal, AlreadyCoded | ExternalKeyTaken | IdNumberTaken):
        return replace(refusal, code=numbers.get(refusal.code, refusal.code))
    return refusal


def _short(found: pl.DataFrame) -> dict[str, int]:
    """Give how many numbers there are in scopes with too few of them."""
    counted = found.drop_nulls("scope").group_by("scope").agg(pl.col("code").count(), pl.len())
    return dict(counted.filter(pl.col("code") < pl.col("len")).select("scope", "code").iter_rows())
