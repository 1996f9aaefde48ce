"""Holds, voids, leases, back-fill and the number ledger on the command line."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests import files
from tests.faces.conftest import Run

from mintmark.wording import LANGUAGES

GIVEN = ("type=VIP", "region=北京", "registered=2023-10-01")
FIRST, SECOND, THIRD = (f"V-BJ-20231001-0000{n}" for n in (1, 2, 3))


def told(result: tuple[int, str, str]) -> Any:
    assert result[0] == 0, result
    return json.loads(result[1])


def slug(result: tuple[int, str, str]) -> Any:
    return json.loads(result[2].splitlines()[-1])["error"]["slug"]


def test_a_code_is_held_bound_released_and_voided(ready: Run) -> None:
    assert told(ready("hold", *GIVEN, "--for", "前台", "--until", "3d", "--json"))["code"] == FIRST
    wang = ("name=王琦", "phone=13875014587")
    assert slug(ready("bind", FIRST, *wang, "--json")) == "code-held"
    assert told(ready("bind", FIRST, *wang, "--for", "前台", "--json"))["code"] == FIRST
    assert told(ready("mint", *GIVEN, "--json"))["codes"] == [SECOND]
    assert told(ready("release", SECOND, "--json")) == {"released": [SECOND]}
    assert told(ready("mint", *GIVEN, "--json"))["codes"] == [SECOND]
    assert told(ready("void", SECOND, "--reason", "印坏", "--json")) == {"voided": [SECOND]}
    assert slug(ready("release", SECOND, "--json")) == "not-held"
    assert slug(ready("hold", *GIVEN, "--until", "2020-01-01", "--json")) == "until-past"
    assert told(ready("mint", *GIVEN, "--json"))["codes"] == [THIRD]


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Asia/Shanghai", "2099-05-01 08:30+08:00"), ("UTC", "2099-05-01 08:30Z")],
)
def test_times_are_shown_as_they_are_read_in_the_zone_of_the_register(
    ready: Run, monkeypatch: pytest.MonkeyPatch, zone: str, told: str
) -> None:
    monkeypatch.setenv("MINTMARK_TIME_ZONE", zone)
    held = ready("hold", *GIVEN, "--for", "前台", "--until", "2099-05-01T08:30")
    assert told in held[1]
    refused = ready("bind", FIRST, "name=王琦")
    assert told in refused[2]


def test_a_request_that_is_repeated_is_answered_the_same(ready: Run) -> None:
    for _ in range(2):
        assert told(ready("mint", *GIVEN, "--request", "r1", "--json"))["codes"] == [FIRST]
    other = ready("mint", "type=VIP", "region=上海", GIVEN[2], "--request", "r1", "--json")
    assert (other[0], slug(other)) == (3, "request-reused")


def test_a_site_takes_a_block_along_and_reports_back(ready: Run, tmp_path: Path) -> None:
    book = tmp_path / "pudong.xlsx"
    lent = told(ready("lease", "take", "5", *GIVEN, "--for", "浦东店", "--until", "2099-12-31",
                      "--out", book, "--json"))  # fmt: skip
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    codes = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert codes == lent["codes"] == [f"V-BJ-20231001-0000{n}" for n in range(1, 6)]
    used = files.text(tmp_path / "used.csv", [["code"], [FIRST], [THIRD]])
    done = told(ready("lease", "return", str(lent["lease"]), "--used", used, "--json"))
    assert (done["held"], done["returned"]) == (2, 3)
    again = ready("lease", "return", str(lent["lease"]), "--json")
    assert (again[0], slug(again)) == (3, "lease-ended")
    assert ready("lease", "return", "9", "--json")[0] == 4
    assert [one["holder"] for one in told(ready("lease", "list", "--json"))["leases"]] == ["浦东店"]


def test_customers_without_a_code_are_given_one(ready: Run) -> None:
    for n, region in enumerate(["上海", "北京"]):
        facts = (f"name=客户{n}", "type=VIP", f"region={region}", "registered=2023-10-01")
        assert told(ready("register", *facts, "--without-code", "--json"))["code"] == ""
    plan = told(ready("backfill", "--order", "region", "--plan", "--json"))
    assert (plan["coded"], plan["first"], plan["planned"]) == (2, "V-SH-20231001-00001", True)
    done = told(ready("backfill", "--order", "region", "--json"))
    assert (done["coded"], done["last"]) == (2, FIRST)
    assert told(ready("backfill", "--json"))["coded"] == 0
    assert slug(ready("backfill", "--order", "colour", "--json")) == "unknown-fact"


def test_the_ledger_and_the_proof_are_told(ready: Run) -> None:
    ready("mint", *GIVEN, "--count", "3")
    ready("void", SECOND, "--reason", "重复")
    ledger = told(ready("numbers", FIRST, "--json"))
    assert ledger["counts"] == {"held": 2, "void": 1}
    assert [run["reason"] for run in ledger["runs"]] == ["", "重复", ""]
    assert [event["verb"] for event in ledger["events"]] == ["voided", "held"]
    proof = told(ready("verify", "--json"))
    assert (proof["holds"], proof["numbers"], proof["faults"]) == (True, 3, [])
    assert slug(ready("numbers", "X-1", "--json")) == "unknown-scope"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_answers_people_in_their_language(ready: Run, language: str) -> None:
    for verb in (
        ("hold", *GIVEN, "--for", "A", "--until", "8h", "--reason", "B"),
        ("resolve", FIRST),
        ("bind", FIRST, "name=C", "--for", "A"),
        ("mint", *GIVEN),
        ("release", SECOND),
        ("void", FIRST, "--reason", "D"),
        ("resolve", FIRST),
        ("find", "C"),
        ("lease", "list"),
        ("lease", "take", "12", *GIVEN, "--for", "E"),
        ("lease", "list"),
        ("lease", "return", "1", "--used-up-to", SECOND),
        ("backfill", "--plan"),
        ("backfill",),
        ("backfill",),
        ("numbers", FIRST),
        ("verify",),
        ("status",),
    ):
        code, out, err = ready(*verb, "--lang", language)
        assert code == 0, (verb, err)
        assert out.strip()
        own = "".join(line for line in out.splitlines() if "V-BJ" not in line)
        has_han = re.search("[\u4e00-\u9fff]", own.replace("北京", ""))
        assert bool(has_han) == (language == "zh-CN") or not own.strip(), (verb, out)


def test_a_time_that_nobody_can_read_is_refused(ready: Run) -> None:
    code, _, err = ready("hold", *GIVEN, "--until", "soon", "--lang", "en")
    assert code == 2
    assert "8h or 3d" in err
