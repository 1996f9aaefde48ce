"""A polars frame that a program has already: columns of any type, named by headings."""

import hashlib
from functools import cached_property

import polars as pl

from mintmark.errors import EmptyFile, TooManyColumns
from mintmark.intake.reading.sheet import Sheet, records
from mintmark.intake.reading.structure import COLUMNS

NAME = "DataFrame"
"""What people see where a file has its name."""
_ROWS = 50_000  # whose text is joined at a time


class Frame:
    """A frame: one sheet, named with nothing; row 1 are the columns' names, record n is row n + 1.

    >>> from datetime import date
    >>> frame = pl.DataFrame({"姓名": ["王琦"], "手机": [13875014587], "日期": [date(2023, 10, 1)]})
    >>> Frame(frame).sheet("").cells.rows()
    [('姓名', '手机', '日期'), ('王琦', '13875014587', '2023-10-01')]
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        if not frame.width:
            raise EmptyFile(file=NAME, sheet="")
        if frame.width > COLUMNS:
            raise TooManyColumns(file=NAME, line=1, most=COLUMNS)
        self._frame = frame
        self.names = [""]

    @cached_property
    def digest(self) -> bytes:
        """The SHA-256 of the cells as text, however polars keeps them."""
        return _digest(self.sheet("").cells)

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Give the records as text, or the first."""
        frame = self._frame if rows is None else self._frame.head(max(rows - 1, 0))
        return records(name, frame.columns, frame.clone())  # it is renamed there


def _digest(cells: pl.DataFrame) -> bytes:
    digest = hashlib.sha256()
    for some in cells.iter_slices(_ROWS):
        for column in some:
            # Lengths first, −1 for nothing: no two tables are one text.
            lengths = column.str.len_bytes().cast(pl.Int64).fill_null(-1)
            digest.update(lengths.to_numpy().astype("<i8").tobytes())
            digest.update("".join(column.drop_nulls()).encode())
    return digest.digest()
