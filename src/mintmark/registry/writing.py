"""What a unit of work writes: customers, then numbers, codes, events; counters are locked last."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mintmark.minting import Minted, Place, Taking
from mintmark.minting.leasing import Blocks
from mintmark.minting.returning import end_holds, take_out
from mintmark.registry.admit import New, Person, Same
from mintmark.registry.deciding import Decided, Keeping, Line, Ready, place_of
from mintmark.registry.given import Given
from mintmark.registry.lent import Lent
from mintmark.rule.terms import LEASED
from mintmark.store import Newcomer, Overtaken, Passport, Work, facts
from mintmark.store.events import BOUND, EXPIRED, HELD, MINTED, Event
from mintmark.text import canonical


def places_of(lines: Mapping[int, Line], decided: Decided) -> dict[int, list[Place]]:
    """Give where each line is to be numbered, in the order in which they were asked for."""
    wanted: dict[int, list[Place]] = {}
    for at, line in lines.items():
        if isinstance(line, Keeping) and line.scope is not None:
            wanted[at] = [Place(line.live.id, line.scope)] * line.keep.count
        elif isinstance(line, Ready) and line.scope is not None and at in decided.to_code:
            wanted[at] = [Place(line.live.id, line.scope)]
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who writes, when, and how numbers are taken; `drawn` are those of this program's blocks."""

    taking: Taking
    blocks: Blocks
    drawn: list[tuple[Place, Minted]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The time of the unit of work."""
        return self.taking.now

    @property
    def actor(self) -> str:
        """Who acts."""
        return self.taking.actor

    def add_customers(
        self, work: Work, lines: Mapping[int, Line], decided: Decided, *, batch: int | None
    ) -> dict[int, int]:
        """Write the new customers; give the inner number of each who is to be coded, by line."""
        new = {at: d for at, d in decided.decisions.items() if isinstance(d, New)}
        ids = dict(zip(new, work.customers.reserve(len(new)), strict=True)) if new else {}
        newcomers = [
            Newcomer(id=ids[at], customer=line.candidate.customer, keys=decision.keys)
            for at, decision in new.items()
            if isinstance(line := lines[at], Ready)
        ]

        def inner(person: Person) -> int:
            return person.id if person.id is not None else ids[decided.order[place_of(person)]]

        same = [
            (inner(decision.person), decision)
            for decision in decided.decisions.values()
            if isinstance(decision, Same) and decision.learnt
        ]
        learnt = [(key, person) for person, decision in same for key in decision.learnt]
        known = {at: inner for at, inner in decided.to_code.items() if inner is not None}
        hold_on(work, {*known.values(), *(person for _, person in learnt)} - {*ids.values()})
        if newcomers or learnt:
            work.customers.add(newcomers, learnt, at=self.now, batch=batch)
        called = [(one, ids[at]) for at, decision in new.items() for one in decision.external]
        called += [(one, person) for person, decision in same for one in decision.external]
        work.customers.call(called, batch=batch)
        return ids | known

    def add_codes(
        self,
        work: Work,
        lines: Mapping[int, Line],
        decided: Decided,
        customers: Mapping[int, int],
        *,
        batch: int | None,
    ) -> dict[int, tuple[str, ...]]:
        """Take numbers, write codes, bind those that stand; give the codes of each line.

        Raises ScopeFull.
        """
        end_holds(
            work, decided.ended, verb=EXPIRED, reason=None, now=self.now, actor=self.actor
        )  # fmt: skip
        wanted = places_of(lines, decided)
        given = {
            at: line.given
            for at, line in lines.items()
            if isinstance(line, Ready | Keeping)
            and line.given
            and (isinstance(line, Keeping) or at in decided.to_code)
        }
        new = {at: one for at, one in given.items() if at not in decided.held}
        where = {at: decided.lent.get(at, one) for at, one in new.items()}
        numbered = [(w.scope, w.number) for w in where.values() if w.scope and w.number is not None]
        beside = {scope.key: scope.capacity for scope, _ in numbered}
        chosen = frozenset(canonical(one.text) for one in new.values())
        # A code that is brought along, bound or held for a time has more looked up after this.
        is_last = not (given or batch or any(_ends(lines[at]) for at in wanted))
        minted = self._minted(work, wanted, beside, chosen, claim=is_last)
        keys = [(scope.key, number) for scope, number in numbered]
        take_out(work, keys, now=self.now, actor=self.actor)
        passports = {
            at: self._passports(lines[at], wanted[at], minted[at], customers.get(at), batch)
            for at in wanted
        }
        for at, one in new.items():
            passport = self._given(lines[at], one, decided.lent.get(at))
            passports[at] = [passport._replace(customer=customers.get(at), batch=batch)]
        written = [passport for at in sorted(passports) for passport in passports[at]]
        self._write(work, written)
        bound = [(canonical(p.text), customers[at], batch) for at, p in decided.held.items()]
        if bound and work.codes.bind(bound) != len(bound):
            raise Overtaken
        work.events.add(self._events(written, list(decided.held.values())))
        return {at: tuple([p.text for p in found]) for at, found in passports.items()} | {
            at: (passport.text,) for at, passport in decided.held.items()
        }

    def _minted(
        self,
        work: Work,
        wanted: Mapping[int, list[Place]],
        beside: Mapping[str, int],
        chosen: frozenset[str],
        *,
        claim: bool,
    ) -> dict[int, list[Minted]]:
        flat = [place for places in wanted.values() for place in places]
        gapless = [place for place in flat if place.scope.rule.terms.mode != LEASED]
        ahead = [place for place in flat if place.scope.rule.terms.mode == LEASED]

        def is_free(minted: Minted) -> bool:
            code = canonical(minted.text)
            return code not in chosen and not (self.taking.careful and work.codes.existing([code]))

        # Before anything is locked: fetching a block is a unit of work of its own.
        drawn = self.blocks.take(ahead, is_free=is_free)
        self.drawn.extend(zip(ahead, drawn, strict=True))
        leased = iter(drawn)
        taking = replace(self.taking, chosen=chosen) if chosen else self.taking
        claim = claim and not self.taking.careful
        counted = iter(taking.take(work, gapless, beside=beside, claim=claim))
        return {
            at: [
                next(leased if place.scope.rule.terms.mode == LEASED else counted)
                for place in places
            ]
            for at, places in wanted.items()
        }

    @staticmethod
    def _write(work: Work, passports: Sequence[Passport]) -> None:
        if passports:
            work.codes.add(passports)
        if due := {p.scope for p in passports if p.scope and p.held_until}:
            work.counters.find_due(sorted(due))

    def _passports(
        self,
        line: Line,
        places: Sequence[Place],
        minted: Sequence[Minted],
        customer: int | None,
        batch: int | None,
    ) -> list[Passport]:
        kept = self._kept(line)
        return [
            Passport(
                text=one.text,
                rule=place.rule,
                scope=place.scope.key,
                number=one.number,
                customer=customer,
                batch=batch,
                minted_at=self.now,
                actor=self.actor,
                **kept,
            )
            for place, one in zip(places, minted, strict=True)
        ]

    def _given(self, line: Line, given: Given, lent: Lent | None) -> Passport:
        live = line.live.id if isinstance(line, Ready | Keeping) else 0
        usual = Passport(
            text=given.text,
            rule=None if given.family else live,
            scope=given.scope.key if given.scope else None,
            number=given.number,
            customer=None,
            batch=None,
            minted_at=self.now,
            actor=self.actor,
            family=given.family,
            by_hand=True,
            **self._kept(line),
        )
        if lent is None:
            return usual
        text = lent.scope.spell(lent.number)
        return usual._replace(
            text=text, rule=lent.rule, scope=lent.scope.key, number=lent.number,
            family=None, by_hand=False,
        )  # fmt: skip

    @staticmethod
    def _kept(line: Line) -> dict[str, Any]:
        """Give what a passport says of the hold and the request."""
        if isinstance(line, Ready):
            return {"request": line.record.request}
        if not isinstance(line, Keeping):
            return {}
        keep = line.keep
        return {
            "holder": keep.holder,
            "held_until": keep.until,
            "reason": keep.reason,
            "attributes": facts.pack_attributes(keep.attributes),
            "request": keep.request,
        }

    def _events(self, written: Sequence[Passport], bound: Sequence[Passport]) -> Iterator[Event]:
        groups: dict[tuple[str, str | None, str | None, str | None], list[Passport]]
        groups = defaultdict(list)
        for p in written:
            groups[HELD if p.customer is None else MINTED, p.scope, p.reason, p.request].append(p)
        for p in bound:
            groups[BOUND, p.scope, None, p.request].append(p)
        for (verb, scope, reason, request), codes in groups.items():
            numbers = [code.number for code in codes if code.number is not None]
            yield Event(
                at=self.now,
                actor=self.actor,
                verb=verb,
                scope=scope,
                first=min(numbers, default=None),
                last=max(numbers, default=None),
                count=len(codes),
                code=codes[0].text if len(codes) == 1 else None,
                reason=reason,
                request=request,
            )


def hold_on(work: Work, known: set[int]) -> None:
    """Keep those who get a code or a key from being shredded meanwhile; it would stay behind."""
    if known and work.customers.hold_on(known) != known:
        raise Overtaken


def _ends(line: Line) -> bool:
    return isinstance(line, Keeping) and line.keep.until is not None
