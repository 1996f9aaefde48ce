"""Checking: columns into canonical values, and a finding on every odd cell."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from tests.conftest import TABLES, TODAY

from mintmark import errors
from mintmark.customer import FACTS, Field
from mintmark.errors import Refusal
from mintmark.intake.checking import ERROR, MENDED, WARNING, Checked, Dates, Standards, check
from mintmark.intake.headings import table
from mintmark.intake.reading import Sheet, letter
from mintmark.rule import define

HEADS = ["客户名称", "客户类型", "所在地区", "登记日期", "手机号"]
GOOD = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]
RULE = define("{type}-{region}-{registered:YYYYMMDD}-{seq:5}", tables=TABLES)


def standards(**given: Any) -> Standards:
    """What the rule of the examples asks."""
    usual: dict[str, Any] = {
        "rules": [RULE], "fields": {}, "today": TODAY.date(), "country": "CN", "defaults": {},
    }  # fmt: skip
    return Standards(**usual | given)


def checked(rows: Sequence[Sequence[str | None]], **options: Any) -> Checked:
    """Check a sheet of these rows, the headings first."""
    width = max(map(len, rows))
    columns = {letter(i): [row[i] if i < len(row) else None for row in rows] for i in range(width)}
    sheet = Sheet(name="", cells=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))
    mapping = options.pop("mapping", {})
    held = options.pop("standards", None) or standards()
    found = table(sheet, 1, mapping=mapping, ignore=["*"] if options.pop("rest", False) else (),
                  fields=held.fields, file="")  # fmt: skip
    return check(sheet, found, held, **options)


def column(heading: str, values: Sequence[str | None], **options: Any) -> Checked:
    """Check one column beside good ones; the row of its first value is 2."""
    place = {"客户名称": 0, "登记日期": 3, "手机号": 4}.get(heading, 5)
    heads = HEADS if place < len(HEADS) else [*HEADS, heading]
    rows = [[*GOOD[:place], value, *GOOD[place + 1 :]] for value in values]
    return checked([heads, *rows], **options)


def told(result: Checked, severity: str | None = None) -> list[tuple[int, str | None, str]]:
    """The findings as row, column and slug."""
    return [
        (row, letter, result.reasons[reason].slug)
        for row, letter, found, reason, _ in result.findings.rows()
        if severity in (None, found)
    ]


def test_good_rows_become_columns_of_canonical_values() -> None:
    result = checked([HEADS, GOOD, ["李雷", "vip客户", "bj", "2023年10月2日", "138 7501 4588"]])
    assert result.rows.schema == {
        "row": pl.UInt32, "name": pl.String, "type": pl.String, "region": pl.String,
        "registered": pl.Date, "phone": pl.String,
    }  # fmt: skip
    assert result.rows.rows() == [
        (2, "王琦", "VIP", "北京", date(2023, 10, 1), "+8613875014587"),
        (3, "李雷", "VIP", "北京", date(2023, 10, 2), "+8613875014588"),
    ]
    assert (result.findings.height, result.reasons, result.unknown, result.read) == (0, (), (), 2)


def test_empty_rows_are_no_rows_and_do_not_shift_the_others() -> None:
    result = checked([HEADS, [" ", None, "\t"], GOOD, [None] * 5])
    assert (result.rows["row"].to_list(), result.read) == ([3], 1)


@pytest.mark.parametrize(
    ("heading", "value", "slug"),
    [
        ("客户名称", "#N/A", "error-cell"),
        ("手机号", "#REF!", "error-cell"),
        ("客户名称", "########", "error-cell"),
        ("客户名称", "王\ufffd", "lost-characters"),
        ("客户名称", "李\u202e雷", "reversed-text"),
        ("客户名称", "\u200b", "missing-fact"),
        ("客户名称", "王" * 201, "too-long"),
        ("手机号", "1.38E+10", "rounded-number"),
        ("手机号", "138", "wrong-phone"),
        ("身份证号", "1.10101199003071E+17", "rounded-number"),
        ("身份证号", "110101199003070000", "rounded-number"),
        ("身份证号", "110101199003070013", "wrong-check-digit"),
        ("电子邮箱", "nobody", "wrong-email"),
        ("登记日期", "2023-02-30", "impossible-date"),
        ("登记日期", "03/04/2023", "ambiguous-date"),
        ("登记日期", "1899-12-31", "date-out-of-range"),
        ("登记日期", "2027-01-01", "date-out-of-range"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_cell(heading: str, value: str, slug: str) -> None:
    result = column(heading, [value])
    [(row, place, severity, reason, given)] = result.findings.rows()
    assert (row, severity, result.reasons[reason].slug, given) == (2, ERROR, slug, value)
    assert place == {"客户名称": "A", "登记日期": "D", "手机号": "E"}.get(heading, "F")
    assert result.rows.height == 0


@pytest.mark.parametrize(
    ("heading", "value", "canonical", "how"),
    [
        ("手机号", "１３８７５０１４５８７", "+8613875014587", "full-width"),
        ("手机号", "\u202d13875014587\u202c", "+8613875014587", "invisible"),
        ("手机号", "'13875014587", "+8613875014587", "apostrophe"),
        ("手机号", '="13875014587"', "+8613875014587", "formula-text"),
        ("客户名称", '="王琦"', "王琦", "formula-text"),
        ("客户名称", "王\x00琦", "王琦", "invisible"),
        ("登记日期", "45200", date(2023, 10, 1), "excel-day"),
    ],
)
def test_what_can_be_put_right_is_and_is_told(
    heading: str, value: str, canonical: object, how: str
) -> None:
    result = column(heading, [value])
    [(row, _, severity, reason, given)] = result.findings.rows()
    assert (row, severity, given) == (2, MENDED, value)
    assert result.reasons[reason].facts() == {"mended": (how,)}
    fact = {"手机号": "phone", "客户名称": "name"}.get(heading, "registered")
    assert result.rows[fact].to_list() == [canonical]


@pytest.mark.parametrize(
    ("heading", "value", "slug"),
    [
        *(("客户名称", name, "no-name") for name in ("测试", "test01", "aaa", "000", "无", "---")),
        ("手机号", "13800000000", "filler-phone"),
        ("手机号", "11111111111", "filler-phone"),
        ("备注", "=SUM(A1:A9)", "like-formula"),
        ("备注", "+cmd|' /C calc'!A0", "like-formula"),
        ("备注", "@SUM(1+9)*cmd|' /C calc'!A0", "like-formula"),
    ],
)
def test_what_is_doubtful_is_told_and_goes_on(heading: str, value: str, slug: str) -> None:
    result = column(heading, [value])
    assert [found[2] for found in told(result, WARNING)] == [slug]
    assert result.rows.height == 1


def test_what_only_looks_odd_is_nothing_to_tell() -> None:
    for heading, values in {
        "备注": ["-", "+86 欠款", "@alice", "= 优先", "-5 折", "#1 客户"],
        "客户名称": ["王测", "无锡大华机械厂", "Li", "未来科技", "欧阳无名", "3M"],
        "手机号": ["13875014587", "13812345679", "010-62345678"],
    }.items():
        assert told(column(heading, values)) == [], heading


def test_a_filler_that_nobody_could_dial_is_left_out_and_one_that_rings_is_kept() -> None:
    result = column("手机号", ["13800000000", "11111111111"])
    assert result.rows["phone"].to_list() == ["+8613800000000", None]


def test_one_value_in_very_many_rows_is_told_once_at_its_heading() -> None:
    phones = [f"138750{n:05}" for n in range(80)] + ["010-62345678"] * 20
    result = column("手机号", phones)
    [(row, place, severity, reason, value)] = result.findings.rows()
    assert (row, place, severity, value) == (1, "E", WARNING, "+861062345678")
    assert result.reasons[reason].facts() == {
        "fact": "phone", "value": "+861062345678", "count": 20,
    }  # fmt: skip
    assert result.rows.height == 100
    assert told(column("手机号", phones[:-1])) == []


# ---------------------------------------------------------------- days


def test_one_day_decides_the_order_of_day_and_month_for_its_column() -> None:
    result = column("登记日期", ["03/04/2023", "13/04/2023", "2023-05-06"])
    assert result.rows["registered"].to_list() == [
        date(2023, 4, 3), date(2023, 4, 13), date(2023, 5, 6),
    ]  # fmt: skip
    assert told(result) == [(1, "D", "order-decided")]
    other = column("登记日期", ["03/04/2023", "04/13/2023"])
    assert other.rows["registered"].to_list() == [date(2023, 3, 4), date(2023, 4, 13)]


def test_days_in_both_orders_decide_nothing_but_themselves() -> None:
    result = column("登记日期", ["03/04/2023", "13/04/2023", "04/13/2023", "05/05/2023"])
    assert told(result) == [(2, "D", "ambiguous-date")]
    assert result.rows["row"].to_list() == [3, 4, 5]


def test_the_order_and_the_system_of_days_can_be_said() -> None:
    said = column("登记日期", ["03/04/2023"], dates=Dates(order="mdy"))
    assert said.rows["registered"].to_list() == [date(2023, 3, 4)]
    early = column("登记日期", ["43738"], dates=Dates(since_1904=True))
    assert early.rows["registered"].to_list() == [date(2023, 10, 1)]


# ---------------------------------------------------------------- what a column shows


def test_numbers_that_end_as_rounded_ones_are_refused_beside_rounded_ones() -> None:
    """One rounded number in eleven has the right check character by chance."""
    days = [f"110101199003{day:02}{n}000" for day in range(10, 32) for n in range(1, 10)]
    right_by_chance = next(number for number in days if ric.is_valid(number))
    assert told(column("身份证号", [right_by_chance])) == []
    result = column("身份证号", [right_by_chance, "110101199003070000"])
    assert told(result) == [(2, "F", "rounded-number"), (3, "F", "rounded-number")]


def test_unknown_values_are_collected_with_what_they_may_be_and_mapped_once() -> None:
    places = ["北京市区", "火星", "北京市区", "上海", "Shang hai", "背景", "北京市区"]
    rows = [[f"王{n}", "VIP", place, "2023-10-01", ""] for n, place in enumerate(places)]
    result = checked([HEADS, *rows])
    assert [(one.attribute, one.value, one.count, one.near) for one in result.unknown] == [
        ("region", "北京市区", 3, ("北京",)),
        ("region", "火星", 1, ()),
        ("region", "背景", 1, ("北京",)),
    ]
    assert result.rows["region"].to_list() == ["上海", "上海"]
    assert len(result.reasons) == 3
    values = {"region": {"北京市区": "北京", "背景": "BJ"}}
    mapped = checked([HEADS, *rows], values=values)
    assert mapped.rows.height == 6
    assert [one.value for one in mapped.unknown] == ["火星"]


def test_a_column_that_cannot_be_what_it_is_taken_for_stops_the_check() -> None:
    with pytest.raises(errors.WrongColumn) as refused:
        column("手机号", [f"会员 {n}" for n in range(50_001)])
    assert (refused.value.column, refused.value.fact) == ("E 手机号", "phone")


def test_a_column_with_many_wrong_values_among_more_right_ones_is_checked_to_its_end() -> None:
    right = [f"u{n}@example.com" for n in range(60_000)]
    result = column("电子邮箱", [*right, *(f"会员 {n}" for n in range(50_001))])
    assert result.rows.height == 60_000
    assert result.findings.filter(severity="error").height == 50_001


# ---------------------------------------------------------------- several columns, defaults


def test_two_columns_of_one_fact_are_joined_unless_they_contradict() -> None:
    heads = [*HEADS, "手机"]
    phones = [
        ("13875014587", None),
        (None, "13875014588"),
        ("13875014589", "+86 138 7501 4589"),
        ("13875014590", "13875014591"),
        ("13875014592", "138"),
    ]
    rows = [[f"王{n}", *GOOD[1:4], *pair] for n, pair in enumerate(phones)]
    result = checked([heads, *rows])
    assert result.rows["phone"].to_list() == [f"+861387501458{n}" for n in (7, 8, 9)]
    assert told(result) == [(5, "F", "contradicting-columns"), (6, "F", "wrong-phone")]
    [apart] = [one for one in result.reasons if isinstance(one, errors.ContradictingColumns)]
    assert apart.columns == ("E 手机号", "F 手机")
    assert apart.values == ("13875014590", "13875014591")


def test_defaults_stand_in_for_empty_cells_and_for_missing_columns() -> None:
    held = standards(defaults={"type": "普通客户", "region": "上海"})
    result = checked([["姓名", "类型", "日期"], ["王琦", None, "20231001"],
                      ["李雷", "V", "20231001"]], standards=held)  # fmt: skip
    assert result.rows["type"].to_list() == ["普通", "VIP"]
    assert result.rows["region"].to_list() == ["上海", "上海"]
    wrong = standards(defaults={"type": "黄金", "region": "上海"})
    refused = checked([["姓名", "日期"], ["王琦", "20231001"]], standards=wrong)
    assert told(refused) == [(2, None, "unknown-value")]
    assert refused.findings["value"].to_list() == ["黄金"]


def test_what_a_rule_needs_may_not_be_empty() -> None:
    result = checked([HEADS, [None, *GOOD[1:]], [*GOOD[:2], None, *GOOD[3:]]])
    assert told(result) == [(2, "A", "missing-fact"), (3, "C", "missing-fact")]
    assert [one.facts() for one in result.reasons] == [{"fact": "name"}, {"fact": "region"}]


def test_cells_beyond_the_table_are_refused() -> None:
    result = checked([HEADS, GOOD, [*GOOD, "?"]])
    assert told(result) == [(3, "F", "too-many-cells")]
    assert result.rows["row"].to_list() == [2]


def test_of_several_rules_one_has_to_take_the_value() -> None:
    usual = define("K{region}{seq:4}", tables={"region": {"BJ": "北京"}}, name="k")
    other = define("L{region}{seq:4}", tables={"region": {"SH": "上海"}}, name="l")
    held = standards(rules=[usual, other])
    rows = [["姓名", "地区"], ["王琦", "北京"], ["李雷", "上海"], ["韩梅", "广州"]]
    result = checked(rows, standards=held)
    assert result.rows["region"].to_list() == ["北京", "上海"]
    assert told(result) == [(4, "B", "unknown-value")]


def test_an_existing_code_and_the_sources_own_key_are_kept_as_given() -> None:
    rows: list[list[str | None]] = [
        ["姓名", "编码", "ID"],
        ["王琦", " v-bj 0001 ", "007"],
        ["李雷", None, "8"],
    ]
    held = standards(rules=[define("K{seq:4}")])
    result = checked(rows, standards=held, mapping={"编码": "code", "ID": "key"})
    assert result.rows.select("code", "key").rows() == [("v-bj 0001", "007"), (None, "8")]


def test_declared_fields_are_read_as_their_kind_says() -> None:
    fields = {"wechat": Field(labels={"zh": "微信号"}), "turnover": Field(kind="number")}
    held = standards(rules=[define("K{seq:4}")], fields=fields)
    rows = [["姓名", "微信号", "turnover"], ["王琦", "wq88", "１,２３４.50"], ["李雷", "", "n"]]
    result = checked(rows, standards=held)
    assert result.rows.rows() == [(2, "王琦", "wq88", "1234.5")]
    assert told(result, ERROR) == [(3, "C", "wrong-number")]


# ---------------------------------------------------------------- the law of all

cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["王琦", "VIP", "北京", "2023-10-01", "13875014587", "45200", "1.4E+10"]),
)


def alone(held: Standards, values: Mapping[str, str | None]) -> dict[str, str | date | None] | None:
    """A row's values, one by one; None: something is wrong."""
    try:
        read = {fact: held.read(fact, text or "") for fact, text in values.items()}
    except Refusal:
        return None
    return read if all(read[fact] is not None for fact in held.required()) else None


@settings(max_examples=60)
@given(st.lists(st.lists(cells, min_size=5, max_size=5), max_size=8))
def test_whatever_reading_one_by_one_takes_is_taken_with_the_same_values(
    rows: list[list[str | None]],
) -> None:
    """And every other row has something to tell; none is lost, none is there twice."""
    result, held = checked([HEADS, *rows]), standards()
    facts = ["name", "type", "region", "registered", "phone"]
    taken = {row.pop("row"): row for row in result.rows.rows(named=True)}
    for number, cells_ in enumerate(rows, start=2):
        expected = alone(held, dict(zip(facts, cells_, strict=True)))
        findings = [slug for row, _, slug in told(result) if row == number]
        if any(cell and cell.strip() for cell in cells_) and not (number in taken or findings):
            raise AssertionError(cells_)
        if expected is not None and not findings:
            assert taken[number] == expected
        if number in taken and not findings:
            assert expected is not None


def test_every_fact_can_be_checked_and_an_empty_table_gives_nothing() -> None:
    result = checked([list(FACTS)], standards=standards(rules=[define("K{seq:4}")]))
    assert set(result.rows.columns) == {"row", *FACTS}
    assert (result.rows.height, result.read) == (0, 0)
