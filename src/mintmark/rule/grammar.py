"""The rule language: one line of text, read into segments and written back.

    rule    = { literal | "{" segment "}" }
    segment = "seq:" width | date attribute ":" format | coded attribute
    format  = one or more of YYYY or YY, MM, DD

>>> read("{type}-{seq:5}")
(Coded(attribute='type'), Literal(text='-'), Sequence(width=5))
>>> read("{type}-{sec:5}")
Traceback (most recent call last):
    ...
mintmark.errors.rules.RuleSyntax: rule-syntax (text='{type}-{sec:5}', column=9, near=('{seq:5}',))
"""

import re
from difflib import get_close_matches

from mintmark.errors import RuleSyntax, WrongSequence
from mintmark.rule.segments import Coded, DateOf, Literal, Segment, Sequence

CODED = ("type", "region")
DATES = ("registered",)
_WIDEST = 18  # the most decimal digits that a 64-bit counter can fill

_PIECE = re.compile(r"\{(?P<inside>[^{}]*)\}|(?P<literal>[^{}]+)")
_FORMAT = re.compile(r"(?=.)(?:YYYY|YY)?(?:MM)?(?:DD)?")
_EXAMPLES = (
    *(f"{{{attribute}}}" for attribute in CODED),
    *(f"{{{attribute}:YYYYMMDD}}" for attribute in DATES),
    "{seq:5}",
)


def read(text: str) -> tuple[Segment, ...]:
    """Give the segments of a rule's text, or refuse with the place where reading stopped.

    Raises RuleSyntax, or WrongSequence unless there is exactly one sequence.
    """
    segments: list[Segment] = []
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None:
            raise RuleSyntax(text=text, column=place + 1, near=_EXAMPLES)
        literal, inside = piece["literal"], piece["inside"]
        segments.append(Literal(literal) if literal else _segment(text, place + 1, inside))
        place = piece.end()
    sequences = sum(isinstance(segment, Sequence) for segment in segments)
    if sequences != 1:
        raise WrongSequence(text=text, sequences=sequences)
    return tuple(segments)


def write(segments: tuple[Segment, ...]) -> str:
    """Give the text of the segments; the inverse of `read`."""
    return "".join(_write(segment) for segment in segments)


def _segment(text: str, place: int, inside: str) -> Segment:
    name, _, form = (part.strip() for part in inside.partition(":"))
    if name == "seq" and form.isascii() and form.isdigit() and 1 <= int(form) <= _WIDEST:
        return Sequence(int(form))
    if name in CODED and not form:
        return Coded(name)
    if name in DATES and _FORMAT.fullmatch(form):
        return DateOf(name, form)
    near = get_close_matches(f"{{{inside}}}", _EXAMPLES, n=1, cutoff=0.4) or _EXAMPLES
    raise RuleSyntax(text=text, column=place + 1, near=tuple(near))


def _write(segment: Segment) -> str:
    match segment:
        case Literal(text):
            return text
        case Coded(attribute):
            return f"{{{attribute}}}"
        case DateOf(attribute, form):
            return f"{{{attribute}:{form}}}"
        case Sequence(width):
            return f"{{seq:{width}}}"
