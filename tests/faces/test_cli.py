"""The command line: for people in two languages, for scripts in JSON and exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import files
from tests.conftest import EXAMPLES
from tests.faces.conftest import Run
from tests.files import HEADINGS

from mintmark.cli import exits
from mintmark.wording import LANGUAGES

COMMANDS = [
    (), ("init",), ("rule",), ("rule", "check"), ("rule", "draft"), ("rule", "discard"),
    ("rule", "try"), ("rule", "publish"), ("rule", "withdraw"), ("rule", "diff"), ("rule", "show"),
    ("rule", "list"), ("rule", "preset"), ("rule", "table"), ("rule", "add"), ("rule", "legacy"),
    ("rule", "infer"), ("fields",), ("fields", "add"), ("fields", "remove"),
    ("mint",), ("register",), ("hold",), ("bind",), ("release",), ("void",),
    ("lease",), ("lease", "take"), ("lease", "list"), ("lease", "return"), ("backfill",),
    ("numbers",), ("verify",), ("columns",), ("profiles",), ("profiles", "remove"), ("import",),
    ("batches",), ("batch",), ("batch", "show"), ("batch", "approve"), ("batch", "pause"),
    ("batch", "resume"), ("batch", "cancel"), ("undo",), ("work",), ("jobs",), ("job",),
    ("job", "show"), ("job", "cancel"), ("export",), ("template",), ("labels",),
    ("write-back",), ("resolve",), ("find",), ("update",), ("shred",), ("legal-hold",),
    ("erasures",), ("recover",),
    ("status",), ("keys",), ("keys", "status"), ("keys", "rotate"), ("keys", "destroy"),
    ("keys", "leakage"),
]  # fmt: skip


def told(output: tuple[int, str, str]) -> Any:
    """The JSON that was printed, one document on standard output."""
    return json.loads(output[1])


HELP = """
import sys
from mintmark.cli import main
for command in sys.argv[2:]:
    try:
        main([*command.split(), "--help", "--lang", sys.argv[1]])
    except SystemExit as ended:
        print("\\f" if not ended.code else "failed", end="")
"""


@pytest.mark.parametrize(("language", "heading"), [("zh-CN", "示例："), ("en", "Examples:")])
def test_help_is_in_both_languages_with_examples(language: str, heading: str) -> None:
    """In a process of its own: libraries remember the first language that they spoke."""
    commands = [" ".join(command) for command in COMMANDS]
    said = subprocess.run(
        [sys.executable, "-c", HELP, language, *commands],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert said.stderr == ""
    pages = said.stdout.split("\f")[:-1]
    for command, page in zip(COMMANDS, pages, strict=True):
        assert "cli." not in page
        assert heading in page or command in {
            ("rule",),
            ("lease",),
            ("keys",),
            ("batch",),
            ("job",),
        }
        prose = [line for line in page.splitlines() if " mintmark " not in line]
        if language == "en":
            assert not [line for line in prose if re.search("[\u4e00-\u9fff]", line)]
        else:
            assert not [line for line in prose if re.search("[a-z]{2} [a-z]{2,} [a-z]{2}", line)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_answers_in_both_languages(ready: Run, tmp_path: Path, language: str) -> None:
    wrong = ["李雷", "VIP", "火星", "20231001", ""]
    good = ["王琦", "VIP", "北京", "20231001", "13875014587"]
    book = files.text(tmp_path / "c.csv", [HEADINGS, wrong, good])
    verbs: list[tuple[int, tuple[str | Path, ...]]] = [
        (0, ("init",)),
        (0, ("rule", "publish", EXAMPLES / "rule.toml")),
        (0, ("rule", "show")),
        (0, ("rule", "list")),
        (0, ("mint", "类型=VIP", "地区=北京", "登记日期=20231001")),
        (0, ("register", "name=李雷", "type=VIP", "region=BJ", "registered=20231001")),
        (6, ("import", book, "--plan")),
        (6, ("import", book)),
        (0, ("export", tmp_path / "all.xlsx")),
        (0, ("resolve", "V-BJ-20231001-00001", "V-BJ-20231001-00002")),
        (0, ("find", "13875014587")),
        (0, ("recover", "王奇", "4587")),
        (0, ("status",)),
    ]
    for code, verb in verbs:
        result = ready(*verb, "--lang", language)
        assert result[0] == code, result
        has_han = re.search("[\u4e00-\u9fff]", result[1])
        assert has_han or language == "en" or verb[0] == "mint"


def test_json_is_one_document_for_every_verb(ready: Run, tmp_path: Path) -> None:
    good = ["王琦", "VIP", "北京", "20231001", "13875014587"]
    wrong = ["李雷", "VIP", "火星", "20231001", "12"]
    book = files.text(tmp_path / "c.csv", [HEADINGS, good, wrong])
    imported = told(ready("import", book, "--json"))
    assert imported["summary"]["coded"] == 1
    assert imported["rows"] == [
        {"row": 2, "result": "new", "code": "V-BJ-20231001-00001", "new": True, "alike": []}
    ]
    problems = imported["refused"][0]["problems"]
    assert [(p["column"], p["value"], p["slug"]) for p in problems] == [
        ("C", "火星", "unknown-value"), ("E", "1***", "wrong-phone"),
    ]  # fmt: skip
    assert all(p["message"] and p["way_out"] for p in problems)
    minted = told(
        ready("mint", "type=VIP", "region=BJ", "registered=20231001", "--count", "3", "--json")
    )
    assert minted == {"codes": [f"V-BJ-20231001-0000{n}" for n in (2, 3, 4)], "minted": True}
    found = told(ready("find", "手机=13875014587", "--json"))["found"]
    assert [one["customer"]["phone"] for one in found] == ["+86138****4587"]
    open_ = told(ready("find", "13875014587", "--unmasked", "--json"))["found"]
    assert open_[0]["customer"]["phone"] == "+8613875014587"
    resolved = told(ready("resolve", "vbj2023100100001", "--json"))["found"][0]
    assert (resolved["code"], resolved["actor"]) == ("V-BJ-20231001-00001", "tester")
    assert told(ready("status", "--json"))["codes"] == 4
    assert [p["version"] for p in told(ready("rule", "list", "--json"))["versions"]] == [1]
    assert told(ready("rule", "show", "--json"))["definition"]["tables"]["region"]["BJ"]
    assert told(ready("export", tmp_path / "a.csv", "--json"))["customers"] == 1


def test_exit_codes_tell_scripts_what_happened(ready: Run, tmp_path: Path) -> None:
    assert ready("resolve", "V-BJ-20231001-09999")[0] == exits.NOT_FOUND
    assert ready("find", "13800138000")[0] == exits.NOT_FOUND
    assert ready("mint", "type=VIP")[0] == exits.REFUSED
    assert ready("import", tmp_path / "no.xlsx")[0] == exits.REFUSED
    assert ready("rule", "publish", tmp_path / "no.toml")[0] == exits.REFUSED
    assert ready("--register", str(tmp_path / "none"), "status")[0] == exits.UNAVAILABLE
    assert ready("export", "/proc/nowhere/x.xlsx")[0] == exits.UNAVAILABLE
    assert ready("nonsense")[0] == 2
    assert ready("mint", "nonsense")[0] == 2
    assert ready("status")[0] == exits.OK


def test_errors_are_json_too_where_json_was_asked_for(ready: Run) -> None:
    code, out, err = ready("resolve", "V-BJ-20231001-09999", "--json", "--lang", "zh-CN")
    assert (code, out) == (exits.NOT_FOUND, "")
    error = json.loads(err)["error"]
    assert error["slug"] == "unknown-code"
    assert error["facts"] == {"code": "V-BJ-20231001-09999", "near": []}
    assert "没有这个编码" in error["message"]


def test_an_error_names_file_sheet_row_column_value_and_the_way_out(
    ready: Run, tmp_path: Path
) -> None:
    path = files.workbook(tmp_path / "list.xlsx", {"客户": [
        HEADINGS, ["王琦", "VIP", "北京", "2023/2/30", "13875014587"],
    ]})  # fmt: skip
    code, out, _ = ready("import", path, "--lang", "en")
    assert code == exits.PARTLY
    assert "list.xlsx › 客户 › row 2 › D 登记日期: “2023/2/30”" in out
    assert "The calendar has no 2023/2/30." in out
    assert "→ Check it and write a day that exists" in out
    unknown = files.workbook(tmp_path / "u.xlsx", {"客户": [[*HEADINGS, "QQ"], [*"abcde", "1"]]})
    code, _, err = ready("import", unknown, "--lang", "zh-CN")
    assert code == exits.REFUSED
    for word in ("u.xlsx", "客户", "第 1 行", "F", "QQ", "--map F=remark", "--ignore F"):
        assert word in err


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("rule = ", "unreadable-rule-file"),
        ("rules = 'x'", "unreadable-rule-file"),
        ("rule = 'A{sek:4}'", "rule-syntax"),
        ("rule = 'A'", "wrong-sequence"),
        ("rule = '{type}{seq:4}'", "missing-table"),
        ("rule = 'A{seq:4}'\n[tables.type]\nV=['VIP']", "unused-table"),
        ("rule = '{type}{seq:4}'\n[tables.type]\n'V-'=['VIP']", "wrong-table-code"),
        ("rule = '{type}{seq:1,widen}'\n[tables.type]\nV=['VIP']\nV1=['x']", "ambiguous-code"),
        ("rule = '{type}{seq:4}'\n[tables.type]\nV=['VIP']\nv=['x']", "duplicate-code"),
        ("rule = '{type}{seq:4}'\n[tables.type]\nV=['VIP']\nV=['x']", "duplicate-code"),
        ("rule = '{type:1}{seq:4}'\n[tables.type]\nVIP=['VIP']", "wrong-width"),
        ("rule = '{type}{seq:4}'\npriorty=3\n[tables.type]\nV=['VIP']", "unknown-term"),
        ("rule = '{color}{seq:4}'", "unknown-attribute"),
        ("rule = '{registered:YYYYXX}{seq:4}'", "rule-syntax"),
        ("rule = '{registered:YYYY}{seq:4,reset=day}'", "scope-not-shown"),
        ("rule = '{registered:YYYYMMDD}{seq:5}'\nmax-length=12", "code-too-long"),
        ("rule = '{type}{seq:4}'\n[tables.type]\nV=['VIP']\nW=['vip']", "ambiguous-value"),
        ("rule = 'A{seq:4}'\nearliest=2024-01-01\nlatest=2023-01-01", "wrong-range"),
        ("rule = '{type}{seq:4}'\n[tables]\ntype='V'", "unknown-table"),
        ("rule = '{type}{seq:4}'\n[tables.type]\nV=3", "wrong-table-code"),
        ("rule = 'A{seq:4}'\nearliest='soon'", "wrong-term"),
    ],
)
def test_a_wrong_rule_file_is_refused_with_its_slug(
    run: Run, tmp_path: Path, text: str, slug: str
) -> None:
    run("init")
    (tmp_path / "rule.toml").write_text(text, encoding="utf-8")
    code, _, err = run("rule", "publish", tmp_path / "rule.toml", "--json")
    assert code == exits.REFUSED
    assert json.loads(err)["error"]["slug"] == slug
    assert told(run("rule", "list", "--json")) == {"versions": [], "drafts": []}


def test_the_workbooks_of_an_import_can_be_read_and_mended(ready: Run, tmp_path: Path) -> None:
    good = ["=SUM(A1)", "VIP", "北京", "20231001", "13875014587"]
    wrong = ["李雷", "VIP", "火星", "20231001", "12"]
    path = files.workbook(tmp_path / "list.xlsx", {"客户": [HEADINGS, good, wrong, good]})
    assert ready("import", path, "--lang", "zh-CN")[0] == exits.PARTLY

    [heading, *coded] = files.cells(tmp_path / "list-coded.xlsx")
    assert heading == ["客户编码", *HEADINGS, "编码结果", "编码说明"]
    assert coded[0] == ["V-BJ-20231001-00001", *good, "新编码", None]
    assert files.formulas(tmp_path / "list-coded.xlsx") == []  # "=SUM(A1)" is only a name
    assert coded[1][-2:] == ["沿用已有编码", "与第 2 行是同一客户"]

    # It may come back: what Mintmark wrote beside the rows does not become a remark.
    came_back = ("import", tmp_path / "list-coded.xlsx", "--ignore", "客户编码", "--json")
    again = json.loads(ready(*came_back)[1])
    assert [(row["code"], row["new"]) for row in again["rows"]] == [
        ("V-BJ-20231001-00001", False)
    ] * 2

    [heading, refused] = files.cells(tmp_path / "list-refused.xlsx")
    assert heading == ["原行号", "问题", "解决办法", *HEADINGS]
    assert (refused[0], refused[3:]) == ("3", wrong)
    assert "所在地区：" in refused[1]
    assert "手机号：" in refused[1]

    mended = [*refused]
    mended[5], mended[7] = "上海", "13875014588"
    back = files.workbook(tmp_path / "list-refused.xlsx", {"未通过": [heading, mended]})
    code, out, _ = ready("import", back, "--json")
    assert code == exits.OK
    assert [row["code"] for row in json.loads(out)["rows"]] == ["V-SH-20231001-00001"]


def test_a_refused_workbook_of_an_earlier_run_does_not_stay_when_all_is_mended(
    ready: Run, tmp_path: Path
) -> None:
    row = ["王琦", "VIP", "北京", "20231001", "12"]
    path = files.text(tmp_path / "l.csv", [HEADINGS, row])
    assert ready("import", path)[0] == exits.PARTLY
    assert (tmp_path / "l-refused.xlsx").exists()
    files.text(path, [HEADINGS, [*row[:4], "13875014587"]])
    assert ready("import", path)[0] == exits.OK
    assert not (tmp_path / "l-refused.xlsx").exists()


def test_nothing_is_imported_if_the_result_could_not_be_written(ready: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "l.csv", [HEADINGS, ["王琦", "VIP", "北京", "20231001", ""]])
    (tmp_path / "file").write_text("not a folder")
    code, _, err = ready("import", path, "--coded", tmp_path / "file" / "x.xlsx", "--json")
    assert code == exits.UNAVAILABLE
    assert json.loads(err)["error"]["slug"] == "unwritable-file"
    assert told(ready("status", "--json"))["codes"] == 0


def test_an_export_holds_every_customer_and_no_formula(ready: Run, tmp_path: Path) -> None:
    ready("register", "name==1+1", "type=VIP", "region=BJ", "registered=20231001",
          "phone=13875014587", "remark=@cmd")  # fmt: skip
    for name in ("all.xlsx", "all.csv"):
        assert ready("export", tmp_path / name)[0] == exits.OK
    row = files.cells(tmp_path / "all.xlsx")[1]
    assert row[:3] == ["V-BJ-20231001-00001", "=1+1", "VIP"]
    assert files.formulas(tmp_path / "all.xlsx") == []
    text = (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in text
    assert "'@cmd" in text
    assert ",+8613875014587," in text
    assert ready("export", tmp_path / "all.pdf")[0] == exits.REFUSED


def test_no_password_is_shown(run: Run) -> None:
    url = "postgresql://anna:very-secret@127.0.0.1:1/nowhere"
    for verb in (("status",), ("init",)):
        code, out, err = run(*verb, "--register", url)
        assert code == exits.UNAVAILABLE
        assert "very-secret" not in out + err
