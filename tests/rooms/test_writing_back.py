"""Codes go back into people's own files: only the column for codes is another one."""

import hashlib
import itertools
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from tests import files

from mintmark import errors
from mintmark.intake.headings import table
from mintmark.intake.reading import open_source
from mintmark.intake.writeback import Counts, FilePlan, Place, find_place, plan_file

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cf"
    "c0f01f0005000201a5f645400000000049454e44ae426082"
)
RIGHT = Place(sheet="客户", headings=3, column=3, heading="客户编码")


def codes(*pairs: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"row": pl.UInt32, "code": pl.String}, orient="row")


CODES = codes((4, "V-1"), (5, "V-2"), (7, "00003"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook as people keep them: everything that a library would lose is in it."""
    (tmp_path / "logo.png").write_bytes(PICTURE)
    (tmp_path / "vba.bin").write_bytes(b"macros")
    made = xlsxwriter.Workbook(tmp_path / "客户.xlsm")
    made.add_vba_project(tmp_path / "vba.bin")
    page, other = made.add_worksheet("客户"), made.add_worksheet("别的")
    red = made.add_format({"bg_color": "red", "num_format": "yyyy-mm-dd", "border": 1})
    page.write("A1", "二季度客户")
    page.merge_range("A2:C2", "内部资料")
    wang, li, han = ["王琦", "北京", 45200], ["李雷", "上海", 45201], ["韩梅", "广州", 45202]
    rows: list[list[Any]] = [wang, li, [None] * 3, han]
    columns = [{"header": text} for text in ("姓名", "城市", "登记日期")]
    page.add_table("A3:C7", {"data": rows, "columns": columns, "name": "客户表"})
    for row, cells in enumerate(rows, start=3):
        page.write(row, 2, cells[2], red)
    page.write_comment("A4", "老客户")
    page.insert_image("H2", str(tmp_path / "logo.png"))
    page.conditional_format("C4:C7", {"type": "data_bar"})
    page.data_validation("B4:B7", {"validate": "list", "source": ["北京", "上海"]})
    page.set_column("A:A", 30)
    page.protect("secret")
    page.freeze_panes(3, 0)
    other.write_formula("A1", "=SUM(客户!C4:C7)", value=135603)
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "=客户!$C$4:$C$5"})
    other.insert_chart("C3", chart)
    made.close()
    return tmp_path / "客户.xlsm"


def written(plan: FilePlan, **options: Any) -> Path:
    for progress in plan.write(**options):
        assert progress.done <= progress.total
    return plan.target(options.get("to"), in_place=options.get("in_place", False))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def column(path: Path, letter: str, sheet: str = "客户") -> list[Any]:
    page = openpyxl.load_workbook(path)[sheet]
    return [page[f"{letter}{row}"].value for row in range(1, page.max_row + 1)]


def test_everything_else_in_a_workbook_is_the_same_byte_by_byte(book: Path) -> None:
    before = members(book)
    plan = plan_file(book, CODES, RIGHT)
    assert plan.counts == Counts(fill=3, same=0, differing=0)
    to = written(plan)
    assert to == book.with_name("客户-coded.xlsm")
    after = members(to)
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/tables/table1.xml"}
    assert members(book) == before
    assert column(to, "D") == [None, None, "客户编码", "V-1", "V-2", None, "00003"]
    for letter in "ABC":
        assert column(to, letter) == column(book, letter)
    read = fastexcel.read_excel(to).load_sheet("客户", header_row=None, dtypes="string").to_polars()
    assert read.to_series(3).to_list()[-5:] == ["客户编码", "V-1", "V-2", None, "00003"]


def test_a_new_column_looks_like_its_neighbour_and_is_text(book: Path) -> None:
    page = openpyxl.load_workbook(written(plan_file(book, CODES, RIGHT)))["客户"]
    assert page["D4"].fill.fgColor.rgb == page["C4"].fill.fgColor.rgb == "FFFF0000"
    assert page["D4"].border.left.style == "thin"
    assert (page["C4"].number_format, page["D4"].number_format) == ("yyyy-mm-dd", "@")
    assert page.column_dimensions["D"].width >= 10
    assert page.column_dimensions["A"].width == pytest.approx(30.7, abs=0.1)
    assert page.dimensions == "A1:D7"
    assert page.protection.sheet
    assert page.tables["客户表"].ref == page.tables["客户表"].autoFilter.ref == "A3:D7"
    assert page.tables["客户表"].column_names == ["姓名", "城市", "登记日期", "客户编码"]


@pytest.mark.parametrize("hidden", ["C:XFD", "B:C", "C:C", "D:XFD"])
def test_a_new_column_is_seen_where_those_right_of_the_table_are_hidden(
    tmp_path: Path, hidden: str
) -> None:
    made = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    page = made.add_worksheet("客户")
    page.write_column("A1", ["姓名", "甲"])
    page.write_column("B1", ["电话", "1"])
    page.set_column(hidden, None, None, {"hidden": True})
    made.close()
    place = Place(sheet="客户", headings=1, column=2, heading="编码")
    to = written(plan_file(tmp_path / "a.xlsx", codes((2, "K-1")), place))
    sheet = members(to)["xl/worksheets/sheet1.xml"].decode()
    spans = [
        (int(first), int(last), "hidden" in rest)
        for first, last, rest in re.findall(r'<col min="(\d+)" max="(\d+)"([^>]*)', sheet)
    ]
    assert [is_hidden for first, last, is_hidden in spans if first <= 3 <= last] == [False]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    assert files.cells(to)[1] == ["甲", "1", "K-1"]


def test_an_office_program_opens_what_was_written(book: Path, tmp_path: Path) -> None:
    if not (office := next((p for p in OFFICES if Path(p).exists()), None)):
        pytest.skip("there is no LibreOffice here")
    to = written(plan_file(book, CODES, RIGHT))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
         "--outdir", tmp_path / "out", to],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    [made] = (tmp_path / "out").glob("*.csv")
    lines = made.read_text("utf-8").splitlines()
    assert [line.split(",")[3] for line in lines[2:]] == ["客户编码", "V-1", "V-2", "", "00003"]


OFFICES = ("/usr/bin/soffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")


def test_the_second_time_everything_is_there_already(book: Path) -> None:
    to = written(plan_file(book, CODES, RIGHT))
    there = Place(sheet="客户", headings=3, column=3, heading=None)
    again = plan_file(to, CODES, there)
    assert again.counts == Counts(fill=0, same=3, differing=0)
    assert members(written(again, in_place=True)) == members(to.with_name(to.name + ".bak"))
    small = plan_file(to, codes((4, "v－1"), (5, "V-9"), (6, "V-6")), there)
    assert small.counts == Counts(fill=1, same=1, differing=1)
    assert small.differences.rows() == [(5, "V-9", "V-2")]


def test_other_programs_spellings_of_a_sheet_are_understood(tmp_path: Path) -> None:
    """Some name every tag with a prefix, and leave out where rows and cells are."""
    rows = [["姓名", "电话"], ["甲", "1"], ["乙", "2"]]
    path = files.workbook(tmp_path / "a.xlsx", {"客户": rows})
    content = members(path)
    sheet = re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", content["xl/worksheets/sheet1.xml"])
    sheet = re.sub(rb' r="[A-Z]*\d+"', b"", sheet.replace(b"xmlns=", b"xmlns:x="))
    repacked(path, content | {"xl/worksheets/sheet1.xml": sheet})
    place = Place(sheet="客户", headings=1, column=2, heading="编码")
    to = written(plan_file(path, codes((2, "K-1"), (3, "K-2")), place))
    expected = [[*rows[0], "编码"], [*rows[1], "K-1"], [*rows[2], "K-2"]]
    assert files.cells(to) == expected
    read = fastexcel.read_excel(to).load_sheet(0, header_row=None, dtypes="string").to_polars()
    assert [list(row) for row in read.iter_rows()] == expected


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_differs_is_overwritten_only_when_asked(tmp_path: Path, overwrite: bool) -> None:
    rows = [["姓名", "客户编码", "备注"], ["甲", 17, "x"], ["乙", "V-1", "y"], ["丙", None, "z"]]
    path = files.workbook(tmp_path / "a.xlsx", {"客户": rows})
    place = Place(sheet="客户", headings=1, column=1, heading=None)
    plan = plan_file(path, codes((2, "K-2"), (3, "K-3"), (4, "K-4")), place)
    assert plan.differences.rows() == [(2, "K-2", "17"), (3, "K-3", "V-1")]
    to = written(plan, overwrite=overwrite)
    expected = ["K-2", "K-3", "K-4"] if overwrite else [17, "V-1", "K-4"]
    assert column(to, "B") == ["客户编码", *expected]
    assert column(to, "C") == column(path, "C")
    assert members(to)["xl/sharedStrings.xml"] == members(path)["xl/sharedStrings.xml"]


def test_a_formula_is_never_taken_away(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    page = made.add_worksheet("客户")
    page.write_row("A1", ["姓名", "客户编码"])
    page.write_formula("B2", '="K-"&1', value="K-1")
    made.close()
    place = Place(sheet="客户", headings=1, column=1, heading=None)
    assert plan_file(tmp_path / "f.xlsx", codes((2, "K-1")), place).counts.same == 1
    with pytest.raises(errors.FormulaInTheWay) as refused:
        plan_file(tmp_path / "f.xlsx", codes((2, "K-2")), place)
    assert (refused.value.row, refused.value.column) == (2, "B")


def test_codes_may_go_left_of_the_table_where_there_is_room(tmp_path: Path) -> None:
    rows = [["客户名称", "电话"], ["甲", "13875014587"]]
    for corner, refused in (((0, 1), False), ((0, 0), True)):
        path = files.workbook(tmp_path / "a.xlsx", {"客户": rows}, at=corner)
        sheet = open_source(path).sheet("客户")
        found = table(sheet, 1, mapping={}, ignore=(), file=path.name)
        if refused:
            with pytest.raises(errors.NoRoomBefore):
                find_place(sheet, found, heading="编码", before=True, file="a.xlsx")
            continue
        place = find_place(sheet, found, heading="编码", before=True, file="a.xlsx")
        to = written(plan_file(path, codes((2, "K-1")), place))
        assert files.cells(to) == [["编码", *rows[0]], ["K-1", *rows[1]]]


def test_the_column_headed_like_codes_is_found_else_a_new_one_is_made(tmp_path: Path) -> None:
    rows = [["编号", "姓名", "客户编码"], ["1", "甲", ""]]
    path = files.workbook(tmp_path / "a.xlsx", {"S": rows})
    sheet = open_source(path).sheet("S")
    found = table(sheet, 1, mapping={}, ignore=(), file="a.xlsx")
    assert find_place(sheet, found, heading="x", file="a.xlsx").letter == "C"
    assert find_place(sheet, found, heading="x", column="编号", file="a.xlsx").letter == "A"
    assert find_place(sheet, found, heading="x", column="b", file="a.xlsx").letter == "B"
    with pytest.raises(errors.NoSuchColumn):
        find_place(sheet, found, heading="x", column="QQ", file="a.xlsx")
    path = files.workbook(tmp_path / "b.xlsx", {"S": [["姓名", "电话"], ["甲", "1"]]})
    sheet = open_source(path).sheet("S")
    found = table(sheet, 1, mapping={}, ignore=(), file="b.xlsx")
    new = find_place(sheet, found, heading="x", file="b.xlsx")
    assert (new.letter, new.heading) == ("C", "x")


@pytest.mark.parametrize("in_place", [True, False])
def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path, in_place: bool) -> None:
    path = files.text(tmp_path / "a.csv", [["姓名"], ["甲"]])
    place = Place(sheet="", headings=1, column=1, heading="编码")
    before = hashlib.sha256(path.read_bytes()).digest()
    plan = plan_file(path, codes((2, "K-1")), place, digest=before)
    files.text(path, [["姓名"], ["乙"], ["甲"]])
    with pytest.raises(errors.ChangedSince):
        written(plan, in_place=in_place)
    with pytest.raises(errors.ChangedSince):
        plan_file(path, codes((2, "K-1")), place, digest=before)
    with pytest.raises(errors.ChangedSince):
        plan_file(path, codes((9, "K-1")), place)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_replaced_file_keeps_its_rights_and_every_backup_stays(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", [["姓名", "编码"], ["甲", ""]])
    path.chmod(0o640)
    place = Place(sheet="", headings=1, column=1, heading=None)
    written(plan_file(path, codes((2, "K-1")), place), in_place=True)
    written(plan_file(path, codes((2, "K-2")), place), to=path, overwrite=True)
    assert path.stat().st_mode & 0o777 == 0o640
    kept = {one.name: one.read_text().splitlines()[1] for one in tmp_path.iterdir()}
    assert kept == {"a.csv": "甲,K-2", "a.csv.bak": "甲,", "a.csv.bak2": "甲,K-1"}


def test_a_text_table_stays_as_it_was_written(tmp_path: Path) -> None:
    content = '\ufeff名单;;\r\n"姓名";"地址"\r\n"甲";"北\r\n京"\r\n\r\n"乙";"上海"\n丙;x;\r\n丁'
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode())
    place = Place(sheet="", headings=2, column=2, heading="编码")
    to = written(plan_file(path, codes((3, "K;1"), (7, "K-4")), place))
    expected = (
        '\ufeff名单;;\r\n"姓名";"地址";"编码"\r\n"甲";"北\r\n京";"K;1"\r\n\r\n'
        '"乙";"上海";""\n丙;x;\r\n丁;;K-4'
    )
    assert to.read_bytes().decode() == expected


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,地址\n甲,"北京\n乙,上海\n')
    with pytest.raises(errors.UnreadableFile):
        plan_file(path, codes((2, "K-1")), Place(sheet="", headings=1, column=2, heading="编码"))


def test_a_parquet_file_keeps_its_types_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame(
        {"姓名": ["甲", "乙"], "n": [1, 2], "day": pl.Series([1, 2]).cast(pl.Date)}
    )
    frame.write_parquet(path, metadata={"owner": "crm"})
    place = Place(sheet="", headings=1, column=3, heading="code")
    to = written(plan_file(path, codes((3, "K-2")), place))
    assert pl.read_parquet(to).equals(frame.with_columns(code=pl.Series([None, "K-2"])))
    assert pl.read_parquet_metadata(to)["owner"] == "crm"
    again = plan_file(
        to, codes((2, "K-1"), (3, "K-9")), Place(sheet="", headings=1, column=3, heading=None)
    )
    assert again.counts == Counts(fill=1, same=0, differing=1)
    written(again, in_place=True)
    assert pl.read_parquet(to)["code"].to_list() == ["K-1", "K-2"]


def test_what_cannot_be_edited_whole_is_refused_with_a_way_out(book: Path, tmp_path: Path) -> None:
    content = members(book)
    bad = tmp_path / "bad.xlsx"

    def refused(content: bytes, refusal: type[errors.Refusal], place: Place = RIGHT) -> None:
        bad.write_bytes(content)
        with pytest.raises(refusal):
            plan_file(bad, CODES, place)
        assert bad.read_bytes() == content

    whole = book.read_bytes()
    refused(whole[: len(whole) // 2], errors.UnreadableFile)
    refused(whole, errors.UnknownSheet, Place(sheet="没有", headings=1, column=1, heading=None))
    refused(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), errors.NotEditable)
    with book.open("rb") as plain, (tmp_path / "locked.xlsx").open("wb") as sealed:
        OOXMLFile(plain).encrypt("a password", sealed)
    refused((tmp_path / "locked.xlsx").read_bytes(), errors.EncryptedFile)
    repacked(bad, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})
    refused(bad.read_bytes(), errors.NotEditable)
    repacked(bad, content | {"_xmlsignatures/sig1.xml": b"<Signature/>"})
    refused(bad.read_bytes(), errors.SignedWorkbook)
    sheet = content["xl/worksheets/sheet1.xml"]
    repacked(bad, content | {"xl/worksheets/sheet1.xml": sheet[: len(sheet) // 2]})
    refused(bad.read_bytes(), errors.UnreadableFile)
    with pytest.raises(errors.FileMissing):
        plan_file(tmp_path / "none.xlsx", CODES, RIGHT)


def repacked(path: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)


FULL = """
import resource, sys
from pathlib import Path
import polars as pl
from mintmark.errors import UnwritableFile
from mintmark.intake.writeback import Place, plan_file
path, most = Path(sys.argv[1]), int(sys.argv[2])
codes = pl.DataFrame({"row": [2], "code": ["K-1"]}, schema_overrides={"row": pl.UInt32})
plan = plan_file(path, codes, Place(sheet="S", headings=1, column=1, heading="code"))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    list(plan.write(in_place=True))
except UnwritableFile as refusal:
    print("refused")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_where_the_disk_is_full_the_file_stays_whole_and_nothing_is_left_over(
    tmp_path: Path,
) -> None:
    """The limit on a file's size ends a write just as a full disk does."""
    noise = [["name"], *([os.urandom(40).hex()] for _ in range(2000))]
    for path in (
        files.text(tmp_path / "a.csv", noise),
        files.workbook(tmp_path / "b.xlsx", {"S": noise}),
    ):
        before = path.read_bytes()
        child = [sys.executable, "-c", FULL, str(path), str(len(before) // 2)]
        ran = subprocess.run(child, capture_output=True, text=True, check=True)
        assert ran.stdout == "refused\n"
        assert path.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "b.xlsx"}
