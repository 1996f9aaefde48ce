"""The commands on rules: in both languages, as JSON, with exit codes, on real files."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from tests import files
from tests.conftest import EXAMPLES
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.wording import LANGUAGES

RULE = EXAMPLES / "rule.toml"


def told(result: tuple[int, str, str]) -> dict[str, object]:
    """The one JSON document that was printed."""
    code, out, err = result
    assert code in (exits.OK, exits.REFUSED), err
    return dict(json.loads(out))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_answers_in_both_languages(ready: Run, tmp_path: Path, language: str) -> None:
    rows = [[f"V{n:04}", "VIP"] for n in range(1, 200)]
    listed = files.text(tmp_path / "codes.csv", [["客户编码", "类型"], *rows])
    ready("register", "name=李雷", "type=VIP", "region=BJ", "registered=20231001")
    verbs: list[tuple[int, tuple[str | Path, ...]]] = [
        (0, ("rule", "check", RULE)),
        (3, ("rule", "check", "K{registered:YY}{seq:3,reset=month}")),
        (0, ("rule", "draft", "preset:clinic")),
        (0, ("rule", "try", RULE)),
        (0, ("rule", "list")),
        (0, ("rule", "diff", "main", "preset:clinic")),
        (0, ("rule", "diff", "main@1", "preset:retail")),
        (0, ("rule", "discard", "main")),
        (0, ("rule", "show", "main", "--version", "1")),
        (0, ("rule", "preset")),
        (0, ("rule", "preset", "bank")),
        (0, ("rule", "table")),
        (0, ("rule", "table", "industry-sections")),
        (0, ("rule", "add", "region", "HF=合肥|Hefei")),
        (0, ("rule", "legacy")),
        (0, ("rule", "legacy", "old", "KH######")),
        (0, ("rule", "infer", listed)),
        (0, ("status",)),
    ]
    for code, verb in verbs:
        result = ready(*verb, "--lang", language)
        assert result[0] == code, result
        has_han = re.search("[\u4e00-\u9fff]", result[1] + result[2])
        assert has_han or language == "en" or verb[1] == "preset", result


def test_a_proof_names_every_claim_and_a_refutation_its_example(ready: Run) -> None:
    good = told(ready("rule", "check", RULE, "--json"))
    assert good["holds"]
    assert good["register"]
    claims = {claim["claim"]: claim for claim in good["claims"]}  # type: ignore[attr-defined]
    assert list(claims) == [
        "determined", "readable", "disjoint", "priority", "capacity", "length", "characters",
        "no-check",
    ]  # fmt: skip
    text = "{type}{registered:YYYY}{seq:3,reset=month}{check:37-36}"
    bad = told(ready("rule", "check", text, "--json"))
    assert not bad["holds"]
    refusal = bad["claims"][0]["refusal"]  # type: ignore[index]
    assert refusal["slug"] == "scope-not-shown"
    assert len(refusal["facts"]["customers"]) == 2
    assert bad["claims"][-1]["facts"]["single"] == 100  # type: ignore[index]


def test_a_rule_is_checked_where_there_is_no_register(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MINTMARK_REGISTER", str(tmp_path / "nowhere"))
    code, out, _ = run("rule", "check", RULE)
    assert code == exits.OK
    assert "no register" in out
    assert out.count("✓") == 7  # that there is no check character is advice, nothing proved
    assert not (tmp_path / "nowhere").exists()


def test_a_typo_has_a_caret_under_it_and_the_nearest_rule(ready: Run) -> None:
    code, _, err = ready("rule", "check", "客户{type}-{sec:5}")
    assert code == exits.REFUSED
    lines = err.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("客户{type}-{sec:5}"))
    assert lines[place + 1] == " " * 12 + "^"  # two Han characters are four columns wide
    assert "客户{type}-{seq:5}" in err


def test_a_draft_is_proved_tried_and_published_by_its_name(ready: Run, tmp_path: Path) -> None:
    path = tmp_path / "vip.toml"
    path.write_text(
        'rule = "Z{seq:4}"\nname = "vip"\nwhen = { type = "VIP" }\npriority = 5\n', encoding="utf-8"
    )
    ready("rule", "draft", path)
    states = []
    for verb in ("check", "try", "publish"):
        assert ready("rule", verb, "vip")[0] == exits.OK
        listed = told(ready("rule", "list", "--json"))
        drafts = listed["drafts"]
        states.append([bool(d["proved_at"]) + bool(d["simulated_at"]) for d in drafts])  # type: ignore[attr-defined]
    assert states == [[1], [2], []]
    code, out, _ = ready("mint", "type=VIP")
    assert (code, out.strip()) == (exits.OK, "Z0001")
    assert "vip@1" in ready("resolve", "z0001")[1]


def test_a_rule_given_as_data_is_the_same_rule(ready: Run, tmp_path: Path) -> None:
    shown = told(ready("rule", "show", "--json"))
    as_data = {**dict(shown["definition"]), "rule": shown["segments"]}  # type: ignore[call-overload]
    path = tmp_path / "rule.json"
    path.write_text(json.dumps(as_data), "utf-8")
    assert "do not differ" in ready("rule", "diff", "main", path)[1]
    assert not told(ready("rule", "publish", path, "--json"))["changed"]


def test_a_table_may_be_a_file_beside_the_rule(run: Run, tmp_path: Path) -> None:
    run("init")
    files.text(tmp_path / "branches.csv", [
        ["code", "name", "aliases", "parent"],
        ["001", "浦东", "浦东店|Pudong", ""],
        ["002", "徐汇", "", ""],
    ])  # fmt: skip
    rule = tmp_path / "rule.toml"
    rule.write_text('rule = "{branch:3}-{seq:4}"\n[tables]\nbranch = "branches.csv"\n', "utf-8")
    assert run("rule", "publish", rule)[0] == exits.OK
    assert run("mint", "branch=pudong")[1].strip() == "001-0001"
    rule.write_text('rule = "{branch:3}-{seq:4}"\n[tables]\nbranch = "gone.csv"\n', "utf-8")
    code, _, err = run("rule", "check", rule, "--json")
    assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "file-missing")


def test_what_was_learnt_is_written_as_rule_files_that_can_be_published(
    run: Run, tmp_path: Path
) -> None:
    run("init")
    kinds = ["VIP", "普通"]
    rows = [
        [f"{'VN'[n % 2]}-{['BJ', 'SH', 'GZ'][n % 3]}-2023{n % 12 + 1:02}-{n // 6 + 1:04}",
         kinds[n % 2], ["北京", "上海", "广州"][n % 3]]
        for n in range(600)
    ]  # fmt: skip
    path = files.text(tmp_path / "codes.csv", [["客户编码", "客户类型", "地区"], *rows])
    code, out, err = run(
        "rule", "infer", path, "--with", "*", "--output", tmp_path / "learnt", "--save"
    )
    assert code == exits.OK, err
    [learnt] = (tmp_path / "learnt").iterdir()
    definition = tomllib.loads(learnt.read_text("utf-8"))
    assert definition["rule"].startswith("{type}-{region}-{registered:YYYYMM}-{seq:4")
    assert definition["tables"]["type"] == {"N": ["普通"], "V": ["VIP"]}
    assert "100.0%" in out
    assert [d["name"] for d in told(run("rule", "list", "--json"))["drafts"]] == ["rule-1"]  # type: ignore[attr-defined]
    assert run("rule", "publish", learnt)[0] == exits.OK
    again = run("rule", "infer", path, "--output", tmp_path / "learnt")
    assert again[0] == exits.UNAVAILABLE  # no file is written over


def test_a_list_without_rules_says_so(run: Run, tmp_path: Path) -> None:
    path = files.text(tmp_path / "codes.csv", [["编码"], ["？"], ["n/a"], ["无"]])
    code, out, _ = run("rule", "infer", path, "--json")
    assert code == exits.NOT_FOUND
    assert json.loads(out)["families"] == []
    code, _, err = run("rule", "infer", files.text(tmp_path / "x.csv", [["a", "b"], ["1", "2"]]))
    assert (code, "--column" in err) == (exits.REFUSED, True)


def test_a_scheduled_version_can_be_withdrawn(ready: Run) -> None:
    code, out, _ = ready("rule", "publish", "preset:retail", "--from", "2030-01-01")
    assert code == exits.OK
    assert "2029-12-31 16:00Z" in out or "2030-01-01" in out
    states = [v["state"] for v in told(ready("rule", "list", "--json"))["versions"]]  # type: ignore[attr-defined]
    assert states == ["in-force", "scheduled"]
    assert ready("rule", "withdraw", "main")[0] == exits.OK
    states = [v["state"] for v in told(ready("rule", "list", "--json"))["versions"]]  # type: ignore[attr-defined]
    assert states == ["in-force", "withdrawn"]


def test_a_mistyped_code_gets_did_you_mean(ready: Run) -> None:
    ready("mint", "type=VIP", "region=BJ", "registered=20231001")
    for typed in ("V-BJ-20231001-00010", "V-BJ-2023I0O1-OOOO1", "V-BJ-2023101-00001"):
        code, _, err = ready("resolve", typed)
        assert code == exits.NOT_FOUND
        assert "V-BJ-20231001-00001" in err


def test_attributes_of_ones_own_are_imported_shown_and_exported(run: Run, tmp_path: Path) -> None:
    run("init")
    rule = tmp_path / "rule.toml"
    rule.write_text(
        'rule = "{grade}{enrolled:YY}{seq:3}"\ndates = ["enrolled"]\n'
        '[tables.grade]\n1 = ["一年级"]\n2 = ["二年级"]\n', encoding="utf-8",
    )  # fmt: skip
    assert run("rule", "publish", rule)[0] == exits.OK
    rows = [
        ["姓名", "grade", "Enrolled"],
        ["小明", "一年级", "2025-09-01"],
        ["小红", "三年级", "2025"],
    ]
    code, out, err = run("import", files.text(tmp_path / "list.csv", rows), "--json")
    assert code == exits.PARTLY, err
    told_ = json.loads(out)
    assert [row["code"] for row in told_["rows"]] == ["125001"]
    assert [p["slug"] for p in told_["refused"][0]["problems"]] == [
        "unknown-value", "unreadable-date",
    ]  # fmt: skip
    assert "grade" in run("resolve", "125001")[1]
    assert run("export", tmp_path / "all.csv")[0] == exits.OK
    heading, row = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    assert heading.endswith(",grade,enrolled")
    assert row.endswith(",一年级,2025-09-01")
