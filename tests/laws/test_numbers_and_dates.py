"""Laws of what codes are made of: numbers are written in one way, days as calendars say."""

from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules import UNHURRIED

from mintmark.rule import dates as calendar
from mintmark.rule import define, scope_of
from mintmark.rule.capacity import numbers_after
from mintmark.rule.grammar import read
from mintmark.rule.numerals import ALPHABETS, Numerals, between
from mintmark.rule.proof.parts import Part, parts_of
from mintmark.rule.proof.real import some_day
from mintmark.rule.segments import DateOf, Sequence, grouped

SMALL = st.sampled_from(["01", "ABC", "B1", "0123", "O0I"])


@st.composite
def numerals(draw: st.DrawFn) -> Numerals:
    """Numbers that can be counted out: of one alphabet, of a picture, growing, or taken over."""
    kind = draw(st.sampled_from(["plain", "picture", "widen", "then"]))
    width = draw(st.integers(1, 3))
    if kind == "picture":
        return Numerals(places=tuple(draw(st.lists(SMALL, min_size=1, max_size=3))))
    alphabet = draw(SMALL)
    if kind == "widen":
        return Numerals(places=(alphabet,) * width, widest=width + draw(st.integers(1, 2)))
    then = draw(st.sampled_from(["", "01ABC", "CBA", "A0Z"])) if kind == "then" else ""
    then = then if set(then) - set(alphabet) else ""
    return Numerals(places=(alphabet,) * width, then=then)


def written_out(places: tuple[str, ...]) -> list[str]:
    """All words with one character for each place, in the order of the alphabets."""
    return ["".join(word) for word in product(*places)]


def counted_out(made: Numerals) -> list[str]:
    """All numbers in order, as the description of numerals says."""
    found = written_out(made.places)
    first = made.places[0]
    for width in range(made.width + 1, made.widest + 1):
        found += [word for word in written_out((first,) * width) if word[0] != first[0]]
    if made.then:
        more = written_out((made.then,) * made.width)
        found += [word for word in more if not set(word) <= set(first)]
    return found


@given(numerals())
def test_numbers_are_written_in_order_each_in_one_way(made: Numerals) -> None:
    every = counted_out(made)
    assert made.capacity == len(every) == len(set(every))
    assert [made.spell(number) for number in range(made.capacity)] == every
    assert [made.read(text) for text in every] == list(range(made.capacity))
    for beyond in (-1, made.capacity):
        with pytest.raises(OverflowError):
            made.spell(beyond)


@given(numerals(), st.text("01ABCOZ", max_size=5))
def test_what_is_no_number_is_read_as_none(made: Numerals, text: str) -> None:
    assert (made.read(text) is None) == (text not in counted_out(made))


@given(numerals())
def test_forms_are_all_numbers_and_no_number_is_of_two_forms(made: Numerals) -> None:
    found = [word for form in made.forms() for word in written_out(form)]
    assert sorted(found) == sorted(counted_out(made))


@given(numerals(), st.data())
def test_forms_between_two_numbers_are_all_numbers_between_them(
    made: Numerals, data: st.DataObject
) -> None:
    plain = Numerals(places=made.places, widest=made.widest)
    low, high = sorted(data.draw(st.integers(0, plain.capacity - 1)) for _ in "12")
    found = [word for form in between(plain, low, high) for word in written_out(form)]
    assert sorted(found) == sorted(counted_out(plain)[low : high + 1])
    assert list(between(plain, high + 1, high)) == []


@pytest.mark.parametrize("width", [1, 5, 18])
def test_decimal_numbers_are_as_everybody_writes_them(width: int) -> None:
    made = Numerals(places=(ALPHABETS["decimal"],) * width)
    assert made.spell(7) == "7".zfill(width)
    assert made.read("7".zfill(width)) == 7
    assert made.capacity == 10**width
    assert [made.read(text) for text in ("", "x" * width, "7" * (width + 1), "７" * width)] == [
        None
    ] * 4


SEQUENCES = [
    "3", "2,start=7,step=9", "1,widen=3,start=5,step=7", "2,then=hex,step=11", "A0", "2,end=41",
    "2,start=10,end=30,step=4", "1,alphabet=ACE,widen=3,step=2", "2,step=25", "2,step=3", "0A",
    "2,alphabet=base36,step=36", "2,then=base36,start=98,end=0B", "3,step=100,start=42",
    "AA,step=13", "1,widen=3,step=20,start=3", "2,alphabet=0123,step=8",
]  # fmt: skip


# Here the last places tell what the step passes over.
TOLD = {
    "2,end=41", "2,step=25", "2,alphabet=base36,step=36", "3,step=100,start=42", "AA,step=13",
    "2,alphabet=0123,step=8",
}  # fmt: skip


@pytest.mark.parametrize("text", SEQUENCES)
def test_the_numbers_of_a_sequence_are_its_steps_from_its_start(text: str) -> None:
    segment = read(f"{{seq:{text}}}")[0]
    assert isinstance(segment, Sequence)
    last = segment.numerals.capacity - 1 if segment.end is None else segment.end
    steps = list(range(segment.first, last + 1, segment.step))
    assert (segment.capacity, segment.last) == (len(steps), steps[-1])
    ((part,),) = parts_of(define(f"{{seq:{text}}}"))
    found = [word for form in part.forms for word in written_out(form)]
    assert len(found) == len(set(found))
    exact = {segment.numerals.spell(number) for number in steps}
    assert exact <= set(found)
    everything = {segment.numerals.spell(n) for n in range(segment.first, last + 1)}
    assert segment.then or set(found) <= everything
    if text in TOLD:
        assert set(found) == exact


@given(
    st.sampled_from(SEQUENCES),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 30)), max_size=3),
    st.integers(-1, 200),
)
def test_the_next_numbers_are_those_that_others_do_not_give_out(
    text: str, ranges: list[tuple[int, int]], last: int
) -> None:
    external = [f"{low}-{low + more}" for low, more in ranges]
    rule = define(f"{{seq:{text}}}", external=external)
    number = rule.number
    assert isinstance(number, Sequence)
    others = {n for low, more in ranges for n in range(low, low + more + 1)}
    steps = range(number.first, number.last + 1, number.step)
    assert list(numbers_after(rule, last)) == [n for n in steps if n > last and n not in others]


def test_a_sequence_starts_at_one_or_at_its_letters() -> None:
    first = {"3": 1, "AAA": 0, "A00": 1, "2,alphabet=hex": 1, "2,alphabet=ABC": 0, "3,start=0": 0}
    for text, number in first.items():
        segment = read(f"{{seq:{text}}}")[0]
        assert isinstance(segment, Sequence)
        assert segment.first == number


@given(st.text("0123456789", max_size=9), st.integers(0, 4))
def test_groups_are_only_dashes(text: str, size: int) -> None:
    shown = grouped(text, size)
    assert shown.replace("-", "") == text
    if size and text:
        *full, rest = shown.split("-")
        assert all(len(group) == size for group in full)
        assert 0 < len(rest) <= size


@given(st.lists(st.text("01A", min_size=1, max_size=3), min_size=1, max_size=5, unique=True))
def test_a_part_ends_at_once_if_no_word_begins_with_another(words: list[str]) -> None:
    begins = any(one != other and other.startswith(one) for one in words for other in words)
    assert Part(words=tuple(words)).ends_at_once() == (not begins)


# ---------------------------------------------------------------- dates

MONTHS = range(1, 13)


def by_hand(token: str, day: date, starts: int) -> str:
    """What a token writes, worked out with the standard library's own formats."""
    fiscal = day.year - (day.month < starts)
    written = {
        "YYYY": f"{day:%Y}", "YY": f"{day:%y}", "Y": f"{day:%Y}"[3], "MM": f"{day:%m}",
        "DD": f"{day:%d}", "DDD": f"{day:%j}", "GGGG": f"{day:%G}", "GG": f"{day:%G}"[2:],
        "WW": f"{day:%V}", "Q": "111222333444"[day.month - 1], "ML": "ABCDEFGHIJKL"[day.month - 1],
        "M1": "123456789ABC"[day.month - 1], "D1": "123456789ABCDEFGHIJKLMNOPQRSTUV"[day.day - 1],
        "FYYYY": f"{fiscal:04}", "FYY": f"{fiscal:04}"[2:],
    }  # fmt: skip
    return written[token]


TOKENS = [
    "YYYY",
    "YY",
    "Y",
    "MM",
    "DD",
    "DDD",
    "GGGG",
    "GG",
    "WW",
    "Q",
    "ML",
    "M1",
    "D1",
    "FYYYY",
    "FYY",
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("starts", [1, 4, 12])
def test_every_day_of_six_years_is_written_as_calendars_say(token: str, starts: int) -> None:
    days = [date(2000, 1, 1) + timedelta(n) for n in range(6 * 365 + 2)]
    found = [calendar.spell(token, day, starts=starts) for day in days]
    assert found == [by_hand(token, day, starts) for day in days]
    years = range(2000, 2006)
    assert set(found) <= set(calendar.spellings(token, years))
    beside = {calendar.spell(token, date(year, month, 31 if month == 12 else 1), starts=starts)
              for year in (1999, *years, 2006) for month in MONTHS}  # fmt: skip
    if token not in {"DDD", "DD", "D1", "WW"}:
        assert set(calendar.spellings(token, years)) <= beside
    assert {len(text) for text in found} == {calendar.width_of(token)}


@given(st.dates(date(1900, 1, 1), date(2150, 1, 1)), st.integers(1, 12))
def test_a_fiscal_year_is_named_by_its_start_or_its_end(day: date, starts: int) -> None:
    begun = calendar.period_start("fiscal-year", day, starts=starts)
    last = date(begun.year + 1, starts, 1) - timedelta(1)
    assert begun <= day <= last
    assert begun.day == 1
    assert begun.month == starts
    assert calendar.fiscal_year(day, starts=starts) == begun.year
    assert calendar.fiscal_year(day, starts=starts, named_by_end=True) == last.year
    segment = DateOf("contract", "FYYYY", starts, named_by_end=True)
    assert segment.spell(day) == f"{last.year}"


PERIODS = {
    "day": "YYYYMMDD", "week": "GGGGWW", "month": "YYYYMM", "quarter": "YYYYQ", "year": "YYYY",
    "fiscal-year": "FYYYY",
}  # fmt: skip


@given(st.sampled_from(sorted(PERIODS)), st.dates(date(1900, 1, 1), date(2150, 1, 1)))
def test_a_period_starts_on_the_first_day_that_its_format_writes_alike(
    unit: str, day: date
) -> None:
    begun = calendar.period_start(unit, day, starts=7)
    form = PERIODS[unit]
    assert calendar.spell(form, begun, starts=7) == calendar.spell(form, day, starts=7)
    assert calendar.spell(form, begun - timedelta(1), starts=7) != calendar.spell(
        form, day, starts=7
    )
    assert begun <= day


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=4), st.dates(), st.integers(1, 12))
def test_what_a_day_writes_is_always_possible(tokens: list[str], day: date, starts: int) -> None:
    form = "-".join(tokens)
    text = calendar.spell(form, day, starts=starts).replace("-", "")
    assert calendar.possible(tuple(tokens), text)
    assert calendar.separated(form, text) == calendar.spell(form, day, starts=starts)
    segment = DateOf("registered", form, starts)
    assert some_day(((segment, text),), day, day)


FORMATS = [
    "YYYYMMDD", "YYMM", "YWW", "GGWW", "YYDDD", "MMDD", "YYYYWW", "GGGGDDD", "QDD", "M1D1", "YML",
    "FYYMM", "FYYYYGG", "WW", "YYYYYY", "D1WW",
]  # fmt: skip


@UNHURRIED
@given(
    st.sampled_from(FORMATS), st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.integers(0, 800),
    st.sampled_from([1, 4]), st.data(),
)  # fmt: skip
def test_a_day_is_real_if_some_day_of_the_rule_is_written_so(
    form: str, first: date, length: int, starts: int, data: st.DataObject
) -> None:
    segment = DateOf("registered", form, starts)
    days = [first + timedelta(n) for n in range(length + 1)]
    written = sorted({segment.spell(day) for day in days})
    near = first + timedelta(data.draw(st.integers(-800, 1600)))
    text = data.draw(st.sampled_from([segment.spell(near), data.draw(st.sampled_from(written))]))
    place = data.draw(st.integers(0, len(text) - 1))
    others = "012359" if text[place].isdigit() else "ABCLV"
    wrong = text[:place] + data.draw(st.sampled_from(others)) + text[place + 1 :]
    for said in (text, wrong):
        assert some_day(((segment, said),), days[0], days[-1]) == (said in written)


@UNHURRIED
@given(st.sampled_from(FORMATS), st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.integers(0, 1500))
def test_a_date_is_taken_for_no_less_than_its_days(form: str, first: date, length: int) -> None:
    last = first + timedelta(length)
    rule = define(f"{{registered:{form}}}{{seq:1}}", earliest=first, latest=last)
    written = {calendar.spell(form, first + timedelta(n)) for n in range(length + 1)}
    taken = [part.words or [word for form in part.forms for word in written_out(form)]
             for part in parts_of(rule)[0]]  # fmt: skip
    for text in written:
        at = 0
        for words in taken:
            width = len(words[0])
            assert text[at : at + width] in words
            at += width
        assert at == len(text)
    if length < 366:
        assert set(taken[0]) == written


def test_a_format_is_read_as_it_will_be_written() -> None:
    assert calendar.read_format(" yyyy-mm-dd ") == "YYYY-MM-DD"
    assert calendar.tokens("GGGGWW") == ("GGGG", "WW")
    for wrong in ("", "-", "YYYYMMD", "DDDD", "MMDDD1", "YYYYMMDDHH", "M", "YYY Y "[:3] + "X"):
        assert calendar.read_format(wrong) is None, wrong
    for form in FORMATS:
        assert "".join(calendar.tokens(form)) == form


@given(st.dates(date(1990, 1, 1), date(2025, 1, 1)), st.integers(0, 400))
def test_days_of_one_period_share_a_scope(day: date, later: int) -> None:
    rule = define("{registered:YYYYMMDD}-{seq:3,reset=month}")
    other = day + timedelta(days=later)
    scopes = [scope_of(rule, {"registered": d}, today=date(2027, 1, 1)).key for d in (day, other)]
    assert (scopes[0] == scopes[1]) == ((day.year, day.month) == (other.year, other.month))


def test_a_week_begins_on_monday_and_a_quarter_in_january() -> None:
    days = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    weeks = {calendar.period_start("week", day) for day in days}
    assert all(later - earlier == timedelta(7) for earlier, later in pairwise(sorted(weeks)))
    assert {day.isoweekday() for day in weeks} == {1}
    quarters = {calendar.period_start("quarter", day) for day in days}
    assert sorted(day.month for day in quarters) == [1, 4, 7, 10]
