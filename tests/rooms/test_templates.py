"""Templates: filled in by a person, they can be imported."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import mintmark
from mintmark.customer import FACTS
from mintmark.errors import UnknownFact
from mintmark.intake import write_template
from mintmark.wording import LANGUAGES, Wording

ZH = Wording("zh-CN")


def lists(sheet: Worksheet) -> dict[str, str]:
    """The rule of each column that has one: where it holds, and what may be chosen."""
    rules = sheet.data_validations.dataValidation
    return {str(one.sqref): str(one.formula1) for one in rules if one.type == "list"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_that_is_filled_in_can_be_imported(
    register: mintmark.Register, tmp_path: Path, language: str
) -> None:
    register.fields.declare("birthday", kind="date", labels={"zh": "生日", "en": "birthday"})
    path = tmp_path / "t.xlsx"
    blanks = write_template(register, path, Wording(language))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {blank.fact: n for n, blank in enumerate(blanks, start=1)}
    given = {"name": "王琦", "type": "VIP", "region": "上海", "phone": "13875014587",
             "registered": datetime(2023, 10, 1), "id_number": "110101199003070011",  # noqa: DTZ001
             "birthday": datetime(1990, 3, 7), "remark": "001"}  # fmt: skip  # noqa: DTZ001
    for fact, value in given.items():
        sheet.cell(2, places[fact]).value = value
    book.save(path)
    [(_, registered)] = mintmark.plan_import(register, path).forecast().registered()
    assert registered.customer.facts() == given | {
        "phone": "+8613875014587", "registered": date(2023, 10, 1), "birthday": date(1990, 3, 7),
    }  # fmt: skip


def test_an_empty_template_has_no_customer_in_it(
    register: mintmark.Register, tmp_path: Path
) -> None:
    write_template(register, tmp_path / "t.xlsx", ZH)
    with pytest.raises(mintmark.Refusal) as refused:
        mintmark.plan_import(register, tmp_path / "t.xlsx")
    assert refused.value.slug == "empty-file"


def test_every_heading_says_what_goes_there_and_what_is_required(
    register: mintmark.Register, tmp_path: Path
) -> None:
    blanks = write_template(register, tmp_path / "t.xlsx", ZH)
    sheet, notes = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets
    head = [cell.value for cell in sheet[1]]
    assert head[:4] == ["客户名称（必填）", "客户类型（必填）", "地区（必填）", "登记日期（必填）"]
    assert {blank.fact for blank in blanks} == set(FACTS)
    assert all(cell.comment is not None and "填" in cell.comment.text for cell in sheet[1])
    assert "2023-10-01" in sheet["D1"].comment.text
    assert sheet.freeze_panes == "A2"
    assert sheet.max_row == 1
    forms = {b.fact: sheet.column_dimensions[openpyxl.utils.get_column_letter(n)].number_format
             for n, b in enumerate(blanks, start=1)}  # fmt: skip
    assert (forms["phone"], forms["id_number"], forms["registered"]) == ("@", "@", "yyyy-mm-dd")
    said = [row[0] for row in notes.iter_rows(min_row=3, values_only=True)]
    assert said == head


def test_coded_attributes_are_chosen_from_their_table(
    register: mintmark.Register, tmp_path: Path
) -> None:
    write_template(register, tmp_path / "t.xlsx", ZH)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert lists(sheet) == {"B2:B10001": '"VIP,普通,潜在"', "C2:C10001": '"北京,上海,广州"'}


def test_a_long_list_stands_on_a_hidden_sheet(empty: mintmark.Register, tmp_path: Path) -> None:
    places = {f"{n:03}": f"第{n}营业部" for n in range(300)}
    names = {"A": "甲,乙", "B": "丙"}
    empty.publish("{branch}{grade}{seq:4}", tables={"branch": places, "grade": names})
    write_template(empty, tmp_path / "t.xlsx", ZH, columns=["phone"])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert lists(book.worksheets[0]) == {
        "B2:B10001": "_lists!$A$1:$A$300", "C2:C10001": "_lists!$B$1:$B$2",
    }  # fmt: skip
    hidden = book["_lists"]
    assert hidden.sheet_state == "hidden"
    assert hidden["A300"].value == "第299营业部"
    assert [cell.value for cell in hidden["B"][:2]] == ["甲,乙", "丙"]
    assert len(book.worksheets[0][1]) == 4


def test_a_template_is_of_one_rule_or_of_all(register: mintmark.Register, tmp_path: Path) -> None:
    register.publish("P{grade}{seq:4}", name="partner", when={"type": "伙伴"}, priority=1,
                     tables={"grade": {"G": "金", "S": "银"}})  # fmt: skip
    every = write_template(register, tmp_path / "t.xlsx", ZH)
    one = write_template(register, tmp_path / "t.xlsx", ZH, rule="partner", columns=[])
    assert "grade" in {blank.fact for blank in every}
    assert [blank.fact for blank in every if blank.required] == ["name", "type"]
    [choices] = [blank.choices for blank in every if blank.fact == "type"]
    assert choices == ("VIP", "普通", "潜在", "伙伴")
    assert {blank.fact: blank.choices for blank in one} == {
        "name": (), "type": (), "grade": ("金", "银"),
    }  # fmt: skip
    with pytest.raises(UnknownFact):
        write_template(register, tmp_path / "t.xlsx", ZH, columns=["colour"])
