"""Make one column of values of all columns of a fact, and of what stands in for empty cells."""

from collections.abc import Sequence

import polars as pl

from mintmark.errors import ContradictingColumns, MissingFact
from mintmark.intake.checking import doubting
from mintmark.intake.checking.columns import Cells, ColumnReader, Place, Read
from mintmark.intake.checking.findings import ERROR, Findings
from mintmark.intake.checking.judging import Ways
from mintmark.intake.checking.standards import Standards
from mintmark.intake.checking.unknown import Unknown


class FactReader:
    """Reads one fact, down all rows, from one or more columns or none."""

    def __init__(
        self, fact: str, standards: Standards, ways: Ways, findings: Findings, place: Place
    ) -> None:
        self._fact, self._standards, self._findings, self._place = fact, standards, findings, place
        self._columns = ColumnReader(fact, standards, ways, findings, place)

    @property
    def unknown(self) -> list[Unknown]:
        """The values that no code table has."""
        return self._columns.judge.unknown

    def read(self, columns: Sequence[Cells]) -> pl.Series:
        """Give the fact's value in each row; null where there is none, or something wrong."""
        made = [self._columns.read(cells) for cells in columns]
        values, wrong = self._joined(made)
        if default := self._standards.defaults.get(self._fact, "").strip():
            values, wrong = self._with_default(values, wrong, default, columns)
        if self._fact in self._standards.required():
            self._require(values, wrong, columns)
        if columns:
            kind = self._standards.field(self._fact).kind
            about = doubting.About(self._fact, kind, columns[0].column.letter)
            doubting.repeated(about, self._place.top, values, self._findings)
        return values.alias(self._fact)

    def _joined(self, made: Sequence[Read]) -> tuple[pl.Series, pl.Series]:
        """Take the value of the first column that has one; they must not contradict."""
        count, dtype = len(self._place.rows), self._columns.judge.dtype
        if not made:
            return pl.repeat(None, count, dtype=dtype, eager=True), _never(count)
        values, wrong = made[0].values, made[0].wrong
        for number, other in enumerate(made[1:], start=1):
            apart = ((values != other.values) & ~wrong & ~other.wrong).fill_null(value=False)
            self._contradicted(made[: number + 1], apart.arg_true())
            wrong = wrong | other.wrong | apart
            values = values.zip_with(values.is_not_null(), other.values)
        return values.set(wrong, None) if len(made) > 1 else values, wrong

    def _contradicted(self, made: Sequence[Read], places: pl.Series) -> None:
        for place in places:
            said = [(one.cells.column, text) for one in made if (text := one.cells.texts[place])]
            contradiction = ContradictingColumns(
                fact=self._fact,
                columns=tuple(column.shown for column, _ in said),
                values=tuple(text for _, text in said),
            )
            row, value = self._place.rows.slice(place, 1), pl.Series([said[-1][1]])
            self._findings.add(ERROR, said[-1][0].letter, row, contradiction, value)

    def _with_default(
        self, values: pl.Series, wrong: pl.Series, default: str, columns: Sequence[Cells]
    ) -> tuple[pl.Series, pl.Series]:
        silent = ~_never(len(values))
        for cells in columns:
            silent &= cells.texts.is_null()
        if not silent.any():
            return values, wrong
        value, error = self._columns.judge.one(default)
        if error is None:
            return values.set(silent, value), wrong
        rows = self._place.rows.filter(silent)
        letter = columns[0].column.letter if columns else None
        reasons = pl.repeat(error, len(rows), dtype=pl.UInt32, eager=True)
        self._findings.add(ERROR, letter, rows, reasons, _same(default, len(rows)))
        return values, wrong | silent

    def _require(self, values: pl.Series, wrong: pl.Series, columns: Sequence[Cells]) -> None:
        missing = values.is_null() & ~wrong
        if not missing.any():
            return
        rows = self._place.rows.filter(missing)
        letter = columns[0].column.letter if columns else None
        given = columns[0].texts.filter(missing) if columns else _same("", len(rows))
        refusal = MissingFact(fact=self._fact)
        self._findings.add(ERROR, letter, rows, refusal, given.fill_null(""))


def _never(count: int) -> pl.Series:
    return pl.repeat(value=False, n=count, dtype=pl.Boolean, eager=True)


def _same(text: str, count: int) -> pl.Series:
    return pl.repeat(text, count, dtype=pl.String, eager=True)
