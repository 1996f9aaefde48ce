"""Write the workbook of refused rows: as they came, with what is wrong and the way out.

It can be mended and imported again as it is. A second sheet counts the findings by reason.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

import polars as pl

from mintmark.errors import Refusal
from mintmark.intake.checking import ERROR, MENDED, WARNING
from mintmark.intake.headings import Column, Table, is_own
from mintmark.intake.reading.kept import Kept
from mintmark.intake.report import Report
from mintmark.intake.workbooks import Page, Say, write_pages
from mintmark.progress import Progress

_ALIKE = 4096  # sentences that are kept, for reasons that come again and again
_ORDER = {ERROR: 0, WARNING: 1, MENDED: 2}
_BEFORE = 3  # columns before those of the file


def write_refused(report: Report, path: Path, say: Say) -> Iterator[Progress]:
    """Write the rows with errors, wrong cells coloured; and a summary of all findings.

    Raises UnwritableFile.
    """
    table, findings, reasons = report.table, report.findings, report.reasons
    columns = carried(report)
    errors = findings.filter(pl.col("severity") == ERROR).sort("row", maintain_order=True)
    own = (say("workbook.source-row"), say("workbook.problem"), say("workbook.way-out"))
    refused = Page(
        name=say("workbook.refused-sheet"),
        headings=[*own, *(one.heading for one in columns)],
        rows=_rows(report.kept, columns, errors, _Sentences(table, reasons, say)),
        marked=_marks(columns, errors),
        total=errors["row"].n_unique(),
    )
    yield from write_pages(path, [refused, _summary(findings, reasons, say)])


def carried(report: Report) -> list[Column]:
    """Give the columns to carry over: all with a heading or a value that we did not write."""
    table = report.table
    bare = [one.letter for one in table.columns if not one.heading]
    filled = report.kept.filled(bare, after=table.row) if bare else set()
    return [
        one
        for one in table.columns
        if not is_own(one.heading) and (one.heading or one.letter in filled)
    ]


class _Sentences:
    """Says what is wrong in a row, and the way out."""

    def __init__(self, table: Table, reasons: Sequence[Refusal], say: Say) -> None:
        self._headings = {column.letter: column.heading for column in table.columns}
        self._say = say
        self._said = lru_cache(_ALIKE)(lambda number: say.refusal(reasons[number]))

    def __call__(self, found: list[tuple[str | None, int]]) -> tuple[str, str]:
        problems, ways = [], []
        for letter, number in found:
            sentence, way = self._said(number)
            if letter is not None:
                heading = self._headings.get(letter) or letter
                sentence = self._say("workbook.problem-cell", column=heading, problem=sentence)
            problems.append(sentence)
            ways.append(way)
        return "\n".join(problems), "\n".join(dict.fromkeys(ways))


def _rows(
    kept: Kept, columns: list[Column], errors: pl.DataFrame, said: _Sentences
) -> Iterator[list[str]]:
    letters = [column.letter for column in columns]
    by_row = groupby(errors.select("row", "column", "reason").iter_rows(), itemgetter(0))
    parts = kept.rows(errors["row"].unique(maintain_order=True))
    for cells in chain.from_iterable(part.select(letters).iter_rows() for part in parts):
        row, found = next(by_row)
        told = said([(letter, number) for _, letter, number in found])
        yield [str(row), *told, *(cell or "" for cell in cells)]


def _marks(columns: list[Column], errors: pl.DataFrame) -> Iterator[set[int]]:
    places = {column.letter: place for place, column in enumerate(columns, start=_BEFORE)}
    for _, found in groupby(errors.select("row", "column").iter_rows(), itemgetter(0)):
        yield {places[letter] for _, letter in found if letter in places}


def _summary(findings: pl.DataFrame, reasons: Sequence[Refusal], say: Say) -> Page:
    """Count by reason: the severest first, and the most frequent of them."""
    slugs = pl.Series("slug", [reason.slug for reason in reasons], dtype=pl.String)
    counted = (
        findings.with_columns(slugs.gather(findings["reason"]))
        .group_by("severity", "slug", maintain_order=True)
        .agg(pl.col("row").n_unique().alias("rows"), pl.first("row"), pl.first("value"),
             pl.first("reason"))
        .sort(pl.col("severity").replace_strict(_ORDER), -pl.col("rows").cast(pl.Int64),
              maintain_order=True)
    )  # fmt: skip
    return Page(
        name=say("workbook.summary-sheet"),
        headings=[
            say("workbook.severity"), say("workbook.problem"), say("workbook.rows"),
            say("workbook.example-row"), say("workbook.example"), say("workbook.way-out"),
        ],
        rows=[
            [say(f"severity.{severity}"), say(f"refusal.{slug}.title"), str(rows), str(row),
             value or "", say.refusal(reasons[number])[1]]
            for severity, slug, rows, row, value, number in counted.iter_rows()
        ],
        total=counted.height,
    )  # fmt: skip
