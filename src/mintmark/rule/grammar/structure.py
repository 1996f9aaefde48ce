"""Segments as data, for pages and programs: the same as the text, lossless both ways.

>>> from mintmark.rule.grammar import read
>>> structure(read("{type}-{seq:4,widen=6}"))[0]
{'kind': 'coded', 'attribute': 'type'}
>>> of_structure(structure(read("K{seq:4,widen=6}"))) == read("K{seq:4,widen=6}")
True
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from mintmark.errors import WrongSegment
from mintmark.rule.grammar import Known, read, write
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

KINDS: dict[str, type[Segment]] = {
    "literal": Literal,
    "coded": Coded,
    "date": DateOf,
    "initials": Initials,
    "sequence": Sequence,
    "random": Random,
    "check": Check,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def structure(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    """Give each segment as its kind and the fields that are not the usual ones."""
    return [
        {"kind": _NAMES[type(segment)]}
        | {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in fields(segment)
            if (value := getattr(segment, field.name)) != field.default
        }
        for segment in segments
    ]


def of_structure(
    given: Iterable[Mapping[str, Any]], known: Known | None = None
) -> tuple[Segment, ...]:
    """Give the segments back. Raises WrongSegment with the number of the first that is wrong."""
    made: list[Segment] = []
    for number, one in enumerate(given, start=1):
        segment = _segment(one, known, before="{seq:1}" if made else "")
        if segment is None:
            raise WrongSegment(number=number, segment=str(one), kinds=tuple(KINDS))
        made.append(segment)
    return tuple(made)


def _segment(given: Mapping[str, Any], known: Known | None, *, before: str) -> Segment | None:
    """Give the segment; None if it is none, or none that can be written behind what is before."""
    try:
        more = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
        kind: Callable[..., Segment] = KINDS[str(more.pop("kind"))]
        segment = kind(**more)
        return segment if read(before + write([segment]), known)[-1:] == (segment,) else None
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        return None
