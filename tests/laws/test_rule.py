"""Laws of coding rules: what is spelt can be read back, and nothing is spelt twice."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mintmark.errors import AmbiguousCode, AmbiguousValue, RuleSyntax, WrongSequence
from mintmark.rule import Rule, define, explain, scope_of
from mintmark.rule.grammar import read, write
from mintmark.text import canonical

CODE_PARTS = st.lists(
    st.from_regex(r"[A-Z0-9]{1,3}", fullmatch=True), min_size=1, max_size=6, unique=True
)
DATE_FORMATS = st.sampled_from(["YYYYMMDD", "YYMMDD", "YYYYMM", "YYMM", "YYYY", "YY", "MMDD"])
LITERALS = st.sampled_from(["", "-", "/", "K", "C-", " "])
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2025, 1, 1))
TODAY = date(2026, 11, 22)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule of the language whose tables the prover accepts."""
    segments = ["{type}", "{region}", "{registered:" + draw(DATE_FORMATS) + "}", "{seq:3}"]
    chosen = draw(st.lists(st.sampled_from(segments[:3]), unique=True))
    order = draw(st.permutations([*chosen, segments[3]]))
    text = draw(LITERALS) + "".join(segment + draw(LITERALS) for segment in order)
    tables = {
        attribute: {code: [f"value {code}"] for code in draw(CODE_PARTS)}
        for attribute in ("type", "region")
        if "{" + attribute + "}" in chosen
    }
    try:
        return define(text, tables=tables)
    except AmbiguousCode:
        assume(False)
        raise


def attributes(draw: st.DrawFn, rule: Rule) -> dict[str, Any]:
    """Attributes that the rule can spell."""
    chosen: dict[str, Any] = {"registered": draw(DAYS)}
    for name, table in rule.tables.items():
        chosen[name] = draw(st.sampled_from(table.entries)).name
    return chosen


@st.composite
def spelt_pairs(draw: st.DrawFn) -> tuple[Rule, list[tuple[str, int, str]]]:
    """A rule, and two customers numbered by it: scope, number, code."""
    rule = draw(rules())
    made = []
    for _ in range(2):
        scope = scope_of(rule, attributes(draw, rule), today=TODAY)
        number = draw(st.integers(1, scope.capacity))
        made.append((scope.key, number, scope.spell(number)))
    return rule, made


@given(spelt_pairs())
def test_a_code_determines_its_scope_and_number(
    drawn: tuple[Rule, list[tuple[str, int, str]]],
) -> None:
    _, [(scope, number, code), (other_scope, other_number, other_code)] = drawn
    same = (scope, number) == (other_scope, other_number)
    assert (canonical(code) == canonical(other_code)) == same


@given(spelt_pairs())
def test_what_was_spelt_is_explained(drawn: tuple[Rule, list[tuple[str, int, str]]]) -> None:
    rule, made = drawn
    for _, number, code in made:
        readings = explain(rule, code.lower())
        assert readings is not None
        assert [r.meaning for r in readings if r.attribute == "seq"] == [str(number)]
        coded = [r for r in readings if r.attribute in rule.tables]
        assert all(r.meaning == f"value {r.part}" for r in coded)


@given(rules())
def test_a_rule_is_read_back_from_its_text_and_its_definition(rule: Rule) -> None:
    assert write(read(rule.text)) == rule.text
    assert Rule.of(rule.definition()).definition() == rule.definition()


@given(CODE_PARTS)
def test_tables_in_which_a_code_begins_with_another_are_refused(codes: list[str]) -> None:
    begins = any(a != b and b.startswith(a) for a in codes for b in codes)
    table = {"type": {code: [f"value {code}"] for code in codes}}
    if begins:
        with pytest.raises(AmbiguousCode):
            define("{type}{seq:3}", tables=table)
    else:
        define("{type}{seq:3}", tables=table)


def test_adjacent_tables_cannot_be_read_in_two_ways() -> None:
    # V + BJ and VB + J are both VBJ: the separators vanish in the canonical form.
    tables = {"type": {"V": "VIP", "VB": "both"}, "region": {"J": "near", "BJ": "far"}}
    with pytest.raises(AmbiguousCode) as refused:
        define("{type}-{region}-{seq:3}", tables=tables)
    assert (refused.value.short, refused.value.long) == ("V", "VB")


def test_a_value_with_two_codes_is_refused() -> None:
    with pytest.raises(AmbiguousValue) as refused:
        define("{type}{seq:3}", tables={"type": {"V": ["VIP"], "W": ["ｖｉｐ"]}})
    assert refused.value.codes == ("V", "W")


@pytest.mark.parametrize(
    ("text", "column", "near"),
    [
        ("{type}-{sec:5}", 9, "{seq:5}"),
        ("{typ}-{seq:5}", 2, "{type}"),
        ("{registered:YYYYDDMM}-{seq:5}", 2, "{registered:YYYYMMDD}"),
        ("{seq:99}", 2, "{seq:5}"),
    ],
)
def test_a_typo_is_refused_with_its_place_and_the_nearest_segment(
    text: str, column: int, near: str
) -> None:
    with pytest.raises(RuleSyntax) as refused:
        read(text)
    assert (refused.value.column, refused.value.near) == (column, (near,))


@pytest.mark.parametrize("text", ["{type}-{seq:5", "a}{seq:5}"])
def test_a_lone_brace_is_refused(text: str) -> None:
    with pytest.raises(RuleSyntax):
        read(text)


@pytest.mark.parametrize(("text", "sequences"), [("{type}", 0), ("{seq:3}{seq:3}", 2), ("", 0)])
def test_a_rule_has_exactly_one_sequence(text: str, sequences: int) -> None:
    with pytest.raises(WrongSequence) as refused:
        read(text)
    assert refused.value.sequences == sequences


@given(DAYS, st.integers(0, 400))
def test_days_of_one_period_share_a_scope(day: date, later: int) -> None:
    rule = define("{registered:YYYYMM}-{seq:3}", tables={})
    other = day + timedelta(days=later)
    same = (day.year, day.month) == (other.year, other.month)
    scopes = [scope_of(rule, {"registered": d}, today=TODAY).key for d in (day, other)]
    assert (scopes[0] == scopes[1]) == same
