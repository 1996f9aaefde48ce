"""Write customers into a file: whom, which columns, in which order, in which language, how masked.

`columns` says what the columns are called, `workbook` and `parquet` write them; `neutral` keeps the
cells of a text table from acting as formulas.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mintmark.errors import UnknownFormat
from mintmark.intake.exporting.columns import Column, columns_of, shown
from mintmark.intake.exporting.neutral import neutral, neutralised
from mintmark.intake.exporting.parquet import write_parquet
from mintmark.intake.exporting.workbook import write_workbook
from mintmark.intake.workbooks import Say, replacing, write
from mintmark.progress import Progress
from mintmark.registry import Register

_TABLES = (".xlsx", ".csv")
_FORMATS = (*_TABLES, ".parquet")
_STEP = 2000
_BOM = b"\xef\xbb\xbf"
_TIME = "%Y-%m-%d %H:%M:%S"


def export(
    register: Register,
    path: Path,
    say: Say,
    *,
    columns: Sequence[str] | None = None,
    masked: Collection[str] = (),
    **sought: Any,
) -> Iterator[Progress]:
    """Write customers as they stand at one moment, as .xlsx, .csv (UTF-8 with BOM) or .parquet.

    Headings are in the language of `say`; in Parquet, columns are named as facts are. `columns`
    and what is `sought` (a text, facts, `where`, `external`, `order`) are those of
    `Register.extract`; by default everybody, in the order in which they were added. `masked`:
    columns of which only enough is shown to recognise a value. Imported again, a file that is not
    masked changes nothing; one that is, is not taken for facts.

    Raises UnknownFormat or UnwritableFile, and what `Register.extract` does; then there is no file.
    """
    suffix = _suffix(path, _FORMATS)
    text = sought.pop("text", None)
    with (
        replacing(path) as file,
        register.extract(text, columns=columns, **sought) as extract,
    ):
        total = extract.total
        chosen = columns_of(extract.columns, extract.fields, say, masked)
        if suffix == ".parquet":
            frames = (shown(frame, chosen) for frame in extract.frames)
            told = {"mintmark.taken_at": register.now().isoformat()}
            yield from write_parquet(file, chosen, frames, total=total, told=told)
        else:
            frames = (shown(frame, chosen, say) for frame in extract.frames)
            if suffix == ".xlsx":
                sheet = say("workbook.coded-sheet")
                yield from write_workbook(file, sheet, chosen, frames, total=total)
            else:
                yield from _write_columns(file, chosen, frames, total=total)
    yield Progress(done=total, total=total)


def require_exportable(path: Path, known: tuple[str, ...] = _FORMATS) -> None:
    """Raise UnknownFormat before the work rather than in it."""
    _suffix(path, known)


def write_frames(
    path: Path, sheet: str, columns: Sequence[Column], frames: Iterator[pl.DataFrame], *, total: int
) -> Iterator[Progress]:
    """Write frames as .xlsx or .csv (UTF-8 with BOM). Raises UnknownFormat or UnwritableFile."""
    suffix = _suffix(path, _TABLES)
    with replacing(path) as file:
        if suffix == ".xlsx":
            yield from write_workbook(file, sheet, columns, frames, total=total)
        else:
            yield from _write_columns(file, columns, frames, total=total)
    yield Progress(done=total, total=total)


def write_table(
    path: Path, sheet: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, total: int
) -> Iterator[Progress]:
    """Write a table as .xlsx or .csv (UTF-8 with BOM). Raises UnknownFormat or UnwritableFile."""
    if _suffix(path, _TABLES) == ".xlsx":
        yield from write(path, sheet, headings, rows, total=total)
    else:
        yield from _write_rows(path, headings, rows, total)


def _suffix(path: Path, known: tuple[str, ...]) -> str:
    suffix = path.suffix.lower()
    if suffix not in known:
        raise UnknownFormat(file=path.name, known=known)
    return suffix


def _write_columns(
    path: str, columns: Sequence[Column], frames: Iterable[pl.DataFrame], *, total: int
) -> Iterator[Progress]:
    done = 0
    headings = pl.DataFrame({str(n): [c.heading] for n, c in enumerate(columns)})
    with Path(path).open("wb") as file:
        file.write(_BOM)
        _write_csv(headings, file)
        for frame in frames:
            _write_csv(frame, file)
            done += frame.height
            yield Progress(done=done, total=total)


def _write_csv(frame: pl.DataFrame, file: Any) -> None:
    written = frame.with_columns(neutral(pl.col(pl.String)))
    written.write_csv(
        file, include_header=False, line_terminator="\r\n", datetime_format=_TIME, null_value=""
    )


def _write_rows(
    path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], total: int
) -> Iterator[Progress]:
    with replacing(path) as name, Path(name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for done, row in enumerate(rows, start=1):
            writer.writerow(map(neutralised, row))
            if done % _STEP == 0:
                yield Progress(done=done, total=total)
    yield Progress(done=total, total=total)
