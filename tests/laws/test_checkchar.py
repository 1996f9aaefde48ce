"""Laws of check characters."""

import re
import string
from collections.abc import Callable
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm, ean, luhn, verhoeff
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10

from mintmark.checkchar import SYSTEMS, Strength, System, corrections, strength
from mintmark.errors import CheckFailed

DIGITS = string.digits
LETTERS = string.ascii_uppercase
ALPHANUMERIC = DIGITS + LETTERS

ORACLES: dict[str, Callable[[str], str]] = {
    "11-2": mod_11_2.calc_check_digit,
    "11-10": mod_11_10.calc_check_digit,
    "37-2": mod_37_2.calc_check_digit,
    "37-36": mod_37_36.calc_check_digit,
    "97-10": mod_97_10.calc_check_digits,
    "luhn": luhn.calc_check_digit,
    "luhn-36": lambda body: str(luhn.calc_check_digit(body, ALPHANUMERIC)),
    "damm": damm.calc_check_digit,
    "verhoeff": verhoeff.calc_check_digit,
    "gs1": ean.calc_check_digit,
}

# Codes that their standards, or whoever issues them, publish: slug, body, check.
PUBLISHED = [
    ("11-2", "0794", "0"),  # ISO/IEC 7064
    ("11-2", "000000021825009", "7"),  # ORCID of Josiah Carberry
    ("11-2", "000000021694233", "X"),  # ORCID, example of a check X
    ("11-2", "11010519491231002", "X"),  # GB 11643-1999
    ("11-10", "0794", "5"),  # ISO/IEC 7064
    ("11-10", "13669597", "6"),  # a German VAT number
    ("37-2", "G123498654321", "H"),  # ISBT 128
    ("37-36", "A12425GABC1234002", "M"),  # GRid
    ("37-36", "00003BAB93520000", "G"),  # ISAN
    ("97-10", "794", "44"),  # ISO/IEC 7064
    ("97-10", "213800WSGIIZCXF1P5", "72"),  # LEI (ISO 17442)
    ("97-10", "5493000IBP32UQZ0KL", "24"),  # LEI
    ("97-10", "WEST12345698765432GB", "82"),  # the IBAN GB82 WEST 1234 5698 7654 32
    ("luhn", "7992739871", "3"),
    ("luhn", "411111111111111", "1"),
    ("damm", "572", "4"),  # Damm 2004
    ("verhoeff", "236", "3"),
    ("gs1", "400638133393", "1"),
    ("gs1", "629104150021", "3"),  # GS1's example of a GTIN-13
    ("gs1", "37610425002123456", "9"),  # GS1's example of an SSCC
]

ALL = st.sampled_from(list(SYSTEMS.values()))
EVERY = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)


def bodies(system: System, *, longest: int = 20) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(system.alphabet), min_size=1, max_size=longest)


@st.composite
def codes(draw: st.DrawFn, *, longest: int = 20) -> tuple[System, str]:
    """Draw a system and a code that verifies."""
    system = draw(ALL)
    body = draw(bodies(system, longest=longest))
    return system, body + system.compute(body)


def verifies(system: System, code: str) -> bool:
    try:
        return system.verify(code) == code
    except CheckFailed:
        return False


def missed(system: System, slip: Callable[[str, str], tuple[str, str]]) -> set[frozenset[str]]:
    """Give the pairs of spellings that the system cannot tell apart, one for the other."""
    pairs = {frozenset(slip(a, b)) for a, b in product(system.alphabet, repeat=2) if a != b}
    return {pair for pair in pairs if len(set(map(system.compute, pair))) == 1}


@pytest.mark.parametrize(("slug", "body", "check"), PUBLISHED)
def test_published_codes_have_the_published_check(slug: str, body: str, check: str) -> None:
    assert SYSTEMS[slug].compute(body) == check
    assert SYSTEMS[slug].verify(body + check) == body + check


@given(codes())
def test_a_computed_check_verifies_and_no_other_does(drawn: tuple[System, str]) -> None:
    system, code = drawn
    body, check = code[: -system.width], code[-system.width :]
    assert len(check) == system.width
    assert set(check) <= set(system.check_alphabet)
    others = map("".join, product(system.check_alphabet, repeat=system.width))
    assert [other for other in others if verifies(system, body + other)] == [check]


@given(st.data(), ALL)
def test_checks_are_those_of_stdnum(data: st.DataObject, system: System) -> None:
    body = data.draw(bodies(system, longest=40))
    assert system.compute(body) == ORACLES[system.slug](body)


@given(st.data(), ALL)
def test_only_a_body_of_the_alphabet_has_a_check(data: st.DataObject, system: System) -> None:
    body = data.draw(bodies(system) | st.text(max_size=4))
    assert system.fits(body) == (body != "" and set(body) <= set(system.alphabet))
    if system.fits(body):
        assert system.compute(body)
    else:
        with pytest.raises(ValueError, match=re.escape(body) + r"\Z"):
            system.compute(body)
        with pytest.raises(CheckFailed):
            system.verify(body)


@given(codes())
def test_a_refusal_says_which_check_belongs_there(drawn: tuple[System, str]) -> None:
    system, code = drawn
    body = code[: -system.width]
    with pytest.raises(CheckFailed) as refusal:
        system.verify(body + "?" * system.width)
    assert refusal.value.facts() == {
        "code": body + "?" * system.width,
        "expected": system.compute(body),
    }


@given(st.text(max_size=3), ALL)
def test_a_text_that_no_check_could_mend_has_no_expected_one(text: str, system: System) -> None:
    with pytest.raises(CheckFailed) as refusal:
        system.verify("-" + text)
    assert refusal.value.expected == ""


@pytest.mark.parametrize(("check", "second"), [("97", "00"), ("98", "01"), ("02", "99")])
def test_second_spellings_of_a_check_are_refused(check: str, second: str) -> None:
    system = SYSTEMS["97-10"]
    body = next(body for body in map(str, range(1, 98)) if system.compute(body) == check)
    assert mod_97_10.is_valid(body + second)  # the remainder alone would let it pass
    assert not verifies(system, body + second)
    assert verifies(system, body + check)


@given(st.data(), ALL)
def test_columns_agree_with_single_codes(data: st.DataObject, system: System) -> None:
    fitting = bodies(system)
    column = data.draw(st.lists(st.none() | fitting, max_size=30))
    checks = system.compute_many(pl.Series("body", column, dtype=pl.String))
    assert checks.to_list() == [None if body is None else system.compute(body) for body in column]
    whole = [None if body is None else body + system.compute(body) for body in column]
    strange = data.draw(st.lists(st.text(max_size=4) | fitting, max_size=30))
    mixed = pl.Series("code", [*whole, *strange], dtype=pl.String)
    expected = [None if code is None else verifies(system, code) for code in mixed]
    verified = system.verify_many(mixed)
    assert verified.to_list() == expected
    assert verified.dtype == pl.Boolean
    assert checks.dtype == pl.String
    assert (verified.name, checks.name) == ("code", "body")


@EVERY
def test_of_all_checks_in_a_column_only_the_right_one_verifies(system: System) -> None:
    checks = list(map("".join, product(system.check_alphabet, repeat=system.width)))
    verified = system.verify_many(pl.Series([f"100{check}" for check in checks]))
    right = [check for check, good in zip(checks, verified, strict=True) if good]
    assert right == [system.compute("100")]


@EVERY
def test_rows_lend_each_other_no_characters(system: System) -> None:
    check = system.compute("1")
    for rows in (["1", check], ["", "1" + check[:-1], check[-1]], ["1" + check, "", "1"]):
        expected = [row == "1" + check for row in rows]
        assert system.verify_many(pl.Series(rows)).to_list() == expected


@EVERY
def test_a_long_column_agrees_with_single_codes_row_by_row(system: System) -> None:
    column = [str(number * 7919)[: 1 + number % 9] for number in range(70_000)]
    checks = system.compute_many(pl.Series(column)).to_list()
    assert checks == [system.compute(body) for body in column]
    # Every third code is broken in its first character.
    whole = [
        ("-" if row % 3 == 0 else body[0]) + body[1:] + check
        for row, (body, check) in enumerate(zip(column, checks, strict=True))
    ]
    assert system.verify_many(pl.Series(whole)).to_list() == [row % 3 != 0 for row in range(70_000)]


@EVERY
@pytest.mark.parametrize("bad", ["", "12a", "１２", "1 2", "12\0", "ÿ", "编码"])
def test_a_column_is_refused_with_its_first_bad_body(system: System, bad: str) -> None:
    column = pl.Series(["12", None, bad, "?", "34"])
    with pytest.raises(ValueError, match=re.escape(bad) + r"\Z") as refused:
        system.compute_many(column)
    assert refused.value.args == (bad,)


@given(codes())
def test_every_single_wrong_character_of_its_kind_is_caught(drawn: tuple[System, str]) -> None:
    system, code = drawn
    body = code[: -system.width]
    kinds = [DIGITS if character in DIGITS else LETTERS for character in body]
    assert strength(system, [body], alphabet=kinds).single == 1
    if system.slug != "97-10":
        assert strength(system, [body]).single == 1


@pytest.mark.parametrize("slug", ["11-2", "37-2", "97-10"])
@given(st.data())
def test_pure_systems_catch_all_four_kinds_of_slip_in_digits(
    slug: str, data: st.DataObject
) -> None:
    body = data.draw(st.text(DIGITS, min_size=1, max_size=20))
    caught = strength(SYSTEMS[slug], [body], alphabet=DIGITS)
    assert {caught.single, caught.transposition, caught.jump, caught.twin} <= {1, None}


@given(bodies(SYSTEMS["37-2"]))
def test_37_2_catches_all_four_kinds_of_slip_in_letters_and_digits(body: str) -> None:
    caught = strength(SYSTEMS["37-2"], [body])
    assert {caught.single, caught.transposition, caught.jump, caught.twin} <= {1, None}


@pytest.mark.parametrize("slug", ["damm", "verhoeff"])
@given(st.data())
def test_damm_and_verhoeff_catch_every_transposition(slug: str, data: st.DataObject) -> None:
    body = data.draw(bodies(SYSTEMS[slug]))
    assert strength(SYSTEMS[slug], [body]).transposition in {1, None}


def test_known_weaknesses_are_found_and_no_others() -> None:
    def swapped(a: str, b: str) -> tuple[str, str]:
        return a + b, b + a

    def twins(a: str, b: str) -> tuple[str, str]:
        return a + a, b + b

    assert missed(SYSTEMS["luhn"], swapped) == {frozenset({"09", "90"})}
    assert missed(SYSTEMS["luhn-36"], swapped) == {frozenset({"0Z", "Z0"})}
    assert missed(SYSTEMS["luhn"], twins) == {
        frozenset({"22", "55"}),
        frozenset({"33", "66"}),
        frozenset({"44", "77"}),
    }
    fives = [(str(low), str(low + 5)) for low in range(5)]
    assert missed(SYSTEMS["gs1"], swapped) == {frozenset(swapped(*pair)) for pair in fives}
    assert missed(SYSTEMS["gs1"], twins) == {frozenset(twins(*pair)) for pair in fives}
    assert missed(SYSTEMS["97-10"], swapped) == {
        frozenset({"1B", "B1"}),
        frozenset({"2M", "M2"}),
        frozenset({"3X", "X3"}),
    }


@pytest.mark.parametrize("slug", ["11-10", "37-36"])
@given(st.data())
def test_hybrid_systems_miss_only_swaps_of_neighbours_in_the_alphabet(
    slug: str, data: st.DataObject
) -> None:
    system = SYSTEMS[slug]
    before = data.draw(bodies(system, longest=4))
    wrapped = system.alphabet + system.alphabet[0]
    neighbours = {frozenset(wrapped[place : place + 2]) for place in range(len(wrapped) - 1)}
    pairs = {
        frozenset({a, b})
        for a, b in product(system.alphabet, repeat=2)
        if a != b and system.compute(before + a + b) == system.compute(before + b + a)
    }
    assert pairs <= neighbours
    assert len(pairs) <= 2


def test_the_share_of_swaps_that_hybrid_systems_miss_is_what_we_say() -> None:
    def share(slug: str) -> float:
        system = SYSTEMS[slug]
        starts = [system.compute(one) + one for one in system.alphabet]
        swaps = [
            system.compute(start + a + b) == system.compute(start + b + a)
            for start in {system.compute(start): start for start in starts}.values()
            for a, b in product(system.alphabet, repeat=2)
            if a != b
        ]
        return sum(swaps) / len(swaps)

    assert share("11-10") == pytest.approx(0.022, abs=0.001)
    assert share("37-36") == pytest.approx(0.0016, abs=0.0001)


@pytest.mark.parametrize("slug", ["luhn", "luhn-36", "gs1"])
def test_alternating_weights_catch_no_jump_within_the_body(slug: str) -> None:
    system = SYSTEMS[slug]
    assert all(
        system.compute(f"{a}5{b}") == system.compute(f"{b}5{a}")
        for a, b in product(system.alphabet, repeat=2)
    )


def test_strength_counts_every_slip_once() -> None:
    # 109022558: of six swaps 09 and 90 are missed, of twice nine twins 22 for 55 and 55 for 22.
    assert strength(SYSTEMS["luhn"], ["10902255"]) == Strength(
        single=1.0, transposition=4 / 6, jump=0.0, twin=16 / 18
    )


def test_strength_of_a_kind_that_cannot_happen_is_unknown() -> None:
    assert strength(SYSTEMS["damm"], ["1234"]).twin is None
    assert strength(SYSTEMS["damm"], []) == Strength(
        single=None, transposition=None, jump=None, twin=None
    )


def test_strength_counts_slips_to_the_characters_given_only() -> None:
    # A letter is two digits of 97-10's long number: put for a digit, it shifts all before it.
    system, body = SYSTEMS["97-10"], "1234567890123456"
    assert strength(system, [body], alphabet=DIGITS).single == 1
    assert 0.9 < (strength(system, [body]).single or 0) < 1
    with pytest.raises(ValueError, match="longer"):
        strength(system, [body, "123"], alphabet=[DIGITS] * 16)


def test_a_twin_must_be_possible_at_both_its_places() -> None:
    def twin(*alphabet: str) -> float | None:
        return strength(SYSTEMS["gs1"], ["2204"], alphabet=[*alphabet, "0", "4"]).twin

    assert twin("27", "27") == 0  # 77 for 22, which this system misses
    assert twin("27", "2") is twin("2", "27") is None


@EVERY
def test_a_character_given_twice_counts_once(system: System) -> None:
    assert strength(system, ["190955"], alphabet=DIGITS * 2) == strength(
        system, ["190955"], alphabet=DIGITS
    )
    once = list(corrections(system, "190955", alphabet=DIGITS))
    assert list(corrections(system, "190955", alphabet=DIGITS * 2)) == once


@given(codes(longest=8), st.data())
def test_what_was_meant_is_among_the_corrections(
    drawn: tuple[System, str], data: st.DataObject
) -> None:
    system, code = drawn
    place = data.draw(st.integers(0, len(code) - 2))
    wrong = data.draw(st.sampled_from([*ALPHANUMERIC, "-", "编"]))
    for slipped in (
        code[:place] + wrong + code[place + 1 :],
        code[:place] + code[place + 1] + code[place] + code[place + 2 :],
    ):
        found = list(corrections(system, slipped, alphabet=system.alphabet))
        assert verifies(system, slipped) == (code not in found)
        assert all(verifies(system, near) for near in found)
        assert len(set(found)) == len(found)
        assert all(one_slip_apart(slipped, near) for near in found)


def one_slip_apart(one: str, other: str) -> bool:
    differing = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    swapped = sorted(one) == sorted(other) and differing[-1] - differing[0] == 1
    return len(differing) == 1 or (len(differing) == 2 and swapped)


@given(codes(longest=6), st.data())
def test_corrections_keep_to_the_alphabet_of_each_place(
    drawn: tuple[System, str], data: st.DataObject
) -> None:
    system, code = drawn
    body = code[: -system.width]
    slipped = code[0:1] + code[2:] + code[1:2]
    kinds = [data.draw(st.sampled_from([character, system.alphabet])) for character in body]
    found = set(corrections(system, slipped, alphabet=kinds))
    free = corrections(system, slipped, alphabet=system.alphabet)
    assert found == {
        near
        for near in free
        if all(character in kind for character, kind in zip(near, kinds, strict=False))
    }


@pytest.mark.parametrize("code", ["", "4", "57", "57244"])
def test_a_code_of_another_length_has_no_corrections(code: str) -> None:
    assert list(corrections(SYSTEMS["damm"], code, alphabet=[DIGITS] * 3)) == []


@EVERY
def test_a_code_that_verifies_needs_no_correction(system: System) -> None:
    code = "100" + system.compute("100")
    assert list(corrections(system, code, alphabet=system.alphabet)) == []
