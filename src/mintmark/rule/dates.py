"""Dates in codes: formats, periods, fiscal years.

>>> day = date(2024, 12, 30)
>>> spell("YYYYMMDD", day), spell("GGGGWW", day), spell("YYQ", day), spell("YYDDD", day)
('20241230', '202501', '244', '24365')
>>> spell("FYY", date(2024, 3, 31), starts=4), spell("FYY", date(2024, 4, 1), starts=4)
('23', '24')
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ONE_CHARACTER = "123456789" + _LETTERS

# Token → what it writes. F… is the fiscal year, G… the year of the ISO 8601 week; M1, ML and D1 are
# the one-character month and day of factories (1-9 then A-C, A-L, 1-9 then A-V).
_TOKENS: dict[str, Callable[[date, int], str]] = {
    "FYYYY": lambda _, fiscal: f"{fiscal:04}",
    "FYY": lambda _, fiscal: f"{fiscal % 100:02}",
    "GGGG": lambda day, _: f"{day.isocalendar().year:04}",
    "GG": lambda day, _: f"{day.isocalendar().year % 100:02}",
    "YYYY": lambda day, _: f"{day.year:04}",
    "YY": lambda day, _: f"{day.year % 100:02}",
    "Y": lambda day, _: f"{day.year % 10}",
    "MM": lambda day, _: f"{day.month:02}",
    "M1": lambda day, _: _ONE_CHARACTER[day.month - 1],
    "ML": lambda day, _: _LETTERS[day.month - 1],
    "DDD": lambda day, _: f"{day.timetuple().tm_yday:03}",
    "DD": lambda day, _: f"{day.day:02}",
    "D1": lambda day, _: _ONE_CHARACTER[day.day - 1],
    "WW": lambda day, _: f"{day.isocalendar().week:02}",
    "Q": lambda day, _: f"{(day.month + 2) // 3}",
}
SEPARATORS = "-/._ "
EXAMPLE = date(2026, 1, 1)  # a day for examples; nothing else depends on it
_TOKEN = re.compile("|".join(_TOKENS))
# Read as `spell` does, each token as long as it can be: DDDD is DDD and a stray D, not DD twice.
_FORMAT = re.compile(f"(?:(?>{_TOKEN.pattern})|[{re.escape(SEPARATORS)}])+")

PERIODS = ("day", "week", "month", "quarter", "year", "fiscal-year")


def read_format(text: str) -> str | None:
    """Give a format in its written form (yyyy-MM-dd may be typed); None if it is none.

    >>> read_format("yyyyMMdd"), read_format("YYYY-MM"), read_format("YYYX"), read_format("--")
    ('YYYYMMDD', 'YYYY-MM', None, None)
    >>> read_format("MMDDDD") is None
    True
    """
    form = text.strip().upper()
    found = _FORMAT.fullmatch(form)
    return form if found and _TOKEN.search(form) else None


def tokens(form: str) -> tuple[str, ...]:
    """Give the tokens of a format, without separators.

    >>> tokens("YYYY-MM-DD")
    ('YYYY', 'MM', 'DD')
    """
    return tuple(_TOKEN.findall(form))


@lru_cache(maxsize=65536)
def spell(form: str, day: date, *, starts: int = 1, named_by_end: bool = False) -> str:
    """Write a day; `starts` is the month in which the fiscal year starts (1 to 12)."""
    fiscal = fiscal_year(day, starts=starts, named_by_end=named_by_end)
    frame, writers = _writers(form)
    return frame % tuple([write(day, fiscal) for write in writers])


@lru_cache(maxsize=1024)
def _writers(form: str) -> tuple[str, list[Callable[[date, int], str]]]:
    """Give a format with a place for each token, and what writes there."""
    return _TOKEN.sub("%s", form), [_TOKENS[token] for token in tokens(form)]


def fiscal_year(day: date, *, starts: int, named_by_end: bool = False) -> int:
    """Give the number of the fiscal year that the day is in.

    It is the calendar year in which it starts, or with `named_by_end` that in which it ends.

    >>> fiscal_year(date(2024, 3, 31), starts=4)
    2023
    >>> fiscal_year(date(2024, 3, 31), starts=4, named_by_end=True)
    2024
    """
    begun = day.year if day.month >= starts else day.year - 1
    return begun + 1 if named_by_end and starts > 1 else begun


def period_start(unit: str, day: date, *, starts: int = 1) -> date:
    """Give the first day of the period that the day is in; "" and "never" are no periods.

    >>> period_start("week", date(2026, 11, 22))
    datetime.date(2026, 11, 16)
    >>> period_start("fiscal-year", date(2024, 3, 31), starts=4)
    datetime.date(2023, 4, 1)
    """
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
        case "fiscal-year":
            return date(fiscal_year(day, starts=starts), starts, 1)
        case _:
            return day


def is_of_year(token: str) -> bool:
    """Tell whether a token names a year, or its last digits.

    >>> [token for token in _TOKENS if is_of_year(token)]
    ['FYYYY', 'FYY', 'GGGG', 'GG', 'YYYY', 'YY', 'Y']
    """
    return token[-1] in "YG"


def pieces(written: Sequence[str], text: str) -> Iterator[tuple[str, str]]:
    """Give each token with what it wrote; `text` is the tokens' in canonical form.

    >>> list(pieces(("YYYY", "ML"), "2026K"))
    [('YYYY', '2026'), ('ML', 'K')]
    """
    at = 0
    for token in written:
        yield token, text[at : at + width_of(token)]
        at += width_of(token)


def separated(form: str, text: str) -> str:
    """Put the separators of a format back into a date in canonical form.

    >>> separated("FYY/MM", "2511")
    '25/11'
    """
    given = pieces(tokens(form), text)
    return _TOKEN.sub(lambda _: next(given)[1], form)


def width_of(token: str) -> int:
    """Give how many characters a token writes.

    >>> width_of("YYYY"), width_of("FYY"), width_of("ML")
    (4, 2, 1)
    """
    return 1 if token in ("M1", "D1", "ML") else len(token.removeprefix("F"))


def spellings(token: str, years: range) -> tuple[str, ...]:  # noqa: PLR0911 - one a kind
    """Give everything that a token can write for the days of these years.

    >>> spellings("YY", range(1999, 2001)), spellings("GG", range(1999, 2001))
    (('00', '99'), ('00', '01', '98', '99'))
    """
    if token.startswith(("G", "F")):  # ISO and fiscal years reach over the edges
        years = range(years.start - 1, years.stop + 1)
    match token:
        case "YYYY" | "GGGG" | "FYYYY":
            return tuple(f"{year:04}" for year in years)
        case "YY" | "GG" | "FYY":
            return tuple(sorted({f"{year % 100:02}" for year in years}))
        case "Y":
            return tuple(sorted({str(year % 10) for year in years}))
        case "MM" | "WW" | "DDD" | "DD":
            most = {"MM": 12, "WW": 53, "DDD": 366, "DD": 31}[token]
            return tuple(f"{n:0{len(token)}}" for n in range(1, most + 1))
        case "M1" | "D1":
            return tuple(_ONE_CHARACTER[: {"M1": 12, "D1": 31}[token]])
        case "ML":
            return tuple(_LETTERS[:12])
        case _:
            return ("1", "2", "3", "4")


@lru_cache(maxsize=65536)
def possible(written: tuple[str, ...], text: str) -> bool:
    """Tell whether some day is written so; `text` is the tokens' in canonical form.

    Year, month, day and the day's number in the year are held against each other, as are tokens
    that come twice.

    >>> possible(("YYYY", "MM", "DD"), "20230230"), possible(("MM", "DD"), "0229")
    (False, True)
    """
    parts: dict[str, int] = {}
    for token, piece in pieces(written, text):
        # Fiscal years come twice with different starts.
        if token in ("ML", "FYY", "FYYYY") or not piece.isdigit():
            continue
        if parts.setdefault(token, int(piece)) != int(piece):
            return False
    if {"YYYY", "YY"} <= set(parts) and parts["YYYY"] % 100 != parts["YY"]:
        return False
    year = parts.get("YYYY", 2000 + parts["YY"] if "YY" in parts else 2000)
    if "MM" in parts and parts.get("DD", 1) > _days(year, parts["MM"]):
        return False
    if "YYYY" in parts and not year:
        return False
    return not ("DDD" in parts and not 1 <= parts["DDD"] <= 365 + _leap(year))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days(year: int, month: int) -> int:
    return 28 + _leap(year) if month == 2 else 30 if month in (4, 6, 9, 11) else 31  # noqa: PLR2004
