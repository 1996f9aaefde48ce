"""Leases as verbs: lend a block, take it back, report what a site has used."""

import os
import platform
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import Customer
from mintmark.errors import (
    LeaseEnded,
    NotACount,
    NotLeasable,
    NotOfLease,
    SequenceFull,
    UnknownLease,
    UntilPast,
)
from mintmark.minting import Place, ScopeFull
from mintmark.minting.leasing import Lease, end, lend
from mintmark.minting.verifying import settle
from mintmark.registry.outcome import Keep
from mintmark.registry.reading import Reading, Value
from mintmark.registry.repeating import KEPT_FOR
from mintmark.registry.writing import Writing
from mintmark.rule import Scope, parser_of
from mintmark.rule.segments import Sequence as Counted
from mintmark.store import CounterLags, Store, facts
from mintmark.store.leases import Leased
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came of the end of a lease: codes held for its holder, and numbers that come again."""

    lease: int
    held: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leasing:
    """The verbs on leases: `Register.leases`.

    `goal_of` tells where codes with some attributes are numbered, `scope_of` where those of a lease
    are; `mend` repairs the counter of a scope.
    """

    store: Store
    writing: Callable[[bool], Writing]
    reading: Reading
    scope_of: Callable[[Leased], Scope]
    mend: Callable[[str], bool]

    def take(
        self, count: int, *, holder: str | None = None, until: datetime | None = None,
        **attributes: Value,
    ) -> Lease:  # fmt: skip
        """Take a block of codes for this program to give out from memory; a context manager.

        Ends with the program: if that dies, what is left is lost with it. Raises NotACount,
        NotLeasable, UntilPast, and what `Register.mint` does.
        """
        keep = self.reading.keep(attributes, holder=holder)
        return self._lend(keep, self._goal(keep), count, until, in_process=True)

    def lend(
        self, count: int, *, holder: str, until: datetime | None = None, **attributes: Value
    ) -> Lease:
        """Hand over a block of codes to another program or a site; see `give_back`.

        It ends at `until` (aware; None: never by itself). Raises what `take` does.
        """
        keep = self.reading.keep(attributes, holder=holder)
        return self._lend(keep, self._goal(keep), count, until, in_process=False)

    def recent(self, limit: int = 50) -> list[Leased]:
        """Give the last leases, the newest first."""
        self.settle()
        with self.store.transaction() as work:
            return work.leases.recent(limit)

    def settle(self) -> None:
        """Note which leases ran out or lost their program; forget what was answered long ago."""
        writing = self.writing(False)
        with self.store.transaction() as work:
            settle(work, now=writing.now, actor=writing.actor)
            work.requests.forget(writing.now - KEPT_FOR)

    def block(self, place: Place, count: int) -> Lease:
        """Hand a block to this program itself; the last one of a scope may be smaller."""
        holder = f"{self.writing(False).actor} @ {platform.node()} #{os.getpid()}"
        keep = Keep(attributes=Customer(name=""), holder=holder)
        try:
            return self._lend(keep, place, count, None, in_process=True)
        except SequenceFull as full:
            if not full.left:
                raise ScopeFull({place.scope.key: 0}) from None
            return self._lend(keep, place, full.left, None, in_process=True)

    def give_back(
        self, lease: int, *, used: Sequence[str] = (), used_up_to: str | None = None
    ) -> Returned:
        """End a lease: the codes used stay held for its holder, the rest is returned.

        Codes that stand for a customer by now need not be named. Raises UnknownLease, LeaseEnded or
        NotOfLease; then nothing is changed.
        """
        self.settle()  # what ran out is lost, whether or not somebody has looked meanwhile
        writing = self.writing(False)
        with self.store.transaction() as work:
            leased = work.leases.get(lease)
            if leased is None:
                raise UnknownLease(lease=lease)
            if leased.ended_at is not None:
                raise LeaseEnded(lease=lease, ended=leased.ended_at)
            scope = self.scope_of(leased)
            numbers = [n for span in work.spans.of_lease(lease) for n in span.numbers]
            given = {_number(scope, code, lease, numbers) for code in used}
            if used_up_to is not None:
                last = _number(scope, used_up_to, lease, numbers)
                given.update(number for number in numbers if number <= last)
            held, rest = end(work, leased, given, now=writing.now, actor=writing.actor)
        return Returned(lease=lease, held=held, returned=rest)

    def _goal(self, keep: Keep) -> Place:
        live, scope = self.reading.rulebook.ruling().goal(keep.attributes)
        return Place(live.id, scope)

    def _lend(
        self, keep: Keep, place: Place, count: int, until: datetime | None, *, in_process: bool
    ) -> Lease:
        writing = self.writing(True)
        if count < 1:
            raise NotACount(count=count)
        if not isinstance(place.scope.rule.number, Counted) or place.scope.salts:
            raise NotLeasable(rule=place.scope.rule.name)
        if until is not None and until <= writing.now:
            raise UntilPast(until=until)
        leased = Leased(
            scope=place.scope.key, rule=place.rule, holder=keep.holder, count=count,
            attributes=facts.pack_attributes(keep.attributes), in_process=in_process,
            leased_at=writing.now, expires_at=until, actor=writing.actor,
        )  # fmt: skip
        try:
            return self._lent(leased, place, writing)
        except CounterLags as lagging:
            self.mend(lagging.scope)
            return self._lent(leased, place, writing)

    def _lent(self, leased: Leased, place: Place, writing: Writing) -> Lease:
        scope = place.scope
        try:
            with self.store.apart() as (work, pulse):
                number, block = lend(work, leased, place, writing.taking)
                if leased.in_process:  # before anybody can see a lease without a pulse
                    pulse.hold(number)
        except ScopeFull as full:
            left = full.left[scope.key]
            raise SequenceFull(scope=scope.key, capacity=scope.capacity, left=left) from None
        return Lease(replace(leased, id=number), block, self._close)

    def _close(self, leased: Leased, given: Collection[int]) -> None:
        writing = self.writing(False)
        with self.store.apart() as (work, pulse):
            found = work.leases.get(leased.id)
            if found is not None and found.ended_at is None:  # what is lost stays lost
                end(work, leased, given, now=writing.now, actor=writing.actor)
        if leased.in_process:
            pulse.let_go(leased.id)


def _number(scope: Scope, code: str, lease: int, numbers: Sequence[int]) -> int:
    """Give the number of a code of a lease. Raises NotOfLease."""
    parsed = parser_of(scope.rule).read(code)
    if (
        parsed is None
        or parsed.number not in numbers
        or canonical(scope.spell(parsed.number)) != canonical(code)
    ):
        raise NotOfLease(code=code, lease=lease)
    return parsed.number
