"""Shredding and legal holds on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.cli.commands import mintmark as command_line
from mintmark.wording import LANGUAGES, Wording

CODE = "V-BJ-20231001-00001"
PHONE = "13875014587"
WANG = ("name=王琦", "type=VIP", "region=北京", "registered=2023-10-01", f"phone={PHONE}")


def told(result: tuple[int, str, str]) -> Any:
    assert result[0] == 0, result
    return json.loads(result[1])


def refused(result: tuple[int, str, str]) -> Any:
    return json.loads(result[2].splitlines()[-1])["error"]


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("MINTMARK_ERASURE_LIST", str(tmp_path / "erasures.jsonl"))
    return tmp_path / "erasures.jsonl"


@pytest.fixture
def known(ready: Run) -> Run:
    assert told(ready("register", *WANG, "--json"))["code"] == CODE
    return ready


def test_a_program_is_told_what_would_go_and_shreds_with_yes(known: Run) -> None:
    shred = ("shred", CODE, "--reason", "客户要求", "--json")
    shown = told(known(*shred))
    assert shown["shredded"] == []
    assert (shown["would"][0]["codes"], shown["would"][0]["clears"]) == ([CODE], ["name", "phone"])
    assert len(told(known("find", PHONE, "--json"))["found"]) == 1
    [done] = told(known(*shred, "--yes"))["shredded"]
    assert (done["codes"], done["new"], done["erasure"]["actor"]) == ([CODE], True, "tester")
    assert known("find", PHONE, "--json")[0] == exits.NOT_FOUND
    [found] = told(known("resolve", CODE, "--json"))["found"]
    assert (found["customer"], found["erasure"]["reason"]) == (None, "客户要求")
    [again] = told(known(*shred, "--yes"))["shredded"]
    assert (again["new"], again["erasure"]) == (False, done["erasure"])


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_people_see_what_would_go_masked_and_are_asked(known: Run, answer: str, left: int) -> None:
    said = CliRunner().invoke(
        command_line, ["shred", CODE, "--reason", "客户要求"], input=answer, obj=Wording("en")
    )
    assert "+86138****4587" in said.output
    assert PHONE not in said.output
    assert "Shred what is known of the above (1)?" in said.output
    assert ("Nothing was destroyed." in said.output) == bool(left)
    found = json.loads(known("find", PHONE, "--json")[1])["found"]
    assert len(found) == left


def test_what_is_under_a_legal_hold_stays_until_it_ends(known: Run) -> None:
    shred = ("shred", CODE, "--reason", "客户要求", "--yes", "--json")
    hold = ("legal-hold", CODE, "--reason", "案号 118", "--json")
    assert told(known(*hold))["held"]["reason"] == "案号 118"
    told_why = refused(known(*shred))
    assert (told_why["slug"], told_why["facts"]["actor"]) == ("legal-hold", "tester")
    assert "案号 118" in told_why["message"]
    assert [one["customer"] for one in told(known("legal-hold", "--json"))["holds"]] == [1]
    assert told(known(*hold, "--end")) == {"ended": CODE}
    assert refused(known(*hold, "--end"))["slug"] == "no-legal-hold"
    assert told(known(*shred))["shredded"][0]["new"]
    assert refused(known(*hold))["slug"] == "already-shredded"


def test_the_list_is_told_and_that_of_another_machine_taken_over(
    known: Run, lists: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text("")
    told(known("shred", "--customer", "1", "--reason", "客户要求", "--yes", "--json"))
    every = told(known("erasures", "--take-over", other, "--json"))
    assert (every["place"], every["shredded"]) == (str(lists), 0)
    assert [one["reason"] for one in every["erasures"]] == ["客户要求"]
    lists.write_text("{}\n")
    code, _, err = known("erasures", "--json")
    assert code == exits.UNAVAILABLE
    assert json.loads(err)["error"]["slug"] == "broken-erasure-list"


def test_who_is_not_named_is_not_shredded(known: Run) -> None:
    assert known("shred", "--reason", "客户要求", "--yes")[0] == 2
    assert known("legal-hold", CODE)[0] == 2
    assert known("shred", "--customer", "9", "--reason", "x", "--yes")[0] == exits.NOT_FOUND


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_in_both_languages(known: Run, language: str) -> None:
    before, after, last = {
        "zh-CN": ("已法律保留", "已粉碎", "此前已粉碎"),
        "en": ("is under a legal hold", "is shredded", "was shredded before"),
    }[language]
    lang = ("--lang", language)
    assert before in known("legal-hold", CODE, "--reason", "118", *lang)[1]
    assert "#1" in known("legal-hold", *lang)[1]
    assert CODE in known("legal-hold", CODE, "--end", "--reason", "118", *lang)[1]
    assert after in known("shred", CODE, "--reason", "客户要求", "--yes", *lang)[1]
    assert last in known("shred", CODE, "--reason", "客户要求", "--yes", *lang)[1]
    assert "tester" in known("erasures", *lang)[1]
    resolved = known("resolve", CODE, *lang)[1]
    assert "客户要求" in resolved
    assert "tester" in resolved
