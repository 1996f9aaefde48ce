"""The workbook of refused rows: as they came, what is wrong, the way out; and the sum of it."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.conftest import TABLES, TODAY

from mintmark import errors
from mintmark.intake.checking import Standards, check
from mintmark.intake.headings import table
from mintmark.intake.layout import first_table
from mintmark.intake.reading import Kept, Sheet, letter, open_source
from mintmark.intake.refusals import write_refused
from mintmark.intake.report import Report
from mintmark.rule import define
from mintmark.wording import LANGUAGES, Wording

RULE = define("{type}-{region}-{registered:YYYYMMDD}-{seq:5}", tables=TABLES)
STANDARDS = Standards(rules=[RULE], fields={}, today=TODAY.date(), country="CN", defaults={})
ROWS = [
    ["客户名称", "客户类型", "所在地区", "登记日期", "手机号", "序号"],
    ["王琦", "VIP", "北京", "2023-10-01", "13875014587", "1"],
    ["", "VIP", "北京市区", "2023-10-01", "１３８", "2"],
    ["=cmd|' /C calc'!A0", "黄金", "北京", "2023-10-01", "", "3"],
    ["测试", "VIP", "北京", "2023-10-01", "", "4"],
]


def of(rows: list[list[str]]) -> Report:
    cells = {letter(place): [row[place] for row in rows] for place in range(len(rows[0]))}
    sheet = Sheet(name="", cells=pl.DataFrame(cells))
    found = table(sheet, 1, mapping={}, ignore=(), file="")
    checked = check(sheet, found, STANDARDS)
    nothing = pl.DataFrame()
    return Report(
        file="", sheet="", table=found, kept=Kept.of(sheet), results=nothing, facts=nothing,
        findings=checked.findings, reasons=checked.reasons, alike=nothing, sealed=frozenset(),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_refused_rows_are_written_as_they_came_behind_what_is_wrong(
    tmp_path: Path, language: str
) -> None:
    report = of(ROWS)
    say, path = Wording(language), tmp_path / "refused.xlsx"
    steps = list(write_refused(report, path, say))
    assert steps[-1].done == steps[-1].total
    page, summary = openpyxl.load_workbook(path).worksheets
    heads, first, second = page.iter_rows()
    own = [say("workbook.source-row"), say("workbook.problem"), say("workbook.way-out")]
    assert [cell.value for cell in heads] == [*own, *ROWS[0]]
    assert [cell.value or "" for cell in first][3:] == ROWS[2]
    assert [cell.value or "" for cell in second][3:] == ROWS[3]
    assert {cell.data_type for row in (first, second) for cell in row} <= {"s", "n"}
    assert (first[0].value, second[0].value) == ("3", "4")
    assert len(str(first[1].value).split("\n")) == 3
    assert "北京" in str(first[2].value)  # what may be meant
    assert [cell.fill.fgColor.rgb == "FFFFD9D6" for cell in first] == [
        False, False, False, True, False, True, False, True, False,
    ]  # fmt: skip
    counted = [[cell.value for cell in row] for row in summary.iter_rows(min_row=2)]
    assert [row[0] for row in counted] == [
        say(f"severity.{severity}") for severity in ["error"] * 3 + ["warning"] * 2
    ]
    assert {(row[1], row[2], row[3]) for row in counted} == {
        (say("refusal.unknown-value.title"), "2", "3"),
        (say("refusal.missing-fact.title"), "1", "3"),
        (say("refusal.wrong-phone.title"), "1", "3"),
        (say("refusal.like-formula.title"), "1", "4"),
        (say("refusal.no-name.title"), "1", "5"),
    }


def test_the_workbook_can_be_mended_and_read_again(tmp_path: Path) -> None:
    report = of(ROWS)
    path = tmp_path / "refused.xlsx"
    list(write_refused(report, path, Wording("zh-CN")))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for place, value in {"D2": "李雷", "F2": "北京", "H2": "13875014588", "E3": "VIP"}.items():
        page[place] = value
    book.save(path)
    source = open_source(path)
    again = source.sheet(source.names[0])
    headed = first_table(again)
    assert headed is not None
    assert headed.row == 1
    assert first_table(source.sheet(source.names[1])) is None
    mended = check(again, table(again, 1, mapping={}, ignore=(), file=""), STANDARDS)
    assert mended.rows["name"].to_list() == ["李雷", ROWS[3][0]]


def test_nothing_is_left_where_nothing_can_be_written(tmp_path: Path) -> None:
    report = of(ROWS)
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "refused.xlsx"
    with pytest.raises(errors.UnwritableFile):
        list(write_refused(report, path, Wording("en")))
