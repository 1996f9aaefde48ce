"""The rule language: one line of text, read into segments and written back.

    rule    = { literal | "{" segment "}" }
    segment = name [ "(" attribute ")" ] [ ":" form ] { "," option [ "=" value ] }

What stands in braces is one of

    {type} {region:2} {region:parent}     a coded attribute, by its code table
    {registered:YYYYMMDD} {contract:FYY,starts=4}                     a date
    {initials(name):2}                    the initials of a name
    {seq:5} {seq:A000} {seq:4,alphabet=base36,start=100,step=10,widen=6}
    {seq:5,per=type+region,reset=month}   the number, and where it counts
    {random:8}                            characters that nobody can guess
    {check:37-36} {check:luhn,of=digits}  check characters

>>> read("{type}-{seq:5}")
(Coded(attribute='type', width=0, level=''), Literal(text='-'), Sequence(width=5, ...))
>>> write(read("{ registered : yyyymm }{seq:4, widen}"))
'{registered:YYYYMM}{seq:4,widen=18}'
>>> read("{type}-{sec:5}")
Traceback (most recent call last):
    ...
mintmark.errors.rules.RuleSyntax: rule-syntax (text='{type}-{sec:5}', column=9, ...)
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from mintmark.errors import RuleSyntax, UnknownAttribute
from mintmark.rule.options import NAMES, Piece, Wrong, read_segment, write_segment
from mintmark.rule.segments import Literal, Segment

CODED = ("type", "region", "industry", "branch")
DATES = ("registered", "created", "contract")
EXAMPLES = ("{type}", "{region}", "{registered:YYYYMMDD}", "{seq:5}")

_PIECE = re.compile(r"\{(?P<inside>[^{}]*)\}|(?P<literal>[^{}]+)")
_BRACES = str.maketrans("｛｝", "{}")
_INSIDE = re.compile(
    r"(?P<name>[^(:,]*)(?:\((?P<argument>[^)]*)\))?(?P<after>[^:,]*)(?::(?P<form>[^,]*))?(?P<options>,.*)?"
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


def read(text: str, known: Known | None = None) -> tuple[Segment, ...]:
    """Give the segments of a rule's text.

    Raises RuleSyntax or UnknownAttribute, with the place where reading stopped (characters, counted
    from 1), what could stand there, and the nearest rule that can be read.
    """
    known = known or Known()
    text = _narrow(text)
    segments: list[Segment] = []
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None:
            raise RuleSyntax(
                text=text, column=place + 1, expected=EXAMPLES, nearest=_balanced(text, known)
            )
        literal = piece["literal"]
        segments.append(
            Literal(literal) if literal else _segment(text, place + 1, piece["inside"], known)
        )
        place = piece.end()
    return tuple(segments)


def write(segments: Iterable[Segment]) -> str:
    """Give the text of the segments; the inverse of `read`."""
    return "".join(
        segment.text if isinstance(segment, Literal) else f"{{{write_segment(segment)}}}"
        for segment in segments
    )


def _narrow(text: str) -> str:
    """Give the text with braces, and all that stands in them, in half width; places stay the same.

    >>> _narrow("（｛ｔｙｐｅ｝）｛seq：５，reset＝year｝")
    '（{type}）{seq:5,reset=year}'
    """
    braced = text.translate(_BRACES)
    return braced if braced.isascii() else _PIECE.sub(_narrowed, braced)


def _narrowed(piece: re.Match[str]) -> str:
    if piece["literal"]:
        return piece[0]
    pairs = ((c, unicodedata.normalize("NFKC", c)) for c in piece[0])
    return "".join(narrow if len(narrow) == 1 else wide for wide, narrow in pairs)


def _segment(text: str, start: int, inside: str, known: Known) -> Segment:
    """Read what stands between braces; `start` is the place of its first character, from 0."""
    found = _INSIDE.fullmatch(inside)
    try:
        if found is None or found["after"].strip():
            raise Wrong(len(inside) if found is None else found.start("after"), EXAMPLES)
        return read_segment(_piece(found), known.coded, known.dates)
    except Wrong as wrong:
        column = start + wrong.place + 1
        nearest = _repaired(text, start, inside, wrong, known)
        if wrong.attribute:
            raise UnknownAttribute(
                text=text, column=column, attribute=wrong.attribute,
                known=(*known.coded, *known.dates), nearest=nearest,
            ) from None  # fmt: skip
        raise RuleSyntax(
            text=text, column=column, expected=wrong.expected, nearest=nearest
        ) from None


def _piece(found: re.Match[str]) -> Piece:
    options = []
    place = found.start("options") + 1
    for part in found["options"][1:].split(",") if found["options"] else ():
        key, equals, value = part.partition("=")
        at = place + _lead(key), place + len(key) + len(equals) + _lead(value)
        options.append((key.strip(), value.strip() if equals else None, *at))
        place += len(part) + 1
    name = found["name"].strip()
    return Piece(
        name=name,
        argument=None if found["argument"] is None else found["argument"].strip(),
        form="" if found["form"] is None else found["form"].strip(),
        options=tuple(options),
        at=_lead(found["name"]),
        at_argument=max(found.start("argument"), 0) + _lead(found["argument"] or ""),
        at_form=len(found[0]) if found["form"] is None
        else found.start("form") + _lead(found["form"]),
    )


def _lead(text: str) -> int:
    """Give how many spaces a text begins with."""
    return len(text) - len(text.lstrip())


def _repaired(text: str, start: int, inside: str, wrong: Wrong, known: Known) -> str:
    """Give the rule with the nearest segment that can be read in the place of the wrong one."""
    names = (*NAMES, *known.coded, *known.dates)
    name = re.match(r"[^(:,]*", inside)
    said = name[0].strip() if name else ""
    near = get_close_matches(said.casefold(), names, n=1, cutoff=0.5)
    tried = [wrong.instead(inside)] if wrong.replacement is not None else []
    for one in near:
        tried += [inside.replace(said, one, 1), _usual(one, known)]
    for candidate in (*tried, "seq:5"):
        repaired = f"{text[:start]}{candidate}{text[start + len(inside) :]}"
        if repaired != text and _readable(repaired, known):
            return repaired
    return ""


def _usual(name: str, known: Known) -> str:
    usual = {"seq": "seq:5", "random": "random:8", "check": "check:37-36",
             "initials": "initials(name):2"}  # fmt: skip
    return usual.get(name) or (f"{name}:YYYYMMDD" if name in known.dates else name)


def _balanced(text: str, known: Known) -> str:
    """Give the text with its braces closed, or without the stray one."""
    tried = [text + "}", *(text[:at] + "}" + text[at:] for at in range(len(text), 0, -1)),
             *(text[:at] + text[at + 1 :] for at, c in enumerate(text) if c in "{}")]  # fmt: skip
    return next((one for one in tried if _readable(one, known)), "")


def _readable(text: str, known: Known) -> bool:
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None:
            return False
        if not piece["literal"]:
            found = _INSIDE.fullmatch(piece["inside"])
            if found is None or found["after"].strip():
                return False
            try:
                read_segment(_piece(found), known.coded, known.dates)
            except Wrong:
                return False
        place = piece.end()
    return True
