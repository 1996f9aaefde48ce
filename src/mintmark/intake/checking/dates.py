"""Days that do not say what they are: 03/04/2023, or a number of days since an epoch.

Which of the two numbers is the month, one value shows for its whole column: 13/04/2023.

>>> order, shown = decided(["03/04/2023", "13/04/2023"])
>>> order, shown, in_order("03/04/2023", order), in_order("03/04/2023", "mdy")
('dmy', '13/04/2023', '2023-04-03', '2023-03-04')
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mintmark.errors import AmbiguousDate
from mintmark.text import narrow

ORDERS = ("dmy", "mdy")
"""Day, month, year; or month, day, year."""

_TIME = r"(?:[T ]\s?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp][Mm])?)?"
_EITHER = re.compile(rf"(\d{{1,2}})[-/.]\s?(\d{{1,2}})[-/.]\s?(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_MONTHS = 12
_EARLY_MAC = timedelta(days=1462)  # day 0 is 1904-01-01 there, not 1899-12-30


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """How a file writes its days: `order`, one of `ORDERS` (None: its columns show it).

    `since_1904`: numbers of days are counted from 1904, as Excel for the Mac once did.
    """

    order: str | None = None
    since_1904: bool = False


def decided(texts: Iterable[str]) -> tuple[str | None, str]:
    """Give the order that all telling values of a column agree on, and one of them."""
    told: dict[str, str] = {}
    for text in texts:
        if order := _told(text):
            told.setdefault(order, text)
    return next(iter(told.items())) if len(told) == 1 else (None, "")


def in_order(text: str, order: str | None) -> str | None:
    """Write such a day with the year first; None if it is none. Raises AmbiguousDate."""
    found = _EITHER.fullmatch(narrow(text))
    if found is None:
        return None
    first, second, year = found.groups()
    own = _told(text) or ("dmy" if int(first) == int(second) else order)
    if own is None:
        raise AmbiguousDate(value=text)
    day, month = (first, second) if own == "dmy" else (second, first)
    return f"{year}-{month:0>2}-{day:0>2}"


def is_serial(text: str) -> bool:
    """Tell whether a day is given as a spreadsheet counts days."""
    return _SERIAL.fullmatch(narrow(text)) is not None


def counted(day: date, dates: Dates) -> date:
    """Give the day that a spreadsheet's number stands for, from that of the usual system."""
    return day + _EARLY_MAC if dates.since_1904 else day


def _told(text: str) -> str | None:
    found = _EITHER.fullmatch(narrow(text))
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    if second <= _MONTHS < first <= 31:  # noqa: PLR2004 - days of a month
        return "dmy"
    return "mdy" if first <= _MONTHS < second <= 31 else None  # noqa: PLR2004
