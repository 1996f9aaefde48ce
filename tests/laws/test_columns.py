"""Laws of whole columns: they say, row by row, what the verbs for one code say."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mintmark.checkchar import SYSTEMS
from mintmark.errors import Refusal
from mintmark.rule import Rule, define, parser_of, scope_of
from mintmark.rule.columns import parse_column, scope_keys, spell_column
from mintmark.rule.proof.checking import prove_check
from mintmark.rule.segments import Check, Random, Sequence
from mintmark.text import canonical

TODAY = date(2026, 11, 22)
SEGMENTS = [
    "{type}", "{region}", "{region:parent}", "{region}", "{initials(name):2}",
    "{registered:YYYYMMDD}", "{registered:YY-MM}", "{registered:GGGGWW}", "{registered:DDD}",
    "{registered:YM1D1}", "{contract:FYY,starts=4}", "{contract:YYQ}", "{contract:MM/DD}",
    "{created:YYYYMM}", "{random:3}", "{random:5,alphabet=safe,group=2}",
]  # fmt: skip
NUMBERS = [
    "{seq:5}", "{seq:3,start=100,step=7}", "{seq:A00}", "{seq:AAA}", "{seq:00A}", "{seq:2,widen=4}",
    "{seq:2,alphabet=base36}", "{seq:1,alphabet=safe,widen=3}", "{seq:2,then=base36}",
    "{seq:3,alphabet=一二三四}", "{seq:4,per=region:parent,reset=month}", "{seq:4,per=none}",
    "{seq:4,per=type,reset=fiscal-year(contract)}", "{seq:18}", "{random:8}", "{random:4}",
    "{seq:4,start=20,end=500,step=3}", "{seq:A00,end=C00}", "{seq:2,end=700,then=base36}",
    "{seq:9,group=4}", "{seq:3,widen=7,group=3}", "{random:8,group=4}",
]  # fmt: skip
CHECKS = [
    "", "", "{check:37-36}", "{check:37-2}", "{check:97-10}", "{check:luhn-36}",
    "{check:luhn,of=digits}", "{check:verhoeff,of=digits}", "{check:11-2,of=digits}",
]  # fmt: skip
LITERALS = st.sampled_from(["", "-", "/", "K", "c-", " ", "．", "客", "é", "**", "7"])
CODES = st.from_regex(r"[A-Z0-9]{1,3}|[京沪]", fullmatch=True)
PARENTS = {"N": ["north"], "S": ["south"]}
NAMES = st.sampled_from(["张伟", "曾小明", "Zoë O'Brien", "Li", "123"])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw a rule, good or bad: any segments in any order."""
    chosen = draw(st.lists(st.sampled_from(SEGMENTS), max_size=4))
    number = draw(st.sampled_from(NUMBERS))
    if "random" in number:
        chosen = [segment for segment in chosen if "random" not in segment]
    order = draw(st.permutations([*chosen, number, draw(st.sampled_from(CHECKS))]))
    text = draw(LITERALS) + "".join(segment + draw(LITERALS) for segment in order)
    tables: dict[str, Any] = {}
    if "{type" in text:
        codes = draw(st.lists(CODES, min_size=1, max_size=5, unique=True))
        tables["type"] = {code: [f"type {code}", f"kind {code}"] for code in codes}
    if "{region" in text:
        codes = draw(st.lists(CODES, min_size=1, max_size=5, unique=True))
        tables["region"] = {
            code: {
                "names": f"region {code}",
                "parent": draw(st.sampled_from(["north", "south"])),
                "since": draw(st.sampled_from([None, None, None, "2026-12-01"])),
            }
            for code in codes
        }
        tables["region:parent"] = PARENTS
    try:
        rule = define(text, tables=tables, earliest="1990-01-01")
    except Refusal:
        assume(False)
        raise
    assume(not any(prove_check(rule, s) for s in rule.segments if isinstance(s, Check)))
    return rule


def values(rule: Rule, attribute: str, *, good: bool) -> st.SearchStrategy[Any]:
    if attribute in rule.coded:
        names = [name for e in rule.tables[attribute].entries for name in (*e.spellings, e.code)]
        known = st.sampled_from(names)
        return known if good else known | st.sampled_from([None, "", "nobody knows"])
    if attribute in rule.dated:
        days = st.dates(date(1990, 1, 1), TODAY)
        return (
            days if good else days | st.sampled_from([None, date(1989, 12, 31), date(2027, 1, 1)])
        )
    return NAMES if good else NAMES | st.sampled_from([None, ""])


def numbered(rule: Rule, *, good: bool) -> st.SearchStrategy[int]:
    """Numbers of the rule and, for the most part, others that can be spelt."""
    number, capacity = rule.number, rule.number.numerals.capacity
    found = st.integers(0, min(capacity - 1, 2000)) | st.integers(0, capacity - 1)
    if isinstance(number, Sequence):
        start, step = number.first, number.step
        found |= st.integers(0, max(number.capacity - 1, 0)).map(lambda n: start + n * step)
    return found if good else found | st.sampled_from([-1, capacity])


@st.composite
def columns(draw: st.DrawFn, *, good: bool = True) -> tuple[Rule, pl.DataFrame, pl.Series, Any]:
    """Draw a rule and what it is to spell: attributes, numbers, salts."""
    rule = draw(rules())
    row = st.fixed_dictionaries(
        {
            name: values(rule, name, good=good)
            for name in rule.attributes
            if name != "created" or draw(st.booleans())
        }
    )
    rows = draw(st.lists(row, min_size=1, max_size=8))
    schema = {name: pl.Date if name in rule.dated else pl.String for name in rows[0]}
    numbers = [draw(numbered(rule, good=good)) for _ in rows]
    width = sum(s.width for s in rule.segments if isinstance(s, Random) and s is not rule.number)
    salts = [draw(st.text("23456789", min_size=width, max_size=width)) for _ in rows]
    return (
        rule,
        pl.DataFrame(rows, schema),
        pl.Series(numbers, dtype=pl.Int64),
        pl.Series(salts, dtype=pl.String) if width else None,
    )


def one_by_one(rule: Rule, frame: pl.DataFrame, numbers: pl.Series, salts: Any) -> Iterable[str]:
    rows = frame.rows(named=True) if frame.width else [{}] * len(numbers)
    salted = [""] * len(numbers) if salts is None else salts
    for row, number, salt in zip(rows, numbers, salted, strict=True):
        yield scope_of(rule, row, today=TODAY).spell(number, salt)


def outcome(work: Any) -> Any:
    """Give what came of it: the result, or the refusal with its facts."""
    try:
        return list(work())
    except Refusal as refusal:
        return type(refusal), refusal.facts()
    except (ValueError, OverflowError) as error:
        return type(error), error.args


def facts(rule: Rule, code: str | None) -> tuple[Any, ...]:
    if code is None:
        return (None, None, *[None] * len(rule.segments))
    parsed = parser_of(rule).read(code)
    if parsed is None:
        return (False, None, *[None] * len(rule.segments))
    return (True, parsed.number, *parsed.parts)


@given(columns() | columns(good=False))
def test_a_column_is_spelt_as_its_rows_are(drawn: Any) -> None:
    rule, frame, numbers, salts = drawn
    spelt = outcome(lambda: spell_column(rule, frame, numbers, today=TODAY, salts=salts))
    assert spelt == outcome(lambda: one_by_one(rule, frame, numbers, salts))


@given(columns() | columns(good=False))
def test_a_column_of_keys_has_the_key_of_each_row(drawn: Any) -> None:
    rule, frame, _, _ = drawn
    rows = frame.rows(named=True)
    keys = outcome(lambda: scope_keys(rule, frame, today=TODAY))
    assert keys == outcome(lambda: [scope_of(rule, row, today=TODAY).key for row in rows])


SLIPS = st.sampled_from([*"0123456789AZKX*", "i", "é", "京", "１", "\n", " ", "ー", "½", "\u0301"])


@st.composite
def damaged(draw: st.DrawFn, code: str) -> str | None:
    """Draw what becomes of a code when people type it."""
    at = draw(st.integers(0, max(len(code) - 1, 0)))
    before, after = code[:at], code[at + 1 :]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in code)
    slipped = [
        before + draw(SLIPS) + after,
        before + draw(SLIPS) + code[at:],
        before + after,
        before + after[:1] + code[at : at + 1] + after[1:],
    ]
    typed = [
        code,
        code.lower(),
        canonical(code),
        code[::-1],
        f" {code}\t",
        code * 2,
        wide,
        *slipped,
    ]
    return draw(st.none() | st.just("") | st.sampled_from(typed) | st.sampled_from(slipped))


@given(columns(), st.data())
def test_a_column_is_read_as_its_rows_are(drawn: Any, data: st.DataObject) -> None:
    rule, frame, numbers, salts = drawn
    good = outcome(lambda: one_by_one(rule, frame, numbers, salts))
    assume(isinstance(good, list))
    codes = [*good, *[data.draw(damaged(code)) for code in good * 3]]
    column = parse_column(rule, pl.Series(codes, dtype=pl.String))
    assert column.rows() == [facts(rule, code) for code in codes]
    assert column.columns == ["ok", "number", *(f"part{n}" for n in range(len(rule.segments)))]
    assert column.dtypes == [pl.Boolean, pl.Int64, *[pl.String] * len(rule.segments)]


@st.composite
def forged(draw: st.DrawFn, rule: Rule, code: str) -> str:
    """Draw a code with one part wrong, or that of another, and a check that fits it."""
    parts = list(parser_of(rule).shape(code) or [canonical(code)])
    place = draw(st.sampled_from([n for n, part in enumerate(parts) if part] or [0]))
    characters = st.sampled_from("0123456789ABKXZ京")
    parts[place] = draw(st.tuples(*[characters] * len(parts[place])).map("".join))
    for place, segment in enumerate(rule.segments[: len(parts)]):
        if isinstance(segment, Check):
            body = "".join((*parts[:place], *parts[place + 1 :]))
            parts[place] = SYSTEMS[segment.system].machine.answer(
                "".join(filter(str.isdecimal, body)) if segment.digits_only else body
            )
    return "".join(parts)


@settings(max_examples=50)
@given(columns(), st.data())
def test_a_wrong_part_is_wrong_though_the_check_fits(drawn: Any, data: st.DataObject) -> None:
    rule, frame, numbers, salts = drawn
    good = outcome(lambda: one_by_one(rule, frame, numbers, salts))
    assume(isinstance(good, list))
    codes = [data.draw(forged(rule, code)) for code in good[:4] * 8]
    column = parse_column(rule, pl.Series(codes, dtype=pl.String))
    assert column.rows() == [facts(rule, code) for code in codes]


def test_codes_that_can_be_cut_in_two_ways_are_read_as_one_by_one() -> None:
    rule = define(
        "{type}{seq:2,start=50,widen=3}", tables={"type": {"V": "VIP", "V1": "VIP of the first"}}
    )
    codes = ["V150", "V149", "V51", "V148X", "V1", None]
    assert parse_column(rule, pl.Series(codes)).rows() == [facts(rule, code) for code in codes]
    assert facts(rule, "V149") == (True, 149, "V", "149")


def test_parts_that_are_not_those_of_one_value_are_refused() -> None:
    places = {"BJ": {"names": "north", "parent": "N"}, "GZ": {"names": "south", "parent": "S"}}
    parents = {"N": "up", "S": "down"}
    tables: dict[str, Any] = {"region": places, "region:parent": parents}
    rule = define("{region:parent}{region}-{seq:1}-{region}", tables=tables)
    codes = [f"{parent}{one}-1-{other}" for parent in parents for one in places for other in places]
    read = parse_column(rule, pl.Series(codes))
    assert read.rows() == [facts(rule, code) for code in codes]
    assert [code for code, ok in zip(codes, read["ok"], strict=True) if ok] == [
        "NBJ-1-BJ",
        "SGZ-1-GZ",
    ]


def test_days_that_never_were_and_numbers_never_given_are_refused() -> None:
    rule = define("{registered:YYYYMMDD}-{seq:3,start=20,end=500,step=3}")
    days = ["20240229", "20230229", "20231301", "20230431", "00000101"]
    numbers = ["020", "021", "017", "500", "503"]
    codes = [f"{day}-{number}" for day in days for number in numbers]
    read = parse_column(rule, pl.Series(codes))
    assert read.rows() == [facts(rule, code) for code in codes]
    assert [code for code, ok in zip(codes, read["ok"], strict=True) if ok] == [
        "20240229-020",
        "20240229-500",
    ]


def test_each_random_segment_takes_its_own_characters() -> None:
    rule = define("{random:2}-{seq:2}-{random:3}")
    numbers, salts = pl.Series([7, 8]), pl.Series(["AB123", "CD456"])
    spelt = spell_column(rule, pl.DataFrame(height=2), numbers, today=TODAY, salts=salts)
    assert spelt.to_list() == ["AB-07-123", "CD-08-456"]
