"""How likely it is that digits which could be a date are one.

Long formats are hardly ever hit by accident; short ones need company: years that lie close
together, a number behind them that starts again, a letter such as W before the week.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mintmark.rule.infer.calendar import length, year_token, years
from mintmark.rule.infer.grid import Grid, Ints
from mintmark.rule.infer.parts import Part

SURE = 10.0  # nats
_KEPT = (1985, 2035)  # years in which the customers of a list in use were registered
_RECENT = (2010, 2030)  # years of which even one alone is taken for a year
_THIS = (2017, 2027)  # the same for two digits
_SHORT_LISTS = 16  # years that two digits may spread over
_AGE = 2008  # a list that ends sooner hardly has two digits for the year; a counter's 00 to 07 do
_SOME, _MANY = 30, 200
_MONTHS, _DAYS = 6, 20  # of some years that a list shows at least
_RARE = 0.005
_FOUR = 4
_MONTH = ("MM",)
_FULL = 0.8  # of the numbers behind a year: then it is no year but the front of a counter


@dataclass(frozen=True, slots=True)
class Window:
    """A format and the places of its tokens."""

    form: str
    places: tuple[tuple[str, int, int], ...]
    marked: bool = False  # a letter such as W or FY says what it is

    def values(self, grid: Grid) -> dict[str, Ints]:
        """Give each token's numbers."""
        return {token: grid.numbers(start, stop) for token, start, stop in self.places}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the rows show of a window."""

    form: str
    marked: bool
    gain: float
    years: Ints
    values: Mapping[str, Ints]
    distinct: int  # dates
    spread: float  # years between nearly the first and nearly the last
    starts_part: bool
    fills_part: bool
    inside: bool  # between digits that change before, and zeros behind
    restarts: bool  # what follows begins with zeros again and again
    counter: bool  # what follows is used up before the year changes

    @classmethod
    def of(
        cls,
        grid: Grid,
        window: Window,
        values: Mapping[str, Ints],
        parts: Sequence[Part],
        gain: float,
    ) -> "Seen":
        """Look at the rows of a grid that are possible dates."""
        token = year_token(window.form)
        year = years(token, values[token])
        whole = sum(v * 10_000**place for place, v in enumerate(values.values()))
        low, high = np.quantile(year, (0.02, 0.98))
        start, stop = window.places[0][1], window.places[-1][2]
        end = next(p.stop for p in parts if p.start < stop <= p.stop)
        restarts = bool((grid.numbers(stop, stop + 1) == 0).mean() >= 0.3) if stop < end else True  # noqa: PLR2004
        return cls(
            form=window.form,
            marked=window.marked,
            gain=gain,
            years=year,
            values=values,
            distinct=len(np.unique(whole)),
            spread=float(high - low),
            starts_part=any(p.start == start for p in parts),
            fills_part=stop == end and any(p.start == start for p in parts),
            inside=stop < end and restarts and start > 0 and len(grid.values(start - 1, start)) > 1,
            restarts=restarts,
            counter=stop < end and _counter(year, grid.numbers(stop, end), 10 ** (end - stop)),
        )

    def within(self, years: tuple[int, int], share: float = 0.97) -> bool:
        """Tell whether nearly all years are among these."""
        return bool(((self.years >= years[0]) & (self.years <= years[1])).mean() >= share)

    def sound(self) -> bool:
        """Tell whether years are old enough, months many enough, and the format is in its place."""
        if self._few("MM", _MONTHS) or self._few("DD", _DAYS):
            return False
        if not (self.starts_part or self.form.startswith(("Y", "G", "F"))):
            return False
        short = length(year_token(self.form)) < _FOUR
        return not short or bool(np.quantile(self.years, 0.98) >= _AGE or self.years.max() < 2000)  # noqa: PLR2004

    def _few(self, token: str, least: int) -> bool:
        """Whether years go by and so few months or days occur."""
        values = self.values.get(token)
        if values is None or len(self.years) <= _SOME:
            return False
        months = self.values.get("MM", self.years)
        if _common(self.years) == 1 and (token in _MONTH or _common(months) < _MONTHS // 2):
            return False
        return _common(values) < (least if len(self.years) > _MANY else least // 2)

    def varied(self, token: str, least: int, beyond: int = 0) -> bool:
        """Tell whether a token has so many values that each are no rarity, some beyond a number."""
        values, counts = np.unique(self.values[token], return_counts=True)
        common = values[counts >= max(1, 0.1 * len(self.years) / max(len(values), 1))]
        return len(common) >= least and bool(common.max() > beyond)


def sureness(seen: Seen) -> float:
    """Give how sure it is that these are dates, from 0 to 1."""
    if seen.marked and seen.within(_KEPT):
        return 0.95 if seen.distinct > 1 else 0.7
    judge = _JUDGES.get(seen.form.removeprefix("F"))
    return judge(seen) if judge and seen.sound() else 0.0


def _counter(year: Ints, behind: Ints, capacity: int) -> bool:
    """Whether the numbers go on from 9…9 of one year to 0…0 of the next."""
    found = np.unique(year)
    spans = [behind[year == one] for one in found]
    inner = [float(span.max() - span.min()) / capacity for span in spans[1:-1]]
    if inner:
        return float(np.mean(inner)) >= _FULL
    return len(spans) > 1 and spans[0].max() >= 0.9 * capacity > 0.1 * capacity >= spans[1].min()


def _common(values: Ints) -> int:
    """Give how many values are no rarity."""
    return int((np.unique(values, return_counts=True)[1] > _RARE * len(values)).sum())


def _eight(seen: Seen) -> float:
    if seen.distinct == 1:
        return 0.6 if seen.within((2000, 2035)) else 0.0
    return 0.97 if seen.within(_KEPT, 0.9) or seen.gain >= SURE else 0.0


def _year_month(seen: Seen) -> float:
    if seen.distinct == 1:
        return 0.55 if seen.within(_RECENT) else 0.0
    return (0.97 if seen.gain >= SURE else 0.93) * seen.within(_KEPT)


def _six(seen: Seen) -> float:
    if seen.distinct == 1:
        return 0.45 if seen.within(_THIS) and seen.starts_part else 0.0
    sure = seen.gain >= SURE or seen.distinct >= 5  # noqa: PLR2004
    return 0.93 if sure and seen.within(_KEPT) else 0.0


def _year(seen: Seen) -> float:
    if seen.distinct == 1:
        return 0.6 if seen.within(_RECENT) and (seen.starts_part or seen.inside) else 0.0
    young = seen.starts_part or bool(np.quantile(seen.years, 0.98) >= _AGE)
    return 0.9 if young and seen.within(_KEPT, 0.95) and not seen.counter else 0.0


def _two_and_month(seen: Seen) -> float:
    if seen.distinct == 1:
        return 0.4 if seen.within(_THIS) and seen.starts_part else 0.0
    good = seen.within(_KEPT) and seen.spread <= 2 * _SHORT_LISTS
    return 0.88 if good and (seen.gain >= SURE or seen.starts_part) else 0.0


def _week(seen: Seen) -> float:
    good = seen.within(_KEPT) and seen.spread <= _SHORT_LISTS and seen.restarts
    return 0.85 if good and seen.varied("WW", 8, 12) and seen.starts_part else 0.0


def _day_of_year(seen: Seen) -> float:
    good = seen.within(_KEPT) and seen.spread <= _SHORT_LISTS and seen.restarts
    return 0.85 if good and seen.varied("DDD", 8, 130) else 0.0


def _two_and_day(seen: Seen) -> float:
    return _day_of_year(seen) if seen.varied("DDD", 20) and seen.starts_part else 0.0


def _quarter(seen: Seen) -> float:
    good = seen.within(_KEPT) and seen.spread <= _SHORT_LISTS and seen.restarts
    return 0.8 if good and seen.varied("Q", 3) and seen.starts_part else 0.0


def _two_and_quarter(seen: Seen) -> float:
    return 0.7 * _quarter(seen) if seen.varied("Q", 4) else 0.0


def _two(seen: Seen) -> float:
    if not (seen.starts_part and seen.within((2008, 2030))) or seen.counter:
        return 0.0
    if seen.distinct == 1:
        return 0.35 if seen.fills_part and seen.within((2020, _THIS[1])) else 0.0
    close = seen.distinct >= 0.6 * (seen.spread + 1)
    return 0.55 if close and seen.restarts and seen.spread <= _SHORT_LISTS else 0.0


_JUDGES: dict[str, Callable[[Seen], float]] = {
    "YYYYMMDD": _eight, "DDMMYYYY": _eight, "MMDDYYYY": _eight,
    "YYYYMM": _year_month, "MMYYYY": _year_month,
    "YYMMDD": _six, "DDMMYY": _six, "MMDDYY": _six,
    "GGGGWW": _week, "YYYYDDD": _day_of_year, "YYYYQ": _quarter, "YYYY": _year,
    "YYMM": _two_and_month, "MMYY": _two_and_month,
    "GGWW": _week, "YYDDD": _two_and_day, "YYQ": _two_and_quarter, "YY": _two,
}  # fmt: skip
