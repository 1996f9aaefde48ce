"""Columns and profiles on the command line."""

import json
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
