"""Write the rows of an import that have a code: the code first, then the row as it was, a note."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from mintmark.intake.exporting import require_exportable, write_frames
from mintmark.intake.exporting.columns import Column
from mintmark.intake.refusals import carried
from mintmark.intake.report import CODED, KNOWN, NEW, Report
from mintmark.intake.workbooks import Say, require_writable
from mintmark.match.linking import evidence_of
from mintmark.progress import Progress

_AT_ONCE = 20_000  # rows
_MANY = 100_000  # rows from which on a text table is written rather than a workbook


def result_files(source: Path, rows: int) -> tuple[Path, Path]:
    """Give where the coded and the refused rows of a file go, if nothing else is said: beside it.

    >>> [path.name for path in result_files(Path("list.csv"), 7)]
    ['list-coded.xlsx', 'list-refused.xlsx']
    """
    suffix = ".xlsx" if rows <= _MANY else ".csv"
    coded = source.with_name(f"{source.stem}-coded{suffix}")
    return coded, source.with_name(f"{source.stem}-refused.xlsx")


def require_results(coded: Path | None, refused: Path | None, *, here: bool = True) -> None:
    """Raise UnknownFormat before the import rather than after it.

    If they are written by this program (`here`), UnwritableFile or DiskFull, too.
    """
    for path, known in ((coded, (".xlsx", ".csv")), (refused, (".xlsx",))):
        if path is None:
            continue
        require_exportable(path, known)
        if here:
            require_writable(path)


def write_coded(report: Report, path: Path, say: Say) -> Iterator[Progress]:
    """Write them as .xlsx or .csv (UTF-8 with BOM). Raises UnknownFormat or UnwritableFile."""
    letters = carried(report)
    columns = [
        Column(name="code", kind="text", heading=say("workbook.code")),
        *(Column(name=one.letter, kind="text", heading=one.heading) for one in letters),
        Column(name="result", kind="text", heading=say("workbook.result")),
        Column(name="note", kind="text", heading=say("workbook.note")),
    ]
    coded = report.results.filter(pl.col("result").is_in(CODED))
    told = coded.join(_notes(report, say), on="row", how="left", maintain_order="left")
    results = told.select(
        "row",
        "code",
        _result(say).alias("result"),
        pl.coalesce(_first(say), "note").alias("note"),
    )
    frames = _frames(results, report.kept.rows(results["row"]), [one.name for one in columns])
    yield from write_frames(
        path, say("workbook.coded-sheet"), columns, frames, total=results.height
    )


def _frames(
    results: pl.DataFrame, parts: Iterator[pl.DataFrame], columns: list[str]
) -> Iterator[pl.DataFrame]:
    """Put the cells of rows, which come in parts, between the columns of `results`."""
    at = 0
    for cells in parts:
        both = pl.concat([results.slice(at, cells.height), cells], how="horizontal")
        yield from both.select(columns).iter_slices(_AT_ONCE)
        at += cells.height


def _result(say: Say) -> pl.Expr:
    is_new = pl.col("result") == NEW
    return (
        pl.when(is_new & pl.col("note").is_not_null()).then(pl.lit(say("workbook.likely")))
        .when(is_new).then(pl.lit(say("workbook.new")))
        .when(pl.col("result") == KNOWN).then(pl.lit(say("workbook.known")))
        .otherwise(pl.lit(say("workbook.changed")))
    )  # fmt: skip


def _first(say: Say) -> pl.Expr:
    """Say, of a row that got an earlier row's code, which row that was."""
    before, _, after = say("workbook.same-as-row", row="\0").partition("\0")
    return before + pl.col("first").cast(pl.String) + after


def _notes(report: Report, say: Say) -> pl.DataFrame:
    """Say of each row whom it resembles, and what speaks for it."""
    between = say("list.separator")
    said = [
        say("workbook.like", code=code,
            evidence=between.join(say(f"evidence.{slug}") for slug in evidence_of(mask)))
        for code, mask in report.alike.select("code", "evidence").iter_rows()
    ]  # fmt: skip
    notes = report.alike.select("row").with_columns(note=pl.Series(said, dtype=pl.String))
    return notes.group_by("row", maintain_order=True).agg(pl.col("note").str.join(between))
