"""Dates as they stand in codes: formats, and which digits can be one.

>>> tokens("YYYYMMDD"), tokens("GGGGWW"), tokens("FYY")
(('YYYY', 'MM', 'DD'), ('GGGG', 'WW'), ('FYY',))
>>> day_of("YYMMDD", "231001"), day_of("YYMMDD", "230230"), day_of("GGGGWW", "202341")
(datetime.date(2023, 10, 1), None, datetime.date(2023, 10, 9))
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from mintmark.rule.infer.grid import Bools, Ints

EARLIEST, LATEST = 1930, 2100
_PIVOT = 50  # two digits below it are of this century
_LIMITS = {"MM": 12, "DD": 31, "Q": 4, "WW": 53, "DDD": 366}
_LENGTHS = {"FYYYY": 4, "FYY": 2}
_TOKEN = re.compile("FYYYY|FYY|GGGG|GG|YYYY|YY|DDD|DD|MM|WW|Q")
_LONG_MONTHS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@lru_cache(maxsize=256)
def tokens(form: str) -> tuple[str, ...]:
    """Give the tokens of a format."""
    return tuple(_TOKEN.findall(form))


def length(token: str) -> int:
    """Give how many digits a token has.

    >>> length("FYY"), length("DDD")
    (2, 3)
    """
    return _LENGTHS.get(token, len(token))


def width(form: str) -> int:
    """Give how many digits a format has."""
    return sum(map(length, tokens(form)))


def year_token(form: str) -> str:
    """Give the token of a format that is a year, "" if none is."""
    return next((token for token in tokens(form) if "Y" in token or "G" in token), "")


def years(token: str, values: Ints) -> Ints:
    """Give the years that the digits of a year token mean."""
    if length(token) > 2:  # noqa: PLR2004 - a century is written with two more
        return values
    return np.where(values < _PIVOT, values + 2000, values + 1900)


def possible(values: Mapping[str, Ints]) -> Bools:
    """Tell which rows are dates, each token given as a column of numbers."""
    good = np.ones(len(next(iter(values.values()))), np.bool_)
    for token, column in values.items():
        if token in _LIMITS:
            good &= (column >= 1) & (column <= _LIMITS[token])
        else:
            year = years(token, column)
            good &= (column >= 0) & (year >= EARLIEST) & (year <= LATEST)
    if "MM" in values and "DD" in values:
        months = np.clip(values["MM"], 0, 12)
        good &= values["DD"] <= _LONG_MONTHS[months]
    return good


@lru_cache(maxsize=65536)
def day_of(form: str, text: str) -> date | None:
    """Give the first day of the period that the digits mean; None if they mean none."""
    given, at = dict[str, int](), 0
    for token in tokens(form):
        given[token] = int(text[at : at + length(token)])
        at += length(token)
    year = year_token(form)
    if not year:
        return None
    number = int(years(year, np.array([given[year]]))[0])
    try:
        return _day(number, given) if EARLIEST <= number <= LATEST else None
    except ValueError:
        return None


def _day(year: int, given: Mapping[str, int]) -> date | None:
    if "WW" in given:
        return date.fromisocalendar(year, given["WW"], 1)
    if "DDD" in given:
        day = date(year, 1, 1) + timedelta(given["DDD"] - 1)
        return day if day.year == year and given["DDD"] else None
    if "Q" in given:
        return date(year, 3 * given["Q"] - 2, 1)
    return date(year, given.get("MM", 1), given.get("DD", 1))


def spelt(form: str, day: date) -> str:
    """Write a day in a format; fiscal years as calendar years.

    >>> spelt("YYQ", date(2023, 10, 1)), spelt("GGWW", date(2023, 10, 9))
    ('234', '2341')
    """
    week = day.isocalendar()
    known = {
        "YYYY": day.year, "MM": day.month, "DD": day.day, "GGGG": week.year, "WW": week.week,
        "Q": (day.month + 2) // 3, "DDD": day.timetuple().tm_yday, "FYYYY": day.year,
        "YY": day.year % 100, "GG": week.year % 100, "FYY": day.year % 100,
    }  # fmt: skip
    return "".join(f"{known[token]:0{length(token)}}" for token in tokens(form))
