"""Codes into a workbook (.xlsx, .xlsm): one column of one sheet changes, and nothing else.

The sheet's XML is edited as it streams by. Spreadsheet libraries that load and save a workbook lose
what they do not model (openpyxl: pictures, charts, slicers, much of the formats), so none is used.
"""

import contextlib
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile, ZipInfo

import polars as pl

from mintmark.errors import ChangedSince, FormulaInTheWay, Refusal, UnreadableFile
from mintmark.intake.writeback import parts
from mintmark.intake.writeback.cells import NoSheet, style_of
from mintmark.intake.writeback.markup import Markup, Row
from mintmark.intake.writeback.parts import Parts
from mintmark.intake.writeback.places import Place
from mintmark.intake.writeback.seeing import Seen, neighbour, with_strings
from mintmark.intake.writeback.weighing import SAME, weigh
from mintmark.progress import Progress

_STEP = 20_000  # values that are objects at a time
_GATHERED = 1000  # rows that are packed together
_BUFFER = 1 << 20
_BIG = 1 << 30  # bytes from which a part may need ZIP64
_BROKEN = (BadZipFile, zlib.error, EOFError, KeyError, NoSheet, ET.ParseError, NotImplementedError,
           RuntimeError, ValueError)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What stands in the column (`weighed`: row, ours, there, state), and what writing needs."""

    weighed: pl.DataFrame
    parts: Parts
    styles: frozenset[int]  # formats that new cells would take over from their neighbours


def look(path: Path, place: Place, codes: pl.DataFrame) -> Looked:
    """See what stands where codes (`row`, `ours`, by row) would go; a new heading is one of them.

    Raises UnreadableFile, NotEditable, SignedWorkbook, UnknownSheet, FormulaInTheWay, or
    ChangedSince where the sheet has not got all these rows.
    """
    with _reading(path) as archive:
        found = parts.find_parts(archive, place.sheet, path.name)
        with archive.open(found.sheet) as stream:
            seen = Seen(Markup(stream), place, codes)
        there = with_strings(archive, found.strings, seen.cells())
    if len(seen.present) < codes.height:
        raise ChangedSince(file=path.name)
    weighed = weigh(codes.join(there, on="row", how="left", maintain_order="left"))
    _require_no_formula(weighed, path, place)
    styles = frozenset(int(style or 0) for style in seen.styles)
    return Looked(weighed=weighed.drop("computed"), parts=found, styles=styles)


def write(
    path: Path, to: Path, place: Place, looked: Looked, writes: pl.DataFrame
) -> Iterator[Progress]:
    """Write a workbook like the one at `path`, with the codes in `writes` (`row`, `ours`).

    Raises UnreadableFile where the workbook cannot be read, OSError where the other cannot be
    written.
    """
    with _reading(path) as old, ZipFile(to, "w") as new:
        new.comment = old.comment
        changed, twins = _changed(old, place, looked)
        for part in old.infolist():
            if part.filename == looked.parts.sheet:
                yield from _Writing(place, writes, twins).run(old, new, part)
            elif part.filename in changed:
                new.writestr(_like(part), changed[part.filename])
            else:
                with old.open(part) as source, _opened(new, part) as target:
                    shutil.copyfileobj(source, target, _BUFFER)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except (OSError, Refusal):
        raise
    except _BROKEN as error:
        raise UnreadableFile(file=path.name, reason=str(error)) from None


def _require_no_formula(weighed: pl.DataFrame, path: Path, place: Place) -> None:
    """A formula that gives the code may stay; any other is not ours to take away."""
    wrong = weighed.filter(pl.col("computed") & (pl.col("state") != SAME))
    if wrong.height:
        row = wrong["row"][0]
        raise FormulaInTheWay(file=path.name, sheet=place.sheet, row=row, column=place.letter)


def _changed(
    old: ZipFile, place: Place, looked: Looked
) -> tuple[dict[str, bytes], dict[bytes, bytes]]:
    """Give the other parts that change, and the text format for each format of a neighbour."""
    changed: dict[str, bytes] = {}
    twins: dict[bytes, bytes] = {}
    if looked.parts.styles and looked.styles:
        styles, found = parts.with_text_formats(old.read(looked.parts.styles), set(looked.styles))
        changed[looked.parts.styles] = styles
        twins = {b"%d" % number: b"%d" % twin for number, twin in found.items()}
    for name in looked.parts.tables:
        if (table := parts.with_table_column(old.read(name), place)) is not None:
            changed[name] = table
    return changed, twins


class _Writing:
    """Writes a sheet's XML anew, with codes in their cells."""

    def __init__(self, place: Place, writes: pl.DataFrame, twins: dict[bytes, bytes]) -> None:
        self._place = place
        self._writes = writes
        self._twins = twins

    def run(self, old: ZipFile, new: ZipFile, part: ZipInfo) -> Iterator[Progress]:
        with old.open(part) as source, _opened(new, part) as target:
            markup = Markup(source)
            target.write(self._head(markup))
            yield from self._rows(markup, target)
            for chunk in markup.tail():
                target.write(chunk)

    def _head(self, markup: Markup) -> bytes:
        rows, texts = self._writes["row"].max(), self._writes["ours"]
        width = texts.str.len_chars().max()
        if not isinstance(rows, int) or not isinstance(width, int):  # nothing to write
            return markup.head
        return parts.with_column(markup.head, markup.prefix, self._place, rows=rows, width=width)

    def _rows(self, markup: Markup, target: IO[bytes]) -> Iterator[Progress]:
        total, pairs = self._writes.height, _pairs(self._writes)
        number, text = next(pairs, (0, ""))
        done, rows = 0, markup.rows()
        while some := list(islice(rows, _GATHERED)):
            made = []
            for row in some:
                if row.number == number:
                    made.append(self._with_code(markup, row, text))
                    number, text = next(pairs, (0, ""))
                    done += 1
                else:
                    made += (row.before, row.tag, row.body, row.end)
            target.write(b"".join(made))
            yield Progress(done=done, total=total)

    def _with_code(self, markup: Markup, row: Row, text: str) -> bytes:
        place = self._place
        spot = markup.spot(row, place.column)
        style = style_of(spot)
        if spot.tag is None:
            style = neighbour(spot, place)
            if row.number != place.headings:
                style = self._twins.get(style or b"0", style)
        return markup.with_cell(row, spot, place.column, style, text)


def _pairs(writes: pl.DataFrame) -> Iterator[tuple[int, str]]:
    for start in range(0, writes.height, _STEP):
        yield from writes.slice(start, _STEP).select("row", "ours").iter_rows()


def _like(part: ZipInfo) -> ZipInfo:
    made = ZipInfo(part.filename, part.date_time)
    made.compress_type, made.external_attr = part.compress_type, part.external_attr
    made.comment, made.create_system = part.comment, part.create_system
    return made


def _opened(new: ZipFile, part: ZipInfo) -> IO[bytes]:
    return new.open(_like(part), "w", force_zip64=part.file_size > _BIG)
