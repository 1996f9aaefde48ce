"""A rule: its text, its code tables, and the days it is good for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mintmark.errors import MissingTable, UnusedTable, WrongRange
from mintmark.rule.grammar import CODED, read, write
from mintmark.rule.segments import Coded, DateOf, Literal, Segment
from mintmark.rule.segments import Sequence as Number
from mintmark.rule.table import CodeTable

Tables = Mapping[str, Mapping[str, str | Sequence[str]]]
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How codes are spelt. Made by `define`, never edited.

    A rule that exists is proved: every code shows its whole scope (all segments but the sequence
    are the scope), and can be read back in one way only, because dates and the sequence have fixed
    widths and no code of a table begins with another.
    """

    segments: tuple[Segment, ...]
    tables: Mapping[str, CodeTable]
    earliest: date
    latest: date | None

    @property
    def text(self) -> str:
        """The rule as one line."""
        return write(self.segments)

    @property
    def attributes(self) -> tuple[str, ...]:
        """What must be known of a customer, in the order of the code."""
        named = (s.attribute for s in self.segments if isinstance(s, Coded | DateOf))
        return tuple(dict.fromkeys(named))

    @property
    def width(self) -> int:
        """The digits of the sequence."""
        return next(segment.width for segment in self.segments if isinstance(segment, Number))

    def definition(self) -> dict[str, Any]:
        """Give the rule as JSON-ready data; `Rule.of` reads it back."""
        return {
            "rule": self.text,
            "earliest": self.earliest.isoformat(),
            "latest": self.latest.isoformat() if self.latest else None,
            "tables": {name: table.definition() for name, table in self.tables.items()},
        }

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> "Rule":
        """Read a rule from its definition.

        >>> rule = define("{type}{seq:3}", tables={"type": {"V": "VIP"}})
        >>> Rule.of(rule.definition()).definition() == rule.definition()
        True
        """
        latest = definition.get("latest")
        return define(
            definition["rule"],
            tables=definition.get("tables", {}),
            earliest=_day(definition.get("earliest", EARLIEST)),
            latest=None if latest is None else _day(latest),
        )


def define(
    text: str, *, tables: Tables, earliest: date = EARLIEST, latest: date | None = None
) -> Rule:
    """Make a rule, or refuse one that could not be read back or says less than it needs.

    `tables` maps attribute → code → spellings; `earliest` and `latest` bound the dates in a code
    (`latest` None: today, whenever that is). Raises the refusals of `grammar` and `table`,
    MissingTable, UnusedTable or WrongRange.
    """
    segments = _joined(read(text))
    coded = {segment.attribute for segment in segments if isinstance(segment, Coded)}
    for attribute in tables:
        if attribute not in coded:
            raise UnusedTable(attribute=attribute)
    for attribute in CODED:
        if attribute in coded and attribute not in tables:
            raise MissingTable(attribute=attribute)
    if latest is not None and latest < earliest:
        raise WrongRange(earliest=earliest, latest=latest)
    made = {attribute: CodeTable.of(attribute, entries) for attribute, entries in tables.items()}
    return Rule(segments=segments, tables=made, earliest=earliest, latest=latest)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _joined(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Write literals in upper case, as codes are."""
    return tuple(Literal(s.text.upper()) if isinstance(s, Literal) else s for s in segments)
