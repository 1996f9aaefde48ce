"""All who wait are served together; nobody waits for ever, and nobody pays for a neighbour."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.errors import QueueFull, RegisterClosed, TooLate
from mintmark.minting import Allocator, Soon


class Counter:
    """Gives out numbers, as many as asked for at once; a negative request fails all of its work."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.gate.set()
        self.works: list[int] = []
        self.last = 0

    def __call__(self, asked: Sequence[int]) -> list[int | Exception]:
        self.begun.set()
        assert self.gate.wait(10)
        if any(one < 0 for one in asked):
            raise ArithmeticError
        answers: list[int | Exception] = []
        for one in asked:
            if one == 0:
                answers.append(ValueError(one))
            else:
                self.last += 1
                answers.append(self.last)
        self.works.append(len(asked))
        return answers


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def busy(counter: Counter) -> Iterator[Allocator[int, int]]:
    """An allocator of four places whose first unit of work is under way until the gate opens."""
    allocator: Allocator[int, int] = Allocator(counter, room=4)
    counter.gate.clear()
    allocator.soon(1)
    assert counter.begun.wait(10)
    yield allocator
    counter.gate.set()
    allocator.close()


def results(futures: Sequence[Soon[int]]) -> list[object]:
    assert all(future.wait(10) for future in futures)
    return [future.exception() or future.result() for future in futures]


def test_who_waits_is_served_together(busy: Allocator[int, int], counter: Counter) -> None:
    waiting = [busy.soon(1) for _ in range(4)]
    counter.gate.set()
    assert results(waiting) == [2, 3, 4, 5]
    assert counter.works == [1, 4]


def test_every_thread_gets_an_answer_of_its_own(counter: Counter) -> None:
    allocator: Allocator[int, int] = Allocator(counter, room=8)
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: allocator.ask(1, within=10), range(2000)))
    allocator.close()
    assert sorted(answers) == list(range(1, 2001))
    assert sum(counter.works) == 2000


def test_who_finds_no_room_is_told_in_time(busy: Allocator[int, int], counter: Counter) -> None:
    waiting = [busy.soon(1) for _ in range(4)]
    begin = time.monotonic()
    with pytest.raises(QueueFull) as refused:
        busy.ask(1, within=0.1)
    assert 0.1 <= time.monotonic() - begin < 2
    assert (refused.value.waiting, refused.value.seconds) == (4, 0.1)
    with pytest.raises(QueueFull):
        busy.soon(1)
    with ThreadPoolExecutor(1) as threads:
        patient = threads.submit(busy.ask, 1, within=10)
        counter.gate.set()
        assert patient.result() == 6
    assert results(waiting) == [2, 3, 4, 5]


def test_whose_turn_comes_too_late_has_done_nothing(
    busy: Allocator[int, int], counter: Counter
) -> None:
    with pytest.raises(TooLate):
        busy.ask(1, within=0.05)
    called_back = busy.soon(1)
    assert called_back.cancel()
    counter.gate.set()
    assert busy.ask(1, within=10) == 2
    assert (counter.last, sum(counter.works)) == (2, 2)


def test_what_is_being_served_is_waited_for(busy: Allocator[int, int], counter: Counter) -> None:
    waiting = [busy.soon(1) for _ in range(2)]
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(busy.ask, 1, within=10)
        counter.gate.set()
        assert slow.result() == 4
    assert results(waiting) == [2, 3]


@pytest.mark.parametrize("bad", [range(1), range(3, 4), range(1, 3)])
def test_a_failing_request_cannot_fail_its_neighbours(
    busy: Allocator[int, int], counter: Counter, bad: range
) -> None:
    waiting = [busy.soon(-1 if n in bad else 1) for n in range(4)]
    counter.gate.set()
    said = results(waiting)
    assert [isinstance(one, ArithmeticError) for one in said] == [n in bad for n in range(4)]
    assert [one for one in said if isinstance(one, int)] == list(range(2, 6 - len(bad)))


def test_a_refused_request_is_told_alone(busy: Allocator[int, int], counter: Counter) -> None:
    waiting = [busy.soon(one) for one in (1, 0, 1)]
    counter.gate.set()
    first, refused, last = results(waiting)
    assert (first, type(refused), last, counter.works) == (2, ValueError, 3, [1, 3])


def test_a_code_in_the_way_of_one_is_not_in_the_way_of_others() -> None:
    def serve(asked: Sequence[str]) -> list[str]:
        if "taken" in asked:
            raise errors.CodeTaken(code="taken")
        gate.wait(10)
        return list(asked)

    gate = threading.Event()
    allocator: Allocator[str, str] = Allocator(serve, room=4)
    waiting = [allocator.soon(one) for one in ("first", "taken", "free")]
    gate.set()
    allocator.close()
    assert [one.exception() is None for one in waiting] == [True, False, True]


def test_closing_serves_those_who_wait_and_nobody_else(
    busy: Allocator[int, int], counter: Counter
) -> None:
    waiting = [busy.soon(1) for _ in range(4)]
    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(busy.ask, 1, within=10)
        time.sleep(0.05)  # it finds no room, and waits for some
        closing = threads.submit(busy.close)
        assert isinstance(late.exception(10), RegisterClosed)
        assert not closing.done()
        counter.gate.set()
        closing.result(10)
    assert results(waiting) == [2, 3, 4, 5]
    for ask in (busy.soon, lambda one: busy.ask(one, within=1)):
        with pytest.raises(RegisterClosed):
            ask(1)


# ---------------------------------------------------------------- through a register


def test_requests_of_many_threads_leave_no_gap_and_refused_ones_no_hole(
    register: mintmark.Register,
) -> None:
    def go(turn: int) -> str:
        facts = {"type": "VIP", "region": "北京", "registered": "20231001"}
        if turn % 7 == 3:
            facts["region"] = "火星"
        try:
            if turn % 2:
                return register.register(name=f"客户{turn}", email=f"{turn}@e.com", **facts).code
            return register.mint(**facts)
        except errors.UnknownValue as refusal:
            return refusal.slug

    with ThreadPoolExecutor(16) as threads:
        said = list(threads.map(go, range(210)))
    assert said.count("unknown-value") == 30
    codes = sorted(one for one in said if one != "unknown-value")
    assert codes == [f"V-BJ-20231001-{n:05}" for n in range(1, 181)]
    assert_accounted_for(register)


def test_the_same_customer_of_many_threads_has_one_code(register: mintmark.Register) -> None:
    def go(_: int) -> Any:
        return register.register(
            name="张伟", phone="13875014587", type="VIP", region="北京", registered="20231001"
        )

    with ThreadPoolExecutor(16) as threads:
        done = list(threads.map(go, range(64)))
    assert {one.code for one in done} == {"V-BJ-20231001-00001"}
    assert sum(one.new for one in done) == 1


def test_a_sequence_that_ends_serves_the_first_and_refuses_the_rest(
    empty: mintmark.Register,
) -> None:
    empty.publish("{type}{seq:1}", tables={"type": TABLES["type"]})
    futures = [empty.mint_soon(type="VIP") for _ in range(15)]
    said = [future.exception() or future.result().codes[0] for future in futures]
    assert said[:9] == [f"V{n}" for n in range(1, 10)]
    assert {type(one) for one in said[9:]} == {errors.SequenceFull}
    assert empty.register_soon(name="张伟", type="普通").result().code == "N1"


@pytest.fixture
def impatient(place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[mintmark.Register]:
    """A register in which one request may wait, for a tenth of a second."""
    monkeypatch.setenv("MINTMARK_QUEUE", "1")
    monkeypatch.setenv("MINTMARK_PATIENCE", "0.1")
    with mintmark.open(place, create=True, now=lambda: TODAY) as opened:
        opened.publish("K{seq:3}")
        yield opened


def test_a_register_under_pressure_refuses_and_consumes_nothing(
    impatient: mintmark.Register, place: str
) -> None:
    assert impatient.mint() == "K001"
    with psycopg.connect(place, options="-c search_path=mintmark") as elsewhere:
        elsewhere.execute("LOCK TABLE code IN EXCLUSIVE MODE")
        begun = impatient.mint_soon()
        time.sleep(0.1)  # its turn has come
        with pytest.raises(TooLate):
            impatient.mint()
        with pytest.raises(QueueFull):
            impatient.mint()
    assert begun.result().codes == ("K002",)
    assert impatient.mint() == "K003"
    impatient.close()
    with pytest.raises(RegisterClosed):
        impatient.mint()


# ---------------------------------------------------------------- in an event loop


def test_tasks_await_their_codes(empty: mintmark.Register) -> None:
    empty.publish("{type}{seq:3}", tables={"type": {"V": "VIP"}})

    async def clerk() -> str:
        return (await empty.mint_soon(type="VIP")).codes[0]

    async def office() -> list[str]:
        return await asyncio.gather(*[clerk() for _ in range(20)])

    assert sorted(asyncio.run(office())) == [f"V{n:03}" for n in range(1, 21)]


def test_an_awaited_error_is_raised_where_it_is_awaited(
    busy: Allocator[int, int], counter: Counter
) -> None:
    async def fail() -> None:
        refused = busy.soon(0)
        threading.Timer(0.05, counter.gate.set).start()
        with pytest.raises(ValueError, match="0"):
            await refused

    asyncio.run(fail())


def test_a_task_that_is_cancelled_calls_its_request_back(
    busy: Allocator[int, int], counter: Counter
) -> None:
    async def give_up() -> None:
        task = asyncio.ensure_future(_awaited(busy.soon(1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    counter.gate.set()
    busy.close()
    assert counter.works == [1]


async def _awaited(soon: Soon[int]) -> int:
    return await soon
