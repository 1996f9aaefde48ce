"""Try a rule on the customers of a register: which codes would come out, and when they run out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from mintmark.customer import Customer
from mintmark.errors import Refusal, SequenceFull
from mintmark.rule import Rule, Scope, Speller, applies
from mintmark.store import Work

_SHOWN = 10
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A customer of the simulation: the code they have, and the one they would get."""

    code: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A scope of the simulation: how many customers it would hold, of how many."""

    scope: str
    used: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a rule would make of the register's customers. Nothing was written.

    `refused` are those who would get no code, by slug and what it is about, with an example;
    `elsewhere` how many the rule does not apply to. `fullest` are scopes, the fullest first;
    `full_on` is when the fullest one that takes customers of any day is full, at the rate of the
    last year.
    """

    rule: Rule = field(repr=False)
    customers: int
    spelt: int
    elsewhere: int
    refused: tuple[tuple[Refusal, int], ...]
    samples: tuple[Tried, ...]
    fullest: tuple[Filling, ...]
    longest: str
    full_on: date | None


def simulate(work: Work, speller: Speller, *, limit: int | None) -> Simulation:
    """Spell every customer's code anew, in the order of their registration."""
    trying = _Trying(speller)
    there = (known for known in work.customers.every() if not known.shredded_at)
    for number, known in enumerate(there):
        if limit is not None and number >= limit:
            break
        trying.one(known.code or "", known.customer)
    return trying.result()


@dataclass(slots=True)
class _Trying:
    speller: Speller
    customers: int = 0
    elsewhere: int = 0
    longest: str = ""
    samples: list[Tried] = field(default_factory=list)
    refused: dict[tuple[str, str], tuple[Refusal, int]] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    lately: Counter[str] = field(default_factory=Counter)
    last: dict[str, int] = field(default_factory=dict)

    def one(self, code: str, customer: Customer) -> None:
        self.customers += 1
        attributes = customer.facts()
        if not applies(self.speller.rule, attributes):
            self.elsewhere += 1
            return
        try:
            scope = self.speller.scope(attributes)
            instead = self._spelt(scope)
        except Refusal as refusal:
            about = (refusal.slug, str(refusal.facts().get("fact", "")))
            first, count = self.refused.get(about, (refusal, 0))
            self.refused[about] = (first, count + 1)
            return
        day = customer.registered or self.speller.today
        if self.speller.today - day <= _YEAR:
            self.lately[scope.key] += 1
        if len(instead) > len(self.longest):
            self.longest = instead
        if len(self.samples) < _SHOWN:
            self.samples.append(Tried(code=code, instead=instead))

    def _spelt(self, scope: Scope) -> str:
        self.scopes[scope.key] = scope
        self.used[scope.key] += 1
        rank = self.used[scope.key]
        salts = "".join(salt.numerals.spell(rank % salt.capacity) for salt in scope.salts)
        if scope.is_random:
            return scope.spell(rank * 7919 % scope.rule.number.capacity, salts)
        number = next(scope.numbers_after(self.last.get(scope.key, -1)), None)
        if number is None:
            raise SequenceFull(scope=scope.key, capacity=scope.capacity)
        self.last[scope.key] = number
        return scope.spell(number, salts)

    def result(self) -> Simulation:
        fullest = sorted(
            self.used, key=lambda key: (-self.used[key] / self.scopes[key].capacity, key)
        )[:_SHOWN]
        spelt = self.customers - self.elsewhere - sum(count for _, count in self.refused.values())
        return Simulation(
            rule=self.speller.rule,
            customers=self.customers,
            spelt=spelt,
            elsewhere=self.elsewhere,
            refused=tuple(self.refused.values()),
            samples=tuple(self.samples),
            fullest=tuple(
                Filling(scope=key, used=self.used[key], capacity=self.scopes[key].capacity)
                for key in fullest
            ),
            longest=self.longest,
            full_on=self._full_on(fullest),
        )

    def _full_on(self, fullest: list[str]) -> date | None:
        """Tell when the first of the scopes that never start again is full, at last year's rate."""
        if self.speller.rule.dated and getattr(self.speller.rule.number, "reset", "") != "never":
            return None
        ends = [
            timedelta(days=365 * left / self.lately[key])
            for key in fullest
            if self.lately[key]
            for left in (self.scopes[key].capacity - self.used[key],)
        ]
        soonest = min(ends, default=timedelta.max)
        return self.speller.today + soonest if soonest < _YEAR * 100 else None
