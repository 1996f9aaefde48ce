"""Work in the background on the command line: queued, watched, done, stopped."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests import files
from tests.faces.conftest import Run
from tests.files import HEADINGS

from mintmark.cli import exits
from mintmark.wording import LANGUAGES, Wording

WANG = ["王琦", "VIP", "北京", "20231001", "13875014587"]
WRONG = ["李雷", "VIP", "火星", "20231001", ""]


def told(output: tuple[int, str, str]) -> Any:
    """The JSON that was printed."""
    return json.loads(output[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_import_is_queued_done_and_told(ready: Run, tmp_path: Path, language: str) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    code, out, _ = ready("import", path, "--background", "--lang", language)
    assert (code, "mintmark job show 1" in out) == (exits.OK, True)
    assert told(ready("status", "--json"))["customers"] == 0
    assert ready("work", "--once")[0] == exits.OK
    [job] = told(ready("jobs", "--json"))["jobs"]
    assert (job["id"], job["state"], job["done"], job["actor"]) == (1, "done", 1, "tester")
    assert str(path) in ready("jobs", "--lang", language)[1]
    code, out, _ = ready("job", "show", "1", "--lang", language)
    assert (code, str(tmp_path / "list-coded.xlsx") in out) == (exits.OK, True)
    assert "mintmark batch show 1" in out


def test_why_a_job_failed_is_said_in_full(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    assert ready("import", path, "--background")[0] == exits.OK
    path.unlink()
    assert ready("work", "--once")[0] == exits.OK
    code, out, _ = ready("job", "show", "1", "--lang", "en")
    assert (code, str(path) in out) == (exits.REFUSED, True)
    assert told(ready("job", "show", "1", "--json"))["error"] == "file-missing"


def test_a_job_is_cancelled_once(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    assert ready("import", path, "--background")[0] == exits.OK
    assert told(ready("job", "cancel", "1", "--json"))["state"] == "cancelled"
    code, _, err = ready("job", "cancel", "1", "--lang", "en")
    assert (code, "has ended already (cancelled)" in err) == (exits.REFUSED, True)
    assert ready("job", "show", "2")[0] == exits.NOT_FOUND


def test_what_does_not_go_together_is_said(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    assert ready("import", path, "--background", "--plan")[0] == 2
    code, _, err = ready("import", "postgresql://anna:geheim@db/crm", "--background")
    assert (code, "geheim" in err, "anna@db" in err) == (exits.REFUSED, False, True)
    assert "no jobs" in ready("jobs", "--lang", "en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_and_customers_come_out_in_the_background(
    ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    assert ready("import", path)[0] == exits.OK
    monkeypatch.chdir(tmp_path)
    shown = ("--lang", language)
    export = (
        "export", "all.csv", "--where", "region=北京", "--where", "registered=2023-01-01..",
        "--without", "owner", "--columns", "code,phone", "--mask", "phone", *shown,
    )  # fmt: skip
    assert "mintmark job show 1" in ready(*export, "--background")[1]
    assert ready("write-back", "list.csv", "--to", "out.csv", "--background", *shown)[0] == exits.OK
    undo = ("undo", "1", "--reason", "wrong", "--yes", "--background", *shown)
    assert ready(*undo)[0] == exits.OK
    assert told(ready("status", "--json"))["customers"] == 1  # nothing is done yet
    monkeypatch.chdir("/")
    assert ready("work", "--once")[0] == exits.OK
    assert told(ready("status", "--json"))["customers"] == 0
    heading = {"zh-CN": "客户编码", "en": "Customer code"}[language]
    lines = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    assert (lines[0].split(",")[0], lines[1]) == (heading, "V-BJ-20231001-00001,138****4587")
    assert "V-BJ-20231001-00001" in (tmp_path / "out.csv").read_text("utf-8")
    say = Wording(language)
    words = ("cli.job.customers", "cli.write-back.filled", "undo.leave")
    for number, word in enumerate(words, 1):
        code, out, _ = ready("job", "show", str(number), *shown)
        assert (code, say(word) in out) == (exits.OK, True)


def test_a_file_is_written_back_as_it_is_told_to_be_read(ready: Run, tmp_path: Path) -> None:
    headings = ["会员", *HEADINGS[1:], "积分"]
    path = files.text(tmp_path / "list.csv", [headings, [*WANG, "7"]])
    said = ("--map", "会员=name", "--ignore", "积分")
    assert ready("import", path, *said)[0] == exits.OK
    assert ready("write-back", path, *said, "--in-place", "--background")[0] == exits.OK
    assert ready("work", "--once")[0] == exits.OK
    assert told(ready("job", "show", "1", "--json"))["report"]["counts"]["fill"] == 1
    assert "V-BJ-20231001-00001" in path.read_text("utf-8")


def test_a_database_is_filled_in_the_background(ready: Run, tmp_path: Path) -> None:
    given = [f"{fact}={value}" for fact, value in zip(HEADINGS, WANG, strict=True)]
    assert ready("register", *given, "--external", "crm:17")[0] == exits.OK
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm, crm:
        crm.execute("CREATE TABLE customer (id integer, code text)")
        crm.execute("INSERT INTO customer VALUES (17, NULL), (18, NULL)")
    place = ("--table", "customer", "--key", "id", "--column", "code", "--source", "crm")
    url = f"sqlite:///{tmp_path}/crm.db"
    assert ready("write-back", url, *place, "--background")[0] == exits.OK
    assert ready("work", "--once")[0] == exits.OK
    assert ready("job", "show", "1")[0] == exits.OK
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm:
        found = crm.execute("SELECT code FROM customer ORDER BY id").fetchall()
    assert found == [("V-BJ-20231001-00001",), (None,)]


def test_no_fact_about_a_person_and_no_password_gets_into_a_job(
    ready: Run, tmp_path: Path, query: Callable[[str], list[tuple[object, ...]]]
) -> None:
    assert ready("fields", "add", "wechat", "--label-zh", "微信")[0] == exits.OK
    out = tmp_path / "out.csv"
    for where in ("phone=13875014587", "13875014587", "王琦", "wechat=wq88"):
        code, _, err = ready("export", out, "--where", where, "--background", "--json")
        assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "fact-in-job")
    place = ("--table", "t", "--key", "id", "--column", "code", "--source", "crm")
    url = "postgresql://anna:geheim@db/crm"
    code, _, err = ready("write-back", url, *place, "--background")
    assert (code, "geheim" in err) == (exits.REFUSED, False)
    assert query("SELECT * FROM job") == []
    assert query("SELECT * FROM mintmark_jobs.procrastinate_jobs") == []


def test_a_plan_is_looked_at_and_not_left_to_a_worker(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    for verb in (("import", path), ("write-back", path), ("undo", "1")):
        code, _, err = ready(*verb, "--plan", "--background")
        assert (code, "--background" in err) == (2, True)
    code, _, err = ready("export", tmp_path / "all.doc", "--background", "--json")
    assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "unknown-format")
    assert told(ready("jobs", "--json")) == {"jobs": []}


def test_an_undo_in_the_background_asks_first(ready: Run, tmp_path: Path) -> None:
    assert ready("import", files.text(tmp_path / "list.csv", [HEADINGS, WANG]))[0] == exits.OK
    undo = ("undo", "1", "--reason", "wrong", "--background", "--json")
    assert told(ready(*undo))["undone"] is False
    assert told(ready("jobs", "--json")) == {"jobs": []}
    assert told(ready(*undo, "--yes"))["kind"] == "undo"
