"""Open a file of rows, whatever it calls itself: the content decides what it is.

Workbooks (.xlsx, and what else calamine knows) and text tables in UTF-8 (with or without BOM),
UTF-16 (with BOM) or GB18030, with commas, semicolons or tabs. Every cell is text, or None where it
is empty; rows and columns are counted as the spreadsheet counts them.
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Protocol

import fastexcel
import polars as pl

from mintmark.errors import EmptyFile, EncryptedFile, FileMissing, UnreadableFile

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t|"
_SAMPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet's cells as text: columns are named by their letters, the first row is row 1."""

    name: str
    cells: pl.DataFrame


class Source(Protocol):
    """An opened file: the names of its sheets, and each sheet whole or only its beginning."""

    digest: bytes
    names: list[str]

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read a sheet."""
        ...


def open_source(path: Path) -> Source:
    """Open a file. Raises FileMissing, EncryptedFile, EmptyFile or UnreadableFile."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except OSError as error:
        raise UnreadableFile(file=str(path), reason=error.strerror or str(error)) from None
    if not content.strip():
        raise EmptyFile(file=path.name, sheet="")
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise EncryptedFile(file=path.name)
    if content.startswith((_ZIP, _OLE)):
        return _Workbook(path.name, content)
    return _Text(path.name, content)


def letter(index: int) -> str:
    """Give the letters of a column counted from 0.

    >>> letter(0), letter(25), letter(26), letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class _Workbook:
    def __init__(self, file: str, content: bytes) -> None:
        self.digest = hashlib.sha256(content).digest()
        self._file = file
        try:
            self._reader = fastexcel.read_excel(content)
        except fastexcel.FastExcelError as error:
            raise _unreadable(file, error) from None
        self.names = list(self._reader.sheet_names)

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        try:
            loaded = self._reader.load_sheet(
                name, header_row=None, skip_rows=0, n_rows=rows, dtypes="string"
            )
            cells = loaded.to_polars()
        except fastexcel.FastExcelError as error:
            raise _unreadable(self._file, error) from None
        letters = [letter(column.absolute_index) for column in loaded.available_columns()]
        cells.columns = letters
        # A date cell is text with a time here; what has none is a day.
        midnight = pl.col(letters).str.strip_suffix(" 00:00:00")
        return Sheet(name=name, cells=cells.with_columns(midnight) if letters else cells)


def _unreadable(file: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(file=file, reason=str(error).splitlines()[0])


class _Text:
    def __init__(self, file: str, content: bytes) -> None:
        self.digest = hashlib.sha256(content).digest()
        self.names = [""]
        self._file = file
        self._lines = _decoded(file, content).splitlines(keepends=True)
        self._delimiter = _delimiter(self._lines[:_SAMPLE])

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        try:
            read = list(islice(reader, rows))
        except csv.Error as error:
            reason = f"{error} (line {reader.line_num})"
            raise UnreadableFile(file=self._file, reason=reason) from None
        return _sheet(name, read)


def _decoded(file: str, content: bytes) -> str:
    """Decode by BOM, else as UTF-8, else as GB18030; each strictly, so a wrong guess is noticed."""
    by_bom = [encoding for bom, encoding in _BOMS.items() if content.startswith(bom)]
    if not by_bom and b"\x00" in content:
        place = content.index(b"\x00")
        raise UnreadableFile(file=file, reason=f"0x00 @ {place}")
    reason = ""
    for encoding in by_bom or ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            reason = f"{error.encoding}: 0x{content[error.start]:02x} @ {error.start}"
    raise UnreadableFile(file=file, reason=reason)


def _delimiter(lines: list[str]) -> str:
    """Take the delimiter that cuts the first rows into the most cells."""

    def cells(delimiter: str) -> float:
        try:
            return median(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)


def _sheet(name: str, rows: list[list[str]]) -> Sheet:
    """Put rows into columns, as many as the longest row fills."""
    width = max((_filled(row) for row in rows), default=0)
    columns = {
        letter(index): [row[index] if index < len(row) else None for row in rows]
        for index in range(width)
    }
    return Sheet(name=name, cells=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def _filled(row: Iterable[str]) -> int:
    """Count the cells up to the last one with something in it."""
    return max((index for index, cell in enumerate(row, start=1) if cell.strip()), default=0)
