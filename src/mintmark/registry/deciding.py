"""What a unit of work comes to: who is new, which codes are free, and what becomes of each."""

from collections.abc import Mapping, Sequence
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
from mintmark.registry.admit import (
    Admission,
    Candidate,
    Clash,
    Decision,
    KeptBack,
    New,
    Person,
    Same,
    Surroundings,
)
from mintmark.registry.given import Find, Given, Judging
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
    codes that stand and are to be bound; `lent`: lines whose code is of a lease; `ended`: codes of
    lines whose hold is over. `codes`: those of the register's customers, by inner number. `order`:
    the line of each candidate.
    """

    order: list[int] = field(default_factory=list)
    decisions: dict[int, Decision] = field(default_factory=dict)
    to_code: dict[int, int | None] = field(default_factory=dict)
    held: dict[int, Passport] = field(default_factory=dict)
    lent: dict[int, Lent] = field(default_factory=dict)
    ended: Sequence[Passport] = ()
    codes: dict[int, str | None] = field(default_factory=dict)

    def grants(self, at: int, line: Line) -> bool:
        """Tell whether a line gets a code, or codes."""
        return isinstance(line, Keeping) or (isinstance(line, Ready) and at in self.to_code)


def decide(
    work: Work,
    lines: dict[int, Line],
    find: Find,
    *,
    keep_back: bool,
    now: datetime,
    left: Mapping[str, int] | None = None,
) -> tuple[dict[int, Line], Decided]:
    """Decide, one after the other, who is new, and who can have a code or a number.

    It is the same whether lines are asked for at once or in several units of work: who is refused
    is nobody to those who come later. `find` finds codes of leases. `left`: how many numbers there
    are in scopes that are nearly full.
    """
    lines = {**lines, **_shredded(work, lines)}
    order = [at for at, line in lines.items() if isinstance(line, Ready)]
    candidates = _candidates(lines, order)
    around, codes = look_around(work, candidates) if candidates else (Surroundings(), {})
    codes |= _standing(work, candidates)
    asked = (getattr(line, "given", None) for line in lines.values())
    granting = Granting(
        judging=Judging(work, [one for one in asked if one], find, now=now), left=dict(left or {})
    )
    course = _Course(Admission(around, keep_back=keep_back), granting, codes)
    places = iter(candidates)
    for at, line in lines.items():
        if isinstance(line, Ready):
            course.decide(at, line, next(places))
        elif isinstance(line, Keeping) and (why := granting.keep(at, line)):
            lines[at] = Refused(refusal=why)
    decisions, judging = course.decisions, granting.judging
    lines |= {at: one for at, one in decisions.items() if isinstance(one, Refused)}
    return lines, Decided(order=order, decisions=decisions, to_code=course.to_code,
                          held=judging.held, lent=judging.lent, ended=judging.ended,
                          codes=codes)  # fmt: skip


def _candidates(lines: Mapping[int, Line], order: Sequence[int]) -> list[Candidate]:
    """Give the candidates; who is known already and brings nothing has no keys to be looked up."""
    places = {at: place for place, at in enumerate(order)}
    found: list[Candidate] = []
    for at in order:
        line = lines[at]
        assert isinstance(line, Ready)  # noqa: S101 - so is `order`
        known, like = line.record.known, line.record.like
        keys = line.candidate.keys if known is None or _brings(line) else ()
        traces = line.candidate.traces if known is None else ()
        leader = None if like is None else places.get(like)
        found.append(replace(line.candidate, known=known, like=leader, keys=keys, traces=traces,
                             apart=line.record.apart))  # fmt: skip
    return found


def _standing(work: Work, candidates: Sequence[Candidate]) -> dict[int, str | None]:
    """Give the codes of those who are known already; None: has none."""
    named = {one.known: None for one in candidates if one.known is not None}
    coded = work.codes.of_customers(named) if named else {}
    return {inner: coded[inner].text if inner in coded else None for inner in named}


@dataclass(slots=True)
class Granting:
    """Who can have the code that they bring, or a number of a scope: asked in order."""

    judging: Judging
    left: dict[str, int]

    def grant(self, at: int, line: Ready) -> Refusal | None:
        """Tell why a record cannot have a code; None: it has one from here on."""
        if line.given is not None:
            return self.judging.judge(at, line.given)
        return self._number(line.scope, 1)

    def keep(self, at: int, line: Keeping) -> Refusal | None:
        """Tell why codes cannot be held; None: they are from here on."""
        if line.given is None:
            return self._number(line.scope, line.keep.count)
        why = self.judging.judge(at, line.given)
        held = self.judging.held.pop(at, None)
        return _held_already(held) if held else why

    def _number(self, scope: Scope | None, count: int) -> Refusal | None:
        if scope is None or (left := self.left.get(scope.key)) is None:
            return None
        if left < count:
            return sequence_full(scope, left)
        self.left[scope.key] = left - count
        return None


class _Course:
    """Records that are decided one after the other."""

    def __init__(
        self, admission: Admission, granting: Granting, codes: Mapping[int, str | None]
    ) -> None:
        self._admission = admission
        self._granting = granting
        self._waiting = {inner for inner, code in codes.items() if code is None}
        self.decisions: dict[int, Decision] = {}
        self.to_code: dict[int, int | None] = {}

    def decide(self, at: int, line: Ready, candidate: Candidate) -> None:
        """Decide about the next one; who cannot have a code is refused."""
        decision = self._admission.decide(candidate)
        inner = decision.person.id if isinstance(decision, Same) else None
        is_waiting = inner in self._waiting and _wants(line)
        if isinstance(decision, New) or is_waiting:
            if why := self._granting.grant(at, line):
                decision = Refused(refusal=why)
            else:
                self.to_code[at] = inner
                self._waiting.discard(inner or 0)
        self.decisions[at] = decision
        self._admission.note(candidate, decision)


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
        assert not isinstance(decision, Refused)  # noqa: S101 - or else the line would be
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


def sequence_full(scope: Scope, left: int = 0) -> SequenceFull:
    """Give the refusal of whoever comes too late to a scope."""
    return SequenceFull(scope=scope.key, capacity=scope.capacity, left=left)
