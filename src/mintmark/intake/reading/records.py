"""A file that is one table: no sheets, and the names of its columns are told."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Sheet, records

Read = Callable[[Path, str, int | None], pl.DataFrame]
"""Reads a file, which is told to people as that, or its first so many rows."""


class Records:
    """One sheet, named with nothing, whose first row are the columns' names."""

    def __init__(self, path: Path, file: str, read: Read) -> None:
        self._path, self._file, self._read = path, file, read
        self._fingerprint = Fingerprint.of(path, file)
        self.digest = self._fingerprint.digest
        self.names = [""]

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read the table, or its first rows. Raises FileChanged, or what reading does."""
        most = None if rows is None else max(rows - 1, 0)  # the names are a row, too
        frame = self._read(self._path, self._file, most)
        self._fingerprint.require_same()
        return records(name, frame.columns, frame)
