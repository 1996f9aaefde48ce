"""What the automata leave open: whether a word is really a code, on some day, of some customer."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

from mintmark.rule import dates
from mintmark.rule.definition import Rule
from mintmark.rule.parse import parser_of
from mintmark.rule.segments import DateOf, Sequence
from mintmark.text import canonical

_CYCLE = 400  # years after which the calendar repeats, weekdays included
_YEARS = {
    "YYYY": 10_000,
    "GGGG": 10_000,
    "FYYYY": 10_000,
    "YY": 100,
    "GG": 100,
    "FYY": 100,
    "Y": 10,
}


def is_code(rule: Rule, word: str) -> bool:
    """Tell whether the rule can spell the word.

    >>> from mintmark.rule import define
    >>> rule = define("{registered:YYYY}W{registered:WW}{seq:2}", latest="2025-06-30")
    >>> [is_code(rule, word) for word in ("2024W5301", "2020W5301", "2025W2701", "2025W2801")]
    [False, True, True, False]
    """
    return any(is_reading(rule, parts) for parts in parser_of(rule).cuts(word))


def is_minted(rule: Rule, word: str) -> bool:
    """Tell whether the rule can spell the word with a number that is not for others to give out.

    >>> from mintmark.rule import define
    >>> rule = define("K{seq:3}", external=["500-999"])
    >>> is_minted(rule, "K499"), is_minted(rule, "K500"), is_code(rule, "K500")
    (True, False, True)
    """
    number = rule.number
    if not rule.terms.external or not isinstance(number, Sequence):
        return is_code(rule, word)
    place = rule.segments.index(number)
    return any(
        is_reading(rule, parts) and not _is_others(rule, number.numerals.read(parts[place]) or 0)
        for parts in parser_of(rule).cuts(word)
    )


def _is_others(rule: Rule, number: int) -> bool:
    return any(low <= number <= high for low, high in rule.terms.external)


def is_reading(rule: Rule, parts: tuple[str, ...]) -> bool:
    """Tell whether the rule can write these parts, one for each segment."""
    first, last = rule.terms.earliest, rule.terms.latest or date.max
    for attribute in rule.dated:
        pairs = [(s, part) for s, part in zip(rule.segments, parts, strict=True)
                 if isinstance(s, DateOf) and s.attribute == attribute]  # fmt: skip
        if not some_day(tuple(pairs), first, last):
            return False
    return parser_of(rule).accepts(parts)


@lru_cache(maxsize=65536)
def some_day(shown: tuple[tuple[DateOf, str], ...], first: date, last: date) -> bool:
    """Tell whether on some day of these each segment writes its text (in canonical form).

    >>> month, day = DateOf("registered", "MM"), DateOf("registered", "DD")
    >>> first, last = date(2023, 1, 1), date(2023, 12, 31)
    >>> [some_day(((month, "02"), (day, written)), first, last) for written in ("28", "29")]
    [True, False]
    """
    said: dict[str, str] = {}
    for segment, text in shown:
        said |= dates.pieces(dates.tokens(segment.format), text)
    return any(
        first <= day <= last and all(canonical(s.spell(day)) == text for s, text in shown)
        for day in _candidates(said, max(first.year - 1, 1), min(last.year + 1, 9999))
    )


def _candidates(said: Mapping[str, str], first: int, last: int) -> Iterator[date]:
    """Give all days that may be written so, and others."""
    years = _years(said, first, last)
    if "WW" in said:
        for year in years:
            yield from _week(year, said["WW"])
        return
    months = [m for m in range(1, 13) if _fits(said, ("MM", "M1", "ML", "Q"), date(2000, m, 1))]
    days = [d for d in range(1, 32) if _fits(said, ("DD", "D1"), date(2000, 1, d))]
    for year in years:
        for month in months:
            begun = date(year, month, 1)
            every = (begun + timedelta(days=day - 1) for day in days)
            yield from (day for day in every if day.month == month)


def _years(said: Mapping[str, str], first: int, last: int) -> Iterator[int]:
    """Give the years that may be written so, and those beside them: week years reach over."""
    token = next((token for token in _YEARS if token in said), None)
    if token is None:
        yield from range(first, min(last, first + _CYCLE) + 1)
        return
    for year in (int(said[token]) + beside for beside in (0, -1, 1)):
        start = first + (year - first) % _YEARS[token]
        yield from range(start, min(last, start + _CYCLE) + 1, _YEARS[token])


def _week(year: int, week: str) -> Iterator[date]:
    for day in range(1, 8):
        try:
            yield date.fromisocalendar(year, int(week), day)
        except ValueError:
            return


def _fits(said: Mapping[str, str], tokens: tuple[str, ...], day: date) -> bool:
    return all(dates.spell(token, day) == said[token] for token in tokens if token in said)
