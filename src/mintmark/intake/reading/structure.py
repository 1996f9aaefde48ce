"""The shape of a text table, found without cutting it: how many rows, how wide, and how quoted.

A table is regular if every quotation mark opens a cell at its start, closes it at its end, or is
one of two within (RFC 4180), and every carriage return stands before a line feed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from mintmark.errors import TooManyColumns

COLUMNS = 16_384  # as many as a spreadsheet has
_CHUNK = 1 << 23
_QUOTE, _LINE, _RETURN = b'"\n\r'
_Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Shape:
    """So many rows, the widest of so many cells; whether polars and csv must agree on them."""

    rows: int
    width: int
    is_regular: bool


def survey(content: BinaryIO, delimiter: str, *, file: str) -> Shape:
    r"""Walk through UTF-8 text in pieces. Raises TooManyColumns if it is regular.

    >>> import io
    >>> survey(io.BytesIO(b'a,b,c\n"1\n2",3'), ",", file="")
    Shape(rows=2, width=3, is_regular=True)
    >>> survey(io.BytesIO(b'a,5" pipe\n'), ",", file="").is_regular
    False
    """
    walk = _Walk(ord(delimiter), file)
    for piece in _pieces(content):
        walk.over(np.frombuffer(piece, np.uint8), b'"' in piece)
        walk.is_regular &= piece.count(b"\r") == piece.count(b"\r\n")
    return walk.shape()


class _Walk:
    def __init__(self, delimiter: int, file: str) -> None:
        self._delimiter = delimiter
        self._file = file
        self._inside = 0  # 1: within quotation marks
        self._begun = 0  # delimiters so far in a row that is not over
        self._is_open = False  # a row that no line feed has ended
        self._rows = 0
        self._width = 0
        self._too_wide = 0  # the first row that is, from 1
        self.is_regular = True

    def over(self, text: npt.NDArray[np.uint8], quoted: bool) -> None:  # noqa: FBT001 - of the same text
        ends = np.flatnonzero(text == _LINE)
        cuts = np.flatnonzero(text == self._delimiter)
        if quoted or self._inside:
            marks = np.flatnonzero(text == _QUOTE)
            self.is_regular &= self._stand_right(text, marks)
            ends, cuts = (self._outside(places, marks) for places in (ends, cuts))
            self._inside = (self._inside + len(marks)) % 2
        self._count(ends, cuts)
        self._is_open = bool(len(text)) and (not len(ends) or int(ends[-1]) != len(text) - 1)

    def shape(self) -> Shape:
        rows = self._rows + self._is_open
        if self._is_open:
            self._widen(np.array([self._begun + 1]))
        is_regular = self.is_regular and not self._inside
        if self._too_wide and is_regular:
            raise TooManyColumns(file=self._file, line=self._too_wide, most=COLUMNS)
        return Shape(rows, self._width, is_regular)

    def _outside(self, places: _Places, marks: _Places) -> _Places:
        before = np.searchsorted(marks, places)  # marks before each place
        outside: _Places = places[(before + self._inside) % 2 == 0]
        return outside

    def _stand_right(self, text: npt.NDArray[np.uint8], marks: _Places) -> bool:
        """Tell whether marks open and close cells where cells begin and end."""
        closing = (np.arange(len(marks)) + self._inside) % 2 == 1
        opens, closes = marks[~closing], marks[closing]
        # A piece begins where a line does, and ends where one ends.
        before = text[opens[opens > 0] - 1]
        after = text[closes[closes < len(text) - 1] + 1]
        edges = [self._delimiter, _LINE, _QUOTE]
        return bool(np.isin(before, edges).all() and np.isin(after, [*edges, _RETURN]).all())

    def _count(self, ends: _Places, cuts: _Places) -> None:
        until = np.searchsorted(cuts, ends)  # delimiters before each end of a row
        if len(ends):
            cells = np.diff(until, prepend=0)
            cells[0] += self._begun
            self._widen(cells + 1)
            self._begun = 0
        self._begun += len(cuts) - (int(until[-1]) if len(ends) else 0)
        self._rows += len(ends)

    def _widen(self, cells: _Places) -> None:
        widest = int(cells.argmax())
        if cells[widest] > COLUMNS:
            self._too_wide = self._too_wide or self._rows + widest + 1
        self._width = max(self._width, int(cells[widest]))


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    """Give the text in pieces that end with a line, without the mark of UTF-8."""
    first = content.read(3)
    rest = [b"" if first == b"\xef\xbb\xbf" else first]
    while chunk := content.read(_CHUNK):
        whole, newline, after = chunk.rpartition(b"\n")
        if not newline:
            rest.append(chunk)
            continue
        yield b"".join((*rest, whole, newline))
        rest = [after]
    if last := b"".join(rest):
        yield last
