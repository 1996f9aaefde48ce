"""Laws of writing back: the code comes to stand in its place, and nothing else changes."""

import csv
import io
import tempfile
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree as ET

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mintmark.intake.reading import letter
from mintmark.intake.writeback import Place, Spelling, markup, plan_file, texts
from mintmark.intake.writeback.markup import Markup
from mintmark.intake.writeback.places import index
from mintmark.intake.writeback.weighing import to_write

Table = tuple[list[list[str]], list[str], Spelling]
CODE = st.text("ABC0123-", min_size=1, max_size=8)
CELL = st.text(st.characters(codec="gb18030", exclude_characters="\x00\ufeff"), max_size=6) | (
    st.text('a王",;\t|\r\n ', max_size=5)
)
ENCODINGS = st.sampled_from([(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"", "gb18030"),
                             (b"\xff\xfe", "utf-16-le")])  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A text table, each record with its own end of line: its rows, its records, the spelling."""
    bom, encoding = draw(ENCODINGS)
    spelling = Spelling(bom=bom, encoding=encoding, delimiter=draw(st.sampled_from(",;\t|")))
    rows = draw(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6))
    rows = [row for row in rows if row != [""]] or [["a"]]
    always, records = draw(st.booleans()), []
    for row in rows:
        cells = (quoted(cell, spelling.delimiter, always=always) for cell in row)
        end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
        records.append(spelling.delimiter.join(cells) + end)
    return rows, records, spelling


def quoted(cell: str, delimiter: str, *, always: bool) -> str:
    needs = always or any(mark in cell for mark in f'{delimiter}"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needs else cell


def read(text: str, spelling: Spelling) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=spelling.delimiter))


@given(tables(), st.data(), st.integers(0, 5), st.integers(1, 9))
def test_a_text_table_gets_its_codes_and_keeps_every_other_character(
    table: Table, data: st.DataObject, column: int, chunk: int
) -> None:
    rows, records, spelling = table
    text = "".join(records)
    assert read(text, spelling) == rows
    codes = data.draw(st.dictionaries(st.integers(1, len(rows)), CODE, min_size=1))
    ours = pl.DataFrame(
        sorted(codes.items()), schema={"row": pl.UInt32, "ours": pl.String}, orient="row"
    )
    place = Place(sheet="", headings=1, column=column, heading=None)
    with tempfile.TemporaryDirectory() as folder, patch.object(texts, "_CHUNK", chunk):
        path, to = Path(folder) / "a.csv", Path(folder) / "b.csv"
        path.write_bytes(spelling.bom + text.encode(spelling.encoding))
        weighed = texts.look(path, place, ours, spelling)
        there = [
            rows[row - 1][column] if column < len(rows[row - 1]) else None for row in weighed["row"]
        ]
        assert weighed["there"].to_list() == there
        for _ in texts.write(path, to, place, to_write(weighed, overwrite=True), spelling):
            pass
        content = to.read_bytes()
    assert content.startswith(spelling.bom)
    made = content.removeprefix(spelling.bom).decode(spelling.encoding)
    changed = set(to_write(weighed, overwrite=True)["row"])
    for number, (row, record) in enumerate(zip(rows, records, strict=True), start=1):
        if number not in changed:
            assert made.startswith(record)
            made = made.removeprefix(record)
            continue
        coded = [*row, *[""] * (column + 1 - len(row))]
        coded[column] = codes[number]
        end = record[len(record.rstrip("\r\n")) :]
        made = made.removeprefix(first(made, coded, end, spelling))
    assert made == ""


def first(text: str, row: list[str], end: str, spelling: Spelling) -> str:
    """The beginning of a text that is just this row, with this end of line."""
    return next(
        text[:size]
        for size in range(1, len(text) + 1)
        if text[:size].endswith(end) and is_just(text[:size], row, spelling)
    )


def is_just(text: str, row: list[str], spelling: Spelling) -> bool:
    """Tell whether a text is this row, and no quote is left open in it."""
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=spelling.delimiter, strict=True)
        return list(read) == [row]
    except csv.Error:
        return False


# ---------------------------------------------------------------- the XML of a sheet

GAPS = st.sampled_from([b"", b"\n  ", b"<!-- <row r='9'><c r='A1'/></row> -->"])
INNER = st.sampled_from([
    (b"<P:v>7</P:v>", b""), (b'<P:is><P:t>r="J3"&gt;</P:t></P:is>', b' t="inlineStr"'),
    (b"<P:is><P:t><![CDATA[</row></c><c r='J1'>]]></P:t></P:is>", b' t="inlineStr"'),
    (b"<P:f>A1&amp;B1</P:f><P:v>x</P:v>", b' t="str"'), (b"", b' s="2"'),
])  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A sheet's XML and its prefix; rows and cells say where they are, or just follow."""
    prefix = draw(st.sampled_from([b"", b"x:"]))
    name = b":x" if prefix else b""
    out = (
        b'<?xml version="1.0"?>\n<P:worksheet xmlns%s="urn:s"><!-- <sheetData> --><P:sheetData>'
        % name
    )
    number = 0
    for _ in range(draw(st.integers(0, 5))):
        told = draw(st.booleans())
        number += draw(st.integers(1, 3)) if told else 1
        tag = (b' r="%d"' % number if told else b"") + draw(st.sampled_from([b"", b' spans="1:2"']))
        out += draw(GAPS) + row_of(draw, number, tag)
    out += draw(GAPS) + b"</P:sheetData><P:pageMargins left='1'/></P:worksheet>"
    return out.replace(b"P:", prefix), prefix


def row_of(draw: st.DrawFn, number: int, tag: bytes) -> bytes:
    cells, column = b"", 0
    for _ in range(draw(st.integers(0, 4))):
        told = draw(st.booleans())
        column += draw(st.integers(1, 2)) if told else 1
        inner, kind = draw(INNER)
        place = b' r="%s%d"' % (letter(column - 1).encode(), number) if told else b""
        ending = b">%s</P:c>" % inner if inner else b"/>"
        cells += draw(GAPS) + b"<P:c" + kind + place + ending
    return b"<P:row%s>%s</P:row>" % (tag, cells) if cells else b"<P:row%s/>" % tag


def cells_of(sheet: bytes) -> dict[tuple[int, int], str]:
    """All cells by row and column, read by a real parser."""
    found, number = {}, 0
    for row in ET.fromstring(sheet).iter("{urn:s}row"):  # noqa: S314 - our own
        number = int(row.get("r", number + 1))
        column = -1
        for cell in row:
            place = cell.get("r", "").rstrip("0123456789")
            column = index(place) if place else column + 1
            found[number, column] = "".join(cell.itertext()) + f" {cell.get('s')}"
    return found


@given(sheets(), st.data(), st.integers(0, 9), st.integers(1, 40))
def test_a_sheet_gets_its_codes_and_keeps_every_other_cell(
    sheet: tuple[bytes, bytes], data: st.DataObject, column: int, chunk: int
) -> None:
    raw, prefix = sheet
    with patch.object(markup, "_CHUNK", chunk):
        read = Markup(io.BytesIO(raw))
        rows = list(read.rows())
        tail = b"".join(read.tail())
    pieces = [b"".join((row.before, row.tag, row.body, row.end)) for row in rows]
    assert read.prefix == prefix
    assert b"".join((read.head, *pieces, tail)) == raw
    before = cells_of(raw)
    numbers = [row.number for row in rows]
    assert {number for number, _ in before} <= set(numbers)
    wanted = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
    expected = dict(before)
    for place, row in enumerate(rows):
        spot = read.spot(row, column)
        assert (spot.tag is not None) == ((row.number, column) in before)
        left = max((c for n, c in before if n == row.number and c < column), default=None)
        style = before[row.number, left].rpartition(" ")[2] if left is not None else "None"
        assert spot.left.decode() == style.replace("None", "")
        if row.number in wanted:
            expected[row.number, column] = "K<1> 5"
            pieces[place] = read.with_cell(row, spot, column, b"5", "K<1>")
    assert cells_of(b"".join((read.head, *pieces, tail))) == expected


@given(st.lists(st.tuples(CODE, st.none() | CODE | st.just(" ")), max_size=20))
def test_only_what_is_empty_is_filled_unless_one_asks(pairs: list[tuple[str, str | None]]) -> None:
    rows = ["名称,编码", *(f"n,{there or ''}" for _, there in pairs)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        numbers = pl.int_range(2, len(pairs) + 2, dtype=pl.UInt32, eager=True)
        codes = pl.DataFrame(
            {"row": numbers, "code": pl.Series([c for c, _ in pairs], dtype=pl.String)}
        )
        place = Place(sheet="", headings=1, column=1, heading=None)
        plan = plan_file(path, codes, place)
        for _ in plan.write():
            pass
        written = [line.split(",")[1] for line in plan.target().read_text("utf-8").splitlines()[1:]]
    for (code, there), now in zip(pairs, written, strict=True):
        assert now == ((there or "") if (there or "").strip() else code)
    assert plan.counts.fill + plan.counts.same + plan.counts.differing == len(pairs)
