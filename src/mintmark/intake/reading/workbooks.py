"""Workbooks: .xlsx and .xlsm (macros are never run), .xlsb, .xls and .ods, through calamine.

A cell gives its value as text: a formula what it came to, a day as 2023-10-01, a whole number
without a point, an error its name (#N/A).
"""

from dataclasses import replace
from pathlib import Path

import fastexcel
import polars as pl

from mintmark.errors import UnreadableFile
from mintmark.intake.reading import binary, opendocument, packed, worksheets
from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Sheet, letter
from mintmark.intake.reading.worksheets import Looked

OLE = bytes.fromhex("D0CF11E0A1B11AE1")  # [MS-CFB] 2.2: .xls, and whatever asks for a password


class Workbook:
    """A workbook; its sheets are named as they are in it."""

    def __init__(self, path: Path, file: str) -> None:
        self._file = file
        self._kept = Sheet(name="", cells=pl.DataFrame())
        self._fingerprint = Fingerprint.of(path, file)
        self.digest = self._fingerprint.digest
        looked = _looked(path, file)
        try:
            self._reader = fastexcel.read_excel(path)
        except fastexcel.FastExcelError as error:
            raise _unreadable(file, error) from None
        names = list(self._reader.sheet_names)
        if isinstance(looked, list):
            looked = dict(zip(names, looked, strict=False))
        self._looked = looked
        self.names = [name for name in names if name not in looked or looked[name].is_table]
        self._fingerprint.require_same()

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read a sheet, or its first rows. Raises UnreadableFile or FileChanged."""
        if name != self._kept.name:
            self._kept = self._loaded(name)
        self._fingerprint.require_same()
        return replace(self._kept, cells=self._kept.cells.head(rows)) if rows else self._kept

    def _loaded(self, name: str) -> Sheet:
        """Load a sheet: its first rows would take as long, so it is kept until another is read."""
        try:
            loaded = self._reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            cells = loaded.to_polars()
        except fastexcel.FastExcelError as error:
            raise _unreadable(self._file, error) from None
        cells.columns = [letter(column.absolute_index) for column in loaded.available_columns()]
        return Sheet(name=name, cells=_with(_tidy(cells), self._lost(name)))

    def _lost(self, name: str) -> dict[tuple[str, int], str]:
        return self._looked[name].lost if name in self._looked else {}


def _looked(path: Path, file: str) -> dict[str, Looked] | list[Looked]:
    """Look through the workbook before calamine does. Raises ZipBomb or SheetTooLarge."""
    with path.open("rb") as content:
        is_old = content.read(len(OLE)) == OLE
    if is_old:
        return binary.look_old(path, file)  # 65,536 rows of 256 cells at most
    with packed.opened(path, file) as archive:
        packed.require_whole(archive, but=lambda name: name.startswith("xl/worksheets/sheet"))
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            return binary.look(archive, file)
        if "content.xml" in names:
            opendocument.require_whole(archive, file)
            return {}
        return worksheets.look(archive, file)


def _tidy(cells: pl.DataFrame) -> pl.DataFrame:
    # A date cell is text with a time here; what has none is a day. What is "" has nothing in it.
    text = pl.all().str.strip_suffix(" 00:00:00")
    return cells.with_columns(text.replace("", None)) if cells.width else cells


def _with(cells: pl.DataFrame, lost: dict[tuple[str, int], str]) -> pl.DataFrame:
    """Put values that calamine left out where there is nothing."""
    for name in {name for name, _ in lost} & set(cells.columns):
        column = cells[name]
        places = [row - 1 for letters, row in lost if letters == name and row <= len(column)]
        empty = [
            place
            for place, is_null in zip(places, column[places].is_null(), strict=True)
            if is_null
        ]
        texts = pl.Series([lost[name, place + 1] for place in empty], dtype=pl.String)
        cells = cells.with_columns(column.scatter(empty, texts))
    return cells


def _unreadable(file: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(file=file, reason=str(error).splitlines()[0])
