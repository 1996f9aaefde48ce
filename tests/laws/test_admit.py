"""Laws of admission: who is new is decided once, in order, and on certain evidence only."""

from hypothesis import given
from hypothesis import strategies as st

from mintmark.customer import Customer
from mintmark.match import compare
from mintmark.registry.admit import (
    Candidate,
    Clash,
    Decision,
    New,
    Person,
    Same,
    Surroundings,
    admit,
)
from mintmark.registry.look import candidate_of

NAMES = st.sampled_from(["王琦", "Wang Qi", "王 琦", "李秀英", "北京大华有限公司", "John Smith"])
PHONES = st.sampled_from([None, "+8613875014587", "+8613875014588"])
IDS = st.sampled_from([None, "110101199003070011", "410527197001218489"])
CUSTOMERS = st.builds(
    lambda name, phone, id_number: Customer(name=name, phone=phone, id_number=id_number),
    NAMES, PHONES, IDS,
)  # fmt: skip


def candidates(customers: list[Customer]) -> list[Candidate]:
    """Candidates as a file would give them: equal records are counted."""
    return [candidate_of(c, customers[:place].count(c)) for place, c in enumerate(customers)]


@given(st.lists(CUSTOMERS, max_size=12))
def test_the_same_record_with_a_contact_is_new_only_once(customers: list[Customer]) -> None:
    decisions = admit(candidates(customers), Surroundings())
    new = [c for c, d in zip(customers, decisions, strict=True) if isinstance(d, New)]
    reachable = [customer for customer in new if customer.phone or customer.id_number]
    assert len(reachable) == len(set(reachable))


@given(st.lists(CUSTOMERS, max_size=12))
def test_who_is_the_same_is_certainly_the_same(customers: list[Customer]) -> None:
    for customer, decision in zip(
        customers, admit(candidates(customers), Surroundings()), strict=True
    ):
        if isinstance(decision, Same):
            likeness = compare(customer, decision.person.customer)
            assert likeness is not None
            assert likeness.certain


@given(st.lists(CUSTOMERS, max_size=12))
def test_no_two_new_customers_share_a_key(customers: list[Customer]) -> None:
    decisions = admit(candidates(customers), Surroundings())
    keys = [key for d in decisions if isinstance(d, New) for key in d.keys]
    keys += [key for d in decisions if isinstance(d, Same) for key in d.learnt]
    assert len(keys) == len(set(keys))


@given(st.lists(CUSTOMERS, max_size=12), st.integers(1, 12))
def test_it_does_not_matter_where_a_file_is_cut(customers: list[Customer], size: int) -> None:
    """Admitting in steps, each knowing those before, is admitting all at once."""
    every = candidates(customers)
    whole = [type(decision) for decision in admit(every, Surroundings())]
    around, stepwise = Surroundings(), []
    for start in range(0, len(every), size):
        step = every[start : start + size]
        decisions = admit(step, around)
        stepwise += [type(decision) for decision in decisions]
        _remember(around, step, decisions)
    assert stepwise == whole


def _remember(around: Surroundings, step: list[Candidate], decisions: list[Decision]) -> None:
    people: dict[int, Person] = {}
    for place, (candidate, decision) in enumerate(zip(step, decisions, strict=True)):
        if isinstance(decision, New):
            person = people[place] = Person(candidate.customer, id=id(candidate))
            around.owners |= dict.fromkeys(decision.keys, person)
            for trace in candidate.traces:
                around.tracks.setdefault(trace, []).append(person)
        elif isinstance(decision, Same):
            known = decision.person
            owner = people[known.place] if known.place is not None else known
            around.owners |= dict.fromkeys(decision.learnt, owner)


def test_an_id_number_under_another_name_is_a_clash() -> None:
    pair = [
        Customer(name="王琦", id_number="110101199003070011"),
        Customer(name="李秀英", id_number="110101199003070011"),
    ]
    assert [type(d) for d in admit(candidates(pair), Surroundings())] == [New, Clash]


def test_a_household_phone_makes_nobody_a_duplicate() -> None:
    pair = [Customer(name="王琦", phone="+861"), Customer(name="李秀英", phone="+861")]
    decisions = admit(candidates(pair), Surroundings())
    assert all(isinstance(d, New) and not d.alike for d in decisions)


def test_father_and_son_of_one_name_are_told_apart_by_their_ids() -> None:
    pair = [
        Customer(name="王琦", phone="+861", id_number="110101199003070011"),
        Customer(name="王琦", phone="+861", id_number="410527197001218489"),
    ]
    second = admit(candidates(pair), Surroundings())[1]
    assert isinstance(second, New)
    assert [alike.evidence for alike in second.alike] == [("same-phone", "same-name")]


def test_records_with_nothing_to_tell_them_apart_are_both_coded_and_reported() -> None:
    pair = [Customer(name="王琦"), Customer(name="王琦")]
    first, second = admit(candidates(pair), Surroundings())
    assert isinstance(first, New)
    assert isinstance(second, New)
    assert [alike.evidence for alike in second.alike] == [("same-record",)]


def test_a_record_that_is_said_to_be_of_another_name_is_not_believed() -> None:
    """Nobody gets another's code because two rows of the database were exchanged."""
    [li] = candidates([Customer(name="李秀英", phone="+8613875014587")])
    wang = Person(Customer(name="王琦", phone="+8613875014588"), id=1)
    [decision] = admit([li], Surroundings(owners={li.keys[0]: wang}))
    assert isinstance(decision, New)
    assert li.keys[0] not in decision.keys
