"""Write the two workbooks of an import: the coded rows, and the refused ones with reasons.

All cells are written as text, so that no value of a customer can act as a formula, and no
spreadsheet rounds a phone number.
"""

import contextlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from mintmark.durable import unwritable
from mintmark.errors import Refusal
from mintmark.progress import Progress


class Say(Protocol):
    """Gives the sentence for a key of the catalogue, and the sentence and way out of a refusal."""

    language: str

    def __call__(self, key: str, /, **facts: object) -> str:
        """Give the sentence."""
        ...

    def refusal(self, refusal: Refusal, /) -> tuple[str, str]:
        """Give what is wrong, and the way out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A table of a workbook, of `total` rows; `marked`: for each row, the columns to colour."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[str]]
    total: int
    marked: Iterable[Iterable[int]] = ()


_MOST_ROWS = 1_048_575  # of a sheet, below its headings
_LONGEST = 32_767  # characters of a cell
_LINE = 15  # points
_WIDEST = 48
_SAMPLE = 200  # rows that tell how wide the columns are
_STEP = 2000


def require_writable(path: Path) -> None:
    """Raise UnwritableFile or DiskFull before the work rather than after it."""
    with replacing(path):
        pass


def write(
    path: Path,
    sheet: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    total: int,
    marked: Sequence[set[int]] = (),
) -> Iterator[Progress]:
    """Write a workbook of text with one table, whole or not at all.

    `marked`: for each row, the columns to colour. Long tables go on in further sheets. Raises
    UnwritableFile.
    """
    page = Page(name=sheet, headings=headings, rows=rows, marked=marked, total=total)
    yield from write_pages(path, [page])


def write_pages(path: Path, pages: Sequence[Page]) -> Iterator[Progress]:
    """Write a workbook of text with several tables, as `write` does one."""
    total, done = sum(page.total for page in pages), 0
    with replacing(path) as file, _beside(path) as folder:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
        for page in pages:
            sheets, marks = _Pages(book, page.name, page.headings), iter(page.marked)
            for row in page.rows:
                sheets.add(row, next(marks, ()))
                done += 1
                if done % _STEP == 0:
                    yield Progress(done=done, total=total)
            sheets.finish()
        book.close()
    yield Progress(done=total, total=total)


def _beside(path: Path) -> tempfile.TemporaryDirectory[str]:
    """Give a folder for the rows written so far: where the facts are to go, and not after that."""
    return tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-")


class _Pages:
    """The sheets of one table, made as rows come."""

    def __init__(self, book: Any, name: str, headings: Sequence[str]) -> None:
        self._book, self._name, self._headings = book, name, headings
        self._bold = book.add_format(
            {"bold": True, "bg_color": "#EEF2F6", "bottom": 1, "valign": "vcenter"}
        )
        text = {"num_format": "@", "valign": "top"}
        self._wrong = book.add_format({**text, "bg_color": "#FFD9D6", "text_wrap": True})
        self._text = book.add_format(text)
        self._wrapped = book.add_format({**text, "text_wrap": True})
        self._widths = [drawn(heading) + 2 for heading in headings]
        self._first: list[tuple[Sequence[str], Iterable[int]]] = []
        self._page: Any = None
        self._pages = 0
        self._row = 0

    def add(self, row: Sequence[str], marked: Iterable[int]) -> None:
        # Columns have to be as wide as their content before the first row is written.
        if self._page is None:
            self._first.append((row, marked))
            for index, cell in enumerate(row):
                self._widths[index] = max(self._widths[index], min(drawn(cell) + 2, _WIDEST))
            if len(self._first) == _SAMPLE:
                self.finish()
        else:
            self._write(row, marked)

    def finish(self) -> None:
        if self._page is None:
            self._turn()
            for row, marked in self._first:
                self._write(row, marked)

    def _turn(self) -> None:
        self._pages += 1
        name = self._name if self._pages == 1 else f"{self._name} {self._pages}"
        self._page = self._book.add_worksheet(name)
        self._page.freeze_panes(1, 1)
        self._page.set_landscape()
        self._page.fit_to_pages(1, 0)
        self._page.repeat_rows(0)
        for index, width in enumerate(self._widths):
            self._page.set_column(index, index, width, self._text)
        for index, heading in enumerate(self._headings):
            self._page.write_string(0, index, heading, self._bold)
        self._row = 0

    def _write(self, row: Sequence[str], marked: Iterable[int]) -> None:
        if self._row == _MOST_ROWS:
            self._turn()
        self._row += 1
        wrong = set(marked)
        lines = [_lines(cell, width) for cell, width in zip(row, self._widths, strict=True)]
        if max(lines) > 1:
            self._page.set_row(self._row, _LINE * max(lines))
        for index, cell in enumerate(row):
            if cell or index in wrong:
                look = self._wrapped if lines[index] > 1 else self._text
                look = self._wrong if index in wrong else look
                self._page.write_string(self._row, index, cell[:_LONGEST], look)


def _lines(text: str, width: int) -> int:
    """Count the lines that a text takes in a column of that width."""
    if text.isascii() and len(text) < width and "\n" not in text:
        return 1
    return sum(1 + drawn(line) // width for line in text.split("\n"))


def drawn(text: str) -> int:
    """Count how wide a text is drawn: Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[str]:
    """Give a name to write to; the file takes its place only when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
        os.close(handle)
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        yield name
        if os.path.getsize(name):  # noqa: PTH202 - a plain name from mkstemp
            os.chmod(name, 0o600)  # noqa: PTH101 - facts about people
            os.replace(name, path)  # noqa: PTH105
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise unwritable(path, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108
