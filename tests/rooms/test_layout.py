"""Where the table is: below titles, under merged headings, above notes, beside another one."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from tests import files
from tests.files import HEADINGS

import mintmark
from mintmark import errors
from mintmark.intake import exports, plan
from mintmark.intake.layout import LaidOut, choose, first_table
from mintmark.intake.reading import Sheet, letter

GOOD = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]
OTHER = ["李雷", "VIP", "上海", "2023-10-02", "13875014588"]


def sheet(*rows: Sequence[str | None]) -> Sheet:
    width = max(len(row) for row in rows)
    filled = [[cell or None for cell in row] + [None] * (width - len(row)) for row in rows]
    schema = {letter(place): pl.String for place in range(width)}
    return Sheet(name="S", cells=pl.DataFrame(filled, schema=schema, orient="row"))


def laid(*rows: Sequence[str | None], header: int | str | None = None) -> LaidOut:
    found = choose(sheet(*rows), header, file="a.xlsx")
    assert found is not None
    return found


def body(found: LaidOut) -> list[tuple[int, str]]:
    """The rows below the headings that have something in them, and what comes first there."""
    return [
        (number, next(cell for cell in row if cell))
        for number, row in enumerate(found.sheet.cells.rows(), start=1)
        if number > found.row and any(row)
    ]


def test_titles_above_and_notes_below_are_no_customers() -> None:
    found = laid(
        ["客户登记表"], ["2023年"], [*HEADINGS], GOOD, OTHER,
        [], ["合计", "2"], ["注：手机号为联系人的手机号"], ["制表人：张三", "审核：李四"],
    )  # fmt: skip
    assert (found.row, body(found), found.left_out) == (3, [(4, "王琦"), (5, "李雷")], (7, 8, 9))


def test_a_customer_with_little_to_say_is_no_note() -> None:
    """Not even the last one, nor one whose name begins like a note."""
    rows = [["合计科技有限公司", *GOOD[1:]], ["赵六", "", ""], ["王五", "VIP"], ["注册会计师协会"]]
    found = laid([*HEADINGS], GOOD, *rows)
    assert [name for _, name in body(found)] == [
        "王琦",
        "合计科技有限公司",
        "赵六",
        "王五",
        "注册会计师协会",
    ]
    assert found.left_out == ()


def test_headings_of_two_rows_are_joined() -> None:
    found = laid(
        ["客户信息", None, "联系人", None, "登记日期"],
        ["名称", "所在地区", "姓名", "手机", None],
        ["某公司", "北京", "王琦", "13875014587", "2023-10-01"],
    )
    assert found.row == 2
    assert found.sheet.cells.row(1) == ("名称", "所在地区", "联系人 姓名", "手机", "登记日期")


def test_headings_repeated_on_every_page_are_left_out() -> None:
    found = laid([*HEADINGS], GOOD, [*HEADINGS], OTHER)
    assert (body(found), found.left_out) == ([(2, "王琦"), (4, "李雷")], (3,))


def test_two_tables_below_one_another_are_named_and_chosen_from() -> None:
    rows = [[*HEADINGS], GOOD, [], ["姓名", "手机", "邮箱"], ["韩梅", "13875014589", "a@b.cn"]]
    with pytest.raises(errors.SeveralTables) as refused:
        laid(*rows)
    assert refused.value.places == ("A1", "A4")
    assert body(laid(*rows, header=1)) == [(2, "王琦")]
    assert body(laid(*rows, header="A4")) == [(5, "韩梅")]


def test_two_tables_beside_one_another_are_named_and_chosen_from() -> None:
    rows = [[*HEADINGS, None, *HEADINGS], [*GOOD, None, *OTHER], [*[None] * 6, *GOOD]]
    with pytest.raises(errors.SeveralTables) as refused:
        laid(*rows)
    assert refused.value.places == ("A1", "G1")
    assert body(laid(*rows, header="A1")) == [(2, "王琦")]
    right = laid(*rows, header="G1")
    assert [row[6] for row in right.sheet.cells.rows()] == ["客户名称", "李雷", "王琦"]
    assert not any(right.sheet.cells["A"].to_list())


def test_an_empty_column_within_a_table_does_not_cut_it() -> None:
    found = laid([*HEADINGS[:2], None, *HEADINGS[2:]], [*GOOD[:2], None, *GOOD[2:]])
    assert found.sheet.cells.row(1) == (*GOOD[:2], None, *GOOD[2:])


def test_the_headings_row_may_be_told() -> None:
    rows = [["甲", "乙"], ["王琦", "北京"]]
    assert laid(*rows, header=1).row == 1
    for row in (0, 3, 99):
        with pytest.raises(errors.NoSuchRow):
            laid(*rows, header=row)


def test_a_sheet_without_customers_has_no_table() -> None:
    assert first_table(sheet(["本表由销售部填写"], ["有问题", "请联系总部"])) is None
    assert choose(sheet(["x", "y"]), file="a.xlsx") is None


@pytest.mark.parametrize("export", exports.EXPORTS, ids=lambda export: export.name)
def test_known_exports_are_told_apart(export: exports.Export) -> None:
    """Each by its own headings, and each gives a name and something to find it by."""
    headings = [*export.telling, *export.facts, *export.joined]
    assert exports.recognised(headings) == export
    assert export.joined or "name" in export.facts.values()
    assert {"phone", "email"} & set(export.facts.values())


def test_first_and_last_names_become_one_name() -> None:
    [google] = [export for export in exports.EXPORTS if export.name == "Google Contacts"]
    rows = [["First Name", "Last Name", "Phone 1 - Value"], ["小明", "王", "1"], ["Jo", "Li", "2"]]
    named = exports.with_names(sheet(*rows, [None, None, "3"]), 1, google)
    assert named.cells["D"].to_list() == ["First Name + Last Name", "王小明", "Jo Li", None]


def test_a_folder_of_lists_is_planned_as_one(register: mintmark.Register, tmp_path: Path) -> None:
    files.text(tmp_path / "a.csv", [HEADINGS, GOOD])
    files.workbook(tmp_path / "b.xlsx", {"S": [["二月"], HEADINGS, OTHER]})
    applying = plan(register, tmp_path).apply()
    list(applying)
    assert [outcome.row for outcome, _ in applying.report.registered()] == [2, 3]
