"""Frames: customers that a program has already, planned, coded, and given back."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import files
from tests.files import HEADINGS

import mintmark
from mintmark import errors
from mintmark.intake import resume
from mintmark.intake.reading import open_source

DAY = date(2023, 10, 1)
PEOPLE = pl.DataFrame(
    {
        "客户姓名": ["王琦", "李雷", None, "韩梅梅", "王琦"],
        "客户类型": pl.Series(["VIP", "普通", None, "VIP", "VIP"], dtype=pl.Categorical),
        "地区": ["北京", "火星", None, "上海", "北京"],
        "登记日期": [DAY, DAY, None, DAY, DAY],
        "手机": [13875014587, 13875014588, None, 138, 13875014587],
    }
)  # fmt: skip
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=3), max_size=6)


def test_a_frame_is_given_back_with_its_codes(register: mintmark.Register) -> None:
    importing = mintmark.plan_import(register, PEOPLE).apply()
    assert [step.done for step in importing] == [0, 2]
    back = importing.report.frame()
    assert back.drop("code", "result", "problems").equals(PEOPLE)
    code = "V-BJ-20231001-00001"
    assert back["code"].to_list() == [code, None, None, None, code]
    assert back["result"].to_list() == ["new", "refused", None, "refused", "known"]
    assert back["problems"].to_list() == [
        [],
        [{"column": "地区", "slug": "unknown-value", "value": "火星"}],
        [],
        [{"column": "手机", "slug": "wrong-phone", "value": "138"}],
        [],
    ]


def test_a_forecast_is_given_back_too(register: mintmark.Register) -> None:
    ready = mintmark.plan_import(register, PEOPLE.head(1))
    assert ready.forecast().frame()["code"].to_list() == ["V-BJ-20231001-00001"]
    assert register.status().customers == 0


def test_the_frame_itself_is_not_touched(register: mintmark.Register) -> None:
    before = PEOPLE.clone()
    mintmark.plan_import(register, PEOPLE).forecast().frame()
    assert PEOPLE.equals(before)
    assert before.columns == PEOPLE.columns


def test_a_column_that_is_called_like_ours_stays(register: mintmark.Register) -> None:
    marked = PEOPLE.head(1).with_columns(code=pl.lit("x"), result=pl.lit("y"))
    back = mintmark.plan_import(register, marked, ignore=["code", "result"]).forecast().frame()
    assert back.columns[-5:] == ["code", "result", "code_", "result_", "problems"]
    assert back.row(0)[-5:] == ("x", "y", "V-BJ-20231001-00001", "new", [])


def test_a_file_comes_back_as_a_frame_of_text(register: mintmark.Register, tmp_path: Path) -> None:
    row = ["王琦", "VIP", "北京", "2023-10-01", "13875014587"]
    path = files.workbook(tmp_path / "c6.xlsx", {"S": [HEADINGS, [None] * 5, row]}, at=(5, 2))
    back = mintmark.plan_import(register, path).forecast().frame()
    assert back["code"].to_list() == [None, "V-BJ-20231001-00001"]
    assert back.row(1)[-8:-3] == tuple(row)


def test_an_import_goes_on_with_the_same_frame_only(register: mintmark.Register) -> None:
    batch = mintmark.plan_import(register, PEOPLE).save()
    with pytest.raises(errors.OtherFile):
        resume(register, batch, PEOPLE.head(2))


def test_values_of_every_type_are_text_as_people_would_type_it() -> None:
    frame = pl.DataFrame(
        {
            "whole": [13875014587.0], "half": [0.5], "yes": [True], "price": [Decimal("12.50")],
            "at": [datetime(2023, 10, 1, 8, 30)],  # noqa: DTZ001 - cells have no zone
            "list": [["a", "b"]], "none": [None],
        }
    )  # fmt: skip
    assert open_source(frame).sheet("").cells.row(1) == (
        "13875014587", "0.5", "true", "12.50", "2023-10-01 08:30:00", '["a","b"]', None,
    )  # fmt: skip


def test_a_frame_without_anything_is_refused(register: mintmark.Register) -> None:
    for frame in (pl.DataFrame(), PEOPLE.clear()):
        with pytest.raises(errors.EmptyFile):
            mintmark.plan_import(register, frame)


@given(texts, texts)
def test_frames_have_one_digest_only_if_they_say_the_same(
    one: list[str | None], other: list[str | None]
) -> None:
    same = [cell or None for cell in one] == [cell or None for cell in other]
    frames = [pl.DataFrame({"A": cells}, schema={"A": pl.String}) for cells in (one, other)]
    first, second = (open_source(frame).digest for frame in frames)
    assert (first == second) == same
    halves = [frames[0][: len(one) // 2], frames[0][len(one) // 2 :]]
    assert open_source(pl.concat(halves, rechunk=False)).digest == first
