"""The parts of a workbook beside the sheet itself: which is which, and what of them changes."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

from mintmark.errors import NotEditable, SignedWorkbook, UnknownSheet
from mintmark.intake.reading import letter
from mintmark.intake.writeback.markup import shown
from mintmark.intake.writeback.places import Place, index

EDITABLE = (".xlsx", ".xlsm", ".csv", ".tsv", ".parquet")
_TEXT = b"49"  # the built-in number format @ (ECMA-376-1, 18.8.30)
_WIDEST = 60
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_AREA = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The names of the parts that may change."""

    sheet: str
    styles: str | None
    strings: str | None
    tables: tuple[str, ...]


def find_parts(archive: ZipFile, sheet: str, file: str) -> Parts:
    """Find a sheet's parts. Raises NotEditable, SignedWorkbook or UnknownSheet.

    Source: ECMA-376-2 (packages and their relationships).
    """
    names = {name.lower(): name for name in archive.namelist()}
    if any(name.startswith("_xmlsignatures/") for name in names):
        raise SignedWorkbook(file=file)
    start = _related(archive, names, "")
    workbook = next((to for kind, to, _ in start if kind == "officeDocument"), None)
    if workbook is None or not workbook.endswith(".xml"):
        raise NotEditable(file=file, known=EDITABLE)
    related = _related(archive, names, workbook)
    targets = {inner: to for kind, to, inner in related if kind == "worksheet"}
    sheets = dict(_sheets(archive.read(workbook)))
    if sheet not in sheets or sheets[sheet] not in targets:
        raise UnknownSheet(file=file, sheet=sheet, sheets=tuple(sheets))
    part = targets[sheets[sheet]]
    of_kind = {kind: to for kind, to, _ in related}
    tables = tuple(to for kind, to, _ in _related(archive, names, part) if kind == "table")
    return Parts(
        sheet=part,
        styles=of_kind.get("styles"),
        strings=of_kind.get("sharedStrings"),
        tables=tables,
    )


def _sheets(workbook: bytes) -> Iterator[tuple[str, str]]:
    for element in ET.fromstring(workbook).iter():  # noqa: S314 - expat guards against expansion
        if element.tag.rpartition("}")[2] == "sheet":
            inner = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            yield element.attrib.get("name", ""), inner


def _related(archive: ZipFile, names: dict[str, str], part: str) -> list[tuple[str, str, str]]:
    """Give what a part is related to: kind, name of the part, id."""
    folder, name = posixpath.split(part)
    rels = names.get(posixpath.join(folder, "_rels", f"{name}.rels").lower())
    if rels is None:
        return []
    found = []
    for one in ET.fromstring(archive.read(rels)):  # noqa: S314 - expat guards against expansion
        if one.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[1:]
        kind = one.get("Type", "").rpartition("/")[2]
        found.append((kind, names.get(target.lower(), target), one.get("Id", "")))
    return found


def with_column(head: bytes, prefix: bytes, place: Place, *, rows: int, width: int) -> bytes:
    """Give a sheet's head with its area reaching the column, which gets a width if it is new."""
    p = re.escape(prefix)
    area = re.search(rb"""<%sdimension\b[^>]*?\sref\s*=\s*["']([A-Z0-9:]+)["']""" % p, shown(head))
    if area:
        wider = _widened(area[1].decode(), place.column, rows).encode()
        head = head[: area.start(1)] + wider + head[area.end(1) :]
    return _with_width(head, prefix, place.column, width) if place.heading is not None else head


def _widened(area: str, column: int, row: int) -> str:
    found = _AREA.fullmatch(area)
    if not found:
        return area
    left, top = index(found[1]), int(found[2])
    right, bottom = index(found[3] or found[1]), int(found[4] or found[2])
    left, right, bottom = min(left, column), max(right, column), max(bottom, row)
    return f"{letter(left)}{top}:{letter(right)}{bottom}"


def _with_width(head: bytes, prefix: bytes, column: int, width: int) -> bytes:
    """Add a `col` (18.3.1.13) in its order; where the user's own covers the column, it stays.

    Unless it hides the column, as templates hide all that is right of the table.
    """
    seen, p = shown(head), re.escape(prefix)
    new = b'<%scol min="%d" max="%d" width="%d" customWidth="1"/>' % (
        prefix, column + 1, column + 1, min(max(width + 3, 10), _WIDEST),
    )  # fmt: skip
    cols = re.search(rb"<%scols\s*>" % p, seen)
    if not cols:
        data = re.search(rb"<%ssheetData[\s/>]" % p, seen)
        at = data.start() if data else len(head)
        return head[:at] + b"<%scols>%s</%scols>" % (prefix, new, prefix) + head[at:]
    at = seen.index(b"</%scols" % prefix, cols.end())
    for one in re.finditer(rb"<%scol\s[^>]*>" % p, seen[: at + 1]):
        first, last = _number(one[0], b"min"), _number(one[0], b"max")
        if first <= column + 1 <= last:
            pieces = _parted(one[0], column + 1, last, new) if _HIDDEN.search(one[0]) else one[0]
            return head[: one.start()] + pieces + head[one.end() :]
        if first > column + 1:
            at = one.start()
            break
    return head[:at] + new + head[at:]


def _parted(tag: bytes, column: int, last: int, new: bytes) -> bytes:
    """Cut one column out of a `col` that stands for many, and put another there."""
    left = re.sub(rb"""(\smax\s*=\s*["'])\d+""", rb"\g<1>%d" % (column - 1), tag)
    right = re.sub(rb"""(\smin\s*=\s*["'])\d+""", rb"\g<1>%d" % (column + 1), tag)
    is_first = _number(tag, b"min") == column
    return (b"" if is_first else left) + new + (b"" if last == column else right)


def _number(tag: bytes, name: bytes) -> int:
    found = re.search(rb"""\s%s\s*=\s*["'](\d+)["']""" % name, tag)
    return int(found[1]) if found else 0


def with_text_formats(styles: bytes, wanted: set[int]) -> tuple[bytes, dict[int, int]]:
    """Add a twin of each of these cell formats (18.8.10) that shows text as it is.

    Gives the part and, by the number of each format, the number of its twin. The twin has the same
    font, borders and fill.
    """
    seen = shown(styles)
    opened = re.search(
        rb"""<((?:[\w.-]+:)?)cellXfs\b[^>]*?\scount\s*=\s*["'](\d+)["'][^>]*>""", seen
    )
    end = seen.find(b"</%scellXfs" % opened[1], opened.end()) if opened else -1
    if opened is None or end < 0:
        return styles, {}
    p = re.escape(opened[1])
    formats = re.compile(rb"<%sxf\b(?:[^>]*/>|[^>]*>.*?</%sxf\s*>)" % (p, p), re.DOTALL)
    there = formats.findall(seen[opened.end() : end])
    twins: dict[int, int] = {}
    new: list[bytes] = []
    for number in sorted(one for one in wanted if one < len(there)):
        twin = _as_text(there[number])
        if twin in there:
            twins[number] = there.index(twin)
            continue
        twins[number] = len(there) + len(new)
        new.append(twin)
    if not new:
        return styles, twins
    counted = b"%d" % (len(there) + len(new))
    made = styles[: opened.start(2)] + counted + styles[opened.end(2) : end] + b"".join(new)
    return made + styles[end:], twins


def _as_text(format_: bytes) -> bytes:
    if _number(format_, b"numFmtId") == int(_TEXT):
        return format_
    tag, end, inner = format_.partition(b"/>" if format_.endswith(b"/>") and b"</" not in format_
                                        else b">")  # fmt: skip
    tag = re.sub(rb"""\s(?:numFmtId|applyNumberFormat)\s*=\s*["'][^"']*["']""", b"", tag)
    return tag + b' numFmtId="%s" applyNumberFormat="1"' % _TEXT + end + inner


def with_table_column(part: bytes, place: Place) -> bytes | None:
    """Give a table (18.5.1.2) with one column more, None where the new column is not part of it.

    It is where it stands right beside the table, under the same row of headings, unless the table
    is a query's: that would lose the column when it is refreshed.
    """
    root = ET.fromstring(part)  # noqa: S314 - expat guards against expansion
    area = _AREA.fullmatch(root.get("ref", ""))
    names = [
        one.get("name", "").casefold() for one in root.iter() if one.tag.endswith("}tableColumn")
    ]
    if (
        place.heading is None
        or area is None
        or not area[3]
        or index(area[3]) + 1 != place.column
        or int(area[2]) != place.headings
        or root.get("headerRowCount") == "0"
        or root.get("tableType", "worksheet") != "worksheet"
        or place.heading.casefold() in names
    ):
        return None
    ids = [int(one.get("id", "0")) for one in root.iter() if one.tag.endswith("}tableColumn")]
    return _with_table_column(part, area[3].encode(), place, max(ids, default=0) + 1)


def _with_table_column(part: bytes, last: bytes, place: Place, number: int) -> bytes:
    new, seen = place.letter.encode(), shown(part)
    columns = re.search(rb"""<((?:[\w.-]+:)?)tableColumns\b[^>]*?count\s*=\s*["'](\d+)["']""", seen)
    if columns is None:
        return part
    prefix, end = columns[1], seen.index(b"</%stableColumns" % columns[1])
    column = '<{}tableColumn id="{}" name={}/>'.format(
        prefix.decode(), number, quoteattr(place.heading or "")
    ).encode()
    counted = b"%d" % (int(columns[2]) + 1)
    made = part[: columns.start(2)] + counted + part[columns.end(2) : end] + column + part[end:]
    # The table's own area comes first, then its filter's: both grow; a sort's area stays.
    area = rb"""(<(?:[\w.-]+:)?(?:table|autoFilter)\b[^>]*?\sref\s*=\s*["'][A-Z]+\d+:)%s(\d+["'])"""
    return re.sub(area % last, rb"\g<1>%s\g<2>" % new, made, count=2)
