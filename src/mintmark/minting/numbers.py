"""Numbers of scopes: taken inside a unit of work, given back by its failure.

A number that was returned comes again first. A number is stepped over, and never comes, where
others give it out (`external`), where its code would have an unwanted word in it, or where
somebody's code stands already (given by hand, legacy, or of an older version of the rule).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import polars as pl

from mintmark.minting.returning import TAKEN, expire, is_counted
from mintmark.rule import Scope
from mintmark.rule.columns import canonical_column, spell_in
from mintmark.rule.segments import Random
from mintmark.rule.segments import Sequence as Counted
from mintmark.store import Work
from mintmark.store.counters import Moved
from mintmark.store.spans import SKIPPED, Span
from mintmark.store.standing import Counter as Count
from mintmark.text import canonical

Dice = Callable[[int], int]  # gives a number from 0 below the one given, that nobody can guess
_CHUNK = 10_000
_CLAIMED = 1000  # codes of one unit of work that may be numbered under a claim
_FEW = 200  # so many codes are spelt one by one as fast as in a column
UNWANTED = "unwanted"  # why a number was skipped; see also TAKEN
_DRAWS = 5000  # rounds of drawing; with nine tenths taken, one in ten numbers drawn is free


class Place(NamedTuple):
    """Where a code is to be numbered: in a scope, by a version of a rule (its id)."""

    rule: int
    scope: Scope


class Minted(NamedTuple):
    """A number and the code it makes."""

    number: int
    text: str


class Block(NamedTuple):
    """Numbers of one scope in their order, and the code that each makes."""

    numbers: Sequence[int]
    texts: Sequence[str]


Runs = list[tuple[Place, int]]  # places of one scope, each with how many numbers it wants


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
    which costs nothing where there are none. `chosen` are codes, in canonical form, that the very
    unit of work gives by hand.
    """

    dice: Dice
    now: datetime
    actor: str
    careful: bool = False
    chosen: frozenset[str] = frozenset()

    def take(
        self,
        work: Work,
        places: Sequence[Place],
        *,
        beside: Mapping[str, int] | None = None,
        claim: bool = False,
    ) -> list[Minted]:
        """Take the next number for each place, in the order given.

        `beside`: scopes (with their capacity) to be locked with the others; `claim`: nothing is
        read after this, see `Counters.lock`. Raises ScopeFull where a scope ends before its last
        place is served; the caller then has to abandon the unit of work, which gives all numbers
        back.
        """
        wanted = runs_of(places)
        capacities = {key: runs[0][0].scope.capacity for key, runs in wanted.items()}
        if not (capacities := {**(beside or {}), **capacities}):
            return []
        claim = claim and len(places) <= _CLAIMED and all(map(is_counted, capacities))
        taken = self.take_locked(work, wanted, self.lock(work, capacities, claim=claim))
        dealt = {key: iter(minted) for key, minted in taken.items()}
        return [next(dealt[place.scope.key]) for place in places]

    def lock(
        self, work: Work, capacities: Mapping[str, int], *, claim: bool = False
    ) -> dict[str, Count]:
        """Lock scopes until the work ends, with how much each holds; holds that are over end."""
        counters = work.counters.lock(capacities, claim=claim)
        expire(work, counters, now=self.now, actor=self.actor)
        return counters

    def take_locked(
        self, work: Work, wanted: Mapping[str, Runs], counters: Mapping[str, Count]
    ) -> dict[str, list[Minted]]:
        """Take numbers in scopes that are locked, and move the counters on. Raises ScopeFull."""
        taken: dict[str, list[Minted]] = {}
        moved: dict[str, Moved] = {}
        short: dict[str, int] = {}
        for key, runs in wanted.items():
            counter, spare = counters[key], counters[key].spare
            found = [one for run in runs for one in self._take_run(work, *run, counter)]
            taken[key] = found
            moved[key] = Moved(counter.last, used=len(found), spare=counter.spare - spare)
            if len(found) < sum(count for _, count in runs):
                short[key] = len(found)
        if short:
            raise ScopeFull(short)
        if moved:
            work.counters.move(moved)
        return taken

    def take_block(self, work: Work, place: Place, count: int, counter: Count) -> Block:
        """Take so many numbers of a locked scope, and move the counter on. Raises ScopeFull.

        Where nothing has to be stepped over they are spelt at once, without an object for each.
        """
        key, scope = place.scope.key, place.scope
        numbers = list(islice(scope.numbers_after(counter.last), count))
        is_plain = not (counter.spare or scope.salts or scope.rule.terms.unwanted)
        if is_plain and len(numbers) == count:
            texts = spell_in(scope, pl.Series(numbers, dtype=pl.Int64))
            if not self._is_blocked(work, key, numbers, texts):
                work.counters.move({key: Moved(numbers[-1], used=count)})
                return Block(numbers, texts.to_list())
        minted = self.take_locked(work, {key: [(place, count)]}, {key: counter})[key]
        return Block([one.number for one in minted], [one.text for one in minted])

    def _is_blocked(self, work: Work, key: str, numbers: list[int], texts: pl.Series) -> bool:
        """Tell whether a code stands in the way of one of these, or is chosen just now."""
        if not (self.careful or self.chosen):
            return False
        codes = canonical_column(texts)
        if self.chosen and codes.is_in(list(self.chosen)).any():
            return True
        if not self.careful:
            return False
        return bool(work.codes.numbers(key, numbers[0], numbers[-1]) or work.codes.has_any(codes))

    def foresee(self, work: Work, places: Sequence[Place]) -> list[Minted | None]:
        """Tell what would be taken now, without taking it: a forecast, not a promise.

        None where a scope would be full. Random characters come out otherwise.
        """
        wanted = runs_of(places)
        counters = work.counters.read(list(wanted))
        careful = replace(self, careful=True)
        coming = {
            key: _foreseen(work, runs, counters.get(key) or Count(scope=key), careful)
            for key, runs in wanted.items()
        }
        return [next(coming[place.scope.key], None) for place in places]

    def _take_run(self, work: Work, place: Place, count: int, counter: Count) -> list[Minted]:
        """Take so many numbers for one place; the counter is moved on. Fewer: the scope ends."""
        again = self._again(work, place, counter, count)
        coming = _Coming(work, place.scope, self)
        fresh = list(coming.after(counter, count - len(again)))
        if fresh:
            counter.last = max(counter.last, *(minted.number for minted in fresh))
            self._note_skipped(work, place, coming.skipped, counter.last)
        counter.used += len(again) + len(fresh)
        return again + fresh

    def _again(self, work: Work, place: Place, counter: Count, count: int) -> list[Minted]:
        """Take numbers that were returned, the lowest first."""
        if not counter.spare:
            return []
        most = count + len(self.chosen)
        spans = work.spans.returned(place.scope.key, place.rule, most)
        numbers = [number for span in spans for number in span.numbers[:most]][:most]
        spelt = _spell(place.scope, numbers, self.dice)
        taken = in_the_way(work, self, place.scope, spelt, look=self.careful)
        again = [one for one in spelt if one.number not in taken][:count]
        standing = [] if not self.careful else [n for n in numbers if n in taken]
        gone = sorted((*standing, *(one.number for one in again)))
        touched = [span for span in spans if any(number in span.numbers for number in gone)]
        if touched:
            work.spans.change(touched, (left for s in touched for left in s.without(gone)))
        self._note_skipped(work, place, [(number, TAKEN) for number in standing], counter.last + 1)
        counter.spare -= len(gone)
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


def runs_of(places: Iterable[Place]) -> dict[str, Runs]:
    """Give, by scope, the places in order, with how many of the same follow each other.

    Places of one scope can be spelt differently: not every segment parts the sequence.
    """
    runs: dict[str, Runs] = {}
    for place in places:
        of_key = runs.setdefault(place.scope.key, [])
        if of_key and of_key[-1][0] == place:
            of_key[-1] = (place, of_key[-1][1] + 1)
        else:
            of_key.append((place, 1))
    return runs


def in_the_way(
    work: Work, taking: Taking, scope: Scope, spelt: Sequence[Minted], *, look: bool
) -> set[int]:
    """Give the numbers whose codes are chosen by hand just now, or, with `look`, stand already."""
    if not spelt or not (look or taking.chosen):
        return set()
    codes = _canonical(spelt)
    numbers = [one.number for one in spelt]
    taken = taking.chosen | (work.codes.existing(codes) if look else set())
    # A number may have a code that is spelt otherwise: with another version's check characters.
    standing = work.codes.numbers(scope.key, min(numbers), max(numbers)) if look else set()
    if not taken and not standing:
        return set()
    return {n for n, code in zip(numbers, codes, strict=True) if code in taken or n in standing}


def _canonical(spelt: Sequence[Minted]) -> list[str]:
    if len(spelt) < _FEW:
        return [canonical(one.text) for one in spelt]
    return canonical_column(pl.Series([one.text for one in spelt])).to_list()


def _foreseen(work: Work, runs: Runs, counter: Count, taking: Taking) -> Iterator[Minted]:
    count = sum(count for _, count in runs)
    rule = runs[0][0].rule
    spans = work.spans.returned(counter.scope, rule, count) if counter.spare else []
    again = deque(number for span in spans for number in span.numbers[:count])
    for place, wanted in runs:
        numbers = [again.popleft() for _ in range(min(wanted, len(again)))]
        yield from _spell(place.scope, numbers, taking.dice)
        for minted in _Coming(work, place.scope, taking).after(counter, wanted - len(numbers)):
            counter.last = max(counter.last, minted.number)
            yield minted


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
        if taken := in_the_way(self.work, self.taking, self.scope, spelt, look=look):
            spelt = self._without(spelt, lambda one: one.number in taken, TAKEN)
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
