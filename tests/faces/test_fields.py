"""Fields of one's own on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests import files
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.wording import LANGUAGES

WANG = ("name=王琦", "type=VIP", "region=北京", "registered=20231001", "phone=15051077574")
CODE = "V-BJ-20231001-00001"


@pytest.fixture
def declared(ready: Run) -> Run:
    assert ready("fields", "add", "wechat", "--label-zh", "微信号", "--label-en", "WeChat")[0] == 0
    assert ready("fields", "add", "turnover", "--kind", "number", "--open")[0] == 0
    return ready


def told(output: tuple[int, str, str]) -> Any:
    assert output[0] == exits.OK, output
    return json.loads(output[1])


def test_fields_are_declared_listed_and_withdrawn(declared: Run) -> None:
    listed = told(declared("fields", "--json"))["fields"]
    assert [(one["name"], one["kind"], one["sensitivity"], one["labels"]) for one in listed] == [
        ("turnover", "number", "open", {}),
        ("wechat", "text", "sealed", {"en": "WeChat", "zh": "微信号"}),
    ]
    assert {one["actor"] for one in listed} == {"tester"}
    assert told(declared("fields", "remove", "turnover", "--json"))["name"] == "turnover"
    said = declared("fields")
    assert "turnover" not in said[1]
    assert all(word in said[1] for word in ("wechat", "微信号", "WeChat", "sealed", "text"))
    assert declared("fields", "remove", "wechat")[1] == "Withdrew the field wechat\n"
    assert "mintmark fields add" in declared("fields")[1]


def test_options_before_and_after_the_verb_count_alike(declared: Run, tmp_path: Path) -> None:
    assert told(declared("fields", "--json", "remove", "turnover"))["name"] == "turnover"
    elsewhere = declared("fields", "--register", tmp_path / "none", "add", "spare")
    assert elsewhere[0] == exits.UNAVAILABLE


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_shown_under_their_labels_and_masked(declared: Run, language: str) -> None:
    label = {"zh-CN": "微信号", "en": "WeChat"}[language]
    assert declared("register", *WANG, "微信号=wq_1990", "turnover=1,200")[0] == exits.OK
    for verb in (("resolve", CODE), ("find", "15051077574")):
        said = declared(*verb, "--lang", language)[1]
        assert label in said
        assert "w***" in said
        assert "wq_1990" not in said
        assert "turnover" in said
        assert "1200" in said
        assert "wq_1990" in declared(*verb, "--unmasked", "--lang", language)[1]
    found = told(declared("find", "15051077574", "--json"))["found"][0]["customer"]
    assert (found["wechat"], found["turnover"]) == ("w***", "1200")


def test_a_held_code_is_bound_with_a_field_by_its_label(declared: Run) -> None:
    assert declared("hold", *WANG[1:4])[0] == exits.OK
    assert declared("bind", CODE, "name=王琦", "WeChat=wq")[0] == exits.OK
    found = told(declared("resolve", CODE, "--unmasked", "--json"))["found"][0]
    assert found["customer"]["wechat"] == "wq"


def test_a_file_names_a_field_by_its_label_and_by_map(declared: Run, tmp_path: Path) -> None:
    rows = [["姓名", "类型", "地区", "登记日期", "WeChat", "年营业额"],
            ["王琦", "VIP", "北京", "20231001", "wq", "5"]]  # fmt: skip
    book = files.text(tmp_path / "c.csv", rows)
    assert "unknown-columns" in declared("import", book, "--json")[2]
    assert declared("import", book, "--map", "年营业额=turnover")[0] == exits.OK
    found = told(declared("resolve", CODE, "--unmasked", "--json"))["found"][0]["customer"]
    assert (found["wechat"], found["turnover"]) == ("wq", "5")


def test_what_cannot_be_declared_or_withdrawn_is_told_with_a_way_out(declared: Run) -> None:
    declared("register", *WANG, "wechat=wq")
    for slug, verb in (
        ("field-in-use", ("remove", "wechat")),
        ("field-in-use", ("add", "wechat", "--open")),
        ("unknown-field", ("remove", "qq")),
        ("field-is-fact", ("add", "phone")),
        ("fields-alike", ("add", "wx", "--label-zh", "微信号")),
        ("wrong-field-name", ("add", "two words")),
    ):
        code, _, said = declared("fields", *verb, "--json")
        assert code == exits.REFUSED
        error = json.loads(said)["error"]
        assert error["slug"] == slug
        assert error["way_out"]
    assert declared("fields", "add", "qq", "--kind", "secret")[0] == 2
