"""Mapping: what a file's columns are, by heading, by content, and as it was said last time."""

import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from stdnum.cn import ric
from tests import files
from tests.conftest import TABLES, TODAY

import mintmark
from mintmark import errors
from mintmark.intake import look_at
from mintmark.intake.checking import Standards
from mintmark.intake.mapping import Proposal, propose, settled
from mintmark.intake.reading import Sheet, letter
from mintmark.registry import Profile
from mintmark.rule import define

RULE = define("{type}-{region}-{registered:YYYYMMDD}-{seq:5}", tables=TABLES)
STANDARDS = Standards(rules=[RULE], fields={}, today=TODAY.date(), country="CN", defaults={})
DICE = random.Random(7)  # noqa: S311
NUMBERS = [f"110101{DICE.randint(1950, 2004)}0{DICE.randint(1, 9)}1{n}123" for n in range(9)]
VALUES = {
    "name": ["王琦", "李雷", "欧阳娜", "北京大华机械有限公司", "张三丰", "刘洋"],
    "phone": ["13875014587", "138 7501 4588", "010-62345678", "+86 13875014589"],
    "email": ["wq@example.com", "LiLei@example.org", "han.mei@example.com.cn"],
    "id_number": [number + ric.calc_check_digit(number + "0") for number in NUMBERS],
    "registered": ["2023-10-01", "2023/1/9", "20231112", "2023年5月6日", "13/04/2023"],
    "region": ["北京", "上海", "广州", "北京市"],
    "type": ["VIP", "普通客户", "潜在"],
    "address": ["北京市朝阳区建国路88号", "上海市徐汇区漕溪北路1号", "12 Baker Street, London"],
    "code": ["V-BJ-20231001-00001", "N-SH-20230501-00017", "v bj 20231001 00002"],
}
HEADINGS = {
    "name": "客户名称", "phone": "手机号", "email": "邮箱", "id_number": "身份证号",
    "registered": "登记日期", "region": "地区", "type": "类型", "address": "地址",
    "code": "客户编码",
}  # fmt: skip


def proposed(
    columns: Sequence[tuple[str, Sequence[str]]], profile: Profile | None = None
) -> list[Proposal]:
    """Propose for a sheet of these columns: heading, values."""
    height = max(len(values) for _, values in columns)
    cells = {
        letter(place): [heading, *values, *[None] * (height - len(values))]
        for place, (heading, values) in enumerate(columns)
    }
    sheet = Sheet(name="", cells=pl.DataFrame(cells))
    return list(propose(sheet, 1, STANDARDS, profile))


@pytest.mark.parametrize("fact", VALUES)
def test_a_column_without_a_heading_is_told_by_what_stands_in_it(fact: str) -> None:
    [one] = proposed([("", VALUES[fact])])
    assert (one.fact, one.why) == (fact, "content")
    assert 0.5 < one.confidence < 0.99


@pytest.mark.parametrize("fact", VALUES)
def test_a_heading_and_content_that_agree_are_surer_than_either(fact: str) -> None:
    heading = HEADINGS[fact]
    [both], [alone] = proposed([(heading, VALUES[fact])]), proposed([("", VALUES[fact])])
    [headed] = proposed([(heading, [])])
    assert (both.fact, both.why, headed.why) == (fact, "both", "heading")
    assert both.confidence > max(alone.confidence, headed.confidence)


@pytest.mark.parametrize("fact", ["phone", "email", "id_number", "registered"])
def test_a_heading_that_its_values_speak_against_is_told_with_both(fact: str) -> None:
    other = "email" if fact != "email" else "phone"
    for heading, values, named, seen in [
        (HEADINGS[fact], VALUES[other], fact, other),
        (HEADINGS["name"], VALUES[fact], "name", fact),
    ]:
        [one] = proposed([(heading, values)])
        assert (one.fact, one.why) == (named, "against")
        assert one.confidence < 0.5
        assert one.doubt is not None
        assert one.doubt.facts() == {
            "column": f"A {heading}", "fact": named, "attribute": seen, "share": 100,
        }  # fmt: skip


def test_content_proposes_no_fact_that_another_column_is() -> None:
    made = proposed([("手机号", VALUES["phone"]), ("", ["13875014590"]), ("号码", ["13875014591"])])
    assert [(one.fact, one.why) for one in made] == [
        ("phone", "both"), (None, "taken"), (None, "taken"),
    ]  # fmt: skip


def test_what_nobody_can_tell_is_left_open_and_counting_columns_are_left_alone() -> None:
    made = proposed([("序号", ["1", "2"]), ("积分", ["10", "25"]), ("ID", ["8", "9"])])
    assert [(one.fact, one.why) for one in made] == [
        (None, "known"), (None, "nothing"), ("key", "heading"),
    ]  # fmt: skip


def test_free_text_may_look_like_anything() -> None:
    [remark] = proposed([("备注", ["王琦", "李雷", "张伟"])])
    assert (remark.fact, remark.why, remark.doubt) == ("remark", "heading", None)


def test_what_is_sure_enough_becomes_a_mapping() -> None:
    made = proposed([("客户", VALUES["name"]), ("", VALUES["phone"]), ("积分", ["10", "25"])])
    assert settled(tuple(made)) == ({"客户": "name", "B": "phone"}, ("积分",))


# ---------------------------------------------------------------- profiles


def profile(**given: object) -> Profile:
    usual = {
        "name": "会员表", "headings": ("会员", "店面", "Tel."),
        "mapping": {"会员": "name", "店面": "region"}, "ignored": ("Tel.",),
        "defaults": {"type": "VIP"}, "values": {"region": {"北京市区": "北京"}}, "order": "dmy",
    }  # fmt: skip
    return Profile(**usual | given)  # type: ignore[arg-type]


def test_a_profile_is_kept_as_it_was_saved_and_replaced_by_its_name(
    register: mintmark.Register,
) -> None:
    saved = register.profiles.save(profile())
    assert (saved.profile, saved.saved_at) == (profile(), TODAY)
    assert register.profiles.list() == (saved,)
    other = register.profiles.save(profile(order=None, since_1904=True))
    assert register.profiles.list() == (other,)
    assert register.profiles.named(" 会员表 ") == other
    assert register.profiles.remove("会员表") == other
    assert register.profiles.list() == ()
    with pytest.raises(errors.UnknownProfile):
        register.profiles.remove("会员表")


def test_a_profile_names_facts_that_there_are(register: mintmark.Register) -> None:
    for wrong in ({"mapping": {"会员": "wechat"}}, {"defaults": {"wechat": "x"}}):
        with pytest.raises(errors.UnknownFact):
            register.profiles.save(profile(**wrong))
    for name in ("", " - ", "名" * 61):
        with pytest.raises(errors.WrongProfileName):
            register.profiles.save(profile(name=name))
    assert register.profiles.list() == ()


def test_a_file_is_recognised_by_its_headings_however_they_are_written_and_ordered(
    register: mintmark.Register,
) -> None:
    saved = register.profiles.save(profile())
    assert register.profiles.recognise(["ＴＥＬ", "店面", " 会员 ", ""]) == saved
    assert register.profiles.recognise(["姓名", "手机"]) is None
    assert register.profiles.recognise([]) is None


def test_a_file_may_have_changed_a_little_but_not_in_what_is_mapped(
    register: mintmark.Register,
) -> None:
    rest = tuple("甲乙丙丁戊己庚")
    saved = register.profiles.save(profile(headings=("会员", "店面", *rest), ignored=rest))
    there = ["会员", "店面", *rest]
    assert register.profiles.recognise([*there, "新列"]) == saved
    assert register.profiles.recognise(there[:-1]) == saved
    assert register.profiles.recognise(there[1:]) is None
    assert register.profiles.recognise(there[:-4]) is None


def test_of_two_profiles_that_fit_the_nearer_one_is_taken(register: mintmark.Register) -> None:
    rest = tuple("甲乙丙丁戊己庚")
    usual = profile(name="旧", headings=("会员", "店面", *rest), ignored=rest)
    near = profile(name="新", headings=("会员", "店面", *rest, "辛"), ignored=rest)
    register.profiles.save(usual)
    saved = register.profiles.save(near)
    assert register.profiles.recognise(near.headings) == saved


def test_a_file_that_was_looked_at_and_saved_is_known_next_time(
    register: mintmark.Register, tmp_path: Path
) -> None:
    heads = ["会员姓名", "客户类型", "地区", "日期", "联络"]
    rows = [["王琦", "VIP", "北京", "2023-10-01", "13875014587"]]
    seen = look_at(register, files.text(tmp_path / "m.csv", [heads, *rows]))
    assert [one.fact for one in seen.proposals] == ["name", "type", "region", "registered", "phone"]
    assert seen.known is None
    register.profiles.save(seen.profile("会员"))
    again = look_at(register, files.text(tmp_path / "n.csv", [heads[::-1], rows[0][::-1]]))
    assert again.known is not None
    assert [one.fact for one in again.proposals] == [one.fact for one in seen.proposals][::-1]
    assert {one.why for one in again.proposals} == {"profile"}
