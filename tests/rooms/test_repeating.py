"""Whoever asks again with the same request id is answered the same, however often and by whom."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.clock import Clock
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Kept, Outcome, Record, Registered

Reopen = Callable[[], mintmark.Register]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(place: str, clock: Clock) -> Iterator[mintmark.Register]:
    with mintmark.open(place, create=True, now=clock) as opened:
        opened.publish("K{seq:4}")
        yield opened


def record(n: int, **more: Any) -> Record:
    return Record(customer=Customer(name=f"客户{n}", email=f"{n}@e.com"), **more)


def said(outcomes: list[Outcome]) -> list[str]:
    return [o.code if isinstance(o, Registered) else o.refusal.slug for o in outcomes]


def test_a_request_that_is_repeated_is_answered_the_same(book: mintmark.Register) -> None:
    assert book.mint(request="a") == book.mint(request="a") == "K0001"
    assert book.mint_many(3, request="b") == book.mint_many(3, request="b")
    assert book.hold(request="c", reason="卡片") == book.hold(request="c", reason="卡片") == "K0005"
    assert book.mint_soon(request="a").result() == Kept(codes=("K0001",))
    first = book.register(name="张伟", request="d")
    again = book.register(name="张伟", request="d")
    assert (first.code, first.new) == ("K0006", True)
    assert (again.code, again.customer) == ("K0006", first.customer)
    assert book.mint() == "K0007"


def test_a_customer_without_a_contact_is_registered_once_per_request(
    book: mintmark.Register,
) -> None:
    """Nothing else could tell whether 张伟 comes again or another 张伟 comes."""
    records = [record(1, request="a"), record(1, request="a", occurrence=1), record(2)]
    assert said(book.register_many(records)) == ["K0001", "K0001", "K0002"]
    assert book.status().customers == 2


def test_a_binding_that_is_repeated_is_answered_the_same(book: mintmark.Register) -> None:
    code = book.hold()
    assert book.bind(code, name="张伟", request="a").code == code
    assert book.bind(code, name="张伟", request="a").code == code
    with pytest.raises(errors.CodeTaken):
        book.bind(code, name="李雷", email="l@e.com")
    with pytest.raises(errors.RequestReused):
        book.bind(code, name="李雷", request="a")


@pytest.mark.parametrize("again", [False, True])
def test_a_request_id_is_not_used_for_something_else(
    book: mintmark.Register, *, again: bool
) -> None:
    book.mint(request="a")
    asked: list[Callable[[], object]] = [
        lambda: book.mint_many(2, request="a"),
        lambda: book.hold(holder="前台", request="a"),
        lambda: book.register(name="张伟", request="a"),
    ]
    for ask in asked * (1 + again):
        with pytest.raises(errors.RequestReused) as refused:
            ask()
        assert (refused.value.request, refused.value.codes) == ("a", ("K0001",))
    assert (book.status().customers, book.mint()) == (0, "K0002")


def test_equal_requests_of_one_batch_are_one(book: mintmark.Register) -> None:
    records = [record(1, request="a"), record(2), record(1, request="a"), record(3, request="a")]
    assert said(book.register_many(records)) == ["K0001", "K0002", "K0001", "request-reused"]
    assert said(book.register_many(records)) == ["K0001", "K0002", "K0001", "request-reused"]
    assert book.mint() == "K0003"


def test_a_refused_request_may_be_mended_and_asked_again(book: mintmark.Register) -> None:
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="张伟", code="K0009", request="a")
    assert book.register(name="张伟", request="a").code == "K0001"


def test_many_threads_of_two_programs_that_ask_the_same_get_one_code(
    book: mintmark.Register, reopen: Reopen
) -> None:
    other = reopen()

    def go(turn: int) -> tuple[str, str]:
        asked = (book, other)[turn % 2]
        named = f"客户{turn % 5}"
        minted = asked.mint(request=f"mint {turn % 5}")
        return minted, asked.register(name=named, request=f"register {turn % 5}").code

    with ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(go, range(100)))
    assert len(answers) == 5
    assert {code for pair in answers for code in pair} == {f"K{n:04}" for n in range(1, 11)}
    assert book.status().codes == 10
    assert_accounted_for(book)


def test_after_thirty_days_an_id_is_that_of_another_request(
    book: mintmark.Register, clock: Clock
) -> None:
    assert book.mint(request="a") == "K0001"
    clock.move(days=29, hours=23)
    assert book.mint(request="a") == "K0001"
    clock.move(hours=1)
    assert book.mint_many(2, request="a") == ["K0002", "K0003"]
    assert book.mint_many(2, request="a") == ["K0002", "K0003"]


def test_another_actor_may_use_the_same_id(
    book: mintmark.Register, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINTMARK_ACTOR", "收银")
    other = reopen()
    assert book.mint(request="a") == "K0001"
    assert other.mint(request="a") == "K0002"
    assert [one.mint(request="a") for one in (book, other)] == ["K0001", "K0002"]


def test_a_request_stands_by_its_answer_even_if_the_code_is_void(book: mintmark.Register) -> None:
    code = book.register(name="张伟", request="a").code
    book.void(code, reason="录入错误")
    assert book.register(name="张伟", request="a").code == code
    assert book.register(name="张伟", request="b").code == "K0002"


def test_what_was_answered_is_told_before_what_is_wrong_by_now(book: mintmark.Register) -> None:
    """The number that the request wants is bound meanwhile: by that very request."""
    code = book.mint()
    bound = record(1, code=code, request="a")
    assert said(book.register_many([bound, bound])) == [code, code]
    assert said(book.register_many([bound, replace(bound, request="b")])) == [code, code]


def test_requests_of_a_block_are_answered_the_same(book: mintmark.Register) -> None:
    book.publish("L{seq:4}", mode="leased", block=2)
    assert [book.mint(request=one) for one in "abcab"] == [
        "L0001",
        "L0002",
        "L0003",
        "L0001",
        "L0002",
    ]
    assert book.mint() == "L0004"
