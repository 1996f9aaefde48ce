"""Ask the register, before deciding, who is known and who leaves the same traces."""

from mintmark.customer import Customer
from mintmark.match import CONTACTS, is_organisation
from mintmark.registry.admit import Candidate, Person, Surroundings
from mintmark.registry.outcome import External
from mintmark.store import Work, facts


def candidate_of(
    customer: Customer, occurrence: int, external: tuple[External, ...] = ()
) -> Candidate:
    """Give the customer with their keys, and where those may be found who are alike."""
    traces = tuple(
        facts.search_key(fact, value) for fact in CONTACTS if (value := getattr(customer, fact))
    )
    if is_organisation(customer.name):
        traces += (facts.search_key("name", customer.name),)
    return Candidate(
        customer=customer,
        keys=(facts.record_key(customer, occurrence), *facts.identity_keys(customer)),
        traces=traces,
        twin=facts.record_key(customer, occurrence - 1) if occurrence else None,
        external=tuple((facts.external_key(*one), one) for one in external),
    )


def look_around(
    work: Work, candidates: list[Candidate]
) -> tuple[Surroundings, dict[int, str | None]]:
    """Ask the register for whoever shares a key or a trace with the candidates; give their codes.

    Codes are by the customers' inner numbers; None: has none.
    """
    keys = {key for one in candidates for key in (*one.keys, one.twin) if key}
    keys |= {key for one in candidates for key, _ in one.external}
    traces = {trace for one in candidates for trace in one.traces}
    owners = work.customers.owners(keys)
    tracks = work.customers.sharing(traces) if traces else {}
    ids = {*owners.values(), *(inner for found in tracks.values() for inner in found)}
    known = work.customers.known(ids) if ids else {}
    known = {inner: one for inner, one in known.items() if not one.shredded_at}  # just now, say
    people = {one.id: Person(one.customer, id=one.id) for one in known.values()}
    around = Surroundings(
        owners={key: people[inner] for key, inner in owners.items() if inner in people},
        tracks={
            trace: [people[inner] for inner in found if inner in people]
            for trace, found in tracks.items()
        },
    )
    return around, {one.id: one.code for one in known.values()}
