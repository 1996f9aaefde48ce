"""What is wanted of open attributes and of codes, read into conditions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from mintmark.customer import FACTS, parse
from mintmark.errors import (
    EmptyRange,
    MissingFact,
    NoRange,
    NoRule,
    NotABatch,
    UnknownFact,
    UnknownRule,
    UnknownState,
    UnknownValue,
)
from mintmark.registry.reading import Reading, Value
from mintmark.store.finding import STATES, AnyOf, Condition, InState, Ruled, Within

OF_CODES = ("added", "code", "rule", "batch")
"""What can be filtered by beside attributes."""
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Between:
    """Days from–to, both included; None: open. For `added`, also times with a time zone."""

    since: Value | None = None
    until: Value | None = None


One = Value | int | None
Wanted = One | Between | Collection[One]
"""A value, any of several, None (has none), or days from–to."""
Where = Mapping[str, Wanted]


def several(wanted: Wanted) -> tuple[One | Between, ...]:
    """Give the values that are wanted; those of a set in one order.

    >>> several("北京"), several({"b", "a"}), several(None)
    (('北京',), ('a', 'b'), (None,))
    """
    if wanted is None or isinstance(wanted, str | date | int | Between):
        return (wanted,)
    return tuple(sorted(wanted, key=str) if isinstance(wanted, set | frozenset) else wanted)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Reads what is wanted, by the register's rules and time zone."""

    reading: Reading

    def conditions(self, where: Where) -> Iterator[Condition]:
        """Give the conditions, in the order of their names.

        Raises UnknownFact, MissingFact, NoRange, EmptyRange, UnknownState, UnknownRule, NotABatch,
        or what is wrong with a day.
        """
        every = {**FACTS, **self.reading.rulebook.fields(anew=False)}
        kinds = {name: known for name, known in every.items() if not known.personal}
        days = ("added", *(name for name, known in kinds.items() if known.kind == "date"))
        for name, wanted in sorted(where.items()):
            if name not in kinds and name not in OF_CODES:
                raise UnknownFact(fact=name, known=(*kinds, *OF_CODES))
            if not (values := several(wanted)):
                raise MissingFact(fact=name)
            if name not in days and any(isinstance(value, Between) for value in values):
                raise NoRange(fact=name, known=days)
            yield self._condition(name, values)

    def _condition(self, name: str, values: tuple[One | Between, ...]) -> Condition:
        match name, values[0]:
            case "code", _:
                return InState(states=tuple(map(_state, values)))
            case "rule", _:
                return self._ruled(values)
            case "batch", _:
                return AnyOf(attribute=name, values=tuple(map(_batch, values)))
            case "added", first:
                return self._added(name, first)
            case _, Between(since, until):
                return _within(name, self._day(name, since), self._day(name, until))
        read = (one for value in values for one in self._spellings(name, value))
        return AnyOf(attribute=name, values=tuple(dict.fromkeys(read)))

    def _spellings(self, name: str, value: object) -> Iterator[str | date | None]:
        """Give a value as it is written, and as the code tables name it."""
        yield (read := None if value is None else self._read(name, value))
        try:
            rules = self.reading.rulebook.ruling(anew=False).rules
        except NoRule:
            return
        for table in (live.rule.tables.get(name) for live in rules):
            if isinstance(read, str) and table is not None:
                try:
                    yield table.entry(read).name
                except UnknownValue:  # customers of other rules may have it
                    continue

    def _read(self, name: str, value: object) -> str | date:
        """Read a text or a day. Raises MissingFact, or what is wrong with it."""
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        read = parse(name, str(value), fields=self.reading.rulebook.fields(anew=False))
        if read is None:
            raise MissingFact(fact=name)
        return read

    def _day(self, name: str, value: object) -> date | None:
        read = None if value is None else self._read(name, value)
        return read if isinstance(read, date) else None

    def _added(self, name: str, wanted: object) -> Within:
        """Give the times between the beginning of the first day and the end of the last."""
        first, last = (
            (wanted.since, wanted.until) if isinstance(wanted, Between) else (wanted, wanted)
        )
        since, until = self._moment(first, time.min), self._moment(last, time.max)
        return _within(name, since, until)

    def _moment(self, value: object, at: time) -> datetime | None:
        if isinstance(value, datetime):
            return value
        if (day := self._day("registered", value)) is None:
            return None
        return datetime.combine(day, at, tzinfo=self.reading.settings.time_zone)

    def _ruled(self, values: tuple[object, ...]) -> Ruled:
        """Give the versions of rules called so (``main``, ``main@2``), and the legacy families."""
        rulebook, wanted = self.reading.rulebook, set(map(str, values))
        names = {v.id: {v.name, f"{v.name}@{v.version}"} for v in rulebook.versions()}
        families = {family.name for family in rulebook.families()}
        known = families.union(*names.values())
        if strange := sorted(wanted - known):
            raise UnknownRule(rule=strange[0], known=tuple(sorted(known)))
        versions = tuple(inner for inner, both in names.items() if both & wanted)
        return Ruled(versions=versions, families=tuple(sorted(families & wanted)))


def _within(name: str, since: date | None, until: date | None) -> Within:
    if since is not None and until is not None and until < since:
        raise EmptyRange(fact=name, since=since, until=until)
    return Within(attribute=name, since=since, until=until)


def _state(value: object) -> str:
    if value not in STATES:
        raise UnknownState(state=str(value), known=STATES)
    return str(value)


def _batch(value: object) -> int | None:
    if value is None:
        return None
    if not str(value).isascii() or not str(value).isdecimal() or int(str(value)) >= _LARGEST:
        raise NotABatch(value=str(value))
    return int(str(value))
