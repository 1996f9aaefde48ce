"""A zoo of files that nobody should have to import, each made by a program."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
ERRORS = {"#N/A": 0x2A, "#DIV/0!": 0x07}


# ---------------------------------------------------------------- .xlsx


def repacked(path: Path, target: Path, change: Mapping[str, bytes]) -> Path:
    """Copy a zip with other contents, or more of them, under these names."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = dict.fromkeys((*old.namelist(), *change))
        for name in names:
            new.writestr(name, change[name] if name in change else old.read(name))
    return target


def sheet_xml(path: Path, rows: str) -> Path:
    """Write a workbook with one sheet whose rows are this XML."""
    xlsxwriter.Workbook(plain := path.with_name(f"plain-{path.name}")).close()
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = (
        f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    )
    return repacked(plain, path, {"xl/worksheets/sheet1.xml": xml.encode()})


def dated(path: Path, numbers: Sequence[float], *, since_1904: bool) -> Path:
    """Write numbers formatted as days, one below the other."""
    book = xlsxwriter.Workbook(path, {"date_1904": since_1904})
    page, day = book.add_worksheet("S"), book.add_format({"num_format": "yyyy/m/d"})
    for row, number in enumerate(numbers):
        page.write_number(row, 0, number, day)
    book.close()
    return path


def formulas(path: Path, cached: Sequence[Any]) -> Path:
    """Write formulas that came to these values when they were last calculated."""
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("S")
    for row, value in enumerate(cached):
        page.write_formula(row, 0, "=X9", None, value)
    book.close()
    return path


def charted(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Write a table and, on a sheet of its own before it, a chart."""
    book = xlsxwriter.Workbook(path)
    chart = book.add_chart({"type": "column"})
    book.add_chartsheet("图").set_chart(chart)
    page = book.add_worksheet("客户")
    for row, cells in enumerate(rows):
        page.write_row(row, 0, cells)
    chart.add_series({"values": "=客户!$A$1:$A$2"})
    book.close()
    return path


# ---------------------------------------------------------------- .xlsb, .xls, .ods


def xlsb(path: Path, rows: Sequence[Sequence[Any]], *, far: tuple[int, int] | None = None) -> Path:
    """Write a binary workbook ([MS-XLSB]) with texts, numbers and errors."""
    reach = struct.pack("<IIII", 0, len(rows), 0, max(len(cells) for cells in rows))
    sheet = [_record(129, b""), _record(148, reach), _record(145, b"")]
    for row, cells in enumerate(rows):
        sheet.append(_record(0, struct.pack("<I", row).ljust(25, b"\0")))
        sheet.extend(_cell(column, value) for column, value in enumerate(cells))
    if far is not None:
        sheet.append(_record(0, struct.pack("<I", far[0]).ljust(25, b"\0")))
        sheet.append(_cell(far[1], "x"))
    sheet += [_record(146, b""), _record(130, b"")]
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("S"))
    book = [_record(131, b""), _record(143, b""), bundle, _record(144, b""), _record(132, b"")]
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"".join(book))
        archive.writestr("xl/_rels/workbook.bin.rels", relation)
        archive.writestr("xl/worksheets/sheet1.bin", b"".join(sheet))
    return path


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    return (
        head + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + content
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: Any) -> bytes:
    place = struct.pack("<II", column, 0)
    if value in ERRORS:
        return _record(3, place + bytes([ERRORS[value]]))
    if isinstance(value, str):
        return _record(6, place + _wide(value))
    return _record(5, place + struct.pack("<d", value))


def xls(path: Path, rows: Sequence[Sequence[Any]], *, locked: bool = False) -> Path:
    """Write a workbook of 1997 ([MS-XLS]) in a compound file ([MS-CFB])."""
    bof = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    cells = b"".join(
        _old_cell(row, column, value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
    )
    pages = bof.replace(b"\x05\0", b"\x10\0", 1) + cells + struct.pack("<HH", 0x0A, 0)
    lock = struct.pack("<HH", 0x2F, 6) + bytes(6) if locked else b""
    bundle = struct.pack("<HHIBBBBc", 0x85, 9, len(bof) + len(lock) + 13 + 4, 0, 0, 1, 0, b"S")
    content = bof + lock + bundle + struct.pack("<HH", 0x0A, 0) + pages
    path.write_bytes(_compound(content))
    return path


def _old_cell(row: int, column: int, value: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if value in ERRORS:
        kind, said = 0x205, bytes([ERRORS[value], 1])
    elif isinstance(value, str):
        kind, said = 0x204, struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
    else:
        kind, said = 0x203, struct.pack("<d", value)
    return struct.pack("<HH", kind, len(place + said)) + place + said


def _compound(content: bytes) -> bytes:
    """Put one stream, “Workbook”, into a compound file of 512-byte sectors."""
    size = max(len(content), 4096)
    count = -(-size // 512)
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        bytes.fromhex("D0CF11E0A1B11AE1"), 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, _END, 0, _END, 0, 0,
    )  # fmt: skip
    table = [_FAT, _END, *range(3, count + 2), _END]
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, size)
    return b"".join((
        head.ljust(512, b"\xff"),
        struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff"),
        entries.ljust(512, b"\0"),
        content.ljust(count * 512, b"\0"),
    ))  # fmt: skip


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    said = name.encode("utf-16-le") + b"\0\0"
    named = said.ljust(64, b"\0") + struct.pack("<HBB", len(said), kind, 1)
    return (
        named
        + struct.pack("<III", _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def ods(path: Path, rows: Sequence[Sequence[str]], *, repeated: tuple[int, int] = (1, 1)) -> Path:
    """Write an OpenDocument sheet; its last cell is repeated over so many rows and columns."""
    lines = [
        "<table:table-row>" + "".join(_ods_cell(cell) for cell in row) + "</table:table-row>"
        for row in rows
    ]
    if repeated != (1, 1):
        last = _ods_cell("x").replace(" ", f' table:number-columns-repeated="{repeated[1]}" ', 1)
        lines.append(
            f'<table:table-row table:number-rows-repeated="{repeated[0]}">{last}</table:table-row>'
        )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    table = f'<table:table table:name="S">{"".join(lines)}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def _ods_cell(text: str) -> str:
    said = f"<text:p>{escape(text)}</text:p>"
    return f'<table:table-cell office:value-type="string">{said}</table:table-cell>'


# ---------------------------------------------------------------- zips and text


def bomb(path: Path, megabytes: int) -> Path:
    """Write a zip that becomes a thousand times larger."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as content:
            for _ in range(megabytes):
                content.write(bytes(1 << 20))
    return path


def packed(path: Path, members: Mapping[str, bytes], *, gbk: bool = False) -> Path:
    """Write a zip of files; with `gbk`, its names as Chinese Windows writes them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            raw = name.encode("gbk") if gbk else name.encode()
            # Letters of the same length stand in for the name, which zipfile would mark as UTF-8.
            archive.writestr("~" * len(raw) if gbk else name, content)
    path.write_bytes(made.getvalue())
    if gbk:
        [name] = members
        raw = name.encode("gbk")
        path.write_bytes(made.getvalue().replace(b"~" * len(raw), raw))
    return path


def mixed(path: Path, rows: Sequence[str], other: int, encoding: str, strange: str) -> Path:
    """Write lines in one encoding, and the line `other` (from 1) in another."""
    lines = [
        row.encode(strange if number == other else encoding) for number, row in enumerate(rows, 1)
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path
