"""The command `find`: criteria as people type them, pages, and nothing personal in the history."""

import io
import json
from typing import Any

import pytest
from tests.faces.conftest import Run

from mintmark.cli import exits

PEOPLE = (
    ("王琦", "VIP", "北京", "2023-10-01", "13875014587"),
    ("李秀英", "普通", "上海", "2024-02-29", "13800138000"),
    ("张伟", "VIP", "北京", "2024-05-01", "13800138001"),
)


@pytest.fixture
def shop(ready: Run) -> Run:
    """A register with three customers."""
    for name, kind, region, day, phone in PEOPLE:
        given = (f"name={name}", f"type={kind}", f"region={region}", f"registered={day}")
        assert (
            ready("register", *given, f"phone={phone}", "--external", f"crm:{phone[-2:]}")[0] == 0
        )
    return ready


def names(said: tuple[int, str, str]) -> list[str]:
    """Who was found, by the JSON that was printed."""
    told: dict[str, Any] = json.loads(said[1])
    return [one["customer"]["name"] for one in told["found"]]


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (("13875014587",), ["王琦"]),
        (("姓名=张伟", "region=北京"), ["张伟"]),
        (("地区=北京", "region=上海", "--sort", "-登记日期"), ["张伟", "李秀英", "王琦"]),
        (("registered=2024-01-01..",), ["李秀英", "张伟"]),
        (("登记日期=..2024-02-29", "--sort", "-registered"), ["李秀英", "王琦"]),
        (("registered=2024-01-01..2024-03-01",), ["李秀英"]),
        (("code=coded", "类型=普通"), ["李秀英"]),
        (("--without", "owner", "--sort", "type"), ["王琦", "张伟", "李秀英"]),
        (("--external", "crm:01"), ["张伟"]),
    ],
)
def test_criteria_are_typed_as_people_say_them(
    shop: Run, criteria: tuple[str, ...], found: list[str]
) -> None:
    assert names(shop("find", *criteria, "--json")) == found


def test_personal_facts_can_come_from_standard_input(
    shop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("phone=138 7501 4587\n\n name=王琦 \n"))
    assert names(shop("find", "-", "region=北京", "--json")) == ["王琦"]


def test_pages_follow_one_another_by_their_cursor(shop: Run) -> None:
    first = shop("find", "--sort", "-registered", "--limit", "2", "--json")
    cursor = json.loads(first[1])["next"]
    rest = shop("find", "--sort", "-registered", "--limit", "2", "--json", "--after", cursor)
    assert names(first) + names(rest) == ["张伟", "李秀英", "王琦"]
    assert json.loads(rest[1])["next"] is None
    code, shown, beside = shop("find", "--sort", "-registered", "--limit", "2")
    assert (code, cursor in shown, cursor in beside) == (0, False, True)
    assert shop("find", "--sort", "code", "--after", cursor)[0] == exits.REFUSED


def test_only_the_count_is_told_if_that_is_asked(shop: Run) -> None:
    assert shop("find", "--count")[:2] == (0, "3\n")
    assert json.loads(shop("find", "type=VIP", "--count", "--json")[1]) == {"count": 2}


def test_a_table_is_as_wide_as_its_letters_are_drawn(shop: Run) -> None:
    lines = shop("find", "--sort", "code")[1].splitlines()
    assert len(lines) == 4
    assert [line.split()[1] for line in lines[1:]] == ["李秀英", "王琦", "张伟"]
    assert "138****8000" in lines[1].replace("+86", "")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nobody_found_and_nothing_asked_are_told_in_words(shop: Run, language: str) -> None:
    nobody = shop("find", "region=广州", "--lang", language)
    assert (nobody[0], nobody[1]) == (exits.NOT_FOUND, "")
    assert nobody[2].strip() == {"zh-CN": "没有找到。", "en": "Nobody found."}[language]
    nothing = shop("find", "--lang", language)
    assert nothing[0] == exits.REFUSED
    assert {"zh-CN": "没有说要找谁", "en": "nothing to go on"}[language] in nothing[2]


def test_what_is_called_otherwise_in_chinese_is_understood(shop: Run) -> None:
    criteria = ("编码状态=已编码", "规则=main", "--sort", "-客户编码")
    assert names(shop("find", *criteria, "--lang", "zh-CN", "--json")) == ["张伟", "王琦", "李秀英"]


def test_an_external_key_of_somebody_else_is_refused_with_whose_it_is(shop: Run) -> None:
    code, _, said = shop("register", "name=欧阳建国", "type=VIP", "region=北京",
                         "registered=2024-05-01", "--external", "crm:87")  # fmt: skip
    assert code == exits.REFUSED
    assert "crm:87" in said
    assert "V-BJ-20231001-00001" in said
