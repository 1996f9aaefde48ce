"""A model of one scope's numbers, as plain as can be: what has a code, what has another state."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass(frozen=True, kw_only=True)
class Version:
    """How a version of the rule ``K{seq:3}`` counts."""

    number: int
    start: int
    step: int
    external: tuple[int, int]
    unwanted: str

    def counts(self, number: int) -> bool:
        """Whether the rule can spell the number at all."""
        return number >= self.start and (number - self.start) % self.step == 0

    def after(self, last: int) -> Iterable[int]:
        """The numbers that the counter passes after this one, the unwanted ones too."""
        low, high = self.external
        return (n for n in count(max(last + 1, 0)) if self.counts(n) and not low <= n <= high)


@dataclass(kw_only=True)
class Code:
    """A code: held for whom and until when, bound or void; and the version that it is of."""

    state: str
    version: int
    holder: str = ""
    until: datetime | None = None
    by_hand: bool = False

    def is_over(self, now: datetime) -> bool:
        """Whether it was held until a time that has come."""
        return self.state == "held" and self.until is not None and self.until <= now


@dataclass(kw_only=True)
class Span:
    """What a number is where no code stands on it."""

    state: str
    version: int = 0
    reason: str = ""
    lease: int = 0


@dataclass
class Lease:
    """Numbers that were lent, until when."""

    id: int
    numbers: list[int]
    until: datetime | None


@dataclass
class Model:
    """The scope: a counter, codes, states of numbers, leases that go on."""

    version: Version
    last: int = -1
    codes: dict[int, Code] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    leases: list[Lease] = field(default_factory=list)

    @property
    def states(self) -> dict[int, str]:
        """Every number that has a state."""
        every = {n: span.state for n, span in self.spans.items()}
        return dict(sorted((every | {n: code.state for n, code in self.codes.items()}).items()))

    def take(self, wanted: int, now: datetime) -> list[int]:
        """Numbers that come next: returned ones of this version first."""
        self.expire(now)
        again = sorted(
            n for n, span in self.spans.items()
            if span.state == "returned" and span.version == self.version.number
        )[:wanted]  # fmt: skip
        fresh: list[int] = []
        skipped: dict[int, Span] = {}
        coming = iter(self.version.after(self.last))
        while len(again) + len(fresh) < wanted:
            number = next(coming)
            if self.version.unwanted in f"K{number:03}":
                skipped[number] = Span(state="skipped", reason="unwanted")
            elif number in self.codes:
                skipped[number] = Span(state="skipped", reason="taken")
            else:
                fresh.append(number)
        for number in again:
            del self.spans[number]
        if fresh:
            self.spans |= {n: span for n, span in skipped.items() if n < fresh[-1]}
            self.last = fresh[-1]
        return again + fresh

    def expire(self, now: datetime) -> None:
        """Free the numbers of holds that have ended."""
        for number, code in list(self.codes.items()):
            if code.is_over(now):
                self.free(number)

    def free(self, number: int) -> None:
        """A held code is no more: its number comes again, unless it was never the counter's."""
        code = self.codes.pop(number)
        span = self.spans.get(number)
        if span is not None and span.reason == "taken" if code.by_hand else number <= self.last:
            self.spans[number] = Span(state="returned", version=code.version)

    def choose(self, number: int, code: Code, now: datetime) -> None:
        """A code is given by hand, or is of a lease."""
        self.expire(now)
        span = self.spans.get(number)
        code.by_hand = span is None or span.state in ("returned", "skipped")
        if span is not None and not code.by_hand:
            code.version = span.version
        if span is not None and span.state == "returned":
            self.spans[number] = Span(state="skipped", reason="taken")
        self.codes[number] = code

    def end(self, lease: Lease, used: Iterable[int], rest: str = "returned") -> None:
        """A lease ends: `used` are held, the rest is returned, or lost; codes stay codes."""
        self.leases.remove(lease)
        for number in lease.numbers:
            span = self.spans.get(number)
            if span is None or span.lease != lease.id:
                continue
            if number in self.codes:
                del self.spans[number]
            elif number in used:
                self.spans[number] = Span(state="held", version=span.version)
            else:
                self.spans[number] = Span(state=rest, version=span.version)

    def lose(self, now: datetime) -> None:
        """Leases whose time has come are lost."""
        for lease in [one for one in self.leases if one.until is not None and one.until <= now]:
            self.end(lease, (), rest="lost")
