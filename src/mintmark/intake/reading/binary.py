"""What calamine does not tell of binary workbooks (.xlsb and .xls): how far they reach, and errors.

Sources: [MS-XLSB] 2.1.4 (records), [MS-XLS] 2.1.4 and 2.5.10 (BErr), [MS-CFB] through olefile.
"""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import olefile

from mintmark.errors import EncryptedFile, UnreadableFile
from mintmark.intake.reading import packed
from mintmark.intake.reading.sheet import letter
from mintmark.intake.reading.worksheets import Looked, parsed, require_bearable

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
_ROW, _FIRST_CELL, _LAST_CELL, _BLANK, _BUNDLE = 0, 1, 11, 1, 156
_ERROR_CELLS = {3, 11}  # BrtCellError, BrtFmlaError
_FORMULA, _BOOLERR, _BOUNDSHEET, _FILEPASS, _EOF, _BOF = 0x06, 0x205, 0x85, 0x2F, 0x0A, 0x809


def look(archive: zipfile.ZipFile, file: str) -> dict[str, Looked]:
    """Walk through all worksheets of an .xlsb, by name. Raises SheetTooLarge."""
    found = {}
    for name, member in _members(archive).items():
        found[name] = looked = Looked()
        row = 0
        for kind, content in _records(b"".join(packed.read(archive, member))):
            if kind == _ROW:
                row = _u32(content, 0) + 1
            elif _FIRST_CELL <= kind <= _LAST_CELL and kind != _BLANK:
                column = _u32(content, 0)
                looked.rows, looked.columns = max(looked.rows, row), max(looked.columns, column + 1)
                if kind in _ERROR_CELLS:
                    looked.lost[letter(column), row] = _ERRORS.get(content[8], "#ERROR")
        require_bearable(looked, file, name)
    return found


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    relations = parsed(archive, "xl/_rels/workbook.bin.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    files = {member.filename: member for member in archive.infolist()}
    found = {}
    for kind, content in _records(archive.read("xl/workbook.bin")):
        if kind == _BUNDLE:
            id_, after = _wide(content, 8)
            name, _ = _wide(content, after)
            target = targets.get(id_, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in files:
                found[name] = files[path]
    return found


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    place, end = 0, len(content)
    while place < end:
        kind, place = _varint(content, place, 2)
        size, place = _varint(content, place, 4)
        yield kind, content[place : place + size]
        place += size


def _varint(content: bytes, place: int, most: int) -> tuple[int, int]:
    """Read an integer of up to so many bytes, seven bits each."""
    if not content[place] & 0x80:  # nearly always
        return content[place], place + 1
    value = 0
    for index, byte in enumerate(content[place : place + most]):
        # The kind of a record keeps the high bit of its first byte ([MS-XLSB] 2.1.4 counts so).
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, place + index + 1
    return value, place + most


def _u32(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 4], "little")


def _wide(content: bytes, place: int) -> tuple[str, int]:
    end = place + 4 + 2 * _u32(content, place)
    return content[place + 4 : end].decode("utf-16-le", "replace"), end


def look_old(path: Path, file: str) -> list[Looked]:
    """Walk through the sheets of an .xls in order. Raises EncryptedFile or UnreadableFile."""
    streams = _streams(path, file)
    if "encryptedpackage" in streams:  # an .xlsx within
        raise EncryptedFile(file=file)
    content = streams.get("workbook") or streams.get("book")
    if content is None:
        raise UnreadableFile(file=file, reason="OLE: " + ", ".join(sorted(streams)))
    return [_looked_old(content, place) for place in _sheets(content, file)]


def _streams(path: Path, file: str) -> dict[str, bytes]:
    """Give what is in a compound file, by name; of what is not a workbook, no content."""
    try:
        with olefile.OleFileIO(path) as container:
            names = [name[0] for name in container.listdir() if len(name) == 1]
            return {
                name.casefold(): container.openstream(name).read()
                if name.casefold() in ("workbook", "book")
                else b""
                for name in names
            }
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise UnreadableFile(file=file, reason=str(error) or type(error).__name__) from None


def _sheets(content: bytes, file: str) -> list[int]:
    places = []
    for kind, record in _records_old(content, 0):
        if kind == _FILEPASS:
            raise EncryptedFile(file=file)
        if kind == _BOUNDSHEET:
            places.append(_u32(record, 0))
    return places


def _looked_old(content: bytes, place: int) -> Looked:
    looked = Looked()
    for kind, record in _records_old(content, place):
        code = None
        if kind == _BOOLERR and record[7:8] == b"\x01":
            code = record[6]
        elif kind == _FORMULA and record[12:14] == b"\xff\xff" and record[6:7] == b"\x02":
            code = record[8]
        if code is not None:
            row, column = struct.unpack_from("<HH", record)
            looked.lost[letter(column), row + 1] = _ERRORS.get(code, "#ERROR")
    return looked


def _records_old(content: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of a substream, from its beginning to its end."""
    depth = 0
    while place + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, place)
        yield kind, content[place + 4 : place + 4 + size]
        place += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return
