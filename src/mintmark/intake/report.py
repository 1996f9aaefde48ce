"""How an import goes, row by row and in sum."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from mintmark.customer import Customer
from mintmark.errors import Refusal
from mintmark.intake.headings import Column, Table
from mintmark.registry import Refused, Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a row: the column (None: the row as a whole), its value, the refusal."""

    column: Column | None
    value: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table, by the spreadsheet's count: a customer, or problems."""

    number: int
    customer: Customer | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row: registered, or refused for its problems.

    `first` is the row of this file that got the code, where it is not this one.
    """

    row: Row
    registered: Registered | None
    problems: tuple[Problem, ...] = ()
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The import in numbers of rows; `reasons` by the slug of the refusal."""

    read: int
    coded: int
    known: int
    refused: int
    likely: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of every row of a sheet; `cells` are the sheet's own, row 1 first."""

    file: str
    sheet: str
    table: Table
    cells: pl.DataFrame
    outcomes: tuple[Outcome, ...]

    def registered(self) -> Iterator[tuple[Outcome, Registered]]:
        """Give the rows that have a code."""
        return ((one, one.registered) for one in self.outcomes if one.registered is not None)

    def refused(self) -> list[Outcome]:
        """Give the rows that have none."""
        return [outcome for outcome in self.outcomes if outcome.registered is None]

    def summary(self) -> Summary:
        """Count."""
        rows = [registered for _, registered in self.registered()]
        refused = self.refused()
        reasons = Counter(outcome.problems[0].refusal.slug for outcome in refused)
        return Summary(
            read=len(self.outcomes),
            coded=sum(row.new for row in rows),
            known=sum(not row.new for row in rows),
            refused=len(refused),
            likely=sum(bool(row.alike) for row in rows),
            reasons=dict(reasons.most_common()),
        )


def outcome_of(row: Row, result: Registered | Refused, table: Table) -> Outcome:
    """Put what the register said beside the row; a refusal is laid at the column it is about."""
    if isinstance(result, Registered):
        return Outcome(row=row, registered=result)
    fact = result.refusal.facts().get("fact") or _SUBJECTS.get(result.refusal.slug)
    column = next((column for column in table.columns if column.fact == fact), None)
    value = str(result.refusal.facts().get("value", ""))
    problem = Problem(column=column if fact else None, value=value, refusal=result.refusal)
    return Outcome(row=row, registered=None, problems=(problem,))


_SUBJECTS = {"id-number-taken": "id_number"}
