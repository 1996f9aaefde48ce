"""Laws of declared fields: one normal form by kind, and what is about people stays apart."""

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintmark.access import masked
from mintmark.customer import FACTS, Customer, Field, Value, of, parse
from mintmark.errors import Refusal, RoundedNumber, TooLong, UnknownFact, WrongNumber
from mintmark.kinds import KINDS
from mintmark.store import facts

OF_KIND = {kind: Field(kind=kind, personal=True) for kind in KINDS}
WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**15))
WORDS: st.SearchStrategy[str] = st.text(
    st.characters(categories=["L", "N"]), min_size=1, max_size=20
)
DAYS: st.SearchStrategy[Value] = st.dates()
VALUES: st.SearchStrategy[Value] = WORDS | DAYS
NAMES = st.from_regex(r"[a-z]{3,8}_[a-z]{1,4}", fullmatch=True).filter(lambda n: n not in FACTS)


@st.composite
def customers(draw: st.DrawFn) -> Customer:
    """Anybody, with values of fields of one's own."""
    own = draw(st.dictionaries(NAMES, VALUES, max_size=6))
    sealed = {name for name in own if draw(st.booleans())}
    usual: dict[str, Value] = {"name": draw(WORDS)}
    for name, fact in FACTS.items():
        if name != "name" and draw(st.booleans()):
            usual[name] = draw(DAYS if fact.kind == "date" else WORDS)
    return Customer.of_facts({**usual, **own}, sealed)


@given(st.sampled_from(KINDS), st.text(max_size=40) | NUMBERS.map(str) | st.dates().map(str))
def test_a_canonical_value_of_any_kind_is_its_own_canonical_value(kind: str, text: str) -> None:
    try:
        value = parse(kind, text, fields=OF_KIND)
    except Refusal:
        return
    if value is not None:
        assert parse(kind, str(value), fields=OF_KIND) == value


@given(st.integers(-(10**15), 10**15), st.integers(0, 999))
def test_a_number_is_the_same_in_every_spelling(whole: int, thousandths: int) -> None:
    plain = parse("number", f"{whole}.{thousandths:03}", fields=OF_KIND)
    assert isinstance(plain, str)
    assert float(plain) == pytest.approx(float(f"{whole}.{thousandths:03}"))
    for spelling in (f"{whole:,}.{thousandths:03}", f"{whole}.{thousandths:03}00",
                     f"{whole:+}.{thousandths:03}", f" {whole:020}.{thousandths:03}"):  # fmt: skip
        for typed in (spelling, spelling.translate(WIDE)):
            assert parse("number", typed, fields=OF_KIND) == plain


@pytest.mark.parametrize("text", ["1,23", "1.2.3", "12元", "1/2", "½", "٣", "-", "1,5", "NaN"])
def test_what_is_no_number_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(WrongNumber):
        parse("number", text, fields=OF_KIND)


def test_a_number_that_a_spreadsheet_rounded_is_told_as_such() -> None:
    with pytest.raises(RoundedNumber):
        parse("number", "6.22E+18", fields=OF_KIND)


@given(st.lists(WORDS, min_size=1, max_size=4, unique=True), st.sampled_from("、;；/／"))
def test_several_former_names_read_the_same_whatever_stands_between(
    names: list[str], between: str
) -> None:
    read = parse("former_name", f" {between} ".join(names))
    assert read == parse("former_name", "、".join(names))
    assert isinstance(read, str)
    assert len(read.split("、")) == len(names)


def test_separators_alone_are_no_former_name() -> None:
    assert parse("former_name", " / ；") is None


@given(customers())
def test_what_is_about_people_is_packed_apart_and_comes_back(customer: Customer) -> None:
    packed, openly = facts.pack(customer), facts.pack_attributes(customer)
    personal = orjson.loads(packed)
    assert personal.keys() | openly.keys() == customer.facts().keys()
    assert not personal.keys() & openly.keys()
    assert {name for name, _ in customer.sealed} <= personal.keys()
    assert {name for name, _ in customer.more} <= openly.keys()
    assert facts.unpack(packed, **facts.unpack_open(openly)) == customer


@given(customers())
def test_no_sealed_value_is_shown_whole(customer: Customer) -> None:
    shown = masked(customer, {})
    assert shown.keys() == customer.facts().keys()
    for name, value in customer.sealed:
        assert str(value)[1:] not in shown[name] or len(str(value)) == 1
    assert all(shown[name] == str(value) for name, value in customer.more)


def test_sealed_values_are_masked_by_their_kind() -> None:
    said = {"spare": "138 7501 4587", "born": "1990-03-07", "mail": "a@b.cn", "chat": "zw88"}
    kinds = {"spare": "phone", "born": "date", "mail": "email", "chat": "text"}
    fields = {name: Field(kind=kind, personal=True) for name, kind in kinds.items()}
    assert masked(of({"name": "张伟", **said}, fields=fields), fields) == {
        "name": "张伟", "spare": "+86138****4587", "born": "1990-**-**", "mail": "a***@b.cn",
        "chat": "z***",
    }  # fmt: skip


def test_a_day_is_no_value_of_a_text() -> None:
    with pytest.raises(UnknownFact):
        of({"name": "张伟", "text": date(2026, 1, 1)}, fields=OF_KIND)
    assert of({"name": "张伟", "date": date(2026, 1, 1)}, fields=OF_KIND).sealed


def test_a_value_that_the_register_would_not_keep_whole_is_refused() -> None:
    with pytest.raises(TooLong):
        parse("text", "长" * 5001, fields=OF_KIND)
