"""Columns and profiles on the command line."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests import files
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.wording import LANGUAGES

ROWS = [
    ["会员姓名", "客户类型", "地区", "日期", "联络", "邮箱"],
    ["王琦", "VIP", "北京", "2023-10-01", "13875014587", "13875014588"],
    ["李雷", "VIP", "上海", "2023-10-02", "13875014589", "13875014590"],
]


@pytest.fixture
def members(tmp_path: Path) -> Path:
    return files.text(tmp_path / "members.csv", ROWS)


def test_columns_are_shown_saved_recognised_and_forgotten(ready: Run, members: Path) -> None:
    code, said, _ = ready("columns", members, "--save", "members", "--json")
    told = json.loads(said)
    assert (code, told["row"], told["profile"], told["saved"]) == (exits.OK, 1, None, "members")
    assert [(one["column"], one["fact"], one["why"]) for one in told["columns"]] == [
        ("A", "name", "both"), ("B", "type", "both"), ("C", "region", "both"),
        ("D", "registered", "both"), ("E", "phone", "content"), ("F", "email", "against"),
    ]  # fmt: skip
    assert told["columns"][5]["doubt"] == "heading-against-content"
    again = json.loads(ready("columns", members, "--json")[1])
    assert again["profile"] == "members"
    [saved] = json.loads(ready("profiles", "--json")[1])["profiles"]
    assert (saved["name"], saved["ignored"]) == ("members", ["邮箱"])
    assert saved["mapping"]["联络"] == "phone"
    assert ready("profiles", "remove", "members")[0] == exits.OK
    assert json.loads(ready("profiles", "--json")[1]) == {"profiles": []}
    assert ready("profiles", "remove", "members")[0] == exits.REFUSED


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_told_in_their_language(ready: Run, members: Path, language: str) -> None:
    assert "--save" in ready("profiles", "--lang", language)[1]
    said = ready("columns", members, "--save", "会员", "--lang", language)[1]
    shown = {"zh-CN": ("手机号", "把握", "100%"), "en": ("phone", "confidence", "100%")}[language]
    assert all(word in said for word in (*shown, "F 邮箱", "会员"))
    assert "会员" in ready("columns", members, "--lang", language)[1]
    assert "tester" in ready("profiles", "--lang", language)[1]


def test_a_profile_goes_on_without_a_column_of_no_use_and_with_mended_rows(
    ready: Run, tmp_path: Path
) -> None:
    headings = ["姓名", "客户类型", "地区", "日期", "手机", "微信"]
    rows = [["王琦", "VIP", "北京", "2023-10-01", "13875014587", "wq"]]
    file = files.text(tmp_path / "members.csv", [headings, *rows])
    ready("columns", file, "--save", "members")
    shorter = files.text(tmp_path / "shorter.csv", [row[:5] for row in (headings, *rows)])
    assert ready("import", shorter, "--plan")[0] == exits.OK
    own = [["原行号", "问题", "解决办法"], ["2", "手机号", "改正"]]
    mended = [[*first, *row] for first, row in zip(own, (headings, *rows), strict=True)]
    again = files.text(tmp_path / "mended.csv", mended)
    assert json.loads(ready("columns", again, "--json")[1])["profile"] == "members"
    assert ready("import", again, "--plan")[0] == exits.OK


def test_a_value_is_meant_for_a_fact_by_any_of_its_names(ready: Run, tmp_path: Path) -> None:
    rows = [["姓名", "类型", "地区", "日期"], ["王琦", "VIP", "帝都", "2023-10-01"]]
    file = files.text(tmp_path / "list.csv", rows)
    said = [ready("import", file, "--plan", "--value", f"{name}:帝都=北京")[0]
            for name in ("region", "地区")]  # fmt: skip
    assert said == [exits.OK, exits.OK]
    assert ready("import", file, "--plan", "--value", "地方:帝都=北京")[0] == exits.REFUSED


def test_the_columns_of_a_database_are_shown(ready: Run, tmp_path: Path) -> None:
    place = tmp_path / "crm.db"
    with sqlite3.connect(place) as database:
        database.execute("CREATE TABLE customer (id, name, type, region, registered)")
        database.execute("INSERT INTO customer VALUES (1, '王琦', 'VIP', '北京', '2023-10-01')")
    code, said, _ = ready("columns", f"sqlite:///{place}?table=customer", "--json")
    assert code == exits.OK
    assert [one["fact"] for one in json.loads(said)["columns"]][1] == "name"


def test_what_is_said_of_columns_is_shown_and_kept(ready: Run, tmp_path: Path) -> None:
    headings = ["会员", "级别", "城市", "日期", "联络", "积分"]
    rows = [["王琦", "", "帝都", "2023-10-01", "13875014587", "7"]]
    file = files.text(tmp_path / "members.csv", [headings, *rows])
    said = (
        "--map", "会员=name", "--map", "B=类型", "--map", "城市=region", "--map", "日期=登记日期",
        "--map", "联络=phone", "--ignore", "积分", "--default", "类型=普通",
        "--value", "地区:帝都=北京",
    )  # fmt: skip
    result = ready("columns", file, *said, "--save", "members", "--json")
    assert result[0] == exits.OK, result
    told = json.loads(result[1])
    assert [(one["fact"], one["why"]) for one in told["columns"]] == [
        (fact, "said") for fact in ("name", "type", "region", "registered", "phone", None)
    ]
    [saved] = json.loads(ready("profiles", "--json")[1])["profiles"]
    assert saved["defaults"] == {"type": "普通"}
    assert saved["values"] == {"region": {"帝都": "北京"}}
    assert saved["ignored"] == ["积分"]
    code, out, _ = ready("import", file, "--json")
    assert (code, json.loads(out)["rows"][0]["code"]) == (exits.OK, "N-BJ-20231001-00001")


def test_a_profile_that_is_saved_again_keeps_what_was_said_before(
    ready: Run, members: Path
) -> None:
    ready(
        "columns", members, "--default", "type=普通", "--value", "region:帝都=北京", "--save", "m"
    )
    ready("columns", members, "--ignore", "*", "--value", "region:魔都=上海", "--save", "m")
    [saved] = json.loads(ready("profiles", "--json")[1])["profiles"]
    assert saved["defaults"] == {"type": "普通"}
    assert saved["values"] == {"region": {"帝都": "北京", "魔都": "上海"}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("--map", "没有=name"), exits.REFUSED),
        (("--map", "A=没有"), exits.REFUSED),
        (("--default", "没有=1"), exits.REFUSED),
        (("--map", "A"), 2),
        (("--value", "region=北京"), 2),
    ],
)
def test_what_is_said_of_columns_wrongly_is_refused(
    ready: Run, members: Path, said: tuple[str, ...], expected: int
) -> None:
    assert ready("columns", members, *said)[0] == expected
    assert ready("import", members, *said)[0] == expected


def test_a_fact_that_is_said_of_one_column_is_no_others_by_its_values(
    ready: Run, members: Path
) -> None:
    told = json.loads(ready("columns", members, "--map", "邮箱=phone", "--json")[1])
    assert [(one["fact"], one["why"]) for one in told["columns"][4:]] == [
        (None, "taken"), ("phone", "said"),
    ]  # fmt: skip
