"""Imports as units, and updates, on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests import files
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.cli.commands import mintmark as command_line
from mintmark.wording import LANGUAGES, Wording

WANG = ("name=王琦", "type=VIP", "region=北京", "registered=2023-10-01", "phone=13875014587")
CODE = "V-BJ-20231001-00001"
ROWS = "姓名,客户类型,地区,登记日期,手机\n李雷,VIP,北京,2023-10-01,13875014588\n"


def told(result: tuple[int, str, str], code: int = 0) -> Any:
    assert result[0] == code, result
    return json.loads(result[1])


@pytest.fixture
def imported(ready: Run, tmp_path: Path) -> Run:
    told(ready("register", *WANG, "--json"))
    (tmp_path / "a.csv").write_text(ROWS, encoding="utf-8")
    assert ready("import", tmp_path / "a.csv")[0] == 0
    return ready


def test_an_import_is_listed_shown_and_undone_by_a_program(imported: Run) -> None:
    [batch] = told(imported("batches", "--json"))["batches"]
    assert (batch["id"], batch["state"], batch["done"], batch["actor"]) == (
        1, "finished", 1, "tester",
    )  # fmt: skip
    assert told(imported("batch", "show", "1", "--json"))["file"] == "a.csv"
    undo = ("undo", "1", "--reason", "导错了", "--json")
    for shown in (told(imported("undo", "1", "--plan", "--json")), told(imported(*undo))):
        assert (shown["undone"], shown["leave"]) == (False, 1)
    done = told(imported(*undo, "--yes"))
    assert (done["undone"], done["leave"], done["stays"]) == (True, 1, [])
    assert list(done["released"].values()) == [1]
    assert imported("find", "13875014588")[0] == exits.NOT_FOUND
    assert told(imported("batch", "show", "1", "--json"))["undone_reason"] == "导错了"
    assert told(imported(*undo, "--yes"))["leave"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_told_how_much_is_not_shown(
    imported: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    undo = ("undo", "1", "--plan", "--lang", language)
    assert "--json" not in imported(*undo)[1]
    monkeypatch.setattr("mintmark.cli.commands.batches._SHOWN", 0)
    more = {"zh-CN": "还有 1 个（--json 给出全部）", "en": "and 1 more (--json gives all)"}[
        language
    ]
    assert more in imported(*undo)[1]


@pytest.mark.parametrize(("answer", "left"), [("y\n", 1), ("n\n", 2), ("", 2)])
def test_people_see_what_an_undo_means_and_are_asked(imported: Run, answer: str, left: int) -> None:
    said = CliRunner().invoke(
        command_line, ["undo", "1", "--reason", "wrong"], input=answer, obj=Wording("en")
    )
    assert "customers who leave" in said.output
    assert told(imported("status", "--json"))["customers"] == left


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_refusals_and_who_stays_are_told_in_words(imported: Run, language: str) -> None:
    say = Wording(language)
    imported("update", "V-BJ-20231001-00002", "remark=x")
    shown = imported("undo", "1", "--plan", "--lang", language)[1]
    assert say("stays.updated") in shown
    assert say("batch-state.finished") in imported("batches", "--lang", language)[1]
    assert say("batch-step.finished") in imported("batch", "show", "1", "--lang", language)[1]
    for verb in ("pause", "cancel", "approve"):
        code, _, error = imported("batch", verb, "1", "--lang", language)
        assert code == exits.REFUSED
        assert say("batch-state.finished") in error
    assert imported("batch", "show", "7", "--lang", language)[0] == exits.NOT_FOUND
    assert imported("undo", "1")[0] == 2


@pytest.mark.parametrize("more", [(), ("--lang", "zh-CN"), ("--json",)])
def test_an_import_that_goes_on_writes_and_tells_what_an_import_does(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MINTMARK_OWN_APPROVAL", "yes")
    whole, plan = tmp_path / "whole", tmp_path / "plan"
    for folder in (whole, plan):
        folder.mkdir()
        (folder / "a.csv").write_text(ROWS + "王琦,VIP,火星,2023-10-01,13875014587\n", "utf-8")
    approved = ready("import", plan / "a.csv", "--for-approval", *more)
    assert approved[0] == exits.PARTLY, approved
    assert ready("batch", "approve", "1")[0] == 0
    resumed = ready("batch", "resume", "1", plan / "a.csv", *more)
    assert resumed[0] == exits.PARTLY, resumed
    assert files.cells(plan / "a-coded.xlsx")[1][0] == CODE
    assert "火星" in files.cells(plan / "a-refused.xlsx")[1]
    ready("undo", "1", "--reason", "again", "--yes")
    imported = ready("import", whole / "a.csv", *more)
    same = imported[1].replace(str(whole), str(plan))
    same = same.replace("mintmark undo 2", "mintmark undo 1").replace('"batch": 2', '"batch": 1')
    assert resumed[1] == same


def test_an_import_goes_on_into_files_that_are_said(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINTMARK_OWN_APPROVAL", "yes")
    path, coded = tmp_path / "a.csv", tmp_path / "out" / "coded.csv"
    path.write_text(ROWS, "utf-8")
    ready("import", path, "--for-approval")
    ready("batch", "approve", "1")
    assert ready("batch", "resume", "1", path, "--coded", coded)[0] == exits.OK
    assert CODE in coded.read_text("utf-8-sig")
    assert [one.name for one in tmp_path.glob("a-*")] == []


def test_an_update_shows_before_and_after(imported: Run) -> None:
    planned = told(imported("update", CODE, "手机=13875014599", "region=上海", "--plan", "--json"))
    assert planned["changed"]["phone"] == {"before": "+86138****4587", "after": "+86138****4599"}
    assert (planned["planned"], planned["stale"]) == (True, ["region"])
    assert imported("find", "13875014599")[0] == exits.NOT_FOUND
    shown = imported("update", CODE, "phone=13875014599", "region=上海", "--unmasked")[1]
    assert "+8613875014587 → +8613875014599" in shown
    assert "mintmark" not in shown
    assert "read otherwise" in shown
    assert imported("find", "13875014599")[0] == 0
    told(imported("update", "--customer", "1", "remark=x", "--json"))
    assert imported("update", CODE)[0] == 2
