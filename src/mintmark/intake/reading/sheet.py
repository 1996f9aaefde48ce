"""What every kind of source gives: sheets of text cells, counted as a spreadsheet counts them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

import orjson
import polars as pl

_EXACT = 2**53  # up to here a float gives a whole number exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where rows of a sheet come from: rows from `first` on are row − `shift` of `name`.

    `shift` is 0 for a part that stands where the spreadsheet has it, 1 where a row of headings was
    put above records that are counted from 1 (database tables, JSON lines).
    """

    name: str
    first: int
    shift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet's cells as text: columns are named by their letters, the first row is row 1.

    An empty cell is null. `origin`, if there is any, are the parts that the sheet was put together
    from, in order.
    """

    name: str
    cells: pl.DataFrame
    origin: tuple[Part, ...] = ()

    def place(self, row: int) -> tuple[str, int]:
        """Give the name and the row (from 1) under which people find a row of this sheet.

        >>> parts = (Part(name="a.csv", first=1, shift=0), Part(name="b.csv", first=100, shift=98))
        >>> both = Sheet(name="*", cells=pl.DataFrame(), origin=parts)
        >>> both.place(7), both.place(100)
        (('a.csv', 7), ('b.csv', 2))
        """
        found = bisect_right(self.origin, row, key=lambda part: part.first)
        if not found:
            return self.name, row
        part = self.origin[found - 1]
        return part.name, row - part.shift


class Source(Protocol):
    """An opened source: the names of its sheets, and each sheet whole or only its beginning.

    `digest` is the SHA-256 of a file's content (of the files' digests, for a folder), and of the
    rows read so far for a database.
    """

    @property
    def digest(self) -> bytes:
        """What tells whether the same was read before."""
        ...

    @property
    def names(self) -> list[str]:
        """The names of the sheets; a file that is one table has one, named with nothing."""
        ...

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read a sheet, or its first rows."""
        ...


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


def letters(width: int) -> list[str]:
    """Give the letters of the first `width` columns."""
    return [letter(index) for index in range(width)]


def trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    """Leave out the columns to the right in which there is nothing but blanks.

    >>> trimmed(pl.DataFrame({"A": ["x"], "B": [" "], "C": [None]}, schema_overrides={"C": str}))
    shape: (1, 1)
    ┌─────┐
    │ A   │
    │ --- │
    │ str │
    ╞═════╡
    │ x   │
    └─────┘
    """
    width = cells.width
    while width and not _has_something(cells.to_series(width - 1)):
        width -= 1
    return cells[:, :width]


def _has_something(column: pl.Series) -> bool:
    return bool((column.str.strip_chars().str.len_bytes() > 0).any())


def records(name: str, headings: Sequence[str], frame: pl.DataFrame) -> Sheet:
    """Give records with named columns as a sheet: the names are row 1, record n is row n + 1."""
    names = letters(len(headings))
    top = pl.DataFrame([list(headings)], orient="row", schema=dict.fromkeys(names, pl.String))
    frame.columns = names
    cells = pl.concat([top, frame.select(as_text(column) for column in frame)])
    return Sheet(name=name, cells=cells, origin=(Part(name=name, first=2, shift=1),))


def as_text(column: pl.Series) -> pl.Series:
    """Give a typed column as people would type it: whole numbers without a point, days as such.

    >>> as_text(pl.Series([13812345678.0, 1.5, None])).to_list()
    ['13812345678', '1.5', None]
    """
    kind = column.dtype
    if kind.is_float():
        return _numbers(column)
    if isinstance(kind, pl.Datetime):
        text = column.dt.to_string("%Y-%m-%d %H:%M:%S")
        return text.str.strip_suffix(" 00:00:00")
    if kind == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if kind.is_nested() or kind in {pl.Binary, pl.Object, pl.Duration}:
        return _plainly(column.name, column.to_list())
    return column.cast(pl.String).replace("", None)


def _numbers(column: pl.Series) -> pl.Series:
    whole = column.is_finite() & (column == column.round()) & (column.abs() < _EXACT)
    integers = column.set(~whole.fill_null(value=True), None).cast(pl.Int64).cast(pl.String)
    return integers.zip_with(whole.fill_null(value=False), column.cast(pl.String))


def _plainly(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [plain(value) for value in values], dtype=pl.String)


def plain(value: object) -> str | None:
    r"""Give one value of any type as text, None for nothing.

    >>> plain(True), plain({"city": "北京"}), plain(b"\xff"), plain(b"ab\0"), plain("")
    ('true', '{"city":"北京"}', '0xff', '0x616200', None)
    """
    match value:
        case None | str():
            text = value or ""
        case bool():
            text = str(value).lower()
        case float() if value.is_integer() and abs(value) < _EXACT:
            text = str(int(value))
        case Decimal():
            text = format(value, "f")
        case timedelta():
            text = _clock(value)
        case bytes() | bytearray() | memoryview():
            text = _decoded(bytes(value))
        case pl.Series() | list() | tuple() | dict():
            listed = value.to_list() if isinstance(value, pl.Series) else value
            text = orjson.dumps(listed, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        case _:
            text = str(value).removesuffix(" 00:00:00")
    return text or None


def _clock(span: timedelta) -> str:
    """Give hours, minutes and seconds, however many hours: MySQL's times are from −838 to 838.

    >>> _clock(timedelta(days=-2, hours=21, minutes=30)), _clock(timedelta(seconds=1.25))
    ('-26:30:00', '00:00:01.250000')
    """
    seconds, rest = divmod(abs(span), timedelta(seconds=1))
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text += f".{rest.microseconds:06}" if rest else ""
    return f"-{text}" if span < timedelta() else text


def _decoded(content: bytes) -> str:
    r"""Give bytes as the text that they are; else, and where they are filled up with zeros, as hex.

    >>> _decoded("编码".encode()), _decoded(b"\xff\x00")
    ('编码', '0xff00')
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    return f"0x{content.hex()}" if "\0" in text else text
