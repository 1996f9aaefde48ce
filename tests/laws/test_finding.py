"""Laws of finding: pages are the whole list cut up, and a filter is what a plain reading says."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import RULE, TABLES, TODAY

import mintmark
from mintmark import Between, Customer, Found, Registered
from mintmark.registry import Record

TYPES = ("VIP", "普通", "潜在")
REGIONS = ("北京", "上海", "广州")
OWNERS = (None, "周敏", "吴刚", "Zoë")
BRANCHES = (None, "浦东", "徐汇")
FIRST = date(2024, 1, 1)
ORDERS = ("added", "code", "registered", "type", "region", "owner")
SIZES = st.integers(1, 70)
_numbers = itertools.count(1)


def customer(n: int) -> Customer:
    """The n-th of made-up customers: few values, in every combination."""
    return Customer(
        name=f"客户{n % 7}", email=f"{n}@example.com",
        type=TYPES[n % 3], region=REGIONS[n // 2 % 3],
        registered=FIRST + timedelta(n * 11 % 23), owner=OWNERS[n % 4], branch=BRANCHES[n % 3],
        contract=FIRST + timedelta(n % 5) if n % 4 else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def book(server: str) -> Iterator[mintmark.Register]:
    """Sixty customers: most have a code, some none, some a void one."""
    name = f"finding_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    host = dict(part.split("=") for part in server.split())["host"]
    place = f"postgresql://postgres@/{name}?host={host}"
    with mintmark.open(place, create=True, now=lambda: TODAY) as opened:
        opened.publish(RULE, tables=TABLES)
        batch = opened.batches.start(file="a.csv", sheet="", digest=b"", total=20)
        for at in range(60):
            record = Record(customer=customer(at), numbered=at % 5 != 0)
            [done] = opened.register_many([record], batch=batch if at < 20 else None)
            assert isinstance(done, Registered)
            if done.code and at % 7 == 3:
                opened.void(done.code, reason="test")
        yield opened


@pytest.fixture(scope="module")
def people(book: mintmark.Register) -> list[Found]:
    """All customers in the order in which they were added, found one by one."""
    return [book.find(email=f"{n}@example.com").found[0] for n in range(60)]


def pages(book: mintmark.Register, size: int, **sought: Any) -> Iterator[tuple[Found, ...]]:
    """Turn the pages to the end."""
    after = None
    while True:
        page = book.find(limit=size, after=after, **sought)
        yield page.found
        if (after := page.next) is None:
            return


def value(found: Found, order: str) -> str | date | None:
    """What a customer is ordered by."""
    if order == "code":
        return "".join(filter(str.isalnum, found.code)) or None
    return getattr(found.customer, order, "")  # they are given in the order of `added`


def ordered(people: list[Found], order: str) -> list[Found]:
    """The plain reading of an order: who lacks the value comes last, in the same direction."""
    by, backwards = order.removeprefix("-"), order.startswith("-")
    there = [one for one in people if value(one, by) is not None]
    lacking = [one for one in people if value(one, by) is None]
    if backwards:  # equals are in the reverse order, too; sorting keeps them as they stood
        there, lacking = there[::-1], lacking[::-1]
    return sorted(there, key=lambda one: str(value(one, by)), reverse=backwards) + lacking


@given(order=st.sampled_from([sign + by for by in ORDERS for sign in ("", "-")]), size=SIZES)
@settings(max_examples=40)
def test_pages_of_any_size_are_the_whole_list_cut_up(
    book: mintmark.Register, people: list[Found], order: str, size: int
) -> None:
    turned = list(pages(book, size, order=order))
    assert [one for page in turned for one in page] == ordered(people, order)
    assert all(len(page) == size for page in turned[:-1])


def days(low: int, high: int) -> Between:
    """A range of days, open where it would be out of bounds."""
    return Between(
        FIRST + timedelta(low) if low else None, f"{FIRST + timedelta(high)}" if high < 20 else None
    )


def state(found: Found, voided: set[str]) -> set[str]:
    """The states that a customer is in."""
    if found.code:
        return {"coded"}
    email = found.customer.email if found.customer else None
    return {"uncoded", "void"} if email in voided else {"uncoded"}


RANGES = st.tuples(st.integers(0, 23), st.integers(0, 23)).map(sorted)
FILTERS = st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(TYPES),
    "region": st.lists(st.sampled_from(REGIONS), min_size=1, max_size=2),
    "owner": st.sampled_from(OWNERS),
    "branch": st.one_of(st.sampled_from(BRANCHES), st.just(("浦东", None))),
    "registered": RANGES,
    "contract": RANGES,
    "code": st.sampled_from(["coded", "uncoded", "void"]),
    "batch": st.sampled_from([1, None]),
    "rule": st.sampled_from(["main", "main@1"]),
})  # fmt: skip
VOIDED = {f"{n}@example.com" for n in range(60) if n % 7 == 3 and n % 5}


def passes(found: Found, name: str, wanted: Any) -> bool:
    """The plain reading of a filter."""
    assert found.customer is not None
    if name == "code":
        return bool(wanted in state(found, VOIDED))
    if name == "rule":
        return found.rule == "main@1"
    if name == "batch":
        return bool((found.passport.batch if found.passport else None) == wanted)
    has = getattr(found.customer, name)
    if name in ("registered", "contract"):
        low, high = (FIRST + timedelta(n) for n in wanted)
        is_late = wanted[1] < 20 and has is not None and has > high
        is_bounded = wanted[0] > 0 or wanted[1] < 20
        if has is None:
            return not is_bounded
        return not is_late and not (wanted[0] > 0 and has < low)
    several = wanted if isinstance(wanted, list | tuple) else [wanted]
    return any(has == one for one in several)


@given(wanted=FILTERS, order=st.sampled_from(["added", "-registered", "code"]), size=SIZES)
@settings(max_examples=150)
def test_filters_find_whom_a_plain_reading_of_them_finds(
    book: mintmark.Register, people: list[Found], wanted: dict[str, Any], order: str, size: int
) -> None:
    where = {
        name: days(*one) if name in ("registered", "contract") else one
        for name, one in wanted.items()
    }
    right = [one for one in people if all(passes(one, *pair) for pair in wanted.items())]
    found = [one for page in pages(book, size, where=where, order=order) for one in page]
    assert found == ordered(right, order)
    assert book.count(where=where) == len(right)


@given(facts=st.fixed_dictionaries({}, optional={
    "name": st.integers(0, 7).map(lambda n: f"客户 {n}"),
    "email": st.integers(0, 61).map(lambda n: f"{n}@EXAMPLE.com"),
}), region=st.sampled_from(REGIONS), size=SIZES)  # fmt: skip
@settings(max_examples=40)
def test_facts_and_filters_have_to_be_true_at_once(
    book: mintmark.Register, people: list[Found], facts: dict[str, Any], region: str, size: int
) -> None:
    def is_wanted(one: Customer | None) -> bool:
        assert one is not None
        is_named = one.name == facts.get("name", one.name).replace(" ", "")
        is_mailed = one.email == facts.get("email", one.email or "").lower()
        return is_named and is_mailed and one.region == region

    right = [one for one in people if is_wanted(one.customer)]
    found = [p for page in pages(book, size, where={"region": region}, **facts) for p in page]
    assert found == right


@pytest.mark.parametrize(
    "order", ["added", "-added", "registered", "-registered", "code", "-owner"]
)
def test_who_was_there_is_shown_once_while_others_are_added(
    register: mintmark.Register, order: str
) -> None:
    more = itertools.count()

    def add(count: int) -> None:
        register.register_many([
            Record(customer=customer(n), numbered=n % 4 != 0)
            for n in itertools.islice(more, count)
        ])  # fmt: skip

    add(30)
    there = [found for page in pages(register, 30, order=order) for found in page]
    turned: list[Found] = []
    for page in pages(register, 4, order=order):
        turned += page
        if len(turned) < 60:
            add(3)
    assert [one for one in turned if one in there] == there
    assert len({repr(one.customer) for one in turned}) == len(turned)
    assert len(turned) >= 30
