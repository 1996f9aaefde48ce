"""Claim 1: the code determines the scope and the number. What parts the sequence is in the code."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from mintmark.errors import ScopeNotShown
from mintmark.rule import dates
from mintmark.rule.definition import Rule
from mintmark.rule.parse import chains
from mintmark.rule.segments import Coded, DateOf, Initials, Sequence
from mintmark.rule.spell import example, reset_of, sample_attributes, scope_of

_CYCLE = 400  # years after which the calendar repeats, weekdays included
_SPAN = 13  # years with a decade, leap years and years of 53 weeks in them
_FAMILIAR = 2019  # examples are of this year, if they can be
_DECADE = timedelta(days=3640)  # periods a decade apart start so many days apart, or a few more


def prove_determined(rule: Rule) -> ScopeNotShown | None:
    """Show that no two scopes spell the same code; else give two customers who would share one."""
    number = rule.number
    if not isinstance(number, Sequence):
        return None
    for dimension in number.per or ():
        attribute, _, level = dimension.partition(":")
        values = _two_values(rule, attribute, level)
        if values is not None:
            return _refusal(rule, dimension, attribute, values)
    return _prove_reset(rule)


def _two_values(rule: Rule, attribute: str, level: str) -> tuple[str, str] | None:
    """Give two values that are counted apart and that the code shows alike; None: none are."""
    named = [s for s in rule.segments if isinstance(s, Coded | Initials)]
    shown = [s for s in named if s.attribute == attribute]
    table = rule.tables.get(attribute)
    if not shown:
        entries = table.entries if table else ()
        return (entries[0].name, entries[1].name) if len(entries) > 1 else ("A", "B")
    if table is None:  # initials
        return None
    seen: dict[tuple[str, ...], tuple[str | None, str]] = {}
    for entry, chain in zip(table.entries, chains(rule, attribute), strict=True):
        look = tuple(chain[s.level] for s in shown if isinstance(s, Coded))
        part, name = seen.setdefault(look, (chain.get(level), entry.name))
        if part != chain.get(level):
            return name, entry.name
    return None


def _prove_reset(rule: Rule) -> ScopeNotShown | None:
    period = reset_of(rule)
    if period is None or period[0] == "never":
        return None
    unit, attribute, starts = period
    shown = tuple(s for s in rule.segments if isinstance(s, DateOf) and s.attribute == attribute)
    first, last = rule.terms.earliest, rule.terms.latest or date.max
    pair = _two_days(shown, unit, starts, first, last)
    if pair is None:
        return None
    return _refusal(rule, unit, attribute, (pair[0].isoformat(), pair[1].isoformat()))


@lru_cache(maxsize=1024)
def _two_days(
    shown: tuple[DateOf, ...], unit: str, starts: int, first: date, last: date
) -> tuple[date, date] | None:
    """Give two days of different periods that the code shows alike; None: there are none.

    Near days have to differ where their periods do. Far ones, a decade or a century on, may look
    alike where the year is short; then their scopes have to be one, and the sequence goes on.
    """
    seen: dict[tuple[str, ...], tuple[date, date]] = {}
    for day in _days(first, last):
        look = _look(shown, day)
        begun = dates.period_start(unit, day, starts=starts)
        earlier, at = seen.setdefault(look, (begun, day))
        if earlier != begun:
            if abs(begun - earlier) < _DECADE or _look(shown, earlier) != _look(shown, begun):
                return at, day
            seen[look] = begun, day
    return None


def _look(shown: tuple[DateOf, ...], day: date) -> tuple[str, ...]:
    return tuple([segment.spell(day) for segment in shown])


def _days(first: date, last: date) -> Iterator[date]:
    """Give days that stand for all: some years of each century of a calendar's cycle."""
    start = max(first.year, min(_FAMILIAR, last.year - _SPAN + 1))
    years = dict.fromkeys(range(start, min(last.year, start + _SPAN) + 1))
    for year in range(first.year, min(last.year, first.year + _CYCLE) + 1):
        if (year - first.year) % 100 < _SPAN or year % 100 < 2:  # noqa: PLR2004 - leap or not
            years[year] = None
    for year in years:
        day, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        yield from (day + timedelta(days=n) for n in range((end - day).days + 1))


def _refusal(rule: Rule, dimension: str, attribute: str, values: tuple[str, str]) -> ScopeNotShown:
    usual = sample_attributes(rule, today=dates.EXAMPLE)
    said = {name: str(value) for name, value in usual.items() if value}
    customers = tuple({**said, attribute: value} for value in values)
    number = rule.number
    first = number.first if isinstance(number, Sequence) else 0
    scope = scope_of(rule.timeless, customers[0], today=rule.terms.latest or date.max)
    return ScopeNotShown(
        rule=rule.text,
        dimension=dimension,
        code=example(scope, first, "".join(salt.numerals.spell(0) for salt in scope.salts)),
        customers=customers,
    )
