"""Turn a table's columns into columns of canonical values, with a finding on every odd cell.

>>> from datetime import date
>>> from mintmark.intake.headings import table
>>> from mintmark.rule import define
>>> region = {"BJ": ["北京", "北京市"]}
>>> rule = define("{region}{seq:4}", tables={"region": region})
>>> cells = {"A": ["姓名", "王琦", "李雷", "测试"], "B": ["地区", "北京市", "北京市区", "bj"]}
>>> sheet = Sheet(name="", cells=pl.DataFrame(cells))
>>> found = table(sheet, 1, mapping={}, ignore=(), file="list.csv")
>>> standards = Standards(
...     rules=[rule], fields={}, today=date(2026, 1, 2), country="CN", defaults={}
... )
>>> checked = check(sheet, found, standards)
>>> checked.rows.rows()
[(2, '王琦', '北京'), (4, '测试', '北京')]
>>> [(*row[:3], checked.reasons[row[3]].slug) for row in checked.findings.rows()]
[(3, 'B', 'error', 'unknown-value'), (4, 'A', 'warning', 'no-name')]
>>> checked.unknown
(Unknown(attribute='region', value='北京市区', count=1, near=('北京',)),)
>>> check(sheet, found, standards, values={"region": {"北京市区": "北京"}}).rows.height
3
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from mintmark.errors import Refusal, TooManyCells
from mintmark.intake.checking.columns import Cells, Place
from mintmark.intake.checking.dates import Dates
from mintmark.intake.checking.findings import ERROR, Findings
from mintmark.intake.checking.joining import FactReader
from mintmark.intake.checking.judging import Ways
from mintmark.intake.checking.standards import Standards
from mintmark.intake.checking.unknown import Unknown
from mintmark.intake.headings import Column, Table
from mintmark.intake.reading import Sheet

Values = Mapping[str, Mapping[str, str]]
"""Attribute → what a file writes → what is meant."""

NO_VALUES: Values = MappingProxyType({})
AS_SHOWN = Dates()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """What checking gives.

    `rows`: `row` (UInt32, the spreadsheet's count) and a column per fact with its canonical values
    (String or Date, null for nothing), of the rows without errors. `findings`: `row`, `column` (its
    letter; null: no column), `severity` ("error", "warning", "mended"), `reason` (a place in
    `reasons`), `value` (as it came); what is said of a column as a whole stands in the row of its
    heading. `unknown`: the values that code tables do not have, the most frequent first. `read`:
    how many rows have something in them.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    reasons: tuple[Refusal, ...]
    unknown: tuple[Unknown, ...]
    read: int


def check(
    sheet: Sheet,
    table: Table,
    standards: Standards,
    *,
    values: Values = NO_VALUES,
    dates: Dates = AS_SHOWN,
) -> Checked:
    """Check all rows of a table, but for those in which every known column is empty.

    `values`: what the file writes for values of coded attributes; `dates`: how it writes days.
    Raises WrongColumn where a great many values show that a column is not what it is taken for.
    """
    facts = _columns_by_fact(table)
    kept = _with_something_in(sheet.cells, table)
    findings, ways = Findings(), Ways(values=values, dates=dates)
    place = Place(rows=kept["row"], heading=table.row)
    read, unknown = [place.rows], list[Unknown]()
    for fact in standards.facts():
        if fact in facts or fact in standards.defaults:
            reader = FactReader(fact, standards, ways, findings, place)
            columns = [Cells.of(one, kept[one.letter]) for one in facts.get(fact, ())]
            read.append(reader.read(columns))
            unknown += reader.unknown
    for column in table.beyond:
        _beyond(Cells.of(column, kept[column.letter]), place, findings)
    rows = pl.DataFrame(read)
    wrong = findings.wrong()
    return Checked(
        rows=rows.filter(~pl.col("row").is_in(wrong.implode())) if len(wrong) else rows,
        findings=findings.frame(),
        reasons=tuple(findings.reasons),
        unknown=tuple(sorted(unknown, key=lambda one: -one.count)),
        read=len(place.rows),
    )


def _columns_by_fact(table: Table) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in table.columns:
        if column.fact is not None:
            found.setdefault(column.fact, []).append(column)
    return found


def _with_something_in(cells: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Give the rows below the headings that have something in a known column, numbered."""
    known = [column.letter for column in table.columns if column.fact is not None]
    beyond = [column.letter for column in table.beyond]
    numbered = cells.select(known + beyond).with_row_index("row", offset=1).slice(table.row)
    filled = pl.any_horizontal(pl.col(known).str.contains(r"\S").fill_null(value=False))
    there = numbered.select(filled).to_series()
    return numbered if there.all() else numbered.filter(there)


def _beyond(cells: Cells, place: Place, findings: Findings) -> None:
    there = cells.texts.is_not_null().arg_true()
    texts = cells.texts.gather(there)
    numbers = {text: findings.number(TooManyCells(value=text)) for text in texts.unique().sort()}
    reasons = texts.replace_strict(numbers, return_dtype=pl.UInt32)
    findings.add(ERROR, cells.column.letter, place.rows.gather(there), reasons, texts)
