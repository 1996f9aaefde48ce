"""Customers without a code get one, in the order that is asked for, and whenever there is time."""

from collections import Counter
from collections.abc import Sequence

import pytest
from tests.conftest import TABLES
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.progress import Progress
from mintmark.registry import Record
from mintmark.registry.backfill import Backfill


@pytest.fixture
def book(empty: mintmark.Register) -> mintmark.Register:
    empty.publish("{type}{seq:4}", tables={"type": TABLES["type"]})
    return empty


def uncoded(book: mintmark.Register, people: Sequence[Customer]) -> None:
    outcomes = book.register_many([Record(customer=one, numbered=False) for one in people])
    assert {getattr(one, "code", None) for one in outcomes} == {""}


def run(backfill: Backfill) -> Backfill:
    list(backfill)
    return backfill


def codes(book: mintmark.Register) -> dict[str, str | None]:
    return {known.customer.name: known.code for known in book.customers()}


def person(name: str, day: str | None = None, kind: str | None = "VIP") -> Customer:
    parsed = {"registered": None} if day is None else {"registered": day}
    made = mintmark.customer.of({k: v for k, v in parsed.items() if v}, country="CN")
    return Customer(name=name, type=kind, registered=made.registered)


def test_customers_are_coded_in_the_order_that_is_asked_for(book: mintmark.Register) -> None:
    uncoded(book, [
        person("丙", "2026-03-01"), person("甲", "2026-01-01"), person("丁"),
        person("乙", "2026-02-01", "普通"), person("戊", "2026-01-01"),
    ])  # fmt: skip
    assert book.register(name="己", type="VIP").code == "V0001"
    done = run(book.backfill(("type", "registered")))
    assert (done.coded, done.first, done.last, done.refused) == (5, "V0002", "N0001", Counter())
    assert codes(book) == {
        "丙": "V0004", "甲": "V0002", "丁": "V0005", "乙": "N0001", "戊": "V0003", "己": "V0001",
    }  # fmt: skip
    assert_accounted_for(book)
    assert run(book.backfill()).coded == 0


def test_an_order_that_is_unknown_is_refused(book: mintmark.Register) -> None:
    with pytest.raises(errors.UnknownFact):
        book.backfill(("shoe size",))


def test_a_backfill_that_was_cut_off_goes_on_where_it_was(book: mintmark.Register) -> None:
    uncoded(book, [person(f"客户{n:04}") for n in range(2500)])
    first = book.backfill(("added",))
    for progress in first:
        if progress.done:
            break
    assert (progress, first.coded) == (Progress(done=1000, total=2500), 1000)
    second = book.backfill(("added",))
    seen = list(second)
    assert (seen[0].total, seen[-1]) == (1500, Progress(done=1500, total=1500))
    assert (second.coded, second.first, second.last) == (1500, "V1001", "V2500")
    assert codes(book) == {f"客户{n:04}": f"V{n + 1:04}" for n in range(2500)}
    assert_accounted_for(book)


def test_who_cannot_be_coded_is_counted_and_keeps_nobody_up(book: mintmark.Register) -> None:
    uncoded(book, [person("甲", kind=None), person("乙"), person("丙", kind=None)])
    done = run(book.backfill())
    assert (done.coded, done.refused) == (1, Counter({"missing-fact": 2}))
    assert done.examples["missing-fact"].refusal.facts() == {"fact": "type"}
    assert codes(book) == {"甲": None, "乙": "V0001", "丙": None}
    assert book.find(name="甲").found[0].code == ""
    assert_accounted_for(book)


def test_a_scope_that_ends_refuses_the_last_ones(empty: mintmark.Register) -> None:
    empty.publish("{type}{seq:1}", tables={"type": TABLES["type"]})
    uncoded(empty, [person(f"客户{n:02}") for n in range(12)])
    done = run(empty.backfill(("added",)))
    assert (done.coded, done.last, done.refused) == (9, "V9", Counter({"sequence-full": 3}))
    assert_accounted_for(empty)


def test_whose_code_was_made_void_is_coded_anew(book: mintmark.Register) -> None:
    book.register(name="张伟", type="VIP", phone="13875014587")
    book.void("V0001", reason="卡片遗失")
    done = run(book.backfill())
    assert (done.coded, done.first) == (1, "V0002")
    assert book.find("13875014587").found[0].code == "V0002"
    assert book.numbers("V####").counts == {"void": 1, "bound": 1}
    assert_accounted_for(book)


def test_who_was_registered_without_a_code_gets_it_by_coming_again(
    book: mintmark.Register,
) -> None:
    uncoded(book, [person("张伟")])
    again = book.register(name="张伟", type="VIP")
    assert (again.code, again.new) == ("V0001", False)
    assert run(book.backfill()).coded == 0


def test_two_backfills_at_once_code_everybody_once(book: mintmark.Register) -> None:
    uncoded(book, [person(f"客户{n}") for n in range(5)])
    one, other = iter(book.backfill()), iter(book.backfill())
    assert (next(one).total, next(other).total) == (5, 5)
    assert [next(one).done, next(other).done] == [5, 5]
    assert sorted(code or "" for code in codes(book).values()) == [f"V000{n}" for n in range(1, 6)]
    assert_accounted_for(book)
