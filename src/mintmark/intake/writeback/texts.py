r"""Codes into a text table: a field of each record changes, and no other character.

Encoding, BOM, delimiter, quotes and line ends stay. A record is what RFC 4180 says and Python's
`csv` reads: quotes count only at the beginning of a field, and may hold line breaks.

>>> with_field('"Li, Lei",1\r\n', 2, "K-1", ",")
'"Li, Lei",1,K-1\r\n'
>>> with_field('a;;c\n', 1, "K-1", ";"), with_field('"a"\n', 2, "K-1", ",")
('a;K-1;c\n', '"a",,"K-1"\n')
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import polars as pl

from mintmark.errors import ChangedSince, UnreadableFile
from mintmark.intake.writeback.places import Place
from mintmark.intake.writeback.weighing import weigh
from mintmark.progress import Progress

_CHUNK = 1 << 20
_STEP = 20_000
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
         (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_DELIMITERS = ",;\t|"
_SAMPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a text table is written."""

    bom: bytes
    encoding: str
    delimiter: str


def look(path: Path, place: Place, codes: pl.DataFrame, spelling: Spelling) -> pl.DataFrame:
    """See what stands where codes (`row`, `ours`) would go: adds `there` and `state`.

    Raises UnreadableFile, or ChangedSince where the file has not got all these rows.
    """
    wanted = _in_order(codes)
    number, _ = next(wanted, (0, ""))
    there: list[str | None] = []
    for row, record in enumerate(_records(path, spelling), start=1):
        if row == number:
            there.append(field_of(record, place.column, spelling.delimiter))
            number, _ = next(wanted, (0, ""))
    if len(there) < codes.height:
        raise ChangedSince(file=path.name)
    return weigh(codes.with_columns(there=pl.Series(there, dtype=pl.String)))


def write(
    path: Path, to: Path, place: Place, writes: pl.DataFrame, spelling: Spelling
) -> Iterator[Progress]:
    """Write a text table like the one at `path`, with the codes in `writes` (`row`, `ours`).

    A new column is given to every record from the headings on, so that all stay as wide as they
    were to each other. Raises UnreadableFile or OSError.
    """
    delimiter = spelling.delimiter
    wanted, total, done = _in_order(writes), writes.height, 0
    number, code = next(wanted, (0, ""))
    with to.open("wb") as out:
        out.write(spelling.bom)
        for row, record in enumerate(_records(path, spelling), start=1):
            if row == number:
                text = with_field(record, place.column, code, delimiter)
                number, code = next(wanted, (0, ""))
                done += 1
                if done % _STEP == 0:
                    yield Progress(done=done, total=total)
            else:
                text = _as_wide(record, row, place, delimiter)
            out.write(text.encode(spelling.encoding))


def _as_wide(record: str, row: int, place: Place, delimiter: str) -> str:
    """Give a record without a code a field for one, where all others get a new one."""
    if place.heading is None or row < place.headings:
        return record
    is_next = len(_spans(record, delimiter)) == place.column and record.strip("\r\n")
    return with_field(record, place.column, "", delimiter) if is_next else record


def field_of(record: str, column: int, delimiter: str) -> str | None:
    """Give a field's value, None where the record ends before it."""
    spans = _spans(record, delimiter)
    if column >= len(spans) or not record.strip("\r\n"):
        return None
    start, end = spans[column]
    field = record[start:end]
    return next(csv.reader([field], delimiter=delimiter), [""])[0] if field else ""


def with_field(record: str, column: int, value: str, delimiter: str) -> str:
    """Give a record with that field; what is quoted beside it shows whether to quote."""
    spans = _spans(record, delimiter)
    beside = spans[min(column, len(spans) - 1)]
    if beside[0] == beside[1] and column:
        beside = spans[min(column, len(spans)) - 1]
    written = _quoted(value, delimiter, always=record[slice(*beside)].startswith('"'))
    if column < len(spans):
        start, end = spans[column]
        return record[:start] + written + record[end:]
    end = spans[-1][1]
    gap = delimiter * (column - len(spans) + 1)
    return record[:end] + gap + written + record[end:]


def _quoted(value: str, delimiter: str, *, always: bool) -> str:
    if always or any(mark in value for mark in (delimiter, '"', "\r", "\n")):
        return '"' + value.replace('"', '""') + '"'
    return value


def spelling_of(path: Path) -> Spelling:
    """Find how a text table is written: by its BOM, else UTF-8, else GB18030; by its first lines.

    Raises UnreadableFile.
    """
    bom, encoding = _encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            file.seek(len(bom))
            lines = list(islice(file, _SAMPLE))
    except UnicodeDecodeError as error:
        raise UnreadableFile(file=path.name, reason=error.reason) from None

    def cells(delimiter: str) -> float:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        return sum(map(len, rows)) / max(len(rows), 1)

    return Spelling(bom=bom, encoding=encoding, delimiter=max(_DELIMITERS, key=cells))


def _encoding_of(path: Path) -> tuple[bytes, str]:
    with path.open("rb") as file:
        start = file.read(4)
        for bom, encoding in _BOMS:
            if start.startswith(bom):
                return bom, encoding
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return b"", "gb18030"
    return b"", "utf-8"


def _records(path: Path, spelling: Spelling) -> Iterator[str]:
    """Give the records with their line ends. Raises UnreadableFile."""
    pattern, rest, number = _record(spelling.delimiter), "", 0
    for text, is_last in _decoded(path, spelling):
        rest, at = rest + text, 0
        while found := pattern.match(rest, at):
            # A line end at the very end may be half of one; a record without one may go on.
            if not is_last and found.end() == len(rest):
                break
            if found.end() == at:
                break
            number += 1
            yield found[0]
            at = found.end()
        rest = rest[at:]
    if rest:
        raise UnreadableFile(file=path.name, reason=f'" … (row {number + 1})')


def _decoded(path: Path, spelling: Spelling) -> Iterator[tuple[str, bool]]:
    """Give the text in pieces; what would not encode to its very bytes is refused."""
    encoding = spelling.encoding
    decoder = codecs.getincrementaldecoder(encoding)()
    taken = b""
    with path.open("rb") as file:
        file.seek(len(spelling.bom))
        while True:
            chunk = file.read(_CHUNK)
            taken += chunk
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise UnreadableFile(file=path.name, reason=error.reason) from None
            back = text.encode(encoding)
            if not taken.startswith(back):
                raise UnreadableFile(file=path.name, reason=encoding)
            taken = taken[len(back) :]
            yield text, not chunk
            if not chunk:
                return


@lru_cache
def _record(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    field = _field(delimiter)
    return re.compile(rf"(?>{field}(?:{d}{field})*+)(?:\r\n|\n|\r|\Z)")


def _field(delimiter: str) -> str:
    # Nothing is given back that was taken: an open quote stays open till more is read.
    d = re.escape(delimiter)
    return rf'(?>"(?>[^"]|"")*+"[^{d}\r\n]*+|(?!")[^{d}\r\n]*+)'


@lru_cache
def _fields(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"({_field(delimiter)})(?:{re.escape(delimiter)}|(?=[\r\n])|\Z)")


def _spans(record: str, delimiter: str) -> list[tuple[int, int]]:
    """Give where each field begins and ends; an empty record has one empty field."""
    spans, at = [], 0
    pattern = _fields(delimiter)
    while found := pattern.match(record, at):
        spans.append(found.span(1))
        if found.end() == found.end(1):  # no delimiter: the last one
            break
        at = found.end()
    return spans


def _in_order(frame: pl.DataFrame) -> Iterator[tuple[int, str]]:
    for start in range(0, frame.height, _STEP):
        yield from frame.slice(start, _STEP).select("row", "ours").iter_rows()
