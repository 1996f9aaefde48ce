"""A sheet's XML (ECMA-376-1, 18.3) as a stream of rows, every byte of which is kept.

No tree is built: a million rows take as much memory as a thousand. Tags are found by their ``<``,
which is nowhere else in XML once comments and CDATA are hidden. Names may have any prefix, and
rows and cells may do without ``r``: then they follow the ones before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import IO
from xml.sax.saxutils import escape

from mintmark.intake.reading import letter
from mintmark.intake.writeback.cells import NoSheet, Spot, style_in
from mintmark.intake.writeback.places import index

_CHUNK = 1 << 20
_HIDDEN = re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ROOT = re.compile(rb"<(?:([\w.-]+):)?worksheet[\s>]")
_OTHER = re.compile(
    rb"""<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-?8["']|us-ascii["'])""", re.IGNORECASE
)
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_SPANS = re.compile(rb"""(\sspans\s*=\s*["']\d+:)(\d+)(["'])""")
_indexes: dict[bytes, int] = {}


def shown(raw: bytes) -> bytes:
    """Give XML with comments, CDATA and instructions blanked out, every byte at its place."""
    if b"<!" not in raw and b"<?" not in raw:
        return raw
    return _HIDDEN.sub(lambda hidden: b" " * len(hidden[0]), raw)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number, and its bytes from the start tag to the end tag."""

    number: int
    before: bytes  # what stands between it and the row above
    tag: bytes
    body: bytes
    end: bytes  # empty where the tag is all there is


class Markup:
    """The XML of one sheet, read once from beginning to end: `head`, `rows`, then `tail`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rest = b""
        self.head = self._head()

    def _head(self) -> bytes:
        """Read up to and including the tag that opens the rows."""
        while True:
            more = self._more()
            seen = shown(self._rest)
            if _OTHER.match(self._rest):
                message = "an encoding other than UTF-8"
                raise NoSheet(message)
            root = _ROOT.search(seen)
            if root:
                self.prefix = root[1] + b":" if root[1] else b""
                opened = re.search(rb"<%ssheetData\s*(/?)>" % re.escape(self.prefix), seen)
                if opened:
                    head, self._rest = self._rest[: opened.end()], self._rest[opened.end() :]
                    self.is_empty = bool(opened[1])
                    return head
            if not more:
                message = "no rows"
                raise NoSheet(message)

    def rows(self) -> Iterator[Row]:
        """Give the rows in order; then `tail` gives the rest. Raises NoSheet."""
        if self.is_empty:
            return
        number, at, seen = 0, 0, shown(self._rest)
        while True:
            tag = self._opening.search(seen, at)
            end = self._row_end(seen, tag) if tag and tag[1] else None
            if tag and not tag[1]:
                self._rest = self._rest[at:]
                return
            if tag is None or end is None:
                self._rest = self._rest[at:]
                if not self._more():
                    message = "the rows do not end"
                    raise NoSheet(message)
                at, seen = 0, shown(self._rest)
                continue
            number = _number(tag[0], number + 1)
            raw, (closing, close) = self._rest, end
            yield Row(
                number, raw[at : tag.start()], tag[0], raw[tag.end() : closing], raw[closing:close]
            )
            at = close

    def tail(self) -> Iterator[bytes]:
        """Give what follows the rows."""
        yield self._rest
        while chunk := self._stream.read(_CHUNK):
            yield chunk

    @cached_property
    def _opening(self) -> re.Pattern[bytes]:
        prefix = re.escape(self.prefix)
        return re.compile(rb"<%s(row)(?=[\s/>])[^>]*>|</%ssheetData\s*>" % (prefix, prefix))

    @cached_property
    def _closing(self) -> re.Pattern[bytes]:
        return re.compile(rb"</%srow\s*>" % re.escape(self.prefix))

    @cached_property
    def _cell(self) -> re.Pattern[bytes]:
        return re.compile(rb"<%sc(?=[\s/>])[^>]*>" % re.escape(self.prefix))

    @cached_property
    def _cell_end(self) -> re.Pattern[bytes]:
        return re.compile(rb"</%sc\s*>" % re.escape(self.prefix))

    def _row_end(self, seen: bytes, tag: re.Match[bytes]) -> tuple[int, int] | None:
        if tag[0].endswith(b"/>"):
            return tag.end(), tag.end()
        closing = self._closing.search(seen, tag.end())
        return closing.span() if closing else None

    def _more(self) -> bool:
        chunk = self._stream.read(_CHUNK)
        self._rest += chunk
        return bool(chunk)

    def spot(self, row: Row, column: int) -> Spot:
        """Find a column's cell in a row, or where it belongs."""
        seen = shown(row.body)
        if beyond := self._beyond(seen, column):
            return beyond
        place, left, last = -1, b"", None
        for cell in self._cell.finditer(seen):
            tag = cell[0]
            place = _column(tag, place + 1)
            if place > column:
                return Spot(cell.start(), cell.start(), None, b"", left, style_in(tag))
            if place == column:
                return self._there(row, seen, cell, left)
            left, last = style_in(tag), cell
        end = self._end(seen, last)[1] if last else 0
        return Spot(end, end, None, b"", left, b"")

    def _beyond(self, seen: bytes, column: int) -> Spot | None:
        """Look at the last cell first: mostly codes go right of it."""
        cell = self._cell.match(seen, max(seen.rfind(b"<%sc " % self.prefix), 0))
        if cell is None or _column(cell[0], column) >= column:
            return None
        end = self._end(seen, cell)[1]
        if self._cell.search(seen, end):  # one that does not tell where it is
            return None
        return Spot(end, end, None, b"", style_in(cell[0]), b"")

    def _there(self, row: Row, seen: bytes, cell: re.Match[bytes], left: bytes) -> Spot:
        closing, end = self._end(seen, cell)
        after = self._cell.search(seen, end)
        right = style_in(after[0]) if after else b""
        return Spot(cell.start(), end, cell[0], row.body[cell.end() : closing], left, right)

    def _end(self, seen: bytes, cell: re.Match[bytes]) -> tuple[int, int]:
        if cell[0].endswith(b"/>"):
            return cell.end(), cell.end()
        closing = self._cell_end.search(seen, cell.end())
        if closing is None:
            message = "a cell does not end"
            raise NoSheet(message)
        return closing.span()

    def with_cell(self, row: Row, spot: Spot, column: int, style: bytes, text: str) -> bytes:
        """Give a row's bytes with a text in that cell (`t="inlineStr"`: no other part changes)."""
        p, written = self.prefix, escape(text).encode()
        place = b"%s%d" % (letter(column).encode(), row.number)
        styled = b' s="%s"' % style if style else b""
        cell = (
            b'<%sc r="%s"%s t="inlineStr"><%sis><%st>%s</%st></%sis></%sc>'
            % (p, place, styled, p, p, written, p, p, p)
        )  # fmt: skip
        tag = _SPANS.sub(lambda found: _spanned(found, column + 1), row.tag)
        end = row.end
        if not end:
            tag, end = tag[:-2] + b">", b"</%srow>" % p
        return b"".join(
            (row.before, tag, row.body[: spot.start], cell, row.body[spot.end :], end)
        )  # fmt: skip


def _number(tag: bytes, otherwise: int) -> int:
    found = _PLACE.search(tag)
    return int(found[2]) if found else otherwise


def _column(tag: bytes, otherwise: int) -> int:
    found = _PLACE.search(tag)
    if not found:
        return otherwise
    letters = found[1]
    if letters not in _indexes:
        _indexes[letters] = index(letters.decode())
    return _indexes[letters]


def _spanned(found: re.Match[bytes], last: int) -> bytes:
    return found[1] + str(max(int(found[2]), last)).encode() + found[3]
