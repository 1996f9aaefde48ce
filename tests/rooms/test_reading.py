"""Reading: whatever people hand in becomes the right cells, or is refused with the place."""

import gzip
import hashlib
import os
import sqlite3
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from tests import files, zoo
from tests.files import HEADINGS

from mintmark import errors
from mintmark.intake.reading import Sheet, called, is_joinable, join, open_source

GOOD = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]


def only(path: Path | str, **options: Any) -> Sheet:
    """The one sheet of a source, read whole."""
    source = open_source(path, **options)
    [name] = source.names
    return source.sheet(name)


def rows(path: Path | str, **options: Any) -> list[tuple[str | None, ...]]:
    return only(path, **options).cells.rows()


# ---------------------------------------------------------------- kinds of files


def test_binary_old_and_open_workbooks_are_read_like_others(tmp_path: Path) -> None:
    wanted = [tuple(HEADINGS), tuple(GOOD)]
    assert rows(zoo.xlsb(tmp_path / "a.xlsb", wanted)) == wanted
    assert rows(zoo.xls(tmp_path / "a.xls", wanted)) == wanted
    assert rows(zoo.ods(tmp_path / "a.ods", wanted)) == wanted


def test_macros_are_not_run_and_do_no_harm(tmp_path: Path) -> None:
    book = files.workbook(tmp_path / "plain.xlsx", {"S": [HEADINGS, GOOD]})
    macros = {"xl/vbaProject.bin": b"Sub Workbook_Open()"}
    assert rows(zoo.repacked(book, tmp_path / "macro.xlsm", macros)) == rows(book)


def test_parquet_gives_values_as_people_type_them(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "姓名": ["王琦", None, ""],
            "phone": [13812345678.0, 1.5, None],
            "day": [date(2023, 10, 1), None, None],
            "at": [datetime(2023, 10, 1), datetime(2023, 10, 1, 8, 30), None],  # noqa: DTZ001
            "tags": [["a", "b"], [], None],
            "vip": [True, False, None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    sheet = only(tmp_path / "a.parquet")
    assert sheet.cells.rows() == [
        ("姓名", "phone", "day", "at", "tags", "vip"),
        ("王琦", "13812345678", "2023-10-01", "2023-10-01", '["a","b"]', "true"),
        (None, "1.5", None, "2023-10-01 08:30:00", "[]", "false"),
        (None, None, None, None, None, None),
    ]
    assert sheet.place(3) == ("", 2)  # a record has no row of headings above it


def test_json_lines_may_have_keys_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"name":"王琦","phone":13812345678}\n\n{"name":"李雷","vip":true}\n', "utf-8")
    assert rows(path) == [
        ("name", "phone", "vip"),
        ("王琦", "13812345678", None),
        (None, None, None),
        ("李雷", None, "true"),
    ]


@pytest.mark.parametrize("wrong", ['{"name": "x"', "[1]", '{"name": "\\ud800"}', '{"a": NaN}'])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"name": "x"}}\n{wrong}\n', "utf-8")
    with pytest.raises(errors.WrongRecord) as refused:
        only(tmp_path / "a.jsonl")
    assert refused.value.line == 2


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be", "utf-16", "gb18030"])
def test_encodings_are_recognised_without_a_mark(tmp_path: Path, encoding: str) -> None:
    table = [["客戶名稱", "電話", "地址"], ["陳大文", "0912345678", "台北市中山路一段"]]
    assert rows(files.text(tmp_path / "a.csv", table, encoding)) == [tuple(row) for row in table]


def test_the_delimiter_may_be_told_in_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=|\n姓名|地址\n王琦|a,b,c;d;e\n", "utf-8")
    assert rows(tmp_path / "a.csv")[1:] == [("姓名", "地址"), ("王琦", "a,b,c;d;e")]


def test_a_digest_is_that_of_the_content(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", [HEADINGS, GOOD])
    assert open_source(path).digest == hashlib.sha256(path.read_bytes()).digest()


# ---------------------------------------------------------------- folders and zips


def test_a_folder_is_its_tables_and_tells_what_it_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    (folder / "东区").mkdir(parents=True)
    files.text(folder / "a.csv", [HEADINGS, GOOD])
    files.workbook(folder / "东区" / "b.xlsx", {"一月": [HEADINGS], "二月": [GOOD]})
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "~$b.xlsx").write_bytes(b"lock")
    source = open_source(folder)
    assert source.names == ["a.csv", "东区/b.xlsx › 一月", "东区/b.xlsx › 二月"]
    assert getattr(source, "skipped", ()) == ("photo.jpg",)
    assert source.sheet("东区/b.xlsx › 二月").cells.rows() == [tuple(GOOD)]


def test_tables_of_a_zip_with_the_same_headings_become_one(tmp_path: Path) -> None:
    first = ",".join(HEADINGS) + "\n" + ",".join(GOOD) + "\n"
    second = "标题\n" + ",".join(HEADINGS[::-1]) + "\n" + "1,2,3,4,李雷"
    members = {"a.csv": first.encode(), "b.csv": second.encode("gb18030")}
    source = open_source(zoo.packed(tmp_path / "both.zip", members))
    tables = [(source.sheet(name), row) for name, row in zip(source.names, (1, 2), strict=True)]
    assert is_joinable(tables)
    both = join(tables)
    assert both.cells.rows() == [tuple(HEADINGS), tuple(GOOD), ("李雷", "4", "3", "2", "1")]
    assert [both.place(row) for row in (1, 2, 3)] == [("a.csv", 1), ("a.csv", 2), ("b.csv", 3)]


def test_a_column_without_a_place_keeps_tables_apart() -> None:
    def sheet(*rows: list[str | None]) -> Sheet:
        return Sheet(name="", cells=pl.DataFrame(rows, schema=["A", "B"], orient="row"))

    usual = sheet(["姓名", "电话"], ["王琦", "1"])
    for other in (
        sheet(["姓名", "手机"], ["王琦", "1"]),
        sheet(["姓名", None], ["王琦", "1"]),
        sheet(["姓名", "姓名"], ["王琦", "1"]),
    ):
        assert not is_joinable([(usual, 1), (other, 1)])


def test_names_in_a_chinese_zip_are_read(tmp_path: Path) -> None:
    content = {"客户.csv": ",".join(HEADINGS).encode()}
    assert open_source(zoo.packed(tmp_path / "a.zip", content, gbk=True)).names == ["客户.csv"]


def test_a_name_in_a_zip_is_never_a_path(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = zoo.packed(inside / "a.zip", {"../../evil.csv": b"a,b\n1,2\n"})
    assert open_source(path).sheet("../../evil.csv").cells.height == 2
    assert not list(tmp_path.rglob("evil.csv"))


# ---------------------------------------------------------------- databases


@pytest.fixture
def shop(tmp_path: Path) -> str:
    place = tmp_path / "shop.db"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER, name TEXT, phone REAL)")
        rows = [(n, f"王{n}", 13800000000.0 + n) for n in range(25_000)]
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows)
        connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.close()
    return f"sqlite:///{place}"


def test_a_database_is_its_tables_or_a_query(shop: str) -> None:
    assert open_source(shop).names == ["customers", "orders"]
    sheet = only(f"{shop}?table=customers")
    assert sheet.cells.height == 25_001
    assert sheet.cells.row(25_000) == ("24999", "王24999", "13800024999")
    assert sheet.place(25_001) == ("customers", 25_000)
    query = "SELECT id, id, 'a:b' AS t FROM customers WHERE id < 2 ORDER BY id"
    assert rows(shop, query=query) == [("id", "id", "t"), ("0", "0", "a:b"), ("1", "1", "a:b")]
    assert open_source(shop).sheet("customers", rows=3).cells.height == 3
    source = open_source(shop)
    assert source.digest != (source.sheet("customers"), source.digest)[1]


@pytest.mark.parametrize("query", ["DELETE FROM customers", "SELECT * FROM nowhere", "nonsense"])
def test_a_query_reads_and_does_nothing_else(shop: str, query: str) -> None:
    with pytest.raises(errors.UnreadableDatabase):
        rows(shop, query=query)
    assert only(f"{shop}?table=customers").cells.height == 25_001


def test_a_table_of_postgresql_is_read_and_never_written(place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.customers (name text, since date, owed numeric)")
        connection.execute(
            "INSERT INTO crm.customers VALUES ('王琦', '2023-10-01', 1e3), (NULL, NULL, NULL)"
        )
    table = f"{place}{'&' if '?' in place else '?'}table=crm.customers"
    assert rows(table) == [
        ("name", "since", "owed"), ("王琦", "2023-10-01", "1000"), (None, None, None),
    ]  # fmt: skip
    for query in ("DELETE FROM crm.customers RETURNING name", "DROP TABLE crm.customers"):
        with pytest.raises(errors.UnreadableDatabase):
            rows(place, query=query)
    assert len(rows(table)) == 3


def test_no_database_is_made_by_reading_it(tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissing):
        open_source(f"sqlite:///{tmp_path}/none.db")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", ["mysql", "postgresql"])
def test_a_password_is_never_told(make: str) -> None:
    place = f"{make}://anna:hunter2@127.0.0.1:1/shop?table=customers"
    with pytest.raises(errors.UnreadableDatabase) as refused:
        only(place)
    assert "hunter2" not in str(refused.value) + called(place)
    assert "anna" in refused.value.source


@pytest.mark.parametrize("option", ["nonsense=1", "charset=nonsense"])
def test_an_option_that_the_driver_does_not_know_is_told(option: str) -> None:
    with pytest.raises(errors.UnreadableDatabase) as refused:
        only(f"mysql://anna:hunter2@127.0.0.1:1/shop?table=customers&{option}")
    assert "hunter2" not in str(refused.value.facts())


def test_spans_of_time_and_bytes_come_as_people_would_write_them(place: str) -> None:
    query = (
        r"SELECT '-26 hours -30 min'::interval, '3 days'::interval, '\xff00'::bytea, 'ab'::bytea"
    )
    assert rows(place, query=query)[1] == ("-26:30:00", "72:00:00", "0xff00", "ab")


# ---------------------------------------------------------------- cells of workbooks


def test_formulas_give_what_they_came_to_and_errors_their_names(tmp_path: Path) -> None:
    path = zoo.formulas(tmp_path / "f.xlsx", [2, "王琦", "#N/A", "#DIV/0!", True])
    assert [cell for (cell,) in rows(path)] == ["2", "王琦", "#N/A", "#DIV/0!", "true"]


@pytest.mark.parametrize("make", [zoo.xlsb, zoo.xls])
def test_errors_of_binary_workbooks_are_not_lost(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path / "e", [["姓名", "手机"], ["王琦", "#N/A"], ["#DIV/0!", 13812345678.0]])
    assert rows(path)[1:] == [("王琦", "#N/A"), ("#DIV/0!", "13812345678")]


@pytest.mark.parametrize(
    ("since_1904", "number", "text"),
    [
        (False, 45200, "2023-10-01"),
        (True, 45200 - 1462, "2023-10-01"),
        (False, 45200.5, "2023-10-01 12:00:00"),
        (False, 61, "1900-03-01"),
        (True, 0, "1904-01-01"),
        (False, 13812345678, "13812345678"),  # a phone in a cell that shows days
    ],
)
def test_days_are_days_in_both_calendars(
    tmp_path: Path, since_1904: bool, number: float, text: str
) -> None:
    assert rows(zoo.dated(tmp_path / "d.xlsx", [number], since_1904=since_1904)) == [(text,)]


def test_numbers_come_as_they_were_meant(tmp_path: Path) -> None:
    cells = ["13812345678", 13812345678.0, "1.38E+10", "0086", 1.5, 110101199003070000, " x "]
    [row] = rows(files.workbook(tmp_path / "n.xlsx", {"S": [cells]}))
    assert row == (
        "13812345678", "13812345678", "1.38E+10", "0086", "1.5", "110101199003070000", " x ",
    )  # fmt: skip


def test_a_sheet_of_charts_does_not_hide_the_customers(tmp_path: Path) -> None:
    source = open_source(zoo.charted(tmp_path / "c.xlsx", [HEADINGS, GOOD]))
    assert source.names == ["客户"]
    assert source.sheet("客户").cells.rows() == [tuple(HEADINGS), tuple(GOOD)]


def test_a_million_empty_rows_are_no_rows(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    empty = "".join(f'<row r="{n}" ht="15"/>' for n in range(2, 1_000_001))
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert rows(zoo.sheet_xml(tmp_path / "e.xlsx", cells + empty + far)) == [("姓名",)]


def test_as_many_columns_as_a_spreadsheet_has(tmp_path: Path) -> None:
    wide = [str(n) for n in range(16_384)]
    assert rows(files.text(tmp_path / "w.csv", [wide])) == [tuple(wide)]
    assert only(files.workbook(tmp_path / "w.xlsx", {"S": [wide]})).cells.columns[-1] == "XFD"
    with pytest.raises(errors.TooManyColumns) as refused:
        open_source(files.text(tmp_path / "v.csv", [["a"], [*wide, "x"]]))
    assert refused.value.line == 2


# ---------------------------------------------------------------- what is broken or hostile


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("far.xlsx", lambda path: zoo.sheet_xml(
            path, '<row r="1"><c r="A1"><v>1</v></c></row>'
                  '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        ("far.xlsb", lambda path: zoo.xlsb(path, [["x"]], far=(1_048_575, 16_383))),
        ("far.ods", lambda path: zoo.ods(path, [["x"]], repeated=(1_048_575, 16_384))),
    ],
)  # fmt: skip
def test_a_lone_cell_far_out_is_named_before_memory_is_gone(
    tmp_path: Path, name: str, make: Any
) -> None:
    with pytest.raises(errors.SheetTooLarge) as refused:
        open_source(make(tmp_path / name))
    assert refused.value.cell == "XFD1048576"


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="a1"><v>1</v></c><c r="xfd1048576"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1"><c\nr =\n"XFD1048576"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        f'<row r="1">{"<c><v>1</v></c>" * 99}</row><row r="1048576"><c><v>1</v></c></row>',
    ],
)
def test_nor_can_a_lone_cell_hide_behind_strange_spelling(tmp_path: Path, cells: str) -> None:
    with pytest.raises(errors.SheetTooLarge):
        open_source(zoo.sheet_xml(tmp_path / "far.xlsx", cells))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with pytest.raises(errors.ZipBomb) as refused:
        open_source(zoo.bomb(tmp_path / "bomb.xlsx", megabytes=80))
    assert (refused.value.file, refused.value.unpacked) == ("bomb.xlsx", (80 << 20) + 8)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("make", [zoo.xlsb, zoo.xls, zoo.ods])
def test_a_workbook_that_was_cut_off_is_never_read_in_part(
    tmp_path: Path, kept: float, make: Any
) -> None:
    content = make(tmp_path / "whole", [HEADINGS, *[GOOD] * 500]).read_bytes()
    (tmp_path / "half").write_bytes(content[: int(len(content) * kept)])
    try:
        found = rows(tmp_path / "half")
    except errors.UnreadableFile:
        return
    assert found == rows(tmp_path / "whole")  # only the padding at its end was gone
    assert kept > 0.99


def test_a_damaged_member_of_a_workbook_is_noticed(tmp_path: Path) -> None:
    book = files.workbook(tmp_path / "b.xlsx", {"S": [HEADINGS, GOOD]})
    with zipfile.ZipFile(book) as archive:
        member = archive.getinfo("xl/sharedStrings.xml")
    content = bytearray(book.read_bytes())
    content[member.header_offset + 70] ^= 0x55
    book.write_bytes(content)
    with pytest.raises(errors.UnreadableFile):
        only(book)


def test_passwords_are_told_in_every_format(tmp_path: Path) -> None:
    with pytest.raises(errors.EncryptedFile):
        open_source(zoo.xls(tmp_path / "a.xls", [["x"]], locked=True))


@pytest.mark.parametrize(
    ("encoding", "strange", "line"), [("utf-8", "gb18030", 3), ("gb18030", "utf-8", 5)]
)
def test_a_line_of_another_encoding_is_named_with_its_bytes(
    tmp_path: Path, encoding: str, strange: str, line: int
) -> None:
    lines = ["客户名称,地址", *[f"王小明{n},北京市海淀区中关村大街{n}号" for n in range(9)]]
    path = zoo.mixed(tmp_path / "m.csv", lines, line, encoding, strange)
    with pytest.raises(errors.WrongBytes) as refused:
        open_source(path)
    told = refused.value
    assert (told.line, told.encoding) == (line, encoding)
    assert bytes.fromhex(told.value)[:2] in lines[line - 1].encode(strange)


@pytest.mark.parametrize("wrong", [b"\x00", b"\xed\xa0\x80"])
def test_zero_bytes_and_lone_surrogates_are_named_with_their_line(
    tmp_path: Path, wrong: bytes
) -> None:
    content = [",".join(HEADINGS).encode(), *[",".join(GOOD).encode()] * 8]
    content[4] = content[4] + wrong
    (tmp_path / "z.csv").write_bytes(b"\n".join(content))
    with pytest.raises(errors.WrongBytes) as refused:
        open_source(tmp_path / "z.csv")
    assert refused.value.line == 5


@pytest.mark.parametrize("later", ["", '李雷,"VIP"\n', "李雷,a\n" * 3])
def test_an_open_quote_is_named_and_swallows_nothing(tmp_path: Path, later: str) -> None:
    text = '姓名,备注\n"王\n琦",好\n韩梅,"不好\n' + later
    (tmp_path / "q.csv").write_text(text, "utf-8")
    with pytest.raises(errors.OpenQuote) as refused:
        only(tmp_path / "q.csv")
    assert refused.value.line == 4


def test_control_characters_are_left_for_the_checks(tmp_path: Path) -> None:
    table = [["姓名", "手机"], ["王\u202e琦\x07\u2028", "138\u200b12345678"]]
    assert rows(files.text(tmp_path / "c.csv", table)) == [tuple(row) for row in table]


def test_one_enormous_cell_is_a_cell(tmp_path: Path) -> None:
    table = [["姓名", "备注"], ["王琦", "长" * 14_000_000], ["李雷", "短"]]
    path = files.text(tmp_path / "l.csv", table)
    assert path.stat().st_size > 40_000_000
    found = only(path).cells
    assert found["B"].str.len_chars().to_list() == [2, 14_000_000, 1]
    odd = tmp_path / "odd.csv"
    odd.write_text(path.read_text("utf-8") + '韩梅,5" 管\n', "utf-8")
    assert only(odd).cells["B"].str.len_chars().to_list() == [2, 14_000_000, 1, 4]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    for path in (
        files.text(tmp_path / "a.csv", [HEADINGS, GOOD]),
        files.workbook(tmp_path / "a.xlsx", {"S": [HEADINGS, GOOD]}),
    ):
        source = open_source(path)
        os.utime(path, ns=(1, 1))
        with pytest.raises(errors.FileChanged):
            source.sheet(source.names[0])


@pytest.mark.parametrize("content", [b"PAR1 is not all", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01"])
def test_what_only_begins_like_a_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(errors.UnreadableFile):
        only(tmp_path / "x")
    (tmp_path / "y.gz").write_bytes(gzip.compress(b"a,b\n" * 99))
    with pytest.raises(errors.UnreadableFile):
        only(tmp_path / "y.gz")
