"""The parts a code is made of (码段)."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from mintmark.rule import dates
from mintmark.rule.numerals import ALPHABETS, Numerals


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that stand in every code as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Coded:
    """An attribute, spelt through its code table.

    `width`: every code has so many characters (0: as long as each is); `level`: "" the value's own
    code, "parent" that of its parent, "top" that of its topmost ancestor.
    """

    attribute: str
    width: int = 0
    level: str = ""


@dataclass(frozen=True, slots=True)
class DateOf:
    """A date attribute in a format of `dates`; `starts` is the fiscal year's first month."""

    attribute: str
    format: str
    starts: int = 1
    named_by_end: bool = False

    def spell(self, day: date) -> str:
        """Write the day.

        >>> DateOf("registered", "YYMM").spell(date(2023, 10, 1))
        '2310'
        """
        return dates.spell(self.format, day, starts=self.starts, named_by_end=self.named_by_end)


@dataclass(frozen=True, slots=True)
class Initials:
    """The initials of a name in pinyin, or of its words; `pad` fills up what is too short."""

    attribute: str
    width: int
    pad: str = "X"


@dataclass(frozen=True)
class Sequence:
    """The number.

    `picture` (``A000``) or `width` and `alphabet` say how it is written, `widest` and `then` what
    comes when that is used up, `group` after how many characters a dash is shown (0: none). It
    counts from `start` to `end` (None: to the last number that can be written) in steps of `step`.
    `per` names the attributes for each of which it counts on its own (None: all that the code
    shows); `reset` the period in which it starts again ("": whatever dates the code shows), as
    ``month`` or ``month(contract)``; `starts` the fiscal year's first month.
    """

    width: int = 0
    picture: str = ""
    alphabet: str = "decimal"
    start: int | None = None
    end: int | None = None
    step: int = 1
    per: tuple[str, ...] | None = None
    reset: str = ""
    starts: int = 0
    widest: int = 0
    then: str = ""
    group: int = 0

    @cached_property
    def numerals(self) -> Numerals:
        """How its numbers are written."""
        return _numerals(self.width, self.picture, self.alphabet, self.widest, self.then)

    @cached_property
    def first(self) -> int:
        """The first number: `start`, else 1, or 0 where the alphabet has no digit (AAA)."""
        if self.start is not None:
            return self.start
        return 1 if any(place[0].isdigit() for place in self.numerals.places) else 0

    @property
    def last(self) -> int:
        """The last number: `end`, as far as it can be spelt and the steps come by it."""
        most = self.numerals.capacity - 1
        steps = ((most if self.end is None else min(self.end, most)) - self.first) // self.step
        return self.first + steps * self.step

    @property
    def capacity(self) -> int:
        """How many numbers there are in a scope."""
        return max((self.last - self.first) // self.step + 1, 0)

    def spell(self, number: int) -> str:
        """Write a number as it is shown.

        >>> Sequence(width=8, group=4).spell(12345)
        '0001-2345'
        """
        return grouped(self.numerals.spell(number), self.group)


@dataclass(frozen=True)
class Random:
    """Characters that nobody can guess. Without a sequence in the rule they are the number."""

    width: int
    alphabet: str = "crockford"
    group: int = 0

    @cached_property
    def numerals(self) -> Numerals:
        """How its numbers are written."""
        return _numerals(self.width, "", self.alphabet, 0, "")

    @property
    def capacity(self) -> int:
        """How many there are."""
        return self.numerals.capacity

    def spell(self, number: int) -> str:
        """Write a number as it is shown."""
        return grouped(self.numerals.spell(number), self.group)


@dataclass(frozen=True, slots=True)
class Check:
    """Check characters over all others; `digits_only`: over the digits among them."""

    system: str
    digits_only: bool = False


Segment = Literal | Coded | DateOf | Initials | Sequence | Random | Check
Number = Sequence | Random


def characters(alphabet: str) -> str:
    """Give the characters of an alphabet, by its name or as they are.

    >>> characters("hex"), characters("ACE")
    ('0123456789ABCDEF', 'ACE')
    """
    return ALPHABETS.get(alphabet, alphabet)


def grouped(text: str, size: int) -> str:
    """Give a number in groups of so many characters from the left; whole if `size` is 0.

    >>> grouped("123456789", 4), grouped("123456789", 0)
    ('1234-5678-9', '123456789')
    """
    if not size:
        return text
    return "-".join(text[at : at + size] for at in range(0, len(text), size))


@lru_cache(maxsize=1024)
def _numerals(width: int, picture: str, alphabet: str, widest: int, then: str) -> Numerals:
    if picture:
        letters, digits = ALPHABETS["letters"], ALPHABETS["decimal"]
        return Numerals(places=tuple(letters if place == "A" else digits for place in picture))
    own = characters(alphabet)
    return Numerals(places=(own,) * width, widest=widest, then=characters(then) if then else "")
