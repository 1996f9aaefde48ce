"""Writing back on the command line: plan first, then the file or the database."""

import json
import sqlite3
from pathlib import Path

from tests import files
from tests.faces.conftest import Run
from tests.files import HEADINGS

from mintmark.cli import exits

WANG = ["王琦", "VIP", "北京", "20231001", "13875014587"]
LI = ["李雷", "VIP", "上海", "20231001", "13875014588"]


def test_a_workbook_comes_back_with_its_codes(ready: Run, tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "list.xlsx", {"客户": [HEADINGS, WANG, LI]})
    assert ready("write-back", path, "--json")[0] == exits.REFUSED  # nobody has a code yet
    assert ready("import", path, "--coded", tmp_path / "x.xlsx")[0] == exits.OK
    code, out, _ = ready("write-back", path, "--plan", "--json")
    told = json.loads(out)
    assert (code, told["planned"], told["counts"]["fill"]) == (exits.OK, True, 2)
    assert not Path(told["target"]).exists()
    code, out, _ = ready("write-back", path, "--lang", "zh-CN")
    assert code == exits.OK
    assert "已写入空处" in out
    assert files.cells(tmp_path / "list-coded.xlsx") == [
        [*HEADINGS, "客户编码"],
        [*WANG, "V-BJ-20231001-00001"],
        [*LI, "V-SH-20231001-00001"],
    ]


def test_what_differs_stays_and_is_told(ready: Run, tmp_path: Path) -> None:
    rows = [[*HEADINGS, "编号"], [*WANG, "A-1"], [*LI, ""]]
    path = files.text(tmp_path / "list.csv", rows)
    assert ready("import", path, "--ignore", "编号")[0] == exits.OK
    code, out, _ = ready("write-back", path, "--in-place", "--ignore", "编号", "--lang", "en")
    assert code == exits.PARTLY
    assert "“A-1” is there, the code is V-BJ-20231001-00001" in out
    assert path.read_text("utf-8").splitlines()[1:] == [
        ",".join([*WANG, "A-1"]), ",".join([*LI, "V-SH-20231001-00001"]),
    ]  # fmt: skip
    assert (tmp_path / "list.csv.bak").read_text("utf-8").splitlines()[2].endswith(",")
    code, _, _ = ready("write-back", path, "--in-place", "--ignore", "编号", "--overwrite")
    assert code == exits.OK
    assert path.read_text("utf-8").splitlines()[1].endswith("V-BJ-20231001-00001")


def test_a_database_is_filled_by_the_keys_of_the_crosswalk(ready: Run, tmp_path: Path) -> None:
    given = [f"{fact}={value}" for fact, value in zip(HEADINGS, WANG, strict=True)]
    assert ready("register", *given, "--external", "crm:17")[0] == exits.OK
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        crm.execute("CREATE TABLE customer (id integer, code text)")
        crm.execute("INSERT INTO customer VALUES (17, NULL), (18, NULL)")
    crm.close()
    url = f"sqlite:///{tmp_path}/crm.db"
    code, _, err = ready("write-back", url, "--table", "customer", "--lang", "en")
    assert code == 2
    assert "--key, --source, --column" in err
    there = ("--table", "customer", "--key", "id", "--column", "code", "--source")
    assert ready("write-back", url, *there, "erp")[0] == exits.REFUSED
    assert ready("write-back", url, *there, "crm", "--plan")[0] == exits.OK
    code, out, _ = ready("write-back", url, *there, "crm", "--json")
    assert (code, json.loads(out)["counts"]["fill"]) == (exits.OK, 1)
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        rows = crm.execute("SELECT * FROM customer").fetchall()
    crm.close()
    assert rows == [(17, "V-BJ-20231001-00001"), (18, None)]


def test_a_source_that_does_not_answer_is_told_without_its_password(ready: Run) -> None:
    given = [f"{fact}={value}" for fact, value in zip(HEADINGS, WANG, strict=True)]
    assert ready("register", *given, "--external", "crm:17")[0] == exits.OK
    url = "postgresql://anna:very-secret@127.0.0.1:1/nowhere"
    code, out, err = ready(
        "write-back", url, "--table", "t", "--key", "id", "--column", "code", "--source", "crm"
    )
    assert code == exits.UNAVAILABLE
    assert "very-secret" not in out + err


def test_codes_go_back_by_the_rows_that_an_import_noted(ready: Run, tmp_path: Path) -> None:
    """Headings in row 3, an empty row, a wrong one; and facts that have changed since."""
    wrong = ["张三", "VIP", "火星", "20231001", "13875014589"]
    rows = [HEADINGS, WANG, [None] * 5, wrong, LI, WANG]
    path = files.workbook(tmp_path / "list.xlsx", {"客户": rows}, at=(2, 1))
    assert ready("import", path, "--coded", tmp_path / "x.xlsx")[0] == exits.PARTLY
    assert ready("update", "V-BJ-20231001-00001", "name=王晴", "phone=13900139000")[0] == exits.OK
    code, out, _ = ready("write-back", path, "--batch", "1", "--json")
    assert (code, json.loads(out)["counts"]["fill"]) == (exits.OK, 3)
    wang, li = "V-BJ-20231001-00001", "V-SH-20231001-00001"
    coded = [row[-1] for row in files.cells(tmp_path / "list-coded.xlsx")]
    assert coded[-6:] == ["Customer code", wang, None, None, li, wang]


def test_a_batch_goes_back_into_its_own_file_only(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    assert ready("import", path)[0] == exits.OK
    other = files.text(tmp_path / "other.csv", [HEADINGS, LI])
    code, _, err = ready("write-back", other, "--batch", "1")
    assert (code, "list.csv" in err) == (exits.REFUSED, True)
    assert ready("write-back", path, "--batch", "2")[0] == exits.NOT_FOUND
    code, _, err = ready("write-back", path, "--batch", "1", "--sheet", "S")
    assert (code, "--sheet" in err) == (2, True)
    assert ready("undo", "1", "--reason", "wrong list", "--yes")[0] == exits.OK
    assert ready("write-back", path, "--batch", "1")[0] == exits.REFUSED


def test_a_code_that_is_only_foretold_is_written_nowhere(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WANG])
    code, _, err = ready("write-back", path, "--json")
    assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "no-codes-yet")
    assert ready("import", path, "--coded", tmp_path / "x.xlsx")[0] == exits.OK
    assert json.loads(ready("write-back", path, "--json")[1])["counts"]["fill"] == 2
