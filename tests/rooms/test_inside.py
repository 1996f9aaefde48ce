"""A code minted inside the caller's own transaction is there if, and only if, that is committed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import dict_row
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors

REGIONS = {"region": TABLES["region"]}
Query = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def shop(place: str) -> Iterator[Connection[Any]]:
    """A connection of a program with a table of its own beside the register."""
    with psycopg.connect(place) as connection:
        connection.execute("CREATE TABLE booking (code text PRIMARY KEY)")
        connection.commit()
        yield connection


@pytest.fixture
def book(empty: mintmark.Register) -> mintmark.Register:
    empty.publish("{region}{seq:1}", tables=REGIONS)
    return empty


def test_a_code_is_committed_with_what_the_caller_writes(
    book: mintmark.Register, shop: Connection[Any], query: Query
) -> None:
    with shop.transaction():
        code = book.mint_inside(shop, region="北京")
        shop.execute("INSERT INTO booking VALUES (%s)", (code,))
        assert book.status().codes == 0
    assert query("SELECT code.text FROM code JOIN public.booking b ON b.code = text") == [("BJ1",)]
    assert book.register(name="张伟", region="北京", code=code).code == "BJ1"
    assert book.mint(region="北京") == "BJ2"
    assert_accounted_for(book)


def test_what_is_rolled_back_has_consumed_nothing(
    book: mintmark.Register, shop: Connection[Any]
) -> None:
    with shop.transaction(force_rollback=True):
        assert book.mint_inside(shop, region="北京") == "BJ1"
    assert book.status().codes == 0
    book.mint_many(2, region="北京")
    book.release("BJ1")
    with shop.transaction(force_rollback=True):
        assert book.mint_inside(shop, region="北京") == "BJ1"
        assert book.mint_inside(shop, region="北京") == "BJ3"
    assert_accounted_for(book)
    assert book.mint_many(2, region="北京") == ["BJ1", "BJ3"]


def test_others_wait_for_the_caller_in_that_scope_only(
    book: mintmark.Register, shop: Connection[Any]
) -> None:
    with ThreadPoolExecutor(1) as threads:
        with shop.transaction():
            assert book.mint_inside(shop, region="北京") == "BJ1"
            assert book.mint_many(1, region="上海") == ["SH1"]
            waiting = threads.submit(book.mint_many, 1, region="北京")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
        assert waiting.result(timeout=10) == ["BJ2"]


def test_the_callers_settings_are_as_before(book: mintmark.Register, shop: Connection[Any]) -> None:
    shop.execute("SET search_path = public, pg_catalog")
    shop.commit()
    with shop.transaction():
        book.mint_inside(shop, region="北京")
        row = shop.execute(
            "SELECT current_setting('search_path'), count(*) FROM booking"
        ).fetchone()
        assert row == ("public, pg_catalog", 0)
    assert shop.execute("SHOW search_path").fetchone() == ("public, pg_catalog",)


def test_what_is_refused_leaves_the_callers_transaction_whole(
    book: mintmark.Register, shop: Connection[Any], query: Query
) -> None:
    book.mint_many(9, region="北京")
    with shop.transaction():
        shop.execute("INSERT INTO booking VALUES ('before')")
        with pytest.raises(errors.UnknownValue):
            book.mint_inside(shop, region="火星")
        with pytest.raises(errors.SequenceFull):
            book.mint_inside(shop, region="北京")
        shop.execute("INSERT INTO booking VALUES ('after')")
    assert query("SELECT code FROM public.booking") == [("before",), ("after",)]
    assert_accounted_for(book)


def test_the_caller_may_read_rows_as_it_likes(book: mintmark.Register, place: str) -> None:
    with psycopg.connect(place, row_factory=dict_row) as shop, shop.transaction():
        assert book.mint_inside(shop, region="北京") == "BJ1"
        assert shop.execute("SELECT 1 AS one").fetchone() == {"one": 1}


def test_a_code_in_the_way_is_stepped_over(empty: mintmark.Register, shop: Connection[Any]) -> None:
    empty.publish("K{seq:3}", manual="allowed")
    empty.register(name="张伟", code="K002")
    with shop.transaction():
        assert [empty.mint_inside(shop) for _ in range(2)] == ["K001", "K003"]
    assert_accounted_for(empty)


def test_a_counter_that_lags_is_no_matter_of_the_callers(
    empty: mintmark.Register, shop: Connection[Any]
) -> None:
    empty.publish("K{seq:3}{random:3}")
    empty.mint_many(5)
    with shop.transaction():
        shop.execute("UPDATE mintmark.counter SET last = 2")
    with shop.transaction():
        assert empty.mint_inside(shop)[:4] == "K006"


def test_a_connection_without_a_transaction_is_refused(
    book: mintmark.Register, shop: Connection[Any], place: str
) -> None:
    with pytest.raises(errors.NotInTransaction):
        book.mint_inside(shop, region="北京")
    with psycopg.connect(place, autocommit=True) as careless:
        with pytest.raises(errors.NotInTransaction):
            book.mint_inside(careless, region="北京")
        with careless.transaction():
            assert book.mint_inside(careless, region="北京") == "BJ1"
    with pytest.raises(psycopg.errors.UndefinedTable), shop.transaction():
        shop.execute("SELECT * FROM nowhere")
    assert book.status().codes == 1


def test_a_connection_to_another_database_is_refused(book: mintmark.Register, server: str) -> None:
    with psycopg.connect(server) as elsewhere, elsewhere.transaction():
        with pytest.raises(errors.OtherDatabase) as refused:
            book.mint_inside(elsewhere, region="北京")
        assert refused.value.place == "postgres"


def test_a_connection_to_another_register_is_refused(
    book: mintmark.Register, server: str, place: str
) -> None:
    name = place.rpartition("@/")[2].partition("?")[0]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE other_{name}".encode())
    other = place.replace(name, f"other_{name}")
    with mintmark.open(other, create=True, now=lambda: TODAY) as register:
        register.publish("{region}{seq:1}", tables=REGIONS)
        with psycopg.connect(other) as connection:
            connection.execute("SELECT 1")
            assert register.mint_inside(connection, region="北京") == "BJ1"
            with pytest.raises(errors.OtherDatabase):
                book.mint_inside(connection, region="北京")
