"""From a code back to what its parts mean: why it reads as it does."""

import re
from dataclasses import dataclass

from mintmark.rule.definition import Rule
from mintmark.rule.segments import Coded, DateOf, Literal, Segment
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A part of a code, the attribute it spells ("seq" for the number) and what it means."""

    part: str
    attribute: str
    meaning: str


def explain(rule: Rule, code: str) -> tuple[Reading, ...] | None:
    """Read a code back, however it is typed; None if this rule cannot have spelt it.

    >>> from mintmark.rule import define
    >>> rule = define("{type}-{registered:YYMM}-{seq:3}", tables={"type": {"V": "VIP"}})
    >>> [(reading.part, reading.meaning) for reading in explain(rule, "v 2310 007")]
    [('V', 'VIP'), ('2310', '2310'), ('007', '7')]
    """
    pattern = "".join(f"({_pattern(rule, segment)})" for segment in rule.segments)
    found = re.fullmatch(pattern, canonical(code))
    if found is None:
        return None
    parts = zip(rule.segments, found.groups(), strict=True)
    return tuple(
        _reading(rule, segment, part) for segment, part in parts if not isinstance(segment, Literal)
    )


def _pattern(rule: Rule, segment: Segment) -> str:
    match segment:
        case Literal(text):
            return re.escape(canonical(text))
        case Coded(attribute):
            return "|".join(re.escape(canonical(e.code)) for e in rule.tables[attribute].entries)
        case DateOf(_, form):
            return rf"\d{{{len(form)}}}"
        case _:
            return rf"\d{{{segment.width}}}"


def _reading(rule: Rule, segment: Segment, part: str) -> Reading:
    match segment:
        case Coded(attribute):
            meaning = rule.tables[attribute].meaning(part)
            return Reading(part=part, attribute=attribute, meaning=meaning)
        case DateOf(attribute, form):
            meaning = f"{part[:4]}-{part[4:6]}-{part[6:]}" if form == "YYYYMMDD" else part
            return Reading(part=part, attribute=attribute, meaning=meaning)
        case _:
            return Reading(part=part, attribute="seq", meaning=str(int(part)))
