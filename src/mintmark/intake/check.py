"""Turn a table's columns into customers and problems; each distinct value is read once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from mintmark.customer import Customer, personal_names
from mintmark.errors import ContradictingColumns, MissingFact, Refusal, TooManyCells
from mintmark.intake.checking.standards import Standards
from mintmark.intake.headings import Column, Table
from mintmark.intake.reading import Sheet
from mintmark.intake.report import Problem, Row

Value = str | date | None


def rows(sheet: Sheet, table: Table, standards: Standards) -> list[Row]:
    """Give the table's rows in order, without those in which every known column is empty."""
    facts = _columns_by_fact(table)
    kept = _with_something_in(sheet.cells, table)
    numbers = kept["row"].to_list()
    values: dict[str, list[Value]] = {}
    problems: dict[int, list[Problem]] = {}
    for fact in standards.facts():
        if fact in facts or fact in standards.defaults:
            columns = [(column, kept[column.letter].to_list()) for column in facts.get(fact, ())]
            values[fact] = _Reading(fact, standards, problems).read(numbers, columns)
    for column in table.beyond:
        for number, text in zip(numbers, kept[column.letter].to_list(), strict=True):
            if text and (value := text.strip()):
                problem = Problem(column=column, value=value, refusal=TooManyCells(value=value))
                problems.setdefault(number, []).append(problem)
    sealed = personal_names(standards.fields)
    return [
        Row(number=number, customer=None, problems=tuple(problems[number]))
        if number in problems
        else Row(number=number, customer=_customer(values, index, sealed))
        for index, number in enumerate(numbers)
    ]


def _columns_by_fact(table: Table) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in table.columns:
        if column.fact is not None:
            found.setdefault(column.fact, []).append(column)
    return found


def _with_something_in(cells: pl.DataFrame, table: Table) -> pl.DataFrame:
    letters = [column.letter for column in table.columns if column.fact is not None]
    stripped = (pl.col(name).str.strip_chars().fill_null("") for name in letters)
    filled = pl.any_horizontal(*(text != "" for text in stripped))
    return cells.with_row_index("row", offset=1).slice(table.row).filter(filled)


def _customer(values: Mapping[str, list[Value]], index: int, sealed: frozenset[str]) -> Customer:
    facts: dict[str, Any] = {fact: column[index] for fact, column in values.items()}
    return Customer.of_facts(facts, sealed)


class _Reading:
    """Reads one fact, down all rows, from one or more columns; notes problems by row."""

    def __init__(self, fact: str, standards: Standards, problems: dict[int, list[Problem]]) -> None:
        self._fact = fact
        self._standards = standards
        self._problems = problems
        self._read: dict[str, Value | Refusal] = {}
        self._required = fact in standards.required()
        self._default = standards.defaults.get(fact, "")

    def read(
        self, numbers: list[int], columns: list[tuple[Column, list[str | None]]]
    ) -> list[Value]:
        """Give the value of each row; None where there is none or a problem."""
        return [
            self._one(number, [(column, (cells[index] or "")) for column, cells in columns])
            for index, number in enumerate(numbers)
        ]

    def _one(self, number: int, given: list[tuple[Column, str]]) -> Value:
        said = [(column, text.strip()) for column, text in given if text.strip()]
        if not said:
            said = [(given[0][0] if given else _nowhere(self._fact), self._default)]
        values = [(column, text, self._parsed(text)) for column, text in said]
        for column, text, value in values:
            if isinstance(value, Refusal):
                self._note(number, column, text, value)
                return None
        if len({value for _, _, value in values}) > 1:
            contradiction = ContradictingColumns(
                fact=self._fact,
                columns=tuple(column.shown for column, _, _ in values),
                values=tuple(text for _, text, _ in values),
            )
            self._note(number, values[-1][0], values[-1][1], contradiction)
            return None
        column, text, value = values[0]
        if value is None and self._required:
            self._note(number, column, text, MissingFact(fact=self._fact))
            return None
        return value if not isinstance(value, Refusal) else None

    def _parsed(self, text: str) -> Value | Refusal:
        if text not in self._read:
            try:
                self._read[text] = self._standards.read(self._fact, text)
            except Refusal as refusal:
                self._read[text] = refusal
        return self._read[text]

    def _note(self, number: int, column: Column, text: str, refusal: Refusal) -> None:
        problem = Problem(column=column if column.letter else None, value=text, refusal=refusal)
        self._problems.setdefault(number, []).append(problem)


def _nowhere(fact: str) -> Column:
    """A default stands in no column."""
    return Column(letter="", heading="", fact=fact)
