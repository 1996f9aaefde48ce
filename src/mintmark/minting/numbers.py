"""Numbers of scopes: taken inside a unit of work, given back by its failure.

A number is stepped over, and never comes, where others give it out (`external`), where its code
would have an unwanted word in it, or where somebody's code stands already (given by hand, legacy,
or of an older version of the rule).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import islice

from mintmark.rule import Scope
from mintmark.rule.segments import Random
from mintmark.store import Work
from mintmark.text import canonical

Dice = Callable[[int], int]  # gives a number from 0 below the one given, that nobody can guess
_CHUNK = 1000
_DRAWS = 5000  # rounds of drawing; with nine tenths taken, one in ten numbers drawn is free


@dataclass(frozen=True, slots=True)
class Minted:
    """A number and the code it makes."""

    number: int
    text: str


class ScopeFull(Exception):
    """The scopes have fewer numbers left than were asked for: key → how many.

    An inner signal, not a refusal: the caller takes out whom it cannot serve and tries again.
    """

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__(left)
        self.left = left


def take(work: Work, scopes: Sequence[Scope], dice: Dice, *, careful: bool = False) -> list[Minted]:
    """Take the next number for each place in a scope, in the order given.

    With `careful`, codes that exist are stepped over; otherwise the caller finds out by a conflict,
    which costs nothing where there are none. Raises ScopeFull where a scope ends before its last
    place is served; the caller then has to abandon the unit of work, which gives all numbers back.
    """
    if not scopes:
        return []
    by_key = {scope.key: scope for scope in scopes}
    last = work.counters.lock({key: scope.capacity for key, scope in by_key.items()})
    taken = {
        key: list(_Coming(work, by_key[key], dice, careful=careful).after(last[key], count))
        for key, count in Counter(scope.key for scope in scopes).items()
    }
    wanted = Counter(scope.key for scope in scopes)
    if short := {key: len(taken[key]) for key in wanted if len(taken[key]) < wanted[key]}:
        raise ScopeFull(short)
    work.counters.move({
        key: (max(minted.number for minted in found), len(found)) for key, found in taken.items()
    })  # fmt: skip
    dealt = {key: iter(found) for key, found in taken.items()}
    return [next(dealt[scope.key]) for scope in scopes]


def foresee(work: Work, scopes: Sequence[Scope], dice: Dice) -> list[Minted | None]:
    """Tell what would be taken now, without taking it: a forecast, not a promise.

    None where a scope would be full. Random characters come out otherwise.
    """
    last = work.counters.last(list({scope.key for scope in scopes}))
    by_key = {scope.key: scope for scope in scopes}
    coming = {
        key: iter(list(_Coming(work, by_key[key], dice, careful=True).after(last.get(key, -1), n)))
        for key, n in Counter(scope.key for scope in scopes).items()
    }
    return [next(coming[scope.key], None) for scope in scopes]


@dataclass(frozen=True, slots=True)
class _Coming:
    """The numbers of a scope that may be taken, in order, with their codes."""

    work: Work
    scope: Scope
    dice: Dice
    _: KW_ONLY
    careful: bool

    def after(self, last: int, count: int) -> Iterator[Minted]:
        """Give so many; fewer where the scope ends."""
        return islice(
            self._drawn(count) if self.scope.is_random else self._counted(last, count), count
        )

    def _counted(self, last: int, count: int) -> Iterator[Minted]:
        numbers = self.scope.numbers_after(last)
        while chunk := list(islice(numbers, min(count, _CHUNK))):
            yield from self._free(chunk, look=self.careful)

    def _drawn(self, count: int) -> Iterator[Minted]:
        """Draw numbers that nobody can guess and nobody has, until the scope is nearly full."""
        scope = self.scope
        left = scope.capacity - self.work.counters.used(scope.key)
        drawn: set[int] = set()
        for _ in range(_DRAWS):
            chunk: dict[int, None] = dict.fromkeys(
                self.dice(scope.rule.number.capacity) for _ in range(min(count, _CHUNK))
            )
            for minted in self._free(
                [number for number in chunk if number not in drawn], look=True
            ):
                if left > 0:
                    left -= 1
                    yield minted
            drawn |= set(chunk)

    def _free(self, numbers: list[int], *, look: bool) -> Iterator[Minted]:
        scope = self.scope
        salts = scope.salts
        spelt = [Minted(number, scope.spell(number, self._salt(salts))) for number in numbers]
        if scope.rule.terms.unwanted:
            spelt = [minted for minted in spelt if not scope.is_unwanted(minted.text)]
        if not look:
            return iter(spelt)
        codes = [canonical(minted.text) for minted in spelt]
        taken = self.work.codes.existing(codes)
        return (m for m, code in zip(spelt, codes, strict=True) if code not in taken)

    def _salt(self, salts: Sequence[Random]) -> str:
        return "".join([s.numerals.spell(self.dice(s.capacity)) for s in salts]) if salts else ""
