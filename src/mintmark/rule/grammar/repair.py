"""The nearest rule that can be read: what somebody meant who knows another product's manual.

Every segment that cannot be read is mended by itself (`mending`), or left out; then one number is
seen to.

>>> nearest("{类型}-{SEQNUM:5,reset=每年}", Known())
'{type}-{seq:5,reset=year}'
>>> nearest("C-00001", Known()), nearest("{type}", Known()), nearest("{{seq:4}}", Known())
('C-{seq:5}', '{type}{seq:5}', '{seq:4}')
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mintmark.rule.grammar.aliases import name_of
from mintmark.rule.grammar.braces import FORMULA, UNSEEN, Known, narrow, segment_of, segments_of
from mintmark.rule.grammar.mending import mended
from mintmark.rule.grammar.options import NAMES, WIDEST, Wrong
from mintmark.rule.grammar.writing import write
from mintmark.rule.segments import Check, Random, Segment, Sequence

_USUAL = Sequence(width=5)
_PIECE = re.compile(r"\{(?P<inside>[^{}]*)(?P<closed>\}?)|(?P<literal>[^{}]+)|\}")
_BRACED = re.compile(r"\{[^{}]*\}?|[\[<【](?P<own>[^\[\]<>【】{}]+)[\]>】]")
_PERCENT = re.compile(r"%\((?P<name>\w+)\)0?(?P<width>\d*)[sd]")  # Odoo's %(seq)05d
_NUMBERS = (re.compile(r"#+|(?<!\d)0{2,}(?!\d)"), re.compile(r"\d+"))
_GONE = "\0"  # stands where a segment was left out
_ORPHANS = re.compile(rf"^(?:{_GONE}[-/._ ]*)+|[-/._ ]?{_GONE}(?=[-/._ {_GONE}]|\Z)|{_GONE}")


@dataclass(frozen=True, slots=True)
class _Part:
    """Text that stands for itself (no segment), or a segment; `was_read`: as it was given."""

    text: str
    segment: Segment | None = None
    was_read: bool = False


def nearest(text: str, known: Known) -> str:
    """Give the nearest rule that can be read and has exactly one number."""
    parts = list(_parts(_in_braces(narrow(text).strip(), known), known))
    joined = _joined(_with_one_number(_with_one_check(parts)))
    try:
        segments_of(joined, known)
    except Wrong:
        return write([_USUAL])
    return joined


def _in_braces(text: str, known: Known) -> str:
    """Put braces in the place of other products' brackets and signs, where a name stands in them.

    >>> _in_braces("${NUM}-[type]-<seq:5>-[X]-%(seq)05d", Known())
    '{NUM}-{type}-{seq:5}-[X]-{seq:5}'
    """

    def braced(found: re.Match[str]) -> str:
        name = re.split("[:,(]", found["own"] or "")[0].strip().casefold()
        own = name in (*NAMES, *known.coded, *known.dates) or name_of(name)
        return f"{{{found['own']}}}" if own else found[0]

    text = _PERCENT.sub(lambda found: f"{{{found['name']}:{found['width']}}}", text)
    text = re.sub(r"[$%#]+(?=\{)", "", text)
    return _BRACED.sub(braced, text)


def _parts(text: str, known: Known) -> Iterator[_Part]:
    for piece in _PIECE.finditer(text):
        if piece["literal"]:
            yield _Part(_seen(piece["literal"]))
        elif piece["inside"] is not None:
            inside = piece["inside"]
            inside, rest = (inside, "") if piece["closed"] else _cut(inside, known)
            yield from _segments(inside, known)
            yield from [_Part(_seen(rest))] if rest else []


def _segments(inside: str, known: Known) -> list[_Part]:
    try:
        return [_Part(f"{{{inside}}}", segment_of(inside, known), was_read=True)]
    except Wrong:
        made = mended(inside, known)
        return [_Part(write([segment]), segment) for segment in made] or [_Part(_GONE)]


def _cut(inside: str, known: Known) -> tuple[str, str]:
    """Cut a text behind a brace that nobody closed into what stands in it and what does behind."""
    head = re.match(r"[^-/._ ]*", inside)
    end = len(head[0]) if head else 0
    for at in (len(inside), end):
        try:
            segment_of(inside[:at], known)
        except Wrong:
            continue
        return inside[:at], inside[at:]
    return inside, ""


def _seen(text: str) -> str:
    r"""Give a literal without what nobody sees in a code.

    >>> _seen("A\tB\u200bC")
    'A-BC'
    """
    kinds = ((c, unicodedata.category(c)) for c in text)
    return "".join(
        "-" if c.isspace() and kind in UNSEEN else "" if kind in UNSEEN else c for c, kind in kinds
    )


def _joined(parts: list[_Part]) -> str:
    """Put the parts together, without the separators of those left out, and as no formula."""
    text = _ORPHANS.sub("", "".join(part.text for part in parts))
    text = re.sub(rf"^(\{{[^{{}}:]*:\s*)[{FORMULA}]+", r"\1", text)
    begun = next((at for at, c in enumerate(text) if not _begins_a_formula(c)), len(text))
    return text[begun:] if text[:begun].strip() else text


def _begins_a_formula(character: str) -> bool:
    return character.isspace() or unicodedata.normalize("NFKC", character) in FORMULA


# ---------------------------------------------------------------- one number, one check


def _with_one_check(parts: list[_Part]) -> list[_Part]:
    checks = [place for place, part in enumerate(parts) if isinstance(part.segment, Check)]
    return _without(parts, checks[1:])


def _with_one_number(parts: list[_Part]) -> list[_Part]:
    """Keep the first sequence, one that was read before one that was mended; or find a number."""
    for kind in (Sequence, Random):
        found = [place for place, part in enumerate(parts) if isinstance(part.segment, kind)]
        if found:
            kept = next((place for place in found if parts[place].was_read), found[0])
            return _without(parts, [place for place in found if place != kept])
    return _shown(parts) or _appended(parts)


def _without(parts: list[_Part], places: list[int]) -> list[_Part]:
    return [_Part(_GONE) if place in places else part for place, part in enumerate(parts)]


def _shown(parts: list[_Part]) -> list[_Part]:
    """Take the last run of zeros, of # or of digits for the number."""
    for pattern in _NUMBERS:
        for place in range(len(parts) - 1, -1, -1):
            found = [] if parts[place].segment else list(pattern.finditer(parts[place].text))
            if found:
                text, run = parts[place].text, found[-1]
                width = min(len(run[0]), WIDEST)
                number = Sequence(width=width)
                made = [_Part(text[: run.start()]), _Part(write([number]), number)]
                return [*parts[:place], *made, _Part(text[run.end() :]), *parts[place + 1 :]]
    return []


def _appended(parts: list[_Part]) -> list[_Part]:
    """Put the usual number at the end, before a check."""
    number = _Part(write([_USUAL]), _USUAL)
    if parts and isinstance(parts[-1].segment, Check):
        return [*parts[:-1], number, parts[-1]]
    return [*parts, number]
