"""A rule: its text, its code tables, and its terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from mintmark.errors import (
    MissingTable,
    SeveralChecks,
    UnknownParent,
    UnknownTable,
    UnknownValue,
    UnusedTable,
    WrongSequence,
    WrongWidth,
)
from mintmark.rule import builtin
from mintmark.rule.grammar import DATES, Known, mask, read, write
from mintmark.rule.grammar.repair import nearest
from mintmark.rule.grammar.structure import of_structure, structure
from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Literal,
    Number,
    Random,
    Segment,
    Sequence,
)
from mintmark.rule.table import CodeTable, Entries, Entry
from mintmark.rule.terms import Terms

Tables = Mapping[str, Entries | str]
LEVELS = ("parent", "top")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How codes are spelt. Made by `define`, never edited; `prove` tells whether it is good."""

    segments: tuple[Segment, ...]
    tables: Mapping[str, CodeTable] = field(repr=False)
    terms: Terms

    @cached_property
    def text(self) -> str:
        """The rule as one line."""
        return write(self.segments)

    @property
    def name(self) -> str:
        """The rule's name; its versions share it."""
        return self.terms.name

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """What must be known of a customer, in the order of the code."""
        named = (s.attribute for s in self.segments if isinstance(s, Coded | DateOf | Initials))
        wanted = (attribute for attribute, _ in self.terms.when)
        return tuple(dict.fromkeys((*named, *wanted)))

    @cached_property
    def coded(self) -> frozenset[str]:
        """The attributes that code tables spell."""
        return frozenset(s.attribute for s in self.segments if isinstance(s, Coded))

    @cached_property
    def dated(self) -> frozenset[str]:
        """The attributes that are dates."""
        return frozenset(s.attribute for s in self.segments if isinstance(s, DateOf))

    @cached_property
    def number(self) -> Number:
        """The segment that makes codes of one scope differ: the sequence, else what is random."""
        found = [s for s in self.segments if isinstance(s, Sequence)]
        return found[0] if found else next(s for s in self.segments if isinstance(s, Random))

    @cached_property
    def default_date(self) -> str:
        """The date attribute that periods go by where they name none: the first in the code."""
        return next((s.attribute for s in self.segments if isinstance(s, DateOf)), "registered")

    def table(self, segment: Coded) -> CodeTable:
        """Give the table that spells a segment."""
        return self.tables[table_name(segment.attribute, segment.level)]

    @cached_property
    def timeless(self) -> "Rule":
        """The rule for examples: as if each entry of its tables were good for ever."""
        return replace(self, tables={name: t.timeless() for name, t in self.tables.items()})

    def codes(self, segment: Coded) -> tuple[str, ...]:
        """Give the codes that a segment can show: its table's, as far as some value has them.

        >>> places = {"SY": {"names": ["沈阳"], "parent": "辽宁"}}
        >>> tables = {"region": places, "region:parent": {"LN": "辽宁", "JL": "吉林"}}
        >>> rule = define("{region:parent}{seq:3}", tables=tables)
        >>> rule.codes(rule.segments[0])
        ('LN',)
        """
        entries: Iterable[Entry] = self.tables[segment.attribute].entries
        for level in LEVELS[: ("", *LEVELS).index(segment.level)]:
            above = self.tables[table_name(segment.attribute, level)]
            entries = {above.entry(entry.parent): None for entry in entries if entry.parent}
        return tuple(sorted(entry.code for entry in entries))

    def definition(self) -> dict[str, Any]:
        """Give the rule as JSON-ready data; `Rule.of` reads it back."""
        tables = {name: table.definition() for name, table in self.tables.items()}
        own = sorted(self.dated - set(DATES))
        dates = {"dates": own} if own else {}
        return {"rule": self.text, **dates, **self.terms.definition(), "tables": tables}

    def structure(self) -> list[dict[str, Any]]:
        """Give the segments as data, for a designer page; `define` takes it for the text."""
        return structure(self.segments)

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> "Rule":
        """Read a rule from its definition.

        >>> rule = define("{type}{seq:3}", tables={"type": {"V": "VIP"}}, max_length=4)
        >>> Rule.of(rule.definition()).definition() == rule.definition()
        True
        """
        given = dict(definition)
        text, tables = given.pop("rule"), given.pop("tables", {})
        dates = given.pop("dates", ())
        return define(text, tables=tables, dates=dates, **given)


def define(
    text: str | Iterable[Mapping[str, Any]],
    *,
    tables: Tables | None = None,
    dates: Iterable[str] = (),
    **terms: Any,
) -> Rule:
    """Make a rule from its text (or its `structure`), or say what is wrong with it.

    `tables`: attribute → code → spelling(s), or the name of a built-in table; `dates`: date
    attributes beside the usual ones; `terms` are those of `Terms`. Raises the refusals of
    `grammar`, `table` and `terms`, UnknownTable, MissingTable, UnusedTable, UnknownParent,
    WrongWidth or WrongSequence.

    >>> define("AA-TT-0000", tables={"type": {"VP": "VIP"}, "region": {"BJ": "北京"}}).text
    '{region:2}-{type:2}-{seq:4}'
    """
    read_terms = Terms.of(terms)
    given = with_parents(tables or {})
    known = Known.with_more((name for name in given if ":" not in name), dates)
    if isinstance(text, str):
        text = mask.expand(text, given)
        segments = read(text, known)
    else:
        segments = of_structure(text, known)
        text = write(segments)
    segments = tuple(Literal(s.text.upper()) if isinstance(s, Literal) else s for s in segments)
    _require_one_number(text, segments, known)
    made = _tables(segments, given, read_terms)
    return Rule(segments=segments, tables=made, terms=read_terms)


def table_name(attribute: str, level: str) -> str:
    """Give the name of the table of a level: ``region``, ``region:parent``, ``region:top``."""
    return f"{attribute}:{level}" if level else attribute


def with_parents(tables: Tables) -> dict[str, Entries]:
    """Put built-in tables in the place of their names, each with its parents."""
    made: dict[str, Entries] = {}
    for name, entries in tables.items():
        if not isinstance(entries, str):
            made[name] = entries
            continue
        slug: str | None = entries
        for level in (name, *(table_name(name, level) for level in LEVELS)):
            if slug is None or (":" in name and level != name):
                break
            if level == name or level not in tables:
                made[level] = _built_in(slug)
            slug = builtin.builtin(slug).parents
    return made


def _built_in(slug: str) -> Entries:
    try:
        found, above = builtin.entries(slug), builtin.builtin(slug).parents
    except KeyError:
        raise UnknownTable(table=slug, known=builtin.names()) from None
    parents = {entry.code: entry.spellings[0] for entry in builtin.entries(above)} if above else {}
    return {
        entry.code: {
            "names": list(entry.spellings),
            **({"parent": parents[entry.parent]} if entry.parent else {}),
        }
        for entry in found
    }


def _require_one_number(text: str, segments: tuple[Segment, ...], known: Known) -> None:
    sequences = sum(isinstance(segment, Sequence) for segment in segments)
    random = sum(isinstance(segment, Random) for segment in segments)
    if sequences > 1 or (sequences == 0 and random != 1):
        raise WrongSequence(text=text, sequences=sequences, nearest=nearest(text, known))
    checks = sum(isinstance(segment, Check) for segment in segments)
    if checks > 1:
        raise SeveralChecks(text=text, checks=checks)


def _tables(
    segments: tuple[Segment, ...], given: Mapping[str, Entries], terms: Terms
) -> dict[str, CodeTable]:
    coded = [segment for segment in segments if isinstance(segment, Coded)]
    wanted = {segment.attribute for segment in coded}
    conditions = {attribute for attribute, _ in terms.when}
    levels = ("", *LEVELS)
    for name in given:
        attribute, _, level = name.partition(":")
        if attribute not in wanted | conditions or name not in (
            table_name(attribute, level) for level in levels
        ):
            raise UnusedTable(attribute=name)
    made = {name: CodeTable.of(name, entries) for name, entries in given.items()}
    per = (s.per or () for s in segments if isinstance(s, Sequence))
    named = [*map(_shown, coded), *(name for names in per for name in names if ":" in name), *given]
    for name in named:
        attribute, _, level = name.partition(":")
        for below in levels[: levels.index(level) + 1]:
            if table_name(attribute, below) not in made:
                raise MissingTable(attribute=table_name(attribute, below))
    for segment in coded:
        _require_width(segment, made[_shown(segment)])
    _require_parents(made, {_shown(segment) for segment in coded})
    for attribute, values in terms.when:
        for value in values if attribute in made else ():
            made[attribute].entry(value)
    return made


def _shown(segment: Coded) -> str:
    return table_name(segment.attribute, segment.level)


def _require_width(segment: Coded, table: CodeTable) -> None:
    for entry in table.entries if segment.width else ():
        if len(entry.code) != segment.width:
            raise WrongWidth(
                attribute=segment.attribute, width=segment.width, code=entry.code, value=entry.name
            )


def _require_parents(tables: Mapping[str, CodeTable], shown: set[str]) -> None:
    """A parent that is named has to exist; where its code is spelt, every entry has to have one."""
    for name, table in tables.items():
        attribute, _, level = name.partition(":")
        higher = [table_name(attribute, up) for up in LEVELS[("", *LEVELS).index(level) :]]
        if not higher or higher[0] not in tables:
            continue
        for entry in table.entries:
            try:
                if entry.parent or not shown.isdisjoint(higher):
                    tables[higher[0]].entry(entry.parent or "")
            except UnknownValue:
                raise UnknownParent(
                    attribute=attribute, value=entry.name, parent=entry.parent or ""
                ) from None


def a_day(rule: Rule, today: date) -> date:
    """Give a day that the rule is good for: today, or its last or first day."""
    latest = rule.terms.latest or today
    return max(min(latest, today), rule.terms.earliest)
