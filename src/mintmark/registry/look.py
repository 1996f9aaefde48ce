"""Ask the register, before deciding, who is known and who leaves the same traces."""

from mintmark.customer import Customer
from mintmark.match import CONTACTS, is_organisation
from mintmark.registry.admit import Candidate, Clash, Decision, Person, Same, Surroundings
from mintmark.store import Work, facts


def candidate_of(customer: Customer, occurrence: int) -> Candidate:
    """Give the customer with their keys, and where those may be found who are alike."""
    traces = tuple(
        facts.search_fingerprint(fact, value)
        for fact in CONTACTS
        if (value := getattr(customer, fact))
    )
    if is_organisation(customer.name):
        traces += (facts.search_fingerprint("name", customer.name),)
    return Candidate(
        customer=customer,
        keys=(facts.record_key(customer, occurrence), *facts.identity_keys(customer)),
        traces=traces,
        twin=facts.record_key(customer, occurrence - 1) if occurrence else None,
    )


def look_around(work: Work, candidates: list[Candidate]) -> Surroundings:
    """Ask the register for whoever shares a key or a trace with the candidates."""
    keys = {key for one in candidates for key in (*one.keys, one.twin) if key}
    traces = {trace for one in candidates for trace in one.traces}
    owners = work.customers.owners(list(keys))
    tracks = work.customers.sharing(list(traces))
    ids = {*owners.values(), *(inner for found in tracks.values() for inner in found)}
    people = {
        known.id: Person(known.customer, id=known.id)
        for known in work.customers.known(ids).values()
    }
    return Surroundings(
        owners={key: people[inner] for key, inner in owners.items()},
        tracks={trace: [people[inner] for inner in found] for trace, found in tracks.items()},
    )


def known_codes(work: Work, decisions: list[Decision]) -> dict[int, str]:
    """Give the codes of the register's customers whom decisions name."""
    people = {person.id for decision in decisions for person in _people(decision)} - {None}
    return {known.id: known.code for known in work.customers.known(filter(None, people)).values()}


def _people(decision: Decision) -> list[Person]:
    if isinstance(decision, Same | Clash):
        return [decision.person]
    return [alike.person for alike in decision.alike]
