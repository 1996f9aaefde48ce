"""What the indexes give away is measured by attacking them, and an index that is unfit is found."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mintmark
from mintmark.customer import Customer
from mintmark.match.keys import Key
from mintmark.registry import Leak, Record
from mintmark.registry.leaking import Leakage
from mintmark.vault.leakage import rank_attack

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = [chr(0x4E00 + n) for n in range(2000)]
PEOPLE = 1500


@pytest.fixture(scope="module")
def people() -> list[Customer]:
    """Customers whose surnames are as unequal as people's are (Zipf), and nothing else is."""
    dice = random.Random(20261122)  # noqa: S311 - made-up people
    weights = [1 / rank for rank in range(1, len(SURNAMES) + 1)]
    surnames = dice.choices(SURNAMES, weights, k=PEOPLE)
    return [
        Customer(
            name=surname + dice.choice(GIVEN) + dice.choice(GIVEN),
            phone=f"+86138{n:08}",
            email=f"{n}@e.com" if n % 3 else None,
        )
        for n, surname in enumerate(surnames)
    ]


@pytest.fixture
def book(empty: mintmark.Register, people: list[Customer]) -> mintmark.Register:
    empty.publish("K{seq:6}")
    empty.register_many([Record(customer=one) for one in people])
    return empty


def surname(customer: Customer) -> Iterator[Key]:
    yield Key("surname", customer.name[0])


def leaks(report: Leakage) -> dict[str, Leak]:
    steps = list(report)
    assert steps[-1].done == steps[-1].total
    return {leak.index: leak for leak in report.leaks}


def test_the_registers_own_indexes_are_within_the_bound(book: mintmark.Register) -> None:
    report = book.keys.leakage()
    found = leaks(report)
    assert report.holds
    assert {index: leak.verdict for index, leak in found.items()} == {
        "name": "within", "phone": "within", "email": "within", "sound": "within", "tail": "within",
    }  # fmt: skip
    phone = found["phone"]
    assert (phone.rows, phone.tokens, phone.largest, phone.coincidences) == (PEOPLE, PEOPLE, 1, 1)
    assert phone.right == 0
    assert found["email"].rows == PEOPLE * 2 // 3


def test_an_index_of_surnames_fails(book: mintmark.Register) -> None:
    """The control: what must never be indexed is named by the attack for most rows."""
    report = Leakage(store=book._store, keys_of=surname)  # noqa: SLF001 - no such index is kept
    found = leaks(report)["surname"]
    assert (report.holds, found.verdict) == (False, "above")
    assert found.share > 0.3
    assert (found.rows, found.tokens) == (PEOPLE, len(SURNAMES))


def test_a_value_that_many_share_is_found(book: mintmark.Register) -> None:
    """A switchboard, in every second row of the file."""
    numbers = ["+862161234567", None] * 200
    book.register_many(
        [Record(customer=Customer(name=f"职员{n}", phone=phone)) for n, phone in enumerate(numbers)]
    )
    found = leaks(book.keys.leakage())["phone"]
    assert (found.verdict, found.largest) == ("above", 200)
    assert 90 < found.right < 110


def test_a_bound_can_be_set_and_few_rows_tell_nothing(
    empty: mintmark.Register, book: mintmark.Register
) -> None:
    assert leaks(Leakage(store=book._store, keys_of=surname, bound=1.0))  # noqa: SLF001
    few = Leak(index="x", rows=60, tokens=1, largest=60, attacked=30, right=30, bound=0.05)
    assert few.verdict == "few"
    assert empty.keys.leakage(bound=0).bound == 0


def test_an_empty_register_gives_nothing_away(empty: mintmark.Register) -> None:
    report = empty.keys.leakage()
    assert (leaks(report), report.holds) == ({}, True)


COUNTS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 50), max_size=20)


@given(COUNTS)
def test_whoever_knows_all_counts_and_all_differ_names_every_row(counts: dict[str, int]) -> None:
    apart = {value: count * 100 + n for n, (value, count) in enumerate(counts.items())}
    rows = {(value.encode()[::-1], value): count for value, count in apart.items()}
    assert rank_attack(apart, rows) == sum(apart.values())


@given(COUNTS, COUNTS)
def test_the_attack_names_no_more_rows_than_there_are(
    learnt: dict[str, int], seen: dict[str, int]
) -> None:
    rows = {(value.encode(), value): count for value, count in seen.items()}
    assert 0 <= rank_attack(learnt, rows) <= sum(seen[value] for value in seen if value in learnt)


def test_what_shares_a_fingerprint_is_named_only_as_far_as_the_guess_goes() -> None:
    rows = Counter({(b"a", "王"): 5, (b"a", "李"): 3, (b"b", "张"): 2})
    assert rank_attack({"王": 9, "张": 1}, rows) == 7
