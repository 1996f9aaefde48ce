"""Numbers that come back: of a hold that was released or has ended, of a lease not used up.

A number that was counted waits in a returned span and comes again first; one that was drawn can be
drawn again; a code that was chosen by hand, ahead of the counter, comes in its turn.
"""

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from mintmark.store import Passport, Work
from mintmark.store.counters import Moved
from mintmark.store.events import EXPIRED, Event
from mintmark.store.spans import RETURNED, SKIPPED, Span, runs
from mintmark.store.standing import Counter
from mintmark.text import canonical

TAKEN = "taken"  # why a number was skipped: somebody's code stands on it


def expire(work: Work, counters: Mapping[str, Counter], *, now: datetime, actor: str) -> None:
    """End the holds in locked scopes whose time has come; the counters are moved on with them."""
    due = [key for key, counter in counters.items() if counter.due and counter.due <= now]
    if not due:
        return
    for scope, ended in groupby(work.codes.expired(due, now), key=lambda code: code.scope):
        if scope is not None:
            give_back(
                work, counters[scope], list(ended), verb=EXPIRED, reason=None, now=now, actor=actor
            )  # fmt: skip
    work.counters.find_due(due)


def end_holds(
    work: Work,
    codes: Iterable[Passport],
    *,
    verb: str,
    reason: str | None,
    now: datetime,
    actor: str,
) -> None:
    """Take held codes, which are locked, out of the register; their scopes are locked for it."""
    by_scope: dict[str | None, list[Passport]] = defaultdict(list)
    for code in codes:
        by_scope[code.scope].append(code)
    outside = by_scope.pop(None, [])
    scopes = sorted(scope for scope in by_scope if scope is not None)
    counters = work.counters.lock_known(scopes) if scopes else {}
    for scope in scopes:
        ended = by_scope[scope]
        give_back(work, counters[scope], ended, verb=verb, reason=reason, now=now, actor=actor)
    if scopes:
        work.counters.find_due(scopes)
    if outside:
        work.codes.remove([canonical(code.text) for code in outside])
        work.events.add(
            Event(at=now, actor=actor, verb=verb, code=code.text, reason=reason or code.reason)
            for code in outside
        )


def give_back(
    work: Work,
    counter: Counter,
    codes: Sequence[Passport],
    *,
    verb: str,
    reason: str | None,
    now: datetime,
    actor: str,
) -> None:
    """Take held codes of a locked scope out of the register, and note it for each."""
    take_back(work, {counter.scope: counter}, codes, reason=reason, now=now, actor=actor)
    work.events.add(
        Event(
            at=now, actor=actor, verb=verb, scope=code.scope, first=code.number, last=code.number,
            code=code.text, reason=reason or code.reason,
        )
        for code in codes
    )  # fmt: skip


def take_back(
    work: Work,
    counters: Mapping[str, Counter],
    codes: Sequence[Passport],
    *,
    reason: str | None,
    now: datetime,
    actor: str,
) -> None:
    """Take codes of locked scopes out of the register; their numbers may come again."""
    work.codes.remove([canonical(code.text) for code in codes])
    stepped_over = _stepped_over(work, [code for code in codes if code.by_hand])
    coming = [code for code in codes if _comes_again(code, counters, stepped_over)]
    numbers: dict[tuple[str, int], list[int]] = defaultdict(list)
    for code in coming:
        numbers[code.scope or "", code.rule or 0].append(number_of(code))
    _put_back(work, numbers, reason=reason, now=now, actor=actor)
    spare = Counts(code.scope for code in coming)
    freed = Counts(code.scope for code in codes if not code.by_hand)
    moved: dict[str, Moved] = {}
    for scope in {code.scope for code in codes if code.scope}:
        counters[scope].used -= freed[scope]
        counters[scope].spare += spare[scope]
        moved[scope] = Moved(used=-freed[scope], spare=spare[scope])
    work.counters.move(moved)


def _comes_again(
    code: Passport, counters: Mapping[str, Counter], stepped_over: set[tuple[str, int]]
) -> bool:
    scope, number = code.scope or "", number_of(code)
    if not is_counted(scope):
        return False
    return (scope, number) in stepped_over if code.by_hand else number <= counters[scope].last


def put_back(
    work: Work,
    scope: str,
    rule: int,
    numbers: Sequence[int],
    *,
    reason: str | None,
    now: datetime,
    actor: str,
    state: str = RETURNED,
) -> None:
    """Write numbers of a locked scope, in order, into spans; take them out of those they are in."""
    _put_back(
        work, {(scope, rule): numbers}, reason=reason, now=now, actor=actor, state=state
    )  # fmt: skip


def _put_back(
    work: Work,
    numbers: Mapping[tuple[str, int], Sequence[int]],
    *,
    reason: str | None,
    now: datetime,
    actor: str,
    state: str = RETURNED,
) -> None:
    """Write numbers by scope and rule into spans."""
    flat = [(scope, number) for (scope, _), those in numbers.items() for number in those]
    if not flat:
        return
    old = {(span.scope, span.first): span for span in work.spans.on(flat)}
    gone: dict[str, list[int]] = defaultdict(list)
    for scope, number in sorted(flat) if old else ():
        gone[scope].append(number)
    new = [
        Span(
            scope=scope, first=first, last=last, step=1, state=state, rule=rule, lease=None,
            reason=reason, actor=actor, since=now,
        )
        for (scope, rule), those in numbers.items()
        for first, last in runs(sorted(those), 1)
    ]  # fmt: skip
    left = [part for span in old.values() for part in span.without(gone[span.scope])]
    work.spans.change(list(old.values()), [*left, *new])


def _stepped_over(work: Work, by_hand: Sequence[Passport]) -> set[tuple[str, int]]:
    """Give those numbers of codes, with their scope, that the counter has stepped over.

    Others are ahead of it, or were never its own to give: of others, or between its steps.
    """
    spans = work.spans.on([(code.scope or "", number_of(code)) for code in by_hand])
    return {(span.scope, n) for span in spans if span.reason == TAKEN for n in span.numbers}


def take_out(work: Work, numbers: Iterable[tuple[str, int]], *, now: datetime, actor: str) -> None:
    """Take numbers of locked scopes out of returned spans: somebody has been given them."""
    wanted = list(numbers)
    if not wanted:
        return
    spans = {(s.scope, s.first): s for s in work.spans.on(wanted) if s.state == RETURNED}
    for span in spans.values():
        gone = sorted(number for scope, number in wanted if scope == span.scope)
        left = span.without(gone)
        skipped = replace(span, step=1, state=SKIPPED, reason=TAKEN, actor=actor, since=now)
        ours = [replace(skipped, first=n, last=n) for n in gone if n in span.numbers]
        work.spans.change([span], [*left, *ours])
        work.counters.move({span.scope: Moved(spare=sum(map(len, left)) - len(span))})


def is_counted(scope: str) -> bool:
    """Tell by its key whether a scope's numbers are counted, not drawn."""
    return "#" in scope


def number_of(code: Passport) -> int:
    """Give the number of a code that has one."""
    if code.number is None:
        message = "a code of a scope has a number"
        raise AssertionError(message)
    return code.number
