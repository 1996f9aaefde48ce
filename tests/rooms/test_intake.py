"""Intake: files as people keep them, and an exact word on every row that is wrong."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from tests import files
from tests.conftest import EXAMPLES
from tests.files import HEADINGS

import mintmark
from mintmark import errors
from mintmark.customer import FACTS
from mintmark.intake import Policy, Report, headings, plan
from mintmark.intake.reading import open_source

GOOD = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]


def run(register: mintmark.Register, path: Path, **options: Any) -> Report:
    """Import a file to its end."""
    applying = plan(register, path, **options).apply()
    steps = list(applying)
    assert steps[-1].done == steps[-1].total
    return applying.report


def codes(report: Report) -> dict[int, str]:
    """The codes by row."""
    return {outcome.row: registered.code for outcome, registered in report.registered()}


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_tables_are_read_in_any_encoding_and_with_any_delimiter(
    register: mintmark.Register, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = files.text(tmp_path / "名单.txt", [HEADINGS, GOOD], encoding, delimiter)
    assert codes(run(register, path)) == {2: "V-BJ-20231001-00001"}


def test_a_format_is_recognised_by_content_not_by_name(
    register: mintmark.Register, tmp_path: Path
) -> None:
    book = files.workbook(tmp_path / "really-a-workbook.csv", {"S": [HEADINGS, GOOD]})
    table = files.text(tmp_path / "really-text.xlsx", [HEADINGS, GOOD], "gb18030")
    assert codes(run(register, book)) == codes(run(register, table))


def test_rows_and_columns_are_counted_as_the_spreadsheet_counts_them(
    register: mintmark.Register, tmp_path: Path
) -> None:
    """A table that begins in C6, below empty rows, with an empty row inside."""
    rows = [HEADINGS, GOOD, [None] * 5, ["李雷", "VIP", "火星", "2023-10-01", None]]
    path = files.workbook(tmp_path / "c6.xlsx", {"客户": rows}, at=(5, 2))
    report = run(register, path)
    assert codes(report) == {7: "V-BJ-20231001-00001"}
    [refused] = report.refused()
    [problem] = refused.problems
    assert problem.column is not None
    assert (refused.row, problem.column.letter, problem.value) == (9, "E", "火星")


def test_cells_of_every_type_are_read(register: mintmark.Register, tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        ["甲", "VIP", "北京", datetime(2023, 10, 1), 13875014587],  # noqa: DTZ001 - cells have no zone
        ["乙", "vip客户 ", "北京市", 45200, "１３８７５０１４５８８"],
        ["丙", "ＶＩＰ", " Beijing", "2023年10月1日", " 138 7501 4589 "],
        ["丁", "V", "bj", 20231001, "+86 13875014590"],
    ]
    report = run(register, files.workbook(tmp_path / "types.xlsx", {"S": rows}))
    assert codes(report) == {row: f"V-BJ-20231001-0000{row - 1}" for row in range(2, 6)}
    customers = [registered.customer for _, registered in report.registered()]
    assert {c.registered for c in customers} == {date(2023, 10, 1)}
    assert {(c.type, c.region) for c in customers} == {("VIP", "北京")}
    assert [c.phone for c in customers] == [f"+861387501458{n}" for n in (7, 8, 9)] + [
        "+8613875014590"
    ]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", errors.EmptyFile),
        (b" \r\n\r\n", errors.EmptyFile),
        (b"PK\x03\x04 not really a zip", errors.UnreadableFile),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", errors.UnreadableFile),
        (b"\xff\xff\xff\xff", errors.UnreadableFile),
        ("亲爱的客户：\n您好！\n".encode(), errors.NotATable),
        (b"<html><body>Report</body></html>", errors.NotATable),
        ("客户名称,客户类型,所在地区,登记日期\n".encode(), errors.EmptyFile),
        ("客户名称,客户类型,所在地区,登记日期\n,,,\n , ,,\n".encode(), errors.EmptyFile),
    ],
)
def test_what_is_no_customer_table_is_refused(
    register: mintmark.Register, tmp_path: Path, content: bytes, refusal: type[errors.Refusal]
) -> None:
    path = tmp_path / "strange.csv"
    path.write_bytes(content)
    with pytest.raises(refusal) as refused:
        plan(register, path)
    assert refused.value.facts()["file"] == "strange.csv"


def test_an_encrypted_workbook_is_told_as_such(tmp_path: Path) -> None:
    book = files.workbook(tmp_path / "open.xlsx", {"S": [HEADINGS, GOOD]})
    with book.open("rb") as plain, (tmp_path / "secret.xlsx").open("wb") as sealed:
        OOXMLFile(plain).encrypt("a password", sealed)
    with pytest.raises(errors.EncryptedFile):
        open_source(tmp_path / "secret.xlsx")


def test_half_a_workbook_is_refused(tmp_path: Path) -> None:
    content = (EXAMPLES / "customers.xlsx").read_bytes()
    (tmp_path / "half.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(errors.UnreadableFile):
        open_source(tmp_path / "half.xlsx")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.xlsx", "w") as archive:
        archive.writestr("cat.jpg", b"meow")
    with pytest.raises(errors.UnreadableFile):
        open_source(tmp_path / "photos.xlsx")


def test_a_missing_file_is_told(register: mintmark.Register, tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissing):
        plan(register, tmp_path / "no.xlsx")
    with pytest.raises(errors.EmptyFile):
        plan(register, tmp_path)


# ---------------------------------------------------------------- sheets and headings


def test_the_sheet_with_customers_is_chosen(register: mintmark.Register, tmp_path: Path) -> None:
    note = [["本表由销售部填写"], ["有问题请联系总部"]]
    path = files.workbook(tmp_path / "b.xlsx", {"说明": note, "空": [], "客户": [HEADINGS, GOOD]})
    assert run(register, path).sheet == "客户"


def test_several_sheets_of_customers_have_to_be_chosen_from(
    register: mintmark.Register, tmp_path: Path
) -> None:
    path = files.workbook(tmp_path / "b.xlsx", {"一月": [HEADINGS, GOOD], "二月": [HEADINGS, GOOD]})
    with pytest.raises(errors.SeveralSheets) as refused:
        plan(register, path)
    assert refused.value.sheets == ("一月", "二月")
    assert run(register, path, sheet="二月").sheet == "二月"
    with pytest.raises(errors.UnknownSheet):
        plan(register, path, sheet="三月")


def test_headings_may_be_in_english_in_any_order_below_a_title(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [
        ["Customer list 2023"],
        [],
        [
            "No.",
            "Registration Date",
            "E-mail",
            "City *",
            "Customer Name",
            "Category",
            "Mobile (11)",
        ],
        [1, "2023/10/1", "A@B.cn", "Shanghai", "John Smith", "VIP", "13875014587"],
    ]
    report = run(register, files.workbook(tmp_path / "en.xlsx", {"Customers": rows}))
    assert (report.table.row, codes(report)) == (3, {4: "V-SH-20231001-00001"})


def test_unknown_columns_stop_the_import_before_anything_is_written(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [[*HEADINGS, "微信号", "", "空列", "备注"], [*GOOD, "wq88", "?", None, None]]
    path = files.workbook(tmp_path / "wechat.xlsx", {"名单": rows})
    with pytest.raises(errors.UnknownColumns) as refused:
        plan(register, path)
    told = refused.value
    assert (told.file, told.sheet, told.row) == ("wechat.xlsx", "名单", 1)
    assert (told.columns, told.values) == (("F", "G"), ("微信号", ""))
    assert register.status().codes == 0
    assert codes(run(register, path, ignore=["*"]))
    mapped = run(register, path, mapping={"微信号": "remark"}, ignore=["g"])
    [(_, registered)] = mapped.registered()
    assert not registered.new
    with pytest.raises(errors.NoSuchColumn):
        plan(register, path, ignore=["QQ"])
    with pytest.raises(errors.UnknownFact):
        plan(register, path, mapping={"微信号": "wechat"})


def test_a_column_that_the_rule_needs_can_be_mapped_or_given_for_all(
    register: mintmark.Register, tmp_path: Path
) -> None:
    path = files.text(
        tmp_path / "m.csv", [["会员", "店面", "注册日期"], ["王琦", "北京", "20231001"]]
    )
    with pytest.raises(errors.UnknownColumns):
        plan(register, path, mapping={"会员": "name"})
    with pytest.raises(errors.MissingColumns) as refused:
        plan(register, path, mapping={"会员": "name", "店面": "region"})
    assert refused.value.missing == ("type",)
    only = files.text(tmp_path / "o.csv", [["姓名", "会员卡号"], ["王琦", "8"]])
    given = {"type": "VIP", "region": "北京", "registered": "20231001"}
    assert codes(run(register, only, ignore=["会员卡号"], defaults=given))
    options = {"mapping": {"会员": "name", "店面": "region"}, "defaults": {"type": "VIP"}}
    assert codes(run(register, path, **options)) == {2: "V-BJ-20231001-00001"}  # the same record


def test_two_columns_of_one_fact_are_joined_unless_they_contradict(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [
        [*HEADINGS, "手机号"],
        ["甲", "VIP", "北京", "2023-10-01", "13875014587", None],
        ["乙", "VIP", "北京", "2023-10-01", None, "13875014588"],
        ["丙", "VIP", "北京", "2023-10-01", "13875014589", "+86 138 7501 4589"],
        ["丁", "VIP", "北京", "2023-10-01", "13875014590", "13875014591"],
    ]
    report = run(register, files.workbook(tmp_path / "two.xlsx", {"S": rows}))
    assert sorted(codes(report)) == [2, 3, 4]
    [problem] = report.refused()[0].problems
    assert isinstance(problem.refusal, errors.ContradictingColumns)
    assert problem.refusal.columns == ("E 手机号", "F 手机号")


def test_headings_and_facts_are_the_same_words() -> None:
    assert set(headings.FACTS) == set(FACTS)


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("change", "letter", "value", "slug"),
    [
        ({0: ""}, "A", "", "missing-fact"),
        ({1: "黄金"}, "B", "黄金", "unknown-value"),
        ({2: "北亰"}, "C", "北亰", "unknown-value"),
        ({2: ""}, "C", "", "missing-fact"),
        ({3: "2023/2/30"}, "D", "2023/2/30", "impossible-date"),
        ({3: "1/10/2023"}, "D", "1/10/2023", "ambiguous-date"),
        ({3: "tomorrow"}, "D", "tomorrow", "unreadable-date"),
        ({3: "2099-01-01"}, "D", "2099-01-01", "date-out-of-range"),
        ({4: "138750145"}, "E", "138750145", "wrong-phone"),
        ({4: "1.38E+10"}, "E", "1.38E+10", "rounded-number"),
        ({5: "nobody"}, "F", "nobody", "wrong-email"),
        ({6: "110101199003070012"}, "G", "110101199003070012", "wrong-check-digit"),
        ({6: "12345"}, "G", "12345", "wrong-id-number"),
        ({7: "长" * 501}, "H", "长" * 501, "too-long"),
    ],
)
def test_what_is_wrong_in_a_row_is_named_with_its_cell(  # noqa: PLR0917 - by pytest
    register: mintmark.Register,
    tmp_path: Path,
    change: dict[int, str],
    letter: str,
    value: str,
    slug: str,
) -> None:
    """And the good rows around it are coded, without a gap."""
    full = [*GOOD, "wq@example.com", "110101199003070011", "北京市中山路1号"]
    wrong = [change.get(place, cell) for place, cell in enumerate(full)]
    before = ["甲", "VIP", "北京", "2023-10-01", "13875014580", "", "", ""]
    after = ["乙", "VIP", "北京", "2023-10-01", "13875014581", "", "", ""]
    rows = [[*HEADINGS, "电子邮箱", "证件号", "地址"], before, wrong, after]
    report = run(register, files.text(tmp_path / "r.csv", rows))
    assert codes(report) == {2: "V-BJ-20231001-00001", 4: "V-BJ-20231001-00002"}
    [outcome] = report.refused()
    [problem] = outcome.problems
    assert problem.column is not None
    assert (outcome.row, problem.column.letter) == (3, letter)
    assert (problem.value, problem.refusal.slug) == (value, slug)


def test_all_that_is_wrong_in_a_row_is_told_at_once(
    register: mintmark.Register, tmp_path: Path
) -> None:
    path = files.text(tmp_path / "r.csv", [HEADINGS, ["", "黄金", "火星", "昨天", "12"]])
    [outcome] = run(register, path).refused()
    assert [p.refusal.slug for p in outcome.problems] == [
        "missing-fact", "unknown-value", "unknown-value", "unreadable-date", "wrong-phone",
    ]  # fmt: skip


def test_a_comma_too_many_is_told_and_not_cut_off(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [HEADINGS, GOOD, ["李雷", *GOOD[1:], "中山路2号"]]
    path = tmp_path / "comma.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    report = run(register, path)
    assert sorted(codes(report)) == [2]
    [problem] = report.refused()[0].problems
    assert (problem.refusal.slug, problem.value) == ("too-many-cells", "中山路2号")
    assert sorted(codes(run(register, path, ignore=["f"]))) == [2, 3]


def test_a_quoted_line_break_does_not_make_a_row(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [
        [*HEADINGS, "备注"],
        [*GOOD, "第一行\n第二行"],
        ["李雷", "VIP", "北京", "20231001", "", ""],
    ]
    report = run(register, files.text(tmp_path / "q.csv", rows))
    assert codes(report) == {2: "V-BJ-20231001-00001", 3: "V-BJ-20231001-00002"}


def test_the_same_customer_twice_in_a_file_has_one_code(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [HEADINGS, GOOD, ["李雷", "VIP", "北京", "20231001", ""],
            ["王 琦", "普通", "上海", "2024-01-01", "+86 13875014587"]]  # fmt: skip
    report = run(register, files.text(tmp_path / "d.csv", rows))
    assert codes(report) == {n: f"V-BJ-20231001-0000{c}" for n, c in ((2, 1), (3, 2), (4, 1))}
    assert report.results["first"].to_list() == [None, None, 2]


def test_importing_again_gives_nobody_a_second_code(
    register: mintmark.Register, tmp_path: Path
) -> None:
    """Not even those who have nothing but a name, and not in another order."""
    anonymous = [["王伟", "VIP", "北京", "20231001", ""]] * 3
    path = files.text(tmp_path / "a.csv", [HEADINGS, GOOD, *anonymous])
    first = run(register, path)
    assert first.summary().coded == 4
    assert first.summary().likely == 2
    turned = files.text(tmp_path / "b.csv", [HEADINGS, *anonymous, GOOD])
    again = run(register, turned)
    assert (again.summary().coded, again.summary().known) == (0, 4)
    assert sorted(codes(again).values()) == sorted(codes(first).values())


def test_a_plan_says_what_will_come_and_writes_nothing(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [HEADINGS, GOOD, ["李雷", "VIP", "火星", "20231001", ""], GOOD]
    made = plan(register, files.text(tmp_path / "p.csv", rows))
    forecast = made.forecast()
    assert register.status().codes == 0
    applying = made.apply()
    list(applying)
    assert codes(forecast) == codes(applying.report)
    assert forecast.summary() == applying.report.summary()


def test_a_batch_is_noted_and_finished(register: mintmark.Register, tmp_path: Path) -> None:
    run(register, files.text(tmp_path / "p.csv", [HEADINGS, GOOD]))
    [batch] = register.status().batches
    assert (batch.file, batch.total, batch.done, batch.coded) == ("p.csv", 1, 1, 1)
    assert batch.finished_at is not None


def test_what_another_system_calls_a_customer_is_one_customers(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [
        ["编号X", *HEADINGS],
        ["1", *GOOD],
        ["2", "李雷", "VIP", "北京", "2023-10-01", "13875014588"],
        ["2", "韩梅", "VIP", "北京", "2023-10-01", "13875014589"],
        ["3", *GOOD],
    ]
    path = files.text(tmp_path / "crm.csv", rows)
    for new in (True, False):
        ready = plan(register, path, mapping={"编号X": "key"}, system="crm")
        applying = ready.apply()
        foreseen = codes(ready.forecast())
        list(applying)
        report = applying.report
        assert codes(report) == foreseen == {
            2: "V-BJ-20231001-00001", 3: "V-BJ-20231001-00002", 5: "V-BJ-20231001-00001"
        }  # fmt: skip
        assert report.summary().coded == (2 if new else 0)
        assert [o.problems[0].refusal.slug for o in report.refused()] == ["external-key-taken"]
    assert dict(register.crosswalk("crm").rows()) == {
        "1": "V-BJ-20231001-00001", "2": "V-BJ-20231001-00002", "3": "V-BJ-20231001-00001"
    }  # fmt: skip


def test_a_customer_who_is_known_by_an_external_key_alone_is_updated(
    register: mintmark.Register, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"mapping": {"编号X": "key"}, "system": "crm"}
    run(register, files.text(tmp_path / "a.csv", [["编号X", *HEADINGS], ["1", *GOOD]]), **options)
    rows = [
        ["编号X", *HEADINGS],
        ["1", "王琦", "VIP", "北京", "2023-10-01", "13900000001"],
        ["1", "韩梅梅", "VIP", "北京", "2023-10-01", "13900000002"],
    ]
    path = files.text(tmp_path / "b.csv", rows)
    ready = plan(register, path, policy=Policy(same="update"), **options)
    before, after = "+8613875014587", "+8613900000001"
    assert ready.changes().rows() == [(2, "V-BJ-20231001-00001", "phone", before, after)]
    report = run(register, path, policy=Policy(same="update"), **options)
    assert report.results["result"].to_list() == ["changed", "refused"]
    customer = register.resolve("V-BJ-20231001-00001").customer
    assert customer is not None
    assert customer.phone == after
