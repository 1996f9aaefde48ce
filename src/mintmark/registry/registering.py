"""Register many customers as one unit of work: check, decide who is new, write, number last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mintmark.errors import CodeTaken, MissingFact, Refusal, TooBusy
from mintmark.minting import Dice, Minted, ScopeFull, foresee, take
from mintmark.registry.admit import Candidate, Decision, New, Same
from mintmark.registry.deciding import (
    NoNumber,
    Ready,
    beyond,
    decide,
    in_table_names,
    new_ones,
    outcomes_of,
    place_of,
    places_of,
    refuse,
    sequence_full,
)
from mintmark.registry.given import Given, accept
from mintmark.registry.look import candidate_of, known_codes
from mintmark.registry.outcome import Outcome, Record, Refused
from mintmark.registry.ruling import Live, the_rule
from mintmark.rule import Family, Scope
from mintmark.store import Conflict, Newcomer, Passport, Store, Work

_TRIES = 50  # each try that fails means that another writer got through


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
            except NoNumber as without:
                ready = refuse(ready, without.late)
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
                raise sequence_full(scope) from None
            except CodeTaken:
                if self.careful:
                    raise
                self.careful = True

    def forecast(self, records: Sequence[Record], *, keep_back: bool = False) -> list[Outcome]:
        """Tell what `register` would give now, and write nothing: no promise, others mint too."""
        ready = [self._ready(record) for record in records]
        with self.store.transaction() as work:
            ready, decisions = decide(work, ready, keep_back=keep_back)
            new = new_ones(ready, decisions)
            scopes = [one.scope for one in new.values() if one.scope is not None]
            coming = iter(foresee(work, scopes, self.dice))
            known = known_codes(work, decisions)
        codes = {
            place: one.given.text if one.given else getattr(next(coming), "text", None)
            for place, one in new.items()
        }
        full = {place for place, code in codes.items() if code is None}
        spelt = {place: code or "" for place, code in codes.items()}
        outcomes = outcomes_of(ready, decisions, spelt, known)
        return [
            Refused(refusal=sequence_full(scope))
            if isinstance(one, Ready) and (scope := one.scope) and place in full
            else outcome
            for one, outcome, place in zip(ready, outcomes, places_of(ready), strict=True)
        ]

    # ------------------------------------------------------------ check

    def _ready(self, record: Record) -> Ready | Refused:
        try:
            if not record.customer.name:
                raise MissingFact(fact="name")
            live = the_rule(self.rules, record.customer.facts())
            customer = in_table_names(live, record.customer)
            given = scope = None
            if record.code is not None:
                given = accept(record.code, customer, live, self.rules, self.families)
            else:
                scope = live.speller.scope(customer.facts())
            candidate = candidate_of(customer, record.occurrence)
            return Ready(candidate=candidate, live=live, scope=scope, given=given)
        except Refusal as refusal:
            return Refused(refusal=refusal)

    # ------------------------------------------------------------ write

    def _write(
        self, work: Work, ready: list[Ready | Refused], *, batch: int | None, keep_back: bool
    ) -> list[Outcome]:
        ready, decisions = decide(work, ready, keep_back=keep_back)
        candidates = [one.candidate for one in ready if isinstance(one, Ready)]
        newcomers = self._add_customers(work, candidates, decisions)
        new = new_ones(ready, decisions)
        # Numbering comes last: from here to the commit the counters' rows are locked.
        numbered = {place: one.scope for place, one in new.items() if one.scope is not None}
        try:
            taken = take(work, list(numbered.values()), self.dice, careful=self.careful)
        except ScopeFull as full:
            raise NoNumber(beyond(full.left, numbered)) from None
        minted = dict(zip(numbered, taken, strict=True))
        self._add_codes(work, new, minted, newcomers, batch)
        if batch is not None:
            work.batches.advance(batch, done=len(ready), coded=len(newcomers))
        codes = {
            place: one.given.text if one.given else minted[place].text for place, one in new.items()
        }
        return outcomes_of(ready, decisions, codes, known_codes(work, decisions))

    def _add_codes(
        self,
        work: Work,
        new: Mapping[int, Ready],
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
            (key, person.id if person.id is not None else ids[place_of(person)])
            for decision in decisions
            if isinstance(decision, Same)
            for person, key in ((decision.person, key) for key in decision.learnt)
        ]
        work.customers.add(newcomers, learnt, at=self.now)
        return newcomers
