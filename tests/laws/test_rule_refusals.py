"""What is no rule, and what a rule will not spell: each is refused where it is wrong."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintmark.errors import (
    AmbiguousValue,
    DateOutOfRange,
    DuplicateCode,
    EntryNotValid,
    MissingFact,
    MissingTable,
    Refusal,
    RuleSyntax,
    SeveralChecks,
    UnknownAttribute,
    UnknownParent,
    UnknownTable,
    UnknownTerm,
    UnknownValue,
    UnreadableDate,
    UnusedTable,
    WrongPattern,
    WrongRange,
    WrongSegment,
    WrongSequence,
    WrongTableCode,
    WrongTerm,
    WrongWidth,
)
from mintmark.rule import Family, Rule, define, explain, in_range, parser_of, sample, scope_of
from mintmark.rule.grammar import read, write
from mintmark.rule.pattern import Pattern
from mintmark.rule.segments import Segment
from mintmark.rule.spell import sample_attributes
from mintmark.text import canonical

TODAY = date(2026, 11, 22)
TYPES = {"V": ["VIP", "贵宾"], "N": "普通"}
PLACES: dict[str, Any] = {
    "region": {
        "SY": {"names": ["沈阳"], "parent": "辽宁"},
        "CC": {"names": "长春", "parent": "JL"},
    },
    "region:parent": {
        "LN": {"names": "辽宁", "parent": "东北"},
        "JL": {"names": "吉林", "parent": "D"},
    },
    "region:top": {"D": "东北"},
}


# ---------------------------------------------------------------- typos

TYPOS = [  # text, what stands at the column
    ("{type}-{sec:5}", "sec"),
    ("{type}-{seq:5,stat=3}", "stat"),
    ("{seq: 99}", "99"),
    ("{seq:5:6}", "5:6"),
    ("{seq}", "}"),
    ("{random}", "}"),
    ("{}{seq:3}", "}{seq"),
    ("{seq:3, alphabet = foo}", "foo"),
    ("{seq:3,alphabet=AA}", "AA"),
    ("{seq:3,alphabet=a-b}", "a-b"),
    ("{seq:5,step=0}", "0"),
    ("{seq:3,starts=13,reset=fiscal-year}", "13"),
    ("{seq:3,starts=4}", "starts"),
    ("{seq:5,reset=moth}", "moth"),
    ("{seq:5,reset=month(type)}", "type"),
    ("{type}{seq:5,per=type+registered}", "registered"),
    ("{seq:5,per=type+}", "type+"),
    ("{seq:5,widen=5}", "widen"),
    ("{seq:5,widen=6,then=hex}", "then"),
    ("{seq:5,then=decimal}", "then"),
    ("{seq:A000,widen=9}", "widen"),
    ("{seq:A000,alphabet=hex}", "alphabet"),
    ("{seq:18,alphabet=base36}", "18"),
    ("{seq:12,alphabet=base36,widen=13}", "widen"),
    ("{random:40}", "40"),
    ("{seq:3,start=1000}", "1000"),
    ("{seq:3,start=AA}", "AA"),
    ("{seq:3,start=5,end=4}", "4"),
    ("{seq:3,start=}", "}"),
    ("{seq:5,start=1,start=2}", "start=2"),
    ("{seq(x):5}", "(x)"),
    ("{check:luhm}{seq:3}", "luhm"),
    ("{check:luhn,of=letters}{seq:3}", "letters"),
    ("{initials}{seq:3}", "initials"),
    ("{initials( nam):2}{seq:3}", "nam"),
    ("{initials(name)}{seq:3}", "}"),
    ("{initials(name):2,pad=XX}{seq:3}", "XX"),
    ("{initials(name):2,pad=*}{seq:3}", "*"),
    ("{registered:YYYX}{seq:3}", "YYYX"),
    ("{registered:DDDD}{seq:3}", "DDDD"),
    ("{registered}{seq:3}", "}"),
    ("{contract:FYY,starts=0}{seq:3}", "0"),
    ("{contract:FYY,named=begin}{seq:3}", "begin"),
    ("{type: x}{seq:3}", "x"),
    ("{type:31}{seq:3}", "31"),
    ("{type(x)}{seq:3}", "type"),
    ("{type,width=3}{seq:3}", "width"),
    ("A}{seq:3}", "}"),
]
UNKNOWN = [
    ("{typ}-{seq:5}", "typ"),
    ("{ salesman }{seq:5}", "salesman"),
    ("{registerd:YYYY}{seq:5}", "registerd"),
    ("{seq:5,per=type+tpye}", "tpye"),
    ("{seq:5,per=type+salesman:parent}", "salesman"),
    ("{seq:5,reset=month(birthday)}", "birthday"),
]


@pytest.mark.parametrize(("text", "place"), TYPOS)
def test_a_typo_is_pointed_at_and_the_nearest_rule_can_be_read(text: str, place: str) -> None:
    with pytest.raises(RuleSyntax) as refused:
        read(text)
    assert text[refused.value.column - 1 :].startswith(place)
    assert refused.value.expected or place == "width"  # a table's code has no options at all
    assert refused.value.nearest != text
    assert read(refused.value.nearest)


@pytest.mark.parametrize(("text", "attribute"), UNKNOWN)
def test_an_attribute_that_nobody_knows_is_named(text: str, attribute: str) -> None:
    with pytest.raises(UnknownAttribute) as refused:
        read(text)
    assert refused.value.attribute == attribute
    assert text[refused.value.column - 1 :].startswith(attribute)
    assert {"type", "registered"} <= set(refused.value.known)
    assert refused.value.nearest != text
    assert read(refused.value.nearest)


@pytest.mark.parametrize("text", ["{type{seq:3}", "{seq:3", "{type}-{seq:5"])
def test_a_brace_that_is_not_closed_is_closed(text: str) -> None:
    with pytest.raises(RuleSyntax) as refused:
        read(text)
    assert read(refused.value.nearest)


@given(st.text("{}seqtyp:,=5A() -", max_size=24))
def test_any_text_is_read_or_refused_with_a_rule_that_can_be_read(text: str) -> None:
    refusal = outcome(text)
    if isinstance(refusal, RuleSyntax | UnknownAttribute):
        assert 1 <= refusal.column <= len(text) + 1
        assert refusal.nearest != text
        assert read(refusal.nearest)
    else:
        assert read(write(refusal)) == refusal


def outcome(text: str) -> tuple[Segment, ...] | RuleSyntax | UnknownAttribute:
    try:
        return read(text)
    except (RuleSyntax, UnknownAttribute) as refusal:
        return refusal


# ---------------------------------------------------------------- definitions

REFUSED: list[tuple[type[Refusal], str, dict[str, Any]]] = [
    (WrongSequence, "K{type}", {"tables": {"type": TYPES}}),
    (WrongSequence, "{seq:3}{seq:3}", {}),
    (WrongSequence, "{random:3}{random:3}", {}),
    (WrongSequence, "", {}),
    (SeveralChecks, "{seq:3}{check:luhn}{check:damm}", {}),
    (MissingTable, "{type}{seq:3}", {}),
    (MissingTable, "{type}{seq:3}", {"tables": {"type": {}}}),
    (MissingTable, "{region:parent}{seq:3}", {"tables": {"region": PLACES["region"]}}),
    (MissingTable, "{region}{seq:3,per=region:parent}", {"tables": {"region": TYPES}}),
    (MissingTable, "{region}{seq:3}", {"tables": {"region": TYPES, "region:top": {"D": "x"}}}),
    (UnusedTable, "K{seq:3}", {"tables": {"type": TYPES}}),
    (UnusedTable, "{type}{seq:3}", {"tables": {"type": TYPES, "type:parents": TYPES}}),
    (UnknownTable, "{region}{seq:3}", {"tables": {"region": "china-villages"}}),
    (WrongWidth, "{type:2}{seq:3}", {"tables": {"type": TYPES}}),
    (DuplicateCode, "{type}{seq:3}", {"tables": {"type": {"V": "VIP", "ｖ": "vip2"}}}),
    (AmbiguousValue, "{type}{seq:3}", {"tables": {"type": {"V": "VIP", "W": "ｖｉｐ"}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V-": "VIP"}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V*": "VIP"}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"": "VIP"}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V": []}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V": 5}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V": [1]}}}),
    (WrongTableCode, "{type}{seq:3}", {"tables": {"type": {"V": {"names": "x", "color": "red"}}}}),
    (UnreadableDate, "{type}{seq:3}", {"tables": {"type": {"V": {"names": "x", "since": "soon"}}}}),
    (UnreadableDate, "{type}{seq:3}", {"tables": {"type": {"V": {"names": "x", "until": 2026}}}}),
    (UnknownParent, "{region:parent}{seq:3}", {"tables": {**PLACES, "region": {"SY": "沈阳"}}}),
    (UnknownParent, "{region}{seq:3}", {"tables": {**PLACES, "region:parent": {"HL": "黑龙江"}}}),
    (UnknownValue, "{type}{seq:3}", {"tables": {"type": TYPES}, "when": {"type": "VPI"}}),
    (UnknownTerm, "{seq:3}", {"max_lenght": 3}),
    (WrongRange, "{seq:3}", {"earliest": "2026-01-02", "latest": "2026-01-01"}),
    *((WrongTerm, "{seq:3}", {term: value}) for term, value in [
        ("max_length", "long"), ("max_length", -1), ("max_length", True), ("priority", 1.5),
        ("earliest", "tomorrow"), ("time_zone", "Asia/Pekin"), ("time_zone", "Asia"),
        ("no_lookalikes", "yes"), ("warn_at", 0), ("warn_at", 101), ("name", "-x"), ("name", ""),
        ("when", {"type": []}), ("when", {"type": [""]}), ("when", "VIP"), ("unwanted", ["-"]),
        ("external", ["9-1"]), ("external", ["all"]), ("manual", "sometimes"), ("expected", "5"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("refusal", "text", "given"), REFUSED)
def test_a_definition_that_cannot_be_is_refused(
    refusal: type[Refusal], text: str, given: dict[str, Any]
) -> None:
    with pytest.raises(refusal):
        define(text, **given)


@pytest.mark.parametrize(
    "segment",
    [
        {"kind": "letter", "text": "A"}, {"text": "A"}, {"kind": "literal"},
        {"kind": "literal", "text": ""}, {"kind": "literal", "text": "{seq:3}"},
        {"kind": "sequence"}, {"kind": "sequence", "width": 0},
        {"kind": "sequence", "width": 3, "start": 1000},
        {"kind": "sequence", "width": 3, "start": 10**30},
        {"kind": "sequence", "width": "3"}, {"kind": "coded", "attribute": "type", "level": "up"},
        {"kind": "date", "attribute": "registered", "format": "YYYX"},
        {"kind": ["coded"]}, 7, None, "K",
    ],
)  # fmt: skip
def test_a_segment_that_is_none_is_counted(segment: Any) -> None:
    good = {"kind": "sequence", "width": 3}
    with pytest.raises(WrongSegment) as refused:
        define([good, segment])
    assert refused.value.number == 2


@pytest.mark.parametrize(
    "pattern",
    [
        "KH", "K*##", "", "/", "//", "/K", "/A*/", "/(A|B/", "/K[9-0]/", "/\\D{3}/", "/A+?/",
        "/A++/", "/A{2}{3}/", "/[A-]/", "/a(?=b)/", "/[^A]/", "/KH-?/?", "/A|/",
    ],
)  # fmt: skip
def test_a_pattern_that_two_readers_might_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(WrongPattern):
        Pattern.read(pattern)


@pytest.mark.parametrize(
    ("pattern", "codes", "others"),
    [
        ("KH-######", ["KH000123", "kh 000-123"], ["KH00012", "KX000123", "KH00012A"]),
        ("@?#", ["AA1", "A11"], ["1A1", "AAA"]),
        ("/KH-?[0-9]{2}/", ["KH12", "KH-12"], ["K12", "KHH12"]),
        ("/KH-{2}[0-9]/", ["KH1", "KH--1"], ["KHH1"]),
        ("/^(A|B)\\d+$/", ["A1", "B77"], ["C1", "A", "A1B"]),
        ("/K[-/ ]?.[A-F2]/", ["K1F", "KZ2", "K-AA"], ["KAZ", "K1"]),
    ],
)
def test_a_pattern_is_held_against_the_canonical_form(
    pattern: str, codes: list[str], others: list[str]
) -> None:
    family = Family(name="ERP", patterns=("ZZZ#", pattern))
    assert [family.holds(code) for code in codes] == [True] * len(codes)
    assert [family.holds(code) for code in others] == [False] * len(others)


# ---------------------------------------------------------------- customers


def spell(rule: Rule, number: int = 1, salt: str = "", **customer: Any) -> str:
    return scope_of(rule, customer, today=TODAY).spell(number, salt)


def test_a_customer_of_whom_too_little_is_known_gets_no_code() -> None:
    rule = define("{type}{registered:YY}{initials(name):2}{seq:2}", tables={"type": TYPES})
    whole: dict[str, Any] = {"type": "VIP", "registered": date(2026, 1, 1), "name": "张伟"}
    assert spell(rule, **whole) == "V26ZW01"
    for fact in whole:
        for nothing in (None, ""):
            with pytest.raises(MissingFact) as refused:
                spell(rule, **{**whole, fact: nothing})
            assert refused.value.fact == fact
    with pytest.raises(UnknownValue) as unknown:
        spell(rule, **{**whole, "type": "VPI"})
    assert unknown.value.near == ("VIP",)


def test_the_day_of_registration_is_today_if_the_code_shows_when_it_was_made() -> None:
    assert spell(define("{created:YYYYMMDD}{seq:2}")) == "2026112201"


def test_days_outside_of_the_rule_are_refused() -> None:
    rule = define("{registered:YY}{seq:2}", earliest="2020-01-01", latest="2025-12-31")
    for day in (date(2020, 1, 1), date(2025, 12, 31)):
        assert in_range(rule, "registered", day, today=TODAY) == day
    for day in (date(2019, 12, 31), date(2026, 1, 1)):
        with pytest.raises(DateOutOfRange) as refused:
            spell(rule, registered=day)
        assert (refused.value.earliest, refused.value.latest) == (
            date(2020, 1, 1),
            date(2025, 12, 31),
        )
    open_ended = define("{registered:YY}{seq:2}")
    assert in_range(open_ended, "registered", TODAY, today=TODAY) == TODAY
    with pytest.raises(DateOutOfRange):
        in_range(open_ended, "registered", date(2026, 11, 23), today=TODAY)


def test_an_entry_is_good_from_its_first_to_its_last_day() -> None:
    tables = {
        "type": {
            "V": {"names": "VIP", "since": "2026-11-22", "until": date(2026, 11, 22)},
            "N": "普通",
        }
    }
    rule = define("{type}{seq:2}", tables=tables)
    assert spell(rule, type="VIP") == "V01"
    for day in (date(2026, 11, 21), date(2026, 11, 23)):
        with pytest.raises(EntryNotValid):
            scope_of(rule, {"type": "VIP"}, today=day)
        assert sample(rule, today=day) == "N01"
    assert explain(rule, "V07") is not None  # old codes are read for ever
    assert sample_attributes(rule.timeless, today=date(2020, 1, 1)) == {"type": "VIP"}


def test_the_province_is_shown_or_counted_by_through_the_city() -> None:
    rule = define("{region:top}{region:parent}{region}{seq:2}", tables=PLACES)
    assert spell(rule, region="沈阳") == "DLNSY01"
    assert spell(rule, region="cc") == "DJLCC01"
    parser = parser_of(rule)
    assert parser.read("D-LN-SY-01") is not None
    assert parser.read("D-JL-SY-01") is None
    counted = define("{region}{seq:2,per=region:parent}", tables=PLACES)
    assert scope_of(counted, {"region": "沈阳"}, today=TODAY).key == "LN##"
    above = define("{region}{seq:2,per=region:top}", tables=PLACES)
    assert scope_of(above, {"region": "长春"}, today=TODAY).key == "D##"


def test_random_characters_stand_where_they_are_put() -> None:
    rule = define("{random:2}-{seq:2}-{random:3,alphabet=ACE,group=1}")
    scope = scope_of(rule, {}, today=TODAY)
    assert scope.key == "??##???"
    assert [salt.width for salt in scope.salts] == [2, 3]
    assert scope.spell(7, "9ZACE") == "9Z-07-A-C-E"
    assert parser_of(rule).read(sample(rule, today=TODAY)) is not None


def test_a_star_is_a_check_character_and_nothing_else() -> None:
    rule = define("K{seq:4}{check:37-2}")
    stars = [code for code in (spell(rule, n) for n in range(1, 200)) if code.endswith("*")]
    assert stars
    for code in stars:
        assert canonical(code) == code
        assert parser_of(rule).read(code.lower()) is not None
        assert parser_of(rule).read(code.replace("*", "")) is None


def test_a_slip_of_the_keyboard_is_found_and_what_was_meant() -> None:
    rule = define("{type}{seq:3}{check:37-36}", tables={"type": TYPES})
    code = spell(rule, 7, type="VIP")
    parser = parser_of(rule)
    slips = [code[:2] + "7" + code[3:], code[1] + code[0] + code[2:], code[:-1], code + "0"]
    for slip in slips:
        assert parser.read(slip) is None
        found = list(parser.corrections(slip))
        assert code in found
        assert len(found) == len(set(found))
        assert all(parser.read(one) for one in found)


MASKS = [
    ("AA-TT-0000", "{region:2}-{type:2}-{seq:4}"),
    ("KH-YYMM-####", "KH-{registered:YYMM}-{seq:4}"),
    ("YYYYMMDD-0000", "{registered:YYYYMMDD}-{seq:4}"),
    ("KH-00000", "KH-{seq:5}"),
    ("{type}-{seq:5}", "{type}-{seq:5}"),
]


@pytest.mark.parametrize(("drawn", "meant"), MASKS)
def test_a_rule_may_be_drawn(drawn: str, meant: str) -> None:
    tables = {"region": {"BJ": "北京"}, "type": {"VP": "VIP"}}
    used = {name: table for name, table in tables.items() if "{" + name in meant}
    assert define(drawn, tables=used).text == meant


def test_a_built_in_table_brings_its_provinces() -> None:
    rule = define("{region:parent}-{region}-{seq:3}", tables={"region": "china-cities"})
    assert set(rule.tables) == {"region", "region:parent"}
    code = spell(rule, 7, region="沈阳")
    assert [reading.meaning for reading in explain(rule, code) or ()][:2] == ["辽宁", "沈阳"]
