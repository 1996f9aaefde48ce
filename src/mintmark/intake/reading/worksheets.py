"""What calamine does not tell of the XML of a worksheet: how far it reaches, and lost values.

calamine keeps a sheet as a full rectangle, so a lone cell in XFD1048576 would need 400 GB: that is
looked at first. It gives nothing for a cell with an error (#N/A) or for a number that is no day
though it is formatted as one: their text is noted here.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.8.30 (numFmt).
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import numpy as np

from mintmark.errors import SheetTooLarge
from mintmark.intake.reading import packed
from mintmark.intake.reading.sheet import letter

CELLS = 40_000_000  # in calamine's rectangle, 24 bytes each: about 1 GB
_WITH_VALUE = re.compile(rb"<(?:\w+:)?c\s[^>]*[^/>]>")
_SHOWN = 12  # characters of a cell's place, as in XFD1048576"
_A, _Z, _SMALL_A, _SMALL_Z, _0, _R, _EQUALS, _MARK, _OTHER_MARK = b"AZaz0r=\"'"
_BLANKS = bytes.maketrans(b"\t\r\n", b"   ")
_UNNAMED = re.compile(rb"<(?:\w+:)?c(?:>| (?![^>]*\br=)[^>]*>)")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d{1,7})")
_ANY = re.compile(rb"<(?:\w+:)?c[ >/]")
_VALUE = rb"(?:<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v[^>]*>([^<]*)<"
_ERROR = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>' + _VALUE)
_LARGE = re.compile(
    rb'<(?:\w+:)?c\s(?![^>]*\bt="(?!n"))(?=[^>]*\bs="(\d+)")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>'
    rb"(?:<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(\d{7,}(?:\.\d+)?)<"
)
_LAST_DAY = 2_958_465  # 9999-12-31
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
_LONGEST = 256 << 20  # bytes of one cell


@dataclass(slots=True)
class Looked:
    """A worksheet's last row and column (from 1), and texts by cell (letters, row).

    `is_table`: it has cells at all, and is no sheet of one chart or of macros.
    """

    is_table: bool = True
    rows: int = 0
    columns: int = 0
    lost: dict[tuple[str, int], str] = field(default_factory=dict)


def look(archive: zipfile.ZipFile, file: str) -> dict[str, Looked]:
    """Walk through all worksheets of an .xlsx, by name. Raises SheetTooLarge."""
    dates = _date_styles(archive)
    found = {}
    for name, member in _members(archive).items():
        found[name] = looked = Looked(is_table="worksheets/" in member.filename.casefold())
        for piece in map(_usual, _pieces(archive, member, file, name)):
            rows, columns = _reach(piece)
            if max(rows, looked.rows) * max(columns, looked.columns) > CELLS:
                rows, columns = _reach(_filled(piece))  # empty cells with a border cost nothing
            unnamed = _unnamed(piece)
            looked.rows = max(rows, looked.rows, unnamed[0])
            looked.columns = max(columns, looked.columns, unnamed[1])
            require_bearable(looked, file, name)
            _note(looked, piece, dates)
    return found


def require_bearable(looked: Looked, file: str, name: str) -> None:
    """Raise SheetTooLarge if its rectangle would not fit."""
    if looked.rows * looked.columns > CELLS:
        cell = f"{letter(looked.columns - 1)}{looked.rows}"
        raise SheetTooLarge(file=file, sheet=name, cell=cell, most=CELLS)


def _pieces(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str, name: str
) -> Iterator[bytes]:
    """Give the XML in pieces that end where a cell does."""
    rest = b""
    for piece in packed.read(archive, member):
        rest += piece
        cut = max(rest.rfind(b"</c>"), rest.rfind(b":c>"), rest.rfind(b"</row>"))
        if cut >= 0:
            yield rest[: cut + 3]
            rest = rest[cut + 3 :]
        elif len(rest) > _LONGEST:
            raise SheetTooLarge(file=file, sheet=name, cell="", most=CELLS)
    yield rest


def _reach(piece: bytes) -> tuple[int, int]:
    """Give the last row and the last column (from 1) of all ``r="AB12"`` in some XML.

    >>> _reach(b'<row r="7"><c r="A7"><v>1</v></c><c r="AB12" s="1"/>')
    (12, 28)
    """
    text = np.frombuffer(piece, np.uint8)
    is_mark = (text == _MARK) | (text == _OTHER_MARK)
    starts = np.flatnonzero(is_mark[2:] & (text[1:-1] == _EQUALS) & (text[:-2] == _R)) + 3
    shown = text[np.minimum(starts[:, None] + np.arange(_SHOWN), len(text) - 1)].astype(np.int64)
    shown = np.where((shown >= _SMALL_A) & (shown <= _SMALL_Z), shown - _SMALL_A + _A, shown)
    shown = shown[(shown[:, 0] >= _A) & (shown[:, 0] <= _Z)]
    rows, columns = np.zeros(len(shown), np.int64), np.zeros(len(shown), np.int64)
    is_over = np.zeros(len(shown), np.bool_)
    for characters in shown.T:
        is_over |= (characters == _MARK) | (characters == _OTHER_MARK)
        is_letter = (characters >= _A) & ~is_over
        columns = np.where(is_letter, columns * 26 + characters - _A + 1, columns)
        rows = np.where(is_letter | is_over, rows, rows * 10 + characters - _0)
    return int(rows.max(initial=0)), int(columns.max(initial=0))


def _usual(piece: bytes) -> bytes:
    """Give XML with attributes spelt as nearly all programs spell them; calamine reads any."""
    piece = piece.translate(_BLANKS)
    if b"r =" in piece or b"r= " in piece:
        return re.sub(rb"\br *= *(?=[\"'])", b"r=", piece)
    return piece


def _unnamed(piece: bytes) -> tuple[int, int]:
    """Give how far cells without an ``r`` may reach: the last row, the most cells of a row."""
    tags = piece.count(b"<c ") + piece.count(b"<c>") + piece.count(b":c ") + piece.count(b":c>")
    # Nearly all programs write ``r`` first: then there is no need to search.
    if tags == piece.count(b"<c r=") or not _UNNAMED.search(piece):
        return 0, 0
    last = max(map(int, _ROW.findall(piece)), default=0)
    parts = piece.split(b"<row")
    return max(last, len(parts) - 1), max(len(_ANY.findall(part)) for part in parts)


def _filled(piece: bytes) -> bytes:
    """Give the tags of the cells that have something in them."""
    return b"".join(_WITH_VALUE.findall(piece))


def _note(looked: Looked, piece: bytes, dates: set[int]) -> None:
    if b't="e"' in piece:
        for letters, row, value in _ERROR.findall(piece):
            looked.lost[letters.decode(), int(row)] = value.decode()
    if dates:
        for style, letters, row, value in _LARGE.findall(piece):
            if int(style) in dates and float(value) > _LAST_DAY:
                looked.lost[letters.decode(), int(row)] = value.decode()


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Give the worksheets' files by their names, as the workbook relates them."""
    files = {member.filename.casefold(): member for member in archive.infolist()}
    book = parsed(archive, "xl/workbook.xml")
    relations = parsed(archive, "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            id_ = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            target = targets.get(id_, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if member := files.get(path.casefold()):
                found[sheet.get("name", "")] = member
    return found


def parsed(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """Give a small member's XML, nothing if it has none."""
    try:
        if archive.getinfo(name).file_size > _LONGEST:
            return ET.Element("none")
        return ET.fromstring(archive.read(name))  # noqa: S314 - expat refuses what would explode
    except (KeyError, ET.ParseError):
        return ET.Element("none")


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """Give the places of the cell formats that show a number as a day or a time."""
    styles = parsed(archive, "xl/styles.xml")
    own = {
        int(known.get("numFmtId", 0)): known.get("formatCode", "")
        for known in styles.iter()
        if known.tag.endswith("}numFmt")
    }
    dates = _DATES | {number for number, code in own.items() if _shows_time(code)}
    formats = next((part for part in styles.iter() if part.tag.endswith("}cellXfs")), ())
    return {place for place, one in enumerate(formats) if int(one.get("numFmtId", 0)) in dates}


def _shows_time(code: str) -> bool:
    return re.search("[ymdhs]", _LITERAL.sub("", code).casefold()) is not None
