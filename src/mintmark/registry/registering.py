"""Register many customers as one unit of work: check, decide who is new, write, number last."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from mintmark.customer import Customer
from mintmark.errors import (
    IdNumberTaken,
    LikelyDuplicate,
    MissingFact,
    Refusal,
    SequenceFull,
    TooBusy,
)
from mintmark.minting import ScopeFull, first_numbers, take
from mintmark.registry.admit import (
    Candidate,
    Clash,
    Decision,
    KeptBack,
    New,
    Person,
    Same,
    admit,
)
from mintmark.registry.look import candidate_of, known_codes, look_around
from mintmark.registry.outcome import Alike, Outcome, Record, Refused, Registered
from mintmark.rule import Rule, Scope, scope_of
from mintmark.store import Conflict, Newcomer, Passport, Store, Work

_TRIES = 50  # each try that fails means that another writer got through


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A candidate who passed every check that needs no database, and the scope to number in."""

    candidate: Candidate
    scope: Scope


@dataclass(slots=True, kw_only=True)
class Registering:
    """The verb, with the rule it goes by, who acts and when."""

    store: Store
    version: int
    rule: Rule
    now: datetime
    today: date
    actor: str
    _scopes: dict[tuple[object, ...], Scope] = field(default_factory=dict)

    def register(
        self, records: Sequence[Record], *, batch: int | None = None, keep_back: bool = False
    ) -> list[Outcome]:
        """Register all who can be, in one unit of work; give an outcome for each, in order.

        Uniqueness is the database's: where another writer was first, everything is looked at again.
        Raises CodeTaken, or TooBusy after many tries; nothing is written then.
        """
        ready = [self._ready(record) for record in records]
        tries = 0
        while tries < _TRIES:
            try:
                with self.store.transaction() as work:
                    return self._write(work, ready, batch=batch, keep_back=keep_back)
            except _NoNumber as without:
                ready = _refuse(ready, without.places)
            except Conflict:
                tries += 1
        raise TooBusy(tries=_TRIES)

    def mint(self, work: Work, scope: Scope, count: int) -> list[str]:
        """Mint codes that stand for nobody yet. Raises SequenceFull."""
        scopes = [scope] * count
        try:
            numbers = take(work, scopes)
        except ScopeFull:
            raise _sequence_full(scope) from None
        self._add_codes(work, scopes, numbers, [None] * count)
        return [scope.spell(number) for number in numbers]

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register` would give now, and write nothing: no promise, others mint too."""
        ready = [self._ready(record) for record in records]
        candidates = [one.candidate for one in ready if isinstance(one, _Ready)]
        with self.store.transaction() as work:
            decisions = admit(candidates, look_around(work, candidates), keep_back=keep_back)
            scopes = _scopes_of_new(ready, decisions)
            numbers = first_numbers(work, scopes)
            codes = _spelt(decisions, scopes, numbers)
            known = known_codes(work, decisions)
        outcomes = _outcomes(ready, decisions, codes, known)
        full = {scope.spell(n): scope for scope, n in zip(scopes, numbers, strict=True)
                if n > scope.capacity}  # fmt: skip
        return [
            Refused(refusal=_sequence_full(full[outcome.code]))
            if isinstance(outcome, Registered) and outcome.code in full
            else outcome
            for outcome in outcomes
        ]

    # ------------------------------------------------------------ check

    def _ready(self, record: Record) -> _Ready | Refused:
        try:
            if not record.customer.name:
                raise MissingFact(fact="name")
            customer = self._in_table_names(record.customer)
            return _Ready(
                candidate=candidate_of(customer, record.occurrence), scope=self.scope(customer)
            )
        except Refusal as refusal:
            return Refused(refusal=refusal)

    def scope(self, customer: Customer) -> Scope:
        """Give the scope a customer is numbered in; equal attributes share one."""
        attributes = {name: getattr(customer, name) for name in self.rule.attributes}
        key = tuple(attributes.values())
        if key not in self._scopes:
            self._scopes[key] = scope_of(self.rule, attributes, today=self.today)
        return self._scopes[key]

    def _in_table_names(self, customer: Customer) -> Customer:
        named: dict[str, Any] = {
            attribute: table.entry(value).name
            for attribute, table in self.rule.tables.items()
            if (value := getattr(customer, attribute))
        }
        return replace(customer, **named)

    # ------------------------------------------------------------ write

    def _write(
        self, work: Work, ready: list[_Ready | Refused], *, batch: int | None, keep_back: bool
    ) -> list[Outcome]:
        candidates = [one.candidate for one in ready if isinstance(one, _Ready)]
        decisions = admit(candidates, look_around(work, candidates), keep_back=keep_back)
        newcomers = self._add_customers(work, candidates, decisions)
        scopes = _scopes_of_new(ready, decisions)
        # Numbering comes last: from here to the commit the counters' rows are locked.
        try:
            numbers = take(work, scopes)
        except ScopeFull as full:
            raise _NoNumber(_beyond(full.left, scopes, decisions)) from None
        customers = [newcomer.id for newcomer in newcomers]
        self._add_codes(work, scopes, numbers, customers, batch=batch)
        if batch is not None:
            work.batches.advance(batch, done=len(ready), coded=len(newcomers))
        codes = _spelt(decisions, scopes, numbers)
        return _outcomes(ready, decisions, codes, known_codes(work, decisions))

    def _add_codes(
        self,
        work: Work,
        scopes: list[Scope],
        numbers: list[int],
        customers: Sequence[int | None],
        *,
        batch: int | None = None,
    ) -> None:
        work.codes.add(
            Passport(
                text=scope.spell(number),
                rule=self.version,
                scope=scope.key,
                number=number,
                customer=customer,
                batch=batch,
                minted_at=self.now,
                actor=self.actor,
            )
            for scope, number, customer in zip(scopes, numbers, customers, strict=True)
        )

    def _add_customers(
        self, work: Work, candidates: list[Candidate], decisions: list[Decision]
    ) -> list[Newcomer]:
        new = [
            (place, decision)
            for place, decision in enumerate(decisions)
            if isinstance(decision, New)
        ]
        ids = dict(zip((place for place, _ in new), work.customers.reserve(len(new)), strict=True))
        newcomers = [
            Newcomer(id=ids[place], customer=candidates[place].customer, keys=decision.keys)
            for place, decision in new
        ]
        learnt = [
            (key, person.id if person.id is not None else ids[_place(person)])
            for decision in decisions
            if isinstance(decision, Same)
            for person, key in ((decision.person, key) for key in decision.learnt)
        ]
        work.customers.add(newcomers, learnt, at=self.now)
        return newcomers


# ---------------------------------------------------------------- decide


def _scopes_of_new(ready: list[_Ready | Refused], decisions: list[Decision]) -> list[Scope]:
    scopes = (one.scope for one in ready if isinstance(one, _Ready))
    return [
        scope
        for scope, decision in zip(scopes, decisions, strict=True)
        if isinstance(decision, New)
    ]


def _spelt(decisions: list[Decision], scopes: list[Scope], numbers: list[int]) -> dict[int, str]:
    """Give the codes of the new, by their place among the candidates."""
    places = (place for place, decision in enumerate(decisions) if isinstance(decision, New))
    spelt = (scope.spell(number) for scope, number in zip(scopes, numbers, strict=True))
    return dict(zip(places, spelt, strict=True))


def _outcomes(
    ready: list[_Ready | Refused],
    decisions: list[Decision],
    codes: dict[int, str],
    known: dict[int, str],
) -> list[Outcome]:
    def code_of(person: Person) -> str:
        return known[person.id] if person.id is not None else codes[_place(person)]

    def outcome(place: int, decision: Decision, customer: Customer) -> Outcome:
        if isinstance(decision, Same):
            person = decision.person
            return Registered(code=code_of(person), customer=person.customer, new=False)
        if isinstance(decision, Clash):
            taken = IdNumberTaken(value=customer.id_number or "", code=code_of(decision.person))
            return Refused(refusal=taken)
        near = tuple(Alike(code=code_of(a.person), evidence=a.evidence) for a in decision.alike)
        if isinstance(decision, KeptBack):
            return Refused(refusal=LikelyDuplicate(code=near[0].code, evidence=near[0].evidence))
        return Registered(code=codes[place], customer=customer, new=True, alike=near)

    decided = enumerate(decisions)
    return [
        one if isinstance(one, Refused) else outcome(*next(decided), one.candidate.customer)
        for one in ready
    ]


def _place(person: Person) -> int:
    if person.place is None:
        message = "a person is of the register or of the batch"
        raise AssertionError(message)
    return person.place


# ---------------------------------------------------------------- when numbers run out


class _NoNumber(Exception):
    """The candidates at these places are new, and their scopes have no number left for them."""

    def __init__(self, places: set[int]) -> None:
        super().__init__(places)
        self.places = places


def _beyond(left: dict[str, int], scopes: list[Scope], decisions: list[Decision]) -> set[int]:
    """Give the places of those who come too late; the first ones keep their numbers."""
    left = dict(left)
    places = (place for place, decision in enumerate(decisions) if isinstance(decision, New))
    late = set()
    for place, scope in zip(places, scopes, strict=True):
        if scope.key in left:
            left[scope.key] -= 1
            if left[scope.key] < 0:
                late.add(place)
    return late


def _refuse(ready: list[_Ready | Refused], places: set[int]) -> list[_Ready | Refused]:
    candidates = [index for index, one in enumerate(ready) if isinstance(one, _Ready)]
    late = {candidates[place] for place in places}
    return [
        Refused(refusal=_sequence_full(one.scope))
        if index in late and isinstance(one, _Ready)
        else one
        for index, one in enumerate(ready)
    ]


def _sequence_full(scope: Scope) -> SequenceFull:
    return SequenceFull(scope=scope.key, capacity=scope.capacity)
