"""Claims 4 and 5: scopes are large enough, codes short enough, and made of the right characters."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from mintmark.checkchar import SYSTEMS
from mintmark.errors import CapacityTooSmall, CodeTooLong, Lookalikes, NothingLeft, UnwantedWord
from mintmark.rule import dates
from mintmark.rule.capacity import free
from mintmark.rule.definition import Rule, a_day
from mintmark.rule.grammar import write
from mintmark.rule.parse import chains
from mintmark.rule.proof.checking import prove_check
from mintmark.rule.proof.parts import parts_of
from mintmark.rule.segments import (
    Check,
    Coded,
    DateOf,
    Initials,
    Literal,
    Random,
    Segment,
    Sequence,
    characters,
)
from mintmark.rule.spell import check_of
from mintmark.text import canonical, initials, lookalike

_WIDEST = 18


def prove_capacity(rule: Rule) -> CapacityTooSmall | NothingLeft | None:
    """Show that a scope holds whom it is expected to hold."""
    have = free(rule)
    if have < 1:
        return NothingLeft(rule=rule.text)
    if have >= rule.terms.expected:
        return None
    return CapacityTooSmall(
        rule=rule.text, capacity=have, expected=rule.terms.expected, nearest=_wider(rule)
    )


def _wider(rule: Rule) -> str:
    """Give the rule with a number wide enough; "" if none is."""
    number = rule.number
    if isinstance(number, Sequence):
        number = replace(number, end=None)
    for width in range(number.width or 1, _WIDEST + 1):
        if isinstance(number, Sequence) and number.picture:
            letters = number.picture.count("A") * "A"
            wider: Segment = replace(number, picture=letters + "0" * (width + 1))
        elif isinstance(number, Sequence) and number.widest:
            wider = replace(number, widest=min(max(number.widest, width + 1), _WIDEST))
        else:
            wider = replace(number, width=width)
        segments = tuple(wider if s is rule.number else s for s in rule.segments)
        made = replace(rule, segments=segments)
        if free(made) >= rule.terms.expected and made.number.numerals.capacity <= 10**_WIDEST:
            return made.text
    return ""


# ---------------------------------------------------------------- length


def prove_lengths(rule: Rule) -> CodeTooLong | None:
    """Show that the longest code, widening included, is no longer than it may be."""
    code = longest(rule)
    limits = (rule.terms.max_length, rule.terms.max_display_length)
    for length, limit in zip((len(canonical(code)), len(code)), limits, strict=True):
        if limit and length > limit:
            return CodeTooLong(rule=rule.text, code=code, length=length, limit=limit)
    return None


def longest(rule: Rule) -> str:
    """Give a code of the rule that no other is longer than.

    >>> from mintmark.rule import define
    >>> longest(define("{type}-{seq:2,widen=4}", tables={"type": {"V": "VIP", "KA": "key"}}))
    'KA-9999'
    """
    values = {attribute: _fullest(rule, attribute) for attribute in rule.coded}
    written = [_example(rule, segment, values) for segment in rule.segments]
    for place, segment in enumerate(rule.segments):
        if isinstance(segment, Check):
            body = canonical("".join(written))
            fits = not prove_check(rule, segment)
            filler = SYSTEMS[segment.system].check_alphabet[0] * SYSTEMS[segment.system].width
            written[place] = check_of(segment, body) if fits else filler
    return "".join(written)


def _fullest(rule: Rule, attribute: str) -> dict[str, str]:
    """Give the codes, by level, of the value that fills the most characters."""
    shown = [s.level for s in rule.segments if isinstance(s, Coded) and s.attribute == attribute]
    return max(chains(rule, attribute), key=lambda chain: sum(len(chain[level]) for level in shown))


def _example(  # noqa: PLR0911 - one a kind
    rule: Rule, segment: Segment, values: Mapping[str, Mapping[str, str]]
) -> str:
    match segment:
        case Literal(text):
            return text
        case Coded():
            return values[segment.attribute][segment.level]
        case DateOf():
            return segment.spell(a_day(rule, dates.EXAMPLE))
        case Initials(_, width, pad):
            return initials("张伟", width, pad)
        case Sequence():
            return segment.spell(segment.last)
        case Random():
            return segment.spell(segment.capacity - 1)
        case Check():
            return ""


# ---------------------------------------------------------------- characters


def prove_characters(rule: Rule) -> Lookalikes | UnwantedWord | None:
    """Show that no code has characters or words that it must not have."""
    if rule.terms.no_lookalikes:
        for segment, parts in zip(rule.segments, parts_of(rule), strict=True):
            found = sorted({c for p in parts for c in p.characters() if lookalike(c) != c})
            if found:
                return Lookalikes(
                    rule=rule.text, segment=write([segment]), characters=tuple(found),
                    nearest=_unmistakable(rule, segment),
                )  # fmt: skip
    for word in rule.terms.unwanted:
        if (where := _unavoidable(rule, word)) is not None:
            return UnwantedWord(rule=rule.text, word=word, segment=where)
    return None


def _unmistakable(rule: Rule, segment: Segment) -> str:
    """Give the rule with an alphabet that is safe to read in the segment; "" if that is no way."""
    better: Segment
    if isinstance(segment, Check):
        better = Check("97-10", segment.digits_only)
    elif isinstance(segment, Random) or (isinstance(segment, Sequence) and not segment.picture):
        better = replace(segment, alphabet="crockford")
        if isinstance(better, Sequence) and better.then:
            alphabet = segment.alphabet if _safe(segment.alphabet) else "crockford"
            better = replace(
                better, alphabet=alphabet, then="crockford" * (alphabet != "crockford")
            )
        if isinstance(better, Sequence):
            if not better.capacity:
                return ""
            if better.end is not None and better.end >= better.numerals.capacity:
                better = replace(better, end=None)
    else:
        return ""
    return write(better if s is segment else s for s in rule.segments)


def _safe(alphabet: str) -> bool:
    return all(lookalike(c) == c for c in characters(alphabet))


def _unavoidable(rule: Rule, word: str) -> str | None:
    """Give the segments that put the word into every code of some customer; None: nothing does.

    Numbers that would spell it are stepped over; what tables and literals spell cannot be.
    """
    run: list[Literal | Coded] = []
    for segment in rule.segments:
        run = [*run, segment] if isinstance(segment, Literal | Coded) else []
        if any(_spells(word, texts) for texts in _texts(rule, run)):
            return write(run)
    return None


def _texts(rule: Rule, run: list[Literal | Coded]) -> Iterator[list[tuple[str, ...]]]:
    """Give what each segment can write; what is shown twice is of one value each time."""
    times = Counter(segment.attribute for segment in run if isinstance(segment, Coded))
    twice = [attribute for attribute, count in times.items() if count > 1]
    for values in product(*(chains(rule, attribute) for attribute in twice)):
        value = dict(zip(twice, values, strict=True))
        yield [
            (canonical(s.text),) if isinstance(s, Literal)
            else (value[s.attribute][s.level],) if s.attribute in value else rule.codes(s)
            for s in run
        ]  # fmt: skip


def _spells(word: str, run: list[tuple[str, ...]]) -> bool:
    """Tell whether some texts, one of each place, have the unwanted word in them when joined."""
    begun = {0}  # how much of the word the text so far may end with
    for texts in run:
        ends = {0}
        for text in texts:
            for start in begun:
                joined = word[:start] + text
                if word in joined:
                    return True
                ends |= {n for n in range(1, len(word)) if joined.endswith(word[:n])}
        begun = ends
    return False
