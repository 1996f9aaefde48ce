"""The proof that every number is accounted for, and what mends a counter that lags behind.

In every scope: no number has two codes or two states; every number that the rule counts, from its
first to the counter, is bound, held, void, leased, returned, lost or skipped; the counter stands at
the highest of them, and its sums of numbers used and spare are right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mintmark.minting.leasing import lose
from mintmark.minting.returning import is_counted
from mintmark.progress import Progress
from mintmark.rule import Rule
from mintmark.rule.capacity import numbers_after
from mintmark.rule.segments import Sequence as Counted
from mintmark.store import Store, Work
from mintmark.store.events import REPAIRED, Event

LAGGING, AHEAD, MISSING, DOUBLE = "lagging", "ahead", "missing", "double"
DOUBLE_CODE, MISCOUNTED = "double-code", "miscounted"
FAULTS = (LAGGING, AHEAD, MISSING, DOUBLE, DOUBLE_CODE, MISCOUNTED)
_STAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that does not add up; `repaired` tells whether it was put right.

    ``lagging``: the counter stands at `first`, a number as high as `last` is used. ``ahead``: it
    stands at `last`, and nothing is known of numbers behind `first`. ``missing``: `count` numbers
    from `first` to `last` have no state. ``double``: `count` codes or states are on one number.
    ``double-code``: `scope` is a code that is there `count` times. ``miscounted``: the counter says
    that `first` numbers are used up or spare, and `last` are.
    """

    kind: str
    scope: str
    first: int = 0
    last: int = 0
    count: int = 1
    repaired: bool = False


@dataclass(slots=True)
class Verification:
    """The proof under way; when it has been iterated to its end, what it found.

    `codes` and `scopes`: how many were looked at; `lost`: leases whose program died meanwhile.
    """

    store: Store
    rules: Mapping[int, Rule]
    now: datetime
    actor: str
    repair: bool = False
    scopes: int = 0
    numbers: int = 0
    lost: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every number is accounted for, now."""
        return all(fault.repaired for fault in self.faults)

    def __iter__(self) -> Iterator[Progress]:
        with self.store.transaction() as work:
            self.lost = settle(work, now=self.now, actor=self.actor)
        yield Progress(done=1, total=_STAGES)
        with self.store.transaction() as work:
            work.accounts.by_the_rows()
            totals = work.accounts.totals()
            self.scopes, self.numbers = len(totals), sum(total[4] + total[6] for total in totals)
            wrong = [total[0] for total in totals for _ in _wrong(total)]
            self.faults += [fault for total in totals for fault in _wrong(total)]
            yield Progress(done=2, total=_STAGES)
            self.faults += self._missing(work)
            yield Progress(done=3, total=_STAGES)
            self.faults += [
                Fault(kind=DOUBLE, scope=scope, first=first, last=last, count=count)
                for scope, first, last, count in work.accounts.double()
            ]
            yield Progress(done=4, total=_STAGES)
            self.faults += [
                Fault(kind=DOUBLE_CODE, scope=code, count=count)
                for code, count in work.accounts.double_codes()
            ]
        if self.repair and wrong:
            with self.store.transaction() as work:
                mended = repair(work, wrong, now=self.now, actor=self.actor)
            self.faults = [_marked(fault, mended) for fault in self.faults]
        yield Progress(done=_STAGES, total=_STAGES)

    def _missing(self, work: Work) -> Iterator[Fault]:
        counts = {
            inner: (next(numbers_after(rule, -1), -1), rule.number.step)
            for inner, rule in self.rules.items()
            if isinstance(rule.number, Counted)
        }
        for scope, before, first, rule in work.accounts.leaps(counts):
            after = -1 if before is None else before
            standing = work.accounts.standing(scope, after, first)
            missing = []
            for number in numbers_after(self.rules[rule], after):
                if number >= first:
                    break
                if number not in standing:
                    missing.append(number)
            if missing:
                yield Fault(
                    kind=MISSING, scope=scope, first=missing[0], last=missing[-1],
                    count=len(missing),
                )  # fmt: skip


def settle(work: Work, *, now: datetime, actor: str) -> int:
    """Note which leases ran out or lost their program; give how many."""
    lost = 0
    for leased in work.leases.over(now):
        found = work.leases.get(leased.id)  # locked; its program may have ended it just now
        if found is not None and found.ended_at is None:
            lose(work, leased, now=now, actor=actor)
            lost += 1
    return lost


def repair(work: Work, scopes: Sequence[str], *, now: datetime, actor: str) -> dict[str, int]:
    """Put counters right by what is there: scopes mended, with the number they stand at now.

    A counter never goes back: numbers behind the highest one known may have been given out.
    """
    wanted = sorted(set(scopes))
    known = work.counters.lock_known(wanted)
    if lost := [scope for scope in wanted if scope not in known]:
        work.counters.make(lost)
    mended: dict[str, int] = {}
    for total in work.accounts.totals(wanted):
        scope, last, highest, _, used, _, spare = total
        if any(fault.kind != AHEAD for fault in _wrong(total)):
            work.accounts.put_right(scope, last=highest, used=used, spare=spare)
            mended[scope] = max(last, highest)
    work.events.add(
        [
            Event(at=now, actor=actor, verb=REPAIRED, scope=scope, last=last)
            for scope, last in mended.items()
        ]
    )
    return mended


def _wrong(total: tuple[str, int, int, int, int, int, int]) -> Iterator[Fault]:
    scope, last, highest, used, found, spare, returned = total
    if is_counted(scope) and last < highest:
        yield Fault(kind=LAGGING, scope=scope, first=last, last=highest, count=highest - last)
    if is_counted(scope) and last > highest:
        yield Fault(kind=AHEAD, scope=scope, first=highest, last=last, count=last - highest)
    if used != found or spare != returned:
        yield Fault(kind=MISCOUNTED, scope=scope, first=used + spare, last=found + returned)


def _marked(fault: Fault, mended: Mapping[str, int]) -> Fault:
    if fault.scope in mended and fault.kind in (LAGGING, MISCOUNTED):
        return Fault(
            kind=fault.kind, scope=fault.scope, first=fault.first, last=fault.last,
            count=fault.count, repaired=True,
        )  # fmt: skip
    return fault
