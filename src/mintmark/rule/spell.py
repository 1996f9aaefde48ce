"""From attributes to a code: first the scope, then, last of all, the number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mintmark.checkchar import SYSTEMS
from mintmark.errors import DateOutOfRange, MissingFact
from mintmark.rule import dates
from mintmark.rule.capacity import free, numbers_after
from mintmark.rule.definition import LEVELS, Rule, a_day, table_name
from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Literal,
    Random,
    Segment,
    Sequence,
    grouped,
)
from mintmark.rule.table import Entry
from mintmark.text import canonical, initials

Attributed = Coded | DateOf | Initials
_KNOWN = (Literal, Coded, DateOf, Initials)
Attributes = Mapping[str, str | date | None]
ANY = "_"  # in a scope's key: a segment that does not part the sequence


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a sequence counts (流水范围): a code with the place of its number left open.

    Its `key` is the canonical form with ``#`` for each digit of the number (``?`` for each random
    character), ``_`` for a segment that does not part the sequence, the first day of a period for
    its dates, and without check characters. Rule versions that spell alike have the same key, so
    they share one counter and cannot collide.
    """

    rule: Rule = field(repr=False, compare=False)
    pieces: tuple[str | Segment, ...]
    key: str
    _around: tuple[str, str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        around = None
        fixed = [piece for piece in self.pieces if isinstance(piece, str)]
        if len(fixed) == len(self.pieces) - 1:  # all but the number
            at = self.pieces.index(self.rule.number)
            around = "".join(fixed[:at]), "".join(fixed[at:])
        object.__setattr__(self, "_around", around)

    @property
    def capacity(self) -> int:
        """How many numbers Mintmark may give here."""
        return free(self.rule)

    @property
    def is_random(self) -> bool:
        """Whether numbers are drawn, not counted."""
        return isinstance(self.rule.number, Random)

    @property
    def salts(self) -> tuple[Random, ...]:
        """The random characters that a code has beside its number."""
        number = self.rule.number
        return tuple(p for p in self.pieces if isinstance(p, Random) and p is not number)

    def numbers_after(self, last: int) -> Iterator[int]:
        """Give the numbers that come after `last`, in order."""
        return numbers_after(self.rule, last)

    def is_unwanted(self, code: str) -> bool:
        """Tell whether the number makes the code have an unwanted word in it.

        What the fixed part has in it no number can mend: tables are proved to be without unwanted
        words, and days on which a date looks like one are let pass.
        """
        words = self.rule.terms.unwanted
        if not words:
            return False
        fixed = [canonical(piece) for piece in self.pieces if isinstance(piece, str)]
        whole = canonical(code)
        return any(
            _times(word, whole) > sum(_times(word, piece) for piece in fixed) for word in words
        )

    def spell(self, number: int, salt: str = "") -> str:
        """Write the code of a number; `salt` are the random characters that it has beside it."""
        if self._around is not None:
            before, after = self._around
            return f"{before}{self.rule.number.spell(number)}{after}"
        shown: list[str] = []
        check: Check | None = None
        place = 0
        for piece in self.pieces:
            if piece.__class__ is str:
                shown.append(piece)
            elif piece is self.rule.number:
                shown.append(self.rule.number.spell(number))
            elif isinstance(piece, Random):
                shown.append(grouped(salt[: piece.width], piece.group))
                salt = salt[piece.width :]
            elif isinstance(piece, Check):
                check, place = piece, len(shown)
                shown.append("")
        if check is not None:
            shown[place] = check_of(check, canonical("".join(shown)))
        return "".join(shown)


def _times(word: str, text: str) -> int:
    return sum(text.startswith(word, at) for at in range(len(text)))


def check_of(check: Check, body: str) -> str:
    """Give the check characters of a code without them, in canonical form."""
    counted = "".join(filter(str.isdecimal, body)) if check.digits_only else body
    return SYSTEMS[check.system].compute(counted)


def scope_of(rule: Rule, attributes: Attributes, *, today: date) -> Scope:
    """Give the scope in which a customer with these attributes is numbered.

    `today` is the day in the rule's time zone: when the code is minted, and the last day of a rule
    without `latest`. Raises MissingFact, UnknownValue, EntryNotValid or DateOutOfRange.
    """
    return Speller(rule, today).scope(attributes)


class Speller:
    """Spells many codes by one rule on one day; each value of an attribute is looked up once.

    >>> from mintmark.rule import define
    >>> spelt = Speller(define("{type}{seq:3}", tables={"type": {"V": "VIP"}}), date(2026, 1, 2))
    >>> spelt.scope({"type": "VIP"}).spell(7)
    'V007'
    """

    def __init__(self, rule: Rule, today: date) -> None:
        self.rule = rule
        self.today = today
        self._scopes: dict[tuple[str | date | None, ...], Scope] = {}
        # Each segment with what it shows for the values seen so far; a literal has but one.
        self._seen: list[tuple[Segment, str, dict[str | date | None, tuple[str, str]]]] = [
            (segment, segment.attribute if isinstance(segment, Attributed) else "", {})
            for segment in rule.segments
        ]

    def scope(self, attributes: Attributes) -> Scope:
        """Give the scope of a customer; raises what `scope_of` does."""
        named = tuple([attributes.get(name) for name in self.rule.attributes])
        found = self._scopes.get(named)
        if found is None:
            found = self._scopes[named] = self._scope(attributes)
        return found

    def _scope(self, attributes: Attributes) -> Scope:
        pieces: list[str | Segment] = []
        key = fixed = ""
        for segment, name, seen in self._seen:
            value = attributes.get(name)
            shown = seen.get(value)
            if shown is not None:
                fixed += shown[0]
                key += shown[1]
            elif isinstance(segment, _KNOWN):
                shown = seen[value] = shown_as(self.rule, segment, attributes, self.today)
                fixed += shown[0]
                key += shown[1]
            else:
                pieces += (fixed, segment) if fixed else (segment,)
                fixed = ""
                key += left_open(segment)
        return Scope(self.rule, (*pieces, fixed) if fixed else tuple(pieces), key)


def in_range(rule: Rule, attribute: str, day: date, *, today: date) -> date:
    """Give the day back if the rule is good for it, else raise DateOutOfRange."""
    earliest, latest = rule.terms.earliest, rule.terms.latest or today
    if not earliest <= day <= latest:
        raise DateOutOfRange(fact=attribute, value=day, earliest=earliest, latest=latest)
    return day


def sample(rule: Rule, *, today: date) -> str:
    """Give the first code of the rule: today (or its last day), the first entry of each table.

    A check that cannot be computed, for which the rule is not proved, is shown as ``?``.

    >>> from mintmark.rule import define
    >>> sample(define("客户{seq:5}{check:37-36}"), today=date(2026, 1, 2))
    '客户00001?'
    """
    scope = scope_of(rule, sample_attributes(rule, today=today), today=a_day(rule, today))
    number = rule.number
    first = number.first if isinstance(number, Sequence) else number.capacity * 5 // 7
    salts = (salt.numerals.spell(salt.capacity * 5 // 7) for salt in scope.salts)
    return example(scope, first, "".join(salts))


def example(scope: Scope, number: int, salt: str) -> str:
    """Write the code of a number as `Scope.spell` does; ``?`` for a check that has no answer."""
    try:
        return scope.spell(number, salt)
    except ValueError:
        filled = ("?" * SYSTEMS[p.system].width if isinstance(p, Check) else p
                  for p in scope.pieces)  # fmt: skip
        return replace(scope, pieces=tuple(filled)).spell(number, salt)


def sample_attributes(rule: Rule, *, today: date, place: int = 0) -> dict[str, str | date | None]:
    """Give attributes that the rule can spell: entries of its tables, a day it is good for."""
    day = a_day(rule, today)
    made: dict[str, str | date | None] = dict.fromkeys(rule.dated, day)
    for name, table in rule.tables.items():
        if ":" not in name:
            at = place % len(table.entries)
            order = (*table.entries[at:], *table.entries[:at])
            made[name] = next((e for e in order if e.is_good_on(day)), order[0]).name
    made |= {s.attribute: "张伟" for s in rule.segments if isinstance(s, Initials)}
    return made | {name: values[0] for name, values in rule.terms.when}


# ---------------------------------------------------------------- one segment


def shown_as(
    rule: Rule, segment: Literal | Attributed, attributes: Attributes, today: date
) -> tuple[str, str]:
    """Give what a segment shows, and what of it is in the scope's key."""
    match segment:
        case Literal(text):
            return text, canonical(text)
        case Coded():
            return _coded(rule, segment, attributes, today)
        case DateOf():
            return _date(rule, segment, attributes, today)
        case Initials(attribute, width, pad):
            shown = initials(str(_value(attributes, attribute)), width, pad)
            return shown, shown if _parts(rule, attribute) else ANY


def left_open(segment: Segment) -> str:
    """Give what stands in a scope's key for a segment that is not known before the number is."""
    if isinstance(segment, Sequence):
        return "#" * segment.numerals.width
    if isinstance(segment, Random):
        return "?" * segment.width
    return ""


def _value(attributes: Attributes, attribute: str) -> str | date:
    value = attributes.get(attribute)
    if value is None or value == "":
        raise MissingFact(fact=attribute)
    return value


def _coded(rule: Rule, segment: Coded, attributes: Attributes, today: date) -> tuple[str, str]:
    entry = rule.tables[segment.attribute].valid(str(_value(attributes, segment.attribute)), today)
    by_level = {"": entry}
    for level in LEVELS:
        if (name := table_name(segment.attribute, level)) in rule.tables and entry.parent:
            entry = by_level[level] = rule.tables[name].entry(entry.parent)
    shown = by_level[segment.level].code
    return shown, _parting_code(rule, segment, by_level)


def _parting_code(rule: Rule, segment: Coded, by_level: Mapping[str, Entry]) -> str:
    """Give the code of the level that parts the sequence: the segment's own or one above."""
    levels = ("", *LEVELS)
    own = levels.index(segment.level)
    if any(_parts(rule, table_name(segment.attribute, level)) for level in levels[: own + 1]):
        return by_level[segment.level].code
    for level in levels[own + 1 :]:
        if level in by_level and _parts(rule, table_name(segment.attribute, level)):
            return by_level[level].code
    return ANY


def _date(rule: Rule, segment: DateOf, attributes: Attributes, today: date) -> tuple[str, str]:
    given = attributes.get(segment.attribute)
    if given is None and segment.attribute == "created":
        given = today
    if given is None or given == "":
        raise MissingFact(fact=segment.attribute)
    day = given if isinstance(given, date) else date.fromisoformat(given)
    shown = segment.spell(in_range(rule, segment.attribute, day, today=today))
    period = reset_of(rule)
    if period is None:
        return shown, canonical(shown)
    unit, attribute, starts = period
    if unit == "never" or attribute != segment.attribute:
        return shown, ANY
    return shown, canonical(segment.spell(dates.period_start(unit, day, starts=starts)))


def _parts(rule: Rule, attribute: str) -> bool:
    """Tell whether a sequence of its own counts for each value of the attribute."""
    number = rule.number
    return isinstance(number, Random) or number.per is None or attribute in number.per


def reset_of(rule: Rule) -> tuple[str, str, int] | None:
    """Give the period in which the sequence starts again: unit, date attribute, fiscal start.

    None: whatever dates the code shows part the sequence.
    """
    number = rule.number
    if not isinstance(number, Sequence) or not number.reset:
        return None
    unit, _, attribute = number.reset.removesuffix(")").partition("(")
    fiscal = (s.starts for s in rule.segments if isinstance(s, DateOf) and s.starts > 1)
    return unit, attribute or rule.default_date, number.starts or next(fiscal, 1)
