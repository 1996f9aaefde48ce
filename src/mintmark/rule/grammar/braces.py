"""A rule's text taken apart: what stands between braces, what stands for itself, each at its place.

>>> segments_of("K-{seq:5}", Known())
(Literal(text='K-'), Sequence(width=5, ...))
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from mintmark.rule.grammar.options import Piece, Wrong, read_segment
from mintmark.rule.segments import DateOf, Literal, Segment

CODED = ("type", "region", "industry", "branch")
DATES = ("registered", "created", "contract")
EXAMPLES = ("{type}", "{region}", "{registered:YYYYMMDD}", "{seq:5}")
FORMULA = "=+@-"  # a code that begins so is a formula to a spreadsheet
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # Unicode's categories of what nobody sees in a code

_PIECE = re.compile(r"\{(?P<inside>[^{}]*)\}|(?P<literal>[^{}]+)")
_BRACES = str.maketrans("｛｝", "{}")
_INSIDE = re.compile(
    r"(?P<name>[^(:,]*)(?:\((?P<argument>[^)]*)\))?(?P<after>[^:,]*)(?::(?P<form>[^,]*))?(?P<options>,.*)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Known:
    """The attributes that a rule may name: coded ones and dates."""

    coded: tuple[str, ...] = CODED
    dates: tuple[str, ...] = DATES

    @classmethod
    def with_more(cls, coded: Iterable[str], dates: Iterable[str] = ()) -> "Known":
        """Give the usual attributes and these."""
        more = (tuple(dict.fromkeys((*usual, *own)))
                for usual, own in ((CODED, coded), (DATES, dates)))  # fmt: skip
        return cls(*more)

    def as_in(self, text: str) -> "Known":
        """Give the same, the coded attributes that the text shows first.

        >>> Known().as_in("{branch}{region}{seq:5}").coded
        ('region', 'branch', 'type', 'industry')
        """
        shown = sorted(self.coded, key=lambda name: f"{{{name}" not in text)
        return Known(tuple(shown), self.dates)


def narrow(text: str) -> str:
    """Give the text with braces, and all that stands in them, in half width; places stay the same.

    >>> narrow("（｛ｔｙｐｅ｝）｛seq：５，reset＝year｝")
    '（{type}）{seq:5,reset=year}'
    """
    braced = text.translate(_BRACES)
    return braced if braced.isascii() else _PIECE.sub(_narrowed, braced)


def _narrowed(piece: re.Match[str]) -> str:
    if piece["literal"]:
        return piece[0]
    pairs = ((c, unicodedata.normalize("NFKC", c)) for c in piece[0])
    return "".join(narrow if len(narrow) == 1 else wide for wide, narrow in pairs)


def segments_of(text: str, known: Known) -> tuple[Segment, ...]:
    """Read a rule's text in half width. Raises Wrong, with the place in the text."""
    known = known.as_in(text)
    segments: list[Segment] = []
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None:
            raise Wrong(place, EXAMPLES)
        if piece["literal"]:
            segments.append(_literal(piece["literal"], place))
        else:
            segments.append(_segment(piece["inside"], place + 1, known))
        place = piece.end()
    return tuple(segments)


def segment_of(inside: str, known: Known) -> Segment:
    """Read what stands between braces. Raises Wrong, with the place between them."""
    found = _INSIDE.fullmatch(inside)
    if found is None or found["after"].strip():
        raise Wrong(len(inside) if found is None else found.start("after"), EXAMPLES)
    return read_segment(_piece(found), known.coded, known.dates)


def _segment(inside: str, place: int, known: Known) -> Segment:
    try:
        segment = segment_of(inside, known)
    except Wrong as wrong:
        wrong.place += place
        raise
    if place == 1 and isinstance(segment, DateOf) and segment.format[0] in FORMULA:
        raise Wrong(inside.index(":") + 2, (segment.format.lstrip(FORMULA),), found=segment.format)
    return segment


def _literal(text: str, place: int) -> Literal:
    """Take text that stands for itself; what nobody sees, or makes a formula, does not."""
    for at, character in enumerate(text):
        begins = not place and not text[:at].strip()
        plain = unicodedata.normalize("NFKC", character)
        if unicodedata.category(character) in UNSEEN or (begins and plain in FORMULA):
            raise Wrong(place + at, ("A", "{type}") if begins else ("-", " "), found=character)
    return Literal(text)


def _piece(found: re.Match[str]) -> Piece:
    options = []
    place = found.start("options") + 1
    for part in found["options"][1:].split(",") if found["options"] else ():
        key, equals, value = part.partition("=")
        at = place + _lead(key), place + len(key) + len(equals) + _lead(value)
        options.append((key.strip(), value.strip() if equals else None, *at))
        place += len(part) + 1
    name, form = found["name"].strip(), found["form"]
    return Piece(
        name=name,
        argument=None if found["argument"] is None else found["argument"].strip(),
        form="" if form is None else form.strip(),
        options=tuple(options),
        at=_lead(found["name"]),
        at_argument=max(found.start("argument"), 0) + _lead(found["argument"] or ""),
        at_form=len(found[0]) if form is None else found.start("form") + _lead(form),
    )


def _lead(text: str) -> int:
    """Give how many spaces a text begins with."""
    return len(text) - len(text.lstrip())
