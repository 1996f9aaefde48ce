"""A plan on the command line: told, and written into files where that is asked for."""

import json
from pathlib import Path

import pytest
from tests import files
from tests.faces.conftest import Run
from tests.files import HEADINGS

from mintmark.cli import exits

WANG = ["王琦", "VIP", "北京", "20231001", "13875014587"]
WRONG = ["李雷", "VIP", "火星", "20231001", ""]
CODE = "V-BJ-20231001-00001"


def test_a_plan_can_be_written_into_files(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    coded, refused = tmp_path / "plan.xlsx", tmp_path / "wrong.xlsx"
    wanted = ("import", path, "--plan", "--coded", coded, "--refused", refused, "--json")
    code, out, _ = ready(*wanted)
    assert (code, json.loads(out)["written"]) == (exits.PARTLY, [str(coded), str(refused)])
    assert files.cells(coded)[1][:3] == [CODE, "王琦", "VIP"]
    assert "火星" in files.cells(refused)[1]
    assert json.loads(ready("status", "--json")[1])["customers"] == 0


def test_a_plan_writes_only_what_was_asked_for(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    assert ready("import", path, "--plan")[0] == exits.PARTLY
    assert list(tmp_path.iterdir()) == [path]
    coded = tmp_path / "plan.csv"
    assert ready("import", path, "--for-approval", "--coded", coded)[0] == exits.PARTLY
    assert sorted(tmp_path.iterdir()) == [path, coded]


def test_nothing_is_noted_for_approval_where_its_plan_cannot_be_written(
    ready: Run, tmp_path: Path
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    nowhere = path / "plan.xlsx"  # a file is no folder
    code = ready("import", path, "--for-approval", "--coded", nowhere)[0]
    assert code == exits.UNAVAILABLE
    assert json.loads(ready("batches", "--json")[1])["batches"] == []


def test_a_plan_in_which_nobody_has_a_code_is_written_too(ready: Run, tmp_path: Path) -> None:
    path, coded = files.text(tmp_path / "list.csv", [HEADINGS, WRONG]), tmp_path / "plan.xlsx"
    assert ready("import", path, "--plan", "--coded", coded)[0] == exits.PARTLY
    assert [row[0] for row in files.cells(coded)] == ["Customer code"]


PEOPLE = [
    [*HEADINGS, "身份证号", "邮箱"],
    [*WANG[:4], "138750145871", "11010119900307001", "zhang.wei.example.com"],
    ["李雷", "VIP", "火星", "20231001", "13875014587/13875014588", "", ""],
    ["韩梅", "VIP", "北京", "20231001", "13875014589", "110101199003070012", ""],
]
SHOWN = ("1387****5871", "1101*********7001", "z***", "1***", "1101**********0012", "火星")
HIDDEN = (
    "138750145871", "11010119900307001", "zhang.wei", "13875014588", "110101199003070012",
)  # fmt: skip


@pytest.mark.parametrize("kind", [(), ("--json",), ("--plan",)])
def test_what_is_wrong_with_people_is_masked_unless_it_is_asked_for(
    ready: Run, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    path = files.text(tmp_path / "list.csv", PEOPLE)
    code, out, _ = ready("import", path, *kind)
    assert code == exits.PARTLY
    assert [one for one in HIDDEN if one in out] == []
    if kind == ("--json",):
        assert [one for one in SHOWN if one not in out] == []
    out = ready("import", path, *kind, "--unmasked", "--json")[1]
    assert [one for one in HIDDEN if one not in out] == []


def test_the_workbook_of_refused_rows_has_values_as_they_came(ready: Run, tmp_path: Path) -> None:
    ready("import", files.text(tmp_path / "list.csv", PEOPLE))
    kept = {cell for row in files.cells(tmp_path / "list-refused.xlsx") for cell in row}
    assert {cell for row in PEOPLE for cell in row[4:] if cell} <= kept


def test_what_known_customers_would_get_is_masked(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [[*HEADINGS, "邮箱"], [*WANG, "wang@example.com"]])
    assert ready("import", path)[0] == exits.OK
    changed = files.text(tmp_path / "b.csv", [[*HEADINGS, "邮箱"], [*WANG, "qi@example.org"]])
    for more in ((), ("--json",)):
        out = ready("import", changed, "--same", "update", "--plan", *more)[1]
        assert ("w***@example.com" in out, "q***@example.org" in out) == (True, True)
        assert "qi@example.org" not in out


@pytest.mark.parametrize("how", [(), ("--plan",), ("--background",)])
@pytest.mark.parametrize("wanted", [("--coded", "x.doc"), ("--refused", "x.csv")])
def test_a_result_of_an_unknown_format_is_refused_before_the_import(
    ready: Run, tmp_path: Path, wanted: tuple[str, str], how: tuple[str, ...]
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    option, name = wanted
    code, _, err = ready("import", path, option, tmp_path / name, *how, "--json")
    assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "unknown-format")
    assert json.loads(ready("status", "--json")[1])["customers"] == 0
    assert json.loads(ready("jobs", "--json")[1]) == {"jobs": []}
