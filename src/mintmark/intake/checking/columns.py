"""Read a column of a sheet as the values of a fact, with a finding on every odd cell."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from mintmark.customer import Value
from mintmark.errors import OrderDecided, Refusal, RoundedNumber
from mintmark.intake.checking import doubting
from mintmark.intake.checking.findings import ERROR, MENDED, WARNING, Findings
from mintmark.intake.checking.judging import Judge, Ways
from mintmark.intake.checking.plain import plain
from mintmark.intake.checking.standards import Standards
from mintmark.intake.headings import Column

_ROUNDED = r"^[0-9]{15}000$"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """A column's cells below the headings: without spaces at their ends, null where empty."""

    column: Column
    texts: pl.Series

    @classmethod
    def of(cls, column: Column, cells: pl.Series) -> "Cells":
        """Take a column of a sheet."""
        texts = cells.str.strip_chars()
        empty = (texts == "").fill_null(value=False)
        return cls(column=column, texts=texts.set(empty, None) if empty.any() else texts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """What was read of a column: values, null where there is none; and where it went wrong."""

    cells: Cells
    values: pl.Series
    wrong: pl.Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Where on the sheet the cells are: the row of each, and the row of the headings.

    What is said of a column as a whole stands in the row of its heading.
    """

    rows: pl.Series
    heading: int

    @property
    def top(self) -> pl.Series:
        """The row of the headings, as a column of one."""
        return pl.Series("row", [self.heading], pl.UInt32)


class ColumnReader:
    """Reads columns of one fact."""

    def __init__(
        self, fact: str, standards: Standards, ways: Ways, findings: Findings, place: Place
    ) -> None:
        self._fact, self._standards, self._findings, self._place = fact, standards, findings, place
        self._field = standards.field(fact)
        self.judge = Judge(fact, standards, ways, findings)

    def read(self, cells: Cells) -> Read:
        """Read a column. Raises WrongColumn."""
        texts = cells.texts
        values = self._plain(texts)
        wrong = pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
        read = Read(cells=cells, values=values, wrong=wrong)
        odd = (values.is_null() & texts.is_not_null()).arg_true()
        if len(odd):
            read = self._judged(read, odd)
        read = self._in_range(read)
        about = doubting.About(self._fact, self._field.kind, cells.column.letter)
        doubting.cells(about, self._place.rows, texts, read.values, self._findings)
        return read

    def _plain(self, texts: pl.Series) -> pl.Series:
        if self._standards.tables(self._fact):  # few distinct values: each is looked up
            return pl.repeat(None, len(texts), dtype=pl.String, eager=True)
        values = plain(self._field.kind, texts, self._standards.country)
        if self._field.kind in ("text", "names"):
            long = (values.str.len_chars() > self._field.limit).fill_null(value=False)
            values = values.set(long, None) if long.any() else values
        return values

    def _judged(self, read: Read, odd: pl.Series) -> Read:
        column, texts = read.cells.column, read.cells.texts.gather(odd)
        filled = len(read.values) - read.cells.texts.null_count()
        judged = self.judge.judged(texts, column.shown, filled)
        rows = self._place.rows.gather(odd)
        for severity, name in ((ERROR, "error"), (MENDED, "mended")):
            there = judged[name].is_not_null()
            given = (rows.filter(there), judged[name].filter(there), texts.filter(there))
            self._findings.add(severity, column.letter, *given)
        if self.judge.order is not None:
            order, shown = self.judge.order
            told = OrderDecided(order=order, value=shown)
            self._findings.add(WARNING, column.letter, self._place.top, told)
        wrong = read.wrong.scatter(odd.filter(judged["error"].is_not_null()), values=True)
        read = replace(read, values=read.values.scatter(odd, judged["value"]), wrong=wrong)
        return self._not_rounded(read) if self._has_rounded(judged["error"]) else read

    # ------------------------------------------------------------ what only the column tells

    def _has_rounded(self, errors: pl.Series) -> bool:
        reasons = (self._findings.reasons[number] for number in errors.drop_nulls().unique())
        return self._field.kind == "id_number" and any(
            isinstance(reason, RoundedNumber) for reason in reasons
        )

    def _not_rounded(self, read: Read) -> Read:
        """Refuse numbers that end as rounded ones do, where others of the column were rounded.

        One rounded number in eleven has the right check character by chance.
        """
        alike = read.values.str.contains(_ROUNDED).fill_null(value=False)
        return self._refused(
            read, alike, lambda value: RoundedNumber(fact=self._fact, value=str(value))
        )

    def _in_range(self, read: Read) -> Read:
        """Refuse days that no rule concerned is good for."""
        spans = self._standards.spans(self._fact)
        if not spans or read.values.dtype != pl.Date:
            return read
        out = read.values.is_not_null()
        for earliest, latest in spans:
            out &= ~read.values.is_between(earliest, latest).fill_null(value=True)
        return self._refused(read, out, self._unfitting)

    def _unfitting(self, day: Value) -> Refusal:
        try:
            self._standards.fitting(self._fact, day)
        except Refusal as refusal:
            return refusal
        raise AssertionError(day)  # pragma: no cover - it lies outside of every span

    def _refused(self, read: Read, where: pl.Series, why: Callable[[Value], Refusal]) -> Read:
        if not where.any():
            return read
        places = where.arg_true()
        values = read.values.gather(places)
        numbers = {value: self._findings.number(why(value)) for value in values.unique().sort()}
        reasons = values.replace_strict(numbers, return_dtype=pl.UInt32)
        rows, texts = self._place.rows.gather(places), read.cells.texts.gather(places)
        self._findings.add(ERROR, read.cells.column.letter, rows, reasons, texts)
        return replace(read, values=read.values.set(where, None), wrong=read.wrong | where)
