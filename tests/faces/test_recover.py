"""`mintmark recover`: what texts are taken for, candidates with evidence in words, masked."""

import io
import json
from typing import Any

import pytest
from tests.faces.conftest import Run

from mintmark.cli import exits

HOME = ("type=VIP", "region=北京", "registered=20231001")
CODE = "V-BJ-20231001-00001"


@pytest.fixture
def filled(ready: Run) -> Run:
    """A register with two customers."""
    assert ready("register", "name=张伟", "phone=13875014587", *HOME)[0] == exits.OK
    assert ready("register", "name=李秀英", "phone=18655551234", *HOME)[0] == exits.OK
    return ready


def told(output: tuple[int, str, str]) -> Any:
    """The JSON that was printed."""
    return json.loads(output[1])


def test_candidates_are_graded_with_evidence_in_words_and_phones_masked(filled: Run) -> None:
    code, out, err = filled("recover", "章炜", "4587")
    assert code == exits.OK
    assert err.startswith("Taken as: name 章炜")
    line = out.splitlines()[1]
    for word in ("1", "probable", CODE, "张伟", "+86138****4587", "same sound, same phone tail"):
        assert word in line
    assert "13875014587" not in out


def test_whoever_may_sees_the_phone(filled: Run) -> None:
    found = told(filled("recover", "章炜", "4587", "--unmasked", "--json"))["found"]
    assert found[0]["customer"]["phone"] == "+8613875014587"


def test_words_without_a_fact_are_one_name_and_it_is_said_what_would_narrow_it(
    filled: Run,
) -> None:
    assert told(filled("recover", "Zhang", "Wei", "--json"))["taken"] == {"name": "Zhang Wei"}
    _, _, err = filled("recover", "Zhang", "Wei")
    assert "phone, e-mail, ID number, a part of the code" in err


def test_options_and_assignments_say_which_fact_it_is(filled: Run) -> None:
    taken = told(filled("recover", "手机=4587", "--name", "张", "--where", "region=北京", "--json"))
    assert taken["taken"] == {"phone": "4587", "name": "张", "region": "北京"}
    assert taken["found"][0]["code"] == CODE


def test_facts_from_standard_input_are_in_no_command(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("name=章炜\n\n4587\n"))
    said = told(filled("recover", "-", "--json"))
    assert said["taken"] == {"name": "章炜", "phone": "4587"}
    assert [one["code"] for one in said["found"]] == [CODE]


def test_a_mistyped_code_says_where(filled: Run) -> None:
    code, out, _ = filled("recover", "VBJ2023100100007"[:-1] + "7")
    assert code == exits.OK
    assert f"{CODE}: from character 16 on, “7” was typed for “1”" in out
    slip = told(filled("recover", "--code", "VJB2023100100001", "--json"))["found"][0]["slip"]
    assert slip == {
        "code": CODE, "place": 2, "said": "JB", "meant": "BJ", "noticed": "structure",
    }  # fmt: skip


def test_nobody_found_has_a_way_out(filled: Run) -> None:
    code, out, err = filled("recover", "龘龘龘龘")
    assert (code, out) == (exits.NOT_FOUND, "")
    assert "Nobody is like that" in err
    assert told(filled("recover", "龘龘龘龘", "--json"))["found"] == []


def test_nothing_to_go_on_is_refused(filled: Run) -> None:
    for said in ((), ("--where", "region=北京"), ("--address", "海淀")):
        code, _, err = filled("recover", *said)
        assert code == exits.REFUSED
        assert "Nothing of what is remembered" in err


def test_a_fact_that_is_said_twice_is_wrong_usage(filled: Run) -> None:
    assert filled("recover", "4587", "1234")[0] == 2
