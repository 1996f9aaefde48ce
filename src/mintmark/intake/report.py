"""How an import goes, row by row and in sum."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from mintmark.customer import Customer
from mintmark.errors import Refusal
from mintmark.intake.headings import Column, Table
from mintmark.intake.reading import Kept
from mintmark.match.linking import evidence_of
from mintmark.registry import Registered
from mintmark.registry.outcome import Alike

NEW, KNOWN, CHANGED, ASKED, REFUSED = "new", "known", "changed", "asked", "refused"
RESULTS = pl.Enum([NEW, KNOWN, CHANGED, ASKED, REFUSED])
CODED = (NEW, KNOWN, CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a row: the column (None: the row as a whole), its value, the refusal."""

    column: Column | None
    value: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row: `registered`, or refused for its `problems`.

    `row` is the spreadsheet's count; `first` the row of this file that got the code, where it is
    not this one.
    """

    row: int
    result: str
    registered: Registered | None
    problems: tuple[Problem, ...] = ()
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The import in numbers of rows.

    `asked` are kept back for a person to decide, and counted among the `refused`; `likely` may be
    somebody there already. `mended` and `doubtful` have such cells. `reasons`: rows by the slug of
    the refusal. `waiting` are those that the import did not come to, because it was stopped.
    """

    read: int
    waiting: int
    coded: int
    known: int
    changed: int
    asked: int
    refused: int
    likely: int
    mended: int
    doubtful: int
    reasons: dict[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """What became, or would become, of every row of a sheet; `cells` are its own.

    `results`: `row` (UInt32), `result` (`RESULTS`), `code` and `first` (see `Outcome`), in the
    order of rows. `facts`: `row` and canonical values of the rows without errors. `findings` as
    checking gives them, with those of rows that were refused later; `reasons` is what their
    numbers stand for. `alike`: `row`, the `code` of whom it resembles ("": has none), `evidence`.
    `waiting`: how many rows the import did not come to; they are in none of these.
    `given`: the frame, where it was no file that was planned with. `program`: what exported the
    file, and `profile` the one that knew it, if so.
    """

    file: str
    sheet: str
    table: Table
    kept: Kept
    results: pl.DataFrame
    facts: pl.DataFrame
    findings: pl.DataFrame
    reasons: tuple[Refusal, ...]
    alike: pl.DataFrame
    sealed: frozenset[str]
    waiting: int = 0
    given: pl.DataFrame | None = None
    program: str | None = None
    profile: str | None = None

    @property
    def cells(self) -> pl.DataFrame:
        """The cells of the sheet, row 1 first."""
        return self.kept.sheet().cells

    def frame(self) -> pl.DataFrame:
        """Give the records back, in their order, with what became, or would become, of each.

        The frame that was planned with as it is, or the table of a file as text; to the right
        `code`, `result` (one of `RESULTS`; null: an empty row) and `problems`, a list of structs
        of `column` (its heading; null: the row as a whole), `slug` and `value`, empty where
        nothing is wrong. A name that is taken gets a ``_`` at its end.
        """
        first = self.table.row + 1
        rows = pl.int_range(first, self.cells.height + 1, dtype=pl.UInt32, eager=True)
        told = rows.alias("row").to_frame()
        for found in (self.results.select("row", "code", "result"), self._listed()):
            told = told.join(found, on="row", how="left", maintain_order="left")
        told = told.with_columns(pl.col("problems").fill_null([])).drop("row")
        given = self._records() if self.given is None else self.given
        return given.hstack(told.rename(lambda name: _free(name, given.columns)))

    def _records(self) -> pl.DataFrame:
        """Give the rows under the headings; columns by these, or by letters where they clash."""
        names: dict[str, str] = {}
        for one in self.table.columns:
            clashes = not one.heading or one.heading in names.values()
            names[one.letter] = _free(one.letter if clashes else one.heading, names.values())
        return self.cells[self.table.row :].select(list(names)).rename(names)

    def _listed(self) -> pl.DataFrame:
        """Give what is wrong with each row as a list."""
        headings = {one.letter: one.heading or one.letter for one in self.table.columns}
        slugs = pl.Series([reason.slug for reason in self.reasons], dtype=pl.String)
        errors = self.findings.filter(pl.col("severity") == "error")
        problem = pl.struct(
            pl.col("column").replace(headings),
            slugs.gather(errors["reason"]).alias("slug"),
            "value",
        )
        return errors.select("row", problem.alias("problems")).group_by("row").agg("problems")

    def registered(self) -> Iterator[tuple[Outcome, Registered]]:
        """Give the rows that have a code."""
        coded = self.results.filter(pl.col("result").is_in(CODED))
        rows = coded.join(self.facts, on="row", maintain_order="left")
        alike = self._alike
        for row in rows.iter_rows(named=True):
            number, result, code, first = (row.pop(name) for name in _OWN)
            known = {name: value for name, value in row.items() if value is not None}
            registered = Registered(
                code=code or "",
                customer=Customer.of_facts(known, self.sealed),
                new=result == NEW,
                alike=tuple(alike.get(number, ())),
            )
            yield Outcome(row=number, result=result, registered=registered, first=first), registered

    def refused(self) -> list[Outcome]:
        """Give the rows that have none, with what is wrong in each."""
        without = self.results.filter(~pl.col("result").is_in(CODED))
        problems = self._problems
        return [
            Outcome(row=row, result=result, registered=None, problems=tuple(problems[row]))
            for row, result in without.select("row", "result").iter_rows()
        ]

    def summary(self) -> Summary:
        """Count."""
        counted = dict(self.results["result"].value_counts().iter_rows())
        without = self.results.filter(~pl.col("result").is_in(CODED)).select("row")
        errors = self.findings.filter(pl.col("severity") == "error")
        first = errors.join(without, on="row").unique("row", keep="first", maintain_order=True)
        slugs = pl.Series([reason.slug for reason in self.reasons], dtype=pl.String)
        reasons = slugs.gather(first["reason"]).alias("slug").value_counts(sort=True)
        there = self.results.filter(pl.col("result").is_in(CODED)).select("row")
        return Summary(
            read=self.results.height + self.waiting,
            waiting=self.waiting,
            coded=counted.get(NEW, 0),
            known=counted.get(KNOWN, 0) + counted.get(CHANGED, 0),
            changed=counted.get(CHANGED, 0),
            asked=counted.get(ASKED, 0),
            refused=without.height,
            likely=self.alike.join(there, on="row", how="semi")["row"].n_unique(),
            mended=self._rows_with("mended"),
            doubtful=self._rows_with("warning"),
            reasons=dict(reasons.iter_rows()),
        )

    def _rows_with(self, severity: str) -> int:
        return self.findings.filter(pl.col("severity") == severity)["row"].n_unique()

    @cached_property
    def _alike(self) -> dict[int, list[Alike]]:
        found: dict[int, list[Alike]] = {}
        for row, code, mask in self.alike.select("row", "code", "evidence").iter_rows():
            found.setdefault(row, []).append(Alike(code=code or "", evidence=evidence_of(mask)))
        return found

    @cached_property
    def _problems(self) -> dict[int, list[Problem]]:
        columns = {column.letter: column for column in self.table.columns}
        errors = self.findings.filter(pl.col("severity") == "error")
        found: dict[int, list[Problem]] = {}
        for row, letter, reason, value in errors.select(
            "row", "column", "reason", "value"
        ).iter_rows():
            problem = Problem(
                column=columns.get(letter), value=value or "", refusal=self.reasons[reason]
            )
            found.setdefault(row, []).append(problem)
        return found


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


_OWN = ("row", "result", "code", "first")
