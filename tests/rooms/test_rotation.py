"""Keys are rotated while everybody works, whoever dies meanwhile, and nobody is lost."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.clock import Clock

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Record
from mintmark.registry.rotating import Rotation
from mintmark.vault import Purpose

Query = Callable[[str], list[tuple[Any, ...]]]
Reopen = Callable[[], mintmark.Register]
PURPOSES: tuple[Purpose, Purpose] = ("wrapping", "index")
UNDER = {
    "wrapping": "SELECT version, count(*) FROM mintmark_keys.data_key GROUP BY 1 ORDER BY 1",
    "index": "SELECT index_version, count(*) FROM customer GROUP BY 1 ORDER BY 1",
}
LEFT = "SELECT DISTINCT version FROM identity UNION SELECT DISTINCT version FROM fact_index"


@pytest.fixture
def book(place: str, clock: Clock) -> Iterator[mintmark.Register]:
    with mintmark.open(place, create=True, now=clock) as opened:
        opened.publish("K{seq:6}")
        yield opened


@pytest.fixture
def ring(book: mintmark.Register) -> Path:
    return Path(book.keys.status().place)


def person(n: int, **more: Any) -> Record:
    customer = Customer(name=f"客户{n}", phone=f"+86138{n:08}", remark=f"{n}")
    return Record(customer=customer, **more)


def turned(
    book: mintmark.Register, purpose: Purpose = "wrapping", *, new: bool = False
) -> Rotation:
    rotation = book.keys.rotate(purpose, new=new)
    steps = list(rotation)
    assert [s.done for s in steps] == sorted(s.done for s in steps)
    assert all(s.done <= s.total for s in steps)
    return rotation


def states(book: mintmark.Register, purpose: Purpose) -> dict[int, tuple[str, int]]:
    return {
        key.version: (key.state, key.under)
        for key in book.keys.status().keys
        if key.purpose == purpose
    }


def assert_all_found(book: mintmark.Register, count: int) -> None:
    """Everybody can be opened, is found, and is known again under the same code."""
    assert [known.customer.name for known in book.customers()] == [
        f"客户{known.customer.remark}" for known in book.customers()
    ]
    again = book.register_many([person(n) for n in range(count)])
    assert not [one for one in again if getattr(one, "new", True)]
    assert len({getattr(one, "code", "") for one in again}) == count
    for n in {0, count // 2, count - 1}:
        assert len(book.find(f"客户{n}").found) == len(book.find(phone=f"138{n:08}").found) == 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_everything_comes_under_the_new_key_and_the_old_one_retires(
    book: mintmark.Register, query: Query, purpose: Purpose
) -> None:
    book.register_many([person(n) for n in range(30)])
    done = turned(book, purpose)
    assert (done.done, done.resumed, [key.version for key in done.retired]) == (30, False, [1])
    assert query(UNDER[purpose]) == [(2, 30)]
    assert states(book, purpose) == {1: ("retired", 0), 2: ("active", 30)}
    assert book.keys.status().unfinished == ()
    assert_all_found(book, 30)
    if purpose == "index":
        assert query(LEFT) == [(2,)]
    third = turned(book, purpose)
    assert states(book, purpose)[3] == ("active", 30)
    assert (third.key.version if third.key else 0) == 3
    assert_all_found(book, 30)


def test_an_empty_register_is_rotated_too(book: mintmark.Register) -> None:
    for purpose in PURPOSES:
        assert turned(book, purpose).done == 0
        assert states(book, purpose) == {1: ("retired", 0), 2: ("active", 0)}
    book.register_many([person(0)])
    assert_all_found(book, 1)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_program_that_was_open_before_goes_on_with_the_new_key(
    book: mintmark.Register, reopen: Reopen, query: Query, purpose: Purpose
) -> None:
    other = reopen()
    other.register_many([person(n) for n in range(5)])
    turned(book, purpose)
    assert [found.code for found in other.find("客户3").found] == ["K000004"]
    other.register_many([person(n) for n in range(5, 9)])
    assert query(UNDER[purpose]) == [(2, 9)]
    assert_all_found(other, 9)
    assert_all_found(book, 9)


def test_namesakes_who_have_nothing_else_stay_two(book: mintmark.Register) -> None:
    """Records that are alike in everything are told apart by their place alone."""
    twins = [Record(customer=Customer(name="张伟"), occurrence=n) for n in range(4)]
    before = [getattr(one, "code", "") for one in book.register_many(twins)]
    assert len(set(before)) == 4
    turned(book, "index")
    again = book.register_many(twins)
    assert [getattr(one, "code", "") for one in again] == before
    assert len(book.find("张伟").found) == 4


def test_a_request_that_is_repeated_after_a_rotation_is_answered_the_same(
    book: mintmark.Register, clock: Clock
) -> None:
    code = book.register(name="张伟", request="a").code
    old = next(key for key in book.keys.status().keys if key.purpose == "index")
    clock.move(days=1)
    turned(book, "index")
    assert book.register(name="张伟", request="a").code == code
    with pytest.raises(errors.RequestReused):
        book.register(name="李雷", request="a")
    with pytest.raises(errors.KeyNeeded) as refused:
        book.keys.destroy(old.id)
    assert refused.value.count == 1
    clock.move(days=31)
    book.keys.destroy(old.id)
    assert states(book, "index")[1] == ("destroyed", 0)
    assert len(book.find("张伟").found) == 1


# ---------------------------------------------------------------- others work meanwhile

CLIENT = """
import sys
import mintmark
from mintmark.customer import Customer
from mintmark.registry import Record
with mintmark.open(sys.argv[1]) as book:
    print("open", flush=True)
    for n in range(*map(int, sys.argv[2:4])):
        book.register(name=f"客户{n}", phone=f"138{n:08}", remark=f"{n}")
        assert len(book.find(phone=f"138{n:08}").found) == 1, n
        assert len(book.find(f"客户{n // 2}" if n % 2 else f"客户{n}").found) <= 1
    print(book.keys.status().keys[-1].version)
"""


@pytest.mark.parametrize("purpose", PURPOSES)
def test_keys_are_rotated_under_those_who_register_and_search(
    book: mintmark.Register, place: str, query: Query, purpose: Purpose
) -> None:
    book.register_many([person(n) for n in range(200)])
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, place, "1000", "1150"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert client.stdout is not None
    assert client.stdout.readline() == "open\n"
    failures: list[BaseException] = []

    def go(first: int) -> None:
        try:
            for n in range(first, first + 60):
                book.register(name=f"客户{n}", phone=f"138{n:08}", remark=f"{n}")
                assert len(book.find(phone=f"138{n:08}").found) == 1
                assert len(book.find(f"客户{n % 200}").found) == 1
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=go, args=(first,)) for first in (2000, 3000)]
    for thread in threads:
        thread.start()
    rounds = 0
    while client.poll() is None or any(thread.is_alive() for thread in threads):
        turned(book, purpose)
        rounds += 1
    for thread in threads:
        thread.join()
    client.stdout.close()
    assert (client.returncode, failures) == (0, [])
    assert rounds > 1
    turned(book, purpose)
    assert query(UNDER[purpose]) == [(rounds + 2, 200 + 150 + 120)]
    assert_all_found(book, 200)
    assert len(book.find("客户1149").found) == len(book.find("客户3059").found) == 1


def test_whoever_began_before_the_rotation_is_waited_for(
    book: mintmark.Register, place: str, query: Query
) -> None:
    """A transaction of somebody's own, in which a customer came under the old keys."""
    book.register_many([person(n) for n in range(3)])
    with psycopg.connect(place) as open_:
        open_.execute(
            "INSERT INTO mintmark.customer (id, attributes, added_at) VALUES (99, '{}', now())"
        )
        steps = iter(book.keys.rotate("index"))
        assert [next(steps).done for _ in range(5)] == [0] * 5
        assert query(UNDER["index"]) == [(1, 3)]
        open_.rollback()
        list(steps)
    assert query(UNDER["index"]) == [(2, 3)]


def test_two_who_rotate_at_once_make_one_key(book: mintmark.Register, reopen: Reopen) -> None:
    book.register_many([person(n) for n in range(3)])
    one, other = book.keys.rotate("index"), reopen().keys.rotate("index")
    steps = iter(one)
    next(steps)
    list(other)
    list(steps)
    assert (one.resumed, other.resumed) == (False, True)
    assert states(book, "index") == {1: ("retired", 0), 2: ("active", 3)}
    assert_all_found(book, 3)


def test_what_was_shredded_or_sealed_anew_meanwhile_is_left_as_it_is(
    book: mintmark.Register, query: Query, place: str
) -> None:
    """A data key that was read, but is another one by now, is not put back."""
    book.register_many([person(n) for n in range(3)])
    with book._store.transaction() as work:  # noqa: SLF001 - in the middle of a step
        rows = work.keytables.outdated(2, 0, 10)
    with psycopg.connect(place) as others:
        others.execute("DELETE FROM mintmark_keys.data_key WHERE customer = %s", [rows[0][0]])
        others.execute(
            "UPDATE mintmark_keys.data_key SET wrapped = 'new' WHERE customer = %s", [rows[1][0]]
        )
    with book._store.transaction() as work:  # noqa: SLF001
        assert work.keytables.rewrap(rows, [b"x"] * 3, 2) == 1
    found = query("SELECT wrapped FROM mintmark_keys.data_key ORDER BY customer")
    assert found == [(b"new",), (b"x",)]


# ---------------------------------------------------------------- somebody is killed

ROTATE = """
import sys, time
import mintmark
from mintmark.registry import rotating
rotating._STEP = 50
with mintmark.open(sys.argv[1]) as book:
    for step in book.keys.rotate(sys.argv[2]):
        print(step.done, flush=True)
        time.sleep(0.02)
"""


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("after", [0, 100, 300, 400])
def test_a_rotation_that_was_killed_goes_on_where_it_was(
    book: mintmark.Register, place: str, purpose: Purpose, after: int
) -> None:
    book.register_many([person(n) for n in range(400)])
    killed = subprocess.Popen(
        [sys.executable, "-c", ROTATE, place, purpose], stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout is not None
    while int(killed.stdout.readline()) < after:
        pass
    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert len(book.find("客户399").found) == 1  # in the middle, everybody is found all the same
    assert book.register(name="客户0", phone="13800000000", remark="0").new is False
    unfinished = book.keys.status().unfinished
    if unfinished:
        done = turned(book, purpose)
        assert done.resumed
        assert done.done <= 400 - max(after - 50, 0)
    assert states(book, purpose) == {1: ("retired", 0), 2: ("active", 400)}
    assert book.keys.status().unfinished == ()
    assert_all_found(book, 400)


def test_each_stage_of_a_rotation_may_be_its_last(
    book: mintmark.Register, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after each of its steps in turn, it still comes to its end, with one new key."""
    book.register_many([person(n) for n in range(6)])
    monkeypatch.setattr("mintmark.registry.rotating._STEP", 2)
    for stage in ("_announce", "_others_done", "_pass", "_retire", "_sweep"):
        rotation = book.keys.rotate("index")
        with monkeypatch.context() as patch:
            patch.setattr(Rotation, stage, killed)
            with pytest.raises(KeyboardInterrupt):
                list(rotation)
        assert len(book.find("客户5").found) == 1
        assert book.register(name="客户5", phone="13800000005", remark="5").new is False
        assert book.keys.status().unfinished == ("index",)
    assert turned(book, "index").resumed
    assert states(book, "index") == {1: ("retired", 0), 2: ("active", 6)}
    assert query(LEFT) == [(2,)]
    assert_all_found(book, 6)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_new_key_can_be_asked_for_in_the_middle_of_a_rotation(book: mintmark.Register) -> None:
    book.register_many([person(n) for n in range(3)])
    for purpose in PURPOSES:
        next(iter(book.keys.rotate(purpose)))
        done = turned(book, purpose, new=True)
        assert (done.resumed, [key.version for key in done.retired]) == (False, [1, 2])
        assert states(book, purpose)[3] == ("active", 3)
    assert_all_found(book, 3)


# ---------------------------------------------------------------- destroying


def test_only_a_retired_key_that_nothing_is_under_is_destroyed(
    book: mintmark.Register, query: Query, ring: Path, reopen: Reopen
) -> None:
    book.register_many([person(n) for n in range(3)])
    first = next(key for key in book.keys.status().keys if key.purpose == "wrapping")
    with pytest.raises(errors.KeyInUse):
        book.keys.destroy(first.id)
    turned(book)
    query_run = "UPDATE mintmark_keys.data_key SET version = 1 WHERE customer = 1 RETURNING 1"
    assert query(query_run) == [(1,)]
    with pytest.raises(errors.KeyNeeded) as refused:
        book.keys.destroy(first.id)
    assert refused.value.facts() == {"key": first.id, "version": 1, "count": 1}
    query("UPDATE mintmark_keys.data_key SET version = 2 RETURNING 1")
    book.keys.destroy(first.id)
    assert states(book, "wrapping")[1] == ("destroyed", 0)
    with pytest.raises(errors.DestroyedKey):
        book.keys.destroy(first.id)
    with pytest.raises(errors.MissingKey):
        book.keys.destroy("00000000")
    entries = json.loads(ring.read_text("utf-8"))["keys"]
    assert [key["secret"] is None for key in entries if key["id"] == first.id] == [True]
    assert_all_found(reopen(), 3)


def test_a_rotation_says_when_each_key_was_made(book: mintmark.Register, clock: Clock) -> None:
    clock.move(days=365)
    turned(book)
    made = {k.version: k.made_at for k in book.keys.status().keys if k.purpose == "wrapping"}
    assert made[2] is not None
    assert made[1] is not None
    assert made[2] - made[1] == timedelta(days=365)
