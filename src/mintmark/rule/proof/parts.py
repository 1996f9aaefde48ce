"""What each segment of a rule can write: words (a table's codes, the months), or forms.

A form gives the characters that may stand at each place. Dates of a long time are taken as year,
month and day on their own and check characters as free, so parts say a little more than is spelt.

>>> from mintmark.rule import define
>>> parts_of(define("K{seq:2,start=95}"))
[[Part(words=('K',), forms=())], [Part(words=(), forms=(('9', '56789'),))]]
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, pairwise, product
from math import prod

from mintmark.checkchar import SYSTEMS
from mintmark.rule import dates
from mintmark.rule.capacity import merged
from mintmark.rule.definition import Rule
from mintmark.rule.numerals import ALPHABETS, Numerals, between
from mintmark.rule.segments import Check, Coded, DateOf, Initials, Literal, Random, Segment
from mintmark.rule.segments import Sequence as Number
from mintmark.text import canonical, lookalike

Form = tuple[str, ...]  # for each place, the characters that may stand there
_LAST_YEAR = 9999
_ENDINGS = 100  # as many endings of a number are told apart
_A_YEAR = 366  # days that are written out one by one


@dataclass(frozen=True, slots=True)
class Part:
    """What one segment, or one token of a date, can write: words, or forms."""

    words: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()

    def ends_at_once(self) -> bool:
        """Tell whether no word goes on from another, and one character decides each step."""
        return len(self.forms) == 1 or (not self.forms and is_prefix_free(self.words))

    def ends_where(self, other: "Part") -> bool:
        """Tell whether of two words, of either part, one begins with the other only if it is it."""
        if len(self.lengths() | other.lengths()) == 1:
            return True
        if self.forms or other.forms:
            return False
        if self.words == other.words:
            return is_prefix_free(self.words)
        return _none_goes_on(sorted({*self.words, *other.words}))

    def meets(self, other: "Part") -> bool:
        """Tell whether some word is in both."""
        if self == other or not set(self.words).isdisjoint(other.words):
            return True
        pairs = (
            *product(self.forms, other.forms),
            *product(self.forms, other.words),
            *product(self.words, other.forms),
        )
        return any(
            len(mine) == len(theirs)
            and not any(set(a).isdisjoint(b) for a, b in zip(mine, theirs, strict=True))
            for mine, theirs in pairs
        )

    def arcs(self) -> tuple[int, tuple[tuple[int, str, int], ...]]:
        """Give how many states follow the first (0), and the arcs; -1 is the last one."""
        return _arcs(self.words, self.forms)

    def lengths(self) -> frozenset[int]:
        """Give the lengths that it can have."""
        return _lengths(self.words, self.forms)

    def characters(self) -> set[str]:
        """Give all characters that it can have."""
        return {c for word in self.words for c in word} | {
            c for form in self.forms for place in form for c in place
        }

    def folded(self) -> "Part":
        """Give the part as it looks: one character for all that look alike."""
        return Part(
            tuple(sorted({lookalike(word) for word in self.words})),
            tuple(tuple("".join(sorted(set(lookalike(p)))) for p in form) for form in self.forms),
        )

    def at(self, place: int) -> frozenset[str]:
        """Give the characters that may stand at a place (from the right: negative)."""
        return _at(self.words, self.forms, place)


@lru_cache(maxsize=4096)
def _lengths(words: tuple[str, ...], forms: tuple[Form, ...]) -> frozenset[int]:
    return frozenset(len(one) for one in (*words, *forms))


@lru_cache(maxsize=4096)
def _at(words: tuple[str, ...], forms: tuple[Form, ...], place: int) -> frozenset[str]:
    found = frozenset(word[place] for word in words)
    return found.union(*(form[place] for form in forms))


@lru_cache(maxsize=1024)
def is_prefix_free(words: tuple[str, ...]) -> bool:
    """Tell whether no word begins with another.

    Sorted, a word that begins with another stands right behind one that it begins with
    (prefix codes: Sardinas and Patterson, 1953).

    >>> is_prefix_free(("B", "SH")), is_prefix_free(("B", "BJ"))
    (True, False)
    """
    return _none_goes_on(sorted(words))


def _none_goes_on(words: list[str]) -> bool:
    return not any(long.startswith(short) for short, long in pairwise(words))


@lru_cache(maxsize=1024)
def _arcs(
    words: tuple[str, ...], forms: tuple[Form, ...]
) -> tuple[int, tuple[tuple[int, str, int], ...]]:
    """Write words as a trie and forms as chains, all from state 0 into the one last state."""
    nodes = {"": 0}
    arcs: dict[tuple[int, str, int], None] = {}
    for word in words:
        for length in range(1, len(word)):
            if word[:length] not in nodes:
                nodes[word[:length]] = len(nodes)
                arcs[nodes[word[: length - 1]], word[length - 1], nodes[word[:length]]] = None
        arcs[nodes[word[:-1]], word[-1], -1] = None
    count = len(nodes)
    for form in forms:
        at = 0
        for place, characters in enumerate(form):
            to = -1 if place == len(form) - 1 else count
            count += to >= 0
            arcs |= dict.fromkeys((at, character, to) for character in characters)
            at = to
    return count, tuple(arcs)


def parts_of(rule: Rule) -> list[list[Part]]:
    """Give, for each segment, what it can write, piece by piece; it is found out once."""
    made = rule.__dict__.get("_parts_of")
    if made is None:
        made = rule.__dict__["_parts_of"] = [_parts(rule, segment) for segment in rule.segments]
    return made


def _parts(rule: Rule, segment: Segment) -> list[Part]:  # noqa: PLR0911 - one a kind
    match segment:
        case Literal(text):
            made = canonical(text)
            return [Part(words=(made,))] if made else []
        case Coded():
            return [Part(words=rule.codes(segment))]
        case DateOf():
            return _date_parts(rule, segment)
        case Initials(_, width, pad):
            letters = ALPHABETS["letters"]
            most = width if pad in letters else 0
            filled = ((letters,) * n + (pad,) * (width - n) for n in range(width, most - 1, -1))
            return [Part(forms=tuple(filled))]
        case Check(system):
            made_by = SYSTEMS[system]
            return [Part(forms=((made_by.check_alphabet,) * made_by.width,))]
        case Random():
            return [Part(forms=segment.numerals.forms())]
        case Number():
            return [Part(forms=_forms(segment, segment.first, segment.last))]


def minted_parts_of(rule: Rule) -> list[list[Part]]:
    """Give the same without the numbers that others give out.

    >>> from mintmark.rule import define
    >>> minted_parts_of(define("{seq:1}", external=["3-4", "6-9"]))
    [[Part(words=(), forms=(('12',), ('5',)))]]
    """
    number = rule.number
    if not rule.terms.external or not isinstance(number, Number):
        return parts_of(rule)
    forms: list[Form] = []
    low = number.first
    for begin, end in (*merged(rule.terms.external), (number.last + 1, number.last + 1)):
        forms += _forms(number, low, min(begin - 1, number.last))
        low = max(low, end + 1)
    pairs = zip(rule.segments, parts_of(rule), strict=True)
    return [[Part(forms=tuple(forms))] if s is number else parts for s, parts in pairs]


def _forms(segment: Number, low: int, high: int) -> tuple[Form, ...]:
    """Give the spellings of the numbers from `low` to `high` that the segment can have."""
    numerals, plain = segment.numerals, replace(segment.numerals, then="")
    forms = tuple(between(plain, low, high))
    more = numerals.forms()[1:] if low <= high and high >= plain.capacity else ()
    return (*(_stepped(forms, segment) if segment.step > 1 else forms), *more)


def _stepped(forms: tuple[Form, ...], segment: Number) -> Iterator[Form]:
    """Leave out what a step passes over, where the last few places tell what that is.

    Two systems, one with the odd numbers and one with the even ones, share no code.
    """
    places = segment.numerals.places
    few = next(
        (n for n in range(1, len(places) + 1) if prod(map(len, places[-n:])) % segment.step == 0), 0
    )
    size = prod(map(len, places[-few:]))
    if not few or size // segment.step > _ENDINGS:
        yield from forms
        return
    tail = Numerals(places=places[-few:])
    endings = [tail.spell(n) for n in range(segment.first % segment.step, size, segment.step)]
    for form in forms:
        for ending in endings:
            if all(c in place for c, place in zip(ending, form[-few:], strict=True)):
                yield (*form[:-few], *ending)


def _date_parts(rule: Rule, segment: DateOf) -> list[Part]:
    """Give a short time's days as they are; of a long one year, month and day on their own."""
    first, last = rule.terms.earliest, rule.terms.latest or date.max
    if (last - first).days > _A_YEAR:
        runs = groupby(dates.tokens(segment.format), key=dates.is_of_year)
        return [
            part
            for has_years, run in runs
            for part in (
                [_date_part(rule, token) for token in run]
                if has_years
                else [Part(words=_in_a_year("".join(run)))]
            )
        ]
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [Part(words=tuple(sorted({canonical(segment.spell(day)) for day in days})))]


def _date_part(rule: Rule, token: str) -> Part:
    last = rule.terms.latest.year if rule.terms.latest else _LAST_YEAR
    if token in ("YYYY", "GGGG", "FYYYY"):
        reach = token != "YYYY"  # ISO and fiscal years reach over the edges  # noqa: S105
        low, high = rule.terms.earliest.year - reach, min(last + reach, _LAST_YEAR)
        return Part(forms=_years(low, high))
    return Part(
        words=dates.spellings(
            token, range(rule.terms.earliest.year, min(last, rule.terms.earliest.year + 200) + 1)
        )
    )


@lru_cache(maxsize=256)
def _in_a_year(form: str) -> tuple[str, ...]:
    """Give all that months, days and weeks write together: in 28 years every kind of year comes."""
    days = (date(2000, 1, 1) + timedelta(days=n) for n in range(28 * 366))
    return tuple(sorted({canonical(dates.spell(form, day)) for day in days}))


@lru_cache(maxsize=256)
def _years(low: int, high: int) -> tuple[Form, ...]:
    return tuple(between(Number(width=4).numerals, low, high))
