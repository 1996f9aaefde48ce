"""Laws of sequences that start again: the code shows the period, on all days of 230 years."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mintmark.errors import ScopeNotShown
from mintmark.rule import Rule, define, scope_of
from mintmark.rule import dates as calendar
from mintmark.rule.proof.scopes import prove_determined

FIRST = np.datetime64("1900-01-01")
DAYS = np.arange("1898-01-01", "2131-01-01", dtype="datetime64[D]")  # periods begin before
Numbers = npt.NDArray[np.int64]
RESETS = [
    "YYYYMMDD", "YYMMDD", "YMMDD", "YYYYMM", "YYMM", "YYYY", "YY", "Y", "MMDD", "YYYYDDD", "YYDDD",
    "YDDD", "GGGGWW", "GGWW", "YYYYWW", "YYYYQ", "YYQ", "FYYYY", "FYY", "FYYMM", "YYML", "YM1D1",
    "GGGGDDD", "YYYYMMWW", "YYWWQ",
]  # fmt: skip


@cache
def fields() -> dict[str, Numbers]:
    """What each token writes on each day, as a number; built without the code under test."""
    years = DAYS.astype("datetime64[Y]")
    months = DAYS.astype("datetime64[M]")
    year = years.astype(np.int64) + 1970
    month = (months - years).astype(np.int64) + 1
    weekday = (DAYS.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
    thursday = DAYS - weekday + 3
    iso = thursday.astype("datetime64[Y]")
    of_day = {
        "YYYY": year, "YY": year % 100, "Y": year % 10, "MM": month, "M1": month, "ML": month,
        "DD": (DAYS - months).astype(np.int64) + 1, "DDD": (DAYS - years).astype(np.int64) + 1,
        "GGGG": iso.astype(np.int64) + 1970, "GG": (iso.astype(np.int64) + 1970) % 100,
        "WW": (thursday - iso).astype(np.int64) // 7 + 1, "Q": (month + 2) // 3,
    }  # fmt: skip
    return {**of_day, "D1": of_day["DD"], "weekday": weekday}


def written(form: str, starts: int) -> Numbers:
    """One number for what a format writes on each day."""
    fiscal = fields()["YYYY"] - (fields()["MM"] < starts)
    found = {**fields(), "FYYYY": fiscal, "FYY": fiscal % 100}
    total = np.zeros(len(DAYS), np.int64)
    for token in calendar.tokens(form):
        total = total * (10_000 if len(token) > 3 else 400) + found[token]
    return total


@cache
def begun(unit: str, starts: int) -> Numbers:
    """The first day of the period of each day, counted from the first of all days."""
    years, months = DAYS.astype("datetime64[Y]"), DAYS.astype("datetime64[M]")
    month = fields()["MM"]
    fiscal = (years - (month < starts)).astype("datetime64[M]") + (starts - 1)
    first: dict[str, Any] = {
        "day": DAYS, "week": DAYS - fields()["weekday"], "month": months, "year": years,
        "quarter": months - (month - 1) % 3, "fiscal-year": fiscal,
    }  # fmt: skip
    days: Numbers = (first[unit].astype("datetime64[D]") - DAYS[0]).astype(np.int64)
    return days


def is_shown(form: str, unit: str, starts: int) -> bool:
    """Tell whether no two days of different periods, or of different scopes, look alike."""
    look, start = written(form, starts), begun(unit, starts)
    key = look[start]
    inside = np.flatnonzero(DAYS >= FIRST)
    order = inside[np.lexsort((start[inside], look[inside]))]
    look, start, key = look[order], start[order], key[order]
    alike = (look[1:] == look[:-1]) & (start[1:] != start[:-1])
    near = start[1:] - start[:-1] < 3640  # less than a decade
    return not bool((alike & (near | (key[1:] != key[:-1]))).any())


@pytest.mark.parametrize("unit", calendar.PERIODS)
@pytest.mark.parametrize("starts", [1, 4])
def test_a_period_is_shown_if_on_no_two_days_of_230_years_it_is_mistaken(
    unit: str, starts: int
) -> None:
    forms = [form for form in RESETS if starts == 1 or "F" in form or unit == "fiscal-year"]
    for form in forms:
        more = f",starts={starts}" if starts > 1 else ""
        reset = f"reset={unit}" + f",starts={starts}" * (unit == "fiscal-year")
        rule = define(f"{{registered:{form}{more}}}-{{seq:3,{reset}}}", latest="2130-12-31")
        refusal = prove_determined(rule)
        assert (refusal is None) == is_shown(form, unit, starts), form
        if refusal:
            assert_one_code_for_two(rule, refusal, starts)


def assert_one_code_for_two(rule: Rule, refusal: ScopeNotShown, starts: int) -> None:
    days = [date.fromisoformat(customer["registered"]) for customer in refusal.customers]
    spelt = {scope_of(rule, {"registered": day}, today=date.max).spell(1) for day in days}
    assert spelt == {refusal.code}
    assert len({calendar.period_start(refusal.dimension, day, starts=starts) for day in days}) == 2
