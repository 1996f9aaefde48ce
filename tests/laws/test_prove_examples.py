"""Rules that collide, run out or mislead in sneaky ways, and some that only seem to."""

import pytest
from tests.rules import PLACES, PROVINCES, refused

from mintmark.errors import (
    AmbiguousCode,
    Lookalikes,
    RulesCollide,
    RulesLookAlike,
)
from mintmark.rule import Family, Rule, define
from mintmark.rule.proof.meet import prove_apart
from mintmark.rule.proof.prove import prove, prove_all


def shared(one: str | Rule, other: str | Rule) -> str:
    """Give a code that two rules spell; "" if none."""
    rules = [define(rule, name=name) if isinstance(rule, str) else rule
             for name, rule in (("one", one), ("other", other))]  # fmt: skip
    refusal = prove_apart(*rules)
    again = prove_apart(*rules[::-1])
    assert (refusal is None) == (again is None)
    return refusal.code if refusal else ""


# ---------------------------------------------------------------- codes that are read in two ways


def test_the_dash_between_two_tables_does_not_keep_their_codes_apart() -> None:
    tables = {"type": {"V": "VIP", "VB": "both"}, "region": {"J": "near", "BJ": "far"}}
    refusal = refused("{type}-{region}-{seq:3}", tables=tables)
    assert isinstance(refusal, AmbiguousCode)
    assert refusal.code == "VBJ001"
    assert set(refusal.readings) == {"V BJ 001", "VB J 001"}


def test_codes_of_different_widths_may_stand_together_if_one_end_is_firm() -> None:
    tables = {"type": {"V": "VIP", "VB": "both"}, "region": {"JJ": "near", "BJ": "far"}}
    assert refused("{type}{region}{seq:3}", tables=tables) is None


def test_a_letter_between_two_tables_keeps_them_apart_only_if_neither_has_it() -> None:
    types, places = {"V": "VIP", "VX": "both"}, {"J": "near", "XJ": "far"}
    apart = {"type": types, "region": {"J": "near", "BJ": "far"}}
    assert isinstance(
        refused("{type}{region}{seq:3}", tables={"type": types, "region": places}), AmbiguousCode
    )
    assert refused("{type}Z{region}{seq:3}", tables=apart) is None


def test_a_number_that_widens_is_mistaken_for_the_table_behind_it() -> None:
    tables = {"type": {"1": "one", "11": "eleven"}}
    refusal = refused("{seq:1,widen=2}{type}", tables=tables)
    assert isinstance(refusal, AmbiguousCode)
    assert refused("{seq:1,widen=2}-{type}", tables={"type": {"A": "a", "AA": "b"}}) is None


def test_a_reading_that_no_customer_has_does_not_make_a_code_ambiguous() -> None:
    places = {"1": {"names": ["b"], "parent": "q"}, "23": {"names": ["a"], "parent": "p"}}
    tables = {"region": places, "region:parent": {"1": "p", "12": "q"}}
    assert refused("{region:parent}{region}{seq:2,start=10}", tables=tables) is None


# ---------------------------------------------------------------- rules that meet


def test_a_number_that_widens_grows_into_the_rule_beside_it() -> None:
    assert shared("K{seq:3}", "K1{seq:3}") == ""
    assert shared("K{seq:3,widen=4}", "K1{seq:3}") == "K1001"
    assert shared("K{seq:3,widen=4}", "K0{seq:3}") == ""  # wider numbers begin with no zero


def test_separators_keep_no_rules_apart() -> None:
    assert shared("A-{seq:4}", "A0/{seq:3}") == "A0001"
    assert shared("A.B-{seq:2}", "ab{seq:2}") == "AB01"
    assert shared("Ａ{seq:2}", "a{seq:2}") == "A01"
    assert shared("{seq:4,group=2}", "{seq:2}-{random:2,alphabet=decimal}") == "0100"


def test_a_year_is_mistaken_for_year_and_month() -> None:
    assert shared("{registered:YYYY}{seq:4}", "{registered:YYMM}{seq:4}") == "19010001"
    assert shared("{registered:YYYY}{seq:4}", "{registered:MMDD}{seq:4}") == ""  # no month 19


def test_a_day_that_no_calendar_has_is_no_collision() -> None:
    assert shared("{registered:MMDD}{seq:2}", "0229{seq:2}") == "022901"
    assert shared("{registered:MMDD}{seq:2}", "0230{seq:2}") == ""
    assert shared("{registered:YYYYMMDD}{seq:2}", "21000229{seq:2}") == ""
    assert shared("{registered:YYYYWW}{seq:2}", "202053{seq:2}") == "20205301"
    assert shared("{registered:GGGGWW}{seq:2}", "202153{seq:2}") == ""


def test_dates_shown_in_two_places_are_of_one_day() -> None:
    assert shared("{registered:YYYY}{seq:2}{registered:DDD}", "2023{seq:2}366") == ""
    assert shared("{registered:YYYY}{seq:2}{registered:DDD}", "2024{seq:2}366") == "202401366"


def test_the_old_rule_until_new_year_and_the_new_one_from_then_on_are_apart() -> None:
    old = define("{registered:YYYY}{seq:4}", name="old", latest="2025-12-31")
    new = define("{registered:YYYY}{seq:4}", name="new", earliest="2026-01-01")
    late = define("{registered:YYYY}{seq:4}", name="late", earliest="2025-12-31")
    assert shared(old, new) == ""
    assert shared(old, late) == "20250001"


def test_two_systems_may_share_the_numbers_odd_and_even() -> None:
    assert shared("K{seq:8,start=1,step=2}", "K{seq:8,start=2,step=2}") == ""
    assert shared("K{seq:8,start=1,step=2}", "K{seq:8,start=3,step=4}") == "K00000003"
    assert shared("K{seq:8,start=5,step=100}", "K{seq:8,start=6,step=100}") == ""


def test_a_collision_of_billions_of_codes_is_found_at_once() -> None:
    assert shared("K{seq:15}", "K{seq:15,start=7}") == "K000000000000007"
    wide = "{registered:YYYYMMDD}{seq:9}{check:37-36}"
    assert len(shared(wide, "2024{seq:14}")) == 18
    assert shared(wide, "20240230{random:10,alphabet=base36}") == ""


def test_the_example_is_a_real_code_although_millions_before_it_are_none() -> None:
    late = define("{registered:YYYYMMDD}{seq:4}", name="one", earliest="2024-06-15")
    assert shared(late, "20{seq:10}") >= "202406150001"


def test_what_could_not_be_shown_in_thousands_of_tries_counts_as_a_collision() -> None:
    assert shared("{registered:YYYYMMDD}{seq:3}", "20230229{seq:3}") == ""  # all were tried
    assert shared("{registered:YYYYMMDD}{seq:9}", "20230229{seq:9}") != ""


def test_one_goes_on_where_the_other_starts() -> None:
    assert shared("K{seq:4}", "K{seq:4,start=5000}") == "K5000"
    assert shared("K{seq:4,end=4999}", "K{seq:4,start=5000}") == ""
    external = define("K{seq:4}", name="one", external=["5000-9999"])
    assert shared(external, "K{seq:4,start=5000}") == ""
    assert shared(external, "K{seq:4,start=4999}") == "K4999"
    assert shared("K{seq:4,start=5000}", "K0{seq:3}") == ""


def test_letters_that_take_over_meet_a_rule_that_has_always_had_them() -> None:
    assert shared("{seq:2}", "A{seq:1}") == ""
    assert shared("{seq:2,then=base36}", "A{seq:1}") == "A1"
    assert shared("{seq:A00}", "A{seq:2}") == "A01"


def test_a_check_character_is_mistaken_for_a_digit() -> None:
    assert shared("K{seq:3}{check:luhn-36}", "K{seq:4}").startswith("K00")
    assert shared("{seq:3}{check:luhn}", "{seq:3}{check:damm}") != ""
    assert shared("{seq:3}{check:luhn}", "{seq:1}{check:luhn}") == ""


def test_initials_may_be_any_letters_and_no_digits() -> None:
    assert shared("{initials(name):2}{seq:4}", "VI{seq:4}") == "VI0001"
    assert shared("{initials(name):2}{seq:4}", "V1{seq:4}") == ""
    assert shared("{initials(name):2,pad=0}{seq:2}", "V0{seq:2}") == "V001"
    assert shared("{initials(name):2,pad=0}{seq:2}", "0V{seq:2}") == ""


def test_random_characters_meet_whatever_can_be_made_of_them() -> None:
    assert shared("R{random:4}", "R{seq:4}") == "R0001"
    assert shared("R{random:4,alphabet=ACE}", "R{seq:4}") == ""


def test_two_tables_make_a_code_that_a_word_makes() -> None:
    tables = {"type": {"V": "VIP"}, "region": {"IP": "far", "BJ": "北京"}}
    assert (
        shared(define("{type}-{region}-{seq:3}", tables=tables, name="x"), "VIP{seq:3}") == "VIP001"
    )


def test_a_province_without_cities_of_its_own_makes_no_code() -> None:
    places = {**PLACES, "region:parent": {**PROVINCES, "HL": "黑龙江"}}
    rule = define("{region:parent}{seq:3}", tables=places, name="x")
    assert shared(rule, "LN{seq:3}") == "LN001"
    assert shared(rule, "HL{seq:3}") == ""


def test_a_city_is_shown_with_its_own_province_only() -> None:
    rule = define("{region:parent}{region}{seq:2}", tables=PLACES, name="x")
    assert shared(rule, "LNDL{seq:2}") == "LNDL01"
    assert shared(rule, "JLDL{seq:2}") == ""


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("KH######", "KH000001"), ("kh-######", "KH000001"), ("@H######", "KH000001"),
        ("/KH-?[0-9]{6}/", "KH000001"), ("/(KH|KX)-*0{5}[7-9]/", "KH000007"),
        ("KH#####", None), ("/KH[0-9]{5}/", None),
        ("/K[A-G]\\d+/", None), ("/K.+9/", "KH000009"), ("/[A-Z]{2}[-/]?[0-9]{6}/", "KH000001"),
    ],
)  # fmt: skip
def test_codes_from_before_mintmark_are_kept_clear_of(pattern: str, found: str | None) -> None:
    family = Family(name="old ERP", patterns=(pattern,))
    refusals = prove(define("KH-{seq:6}"), families=[family]).refusals
    assert [getattr(refusal, "code", "") for refusal in refusals] == ([found] if found else [])


def test_the_rule_published_later_is_the_one_that_is_refused() -> None:
    rules = [define("K{seq:3}", name="a", priority=1), define("K{seq:3}", name="b", priority=2)]
    first, second = prove_all(rules)
    assert first.holds
    (collision,) = second.refusals
    assert isinstance(collision, RulesCollide)
    assert (collision.rule, collision.other, collision.spelt) == ("b", "a", ("K001", "K001"))


# ---------------------------------------------------------------- codes that look alike


def test_the_letter_o_looks_like_nought() -> None:
    one = define("0-{seq:3}", name="one", no_lookalikes=True, priority=1)
    other = define("O/{seq:3}", name="other")
    for pair in ((one, other), (other, one)):
        (refusal,) = prove(*pair[:1], others=pair[1:]).refusals if pair[0] is one else (
            prove(other, [one]).refusals)  # fmt: skip
        assert isinstance(refusal, RulesLookAlike)
        assert sorted(refusal.spelt) == ["0-001", "O/001"]


def test_looking_alike_matters_only_where_somebody_asked() -> None:
    one, other = define("0{seq:3}", name="one", priority=1), define("O{seq:3}", name="other")
    assert prove(one, [other]).holds


def test_il_looks_like_eleven_even_across_a_table_and_a_number() -> None:
    one = define("11{seq:3}", name="one", no_lookalikes=True, priority=1)
    other = define("{type}{seq:3}", tables={"type": {"IL": "x", "Q": "y"}}, name="other")
    (refusal,) = prove(one, [other]).refusals
    assert isinstance(refusal, RulesLookAlike)
    assert (refusal.code, refusal.spelt) == ("11001", ("11001", "IL001"))


def test_months_as_letters_have_an_i_and_an_l() -> None:
    refusal = refused("{registered:YYML}{seq:3}", no_lookalikes=True)
    assert isinstance(refusal, Lookalikes)
    assert refusal.characters == ("I", "L")
    assert refused("{registered:YYM1}{seq:3}", no_lookalikes=True) is None


def test_an_alphabet_without_lookalikes_is_named_instead() -> None:
    refusal = refused("{seq:4,alphabet=base36}{check:37-36}", no_lookalikes=True)
    assert isinstance(refusal, Lookalikes)
    assert refusal.nearest == "{seq:4,alphabet=crockford}{check:37-36}"
    refusal = refused("{seq:4,alphabet=crockford}{check:37-36}", no_lookalikes=True)
    assert isinstance(refusal, Lookalikes)
    assert refusal.nearest == "{seq:4,alphabet=crockford}{check:97-10}"
    assert refused(refusal.nearest, no_lookalikes=True) is None


def test_a_year_in_the_far_future_is_met_too() -> None:
    assert shared("{registered:YYYY}{seq:4}", "9999{seq:4}") == "99990001"
    assert shared("{registered:YYYY}{seq:4}", "1899{seq:4}") == ""
    assert shared("{registered:GGGG}{seq:4}", "2031{seq:4}") == "20310001"
