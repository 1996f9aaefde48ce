"""Lost codes are recovered from whatever is remembered, on PostgreSQL, from sealed facts."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import TODAY

import mintmark
import mintmark.store.resembling as room
from mintmark.errors import NothingToGoOn, UnknownFact
from mintmark.registry import Recovered

HOME = {"type": "VIP", "region": "北京", "registered": "20221121"}
PEOPLE: dict[str, dict[str, str]] = {
    "wei": {"name": "张伟", "phone": "13875014587", "email": "zw88@qq.com",
            "id_number": "110101199003070134"},
    "xiuying": {"name": "李秀英", "phone": "18655551234"},
    "smith": {"name": "John Q. Smith", "phone": "15051077574"},
    "dahua": {"name": "北京大华机械有限公司", "phone": "01062751234"},
    "ouyang": {"name": "欧阳建国", "phone": "13911112222", "former_name": "欧阳铁柱"},
    "jiang": {"name": "蒋晗", "phone": "17733334444"},
}  # fmt: skip
CODE = "V-BJ-20221121-00001"


@pytest.fixture
def filled(register: mintmark.Register) -> mintmark.Register:
    """A register with a few people in it, each coded on the same day."""
    for facts in PEOPLE.values():
        register.register(**HOME, **facts)
    return register


def names(found: list[Recovered]) -> list[str]:
    """Whom the candidates are, in order."""
    return [one.found.customer.name if one.found.customer else "" for one in found]


@pytest.mark.parametrize(
    ("meant", "said", "evidence"),
    [
        ("wei", {"name": "章炜"}, "same-sound"),
        ("wei", {"name": "Zhang Wei"}, "same-sound"),
        ("wei", {"name": "zhangw"}, "similar-name"),
        ("wei", {"name": "张玮", "phone": "4587"}, "same-phone-tail"),
        ("wei", {"name": "zhangwie"}, "similar-name"),
        ("xiuying", {"name": "李秀芳"}, "one-character-off"),
        ("xiuying", {"name": "李英"}, "one-character-off"),
        ("xiuying", {"name": "李英秀"}, "word-order"),
        ("smith", {"name": "Smith, John"}, "same-words"),
        ("smith", {"name": "Jon Smith"}, "one-character-off"),
        ("dahua", {"name": "大华机械"}, "same-organisation-core"),
        ("dahua", {"name": "北京大华机谢有限公司"}, "same-organisation-core"),
        ("ouyang", {"name": "欧阳铁柱"}, "former-name"),
        ("wei", {"phone": "4587"}, "same-phone-tail"),
        ("wei", {"phone": "138****4587"}, "part-of-phone"),
        ("wei", {"phone": "13875014597"}, "one-digit-off"),
        ("wei", {"phone": "13875041587"}, "two-digits-swapped"),
        ("wei", {"phone": "1387501487"}, "one-digit-off"),
        ("wei", {"email": "zw88"}, "same-mailbox"),
        ("wei", {"email": "zw89@qq.com"}, "one-letter-of-email-off"),
        ("wei", {"id_number": "110101199003070134"}, "same-id-number"),
    ],
)
def test_whoever_is_meant_stands_first_with_the_evidence(
    filled: mintmark.Register, meant: str, said: dict[str, str], evidence: str
) -> None:
    found = filled.recover(**said)  # type: ignore[arg-type]
    assert names(found)[0] == PEOPLE[meant]["name"]
    assert evidence in found[0].evidence
    assert found[0].found.code.startswith("V-BJ-20221121-")


def test_name_and_phone_together_are_certain_and_what_is_damaged_is_probable(
    filled: mintmark.Register,
) -> None:
    assert filled.recover(name="张伟", phone="13875014587")[0].grade == "certain"
    assert filled.recover(name="章炜", phone="4587")[0].grade == "probable"
    assert filled.recover(name="章炜")[0].grade == "possible"


def test_a_family_with_one_phone_is_a_list(filled: mintmark.Register) -> None:
    filled.register(**HOME, name="张小伟", phone="13875014587")
    found = filled.recover(phone="13875014587")
    assert {"张伟", "张小伟"} <= set(names(found))
    assert "certain" not in {one.grade for one in found}


def test_namesakes_are_a_list_and_an_attribute_tells_them_apart(filled: mintmark.Register) -> None:
    other = {**HOME, "region": "上海"}
    filled.register(**other, name="张伟", phone="13600000001")
    assert names(filled.recover(name="张伟"))[:2] == ["张伟", "张伟"]
    found = filled.recover(name="张伟", attributes={"region": "上海"})
    assert found[0].found.code.startswith("V-SH-")
    assert "same-attributes" in found[0].evidence


def test_no_more_candidates_than_asked_for_and_each_has_evidence(filled: mintmark.Register) -> None:
    for number in range(12):
        filled.register(**HOME, name="张伟", phone=f"1360000{number:04}")
    found = filled.recover(name="张伟", limit=7)
    assert len(found) == 7
    assert all(one.evidence for one in filled.recover(name="张伟", limit=100))


def test_nobody_is_like_nobody(filled: mintmark.Register) -> None:
    assert filled.recover(name="龘龘龘龘") == []
    assert filled.recover(code="ZZZZZZZZ") == []


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("typed", "at", "said", "meant"),
    [
        ("v bj 20221121 00061", 15, "6", "0"),
        ("VBJ202211210000", 16, "", "1"),
        ("VBJ20221121000011", 17, "1", ""),
        ("VJB2022112100001", 2, "JB", "BJ"),
    ],
)
def test_a_mistyped_code_is_found_and_the_place_is_told(
    register: mintmark.Register, typed: str, at: int, said: str, meant: str
) -> None:
    register.register(**HOME, **PEOPLE["wei"])
    found = register.recover(code=typed)[0]
    assert (found.found.code, found.grade) == (CODE, "probable")
    assert found.evidence == ("one-slip-in-code",)
    assert found.slip is not None
    assert found.slip.code == CODE
    assert (found.slip.place, found.slip.said, found.slip.meant) == (at, said, meant)


def test_a_check_character_tells_that_a_code_is_mistyped(empty: mintmark.Register) -> None:
    empty.publish("C{seq:4}{check:37-36}")
    code = empty.register(name="张伟", phone="13875014587").code
    empty.register(name="李秀英", phone="18655551234")
    typed = code[:4] + ("7" if code[4] != "7" else "8") + code[5:]
    slip = empty.recover(code=typed)[0].slip
    assert slip is not None
    assert (slip.place, slip.said, slip.meant, slip.noticed) == (5, typed[4], code[4], "check")


def test_the_code_itself_is_certain(filled: mintmark.Register) -> None:
    found = filled.recover(code="vbj2022112100001")
    assert (found[0].found.code, found[0].grade) == (CODE, "certain")
    assert found[0].slip is None


def test_a_part_of_a_code_finds_it(filled: mintmark.Register) -> None:
    found = filled.recover(code="21-00003")
    assert names(found)[0] == "John Q. Smith"
    assert found[0].evidence == ("part-of-code",)


def test_a_part_of_the_code_beside_a_name_tells_namesakes_apart(
    filled: mintmark.Register,
) -> None:
    codes = [
        filled.register(**HOME, name="张伟", phone=f"1360000{number:04}").code
        for number in range(20)
    ]
    found = filled.recover(name="张伟", code=codes[13][-4:])
    assert found[0].found.code == codes[13]
    assert found[0].evidence == ("part-of-code", "same-name")
    assert found[0].points > found[1].points


def test_a_void_code_leads_to_the_customer_and_the_code_they_have_now(
    filled: mintmark.Register,
) -> None:
    filled.void(CODE, reason="重号")
    assert filled.recover(code=CODE)[0].found.code == ""
    for _ in filled.backfill():
        pass
    now = filled.recover(code=CODE)[0]
    assert now.found.code not in ("", CODE)
    assert names([now]) == ["张伟"]


def test_a_customer_without_a_code_is_found(register: mintmark.Register) -> None:
    register.register_uncoded(name="张伟", phone="13875014587")
    found = register.recover(name="章炜", phone="4587")
    assert (names(found), found[0].found.code) == (["张伟"], "")


def test_a_held_code_is_a_candidate_that_stands_for_nobody(register: mintmark.Register) -> None:
    code = register.hold(reason="印卡", **HOME)  # type: ignore[arg-type]
    found = register.recover(code=code[:-1] + "7")
    assert [one.found.code for one in found] == [code]
    assert found[0].found.customer is None
    assert found[0].found.passport is not None
    assert found[0].found.passport.state == "held"


# ---------------------------------------------------------------- what is sealed stays so


def test_names_lie_nowhere_open_and_are_found_all_the_same(
    filled: mintmark.Register, query: Callable[[str], list[tuple[object, ...]]]
) -> None:
    rows = query("SELECT * FROM customer") + query("SELECT * FROM match_key")
    assert "张伟" not in str(rows)
    assert "4587" not in {str(value) for row in rows for value in row}
    assert names(filled.recover(name="章炜")) == ["张伟"]


def test_customers_indexed_under_an_older_key_are_found(
    filled: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    keys = filled._keys  # noqa: SLF001 - as whoever rotates index keys
    keys.change(lambda ring: ring.add("index", at=TODAY))
    later = reopen()
    later.register(**HOME, name="张玮", phone="13800000000")
    assert set(names(later.recover(name="章炜"))) == {"张伟", "张玮"}


def test_whoever_very_many_share_a_key_with_is_found_by_the_others(
    filled: mintmark.Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = filled.recover(name="章炜", phone="13875014597")
    monkeypatch.setattr(room, "_ROWS", 1)  # as if more customers shared a key than are looked at
    assert filled.recover(name="章炜", phone="13875014597") == sound


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "said", [{}, {"address": "北京"}, {"name": "  "}, {"attributes": {"region": "北京"}}]
)
def test_a_search_with_nothing_to_go_on_is_refused(
    filled: mintmark.Register, said: dict[str, Any]
) -> None:
    with pytest.raises(NothingToGoOn):
        filled.recover(**said)


def test_facts_that_nobody_can_be_found_by_are_refused(filled: mintmark.Register) -> None:
    with pytest.raises(UnknownFact):
        filled.recover(shoe_size="42")


def test_bare_texts_are_taken_for_what_they_look_like(filled: mintmark.Register) -> None:
    texts = {
        "张伟": "name", "Zhang Wei": "name", "4587": "phone", "1387501458?": "phone",
        "zw@qq.com": "email", "110101199003070134": "id_number", CODE: "code",
        "vbj20221121": "code",
    }  # fmt: skip
    assert {text: filled.guess(text) for text in texts} == texts
