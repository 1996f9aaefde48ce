"""From attributes to a code: first the scope, then, last of all, the number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mintmark.errors import DateOutOfRange, MissingFact
from mintmark.rule.definition import Rule
from mintmark.rule.segments import Coded, DateOf, Literal, Sequence
from mintmark.text import canonical

Attributes = Mapping[str, str | date | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a sequence counts (流水范围): a code with the place of its number left open.

    Its `key` is the canonical form with ``#`` for each digit of the number. Two rules that would
    spell the same codes have the same key, so they share one counter and cannot collide.
    """

    before: str
    width: int
    after: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        key = f"{canonical(self.before)}{'#' * self.width}{canonical(self.after)}"
        object.__setattr__(self, "key", key)

    @property
    def capacity(self) -> int:
        """How many numbers there are: 1 to 10**width - 1."""
        return int(10**self.width - 1)

    def spell(self, number: int) -> str:
        """Write the code of a number."""
        return f"{self.before}{number:0{self.width}}{self.after}"


def scope_of(rule: Rule, attributes: Attributes, *, today: date) -> Scope:
    """Give the scope in which a customer with these attributes is numbered.

    Raises MissingFact, UnknownValue, or DateOutOfRange (a date after `rule.latest`, or after
    `today` where the rule has none).
    """
    spelt = ["", ""]
    width = 0
    for segment in rule.segments:
        if isinstance(segment, Sequence):
            width = segment.width
        else:
            spelt[width > 0] += _spell(rule, segment, attributes, today)
    return Scope(spelt[0], width, spelt[1])


def _spell(
    rule: Rule, segment: Literal | Coded | DateOf, attributes: Attributes, today: date
) -> str:
    if isinstance(segment, Literal):
        return segment.text
    value = attributes.get(segment.attribute)
    if value is None:
        raise MissingFact(fact=segment.attribute)
    if isinstance(segment, Coded):
        return rule.tables[segment.attribute].entry(str(value)).code
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return segment.spell(in_range(rule, segment.attribute, day, today=today))


def in_range(rule: Rule, attribute: str, day: date, *, today: date) -> date:
    """Give the day back if the rule is good for it, else raise DateOutOfRange."""
    latest = rule.latest or today
    if not rule.earliest <= day <= latest:
        raise DateOutOfRange(fact=attribute, value=day, earliest=rule.earliest, latest=latest)
    return day


def sample(rule: Rule, *, today: date) -> str:
    """Give the first code of the rule: today (or its last day), the first entry of each table."""
    day = rule.latest or today
    attributes: dict[str, str | date | None] = dict.fromkeys(rule.attributes, day)
    attributes |= {name: table.entries[0].name for name, table in rule.tables.items()}
    return scope_of(rule, attributes, today=day).spell(1)
