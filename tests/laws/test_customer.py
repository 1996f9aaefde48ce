"""Laws of customer facts: one normal form for every spelling, and wrong ones are noticed."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mintmark.customer import FACTS, of, parse
from mintmark.errors import (
    ImpossibleDate,
    Refusal,
    RoundedNumber,
    TooLong,
    UnknownFact,
    UnreadableDate,
    WrongCheckDigit,
    WrongEmail,
    WrongIdNumber,
    WrongPhone,
)

DAYS = st.dates(min_value=date(1928, 1, 1), max_value=date(2099, 12, 31))
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(DAYS)
def test_a_day_is_the_same_in_every_spelling(day: date) -> None:
    spellings = [
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}-{day.month:02}-{day.day:02}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day} 00:00:00",
        f"{day}T08:30:00Z",
        str((day - date(1899, 12, 30)).days),
        f"{(day - date(1899, 12, 30)).days}.5",
    ]
    for spelling in spellings:
        assert parse("registered", spelling) == day
        assert parse("registered", f" {spelling.translate(WIDE)} ") == day


@given(st.integers(10000, 60000))
def test_serials_count_days_as_spreadsheets_do(serial: int) -> None:
    assert parse("registered", str(serial)) == date(1900, 3, 1) + timedelta(days=serial - 61)


@pytest.mark.parametrize("text", ["2023/2/30", "20230229", "2023年13月1日", "2023-00-10"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleDate):
        parse("registered", text)


@pytest.mark.parametrize("text", ["1/10/2023", "昨天", "2023", "2023-10", "#N/A", "99999999"])
def test_what_could_be_two_days_or_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDate):
        parse("registered", text)


@given(MOBILES, st.sampled_from(["{}", "+86{}", "+86 {}", "0086{}", "86-{}", " {} ", "{}.0"]))
@example("13875014587", "+86 {}")
def test_a_mobile_is_the_same_in_every_spelling(mobile: str, form: str) -> None:
    grouped = f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"
    try:
        parse("phone", f"+86{mobile}")
    except WrongPhone:
        assume(False)  # a prefix that no network has
    for typed in (form.format(mobile), form.format(mobile.translate(WIDE)), grouped):
        assert parse("phone", typed) == f"+86{mobile}"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("010-62781234", "+861062781234"),
        ("(021) 5888 1234 转 801", "+862158881234;ext=801"),
        ("400-810-1234", "+864008101234"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_landlines_and_foreign_numbers_are_read(typed: str, canonical: str) -> None:
    assert parse("phone", typed) == canonical


@pytest.mark.parametrize(
    "text", ["138750145", "1387501458", "138750145871", "abc", "13800138000/2"]
)
def test_what_nobody_could_dial_is_refused(text: str) -> None:
    with pytest.raises(WrongPhone) as refused:
        parse("phone", text)
    assert refused.value.digits == sum(character.isdigit() for character in text)


@pytest.mark.parametrize(
    ("fact", "text"),
    [("phone", "1.38E+10"), ("id_number", "1.10101E+17"), ("id_number", "110101199003070000")],
)
def test_a_number_that_a_spreadsheet_rounded_is_told_as_such(fact: str, text: str) -> None:
    with pytest.raises(RoundedNumber):
        parse(fact, text)


RESIDENT = "110101199003070011"
COMPANY = "91110108MA01KPGK0L"


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_of_a_resident_id_never_passes(place: int) -> None:
    for shift in range(1, 10):
        digit = str((int(RESIDENT[place]) + shift) % 10)
        with pytest.raises(Refusal):
            parse("id_number", RESIDENT[:place] + digit + RESIDENT[place + 1 :])


def test_id_numbers_are_read_in_any_width_and_case() -> None:
    assert parse("id_number", "１１０１０１ 19900307 0011") == RESIDENT
    assert parse("id_number", COMPANY.lower()) == COMPANY


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("110101199003070012", WrongCheckDigit),
        ("91110108MA01KPGK0A", WrongCheckDigit),
        ("110101900307001", WrongIdNumber),
        ("E12345678", WrongIdNumber),
    ],
)
def test_wrong_id_numbers_are_refused(text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        parse("id_number", text)


def test_the_district_of_an_id_may_be_one_that_was_merged_away() -> None:
    assert parse("id_number", "410527197001218489") == "410527197001218489"


@pytest.mark.parametrize("text", ["a@b", "a b@c.cn", "@c.cn", "a@c..cn", "a@c.cn;b@c.cn"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    with pytest.raises(WrongEmail):
        parse("email", text)


def test_mail_addresses_are_compared_in_lower_case() -> None:
    assert parse("email", " Wang.Wei＠Example.COM ") == "wang.wei@example.com"


@given(st.sampled_from(sorted(FACTS)), st.text(max_size=40))
def test_a_canonical_value_is_its_own_canonical_value(fact: str, text: str) -> None:
    try:
        value = parse(fact, text)
    except Refusal:
        return
    if value is not None:
        assert parse(fact, str(value)) == value


def test_text_that_the_register_would_not_keep_whole_is_refused() -> None:
    with pytest.raises(TooLong):
        parse("name", "长" * 201)


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(UnknownFact):
        parse("wechat", "x")


def test_numbers_and_nothing_are_read_as_a_table_gives_them() -> None:
    row: dict[str, Any] = {"name": "张伟", "phone": 13875014587, "email": None}
    read = of(row)
    assert (read.phone, read.email) == ("+8613875014587", None)
