"""Keys on the command line: what is said when they are made, rotated, lost and destroyed."""

import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.faces.conftest import Run

from mintmark.cli import exits
from mintmark.wording import LANGUAGES, Wording

Query = Callable[[str], list[tuple[Any, ...]]]
FACTS = ("type=VIP", "region=BJ", "registered=20231001")
CODE = "V-BJ-20231001-00001"
_GIVEN = "安白陈丹恩方刚海佳凯兰明宁鹏琪荣素涛薇雪"  # no two of which sound alike


def told(output: tuple[int, str, str]) -> Any:
    return json.loads(output[1])


@pytest.fixture
def ring(ready: Run) -> Path:
    assert ready("register", "name=王琦", "phone=13875014587", *FACTS)[0] == exits.OK
    return Path(told(ready("keys", "status", "--json"))["place"])


def test_init_says_loudly_where_the_keys_are_and_what_they_are_for(run: Run) -> None:
    place = told(run("init", "--json"))["keys"]
    assert Path(place).exists()
    for language, words in (("en", "nobody can ever read"), ("zh-CN", "谁也无法再读出")):
        code, out, _ = run("init", "--lang", language)
        assert code == exits.OK
        assert out.count(place) == 2
        assert words in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_rotated_and_destroyed_from_the_command_line(
    ready: Run, ring: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in ((), ("--index",)):
        code, out, _ = ready("keys", "rotate", *arguments, "--lang", language)
        assert (code, str(ring) in out) == (exits.OK, True)
    keys = told(ready("keys", "status", "--json"))["keys"]
    assert [(k["purpose"], k["version"], k["state"], k["under"]) for k in keys] == [
        ("index", 1, "retired", 0), ("index", 2, "active", 1),
        ("wrapping", 1, "retired", 0), ("wrapping", 2, "active", 1),
    ]  # fmt: skip
    code, out, _ = ready("keys", "status", "--lang", language)
    assert code == exits.OK
    assert all(key["id"] in out for key in keys)
    code, _, err = ready("keys", "destroy", keys[3]["id"], "--yes", "--json")
    assert (code, json.loads(err)["error"]["slug"]) == (exits.REFUSED, "key-in-use")
    gone = told(ready("keys", "destroy", keys[2]["id"], "--yes", "--json"))
    assert gone == {"key": keys[2]["id"], "purpose": "wrapping", "version": 1}
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    # Whatever cannot be destroyed is told before anybody is asked.
    assert "missing-key" in ready("keys", "destroy", "0badc0de", "--json")[2]
    code, _, err = ready("keys", "destroy", keys[0]["id"], "--lang", language)
    assert (code, Wording(language)("cli.keys.destroy.kept") in err) == (exits.STOPPED, True)
    assert told(ready("keys", "status", "--json"))["keys"][2]["state"] == "destroyed"
    assert told(ready("find", "王琦", "--json"))["found"][0]["code"] == CODE


def test_an_unfinished_rotation_is_told(ready: Run, ring: Path, query: Query) -> None:
    assert ready("keys", "rotate")[0] == exits.OK
    query("UPDATE mintmark_keys.data_key SET version = 1 RETURNING 1")
    status = told(ready("keys", "status", "--json"))
    assert (status["unfinished"], status["place"]) == (["wrapping"], str(ring))
    assert "mintmark keys rotate" in ready("keys", "status")[1]
    again = told(ready("keys", "rotate", "--json"))
    assert (again["version"], again["resumed"], again["done"]) == (2, True, 1)
    assert told(ready("keys", "rotate", "--new", "--json"))["version"] == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_register_without_its_keys_says_so_in_words(
    ready: Run, ring: Path, language: str, tmp_path: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text("姓名,类型,地区,登记日期\n李雷,VIP,北京,2023-10-01\n", encoding="utf-8")
    ring.rename(ring.with_suffix(".away"))
    sentence = {"en": f"There is no key ring at {ring}.", "zh-CN": f"{ring}"}[language]
    verbs: list[tuple[str, ...]] = [("status",), ("keys", "status"), ("resolve", CODE), ("init",)]
    for verb in verbs:
        code, out, _ = ready(*verb, "--lang", language)
        assert (code, sentence in out) == (exits.OK, True), verb
    assert "北京" in ready("resolve", CODE, "--lang", language)[1]
    assert told(ready("status", "--json"))["locked"] == "no-keys"
    found = told(ready("resolve", CODE, "--json"))["found"][0]
    assert (found["locked"], found["customer"]["region"]) == ("no-keys", "北京")
    wanting: list[tuple[str, ...]] = [
        ("find", "王琦"), ("register", "name=李雷", *FACTS), ("keys", "rotate"),
        ("keys", "leakage"), ("import", str(file)), ("export", str(tmp_path / "all.csv")),
    ]  # fmt: skip
    for verb in wanting:
        code, _, err = ready(*verb, "--lang", language)
        assert (code, sentence in err) == (exits.REFUSED, True), verb
    assert told(ready("status", "--json"))["batches"] == []
    assert ready("mint", *FACTS)[0] == exits.OK
    assert ready("verify")[0] == exits.OK


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_leakage_report_fails_above_its_bound(
    ready: Run, tmp_path: Path, language: str
) -> None:
    pairs = itertools.product(_GIVEN, repeat=2)
    rows = [f"王{a}{b},VIP,北京,2023-10-01,{'02161234567' if n % 2 == 0 else f'138{n:08}'}"
            for n, (a, b) in enumerate(pairs)]  # fmt: skip
    file = tmp_path / "c.csv"
    file.write_text("\n".join(["姓名,类型,地区,登记日期,手机号", *rows]), encoding="utf-8")
    assert ready("import", file)[0] == exits.OK
    code, out, _ = ready("keys", "leakage", "--lang", language)
    assert (code, "200" in out) == (exits.LEAKING, True)
    assert ready("keys", "leakage", "--bound", "60", "--lang", language)[0] == exits.OK
    report = told(ready("keys", "leakage", "--json"))
    assert report["holds"] is False
    assert {one["index"]: one["verdict"] for one in report["indexes"]} == {
        "name": "within", "phone": "above", "sound": "within", "tail": "above",
    }  # fmt: skip
