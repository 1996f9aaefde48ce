"""Leases: blocks of numbers handed over, to a program or to a site without a network.

A lease is one durable unit of work; its codes are then given out from memory, as fast as that goes.
When it ends, what was given out stays held for whoever had the lease, and the rest is returned. If
its program dies, the rest is lost with its holder: never given again, for nobody knows how far it
came.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain
from types import TracebackType
from typing import Self

from mintmark.errors import LeaseUsedUp
from mintmark.minting.numbers import Block, Minted, Place, ScopeFull, Taking
from mintmark.store import Work
from mintmark.store.counters import Moved
from mintmark.store.events import LEASED as LEASED_NOW
from mintmark.store.events import LOST as LOST_NOW
from mintmark.store.events import RETURNED as RETURNED_NOW
from mintmark.store.events import Event
from mintmark.store.leases import Leased
from mintmark.store.spans import HELD, LEASED, LOST, RETURNED, Span, runs


class Lease:
    """A block of codes of one scope that are one's own to give out; a context manager.

    Any number of threads may `mint` from it. At the end of the block what was not given out is
    returned. A lease for a site is written down (`codes`) and returned from what the site reports.
    """

    def __init__(
        self, leased: Leased, block: Block, end: Callable[[Leased, Sequence[int]], None]
    ) -> None:
        self.leased = leased
        self._block = block
        self._coming = deque(block.texts)
        self._end = end
        self._is_over = False

    @property
    def id(self) -> int:
        """The number of the lease."""
        return self.leased.id

    @property
    def codes(self) -> list[str]:
        """All codes of the lease, in order."""
        return list(self._block.texts)

    @property
    def left(self) -> int:
        """How many codes are left to give out."""
        return len(self._coming)

    def mint(self) -> str:
        """Give out the next code. Raises LeaseUsedUp."""
        if (code := self._pop()) is None:
            raise LeaseUsedUp(lease=self.id, count=len(self._block.texts))
        return code

    def _pop(self) -> str | None:
        try:
            return self._coming.popleft()
        except IndexError:
            return None

    def draw(self) -> Minted | None:
        """Give out the next number with its code; None where there is none left."""
        if not self._coming:
            return None
        at = len(self._block.texts) - len(self._coming)
        self._coming.popleft()
        return Minted(self._block.numbers[at], self._block.texts[at])

    def close(self, *, unused: Iterable[int] = ()) -> None:
        """End the lease: what was given out is held for its holder, the rest is returned.

        `unused` are numbers that were given out, and came back.
        """
        if not self._is_over:
            self._is_over = True
            left = set(iter(self._pop, None))  # one by one: others may mint meanwhile
            back = set(unused)
            every = zip(self._block.numbers, self._block.texts, strict=True)
            given = (
                [number for number, text in every if text not in left and number not in back]
                if left or back
                else self._block.numbers
            )
            self._end(self.leased, given)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


class Blocks:
    """The blocks that this program has, of the rules whose numbers are leased."""

    def __init__(self, lend: Callable[[Place, int], Lease]) -> None:
        self._lend = lend
        self._lock = threading.Lock()
        self._open: dict[str, Lease] = {}
        self._again: dict[str, deque[Minted]] = {}

    def take(
        self, places: Sequence[Place], *, is_free: Callable[[Minted], bool] = lambda _: True
    ) -> list[Minted]:
        """Take the next number for each place from memory; new blocks are fetched as needed.

        What is not free has been used by others: it is left out. Raises ScopeFull.
        """
        if not places:
            return []
        with self._lock:
            taken: list[tuple[Place, Minted]] = []
            try:
                for place in places:
                    while not is_free(minted := self._next(place)):
                        pass
                    taken.append((place, minted))
            except ScopeFull as full:
                self._put_back(taken)
                found = Counter(place.scope.key for place, _ in taken)
                raise ScopeFull({key: found[key] for key in full.left}) from None
            return [minted for _, minted in taken]

    def put_back(self, taken: Iterable[tuple[Place, Minted]]) -> None:
        """Take back numbers whose codes were not written; they come again first."""
        with self._lock:
            self._put_back(taken)

    def close(self) -> None:
        """Return what is left of all blocks."""
        with self._lock:
            for key, lease in self._open.items():
                lease.close(unused=[minted.number for minted in self._again.get(key, ())])
            self._open.clear()

    def _put_back(self, taken: Iterable[tuple[Place, Minted]]) -> None:
        for place, minted in taken:
            self._again.setdefault(_key(place), deque()).append(minted)

    def _next(self, place: Place) -> Minted:
        if again := self._again.get(_key(place)):
            return _of(place, again.popleft())
        lease = self._open.get(_key(place))
        minted = lease.draw() if lease else None
        if minted is None:
            if lease is not None:
                lease.close()
            lease = self._open[_key(place)] = self._lend(place, place.scope.rule.terms.block)
            minted = lease.draw()
        if minted is None:
            raise ScopeFull({place.scope.key: 0})
        return _of(place, minted)


def _of(place: Place, minted: Minted) -> Minted:
    """Spell a number for its place: the codes of one scope may differ, as days of a month do."""
    if place.scope.salts:
        return minted
    return Minted(minted.number, place.scope.spell(minted.number))


def _key(place: Place) -> str:
    return f"{place.rule} {place.scope.key}"


def lend(work: Work, leased: Leased, place: Place, taking: Taking) -> tuple[int, Block]:
    """Write a lease of numbers; give its own number, and what it is of. Raises ScopeFull."""
    key = place.scope.key
    counters = taking.lock(work, {key: place.scope.capacity})
    block = taking.take_block(work, place, leased.count, counters[key])
    lease = work.leases.add(leased)
    step = getattr(place.scope.rule.number, "step", 1)
    numbers = sorted(block.numbers)
    work.spans.add(
        Span(
            scope=key, first=first, last=last, step=step, state=LEASED, rule=place.rule,
            lease=lease, reason=leased.holder, actor=taking.actor, since=taking.now,
        )
        for first, last in runs(numbers, step)
    )  # fmt: skip
    work.events.add([
        Event(
            at=taking.now, actor=taking.actor, verb=LEASED_NOW, scope=key, first=numbers[0],
            last=numbers[-1], count=len(numbers), reason=leased.holder,
        )
    ])  # fmt: skip
    return lease, block


def end(
    work: Work, leased: Leased, given: Collection[int], *, now: datetime, actor: str
) -> tuple[int, int]:
    """End a lease: the numbers given out are held for its holder, the rest is returned.

    Gives how many are held, and how many were returned.
    """
    spans, coded = _open(work, leased)
    held, rest = _parted(spans, coded, given)
    step = spans[0].step if spans else 1
    work.spans.change(spans, [
        *_spans(leased, held, step, HELD, actor=actor, now=now),
        *_spans(leased, rest, step, RETURNED, actor=actor, now=now),
    ])  # fmt: skip
    work.counters.move({leased.scope: Moved(used=-len(rest), spare=len(rest))})
    work.leases.end(leased.id, at=now)
    work.events.add(_told(leased, RETURNED_NOW, rest, now, actor))
    return len(held), len(rest)


def _parted(
    spans: Sequence[Span], coded: set[int], given: Collection[int]
) -> tuple[list[int], list[int]]:
    """Part the numbers of a lease on which no code stands: those given out, and the rest."""
    numbers = list(chain.from_iterable(span.numbers for span in spans))
    if not coded and sorted(given) == numbers:
        return numbers, []
    every = set(numbers) - coded
    held = sorted(every.intersection(given))
    return held, sorted(every.difference(held))


def lose(work: Work, leased: Leased, *, now: datetime, actor: str) -> int:
    """Note that a lease ran out, or its program died: what no code stands on is lost with it."""
    spans, coded = _open(work, leased)
    lost = sorted({number for span in spans for number in span.numbers} - coded)
    step = spans[0].step if spans else 1
    work.spans.change(spans, _spans(leased, lost, step, LOST, actor=actor, now=now))
    work.leases.end(leased.id, at=now)
    work.events.add(_told(leased, LOST_NOW, lost, now, actor))
    return len(lost)


def _open(work: Work, leased: Leased) -> tuple[list[Span], set[int]]:
    work.counters.lock_known([leased.scope])
    spans = work.spans.of_lease(leased.id)
    if not spans:
        return [], set()
    return spans, work.codes.numbers(leased.scope, spans[0].first, spans[-1].last)


def _spans(
    leased: Leased, numbers: Sequence[int], step: int, state: str, *, actor: str, now: datetime
) -> list[Span]:
    return [
        Span(
            scope=leased.scope, first=first, last=last, step=step, state=state, rule=leased.rule,
            lease=None if state == RETURNED else leased.id, reason=leased.holder, actor=actor,
            since=now,
        )
        for first, last in runs(numbers, step)
    ]  # fmt: skip


def _told(
    leased: Leased, verb: str, numbers: Sequence[int], now: datetime, actor: str
) -> list[Event]:
    if not numbers:
        return []
    return [
        Event(
            at=now, actor=actor, verb=verb, scope=leased.scope, first=numbers[0],
            last=numbers[-1], count=len(numbers), reason=leased.holder,
        )
    ]  # fmt: skip
