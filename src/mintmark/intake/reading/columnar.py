"""Parquet: columns of any type, each value as people would type it."""

from pathlib import Path

import polars as pl

from mintmark.errors import SheetTooLarge, TooManyColumns, UnreadableFile
from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Sheet, letter, records
from mintmark.intake.reading.structure import COLUMNS

MAGIC = b"PAR1"
_CELLS = 200_000_000  # a few bytes may stand for all of them


class Parquet:
    """A Parquet file: one sheet, named with nothing, whose first row are the columns' names."""

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self._fingerprint = Fingerprint.of(path, file)
        self.digest = self._fingerprint.digest
        self.names = [""]

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read the table, or its first rows.

        Raises UnreadableFile, SheetTooLarge, TooManyColumns or FileChanged.
        """
        try:
            lazy = pl.scan_parquet(self._path, glob=False)
            self._require_bearable(lazy)
            frame = (lazy if rows is None else lazy.head(max(rows - 1, 0))).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise UnreadableFile(file=self._file, reason=str(error).splitlines()[0]) from None
        self._fingerprint.require_same()
        return records(name, frame.columns, frame)

    def _require_bearable(self, lazy: pl.LazyFrame) -> None:
        width = len(lazy.collect_schema())
        if width > COLUMNS:
            raise TooManyColumns(file=self._file, line=1, most=COLUMNS)
        height = int(lazy.select(pl.len()).collect().item())
        if height * width > _CELLS:
            cell = f"{letter(width - 1)}{height + 1}"
            raise SheetTooLarge(file=self._file, sheet="", cell=cell, most=_CELLS)
