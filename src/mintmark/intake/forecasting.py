"""What would come of rows that were decided about: told by what would write them.

Rows go in the order of `Bulk.run`, and by the same functions (see `registry.turns`): first those
that others could contest, then the others, then those whose leader was refused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from mintmark.errors import Refusal, SequenceFull
from mintmark.registry import Refused, Register, Registered
from mintmark.registry.turns import (
    ALONE,
    CODE,
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
    return _Telling(register, table, apart=apart).told(sealed)


class _Telling:
    """A table as it would be written."""

    def __init__(self, register: Register, table: pl.DataFrame, *, apart: bool) -> None:
        self._register = register
        self._table = table
        self._apart = apart
        self._gone = np.zeros(table.height, np.bool_)
        self._refused: dict[int, Refusal] = {}

    def told(self, sealed: Collection[str]) -> Foretold:
        """Tell what comes of the rows in their order."""
        alone, takers = self._one_by_one(sealed)
        chosen = alone.filter(self._brings().gather(alone["place"]))["code"].to_list()
        numbered = takers
        waiting = (~self._table[ALONE]).arg_true()
        while True:
            numbered = pl.concat([numbered, self._new(waiting)])
            found, scopes = self._foreseen(numbered, chosen)
            if not len(waiting := self._lost(waiting)):
                break
            self._table, clashing = succeeded(
                self._table, waiting, self._gone, self._register.meeting()
            )
            self._refuse(clashing)
        codes = pl.DataFrame({"place": numbered, "code": found})[len(takers) :].drop_nulls("code")
        codes = codes.with_columns(new=pl.lit(value=True))
        return Foretold(codes=self._codes(alone, codes), refused=self._refused, scopes=scopes)

    def _one_by_one(self, sealed: Collection[str]) -> tuple[pl.DataFrame, pl.Series]:
        """Tell the codes of contested rows, and the places of those that would be numbered."""
        places = contested(self._table)
        records = records_of(self._table[places], places, sealed, apart=self._apart)
        said, numbered = self._register.foretell(records) if records else ([], [])
        both = list(zip(places, said, strict=True))
        self._refuse({at: one.refusal for at, one in both if isinstance(one, Refused)})
        rows = [(at, one.code, one.new) for at, one in both if isinstance(one, Registered)]
        codes = pl.DataFrame(rows, pl.Schema(list(CODES.items())[:3]), orient="row")
        return codes, places.gather(numbered)

    def _brings(self) -> pl.Series:
        has = self._table[CODE].is_not_null() if CODE in self._table.columns else None
        return self._table[ALONE] & False if has is None else has

    def _refuse(self, refused: Mapping[int, Refusal]) -> None:
        self._refused |= refused
        self._gone[list(refused)] = True

    def _new(self, waiting: pl.Series) -> pl.Series:
        """Give the rows that would be numbered next."""
        rows = self._table[waiting]
        is_new = rows[CUSTOMER].is_null() & rows[LEADER].is_null()
        return waiting.filter(is_new & ~pl.Series(self._gone[waiting.to_numpy()]))

    def _foreseen(
        self, numbered: pl.Series, chosen: Collection[str]
    ) -> tuple[pl.Series, pl.DataFrame]:
        """Tell the codes of rows that take a number; refuse those for whom there is none."""
        said = self._register.foresee(self._table[numbered].select(FACTS), chosen=chosen)
        full = dict(said.scopes.select("scope", "capacity").iter_rows())
        late = said.codes.with_columns(numbered.alias("place")).filter(pl.col("code").is_null())
        self._refuse({numbered[at]: why for at, why in said.refused.items()})
        self._refuse({
            at: SequenceFull(scope=scope, capacity=full[scope], left=0)
            for at, scope in late.select("place", "scope").drop_nulls().iter_rows()
        })  # fmt: skip
        return said.codes["code"], said.scopes

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
