"""Laws of the proof: what it says of a rule is what counting out all of its codes says."""

import re
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.rules import (
    UNHURRIED,
    can_be_checked,
    codes,
    customers,
    fixed_texts,
    numbers,
    small_rules,
    spelt,
)

from mintmark.errors import (
    CapacityTooSmall,
    CheckAlphabet,
    Lookalikes,
    NothingLeft,
    RulesCollide,
    UnwantedWord,
)
from mintmark.rule import Family, Rule, applies, define, parser_of, scope_of
from mintmark.rule import dates as calendar
from mintmark.rule.capacity import free
from mintmark.rule.choose import prove_priority
from mintmark.rule.proof.ambiguity import prove_readable
from mintmark.rule.proof.bounds import longest, prove_capacity, prove_characters, prove_lengths
from mintmark.rule.proof.checking import prove_check
from mintmark.rule.proof.meet import prove_apart, prove_apart_from, prove_unlike
from mintmark.rule.proof.prove import prove, prove_all
from mintmark.rule.proof.scopes import prove_determined
from mintmark.rule.segments import Check, Initials, Sequence
from mintmark.text import canonical, lookalike

RULES = small_rules()


# ---------------------------------------------------------------- one rule


@UNHURRIED
@given(RULES)
def test_a_proof_is_never_contradicted_by_counting_out_all_codes(rule: Rule) -> None:
    found = defaultdict(set)
    for one in spelt(rule):
        found[one.code].add((one.scope, one.number))
    if prove(rule).holds:
        assert [code for code, whose in found.items() if len(whose) > 1] == []


@UNHURRIED
@given(RULES)
def test_a_code_is_ambiguous_if_two_customers_codes_are_cut_at_different_places(
    rule: Rule,
) -> None:
    readings = defaultdict(set)
    for one in spelt(rule):
        readings[one.code].add(one.parts)
    refusal = prove_readable(rule)
    if any(isinstance(segment, Initials) for segment in rule.segments):
        assert refusal or all(len(parts) == 1 for parts in readings.values())
        return
    assert (refusal is not None) == any(len(parts) > 1 for parts in readings.values())
    if refusal:
        assert len(set(refusal.readings)) == 2
        real = {" ".join(filter(None, parts)) for parts in readings[refusal.code]}
        assert set(refusal.readings) <= real


@UNHURRIED
@given(RULES)
def test_what_is_spelt_is_read_back_unless_it_is_ambiguous(rule: Rule) -> None:
    assume(prove_readable(rule) is None)
    parser = parser_of(rule)
    for one in spelt(rule):
        read = parser.read(one.code)
        assert read is not None
        assert (read.parts, read.number) == (one.parts, one.number)


@UNHURRIED
@given(RULES)
def test_customers_who_would_share_a_code_really_do(rule: Rule) -> None:
    refusal = prove_determined(rule)
    assume(refusal is not None)
    assert refusal is not None
    today = rule.terms.latest or date.max
    first = [canonical(scope_of(rule, customer, today=today).spell(
        min(numbers(rule)), "0" * 9)) for customer in refusal.customers]  # fmt: skip
    assert len({*first, canonical(refusal.code)}) == 1
    one, other = refusal.customers
    if refusal.dimension in calendar.PERIODS:
        begun = {
            calendar.period_start(refusal.dimension, date.fromisoformat(c["registered"]))
            for c in refusal.customers
        }
        assert len(begun) == 2
    else:
        assert one != other


@UNHURRIED
@given(RULES, st.integers(1, 12))
def test_the_longest_code_is_as_long_as_the_longest_that_is_counted_out(
    rule: Rule, limit: int
) -> None:
    every = spelt(rule)
    most = max(len(one.code) for one in every)
    assert len(canonical(longest(rule))) == most
    limited = define(rule.text, tables=tables_of(rule), max_length=limit, **days_of(rule))
    refusal = prove_lengths(limited)
    assert (refusal is not None) == (most > limit)
    if refusal:
        assert (refusal.length, refusal.limit) == (most, limit)
        assert len(canonical(refusal.code)) == most


def tables_of(rule: Rule) -> dict[str, Any]:
    return {name: table.definition() for name, table in rule.tables.items()}


def days_of(rule: Rule) -> dict[str, Any]:
    return {"earliest": rule.terms.earliest, "latest": rule.terms.latest}


@UNHURRIED
@given(RULES, st.text("AB01", min_size=1, max_size=3))
def test_a_word_is_unwanted_if_tables_and_literals_write_it_for_somebody(
    rule: Rule, word: str
) -> None:
    wary = define(rule.text, tables=tables_of(rule), unwanted=[word], **days_of(rule))
    written = {text for customer in customers(rule) for text in fixed_texts(rule, customer)}
    refusal = prove_characters(wary)
    assert (refusal is not None) == any(word in text for text in written)
    assert refusal is None or isinstance(refusal, UnwantedWord)


@UNHURRIED
@given(RULES)
def test_letters_that_look_like_digits_are_found_wherever_they_can_stand(rule: Rule) -> None:
    wary = define(rule.text, tables=tables_of(rule), no_lookalikes=True, **days_of(rule))
    strange = {c for one in spelt(rule) for c in one.code if lookalike(c) != c}
    refusal = prove_characters(wary)
    if strange:
        assert isinstance(refusal, Lookalikes)
    if refusal is None:
        assert strange == set()
    elif isinstance(refusal, Lookalikes) and refusal.nearest:
        assert prove_characters(nearest(wary, refusal.nearest)) != refusal


def nearest(rule: Rule, text: str) -> Rule:
    terms = {
        key: value for key, value in rule.definition().items() if key not in ("rule", "tables")
    }
    return define(text, tables=tables_of(rule), **terms)


@UNHURRIED
@given(RULES, st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40)), max_size=3))
def test_a_scope_holds_all_numbers_but_those_that_others_give_out(
    rule: Rule, ranges: list[tuple[int, int]]
) -> None:
    assume(isinstance(rule.number, Sequence))
    external = [f"{low}-{low + more}" for low, more in ranges]
    others = {n for low, more in ranges for n in range(low, low + more + 1)}
    shared = define(rule.text, tables=tables_of(rule), external=external, **days_of(rule))
    left = [number for number in numbers(rule) if number not in others]
    assert free(shared) == len(left)
    refusal = prove_capacity(shared)
    assert isinstance(refusal, NothingLeft) if not left else refusal is None


@UNHURRIED
@given(RULES, st.integers(1, 5000))
def test_a_scope_that_is_too_small_is_refused_with_a_rule_that_is_large_enough(
    rule: Rule, expected: int
) -> None:
    hoped = define(rule.text, tables=tables_of(rule), expected=expected, **days_of(rule))
    refusal = prove_capacity(hoped)
    assert (refusal is not None) == (free(rule) < expected)
    if isinstance(refusal, CapacityTooSmall) and refusal.nearest:
        assert prove_capacity(nearest(hoped, refusal.nearest)) is None
        assert refusal.nearest != rule.text


@UNHURRIED
@given(small_rules(checks=True))
def test_a_check_is_proved_if_it_can_be_computed_for_every_code(rule: Rule) -> None:
    check = next((segment for segment in rule.segments if isinstance(segment, Check)), None)
    assume(check is not None)
    assert check is not None
    refusal = prove_check(rule, check)
    initials = any(isinstance(segment, Initials) for segment in rule.segments)
    assert refusal is None or initials or not can_be_checked(rule)
    assert refusal is not None or can_be_checked(rule)
    if isinstance(refusal, CheckAlphabet) and refusal.nearest:
        assert can_be_checked(nearest(rule, refusal.nearest))


# ---------------------------------------------------------------- one rule beside others


@UNHURRIED
@given(small_rules(), small_rules(name="other"))
def test_rules_collide_if_and_only_if_some_code_is_spelt_by_both(one: Rule, other: Rule) -> None:
    both = codes(one) & codes(other)
    refusal = prove_apart(one, other)
    assert refusal or not both
    if refusal and not has_initials(one, other):
        assert refusal.code in both
        assert [canonical(code) for code in refusal.spelt] == [refusal.code] * 2


def has_initials(*rules: Rule) -> bool:
    """Tell whether a rule shows initials: of those only some are counted out."""
    return any(isinstance(segment, Initials) for rule in rules for segment in rule.segments)


@UNHURRIED
@given(st.data(), RULES)
def test_a_collision_that_was_planted_is_always_found(data: st.DataObject, rule: Rule) -> None:
    found = data.draw(st.sampled_from(spelt(rule)))
    planted = data.draw(generalised(found.code))
    refusal = prove_apart(rule, planted)
    assert refusal is not None
    assert parser_of(planted).read(refusal.code)
    proofs = prove_all([rule, planted])
    assert any(isinstance(refused, RulesCollide) for refused in proofs[1].refusals)


@st.composite
def generalised(draw: st.DrawFn, code: str) -> Rule:
    """A rule that spells a code: some characters in a table, one a number, others as they are."""
    place = draw(st.integers(0, len(code) - 1))
    wide = draw(st.integers(0, 2))
    head, number, tail = code[:place], code[place], code[place + 1 :]
    assume("*" not in code)
    alphabet = number + "".join(c for c in "Z7Q" if c != number)
    cut = draw(st.integers(0, len(head)))
    tables, text = {}, head[:cut]
    if head[cut:]:
        own = {
            head[cut:]: "own",
            **draw(st.sampled_from([{}, {"Z": "z"}, {head[cut:] + "9": "longer"}])),
        }
        dash = "-" if cut and draw(st.booleans()) else ""
        tables, text = {"type": own}, head[:cut] + dash + "{type}"
    text += f"{{seq:1,alphabet={alphabet},start={number}{',widen=3' * (wide == 2)}}}"
    if wide == 1 and tail:
        tables["region"] = {tail: "own", "9" + tail: "nine", "8": "eight"}
        return define(text + "{region}", tables=tables, name="planted", priority=1)
    return define(text + tail, tables=tables, name="planted", priority=1)


@UNHURRIED
@given(st.data(), RULES)
def test_a_legacy_family_is_kept_apart_from_every_code_of_a_rule(
    data: st.DataObject, rule: Rule
) -> None:
    every = codes(rule)
    like = data.draw(st.sampled_from(sorted(every)))
    assume(like.isascii() and "*" not in like)
    pattern = data.draw(patterns(like))
    family = Family(name="ERP", patterns=("ZZ-######", pattern))
    both = {code for code in every if family.holds(code)}
    refusal = prove_apart_from(rule, family)
    assert refusal or not both
    if refusal and not has_initials(rule):
        assert refusal.code in both
        assert refusal.spelt[1] == pattern


@st.composite
def patterns(draw: st.DrawFn, code: str) -> str:
    """A mask or a regular expression that a code, or one beside it, has."""
    kinds = {"#": "[0-9]", "@": "[A-Z]", "?": "[0-9A-Z]"}
    mask = "".join(draw(st.sampled_from([c, c, *("#" if c.isdigit() else "@"), "?"])) for c in code)
    if draw(st.booleans()):
        return mask if re.search("[#@?]", mask) else mask[:-1] + "?"
    expression = "".join(kinds.get(c, c) for c in mask)
    more = draw(st.sampled_from(["", "{1,2}", "+", "|ZZ[0-9]*", "-?", *["?"] * (len(code) > 1)]))
    return f"/{draw(st.sampled_from(['', '^', 'KH-?']))}{expression}{more}/"


@UNHURRIED
@given(
    small_rules(lookalikes=True, plain=True),
    small_rules(name="other", plain=True),
    st.booleans(),
)
def test_rules_look_alike_if_and_only_if_two_of_their_codes_do(
    one: Rule, other: Rule, turned: bool
) -> None:
    first, second = (other, one) if turned else (one, other)
    looks = {lookalike(code) for code in codes(first)} & {lookalike(code) for code in codes(second)}
    refusal = prove_unlike(first, second)
    assert refusal or not looks
    if refusal and not has_initials(one, other):
        assert refusal.code in looks
        for rule, code in zip((first, second), refusal.spelt, strict=True):
            assert canonical(code) in codes(rule)
            assert lookalike(canonical(code)) == refusal.code
    assert prove_unlike(other, other) is None


# ---------------------------------------------------------------- whom rules are for

VALUES = ["VIP", "贵宾", "大客户", "V", "普通", "N", "潜在", "nobody"]
TYPES = [
    {},
    {"V": ["VIP", "贵宾"], "N": ["普通"]},
    {"V": ["VIP"], "G": ["贵宾"], "N": ["普通", "潜在"]},
    {"K": ["大客户", "贵宾"], "N": ["普通"]},
]


@st.composite
def conditional(draw: st.DrawFn, name: str) -> Rule:
    """A rule for some customers only."""
    types = draw(st.sampled_from(TYPES))
    known = [value for value in VALUES if not types or value in str(types)]
    when = {}
    if draw(st.booleans()) or types:
        when["type"] = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
    if draw(st.booleans()):
        when["region"] = draw(st.lists(st.sampled_from(["北京", "上海"]), min_size=1, max_size=1))
    priority = draw(st.integers(0, 1))
    return define(
        f"{name}{{seq:3}}", tables={"type": types} if types else {}, name=name,
        when=when, priority=priority,
    )  # fmt: skip


@UNHURRIED
@given(conditional("A"), conditional("B"))
def test_two_rules_clash_if_some_customer_gets_both_and_none_goes_first(
    one: Rule, other: Rule
) -> None:
    everybody = [
        {"type": kind, "region": region}
        for kind, region in product([*VALUES, None], ["北京", "上海", None])
    ]
    both = [c for c in everybody if applies(one, c) and applies(other, c)]
    clash = prove_priority(one, [other])
    assert (clash is not None) == bool(both and one.terms.priority == other.terms.priority)
    if clash:
        assert applies(one, clash.customer)
        assert applies(other, clash.customer)
