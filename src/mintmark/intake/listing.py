"""Read a list of codes that somebody else made, with what is known of their customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mintmark.errors import EmptyFile, NoSuchColumn, UnknownSheet
from mintmark.intake.headings import CODES
from mintmark.intake.reading import Sheet, open_source
from mintmark.text import fold, narrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Codes as they stand in the file, and the columns asked for beside them, row by row."""

    codes: pl.Series
    attributes: pl.DataFrame | None


def read_codes(
    path: Path,
    *,
    column: str | None = None,
    sheet: str | None = None,
    attributes: Sequence[str] = (),
) -> Listed:
    """Read the column of codes, and other columns by their headings (``*``: all others).

    `column` names the codes' column; without it, it is the one headed as such, or the only one.
    Raises what reading a file raises, UnknownSheet, EmptyFile or NoSuchColumn.
    """
    source = open_source(path)
    if sheet is not None and sheet not in source.names:
        raise UnknownSheet(file=path.name, sheet=sheet, sheets=tuple(source.names))
    loaded = source.sheet(sheet or source.names[0])
    if not loaded.cells.height:
        raise EmptyFile(file=path.name, sheet=loaded.name)
    headings = [narrow(cell or "") for cell in loaded.cells.row(0)]
    codes = _place(path, loaded, headings, column)
    headed = column is not None or fold(headings[codes]) in CODES
    body = loaded.cells.slice(1) if headed else loaded.cells
    wanted = _wanted(path, loaded, headings, attributes, codes) if headed else []
    columns = {headings[place]: body[:, place] for place in wanted}
    return Listed(
        codes=body[:, codes].alias("code"),
        attributes=pl.DataFrame(columns) if columns else None,
    )


def _place(path: Path, sheet: Sheet, headings: list[str], column: str | None) -> int:
    """Give the place of the codes' column."""
    named = {fold(column)} if column is not None else CODES
    found = [place for place, heading in enumerate(headings) if fold(heading) in named]
    if found:
        return found[0]
    if column is None and len(headings) == 1:
        return 0
    raise NoSuchColumn(file=path.name, sheet=sheet.name, row=1, value=column or "code")


def _wanted(
    path: Path, sheet: Sheet, headings: list[str], attributes: Sequence[str], codes: int
) -> list[int]:
    if "*" in attributes:
        return [place for place, text in enumerate(headings) if text and place != codes]
    places = {fold(heading): place for place, heading in enumerate(headings)}
    for attribute in attributes:
        if fold(attribute) not in places:
            raise NoSuchColumn(file=path.name, sheet=sheet.name, row=1, value=attribute)
    return [places[fold(attribute)] for attribute in attributes]
