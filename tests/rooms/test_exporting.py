"""Exports: whom, which columns, in which order and language, masked; and back again."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import files

import mintmark
from mintmark.access import hidden
from mintmark.errors import UnknownFact, UnknownFormat
from mintmark.intake import export
from mintmark.intake.exporting.columns import Column
from mintmark.intake.exporting.neutral import neutral, neutralised, restored
from mintmark.intake.exporting.workbook import write_workbook
from mintmark.wording import LANGUAGES, Wording

ZH = Wording("zh-CN")
PEOPLE: list[dict[str, Any]] = [
    {"name": "王琦", "type": "VIP", "region": "北京", "phone": "13875014587",
     "email": "wq@example.com", "id_number": "110101199003070011", "address": "北京市朝阳区1号"},
    {"name": "=1+1", "type": "VIP", "region": "上海", "remark": "@cmd|' /C calc'!A0"},
    {"name": "'=王", "type": "普通", "region": "广州", "contract": "2024-02-29", "owner": "-赵"},
    {"name": "'李雷'", "type": "普通", "region": "北京", "phone": "010-66668888转12"},
    {"name": 'A & B <公司> "一"_x0041_', "type": "VIP", "region": "北京", "remark": "+"},
    {"name": "王琦", "type": "潜在", "region": "北京", "former_name": "王七、王柒"},
]  # fmt: skip


@pytest.fixture
def full(register: mintmark.Register) -> mintmark.Register:
    """A register with people in it, and a field of its own."""
    register.fields.declare("birthday", kind="date", labels={"zh": "生日", "en": "birthday"})
    for number, person in enumerate(PEOPLE):
        register.register(**person, registered=date(2023, 10, 1 + number))
    register.register(
        name="孙 \u3000悟空",
        type="VIP",
        region="SH",
        registered="1900-02-01",
        birthday="1990-03-07",
    )
    return register


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


# ---------------------------------------------------------------- laws

CELLS = st.text(st.sampled_from("'=+-@\t\r\n＝0123456789.;ext=王a"), max_size=8)


@given(st.lists(CELLS, min_size=1))
def test_what_is_kept_from_acting_comes_back_as_it_was(cells: list[str]) -> None:
    frame = pl.DataFrame({"cell": cells})
    kept = frame.select(neutral(pl.col("cell")))
    assert kept.select(restored(pl.col("cell"))).equals(frame)
    assert kept["cell"].to_list() == [neutralised(cell) for cell in cells]
    assert not [
        cell for cell in kept["cell"]
        if cell[:1] in tuple("=@\t\r\n＝") or (cell[:1] in ("+", "-") and not cell[1:2].isdigit())
    ]  # fmt: skip


@given(st.sampled_from(["name", "phone", "email", "text", "date", "address", "id_number"]), CELLS)
def test_nothing_is_shown_whole_when_it_is_hidden(kind: str, value: str) -> None:
    if kind in ("phone", "id_number"):
        value = "+8613" + value + "110101199"
    if kind == "email":
        value = "a" + value + "@example.com"
    if value.strip():
        assert hidden(kind, value) != value


@given(
    st.lists(st.tuples(st.text(max_size=5), st.one_of(st.none(), st.dates())), max_size=7),
    st.integers(min_value=1, max_value=4),
)
def test_a_workbook_is_read_back_by_another_reader_as_it_was(
    rows: list[tuple[str, date | None]], at_once: int
) -> None:
    made = io.BytesIO()
    columns = [
        Column(name="row", kind="text", heading="姓名"),
        Column(name="c0", kind="date", heading="日期"),
    ]
    frame = pl.DataFrame(rows, schema={"row": pl.String, "c0": pl.Date}, orient="row")
    frames: Iterator[pl.DataFrame] = frame.iter_slices(at_once) if rows else iter([frame])
    list(write_workbook(made, "a", columns, frames, total=len(rows)))  # type: ignore[arg-type]
    sheet = openpyxl.load_workbook(made).worksheets[0]
    read = list(sheet.iter_rows(values_only=True))
    assert read[0] == ("姓名", "日期")
    for (text, day), (cell, shown) in zip(rows, read[1:], strict=True):
        legal = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
        assert (cell or "").replace("\r", "\n") == legal.replace("\r", "\n")
        expected = day and (
            datetime(day.year, day.month, day.day) if day >= date(1900, 3, 1) else day.isoformat()  # noqa: DTZ001
        )
        assert shown == expected


# ---------------------------------------------------------------- round trips


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["all.xlsx", "all.csv"])
def test_an_export_that_is_imported_changes_nothing(
    full: mintmark.Register, tmp_path: Path, name: str, language: str,
    query: Callable[[str], list[tuple[object, ...]]],
) -> None:  # fmt: skip
    say = Wording(language)
    every = ["codes", "code", "name", "state", *list(mintmark.customer.FACTS)[1:], "birthday",
             "rule", "minted_at", "added", "batch", "external"]  # fmt: skip
    list(export(full, tmp_path / name, say, columns=every))
    before = query("SELECT canonical, customer, voided_at FROM code ORDER BY 1")
    people = query("SELECT * FROM customer ORDER BY id")
    applying = mintmark.plan_import(full, tmp_path / name).apply()
    list(applying)
    assert [o.problems for o in applying.report.refused()] == []
    coded = [registered for _, registered in applying.report.registered()]
    assert [one.new for one in coded] == [False] * len(before)
    assert {one.code for one in coded} == {row[0] for row in
                                           query("SELECT text FROM code")}  # fmt: skip
    assert query("SELECT canonical, customer, voided_at FROM code ORDER BY 1") == before
    assert query("SELECT * FROM customer ORDER BY id") == people


def test_what_is_masked_is_never_imported_as_if_it_were_the_fact(
    full: mintmark.Register, tmp_path: Path
) -> None:
    masked = {"phone", "name", "id_number", "email", "address", "birthday", "registered"}
    list(export(full, tmp_path / "a.csv", ZH, masked=masked))
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    for value in ("王琦", "13875014587", "110101199003070011", "wq@example.com", "1990-03-07"):
        assert value not in text
    assert "王*" in text
    assert "138****4587" in text
    assert "1101**********0011" in text
    assert "w***@example.com" in text
    with pytest.raises(mintmark.Refusal) as refused:
        mintmark.plan_import(full, tmp_path / "a.csv", ignore=["客户编码"])
    assert refused.value.slug == "unknown-columns"


# ---------------------------------------------------------------- whom and what


def test_an_export_is_filtered_ordered_and_has_the_columns_that_are_chosen(
    full: mintmark.Register, tmp_path: Path
) -> None:
    list(export(
        full, tmp_path / "a.csv", Wording("en"), columns=["region", "code", "name", "state"],
        where={"type": ["VIP", "潜在"]}, order="-registered",
    ))  # fmt: skip
    rows = table(tmp_path / "a.csv")
    assert rows[0] == ["region", "Customer code", "name", "code state"]
    assert [row[0] for row in rows[1:]] == ["北京", "北京", "上海", "北京", "上海"]
    assert rows[1][1:] == ["P-BJ-20231006-00001", "王琦", "coded"]
    assert rows[-1][1].startswith("V-SH-19000201")


@pytest.mark.parametrize("order", [None, "added", "-added", "-code", "region", "-owner", "type"])
def test_an_export_has_the_order_of_a_search(full: mintmark.Register, order: str | None) -> None:
    page = full.find(order=order or "added", limit=100)
    with full.extract(columns=["code"], order=order) as extract:
        read = pl.concat(extract.frames)["code"].to_list()
    assert read == [one.code for one in page.found]


def test_all_codes_keys_rule_and_times_can_be_had(full: mintmark.Register, tmp_path: Path) -> None:
    first = full.register(name="赵六", type="VIP", region="BJ", registered="20231001",
                          external="crm:A-17").code  # fmt: skip
    full.void(first, reason="印错了")
    second = full.backfill()
    list(second)
    nobody = full.register_uncoded(name="钱七", external="erp:9")
    columns = ["name", "code", "codes", "state", "rule", "minted_at", "external", "birthday"]
    list(export(full, tmp_path / "a.parquet", ZH, columns=columns))
    read = pl.read_parquet(tmp_path / "a.parquet")
    assert read.columns == columns
    assert read.schema["birthday"] == pl.Date
    assert read.schema["minted_at"] == pl.Datetime("us", "Asia/Shanghai")
    rows = {row["name"]: row for row in read.iter_rows(named=True)}
    zhao = rows["赵六"]
    assert zhao["codes"].split("、")[0] == first
    assert zhao["codes"].split("、")[1:] == [zhao["code"]] != [first]
    assert (zhao["state"], zhao["rule"], zhao["external"]) == ("coded", "main@1", "crm:A-17")
    assert zhao["minted_at"].astimezone(UTC) == datetime(2026, 11, 22, 4, tzinfo=UTC)
    assert rows["钱七"] == dict.fromkeys(columns) | {
        "name": "钱七", "state": "uncoded", "external": "erp:9",
    }  # fmt: skip
    assert nobody.code == ""
    assert rows["孙 悟空"]["birthday"] == date(1990, 3, 7)


def test_a_parquet_file_says_what_its_columns_are(full: mintmark.Register, tmp_path: Path) -> None:
    list(export(full, tmp_path / "a.parquet", ZH, columns=["phone", "birthday"], masked={"phone"}))
    told = json.loads(pl.read_parquet_metadata(tmp_path / "a.parquet")["mintmark.columns"])
    assert told == [
        {"name": "phone_masked", "fact": "phone", "kind": "text", "heading": "手机号·已脱敏",
         "masked": True},
        {"name": "birthday", "fact": "birthday", "kind": "date", "heading": "生日",
         "masked": False},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.parquet"])
def test_an_export_of_nobody_is_a_file_with_headings(
    register: mintmark.Register, tmp_path: Path, name: str
) -> None:
    [*_, end] = export(register, tmp_path / name, ZH, columns=["code", "name", "birthday"][:2])
    assert (end.done, end.total) == (0, 0)
    if name == "a.xlsx":
        assert files.cells(tmp_path / name) == [["客户编码", "客户名称"]]
    elif name == "a.csv":
        assert table(tmp_path / name) == [["客户编码", "客户名称"]]
    else:
        assert pl.read_parquet(tmp_path / name).shape == (0, 2)


def test_who_comes_while_an_export_is_under_way_is_not_in_it(full: mintmark.Register) -> None:
    with full.extract(columns=["code", "name"]) as extract:
        full.register(name="后来", type="VIP", region="BJ", registered="20231001")
        full.void("V-BJ-20231001-00001", reason="x")
        names = pl.concat(extract.frames)
    assert "后来" not in names["name"].to_list()
    assert "V-BJ-20231001-00001" in names["code"].to_list()
    assert names.height == extract.total


def test_no_key_is_needed_for_what_lies_open(
    full: mintmark.Register, query: Callable[[str], list[tuple[object, ...]]]
) -> None:
    query("DELETE FROM mintmark_keys.data_key RETURNING 1")
    with full.extract(columns=["code", "region", "contract"]) as extract:
        read = pl.concat(extract.frames)
    assert read.height == len(PEOPLE) + 1
    assert read["contract"].drop_nulls().to_list() == [date(2024, 2, 29)]


def test_a_shredded_customer_is_in_no_export(full: mintmark.Register) -> None:
    full.shred("V-BJ-20231001-00001", reason="asked for it")
    with full.extract() as extract:
        read = pl.concat(extract.frames)
    assert extract.total == read.height == len(PEOPLE)


def test_an_export_that_fails_leaves_the_earlier_file_alone(
    full: mintmark.Register, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("earlier")
    for wrong in ({"columns": ["colour"]}, {"masked": {"colour"}}, {"where": {"colour": "x"}}):
        with pytest.raises(UnknownFact):
            list(export(full, tmp_path / "a.csv", ZH, **wrong))
    with pytest.raises(UnknownFormat):
        list(export(full, tmp_path / "a.pdf", ZH))
    stopped = export(full, tmp_path / "a.csv", ZH)
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "earlier"


def test_a_long_export_goes_on_in_further_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mintmark.intake.exporting.workbook._MOST_ROWS", 4)
    columns = [Column(name="n", kind="text", heading="n")]
    frame = pl.DataFrame({"n": [str(n) for n in range(10)]})
    path = tmp_path / "a.xlsx"
    list(write_workbook(str(path), "甲", columns, frame.iter_slices(3), total=10))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["甲", "甲 2", "甲 3"]
    assert [[c[0] for c in s.iter_rows(min_row=2, values_only=True)] for s in book] == [
        ["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"],
    ]  # fmt: skip
