"""What may stand between the braces of a rule: each kind of segment, its form and its options."""

import re
from collections.abc import Callable
from collections.abc import Sequence as Row
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from mintmark.checkchar import SYSTEMS
from mintmark.rule import dates
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Random,
    Segment,
    Sequence,
    characters,
)
from mintmark.text import canonical

NAMES = ("seq", "random", "check", "initials")
_NAMED = ("name",)  # what has initials
WIDEST = 18  # the most decimal digits that a 64-bit counter can fill
_MOST = 10**WIDEST - 1
_MOST_DRAWN = 2**63 - 1  # a drawn number has no digits to count: all 64 bits may be used
FORMATS = ("YYYYMMDD", "YYMM", "YYYY", "GGGGWW", "YYQ", "FYY")
_NAMED_BY = re.compile(r"[^\s:][^:]*(?::(?:parent|top))?")
_PICTURE = re.compile(r"[A0]+")
_RESET = re.compile(rf"(never|{'|'.join(dates.PERIODS)})(?:\(([^()]+)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The text between two braces, taken apart, with the place of each part."""

    name: str
    argument: str | None
    form: str
    options: tuple[tuple[str, str | None, int, int], ...]
    at: int
    at_argument: int
    at_form: int


class Wrong(Exception):
    """Something at a place between the braces cannot be read; what could stand there instead."""

    def __init__(
        self,
        place: int,
        expected: Row[str],
        *,
        found: str = "",
        attribute: str = "",
    ) -> None:
        super().__init__(place, expected)
        self.place = place
        self.expected = tuple(expected)
        self.attribute = attribute
        near = get_close_matches(found, self.expected, n=1, cutoff=0.4) if found else []
        self.replacement: str | None = near[0] if near else (expected[0] if expected else None)
        self._found = found

    def instead(self, inside: str) -> str:
        """Give the text with what was expected in the place of what was found."""
        rest = inside[self.place + len(self._found) :]
        return f"{inside[: self.place]}{self.replacement or ''}{rest}"


def read_segment(piece: Piece, coded: Row[str], days: Row[str]) -> Segment:
    """Read a segment. Raises Wrong."""
    name = piece.name.casefold()
    if name in _READERS:
        if piece.argument is not None and name != "initials":
            raise Wrong(piece.at_argument - 1, (":",), found=f"({piece.argument})")
        made = _READERS[name](piece)
        if isinstance(made, Sequence):
            _require_known(piece, made, coded, days)
        return made
    if piece.argument is not None:
        raise Wrong(piece.at, ("initials",), found=piece.name)
    named = _as_known(piece.name, (*days, *coded))
    if named in days:
        return _date(replace(piece, name=named))
    if named in coded:
        return _coded(replace(piece, name=named))
    near = get_close_matches(name, NAMES, n=1, cutoff=0.6)
    if near or not piece.name:
        raise Wrong(piece.at, (*NAMES, *coded, *days), found=piece.name)
    raise Wrong(piece.at, (*coded, *days), found=piece.name, attribute=piece.name)


def _as_known(name: str, known: Row[str]) -> str:
    """Give the attribute of this name, or of it in other capitals; the name if there is none."""
    folded = (one for one in known if one.casefold() == name.casefold())
    return name if name in known else next(folded, name)


# ---------------------------------------------------------------- one reader for each kind


def _coded(piece: Piece) -> Coded:
    _only(piece, {})
    if piece.form in ("parent", "top"):
        return Coded(piece.name, level=piece.form)
    if not piece.form:
        return Coded(piece.name)
    return Coded(piece.name, width=_count(piece.form, piece.at_form, 30, ("2", "parent", "top")))


def _date(piece: Piece) -> DateOf:
    form = dates.read_format(piece.form)
    if form is None:
        raise Wrong(piece.at_form, FORMATS, found=piece.form)
    given = _only(piece, {"starts": _month, "named": _word("start", "end")})
    return DateOf(piece.name, form, given.get("starts", 1), given.get("named") == "end")


def _initials(piece: Piece) -> Initials:
    if piece.argument is None:
        raise Wrong(piece.at, ("initials(name)",), found=piece.name)
    if piece.argument not in _NAMED:
        raise Wrong(piece.at_argument, _NAMED, found=piece.argument)
    given = _only(piece, {"pad": _character})
    width = _count(piece.form, piece.at_form, 10, ("2", "3"))
    return Initials(piece.argument, width, given.get("pad", "X"))


def _random(piece: Piece) -> Random:
    given = _only(piece, {"alphabet": _alphabet, "group": _group})
    made = Random(_count(piece.form, piece.at_form, WIDEST, ("8", "10")), **given)
    if made.capacity > _MOST_DRAWN:
        raise Wrong(piece.at_form, ("8", "10"), found=piece.form)
    return made


def _check(piece: Piece) -> Check:
    if piece.form not in SYSTEMS:
        raise Wrong(piece.at_form, tuple(SYSTEMS), found=piece.form)
    return Check(piece.form, _only(piece, {"of": _word("digits", "all")}).get("of") == "digits")


def _sequence(piece: Piece) -> Sequence:
    given = _only(
        piece,
        {
            "alphabet": _alphabet, "start": _text, "end": _text, "step": _number, "per": _per,
            "reset": _reset, "starts": _month, "widen": _widen, "then": _alphabet, "group": _group,
        },
    )  # fmt: skip
    picture = piece.form if _PICTURE.fullmatch(piece.form) else ""
    width = len(picture) or _count(piece.form, piece.at_form, WIDEST, ("5", "A000"))
    if not picture.strip("0"):  # 00000 is five decimal digits
        picture = ""
    first, last, widest = (given.pop(key, None) for key in ("start", "end", "widen"))
    made = Sequence(width=0 if picture else width, picture=picture, widest=widest or 0, **given)
    _fits(piece, made, width)
    if first is not None:
        made = replace(made, start=_numeral(piece, made, "start", first))
    if last is not None:
        made = replace(made, end=_numeral(piece, made, "end", last))
    return made


def _require_known(piece: Piece, made: Sequence, coded: Row[str], days: Row[str]) -> None:
    """What a sequence counts by has to be attributes, coded ones; it starts again by dates."""
    at = {key: place for key, _, _, place in piece.options}
    begun = 0
    for named in made.per or ():
        attribute = named.partition(":")[0]
        if attribute not in (*coded, *_NAMED):
            strange = "" if attribute in days else attribute
            raise Wrong(at["per"] + begun, (*coded, *_NAMED), found=attribute, attribute=strange)
        begun += len(named) + 1
    attribute = made.reset.removesuffix(")").partition("(")[2]
    if attribute and attribute not in days:
        place = at["reset"] + made.reset.index("(") + 1
        strange = "" if attribute in coded else attribute
        raise Wrong(place, tuple(days), found=attribute, attribute=strange)


def _fits(piece: Piece, made: Sequence, width: int) -> None:
    """A number of the highest place must fit in 64 bits, and an overflow be one that can come."""
    at = {key: place for key, _, place, _ in piece.options}
    if made.starts and not made.reset.startswith("fiscal-year"):
        raise Wrong(at["starts"], ("reset=fiscal-year",), found="starts")
    if made.picture and (made.widest or made.then or made.alphabet != "decimal"):
        key = next(k for k in ("widen", "then", "alphabet") if k in at)
        raise Wrong(at[key], ("start=A001", "step=1"), found=key)
    if made.widest and made.then:
        raise Wrong(at["then"], ("start=1",), found="then")
    if made.widest and made.widest <= width:
        raise Wrong(at["widen"], (f"widen={width + 2}",), found="widen")
    if made.then and not set(characters(made.then)) - set(characters(made.alphabet)):
        raise Wrong(at["then"], ("then=base36",), found="then")
    if made.numerals.capacity - 1 > _MOST:
        if made.widest:
            raise Wrong(at["widen"], ("widen=12",), found="widen")
        raise Wrong(piece.at_form, ("5", "8", "12"), found=piece.form)


def _numeral(piece: Piece, made: Sequence, key: str, text: str) -> int:
    """Read the first or last number, as it is printed; the last is not before the first."""
    at = next(place for name, _, _, place in piece.options if name == key)
    decimal = made.alphabet == "decimal" and not made.picture
    value = int(text) if decimal and text.isdecimal() else _padded(made, canonical(text))
    least, most = (made.first, made.numerals.capacity - 1) if key == "end" else (0, 1)
    if not text.isalnum() or value is None or not least <= value < made.numerals.capacity:
        raise Wrong(at, (made.numerals.spell(most),), found=text)
    return value


def _padded(made: Sequence, text: str) -> int | None:
    places = made.numerals.places
    missing = len(places) - len(text)
    lead = "".join(place[0] for place in places[:missing]) if missing > 0 else ""
    return made.numerals.read(lead + text)


_READERS: dict[str, Callable[[Piece], Segment]] = {
    "seq": _sequence, "random": _random, "check": _check, "initials": _initials,
}  # fmt: skip


# ---------------------------------------------------------------- forms and options

_Reader = Callable[[str | None, int], Any]


def _only(piece: Piece, readers: dict[str, _Reader]) -> dict[str, Any]:
    """Read the options that this kind of segment has; each may be said once."""
    given: dict[str, Any] = {}
    for key, value, place, at in piece.options:
        if key not in readers or key in given:
            left = tuple(name for name in readers if name not in given)
            raise Wrong(place, left, found=key)
        given[key] = readers[key](value, at)
    return given


def _count(text: str, place: int, most: int, examples: tuple[str, ...]) -> int:
    if text.isascii() and text.isdigit() and text.startswith("00"):  # 00001 is five wide, not one
        raise Wrong(place, (str(len(text)),), found=text)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise Wrong(place, examples, found=text)


def _number(text: str | None, place: int) -> int:
    return _count(text or "", place, _MOST, ("1", "10"))


def _month(text: str | None, place: int) -> int:
    return _count(text or "", place, 12, ("4", "7", "10"))


def _widen(text: str | None, place: int) -> int:
    return WIDEST if text is None else _count(text, place, WIDEST, ("8", "12"))


def _group(text: str | None, place: int) -> int:
    return _count(text or "", place, WIDEST, ("4", "3"))


def _text(text: str | None, place: int) -> str:
    if not text:
        raise Wrong(place, ("1", "1000"))
    return text


def _character(text: str | None, place: int) -> str:
    made = canonical(text or "")
    if len(made) != 1 or made == "*":
        raise Wrong(place, ("X", "0"), found=text or "")
    return made


def _alphabet(text: str | None, place: int) -> str:
    if text in ALPHABETS:
        return str(text)
    own = text or ""
    if len(own) > 1 and canonical(own) == own and len(set(own)) == len(own) and "*" not in own:
        return own
    raise Wrong(place, tuple(ALPHABETS), found=own)


def _per(text: str | None, place: int) -> tuple[str, ...]:
    if text in ("none", "rule"):
        return ()
    named = tuple(part.strip() for part in (text or "").split("+"))
    if not all(map(_NAMED_BY.fullmatch, named)):
        raise Wrong(place, ("type+region", "none"), found=text or "")
    return named


def _reset(text: str | None, place: int) -> str:
    if _RESET.fullmatch(text or ""):
        return str(text)
    raise Wrong(place, (*dates.PERIODS, "never"), found=text or "")


def _word(*words: str) -> _Reader:
    def read(text: str | None, place: int) -> str:
        if text in words:
            return str(text)
        raise Wrong(place, words, found=text or "")

    return read
