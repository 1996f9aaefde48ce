"""Blocks of numbers that this program gives out from memory."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from tests.clock import Clock
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.minting.verifying import Verification
from mintmark.registry import Record, Registered

REGIONS = {"region": TABLES["region"]}
SOON = TODAY + timedelta(hours=1)
Reopen = Callable[[], mintmark.Register]


def counts(book: mintmark.Register) -> dict[str, int]:
    return book.numbers("K###").counts


# ---------------------------------------------------------------- a block of this program


def test_a_lease_is_given_out_from_memory_and_the_rest_comes_again_first(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:3}")
    with book.leases.take(5) as lease:
        assert lease.codes == ["K001", "K002", "K003", "K004", "K005"]
        assert [lease.mint(), lease.mint()] == ["K001", "K002"]
        assert (lease.left, counts(book), book.mint()) == (3, {"leased": 5}, "K006")
    assert counts(book) == {"held": 3, "returned": 3}
    assert book.mint_many(4) == ["K003", "K004", "K005", "K007"]
    assert book.register(name="张伟", code="K001").code == "K001"
    assert_accounted_for(book)


def test_any_number_of_threads_share_a_lease_that_then_is_used_up(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    with book.leases.take(200) as lease, ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(lambda _: lease.mint(), range(200)))
        with pytest.raises(errors.LeaseUsedUp):
            lease.mint()
    assert sorted(codes) == [f"K{n:03}" for n in range(1, 201)]
    assert counts(book) == {"held": 200}
    assert_accounted_for(book)


def test_a_code_that_is_given_out_while_the_lease_is_closed_is_not_returned(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:3}")
    lease = book.leases.take(300)

    def take(_: int) -> list[str]:
        taken = []
        try:
            while True:
                taken.append(lease.mint())
        except errors.LeaseUsedUp:
            return taken

    with ThreadPoolExecutor(3) as threads:
        taking = [threads.submit(take, n) for n in range(2)]
        lease.close()
    given = {code for taken in taking for code in taken.result()}
    assert counts(book).get("held", 0) == len(given)
    assert given.isdisjoint(book.mint_many(300 - len(given)))
    assert_accounted_for(book)


def test_a_rule_may_lease_its_numbers_and_returns_the_rest_at_the_end(
    book: mintmark.Register, place: str
) -> None:
    book.publish("K{seq:3}", mode="leased", block=4)
    with mintmark.open(place, now=lambda: TODAY) as other:
        assert other.mint() == "K001"
        codes = [book.register(name=f"客户{n}", email=f"{n}@e.com").code for n in range(5)]
        assert codes == ["K005", "K006", "K007", "K008", "K009"]
        assert other.register(name="张伟").code == "K002"
        assert [lease.ended_at is None for lease in book.leases.recent()] == [True, False, True]
    assert counts(book) == {"held": 1, "bound": 6, "returned": 2, "leased": 3}
    assert_accounted_for(book)
    book.close()
    assert counts(book) == {"held": 1, "bound": 6, "returned": 5}
    assert_accounted_for(book)


def test_refused_requests_use_up_no_number_of_a_block(book: mintmark.Register) -> None:
    book.publish("{region}{seq:1}", tables=REGIONS, mode="leased", block=4)
    assert book.mint(region="北京") == "BJ1"
    with pytest.raises(errors.UnknownValue):
        book.mint(region="火星")
    with pytest.raises(errors.SequenceFull) as refused:
        book.mint_many(9, region="北京")
    assert refused.value.left == 8
    assert book.mint_many(8, region="北京") == [f"BJ{n}" for n in range(2, 10)]
    assert_accounted_for(book)


def test_codes_from_a_block_are_spelt_for_whom_they_are(book: mintmark.Register) -> None:
    book.publish("{region}{seq:4,per=none}", tables=REGIONS, mode="leased")
    assert [book.mint(region=one) for one in ("北京", "上海")] == ["BJ0001", "SH0002"]


def test_a_chosen_code_and_a_block_are_wanted_in_one_unit_of_work(server: str, place: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        name = place.rpartition("@/")[2].partition("?")[0]
        connection.execute(f"ALTER DATABASE {name} SET lock_timeout = '500ms'".encode())
    with mintmark.open(place, create=True) as book:
        book.publish("K{seq:3}", manual="allowed", mode="leased")
        people = [Customer(name=f"客户{n}", email=f"{n}@e.com") for n in range(2)]
        outcomes = book.register_many([
            Record(customer=people[0]), Record(customer=people[1], code="K050")
        ])  # fmt: skip
        assert [o.code for o in outcomes if isinstance(o, Registered)] == ["K001", "K050"]


def test_a_code_of_a_block_that_somebody_used_is_left_out(
    book: mintmark.Register, place: str
) -> None:
    book.publish("K{seq:3}", mode="leased", block=5)
    assert book.mint() == "K001"
    with mintmark.open(place, now=lambda: TODAY) as other:
        assert other.register(name="张伟", code="K002").code == "K002"
    assert [book.mint(), book.mint()] == ["K003", "K004"]
    assert_accounted_for(book)


def test_many_threads_fetch_blocks_at_once(book: mintmark.Register) -> None:
    book.publish("K{seq:3}", mode="leased", block=3)
    with ThreadPoolExecutor(16) as threads:
        batches = list(threads.map(lambda _: book.mint_many(5), range(48)))
    assert len({code for batch in batches for code in batch}) == 240


# ---------------------------------------------------------------- a program that dies


_DYING = """
import sys, mintmark
with mintmark.open(sys.argv[1]) as register:
    lease = register.leases.take(5)
    print(lease.mint(), register.mint(), flush=True)
    sys.stdin.read()
"""


def proven(book: mintmark.Register) -> Verification:
    proof = book.verify()
    list(proof)
    return proof


def test_a_program_that_is_killed_takes_its_numbers_with_it(
    book: mintmark.Register, place: str
) -> None:
    book.publish("K{seq:3}", mode="leased", block=5)
    with subprocess.Popen(
        [sys.executable, "-c", _DYING, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == [b"K001", b"K006"]
        assert counts(book) == {"leased": 9, "held": 1}
        process.kill()
        process.wait()
    proof = proven(book)
    patience = time.monotonic() + 30
    while not proof.lost and time.monotonic() < patience:  # the server may not have noticed yet
        proof = proven(book)
    assert (proof.lost, proof.faults) == (2, [])
    assert counts(book) == {"lost": 9, "held": 1}
    assert book.mint_many(3) == ["K011", "K012", "K013"]


def test_what_was_noted_as_lost_is_not_returned_after_all(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{seq:3}")
    with book.leases.take(3, until=SOON) as lease:
        lease.mint()
        clock.time = SOON
        assert counts(book) == {"lost": 3}
    assert counts(book) == {"lost": 3}
    assert book.register(name="张伟", code="K001").code == "K001"
    assert book.mint() == "K004"
    assert_accounted_for(book)


def test_blocks_are_fetched_again_after_the_server_was_restarted(
    book: mintmark.Register, place: str
) -> None:
    book.publish("K{seq:3}", mode="leased", block=2)
    lease = book.leases.take(2)
    assert book.mint() == "K003"
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d"
            " ON d.oid = l.database AND d.datname = current_database()"
            " WHERE l.locktype = 'advisory'"
        )
    assert book.mint_many(3) == ["K004", "K005", "K006"]
    assert counts(book) == {"leased": 2, "held": 4}  # its pulse beats again
    lease.close()
    assert_accounted_for(book)
