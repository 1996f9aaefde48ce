"""Leases as verbs: lend a block, take it back, report what a site has used."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import Customer
from mintmark.errors import (
    LeaseEnded,
    NotLeasable,
    NotOfLease,
    SequenceFull,
    UnknownLease,
    UntilPast,
)
from mintmark.minting import Place, ScopeFull
from mintmark.minting.leasing import Lease, end, lend
from mintmark.registry.writing import Writing
from mintmark.rule import Scope, parser_of
from mintmark.rule.segments import Sequence as Counted
from mintmark.store import Store, facts
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
    """The verbs on leases."""

    store: Store
    writing: Callable[[bool], Writing]
    scope_of: Callable[[Leased], Scope]

    def lend(
        self, place: Place, attributes: Customer, *, count: int, holder: str,
        until: datetime | None = None, in_process: bool,
    ) -> Lease:  # fmt: skip
        """Hand over a block. Raises NotLeasable, UntilPast or SequenceFull."""
        writing = self.writing(True)
        if not isinstance(place.scope.rule.number, Counted):
            raise NotLeasable(rule=place.scope.rule.name)
        if until is not None and until <= writing.now:
            raise UntilPast(until=until)
        leased = Leased(
            scope=place.scope.key, rule=place.rule, attributes=facts.pack_attributes(attributes),
            count=count, holder=holder, in_process=in_process, leased_at=writing.now,
            expires_at=until, actor=writing.actor,
        )  # fmt: skip
        try:
            with self.store.apart() as (work, pulse):
                number, minted = lend(work, leased, place, writing.taking)
                if in_process:  # before anybody can see a lease without a pulse
                    pulse.hold(number)
        except ScopeFull as full:
            scope = place.scope
            raise SequenceFull(
                scope=scope.key, capacity=scope.capacity, left=full.left[scope.key]
            ) from None
        return Lease(replace(leased, id=number), minted, self._close)

    def block(self, place: Place, count: int) -> Lease:
        """Hand a block to this program itself; the last one of a scope may be smaller."""
        attributes = Customer(name="")
        holder = f"{self.writing(False).actor} @ {platform.node()} #{os.getpid()}"
        try:
            return self.lend(place, attributes, count=count, holder=holder, in_process=True)
        except SequenceFull as full:
            if not full.left:
                raise ScopeFull({place.scope.key: 0}) from None
            return self.lend(place, attributes, count=full.left, holder=holder, in_process=True)

    def give_back(
        self, lease: int, *, used: Sequence[str] = (), used_up_to: str | None = None
    ) -> Returned:
        """End a lease: the codes used stay held for its holder, the rest is returned.

        Codes that stand for a customer by now need not be named. Raises UnknownLease, LeaseEnded or
        NotOfLease; then nothing is changed.
        """
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

    def _close(self, leased: Leased, given: Iterable[int]) -> None:
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
