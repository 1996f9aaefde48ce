"""Numbers that come back: of a hold that was released or has ended, of a lease not used up.

A number that was counted waits in a returned span and comes again first; one that was drawn can be
drawn again; a code that was chosen by hand, ahead of the counter, comes in its turn.
"""

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
    """Take held codes of a locked scope out of the register; their numbers may come again."""
    work.codes.remove([canonical(code.text) for code in codes])
    stepped_over = _stepped_over(work, [code for code in codes if code.by_hand])
    coming = [
        code
        for code in codes
        if is_counted(counter.scope)
        and (number_of(code) in stepped_over if code.by_hand else number_of(code) <= counter.last)
    ]
    by_rule = groupby(sorted(coming, key=_rule_and_number), key=lambda code: code.rule)
    for rule, those in by_rule:
        numbers = [number_of(code) for code in those]
        put_back(work, counter.scope, rule or 0, numbers, reason=reason, now=now, actor=actor)
    counter.used -= sum(not code.by_hand for code in codes)
    counter.spare += len(coming)
    freed = -sum(not code.by_hand for code in codes)
    work.counters.move({counter.scope: Moved(used=freed, spare=len(coming))})
    work.events.add(
        Event(
            at=now, actor=actor, verb=verb, scope=code.scope, first=code.number, last=code.number,
            code=code.text, reason=reason or code.reason,
        )
        for code in codes
    )  # fmt: skip


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
    old = work.spans.on([(scope, number) for number in numbers])
    new = [
        Span(
            scope=scope, first=first, last=last, step=1, state=state, rule=rule, lease=None,
            reason=reason, actor=actor, since=now,
        )
        for first, last in runs(numbers, 1)
    ]  # fmt: skip
    distinct = list({span.first: span for span in old}.values())
    work.spans.change(distinct, [*(left for s in distinct for left in s.without(numbers)), *new])


def _stepped_over(work: Work, by_hand: Sequence[Passport]) -> set[int]:
    """Give those numbers of a scope's codes that the counter has stepped over.

    Others are ahead of it, or were never its own to give: of others, or between its steps.
    """
    spans = work.spans.on([(code.scope or "", number_of(code)) for code in by_hand])
    return {n for span in spans if span.reason == TAKEN for n in span.numbers}


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


def _rule_and_number(code: Passport) -> tuple[int, int]:
    return code.rule or 0, number_of(code)
