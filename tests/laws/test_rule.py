"""Laws of coding rules: what is written can be read back, text, data and codes alike."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.rules import UNHURRIED, parts_of

from mintmark.checkchar import SYSTEMS
from mintmark.errors import (
    MissingTable,
)
from mintmark.rule import Rule, Speller, define, explain, parser_of, scope_of
from mintmark.rule import dates as calendar
from mintmark.rule.grammar import read
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.proof.ambiguity import prove_readable
from mintmark.rule.proof.checking import prove_check
from mintmark.rule.proof.real import is_code
from mintmark.rule.segments import Check, Coded, DateOf, Random, Sequence
from mintmark.text import canonical

TODAY = date(2026, 11, 22)
CODES = st.from_regex(r"[A-Z0-9]{1,3}|[京沪]", fullmatch=True)
OWN = st.sampled_from(["ACE", "01", "一二三", "ZYX9", "0A"])
ALPHABET = st.sampled_from(list(ALPHABETS)) | OWN
TOKENS = ["YYYY", "YY", "Y", "GGGG", "GG", "FYYYY", "FYY", "MM", "M1", "ML", "DDD", "DD", "D1"]
TOKENS += ["WW", "Q"]
MONTHS, GROUPS = st.integers(2, 12), st.integers(1, 5)


def optional(draw: st.DrawFn, option: str, values: st.SearchStrategy[Any]) -> str:
    """Draw an option of a segment, or none."""
    return f",{option}={draw(values)}" if draw(st.booleans()) else ""


@st.composite
def formats(draw: st.DrawFn) -> str:
    tokens = draw(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=4))
    form = "".join(
        token + draw(st.sampled_from(["", "", *calendar.SEPARATORS])) for token in tokens
    )
    assume(calendar.read_format(form))
    return form.strip()


@st.composite
def date_segments(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["registered", "created", "contract", "birthday"]))
    more = optional(draw, "starts", MONTHS) + optional(draw, "named", st.just("end"))
    return f"{{{name}:{draw(formats())}{more}}}"


@st.composite
def sequences(draw: st.DrawFn) -> str:
    form, more = str(draw(st.integers(1, 5))), ""
    kind = draw(st.sampled_from(["plain", "widen", "then", "picture"]))
    if kind == "picture":
        form = draw(st.text("A0", min_size=1, max_size=4))
    elif kind == "then":
        more = f",alphabet={draw(st.sampled_from(['decimal', '01', '9Z']))},then=hex"
    else:
        more = optional(draw, "alphabet", ALPHABET)
        more += f",widen={int(form) + draw(st.integers(1, 3))}" if kind == "widen" else ""
    more += optional(draw, "step", st.integers(1, 12)) + optional(draw, "group", GROUPS)
    if draw(st.booleans()):
        numerals = read(f"{{seq:{form}{more}}}")[0].numerals  # type: ignore[union-attr]
        low, high = sorted(draw(st.integers(0, numerals.capacity - 1)) for _ in "12")
        more += f",start={numerals.spell(low)},end={numerals.spell(high)}"
    reset = st.sampled_from([*calendar.PERIODS, "never", "month(contract)"])
    per = st.sampled_from(["none", "type", "region:parent", "type+region", "name"])
    more += optional(draw, "per", per)
    if draw(st.booleans()):
        more += f",reset={draw(reset)}"
    elif draw(st.booleans()):
        more += f",reset=fiscal-year,starts={draw(MONTHS)}"
    return f"{{seq:{form}{more}}}"


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule: every kind of segment, every option, in any order."""
    random = f"{{random:{draw(st.integers(1, 4))}"
    random += optional(draw, "alphabet", ALPHABET) + optional(draw, "group", GROUPS) + "}"
    pad = optional(draw, "pad", st.sampled_from("X09"))
    initials = f"{{initials(name):{draw(st.integers(1, 3))}{pad}}}"
    coded = ["{type}", "{region}", "{region:parent}", "{region:top}", "{渠道}"]
    others = [*coded, initials, draw(date_segments()), draw(date_segments()), random]
    chosen = draw(st.lists(st.sampled_from(others), max_size=4))
    if random not in chosen or draw(st.booleans()):
        chosen.append(draw(sequences()))
    elif chosen.count(random) > 1:
        chosen = [*(one for one in chosen if one != random), random]
    if draw(st.booleans()):
        digits = ",of=digits" if draw(st.booleans()) else ""
        chosen.append(f"{{check:{draw(st.sampled_from(list(SYSTEMS)))}{digits}}}")
    literals = st.sampled_from(["", "", "-", "/", "K", " ", "．", "客", "b-", "é", "7"])
    begin = draw(st.sampled_from(["", "", "K", "客", "7/", "b-"]))  # no sign: it begins a formula
    text = begin + "".join(one + draw(literals) for one in draw(st.permutations(chosen)))
    try:
        rule = define(
            text, tables=draw(tables(text)), dates=["birthday"],
            earliest=draw(st.dates(date(1990, 1, 1), date(2000, 1, 1))),
            latest=draw(st.none() | st.dates(TODAY, date(2030, 1, 1))),
        )  # fmt: skip
    except MissingTable:
        assume(False)
        raise
    assume(not any(prove_check(rule, s) for s in rule.segments if isinstance(s, Check)))
    return rule


@st.composite
def tables(draw: st.DrawFn, text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    listed = st.lists(CODES, min_size=1, max_size=4, unique=True)
    for name in ("type", "region", "渠道"):
        if "{" + name in text:
            made[name] = {
                code: {"names": [f"{name} {code}", f"also {code}"]} for code in draw(listed)
            }
    below = made.get("region", {})
    for level in ("parent", "top") if below else ():
        above = {code: {"names": [f"{level} {code}"]} for code in draw(listed)}
        for entry in below.values():
            entry["parent"] = f"{level} {draw(st.sampled_from(list(above)))}"
        below = made[f"region:{level}"] = above
    return made


@st.composite
def spelt(draw: st.DrawFn, *, certain: bool = True) -> tuple[Rule, dict[str, Any], int, str]:
    """A rule, a customer, a number and the random characters beside it."""
    rule = draw(rules())
    assume(not certain or prove_readable(rule) is None)
    customer: dict[str, Any] = {}
    for name in rule.attributes:
        if name in rule.coded:
            entry = draw(st.sampled_from(rule.tables[name].entries))
            customer[name] = draw(st.sampled_from([*entry.spellings, entry.code]))
        elif name in rule.dated:
            customer[name] = draw(st.dates(rule.terms.earliest, rule.terms.latest or TODAY))
        else:
            customer[name] = draw(
                st.sampled_from(["张伟", "Zoë O'Brien", "123", "Li", "曾小明 王"])
            )
    number = rule.number
    place = draw(st.integers(0, number.capacity - 1))
    value = number.first + place * number.step if isinstance(number, Sequence) else place
    beside = [s for s in rule.segments if isinstance(s, Random) and s is not number]
    salt = "".join(s.numerals.spell(draw(st.integers(0, s.capacity - 1))) for s in beside)
    return rule, customer, value, salt


# ---------------------------------------------------------------- text, data, codes


@UNHURRIED
@given(rules())
def test_a_rule_is_read_back_from_its_text_its_segments_and_its_definition(rule: Rule) -> None:
    again = Rule.of(json.loads(json.dumps(rule.definition())))
    assert (again.segments, again.terms, again.text) == (rule.segments, rule.terms, rule.text)
    assert again.definition() == rule.definition()
    drawn = define(
        json.loads(json.dumps(rule.structure())),
        **{key.replace("-", "_"): said for key, said in rule.definition().items() if key != "rule"},
    )
    assert drawn.segments == rule.segments


@UNHURRIED
@given(spelt())
def test_whatever_is_spelt_is_read_back(
    drawn: tuple[Rule, dict[str, Any], int, str],
) -> None:
    rule, customer, number, salt = drawn
    scope = scope_of(rule, customer, today=rule.terms.latest or TODAY)
    code = scope.spell(number, salt)
    read_back = parser_of(rule).read(code)
    assert read_back is not None
    assert read_back.number == number
    assert read_back.parts == parts_of(rule, customer, number, salt)
    assert "".join(read_back.parts) == canonical(code)
    assert is_code(rule, canonical(code))


@UNHURRIED
@given(spelt(), st.data())
def test_a_code_is_read_however_it_is_typed(
    drawn: tuple[Rule, dict[str, Any], int, str], data: st.DataObject
) -> None:
    rule, customer, number, salt = drawn
    code = canonical(scope_of(rule, customer, today=rule.terms.latest or TODAY).spell(number, salt))
    typed = "".join(
        data.draw(st.sampled_from(["", "", "-", " ", "．", "/"]))
        + data.draw(st.sampled_from([c, c.lower(), chr(ord(c) + 0xFEE0) if "!" < c < "~" else c]))
        for c in code
    )
    assert parser_of(rule).read(typed) == parser_of(rule).read(code)
    readings = explain(rule, typed)
    assert readings is not None
    found = [(reading.attribute, reading.meaning) for reading in readings]
    assert isinstance(rule.number, Random) or ("seq", str(number)) in found
    for segment in rule.segments:
        if isinstance(segment, Coded) and not segment.level:
            entry = rule.tables[segment.attribute].entry(customer[segment.attribute])
            assert (segment.attribute, entry.name) in found


@UNHURRIED
@given(spelt(certain=False), st.data())
def test_customers_whom_the_code_shows_alike_share_a_scope(
    drawn: tuple[Rule, dict[str, Any], int, str], data: st.DataObject
) -> None:
    rule, customer, number, salt = drawn
    today = rule.terms.latest or TODAY
    scope, speller = scope_of(rule, customer, today=today), Speller(rule, today)
    assert speller.scope(customer) == scope
    for name in rule.coded:
        entry = rule.tables[name].entry(customer[name])
        other = {**customer, name: data.draw(st.sampled_from([*entry.spellings, entry.code]))}
        assert scope_of(rule, other, today=today) == speller.scope(other) == scope
    assert scope.key == canonical_key(rule, customer)
    assert len(scope.spell(number, salt)) >= len(canonical(scope.spell(number, salt)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("K-{registered:YYMMDD}-{seq:2}", "K261122##"),
        ("{registered:YYMMDD}{seq:2,reset=month}", "261101##"),
        ("{registered:YYMMDD}{seq:2,reset=never}", "_##"),
        ("{registered:YYMMDD}{contract:MM}{seq:2,reset=week}", "261116_##"),
        ("{registered:YYMM}{contract:MMDD}{seq:A0,reset=quarter(contract)}", "_0401##"),
        ("{contract:FYYMM,starts=7}{seq:2,reset=fiscal-year}", "2507##"),
        ("{initials(name):2}{random:2}{seq:2,per=none}{check:37-36}", "_??##"),
        ("{initials(name):2}{seq:2}", "ZW##"),
    ],
)
def test_a_key_shows_what_parts_the_sequence(text: str, key: str) -> None:
    customer: dict[str, Any] = {"registered": TODAY, "contract": date(2026, 5, 9), "name": "张伟"}
    assert scope_of(define(text), customer, today=TODAY).key == key
    assert Speller(define(text), TODAY).scope(customer).key == key


def canonical_key(rule: Rule, customer: dict[str, Any]) -> str:
    """The key of a scope, worked out from what its description says."""
    number, key = rule.number, ""
    per = number.per if isinstance(number, Sequence) else None
    reset = number.reset if isinstance(number, Sequence) else ""
    unit, _, named = reset.removesuffix(")").partition("(")
    fiscal = [s.starts for s in rule.segments if isinstance(s, DateOf) and s.starts > 1]
    starts = (number.starts if isinstance(number, Sequence) else 0) or (fiscal or [1])[0]
    by = named or next((s.attribute for s in rule.segments if isinstance(s, DateOf)), "registered")
    for place, segment in enumerate(rule.segments):
        first = number.first if isinstance(number, Sequence) else 0
        shown = parts_of(rule, customer, first, "0" * 99)[place]
        match segment:
            case Sequence():
                key += "#" * segment.numerals.width
            case Random():
                key += "?" * segment.width
            case Check():
                pass
            case Coded() if per is not None:
                key += parted(rule, segment, customer[segment.attribute], per)
            case DateOf(attribute) if unit:
                day = calendar.period_start(unit, customer[attribute], starts=starts)
                same = unit != "never" and attribute == by
                key += canonical(segment.spell(day)) if same else "_"
            case _ if per is not None and getattr(segment, "attribute", None) == "name":
                key += shown if "name" in per else "_"
            case _:
                key += shown
    return key


def parted(rule: Rule, segment: Coded, value: str, per: tuple[str, ...]) -> str:
    """The code by which a table parts the sequence: the one shown, or of a level above it."""
    entry = rule.tables[segment.attribute].entry(value)
    codes = {"": entry.code}
    for level in ("parent", "top"):
        table = rule.tables.get(f"{segment.attribute}:{level}")
        if table is None or entry.parent is None:
            break
        entry = table.entry(entry.parent)
        codes[level] = entry.code
    counted = [level for level in codes if f"{segment.attribute}:{level}".rstrip(":") in per]
    if not counted:
        return "_"
    return codes[max(counted[0], segment.level, key=list(codes).index)]
