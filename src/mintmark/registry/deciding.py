"""What a unit of work comes to: who is new, which codes are free, and what becomes of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mintmark.customer import Customer
from mintmark.errors import (
    AlreadyCoded,
    AlreadyShredded,
    CodeHeld,
    ExternalKeyTaken,
    IdNumberTaken,
    LikelyDuplicate,
    Refusal,
    SequenceFull,
    UnknownCustomer,
)
from mintmark.minting import Place
from mintmark.registry.admit import (
    Candidate,
    Clash,
    Decision,
    KeptBack,
    New,
    Person,
    Same,
    Surroundings,
    admit,
)
from mintmark.registry.given import Find, Given, judge
from mintmark.registry.lent import Lent
from mintmark.registry.look import look_around
from mintmark.registry.outcome import Alike, Keep, Kept, Outcome, Record, Refused, Registered
from mintmark.registry.ruling import Live
from mintmark.rule import Scope
from mintmark.store import Passport, Work
from mintmark.text import canonical

_FORCED = "—"  # shown for the code of somebody who has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A record that passed every check that needs no database, and what to number it by.

    `given`: the code they bring along; then no number is taken. `scope` None without that: they
    are to be registered without a code.
    """

    record: Record
    candidate: Candidate
    live: Live
    scope: Scope | None
    given: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Codes to be held, checked as far as needs no database."""

    keep: Keep
    live: Live
    scope: Scope | None
    given: Given | None = None


Line = Ready | Keeping | Refused | Registered | Kept
"""What one asked for, on its way: a refusal, or what was answered before, is final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Decisions by line: who is new, who is to be coded, which of the given codes are there.

    `to_code`: the inner number of a known customer without a code, None for a new one. `held`:
    codes that stand and are to be bound; `lent`: lines whose code is of a lease. `codes`: those of
    the register's customers, by inner number. `order`: the line of each candidate.
    """

    order: list[int] = field(default_factory=list)
    decisions: dict[int, Decision] = field(default_factory=dict)
    to_code: dict[int, int | None] = field(default_factory=dict)
    held: dict[int, Passport] = field(default_factory=dict)
    lent: dict[int, Lent] = field(default_factory=dict)
    codes: dict[int, str | None] = field(default_factory=dict)


def decide(
    work: Work, lines: dict[int, Line], find: Find, *, keep_back: bool, now: datetime
) -> tuple[dict[int, Line], Decided]:
    """Decide who is new; refuse those who bring along a code that they cannot have.

    `find` finds codes of leases.
    """
    lines = {**lines, **_shredded(work, lines)}
    while True:
        ready = {at: line for at, line in lines.items() if isinstance(line, Ready)}
        decided = _decided(work, ready, keep_back=keep_back)
        given = {at: one.given for at, one in ready.items() if one.given and at in decided.to_code}
        given |= {
            at: line.given for at, line in lines.items() if isinstance(line, Keeping) and line.given
        }
        if not given:
            return lines, decided
        refused, held, lent = judge(work, given, find, now=now)
        refused |= {at: _held_already(p) for at, p in held.items() if at not in ready}
        if not refused:
            decided.held.update(held)
            decided.lent.update(lent)
            return lines, decided
        lines = {**lines, **{at: Refused(refusal=why) for at, why in refused.items()}}


def _shredded(work: Work, lines: Mapping[int, Line]) -> dict[int, Refused]:
    """Refuse those who were found without a code, and shredded or gone before they got one."""
    known = {
        at: line.record.known
        for at, line in lines.items()
        if isinstance(line, Ready) and line.record.known is not None
    }
    if not known:
        return {}
    gone = work.erasures.those(known.values())
    there = work.erasures.standing(known.values())
    left = {
        at: Refused(refusal=UnknownCustomer(customer=inner))
        for at, inner in known.items()
        if inner not in there
    }
    return left | {
        at: Refused(refusal=AlreadyShredded(code=f"#{inner}", at=gone[inner].at))
        for at, inner in known.items()
        if inner in gone
    }


def _decided(work: Work, ready: Mapping[int, Ready], *, keep_back: bool) -> Decided:
    order = [at for at, one in ready.items() if one.record.known is None or _brings(one)]
    candidates = [replace(ready[at].candidate, known=ready[at].record.known) for at in order]
    around, codes = look_around(work, candidates) if candidates else (Surroundings(), {})
    decisions: dict[int, Decision] = dict(
        zip(order, admit(candidates, around, keep_back=keep_back), strict=True)
    )
    named = {at: one.record.known for at, one in ready.items() if one.record.known is not None}
    if named:
        coded = work.codes.of_customers(named.values())
        codes |= {inner: coded[inner].text if inner in coded else None for inner in named.values()}
        people = {at: Person(ready[at].candidate.customer, id=inner) for at, inner in named.items()}
        decisions = {at: Same(person) for at, person in people.items()} | decisions
    to_code: dict[int, int | None] = {}
    waiting = {inner for inner, code in codes.items() if code is None}
    for at, decision in decisions.items():
        if isinstance(decision, New):
            to_code[at] = None
        elif isinstance(decision, Same) and decision.person.id in waiting and _wants(ready[at]):
            waiting.remove(decision.person.id)
            to_code[at] = decision.person.id
    return Decided(order=order, decisions=decisions, to_code=to_code, codes=codes)


def _brings(one: Ready) -> bool:
    return one.given is not None or bool(one.candidate.external)


def _held_already(code: Passport) -> Refusal:
    return CodeHeld(code=code.text, holder=code.holder or "", until=code.held_until)


def _wants(one: Ready) -> bool:
    return one.scope is not None or one.given is not None


def outcomes_of(
    lines: Mapping[int, Line], decided: Decided, coded: Mapping[int, tuple[str, ...]]
) -> list[Outcome | Kept]:
    """Give what becomes of each line; `coded` are the codes that lines were given just now."""
    own = {inner: coded[at][0] for at, inner in decided.to_code.items() if inner and coded.get(at)}

    def code_of(person: Person) -> str | None:
        if person.id is not None:
            return own.get(person.id) or decided.codes[person.id]
        return next(iter(coded.get(decided.order[place_of(person)], ())), None)

    def outcome(at: int, line: Line) -> Outcome | Kept:
        if isinstance(line, Keeping):
            return Kept(codes=coded[at])
        if not isinstance(line, Ready):
            return line
        decision, customer = decided.decisions[at], line.candidate.customer
        if isinstance(decision, Same):
            return _known(code_of(decision.person), decision.person, line.given)
        if isinstance(decision, Clash):
            code = code_of(decision.person) or _FORCED
            return Refused(refusal=_clash(decision, customer, code))
        near = tuple(
            Alike(code=code_of(a.person) or "", evidence=a.evidence) for a in decision.alike
        )
        if isinstance(decision, KeptBack):
            code = near[0].code or _FORCED
            return Refused(refusal=LikelyDuplicate(code=code, evidence=near[0].evidence))
        code = next(iter(coded.get(at, ())), "")
        return Registered(code=code, customer=customer, new=True, alike=near)

    return [outcome(at, line) for at, line in lines.items()]


def _clash(clash: Clash, customer: Customer, code: str) -> Refusal:
    if clash.external is not None:
        return ExternalKeyTaken(source=clash.external.source, key=clash.external.key, code=code)
    return IdNumberTaken(value=customer.id_number or "", code=code)


def _known(code: str | None, person: Person, given: Given | None) -> Outcome:
    if given is not None and canonical(given.text) != canonical(code or ""):
        return Refused(refusal=AlreadyCoded(given=given.text, code=code or _FORCED))
    return Registered(code=code or "", customer=person.customer, new=False)


def place_of(person: Person) -> int:
    """Give the place of a person who is of this unit of work."""
    if person.place is None:
        message = "a person is of the register or of the unit of work"
        raise AssertionError(message)
    return person.place


class NoNumber(Exception):
    """Scopes have no number left for these lines."""

    def __init__(self, late: dict[int, Refusal]) -> None:
        super().__init__(late)
        self.late = late


def beyond(left: Mapping[str, int], wanted: Mapping[int, list[Place]]) -> dict[int, Refusal]:
    """Refuse those who come too late, by line; the first ones keep their numbers."""
    left = dict(left)
    late: dict[int, Refusal] = {}
    for at, places in wanted.items():
        key = places[0].scope.key
        if key not in left:
            continue
        if left[key] < len(places):
            late[at] = sequence_full(places[0].scope, left[key])
        else:
            left[key] -= len(places)
    return late


def sequence_full(scope: Scope, left: int = 0) -> SequenceFull:
    """Give the refusal of whoever comes too late to a scope."""
    return SequenceFull(scope=scope.key, capacity=scope.capacity, left=left)
