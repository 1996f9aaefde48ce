"""Laws of the presets: each can be published as it is, and says of customers what it should."""

import json
import re
import tomllib
from datetime import date
from importlib.resources import files
from itertools import combinations

import pytest

from mintmark.rule import Rule, explain, parser_of, presets, scope_of
from mintmark.rule.builtin import names as tables
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.presets import names, preset
from mintmark.rule.proof.meet import prove_apart
from mintmark.rule.proof.prove import prove
from mintmark.rule.spell import Attributes

TODAY = date(2026, 11, 22)
SPRING = date(2027, 3, 1)

# Preset, what is known of the customer, the number (the drawn one where it is random), the code.
CODES: list[tuple[str, Attributes, int, str]] = [
    ("simple", {}, 7, "K-00007"),
    ("simple", {}, 100_000, "K-100000"),
    ("customer", {"type": "VIP", "region": "北京市", "registered": date(2023, 10, 1)}, 1,
     "V-BJ-20231001-00001"),
    ("retail", {"channel": "小程序", "registered": TODAY}, 123, "326 00000123 9"),
    ("retail", {"channel": "Website", "registered": TODAY}, 9, "226 00000009 2"),
    ("bank", {}, 714_285_714, "871428571483"),
    ("clinic", {}, 71_428_571, "P-71428571-2"),
    ("factory", {"region": "浙江", "industry": "通用设备制造业", "registered": TODAY}, 1,
     "ZJ-34-26-0001"),
    ("school", {"department": "经济管理学院", "class": "二班", "registered": TODAY}, 13,
     "20260502013"),
    ("school", {"department": "经济管理学院", "class": "二班", "registered": SPRING}, 14,
     "20260502014"),
    ("government", {"region": "东城区", "registered": TODAY}, 1, "110101-2026-000001"),
]  # fmt: skip


def rule_of(slug: str) -> Rule:
    return Rule.of(preset(slug).definition)


def test_every_file_is_a_preset_and_every_preset_a_file() -> None:
    found = {file.name for file in files(presets).iterdir() if file.name.endswith(".toml")}
    assert found == {f"{slug}.toml" for slug in names()}
    assert {slug for slug, *_ in CODES} == set(names())


def test_an_unknown_preset_is_refused() -> None:
    for slug in ("", "zoo", "../presets/bank", "bank.toml"):
        with pytest.raises(KeyError):
            preset(slug)


def test_a_caller_who_changes_a_preset_changes_his_own_copy() -> None:
    preset("bank").definition["rule"] = "{seq:1}"
    assert preset("bank").definition["rule"] != "{seq:1}"


@pytest.mark.parametrize("slug", names())
def test_a_preset_can_be_published(slug: str) -> None:
    rule = rule_of(slug)
    proof = prove(rule)
    assert proof.holds, proof.refusals
    claims = {claim.slug: claim.facts for claim in proof.claims}
    assert claims["length"]["most"] == rule.terms.max_length
    assert rule.name == "main"  # published, it is the register's rule, or succeeds it
    assert rule.terms.expected > 0


@pytest.mark.parametrize("slug", names())
def test_a_preset_keeps_room_for_twice_what_is_expected(slug: str) -> None:
    definition = preset(slug).definition
    definition["expected"] *= 2
    assert prove(Rule.of(definition)).holds


@pytest.mark.parametrize("slug", names())
def test_a_preset_is_read_back(slug: str) -> None:
    given = preset(slug)
    assert tomllib.loads(given.text) == given.definition
    assert json.loads(json.dumps(given.definition)) == given.definition
    rule = Rule.of(given.definition)
    assert rule.text == given.definition["rule"]
    assert Rule.of(rule.definition()).definition() == rule.definition()
    for table in given.definition.get("tables", {}).values():
        assert isinstance(table, dict) or table in tables()


def test_all_presets_may_live_in_one_register() -> None:
    for one, other in combinations([rule_of(slug) for slug in names()], 2):
        assert prove_apart(one, other) is None


@pytest.mark.parametrize(("slug", "attributes", "number", "code"), CODES)
def test_a_preset_spells_the_code_that_its_file_shows(
    slug: str, attributes: Attributes, number: int, code: str
) -> None:
    rule = rule_of(slug)
    assert scope_of(rule, attributes, today=SPRING).spell(number) == code
    read = parser_of(rule).read(code)
    assert read is not None
    assert read.number == number


@pytest.mark.parametrize("slug", names())
def test_the_first_line_of_a_preset_shows_a_code_of_its_own(slug: str) -> None:
    rule = rule_of(slug)
    for line in preset(slug).text.splitlines()[:2]:
        shown = re.findall(r"[A-Z0-9]+(?:[- ][A-Z0-9]+)*", line)
        assert any(explain(rule, code) for code in shown), line


@pytest.mark.parametrize("slug", ["clinic", "bank"])
def test_numbers_of_patients_and_accounts_tell_nothing_of_their_owner(slug: str) -> None:
    rule = rule_of(slug)
    assert rule.attributes == ()
    one: Attributes = {
        "name": "张伟",
        "type": "VIP",
        "region": "北京",
        "registered": date(2023, 10, 1),
    }
    two: Attributes = {
        "name": "Li Na",
        "type": "普通",
        "region": "上海",
        "registered": date(2026, 1, 2),
    }
    scopes = [scope_of(rule, customer, today=TODAY) for customer in (one, two)]
    assert scopes[0].key == scopes[1].key
    assert scopes[0].spell(5) == scopes[1].spell(5)


@pytest.mark.parametrize("slug", ["clinic", "bank", "retail"])
def test_a_code_with_one_wrong_character_is_refused(slug: str) -> None:
    reader = parser_of(rule_of(slug))
    for code in (code for name, *_, code in CODES if name == slug):
        plain = re.sub(r"[- ]", "", code)
        assert reader.read(plain) is not None
        for place, right in enumerate(plain):
            for wrong in ALPHABETS["base36"].replace(right, ""):
                assert reader.read(plain[:place] + wrong + plain[place + 1 :]) is None


@pytest.mark.parametrize("slug", ["clinic", "bank"])
def test_a_code_with_two_neighbours_swapped_is_refused(slug: str) -> None:
    reader = parser_of(rule_of(slug))
    (code,) = (re.sub("-", "", code) for name, *_, code in CODES if name == slug)
    for place in range(len(code) - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or reader.read(swapped) is None


@pytest.mark.parametrize("slug", names())
def test_every_line_of_a_preset_is_explained_in_both_languages(slug: str) -> None:
    above: list[str] = []
    for line in preset(slug).text.splitlines():
        said = re.match(r"(?:[a-z-]+ = |\[tables\.)", line)  # not the entries of a table
        if said:
            assert len(above) >= 2, line
            assert re.search(r"[\u3400-\u9fff]", above[0]), line
            assert not re.search(r"[\u3400-\u9fff]", re.sub(r"\(.*?\)", "", above[-1])), line
            assert re.search(r"[a-z]{2}", above[-1]), line
        above = [*above, line] if line.startswith("#") else []
