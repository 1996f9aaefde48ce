"""What the proof says of scopes, room, words, checks and priority, rule by rule."""

from datetime import date
from typing import Any

import pytest
from tests.rules import CITIES, PLACES, TYPES, refused

from mintmark.errors import (
    CapacityTooSmall,
    CheckAlphabet,
    CodeTooLong,
    Lookalikes,
    PriorityClash,
    ScopeNotShown,
    UnwantedWord,
)
from mintmark.rule import define, parser_of, scope_of
from mintmark.rule.capacity import free
from mintmark.rule.proof.prove import prove

# ---------------------------------------------------------------- sequences that start again


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("{registered:YYYY}{seq:3,reset=month}", "month"),
        ("{registered:MMDD}{seq:3,reset=day}", "day"),  # next year's 1 March
        ("{registered:YYWW}{seq:3,reset=week}", "week"),  # 1 January may be in week 53
        ("{registered:YYDDD}{seq:3,reset=month}", "month"),  # 1900 had no 29 February
        ("{registered:YYMMDD}{seq:3,reset=week}", "week"),  # a century on, weeks start elsewhere
        ("{registered:YY}{seq:3,reset=fiscal-year,starts=4}", "fiscal-year"),
        ("{contract:FYY,starts=4}{seq:3,reset=fiscal-year,starts=7}", "fiscal-year"),
        ("{registered:YYMM}{contract:YY}{seq:3,reset=year(created)}", "year"),
        ("{seq:3,reset=day}", "day"),
    ],
)
def test_a_sequence_may_not_start_again_where_the_code_does_not_show_it(
    text: str, dimension: str
) -> None:
    refusal = refused(text)
    assert isinstance(refusal, ScopeNotShown)
    assert refusal.dimension == dimension
    one, other = refusal.customers
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        "{registered:GGWW}{seq:3,reset=week}",
        "{registered:YYMM}{seq:3,reset=month}",  # in a hundred years the sequence goes on
        "{registered:YML}{seq:3,reset=quarter}",
        "{contract:FYY,starts=4}{seq:3,reset=fiscal-year}",
        "{registered:YYMM}{seq:3,reset=fiscal-year,starts=7}",
        "{registered:YYYY}{seq:3,reset=fiscal-year}",  # it starts in January
        "{registered:DD}{seq:3,reset=never}",
        "{registered:DD}{seq:3}",
    ],
)
def test_a_sequence_may_start_again_where_the_code_shows_it(text: str) -> None:
    assert refused(text) is None


def test_the_first_months_of_a_rule_may_do_without_the_year() -> None:
    year = {"earliest": "2026-01-01", "latest": "2026-12-31"}
    assert refused("{registered:MM}{seq:3,reset=month}", **year) is None
    longer = refused("{registered:MM}{seq:3,reset=month}", **{**year, "latest": "2027-01-01"})
    assert isinstance(longer, ScopeNotShown)
    assert [customer["registered"] for customer in longer.customers] == ["2026-01-01", "2027-01-01"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("{registered:YYDDD}{seq:3,reset=month}", "1950-01-01", "2199-12-31"),  # 2000 and 2100
        ("{registered:YYMMDD}{seq:3,reset=week}", "1987-01-01", "2089-12-31"),  # 1987 and 2087
        ("{registered:YMMDD}{seq:3,reset=week}", "2012-01-01", "2023-12-31"),  # 2012 and 2022
    ],
)
def test_a_rule_that_lives_long_meets_itself_again(text: str, first: str, last: str) -> None:
    refusal = refused(text, earliest=first, latest=last)
    assert isinstance(refusal, ScopeNotShown)
    one, other = (customer["registered"] for customer in refusal.customers)
    assert first <= min(one, other) <= max(one, other) <= last
    assert abs(int(one[:4]) - int(other[:4])) in {10, 100}
    assert refused(text, earliest=first, latest=f"{int(first[:4]) + 8}-12-31") is None


def test_a_rule_says_why_although_all_its_values_have_expired() -> None:
    tables = {"type": {"V": {"names": ["VIP"], "until": "2020-01-01"}}}
    refusal = refused("{type}{registered:YYYY}{seq:3,reset=month}", tables=tables)
    assert isinstance(refusal, ScopeNotShown)


def test_counting_by_city_needs_the_city_and_not_only_its_province() -> None:
    refusal = refused("{region:parent}{seq:3,per=region}", tables=PLACES)
    assert isinstance(refusal, ScopeNotShown)
    assert [customer["region"] for customer in refusal.customers] == ["沈阳", "大连"]
    assert refusal.code == "LN001"
    assert refused("{region}{seq:3,per=region:parent}", tables=PLACES) is None
    single = {**PLACES, "region": {city: CITIES[city] for city in ("SY", "CC")}}
    assert refused("{region:parent}{seq:3,per=region}", tables=single) is None


def test_counting_by_type_needs_the_type() -> None:
    refusal = refused("K{seq:3,per=type}")
    assert isinstance(refusal, ScopeNotShown)
    assert refusal.customers == ({"type": "A"}, {"type": "B"})
    refusal = refused("K{seq:3,per=type}", tables={"type": TYPES}, when={"type": ["VIP", "普通"]})
    assert isinstance(refusal, ScopeNotShown)
    assert [customer["type"] for customer in refusal.customers] == ["VIP", "普通"]
    assert refused("{initials(name):2}{seq:3,per=name}") is None


# ---------------------------------------------------------------- room, words, checks, priority


def test_a_proof_says_how_much_room_there_is() -> None:
    proof = prove(define("K-{seq:3,widen=5}", expected=9, external=["1-99"]))
    facts = {claim.slug: claim.facts for claim in proof.claims}
    assert facts["length"] == {"least": 4, "most": 6}
    assert facts["capacity"] == {"capacity": 99_900, "expected": 9}
    assert facts["disjoint"] == {"rules": 0, "families": 0}
    assert proof.demand() is proof
    with pytest.raises(CodeTooLong):
        prove(define("K{seq:3}", max_length=3)).demand()


def test_the_widest_number_has_to_fit_too() -> None:
    assert refused("K-{seq:3}", max_length=4) is None
    refusal = refused("K-{seq:3,widen=5}", max_length=5)
    assert isinstance(refusal, CodeTooLong)
    assert (refusal.code, refusal.length) == ("K-99999", 6)
    refusal = refused("K-{seq:3,widen=5}", max_display_length=6)
    assert isinstance(refusal, CodeTooLong)
    assert refusal.length == 7


def test_the_longest_code_has_the_check_that_belongs_there() -> None:
    refusal = refused(
        "{type}{seq:2}{check:37-36}", tables={"type": {"V": "a", "KA": "b"}}, max_length=4
    )
    assert isinstance(refusal, CodeTooLong)
    assert refusal.code == "KA99P"


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("S{type}{seq:3}", "S{type}"), ("S-B{seq:3}", "S-B"),
        ("{type}{region}{seq:3}", "{type}{region}"),
        ("S{seq:3}B", None), ("{region}{type}{seq:3}", None), ("{type}{seq:1}{region}{seq}", None),
    ],
)  # fmt: skip
def test_an_unwanted_word_may_be_in_two_halves(text: str, segment: str | None) -> None:
    tables = {"type": {"B": "x", "XS": "y"}, "region": {"BB": "z", "A": "w"}}
    tables = {name: table for name, table in tables.items() if name in text}
    refusal = refused(text.replace("{seq}", ""), tables=tables, unwanted=["SB"])
    assert (refusal.segment if isinstance(refusal, UnwantedWord) else None) == segment


def test_a_check_system_counts_only_what_it_knows() -> None:
    refusal = refused("K{seq:3}{check:luhn}")
    assert isinstance(refusal, CheckAlphabet)
    assert (refusal.characters, refusal.nearest) == (("K",), "K{seq:3}{check:37-36}")
    assert refused("K{seq:3}{check:luhn,of=digits}") is None
    none = refused("K{seq:3,alphabet=letters}{check:luhn,of=digits}")
    assert isinstance(none, CheckAlphabet)
    assert none.nearest == "K{seq:3,alphabet=letters}{check:37-36}"
    assert (
        refused("{type}{seq:AA}{check:luhn,of=digits}", tables={"type": {"A1": "a", "2": "b"}})
        is None
    )
    chinese = refused("客{seq:3}{check:37-36}")
    assert isinstance(chinese, CheckAlphabet)
    assert (chinese.characters, chinese.nearest) == (("客",), "")


def test_what_a_check_catches_is_counted_on_codes_of_the_rule() -> None:
    claim = prove(define("{seq:4}{check:luhn}")).claims[-1]
    assert claim.facts["system"] == "luhn"
    assert claim.facts["single"] == 100.0
    assert claim.facts["jump"] == 0.0
    assert 50 < float(str(claim.facts["twin"])) < 100
    mixed = prove(define("{registered:YYMM}{random:2}{seq:4}{check:37-2}")).claims[-1]
    assert {name: mixed.facts[name] for name in ("single", "transposition", "jump", "twin")} == {
        "single": 100.0, "transposition": 100.0, "jump": 100.0, "twin": 100.0
    }  # fmt: skip


def test_a_code_of_two_characters_has_no_jump() -> None:
    claim = prove(define("{seq:1}{check:luhn}")).claims[-1]
    assert claim.facts["jump"] is None
    assert claim.facts["transposition"] is not None


def test_vip_and_its_synonym_are_the_same_customers() -> None:
    one = define("V{seq:3}", name="one", tables={"type": TYPES}, when={"type": "VIP"})
    other = define("W{seq:3}", name="other", when={"type": "贵宾"})
    for pair in ((one, other), (other, one)):
        (refusal,) = prove(pair[0], [pair[1]]).refusals
        assert isinstance(refusal, PriorityClash)
        assert refusal.customer == {"type": "贵宾"}
    third = define(
        "X{seq:3}", name="x", tables={"type": {"K": ["大客户", "贵宾"]}}, when={"type": "大客户"}
    )
    (refusal,) = prove(one, [third]).refusals
    assert isinstance(refusal, PriorityClash)
    assert refusal.customer == {"type": "贵宾"}


def test_an_example_is_of_a_year_that_people_remember() -> None:
    refusal = refused("{registered:YYYY}{seq:3,reset=month}")
    assert isinstance(refusal, ScopeNotShown)
    assert [customer["registered"] for customer in refusal.customers] == [
        "2019-01-01",
        "2019-02-01",
    ]


@pytest.mark.parametrize(
    ("text", "expected", "nearest"),
    [
        ("{seq:3}", 5000, "{seq:4}"),
        ("{seq:A0}", 500, "{seq:A00}"),
        ("{seq:2}", 10**18 - 1, "{seq:18}"),
        ("{seq:2}", 10**18, ""),
        ("{seq:1,widen=2}", 5000, "{seq:1,widen=4}"),
        ("{seq:2,end=50}", 60, "{seq:2}"),
        ("{random:2,alphabet=01}", 14, "{random:4,alphabet=01}"),
    ],
)
def test_the_nearest_rule_is_no_wider_than_it_has_to_be(
    text: str, expected: int, nearest: str
) -> None:
    refusal = refused(text, expected=expected)
    assert isinstance(refusal, CapacityTooSmall)
    assert refusal.nearest == nearest


def test_of_random_numbers_one_in_ten_is_left_over() -> None:
    assert free(define("{random:4}")) == 32**4 * 9 // 10


def test_a_number_between_two_ranges_of_others_is_our_own() -> None:
    assert free(define("{seq:1}", external=["1-5", "7-9"])) == 1
    assert free(define("{seq:1}", external=["1-5", "6-8"])) == 1
    assert free(define("{seq:1}", external=["1-5", "4-9"])) == 0


def test_cities_and_provinces_together_make_only_words_of_their_own() -> None:
    both = "{region:parent}{region}{seq:3}"
    assert refused(both, tables=PLACES, unwanted=["JLDL"]) is None
    assert isinstance(refused(both, tables=PLACES, unwanted=["ND"]), UnwantedWord)


def test_two_attributes_shown_twice_have_to_agree_both() -> None:
    text = "{type}{region}{type}{region}{seq:1}"
    tables = {"type": {"A": "a", "B": "b"}, "region": {"1": "x", "2": "y"}}
    parser = parser_of(define(text, tables=tables))
    assert [parser.read(code) is not None for code in ("A1A17", "A1B17", "A1A27", "B2A27")] == [
        True, False, False, False
    ]  # fmt: skip


def test_what_only_looks_like_a_code_of_nobody_is_no_likeness() -> None:
    places = {"0": {"names": "x", "parent": "a"}, "1": {"names": "y", "parent": "b"}}
    tables: dict[str, Any] = {"region": places, "region:parent": {"A": "a", "B": "b"}}
    one = define("{region:parent}{region}{seq:1}", tables=tables, no_lookalikes=True, name="one")
    for text, alike in (("AI{seq:1}", False), ("AO{seq:1}", True), ("BI{seq:1}", True)):
        other = define(text, name="other", priority=1)
        assert [not proof.holds for proof in (prove(one, [other]), prove(other, [one]))] == [
            alike
        ] * 2


def test_random_numbers_are_nobody_elses() -> None:
    rule = define("R{random:4}", external=["1-99"])
    assert not prove(rule, [define("R{seq:4}", name="other", priority=1)]).holds
    refusal = refused("{random:4,alphabet=base36}", no_lookalikes=True)
    assert isinstance(refusal, Lookalikes)
    assert refusal.nearest == "{random:4}"
    assert refusal.characters == ("I", "L", "O")


def test_of_two_unwanted_words_neither_is_minted() -> None:
    scope = scope_of(define("A{seq:3}", unwanted=["25", "A4"]), {}, today=date(2026, 1, 1))
    assert [scope.is_unwanted(scope.spell(n)) for n in (24, 25, 250, 399, 400, 44)] == [
        False, True, True, False, True, False
    ]  # fmt: skip
    plain = scope_of(define("A{seq:3}"), {}, today=date(2026, 1, 1))
    assert not plain.is_unwanted("A250")
