"""Work in the background on the command line: queued, watched, done, stopped."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests import files
from tests.faces.conftest import Run
from tests.files import HEADINGS

from mintmark.cli import exits
from mintmark.wording import LANGUAGES

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
