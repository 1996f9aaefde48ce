"""Segments written in the rule language, each in the one way in which it is always written."""

from collections.abc import Iterable

from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Literal,
    Random,
    Segment,
    Sequence,
)


def write(segments: Iterable[Segment]) -> str:
    """Give the text of the segments; the inverse of `grammar.read`.

    >>> write([Coded("type"), Literal("-"), Sequence(width=6, start=10, end=99, group=3)])
    '{type}-{seq:6,start=10,end=99,group=3}'
    """
    return "".join(
        segment.text if isinstance(segment, Literal) else f"{{{write_segment(segment)}}}"
        for segment in segments
    )


def write_segment(segment: Segment) -> str:  # noqa: PLR0911 - one a kind
    """Write a segment as it stands between the braces."""
    match segment:
        case Coded(attribute, width, level):
            form = level or (str(width) if width else "")
            return f"{attribute}:{form}" if form else attribute
        case DateOf(attribute, form, starts, named_by_end):
            more = (f",starts={starts}" if starts > 1 else "") + ",named=end" * named_by_end
            return f"{attribute}:{form}{more}"
        case Initials(attribute, width, pad):
            return f"initials({attribute}):{width}" + (f",pad={pad}" if pad != "X" else "")
        case Random():
            return _write_random(segment)
        case Check(system, digits_only):
            return f"check:{system}" + ",of=digits" * digits_only
        case Literal(text):
            return text
        case _:
            return _write_sequence(segment)


def _write_random(segment: Random) -> str:
    said = [f"random:{segment.width}"]
    if segment.alphabet != "crockford":
        said.append(f"alphabet={segment.alphabet}")
    if segment.group:
        said.append(f"group={segment.group}")
    return ",".join(said)


def _write_sequence(segment: Sequence) -> str:
    per = None if segment.per is None else "+".join(segment.per) or "none"
    said = {
        "alphabet": "" if segment.alphabet == "decimal" else segment.alphabet,
        "start": "" if segment.start is None else _numeral(segment, segment.start),
        "end": "" if segment.end is None else _numeral(segment, segment.end),
        "step": "" if segment.step == 1 else segment.step,
        "per": per,
        "reset": segment.reset,
        "starts": segment.starts,
        "widen": segment.widest,
        "then": segment.then,
        "group": segment.group,
    }
    options = (f",{key}={value}" for key, value in said.items() if value)
    return f"seq:{segment.picture or segment.width}{''.join(options)}"


def _numeral(segment: Sequence, number: int) -> str:
    """Write a number as it is printed, decimal ones without needless zeros."""
    spelt = segment.numerals.spell(number)
    return str(number) if segment.alphabet == "decimal" and not segment.picture else spelt
