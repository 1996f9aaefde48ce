"""Judge the texts of a column that are not plain: each distinct one once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import polars as pl

from mintmark.errors import Mended, Refusal, UnknownValue, WrongColumn
from mintmark.intake.checking import dates as days
from mintmark.intake.checking.dates import Dates
from mintmark.intake.checking.doubts import is_filler
from mintmark.intake.checking.findings import Findings
from mintmark.intake.checking.mending import mend
from mintmark.intake.checking.standards import Standards, Value
from mintmark.intake.checking.unknown import Near, Unknown
from mintmark.text import fold

_GLANCE = 2000  # distinct texts that tell whether a column is what it is taken for
_GREAT_MANY = 50_000
_HOPELESS = 0.5  # of all rows with something in them
_ASKED = 500  # unknown values to which the nearest are looked for, the most frequent first

Verdict = tuple[str, Value, int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a file writes things: `values`: attribute → what it writes → what is meant."""

    values: Mapping[str, Mapping[str, str]]
    dates: Dates


class Judge:
    """Judges texts for one fact."""

    def __init__(self, fact: str, standards: Standards, ways: Ways, findings: Findings) -> None:
        self._fact = fact
        self._kind = standards.field(fact).kind
        self._standards = standards
        self._dates = ways.dates
        self._meant = {fold(said): meant for said, meant in ways.values.get(fact, {}).items()}
        self._findings = findings
        self._tables = standards.tables(fact)
        self._near: Near | None = None
        self._asked = 0
        self.unknown: list[Unknown] = []
        self.order: tuple[str, str] | None = None  # of day and month, and the value that shows it

    @property
    def dtype(self) -> type[pl.DataType]:
        """What the values are."""
        return pl.Date if self._kind == "date" else pl.String

    def judged(self, texts: pl.Series, column: str, filled: int) -> pl.DataFrame:
        """Give, for each of these texts, its value, and the numbers of an error and a mending.

        `filled`: how many cells of the column have something in them. Raises WrongColumn if there
        is no point in going on.
        """
        counted = (
            texts.alias("text").value_counts().sort(["count", "text"], descending=[True, False])
        )
        dates = self._in_one_order(counted["text"]) if self._kind == "date" else self._dates
        verdicts = self._verdicts(counted, dates)
        made = list(islice(verdicts, _GLANCE))
        wrong = [text for text, _, error, _ in made if error is not None]
        share = len(wrong) / max(1, len(made)) * len(texts) / max(1, filled)
        if counted.height > _GREAT_MANY and share > _HOPELESS:
            raise WrongColumn(column=column, fact=self._fact, value=wrong[0])
        made.extend(verdicts)
        columns = ("text", "value", "error", "mended")
        kinds = (pl.String, self.dtype, pl.UInt32, pl.UInt32)
        schema = pl.Schema(zip(columns, kinds, strict=True))
        table = pl.DataFrame(made, schema, orient="row")
        return (
            texts.alias("text").to_frame().join(table, on="text", how="left", maintain_order="left")
        )

    def one(self, text: str) -> tuple[Value, int | None]:
        """Give the value of one text, or the number of what is wrong with it."""
        [(_, value, error, _)] = self._verdicts(
            pl.DataFrame({"text": [text], "count": [0]}), self._dates
        )
        return value, error

    def _verdicts(self, counted: pl.DataFrame, dates: Dates) -> Iterator[Verdict]:
        for text, count in counted.iter_rows():
            try:
                value, mended = self._read(text, dates)
            except UnknownValue as refusal:
                yield text, None, self._findings.number(self._noted(refusal, count)), None
            except Refusal as refusal:
                yield text, None, self._findings.number(refusal), None
            else:
                number = self._findings.number(Mended(mended=mended)) if mended and value else None
                yield text, value, None, number

    def _read(self, text: str, dates: Dates) -> tuple[Value, tuple[str, ...]]:
        given, mended = mend(self._kind, text)
        if self._kind == "date":
            return self._day(given, mended, dates)
        if self._tables:
            return self._coded(given), mended
        try:
            return self._standards.read(self._fact, given), mended
        except Refusal:
            if self._kind == "phone" and is_filler(given):
                return None, ()  # a warning says so; nobody could be called there
            raise

    def _day(
        self, given: str, mended: tuple[str, ...], dates: Dates
    ) -> tuple[Value, tuple[str, ...]]:
        ordered = days.in_order(given, dates.order)
        value = self._standards.parse(self._fact, ordered or given)
        if not isinstance(value, str | None) and days.is_serial(given):
            return days.counted(value, dates), (*mended, "excel-day")
        return value, mended

    def _coded(self, given: str) -> Value:
        """Look a value up in the first table that has it."""
        value = self._standards.parse(self._fact, self._meant.get(fold(given), given))
        if not isinstance(value, str):
            return value
        for table in self._tables:
            if entry := table.known(value):
                return entry.name
        raise UnknownValue(fact=self._fact, value=value, near=())

    def _noted(self, refusal: UnknownValue, count: int) -> UnknownValue:
        self._asked += 1
        if self._near is None:
            self._near = Near(self._tables)
        near = self._near.to(refusal.value) if self._asked <= _ASKED else ()
        one = Unknown(attribute=self._fact, value=refusal.value, count=count, near=near)
        self.unknown.append(one)
        return UnknownValue(fact=self._fact, value=refusal.value, near=near)

    def _in_one_order(self, texts: pl.Series) -> Dates:
        if self._dates.order:
            return self._dates
        order, shown = days.decided(texts)
        self.order = (order, shown) if order else None
        return Dates(order=order, since_1904=self._dates.since_1904)
