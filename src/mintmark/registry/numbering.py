"""The number ledger (号段台账): the state of every number of a scope, in runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from mintmark.errors import UnknownScope
from mintmark.minting.returning import is_counted
from mintmark.rule import Rule
from mintmark.rule.capacity import numbers_after
from mintmark.store import Store, Work
from mintmark.store.events import Event
from mintmark.store.spans import Span
from mintmark.store.spans import runs as runs_of
from mintmark.text import canonical

BOUND, HELD, VOID, LEASED = "bound", "held", "void", "leased"
RETURNED, LOST, SKIPPED, MISSING = "returned", "lost", "skipped", "missing"
STATES = (BOUND, HELD, VOID, LEASED, RETURNED, LOST, SKIPPED, MISSING)
_NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`count` numbers that follow each other and have one state, and why.

    `who` made it so, between `since` and `until`; for whom it is held or leased is `holder`.
    `code` is that of a single number, `rule` the id of the version that counts them.
    """

    first: int
    last: int
    count: int
    state: str
    holder: str
    reason: str
    who: str
    since: datetime
    until: datetime
    rule: int | None
    code: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLedger:
    """A scope with the state of all its numbers, and what was done to them, the newest first.

    `counts`: how many numbers are in each state. Codes given by hand ahead of the counter are
    among the runs, too.
    """

    scope: str
    last: int
    used: int
    capacity: int
    runs: tuple[Run, ...]
    counts: dict[str, int]
    events: tuple[Event, ...]


def number_ledger(
    store: Store, text: str, rules: Mapping[int, Rule], *, events: int
) -> NumberLedger:
    """Give the ledger of a scope: its key, or any code in it. Raises UnknownScope."""
    with store.transaction() as work:
        scope = _scope(work, text)
        counter = work.counters.read([scope])[scope]
        numbers = _numbers(work, scope)
        if is_counted(scope):
            numbers = _with_missing(numbers, counter.last, rules)
        runs = tuple(_merged(numbers))
        counts: dict[str, int] = {}
        for run in runs:
            counts[run.state] = counts.get(run.state, 0) + run.count
        return NumberLedger(
            scope=scope, last=counter.last, used=counter.used, capacity=counter.capacity,
            runs=runs, counts=counts, events=tuple(work.events.of_scope(scope, events)),
        )  # fmt: skip


def _scope(work: Work, text: str) -> str:
    if work.counters.read([text.strip()]):
        return text.strip()
    passport = work.codes.get(canonical(text))
    if passport is not None and passport.scope is not None:
        return passport.scope
    near = work.accounts.scopes(canonical(text), _NEAR)
    raise UnknownScope(scope=text, near=tuple(near))


def _numbers(work: Work, scope: str) -> Iterator[Run]:
    """Give every number in order; where a code stands on a span's number, only the code."""
    spans = work.spans.of_scope(scope)
    codes = _coded(work, scope)
    starts = iter(spans)
    span = next(starts, None)
    begin = span.first if span else 0
    for code in codes:
        while span is not None and begin < code.first:
            upto = min(span.last, code.first - 1)
            upto -= (upto - span.first) % span.step
            if begin <= upto:
                yield _of_span(span, begin, upto)
            if upto + span.step > span.last:
                span = next(starts, None)
                begin = span.first if span else 0
            else:
                begin = upto + span.step
        yield code
        if span is not None and begin == code.first:
            begin += span.step
            if begin > span.last:
                span = next(starts, None)
                begin = span.first if span else 0
    while span is not None:
        if begin <= span.last:
            yield _of_span(span, begin, span.last)
        span = next(starts, None)
        begin = span.first if span else 0


def _coded(work: Work, scope: str) -> Iterator[Run]:
    for number, text, state, holder, reason, who, at, rule, by_hand in work.accounts.states(scope):
        is_bound = state == BOUND
        yield Run(
            first=number, last=number, count=1, state=state, holder="" if is_bound else holder,
            reason="" if is_bound else reason, who=who, since=at, until=at,
            rule=rule, code=text, by_hand=by_hand,
        )  # fmt: skip


def _of_span(span: Span, first: int, last: int) -> Run:
    return Run(
        first=first, last=last, count=(last - first) // span.step + 1, state=span.state,
        holder=span.reason or "" if span.lease is not None else "",
        reason=span.reason or "" if span.lease is None else "", who=span.actor,
        since=span.since, until=span.since, rule=span.rule,
    )  # fmt: skip


def _with_missing(numbers: Iterator[Run], counter: int, rules: Mapping[int, Rule]) -> Iterator[Run]:
    """Give the numbers that the rule counts and that have no state, too; there should be none."""
    last: Run | None = None
    by_hand: list[Run] = []  # they tell nothing of how far the rule has counted
    for run in numbers:
        if run.by_hand:
            by_hand.append(run)
            continue
        missing = _missing(last, run, min(run.first - 1, counter), by_hand, rules)
        yield from sorted((*by_hand, *missing), key=_first)
        yield run
        last, by_hand = run, []
    missing = _missing(last, last, counter, by_hand, rules) if last else iter(())
    yield from sorted((*by_hand, *missing), key=_first)


def _missing(
    before: Run | None, like: Run, upto: int, by_hand: Sequence[Run], rules: Mapping[int, Rule]
) -> Iterator[Run]:
    """Give the numbers behind a run that have no code, as the rule of another one counts them."""
    if (rule := rules.get(like.rule or 0)) is None:
        return
    given = {run.first for run in by_hand}
    counted = takewhile(upto.__ge__, numbers_after(rule, before.last if before else -1))
    for first, last in runs_of([number for number in counted if number not in given], 1):
        yield replace(
            like, first=first, last=last, count=last - first + 1, state=MISSING, holder="",
            reason="", who="", code="", by_hand=False,
        )  # fmt: skip


def _first(run: Run) -> int:
    return run.first


def _merged(numbers: Iterator[Run]) -> Iterator[Run]:
    """Put numbers together that are in one state for one reason by one actor."""
    current: Run | None = None
    for run in numbers:
        if current is not None and _alike(current, run):
            current = replace(
                current, last=run.last, count=current.count + run.count, code="",
                since=min(current.since, run.since), until=max(current.until, run.until),
            )  # fmt: skip
            continue
        if current is not None:
            yield current
        current = run
    if current is not None:
        yield current


def _alike(one: Run, other: Run) -> bool:
    return (one.state, one.holder, one.reason, one.who, one.by_hand) == (
        other.state, other.holder, other.reason, other.who, other.by_hand
    )  # fmt: skip
