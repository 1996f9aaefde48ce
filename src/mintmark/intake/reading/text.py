"""Text tables: of any delimiter and encoding, cut into cells by columns, not by rows.

Text whose quotation marks all stand where RFC 4180 has them is given to polars; other text goes
through the csv module, row by row. Both give the same cells where both can read a text.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import BinaryIO

import polars as pl

from mintmark.errors import UnreadableFile
from mintmark.intake.reading import encodings, quotes, structure
from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Sheet, letters, trimmed

_DELIMITERS = ",;\t|"
_SAMPLE = 50  # lines that tell the delimiter
_BEGINNING = 1 << 18  # bytes in which these lines are looked for
_ROWS = 20_000  # that are objects at a time
_TOLD = "sep="  # Excel's own way to tell it, in a first line


class Text:
    """A text table: one sheet, named with nothing."""

    def __init__(self, path: Path, file: str) -> None:
        self._file = file
        self._path = path
        self._fingerprint = Fingerprint.of(path, file)
        self.digest = self._fingerprint.digest
        self.names = [""]
        self._content = encodings.transcoded(path, file)  # None: the file itself is UTF-8
        self._delimiter = _delimiter(self._beginning())
        self._shape = self._survey()
        self._fingerprint.require_same()

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read the table, or its first rows. Raises OpenQuote, UnreadableFile or FileChanged."""
        # Its beginning is sooner read row by row: polars would take all of the file into memory.
        is_whole = rows is None and self._shape.is_regular
        cells = self._columns() if is_whole else self._oddly(rows)
        self._fingerprint.require_same()
        return Sheet(name=name, cells=trimmed(cells))

    def _survey(self) -> structure.Shape:
        with self._opened() as content:
            return structure.survey(content, self._delimiter, file=self._file)

    def _columns(self) -> pl.DataFrame:
        names = letters(self._shape.width)
        try:
            read = pl.read_csv(
                self._path if self._content is None else self._content,
                has_header=False,
                separator=self._delimiter,
                schema=dict.fromkeys(names, pl.String),
                missing_columns="insert",  # where the first row is not the longest
                null_values="",
                glob=False,
            )
        except pl.exceptions.PolarsError as error:
            raise UnreadableFile(file=self._file, reason=str(error).splitlines()[0]) from None
        if read.height != self._shape.rows:
            raise UnreadableFile(file=self._file, reason=f"{read.height} ≠ {self._shape.rows}")
        return read

    def _oddly(self, rows: int | None) -> pl.DataFrame:
        with self._opened() as content:
            lines = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
            read = quotes.rows(lines, self._delimiter, file=self._file)
            frames = list(_frames(islice(read, rows)))
        return pl.concat(frames, how="diagonal")

    def _opened(self) -> BinaryIO:
        if self._content is not None:
            return io.BytesIO(self._content)
        return self._path.open("rb")

    def _beginning(self) -> list[str]:
        with self._opened() as content:
            text = content.read(_BEGINNING).decode("utf-8-sig", errors="ignore")
        return text.splitlines(keepends=True)[:_SAMPLE]


def _frames(rows: Iterator[list[str]]) -> Iterator[pl.DataFrame]:
    """Put rows into columns, some thousands at a time, so that few of them are objects."""
    yield pl.DataFrame()
    while some := list(islice(rows, _ROWS)):
        names = letters(max(len(row) for row in some))
        columns = {
            name: [row[index] or None if index < len(row) else None for row in some]
            for index, name in enumerate(names or ["A"])
        }
        yield pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _delimiter(lines: list[str]) -> str:
    """Take the delimiter that is told, or cuts the first rows into the most cells."""
    first = lines[0].strip().strip('"') if lines else ""
    if first.lower().startswith(_TOLD) and len(first) == len(_TOLD) + 1:
        return first[-1]

    def cells(delimiter: str) -> float:
        try:
            return median(
                [len(row) for row in csv.reader(lines, delimiter=delimiter) if row] or [0]
            )
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)
