"""Exports, templates and labels at the command line."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.faces.conftest import Run

from mintmark.cli import exits

HAN = [
    ["name=王琦", "type=VIP", "region=BJ", "registered=20231001", "phone=13875014587"],
    ["name=李雷", "type=普通", "region=SH", "registered=20240301"],
    ["name=赵六", "type=VIP", "region=BJ", "registered=20240302", "owner=林"],
]


@pytest.fixture
def full(ready: Run) -> Run:
    for facts in HAN:
        assert ready("register", *facts)[0] == exits.OK
    return ready


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_an_export_takes_what_find_takes(full: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    told = full("export", path, "--where", "region=北京", "--where", "registered=2023-10-01..",
                "--sort", "-registered", "--columns", "code,name,手机号,owner",
                "--mask", "name,phone", "--language", "zh-CN", "--json")  # fmt: skip
    assert json.loads(told[1]) == {"file": str(path), "customers": 2}
    assert table(path) == [
        ["客户编码", "客户名称·已脱敏", "手机号·已脱敏", "负责人"],
        ["V-BJ-20240302-00001", "赵*", "", "林"],
        ["V-BJ-20231001-00001", "王*", "138****4587", ""],
    ]  # fmt: skip
    assert full("export", path, "--where", "13875014587", "--without", "owner")[0] == exits.OK
    assert [row[1] for row in table(path)[1:]] == ["王琦"]
    assert full("export", tmp_path / "a.parquet", "--columns", "code state,added")[0] == exits.OK
    assert pl.read_parquet(tmp_path / "a.parquet")["state"].to_list() == ["coded"] * 3
    assert full("export", path, "--columns", "colour")[0] == exits.REFUSED
    assert full("export", path, "--mask", "colour")[0] == exits.REFUSED
    assert full("export", path, "--sort", "phone")[0] == exits.REFUSED


def test_a_template_is_written_in_a_language_of_its_own(full: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    told = full("template", path, "--columns", "phone", "--language", "zh-CN", "--json")
    columns = json.loads(told[1])["columns"]
    assert [one["fact"] for one in columns] == ["name", "type", "region", "registered", "phone"]
    head = next(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert head[-1] == "手机号"
    assert full("template", path)[0] == exits.OK
    assert full("template", path, "--rule", "nobody")[0] == exits.REFUSED


def test_labels_are_of_codes_or_of_a_search(full: Run, tmp_path: Path) -> None:
    path = tmp_path / "l.svg"
    told = full("labels", path, "--where", "region=BJ", "--lines", "name,region", "--qr", "--json")
    assert json.loads(told[1]) == {"file": str(path), "labels": 2}
    text = path.read_text("utf-8")
    assert "王*" in text
    assert "李" not in text
    code = "N-SH-20240301-00001"
    assert full("labels", path, code, "--unmasked", "--layout", "card")[0] == exits.OK
    assert "李雷" in path.read_text("utf-8")
    wide = full("labels", path, code, "--code128", "--layout", "roll-50x30")
    assert wide[0] == exits.REFUSED
    assert "--qr" in wide[2]
    assert full("labels", path, code, "--where", "region=BJ")[0] == 2
    assert full("labels", path, "N-SH-20240301-00009")[0] == exits.NOT_FOUND
