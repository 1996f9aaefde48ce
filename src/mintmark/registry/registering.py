"""Register many customers as one unit of work: check, decide who is new, write, number last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mintmark.customer import Customer
from mintmark.errors import (
    AlreadyCoded,
    CodeTaken,
    IdNumberTaken,
    LikelyDuplicate,
    MissingFact,
    Refusal,
    SequenceFull,
    TooBusy,
)
from mintmark.minting import Dice, Minted, ScopeFull, foresee, take
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
from mintmark.registry.given import Given, accept
from mintmark.registry.look import candidate_of, known_codes, look_around
from mintmark.registry.outcome import Alike, Outcome, Record, Refused, Registered
from mintmark.registry.ruling import Live, the_rule
from mintmark.rule import Family, Scope
from mintmark.store import Conflict, Newcomer, Passport, Store, Work
from mintmark.text import canonical

_TRIES = 50  # each try that fails means that another writer got through


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A candidate who passed every check that needs no database, and what to number them by.

    `given`: the code they bring along; then no number is taken.
    """

    candidate: Candidate
    live: Live
    scope: Scope | None
    given: Given | None = None


@dataclass(slots=True, kw_only=True)
class Registering:
    """The verb, with the rules it goes by, who acts and when."""

    store: Store
    rules: Sequence[Live]
    families: Sequence[Family]
    now: datetime
    actor: str
    dice: Dice
    careful: bool = field(default=False, init=False)

    def register(
        self, records: Sequence[Record], *, batch: int | None = None, keep_back: bool = False
    ) -> list[Outcome]:
        """Register all who can be, in one unit of work; give an outcome for each, in order.

        Uniqueness is the database's: where another writer was first, everything is looked at again;
        where somebody's code stands in the way, it is stepped over. Raises CodeTaken, or TooBusy
        after many tries; nothing is written then.
        """
        ready = [self._ready(record) for record in records]
        tries = 0
        while tries < _TRIES:
            try:
                with self.store.transaction() as work:
                    return self._write(work, ready, batch=batch, keep_back=keep_back)
            except _NoNumber as without:
                ready = _refuse(ready, without.late)
            except CodeTaken:
                if self.careful:
                    raise
                self.careful = True
            except Conflict:
                tries += 1
        raise TooBusy(tries=_TRIES)

    def mint(self, live: Live, scope: Scope, count: int) -> list[str]:
        """Mint codes that stand for nobody yet. Raises SequenceFull."""
        while True:
            try:
                with self.store.transaction() as work:
                    minted = take(work, [scope] * count, self.dice, careful=self.careful)
                    work.codes.add(self._passport(live, scope, one) for one in minted)
                    return [one.text for one in minted]
            except ScopeFull:
                raise _sequence_full(scope) from None
            except CodeTaken:
                if self.careful:
                    raise
                self.careful = True

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register` would give now, and write nothing: no promise, others mint too."""
        ready = [self._ready(record) for record in records]
        with self.store.transaction() as work:
            ready, decisions = _decide(work, ready, keep_back=keep_back)
            new = _new(ready, decisions)
            scopes = [one.scope for one in new.values() if one.scope is not None]
            coming = iter(foresee(work, scopes, self.dice))
            known = known_codes(work, decisions)
        codes = {
            place: one.given.text if one.given else getattr(next(coming), "text", None)
            for place, one in new.items()
        }
        full = {place for place, code in codes.items() if code is None}
        spelt = {place: code or "" for place, code in codes.items()}
        outcomes = _outcomes(ready, decisions, spelt, known)
        return [
            Refused(refusal=_sequence_full(scope))
            if isinstance(one, _Ready) and (scope := one.scope) and place in full
            else outcome
            for one, outcome, place in zip(ready, outcomes, _places(ready), strict=True)
        ]

    # ------------------------------------------------------------ check

    def _ready(self, record: Record) -> "_Ready | Refused":
        try:
            if not record.customer.name:
                raise MissingFact(fact="name")
            live = the_rule(self.rules, record.customer.facts())
            customer = _in_table_names(live, record.customer)
            given = scope = None
            if record.code is not None:
                given = accept(record.code, customer, live, self.rules, self.families)
            else:
                scope = live.speller.scope(customer.facts())
            candidate = candidate_of(customer, record.occurrence)
            return _Ready(candidate=candidate, live=live, scope=scope, given=given)
        except Refusal as refusal:
            return Refused(refusal=refusal)

    # ------------------------------------------------------------ write

    def _write(
        self, work: Work, ready: "list[_Ready | Refused]", *, batch: int | None, keep_back: bool
    ) -> list[Outcome]:
        ready, decisions = _decide(work, ready, keep_back=keep_back)
        candidates = [one.candidate for one in ready if isinstance(one, _Ready)]
        newcomers = self._add_customers(work, candidates, decisions)
        new = _new(ready, decisions)
        # Numbering comes last: from here to the commit the counters' rows are locked.
        numbered = {place: one.scope for place, one in new.items() if one.scope is not None}
        try:
            taken = take(work, list(numbered.values()), self.dice, careful=self.careful)
        except ScopeFull as full:
            raise _NoNumber(_beyond(full.left, numbered)) from None
        minted = dict(zip(numbered, taken, strict=True))
        self._add_codes(work, new, minted, newcomers, batch)
        if batch is not None:
            work.batches.advance(batch, done=len(ready), coded=len(newcomers))
        codes = {
            place: one.given.text if one.given else minted[place].text for place, one in new.items()
        }
        return _outcomes(ready, decisions, codes, known_codes(work, decisions))

    def _add_codes(
        self,
        work: Work,
        new: "Mapping[int, _Ready]",
        minted: Mapping[int, Minted],
        newcomers: Sequence[Newcomer],
        batch: int | None,
    ) -> None:
        passports = []
        for (place, one), newcomer in zip(new.items(), newcomers, strict=True):
            if one.given is not None:
                passport = self._given(work, one.live, one.given)
            elif one.scope is not None:
                passport = self._passport(one.live, one.scope, minted[place])
            else:
                continue
            passports.append(replace(passport, customer=newcomer.id, batch=batch))
        work.codes.add(passports)

    def _passport(self, live: Live, scope: Scope, minted: Minted) -> Passport:
        return Passport(
            text=minted.text,
            rule=live.id,
            scope=scope.key,
            number=minted.number,
            customer=None,
            batch=None,
            minted_at=self.now,
            actor=self.actor,
        )

    def _given(self, work: Work, live: Live, given: Given) -> Passport:
        if given.scope is not None:
            work.counters.lock({given.scope.key: given.scope.capacity})
        return Passport(
            text=given.text,
            rule=None if given.family else live.id,
            scope=given.scope.key if given.scope else None,
            number=given.number,
            customer=None,
            batch=None,
            minted_at=self.now,
            actor=self.actor,
            family=given.family,
            by_hand=True,
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


def _in_table_names(live: Live, customer: Customer) -> Customer:
    """Give the customer with the values of coded attributes as their tables name them."""
    facts = customer.facts()
    named = {
        attribute: table.entry(str(facts[attribute])).name
        for attribute, table in live.rule.tables.items()
        if attribute in facts
    }
    return Customer.of_facts({**facts, **named}) if named else customer


def _places(ready: "list[_Ready | Refused]") -> list[int | None]:
    """Give each record's place among the candidates."""
    count = iter(range(len(ready)))
    return [next(count) if isinstance(one, _Ready) else None for one in ready]


def _new(ready: "list[_Ready | Refused]", decisions: list[Decision]) -> "dict[int, _Ready]":
    """Give the new by their place among the candidates."""
    candidates = [one for one in ready if isinstance(one, _Ready)]
    return {
        place: candidates[place]
        for place, decision in enumerate(decisions)
        if isinstance(decision, New)
    }


def _decide(
    work: Work, ready: "list[_Ready | Refused]", *, keep_back: bool
) -> "tuple[list[_Ready | Refused], list[Decision]]":
    """Decide who is new; refuse those of them who bring along a code that is somebody else's."""
    while True:
        candidates = [one.candidate for one in ready if isinstance(one, _Ready)]
        decisions = admit(candidates, look_around(work, candidates), keep_back=keep_back)
        given = {
            place: canonical(one.given.text)
            for place, one in _new(ready, decisions).items()
            if one.given
        }
        if not given:
            return ready, decisions
        seen = work.codes.existing(list(given.values()))
        taken: dict[int, Refusal] = {}
        for place, code in given.items():
            if code in seen:
                taken[place] = CodeTaken(code=code)
            seen.add(code)
        if not taken:
            return ready, decisions
        ready = _refuse(ready, taken)


def _outcomes(
    ready: list[_Ready | Refused],
    decisions: list[Decision],
    codes: dict[int, str],
    known: dict[int, str],
) -> list[Outcome]:
    def code_of(person: Person) -> str:
        return known[person.id] if person.id is not None else codes[_place(person)]

    def outcome(place: int, decision: Decision, customer: Customer, given: Given | None) -> Outcome:
        if isinstance(decision, Same):
            return _known(code_of(decision.person), decision.person, given)
        if isinstance(decision, Clash):
            taken = IdNumberTaken(value=customer.id_number or "", code=code_of(decision.person))
            return Refused(refusal=taken)
        near = tuple(Alike(code=code_of(a.person), evidence=a.evidence) for a in decision.alike)
        if isinstance(decision, KeptBack):
            return Refused(refusal=LikelyDuplicate(code=near[0].code, evidence=near[0].evidence))
        return Registered(code=codes[place], customer=customer, new=True, alike=near)

    decided = enumerate(decisions)
    return [
        one
        if isinstance(one, Refused)
        else outcome(*next(decided), one.candidate.customer, one.given)
        for one in ready
    ]


def _known(code: str, person: Person, given: Given | None) -> Outcome:
    if given is not None and canonical(given.text) != canonical(code):
        return Refused(refusal=AlreadyCoded(given=given.text, code=code))
    return Registered(code=code, customer=person.customer, new=False)


def _place(person: Person) -> int:
    if person.place is None:
        message = "a person is of the register or of the batch"
        raise AssertionError(message)
    return person.place


# ---------------------------------------------------------------- when numbers run out


class _NoNumber(Exception):
    """The candidates at these places are new, and their scopes have no number left for them."""

    def __init__(self, late: dict[int, Refusal]) -> None:
        super().__init__(late)
        self.late = late


def _beyond(left: dict[str, int], numbered: Mapping[int, Scope]) -> dict[int, Refusal]:
    """Refuse those who come too late, by place; the first ones keep their numbers."""
    left = dict(left)
    late: dict[int, Refusal] = {}
    for place, scope in numbered.items():
        if scope.key in left:
            left[scope.key] -= 1
            if left[scope.key] < 0:
                late[place] = _sequence_full(scope)
    return late


def _refuse(
    ready: "list[_Ready | Refused]", refusals: Mapping[int, Refusal]
) -> "list[_Ready | Refused]":
    """Refuse the candidates at these places."""
    by_place: dict[int | None, Refusal] = dict(refusals.items())
    pairs = zip(ready, _places(ready), strict=True)
    return [Refused(refusal=by_place[at]) if at in by_place else one for one, at in pairs]


def _sequence_full(scope: Scope) -> SequenceFull:
    return SequenceFull(scope=scope.key, capacity=scope.capacity)
