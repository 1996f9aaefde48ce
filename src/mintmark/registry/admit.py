"""Who is new, who is known, who only looks known: decided before any number is taken (pure).

>>> li = Customer(name="李雷", phone="+8613875014587")
>>> both = Key("name+contact", "李雷 +8613875014587")
>>> li, again = (Candidate(customer=li, keys=(Key("record", text), both)) for text in ("1", "2"))
>>> [type(decision).__name__ for decision in admit([li, again], Surroundings())]
['New', 'Same']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mintmark.customer import Customer
from mintmark.match import compare, names_agree
from mintmark.match.keys import Key
from mintmark.registry.outcome import External, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody to register: facts, the keys that would be theirs alone, where to look for alikes.

    The first key is the record's own: these very facts, for the n-th time in this file. `twin` is
    the key of the n-1st time. `external` is what other systems call them, each under its key.
    `known` is the inner number of who they are, where that is decided already; `like` the place of
    an earlier candidate who is the same, unless that one is refused. `apart`: a customer of their
    own, even if they surely are somebody there.
    """

    customer: Customer
    keys: tuple[Key, ...]
    traces: tuple[Key, ...] = ()
    twin: Key | None = None
    external: tuple[tuple[Key, External], ...] = ()
    known: int | None = None
    like: int | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as decisions name one: of the register (by inner number) or of this batch."""

    customer: Customer
    id: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A person who resembles the candidate, and why."""

    person: Person
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class New:
    """Gets a code of their own; `alike` are for a steward to look at."""

    keys: tuple[Key, ...]
    alike: tuple[Alike, ...] = ()
    external: tuple[External, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptBack:
    """Looks like somebody, and such candidates were to be kept back."""

    alike: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """Has a code already; `learnt` are keys by which the record is known at once next time."""

    person: Person
    learnt: tuple[Key, ...] = ()
    external: tuple[External, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """The ID number is that of a person of quite another name; or what a system calls them is."""

    person: Person
    external: External | None = None


Decision = New | KeptBack | Same | Clash | Refused
"""Who is refused, for a code or a number that there is not, is nobody to those who come later."""


@dataclass(slots=True)
class Surroundings:
    """What the register knows about the batch: whose keys, and who leaves the same traces."""

    owners: dict[Key, Person] = field(default_factory=dict)
    tracks: dict[Key, list[Person]] = field(default_factory=dict)


def admit(
    candidates: Sequence[Candidate], around: Surroundings, *, keep_back: bool = False
) -> list[Decision]:
    """Decide for each candidate, in order; earlier ones count as known to later ones.

    With `keep_back`, candidates who look like somebody are not new but kept back.
    """
    admission = Admission(around, keep_back=keep_back)
    decisions: list[Decision] = []
    for candidate in candidates:
        decisions.append(admission.decide(candidate))
        admission.note(candidate, decisions[-1])
    return decisions


class Admission:
    """Candidates one after the other: each is decided about, then noted as what became of it."""

    def __init__(self, around: Surroundings, *, keep_back: bool = False) -> None:
        self._owners = dict(around.owners)
        self._tracks = {trace: list(people) for trace, people in around.tracks.items()}
        self._keep_back = keep_back
        self._people: list[Person | None] = []

    def decide(self, candidate: Candidate) -> Decision:
        """Decide about the next candidate, as everybody before was noted."""
        leader = None if candidate.like is None else self._people[candidate.like]
        if leader is not None:
            decision: Decision = _same(candidate, leader, self._owners)
        else:
            decision = _decide(candidate, self._owners, self._tracks)
        if candidate.external:
            decision = _as_called(candidate, decision, self._owners)
        if self._keep_back and isinstance(decision, New) and decision.alike:
            return KeptBack(decision.alike)
        return decision

    def note(self, candidate: Candidate, decision: Decision) -> None:
        """Note what became of the candidate: from here on their keys are theirs."""
        person = decision.person if isinstance(decision, Same) else None
        if isinstance(decision, New):
            person = Person(candidate.customer, place=len(self._people))
            self._owners |= dict.fromkeys(decision.keys, person)
            for trace in candidate.traces:
                self._tracks.setdefault(trace, []).append(person)
        elif isinstance(decision, Same):
            self._owners |= dict.fromkeys(decision.learnt, decision.person)
        self._people.append(person)


def _same(candidate: Candidate, person: Person, owners: Mapping[Key, Person]) -> Same:
    return Same(person, learnt=tuple(key for key in candidate.keys[:1] if key not in owners))


def _decide(
    candidate: Candidate, owners: Mapping[Key, Person], tracks: Mapping[Key, list[Person]]
) -> Decision:
    if candidate.known is not None:
        return _same(candidate, Person(candidate.customer, id=candidate.known), owners)
    record, *shared = candidate.keys
    owner = None if candidate.apart else owners.get(record)
    if owner and _is_called_so(owner.customer, candidate.customer):
        return Same(owner)
    met = dict.fromkeys(owners[key] for key in shared if key in owners)
    for person in met:
        if not candidate.apart and _is_same(candidate.customer, person.customer):
            return Same(person, learnt=(record,))
    for person in met:
        if (
            candidate.customer.id_number
            and candidate.customer.id_number == person.customer.id_number
        ):
            return Clash(person)
    free = tuple(key for key in candidate.keys if key not in owners)
    twin = owners.get(candidate.twin) if candidate.twin else None
    return New(free, _alikes(candidate, twin, tracks))


def _as_called(candidate: Candidate, decision: Decision, owners: Mapping[Key, Person]) -> Decision:
    """Decide again by what other systems call the candidate; what is free becomes theirs."""
    for key, external in candidate.external:
        owner = owners.get(key)
        if isinstance(decision, New) and owner and _could_be(candidate, owner):
            decision = Same(owner, learnt=candidate.keys[:1])
        person = decision.person if isinstance(decision, Same) else None
        if owner is not None and not _is_one(owner, person):
            return Clash(owner, external)
    free = [(key, external) for key, external in candidate.external if key not in owners]
    keys, names = tuple(key for key, _ in free), tuple(external for _, external in free)
    if isinstance(decision, New):
        return replace(decision, keys=decision.keys + keys, external=names)
    if isinstance(decision, Same):
        return replace(decision, learnt=decision.learnt + keys, external=names)
    return decision


def _is_one(owner: Person, person: Person | None) -> bool:
    return person is not None and (owner.id, owner.place) == (person.id, person.place)


def _could_be(candidate: Candidate, owner: Person) -> bool:
    return not candidate.apart and could_be(candidate.customer, owner.customer)


def could_be(one: Customer, other: Customer) -> bool:
    """Tell whether nothing speaks against one customer: the names agree, no two ID numbers."""
    return names_agree(one, other) and len({one.id_number, other.id_number} - {None}) <= 1


def _is_called_so(known: Customer, given: Customer) -> bool:
    """Tell whether a record can be the customer's whose it is said to be.

    Whoever writes into the database could have exchanged the keys of two customers.
    """
    return known.name == given.name or names_agree(known, given)


def _is_same(one: Customer, other: Customer) -> bool:
    likeness = compare(one, other)
    return likeness is not None and likeness.certain


def _alikes(
    candidate: Candidate, twin: Person | None, tracks: Mapping[Key, list[Person]]
) -> tuple[Alike, ...]:
    found: dict[Person, tuple[str, ...]] = {twin: ("same-record",)} if twin else {}
    for person in (person for trace in candidate.traces for person in tracks.get(trace, ())):
        if person not in found and (likeness := compare(candidate.customer, person.customer)):
            found[person] = likeness.evidence
    return tuple(Alike(person=person, evidence=evidence) for person, evidence in found.items())
