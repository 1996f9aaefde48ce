"""Numbers of scopes: taken inside a unit of work, given back by its failure.

A number that was returned comes again first. A number is stepped over, and never comes, where
others give it out (`external`), where its code would have an unwanted word in it, or where
somebody's code stands already (given by hand, legacy, or of an older version of the rule).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import polars as pl

from mintmark.minting.returning import expire, is_counted
from mintmark.rule import Scope
from mintmark.rule.columns import spell_in
from mintmark.rule.segments import Random
from mintmark.rule.segments import Sequence as Counted
from mintmark.store import Work
from mintmark.store.counters import Counter as Count
from mintmark.store.counters import Moved
from mintmark.store.spans import SKIPPED, Span
from mintmark.text import canonical

Dice = Callable[[int], int]  # gives a number from 0 below the one given, that nobody can guess
_CHUNK = 10_000
_FEW = 200  # so many codes are spelt one by one as fast as in a column
UNWANTED, TAKEN = "unwanted", "taken"  # why a number was skipped
_DRAWS = 5000  # rounds of drawing; with nine tenths taken, one in ten numbers drawn is free


class Place(NamedTuple):
    """Where a code is to be numbered: in a scope, by a version of a rule (its id)."""

    rule: int
    scope: Scope


class Minted(NamedTuple):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How numbers are taken: the dice, the time, who acts.

    With `careful`, codes that exist are stepped over; otherwise the caller finds out by a conflict,
    which costs nothing where there are none.
    """

    dice: Dice
    now: datetime
    actor: str
    careful: bool = False

    def take(
        self, work: Work, places: Sequence[Place], *, beside: Mapping[str, int] | None = None
    ) -> list[Minted]:
        """Take the next number for each place, in the order given.

        `beside`: scopes (with their capacity) to be locked with the others. Raises ScopeFull where
        a scope ends before its last place is served; the caller then has to abandon the unit of
        work, which gives all numbers back.
        """
        dealt = {
            key: iter(minted)
            for key, minted in self.take_runs(work, *_counted(places), beside=beside).items()
        }
        return [next(dealt[place.scope.key]) for place in places]

    def take_runs(
        self,
        work: Work,
        by_key: Mapping[str, Place],
        wanted: Mapping[str, int],
        *,
        beside: Mapping[str, int] | None = None,
    ) -> dict[str, list[Minted]]:
        """Take so many numbers in each scope, as `take` does; give them by the scope's key."""
        capacities = {key: place.scope.capacity for key, place in by_key.items()}
        if not (capacities := {**(beside or {}), **capacities}):
            return {}
        counters = work.counters.lock(capacities)
        expire(work, counters, now=self.now, actor=self.actor)
        taken: dict[str, list[Minted]] = {}
        moved: dict[str, Moved] = {}
        for key, count in wanted.items():
            again = self._again(work, by_key[key], counters[key], count)
            coming = _Coming(work, by_key[key].scope, self)
            fresh = list(coming.after(counters[key], count - len(again)))
            taken[key] = again + fresh
            last = max((minted.number for minted in fresh), default=-1)
            self._note_skipped(work, by_key[key], coming.skipped, last)
            moved[key] = Moved(last, used=len(taken[key]), spare=-len(again))
        if short := {key: len(taken[key]) for key, n in wanted.items() if len(taken[key]) < n}:
            raise ScopeFull(short)
        if moved:
            work.counters.move(moved)
        return taken

    def foresee(self, work: Work, places: Sequence[Place]) -> list[Minted | None]:
        """Tell what would be taken now, without taking it: a forecast, not a promise.

        None where a scope would be full. Random characters come out otherwise.
        """
        by_key, wanted = _counted(places)
        counters = work.counters.read(list(by_key))
        coming = {
            key: iter(list(_foreseen(work, by_key[key], counters.get(key), count, self)))
            for key, count in wanted.items()
        }
        return [next(coming[place.scope.key], None) for place in places]

    def _again(self, work: Work, place: Place, counter: Count, count: int) -> list[Minted]:
        """Take numbers that were returned, the lowest first."""
        if not counter.spare:
            return []
        spans = work.spans.returned(place.scope.key, place.rule, count)
        again = _spelt_again(place.scope, spans, count, self)
        numbers = [minted.number for minted in again]
        touched = [span for span in spans if numbers and span.first <= numbers[-1]]
        if touched:
            work.spans.change(touched, (left for s in touched for left in s.without(numbers)))
        return again

    def _note_skipped(
        self, work: Work, place: Place, skipped: Sequence[tuple[int, str]], last: int
    ) -> None:
        if skipped:
            work.spans.add(
                Span(
                    scope=place.scope.key, first=number, last=number, step=1, state=SKIPPED,
                    rule=place.rule, lease=None, reason=why, actor=self.actor, since=self.now,
                )
                for number, why in skipped
                if number < last
            )  # fmt: skip


def _counted(places: Sequence[Place]) -> tuple[dict[str, Place], dict[str, int]]:
    by_key = {place.scope.key: place for place in places}
    return by_key, dict(Counter(place.scope.key for place in places))


def _foreseen(
    work: Work, place: Place, counter: Count | None, count: int, taking: Taking
) -> Iterator[Minted]:
    counter = counter or Count(scope=place.scope.key)
    spans = work.spans.returned(place.scope.key, place.rule, count) if counter.spare else []
    again = _spelt_again(place.scope, spans, count, taking)
    yield from again
    careful = Taking(dice=taking.dice, now=taking.now, actor=taking.actor, careful=True)
    yield from _Coming(work, place.scope, careful).after(counter, count - len(again))


def _spelt_again(scope: Scope, spans: Sequence[Span], count: int, taking: Taking) -> list[Minted]:
    numbers = [number for span in spans for number in span.numbers[:count]][:count]
    return _spell(scope, numbers, taking.dice)


@dataclass(frozen=True, slots=True)
class _Coming:
    """The numbers of a scope that may be taken and never were, in order, with their codes."""

    work: Work
    scope: Scope
    taking: Taking
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def after(self, counter: Count, count: int) -> Iterator[Minted]:
        """Give so many; fewer where the scope ends."""
        if count <= 0:
            return iter(())
        is_counted = isinstance(self.scope.rule.number, Counted)
        return islice(
            self._counted(counter, count) if is_counted else self._drawn(counter, count), count
        )

    def _counted(self, counter: Count, count: int) -> Iterator[Minted]:
        numbers = self.scope.numbers_after(counter.last)
        while chunk := list(islice(numbers, min(count, _CHUNK))):
            yield from self._free(chunk, look=self.taking.careful)

    def _drawn(self, counter: Count, count: int) -> Iterator[Minted]:
        """Draw numbers that nobody can guess and nobody has, until the scope is nearly full."""
        left = self.scope.capacity - counter.used
        drawn: set[int] = set()
        for _ in range(_DRAWS):
            chunk: dict[int, None] = dict.fromkeys(
                self.taking.dice(self.scope.rule.number.capacity) for _ in range(min(count, _CHUNK))
            )
            for minted in self._free([one for one in chunk if one not in drawn], look=True):
                if left > 0:
                    left -= 1
                    yield minted
            drawn |= set(chunk)

    def _free(self, numbers: list[int], *, look: bool) -> Iterator[Minted]:
        spelt = _spell(self.scope, numbers, self.taking.dice)
        if self.scope.rule.terms.unwanted:
            spelt = self._without(spelt, lambda one: self.scope.is_unwanted(one.text), UNWANTED)
        if look:
            taken = self.work.codes.existing([canonical(minted.text) for minted in spelt])
            spelt = self._without(spelt, lambda one: canonical(one.text) in taken, TAKEN)
        return iter(spelt)

    def _without(
        self, spelt: list[Minted], is_out: Callable[[Minted], bool], why: str
    ) -> list[Minted]:
        out = {one.number for one in spelt if is_out(one)}
        self.skipped.extend((number, why) for number in sorted(out) if is_counted(self.scope.key))
        return [one for one in spelt if one.number not in out] if out else spelt


def _spell(scope: Scope, numbers: Sequence[int], dice: Dice) -> list[Minted]:
    salts = [_salt(scope.salts, dice) for _ in numbers] if scope.salts else None
    if len(numbers) < _FEW:
        each = salts or [""] * len(numbers)
        return [Minted(n, scope.spell(n, salt)) for n, salt in zip(numbers, each, strict=True)]
    column = pl.Series(numbers, dtype=pl.Int64)
    texts = spell_in(scope, column, None if salts is None else pl.Series(salts))
    return list(map(Minted, numbers, texts.to_list()))


def _salt(salts: Sequence[Random], dice: Dice) -> str:
    return "".join([s.numerals.spell(dice(s.capacity)) for s in salts])
