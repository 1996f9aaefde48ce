"""What a batch comes to: who is ready, who of them is new, and what becomes of each record."""

from collections.abc import Mapping
from dataclasses import dataclass

from mintmark.customer import Customer
from mintmark.errors import (
    AlreadyCoded,
    CodeTaken,
    IdNumberTaken,
    LikelyDuplicate,
    Refusal,
    SequenceFull,
)
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
from mintmark.registry.given import Given
from mintmark.registry.look import look_around
from mintmark.registry.outcome import Alike, Outcome, Refused, Registered
from mintmark.registry.ruling import Live
from mintmark.rule import Scope
from mintmark.store import Work
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A candidate who passed every check that needs no database, and what to number them by.

    `given`: the code they bring along; then no number is taken.
    """

    candidate: Candidate
    live: Live
    scope: Scope | None
    given: Given | None = None


def in_table_names(live: Live, customer: Customer) -> Customer:
    """Give the customer with the values of coded attributes as their tables name them."""
    facts = customer.facts()
    named = {
        attribute: table.entry(str(facts[attribute])).name
        for attribute, table in live.rule.tables.items()
        if attribute in facts
    }
    return Customer.of_facts({**facts, **named}) if named else customer


def places_of(ready: list[Ready | Refused]) -> list[int | None]:
    """Give each record's place among the candidates."""
    count = iter(range(len(ready)))
    return [next(count) if isinstance(one, Ready) else None for one in ready]


def new_ones(ready: list[Ready | Refused], decisions: list[Decision]) -> dict[int, Ready]:
    """Give the new by their place among the candidates."""
    candidates = [one for one in ready if isinstance(one, Ready)]
    return {
        place: candidates[place]
        for place, decision in enumerate(decisions)
        if isinstance(decision, New)
    }


def decide(
    work: Work, ready: list[Ready | Refused], *, keep_back: bool
) -> tuple[list[Ready | Refused], list[Decision]]:
    """Decide who is new; refuse those of them who bring along a code that is somebody else's."""
    while True:
        candidates = [one.candidate for one in ready if isinstance(one, Ready)]
        decisions = admit(candidates, look_around(work, candidates), keep_back=keep_back)
        given = {
            place: canonical(one.given.text)
            for place, one in new_ones(ready, decisions).items()
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
        ready = refuse(ready, taken)


def outcomes_of(
    ready: list[Ready | Refused],
    decisions: list[Decision],
    codes: dict[int, str],
    known: dict[int, str],
) -> list[Outcome]:
    """Give what becomes of each record.

    `codes` are those of the new, by place among the candidates; `known` those of the register's
    customers, by inner number.
    """

    def code_of(person: Person) -> str:
        return known[person.id] if person.id is not None else codes[place_of(person)]

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


def place_of(person: Person) -> int:
    """Give the place of a person who is of this batch."""
    if person.place is None:
        message = "a person is of the register or of the batch"
        raise AssertionError(message)
    return person.place


class NoNumber(Exception):
    """The candidates at these places are new, and their scopes have no number left for them."""

    def __init__(self, late: dict[int, Refusal]) -> None:
        super().__init__(late)
        self.late = late


def beyond(left: dict[str, int], numbered: Mapping[int, Scope]) -> dict[int, Refusal]:
    """Refuse those who come too late, by place; the first ones keep their numbers."""
    left = dict(left)
    late: dict[int, Refusal] = {}
    for place, scope in numbered.items():
        if scope.key in left:
            left[scope.key] -= 1
            if left[scope.key] < 0:
                late[place] = sequence_full(scope)
    return late


def refuse(ready: list[Ready | Refused], refusals: Mapping[int, Refusal]) -> list[Ready | Refused]:
    """Refuse the candidates at these places."""
    by_place: dict[int | None, Refusal] = dict(refusals.items())
    pairs = zip(ready, places_of(ready), strict=True)
    return [Refused(refusal=by_place[at]) if at in by_place else one for one, at in pairs]


def sequence_full(scope: Scope) -> SequenceFull:
    """Give the refusal of whoever comes too late to a scope."""
    return SequenceFull(scope=scope.key, capacity=scope.capacity)
