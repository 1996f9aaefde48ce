"""How numbers are written: alphabets, pictures, and what comes when the width is used up.

>>> decimal = Numerals(places=(ALPHABETS["decimal"],) * 3)
>>> decimal.spell(7), decimal.read("007"), decimal.capacity
('007', 7, 1000)
>>> letters = Numerals(places=(ALPHABETS["letters"], *decimal.places))
>>> letters.spell(1), letters.spell(1000), letters.spell(25_999)
('A001', 'B000', 'Z999')

Numbers may grow wider (never into one that was written before, for a wider number does not begin
with the alphabet's zero), or go on in a second alphabet of the same width:

>>> wider = Numerals(places=decimal.places, widest=5)
>>> wider.spell(999), wider.spell(1000), wider.read("0100"), wider.capacity
('999', '1000', None, 100000)
>>> switched = Numerals(places=decimal.places, then=ALPHABETS["base36"])
>>> switched.spell(999), switched.spell(1000), switched.read("00A"), switched.capacity
('999', '00A', 1000, 46656)
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

ALPHABETS = {
    "decimal": "0123456789",
    "hex": "0123456789ABCDEF",
    "base36": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "crockford": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",  # D. Crockford, Base 32, 2002: no I L O U
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "safe": "23456789ABCDEFGHJKMNPQRSTUVWXYZ",  # nothing that looks like another: no 0 O 1 I L
}
_DECIMAL = ALPHABETS["decimal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """Numbers from 0 to `capacity` - 1, each with one spelling.

    `places`: the alphabet of each place, the highest first; `widest`: the width up to which numbers
    grow (0: they do not; all places then have one alphabet); `then`: the alphabet that takes over
    when all places are used up ("": none); `capacity`: how many numbers there are.
    """

    places: tuple[str, ...]
    widest: int = 0
    then: str = ""
    capacity: int = field(init=False, repr=False, compare=False)
    _plain: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_plain", not self.then and set(self.places) == {_DECIMAL})
        wide = len(self.places[0]) ** self.widest if self.widest else 0
        usual = self._first + self._more(self.width, seen=False)
        object.__setattr__(self, "capacity", wide or usual)

    @property
    def width(self) -> int:
        """The characters of a number that has not outgrown its places."""
        return len(self.places)

    def spell(self, value: int) -> str:
        """Write a number of 0 to `capacity` - 1. Raises OverflowError for any other."""
        if not 0 <= value < self.capacity:
            raise OverflowError(value)
        if self._plain:
            return f"{value:0{len(self.places)}}"
        if value >= self._first and self.then:
            return self._spell_more(value - self._first)
        written = []
        wider = (self.places[0],) * (self.widest - self.width)
        for place in reversed((*wider, *self.places)):
            value, digit = divmod(value, len(place))
            written.append(place[digit])
        spelt = "".join(reversed(written))
        zeros = len(spelt) - len(spelt.lstrip(self.places[0][0]))
        return spelt[min(zeros, len(wider)) :]

    def read(self, text: str) -> int | None:
        """Give the number that is written so; None if none is."""
        if self._plain and not self.widest:
            right = len(text) == len(self.places) and text.isascii() and text.isdigit()
            return int(text) if right else None
        outgrown = self.width < len(text) <= self.widest and text[0] != self.places[0][0]
        if len(text) != self.width and not outgrown:
            return None
        places = (self.places[0],) * len(text) if outgrown else self.places
        value = 0
        for character, place in zip(text, places, strict=True):
            digit = place.find(character)
            if digit < 0:
                return self._read_more(text)
            value = value * len(place) + digit
        return value

    def forms(self) -> tuple[tuple[str, ...], ...]:
        """Give all spellings as alternatives of places; no spelling is of two alternatives."""
        if self.then:
            start, rest = self.places[0], self.then
            fresh = "".join(c for c in rest if c not in start)
            kept = "".join(c for c in rest if c in start)
            # The first foreign character stands at one of the places; before it none does.
            more = tuple(
                ((kept,) * at + (fresh,) + (rest,) * (self.width - at - 1))
                for at in range(self.width)
                if fresh and (kept or not at)
            )
            return (self.places, *more)
        first = self.places[0]
        grown = range(self.width + 1, self.widest + 1)
        return (self.places, *((first[1:], *(first,) * (width - 1)) for width in grown))

    @property
    def _first(self) -> int:
        """The first number that the second alphabet writes."""
        return prod(len(place) for place in self.places)

    def _more(self, places: int, *, seen: bool) -> int:
        """How many spellings of so many places the second alphabet adds.

        `seen`: a character that the first alphabet lacks stands before them already.
        """
        if not self.then:
            return 0
        shared = sum(character in self.places[0] for character in self.then)
        return int(len(self.then) ** places - (0 if seen else shared**places))

    def _spell_more(self, rank: int) -> str:
        written, seen = "", False
        while len(written) < self.width:
            left = self.width - len(written) - 1
            for character in self.then:
                now = seen or character not in self.places[0]
                under = self._more(left, seen=now)
                if rank < under:
                    written, seen = written + character, now
                    break
                rank -= under
        return written

    def _read_more(self, text: str) -> int | None:
        if len(text) != self.width or not set(text) <= set(self.then):
            return None
        rank, seen = 0, False
        for place, character in enumerate(text):
            left = self.width - place - 1
            for other in self.then[: self.then.index(character)]:
                rank += self._more(left, seen=seen or other not in self.places[0])
            seen = seen or character not in self.places[0]
        return self._first + rank if seen else None


def between(numerals: Numerals, low: int, high: int) -> Iterator[tuple[str, ...]]:
    """Give the spellings of the numbers from `low` to `high` as alternatives of places.

    Not for numerals that switch to a second alphabet.

    >>> list(between(Numerals(places=(ALPHABETS["decimal"],) * 2), 7, 21))
    [('0', '789'), ('1', '0123456789'), ('2', '01')]
    """
    least = len(numerals.places)
    for width in range(least, max(numerals.widest, least) + 1):
        grown = (numerals.places[0],) * (width - least)
        places = (*grown, *numerals.places)
        size = prod(map(len, places))
        bottom = 0 if width == least else size // len(places[0])
        if max(low, bottom) <= min(high, size - 1):
            yield from _between(places, max(low, bottom), min(high, size - 1))


def _between(places: tuple[str, ...], low: int, high: int) -> Iterator[tuple[str, ...]]:
    if not places:
        yield ()
        return
    unit = prod(map(len, places[1:]))
    first, last = low // unit, high // unit
    if first == last:
        for rest in _between(places[1:], low % unit, high % unit):
            yield (places[0][first], *rest)
        return
    if low % unit:
        yield from _between(places, low, (first + 1) * unit - 1)
        first += 1
    whole = last if (high + 1) % unit else last + 1
    if first < whole:
        yield (places[0][first:whole], *places[1:])
    if whole == last:
        yield from _between(places, last * unit, high)
