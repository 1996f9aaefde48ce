"""From a code back to its parts: why it reads as it does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple, TypeGuard

from mintmark.checkchar import SYSTEMS
from mintmark.rule import dates
from mintmark.rule.definition import LEVELS, Rule, table_name
from mintmark.rule.numerals import ALPHABETS
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
from mintmark.rule.spell import check_of
from mintmark.text import canonical

LEVELS_UP = ("", *LEVELS)
_MOST_ALIKE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A part of a code, the attribute it spells ("seq" for the number) and what it means."""

    part: str
    attribute: str
    meaning: str


class Parsed(NamedTuple):
    """A code that the rule can have spelt: its parts, one for each segment, and its number."""

    parts: tuple[str, ...]
    number: int


class Parser:
    """Reads codes by one rule.

    >>> from mintmark.rule import define
    >>> rule = define("{type}-{registered:YYMM}{seq:3}{check:37-36}", tables={"type": {"V": "VIP"}})
    >>> parser = Parser(rule)
    >>> parser.read("v 2310 007 6").number, parser.read("v 2310 007 8"), parser.read("V-2313-0076")
    (7, None, None)
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._read = re.compile(
            "".join(f"({pattern_of(rule, s)})" for s in rule.segments)
        ).fullmatch
        self._each = [re.compile(pattern_of(rule, s)).fullmatch for s in rule.segments]
        placed = list(enumerate(rule.segments))
        self._number = rule.number
        self._at = next(place for place, s in placed if s is rule.number)
        self._checks = [(place, s) for place, s in placed if isinstance(s, Check)]
        self.dated = [
            (
                [place for place, s in placed if _is_date(s, attribute)],
                tuple(
                    token
                    for _, s in placed
                    if _is_date(s, attribute)
                    for token in dates.tokens(s.format)
                ),
            )
            for attribute in rule.dated
        ]
        coded = [[(place, s) for place, s in placed if _is_coded(s, a)] for a in rule.coded]
        self.repeated = [group for group in coded if len(group) > 1]
        self.is_cut_by_widths = sum(_varies(rule, s) for s in rule.segments) < 2  # noqa: PLR2004

    def read(self, code: str) -> Parsed | None:
        """Read a code, however it is typed; None if this rule cannot have spelt it."""
        text = canonical(code)
        found = self._read(text)
        if found is None:
            return None
        parsed = self._parsed(found.groups())
        if parsed is not None or self.is_cut_by_widths:
            return parsed
        return next(filter(None, map(self._parsed, self.cuts(text))), None)

    def cuts(self, text: str, place: int = 0) -> Iterator[tuple[str, ...]]:
        """Give all ways to cut a text, in canonical form, into parts that the segments may have.

        >>> from mintmark.rule import define
        >>> tables = {"type": {"V": "VIP", "VB": "both"}, "region": {"J": "near", "BJ": "far"}}
        >>> list(Parser(define("{type}-{region}-{seq:1}", tables=tables)).cuts("VBJ7"))
        [('V', '', 'BJ', '', '7'), ('VB', '', 'J', '', '7')]
        """
        if place == len(self._each):
            yield from () if text else ((),)
            return
        for end in range(len(text) + 1):
            if self._each[place](text[:end]):
                yield from ((text[:end], *rest) for rest in self.cuts(text[end:], place + 1))

    def _parsed(self, parts: tuple[str, ...]) -> Parsed | None:
        number = self._number.numerals.read(parts[self._at])
        if number is None or not _counts(self._number, number):
            return None
        for places, tokens in self.dated:
            if not dates.possible(tokens, "".join([parts[place] for place in places])):
                return None
        for place, check in self._checks:
            if not _verifies(check, "".join((*parts[:place], *parts[place + 1 :])), parts[place]):
                return None
        if self.repeated and not all(self.agree(group, parts) for group in self.repeated):
            return None
        return Parsed(parts, number)

    def agree(self, group: list[tuple[int, Coded]], parts: tuple[str, ...]) -> bool:
        """Tell whether the parts that spell one attribute can be those of one value."""
        lowest = min((segment.level for _, segment in group), key=LEVELS_UP.index)
        codes = {parts[place] for place, segment in group if segment.level == lowest}
        if len(codes) > 1:
            return False
        chain = dict(levels_of(self.rule, group[0][1].attribute, codes.pop(), lowest))
        return all(parts[place] == chain[segment.level] for place, segment in group)

    def accepts(self, parts: tuple[str, ...]) -> bool:
        """Tell whether this rule can write these parts, one for each segment."""
        return self._parsed(parts) is not None

    def shape(self, code: str) -> tuple[str, ...] | None:
        """Give the parts of a code that has the rule's form, whatever its check characters."""
        found = self._read(canonical(code))
        return None if found is None else found.groups()

    def corrections(self, code: str) -> Iterator[str]:
        """Give the codes of this rule that one slip of the keyboard turns into this one.

        One wrong character, two swapped, one too many or one missing; canonical, each once.
        """
        seen = {canonical(code)}
        for other in slips(canonical(code)):
            if other not in seen and self.read(other) is not None:
                seen.add(other)
                yield other


def explain(rule: Rule, code: str) -> tuple[Reading, ...] | None:
    """Read a code back; None if this rule cannot have spelt it.

    >>> from mintmark.rule import define
    >>> rule = define("{type}-{registered:YYMM}-{seq:3}", tables={"type": {"V": "VIP"}})
    >>> [(reading.part, reading.meaning) for reading in explain(rule, "v 2310 007")]
    [('V', 'VIP'), ('2310', '2310'), ('007', '7')]
    """
    parsed = parser_of(rule).read(code)
    if parsed is None:
        return None
    pairs = zip(rule.segments, parsed.parts, strict=True)
    return tuple(_reading(rule, s, part) for s, part in pairs if not isinstance(s, Literal))


def parser_of(rule: Rule) -> Parser:
    """Give the rule's parser; it is made once."""
    made = rule.__dict__.get("_parser")
    if made is None:
        made = rule.__dict__["_parser"] = Parser(rule)
    return made


def slips(code: str) -> Iterator[str]:
    """Give all texts that are one slip of the keyboard away.

    >>> sorted({len(text) for text in slips("A1")})
    [1, 2, 3]
    """
    alphabet = ALPHABETS["base36"]
    for at in range(len(code)):
        yield from (code[:at] + other + code[at + 1 :] for other in alphabet)
        yield code[:at] + code[at + 1 : at + 2] + code[at] + code[at + 2 :]
    for at in range(len(code) + 1):
        yield from (code[:at] + other + code[at:] for other in alphabet)
        yield code[:at] + code[at + 1 :]


def levels_of(rule: Rule, attribute: str, code: str, level: str) -> Iterator[tuple[str, str]]:
    """Give each level from this one up, with the code of the value or of its ancestor there."""
    yield level, code
    entry = rule.tables[table_name(attribute, level)].of_code(code)
    for higher in LEVELS_UP[LEVELS_UP.index(level) + 1 :]:
        above = rule.tables.get(table_name(attribute, higher))
        if above is None or entry is None or entry.parent is None:
            return
        entry = above.entry(entry.parent)
        yield higher, entry.code


def chains(rule: Rule, attribute: str) -> Iterator[dict[str, str]]:
    """Give, for each value of an attribute, its code at each level that it has."""
    for entry in rule.tables[attribute].entries:
        yield dict(levels_of(rule, attribute, entry.code, ""))


def _varies(rule: Rule, segment: Segment) -> bool:
    """Tell whether a segment is shorter in one code and longer in another."""
    if isinstance(segment, Coded):
        return len({len(entry.code) for entry in rule.table(segment).entries}) > 1
    return isinstance(segment, Sequence) and segment.widest > 0


def _is_date(segment: Segment, attribute: str) -> TypeGuard[DateOf]:
    return isinstance(segment, DateOf) and segment.attribute == attribute


def _is_coded(segment: Segment, attribute: str) -> TypeGuard[Coded]:
    return isinstance(segment, Coded) and segment.attribute == attribute


_LOOKS = {"O": "O0", "I": "I1", "L": "L1"}


def alikes(code: str) -> Iterator[str]:
    """Give the texts in which letters are digits that they look like: O 0, I 1, L 1.

    >>> list(alikes("VOI"))
    ['VOI', 'VO1', 'V0I', 'V01']
    """
    places = [_LOOKS.get(character, character) for character in code]
    if prod(map(len, places)) <= _MOST_ALIKE:
        yield from map("".join, product(*places))


# ---------------------------------------------------------------- patterns


def pattern_of(rule: Rule, segment: Segment) -> str:
    """Give the pattern of everything that a segment can have, and of a little more."""
    match segment:
        case Literal(text):
            return re.escape(canonical(text))
        case Coded():
            return trie_pattern(tuple(entry.code for entry in rule.table(segment).entries))
        case DateOf(_, form):
            return "".join(_date_pattern(token) for token in dates.tokens(form))
        case Initials(_, width, pad):
            return f"[A-Z{pad}]{{{width}}}"
        case Check(system):
            made = SYSTEMS[system]
            return f"{_class(made.check_alphabet)}{{{made.width}}}"
        case _:
            return _number_pattern(segment)


def _number_pattern(segment: Number) -> str:
    forms = segment.numerals.forms()
    if len(forms) == 1 or (isinstance(segment, Sequence) and segment.widest):
        first = "".join(_class(place) for place in forms[0])
        if len(forms) == 1:
            return first
        wide = _class(segment.numerals.places[0])
        least, most = segment.numerals.width, segment.numerals.widest - 1
        return f"(?:{first}|{_class(segment.numerals.places[0][1:])}{wide}{{{least},{most}}})"
    either = "".join(dict.fromkeys(segment.numerals.places[0] + segment.numerals.then))
    return f"{_class(either)}{{{segment.numerals.width}}}"


@lru_cache(maxsize=1024)
def _class(characters: str) -> str:
    named = {ALPHABETS["decimal"]: "[0-9]", ALPHABETS["base36"]: "[0-9A-Z]",
             ALPHABETS["letters"]: "[A-Z]"}  # fmt: skip
    return named.get(characters) or f"[{re.escape(characters)}]"


def _date_pattern(token: str) -> str:
    match token:
        case "YYYY" | "GGGG" | "FYYYY":
            return "[0-9]{4}"
        case "YY" | "GG" | "FYY":
            return "[0-9]{2}"
        case "DDD":
            return "[0-3][0-9]{2}"
        case _:
            return trie_pattern(dates.spellings(token, range(2000, 2010)))


@lru_cache(maxsize=256)
def trie_pattern(words: tuple[str, ...]) -> str:
    """Give a pattern of these words that tells them apart character by character, not one by one.

    >>> trie_pattern(("BJ", "BD", "SH"))
    '(?:B[DJ]|SH)'
    """
    return _trie(sorted(set(words)))


def _trie(words: list[str]) -> str:
    """Write sorted words; where one begins another, the longer one is tried first."""
    heads: dict[str, list[str]] = {}
    for word in words:
        if word:
            heads.setdefault(word[0], []).append(word[1:])
    by_rest: dict[str, str] = {}
    for head, rest in heads.items():
        tail = _trie(rest)
        by_rest[tail] = by_rest.get(tail, "") + head
    options = [
        (re.escape(chars) if len(chars) == 1 else f"[{re.escape(chars)}]") + tail
        for tail, chars in by_rest.items()
    ]
    if not options:
        return ""
    joined = options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"
    return f"(?:{joined})?" if "" in words else joined


def _counts(number: Number, value: int) -> bool:
    if isinstance(number, Random):
        return True
    return number.first <= value <= number.last and (value - number.first) % number.step == 0


def _verifies(check: Check, body: str, part: str) -> bool:
    try:
        return check_of(check, body) == part
    except ValueError:  # characters that the system does not count with
        return False


def _reading(rule: Rule, segment: Segment, part: str) -> Reading:
    match segment:
        case Coded(attribute):
            entry = rule.table(segment).of_code(part)
            name = entry.name if entry else part
            return Reading(part=part, attribute=attribute, meaning=name)
        case DateOf(attribute, form):
            whole = dates.tokens(form) == ("YYYY", "MM", "DD")
            meaning = f"{part[:4]}-{part[4:6]}-{part[6:]}" if whole else part
            return Reading(part=part, attribute=attribute, meaning=meaning)
        case Sequence():
            number = segment.numerals.read(part)
            return Reading(part=part, attribute="seq", meaning=str(number))
        case Initials(attribute):
            return Reading(part=part, attribute="initials", meaning=part)
        case Check(system):
            return Reading(part=part, attribute="check", meaning=system)
        case _:
            return Reading(part=part, attribute="random", meaning=part)
