"""Fingerprints of 64 bits: by chance two facts have the same, and nobody is taken for somebody."""

from collections.abc import Callable
from typing import Any

import polars as pl
import psycopg
import pytest

import mintmark
from mintmark.store import facts

OPEN = {"type": "VIP", "region": "北京", "registered": "2023-10-01"}
WANG: dict[str, Any] = {"name": "王琦", "phone": "150 5107 7574", **OPEN}
Query = Callable[[str], list[tuple[object, ...]]]


def names(page: mintmark.Page) -> list[str]:
    """Who was found, in order."""
    return [found.customer.name for found in page.found if found.customer]


LI: dict[str, Any] = {**OPEN, "name": "李秀英", "phone": "13800138000"}


@pytest.fixture
def colliding(register: mintmark.Register, place: str) -> mintmark.Register:
    """A register where all that is known of 王琦 has, by chance, fingerprints of 李秀英's facts."""
    register.register(**WANG, email="wq@example.com", id_number="110101199003070011")
    register.register(**LI)
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        for table, key in (("fact_index", "fingerprint"), ("match_key", "key")):
            plant = f"INSERT INTO {table} SELECT {key}, 2, version FROM {table} WHERE customer = 1"
            assert connection.execute(plant.encode()).rowcount >= 2
    return register


@pytest.mark.parametrize("sought", [
    {"name": "王琦"}, {"phone": "15051077574"}, {"email": "wq@example.com"},
    {"id_number": "110101199003070011"},
    {"phone": "15051077574", "where": {"region": "北京"}},
])  # fmt: skip
def test_who_is_found_truly_has_the_fact(
    colliding: mintmark.Register, sought: dict[str, Any]
) -> None:
    assert names(colliding.find(**sought)) == ["王琦"]
    assert names(colliding.find(next(iter(sought.values())))) == ["王琦"]
    assert colliding.count(**sought) == 1
    with colliding.extract(**sought) as extract:
        assert (extract.total, next(extract.frames)["name"].to_list()) == (1, ["王琦"])


def test_a_page_that_a_stranger_is_left_out_of_has_a_next_one(
    colliding: mintmark.Register,
) -> None:
    colliding.register(**{**WANG, "name": "赵敏"})
    sought: dict[str, Any] = {"phone": "15051077574", "order": "added", "limit": 1}
    after, turned = None, []
    while (page := colliding.find(**sought, after=after)).next:
        turned.append(names(page))
        after = page.next
    assert [*turned, names(page)] == [["王琦"], [], ["赵敏"]]


def test_nobody_is_taken_for_somebody_by_a_fingerprint(colliding: mintmark.Register) -> None:
    stranger = {**OPEN, "name": "李秀英", "phone": "15051077574"}  # 王琦's phone, not 李秀英's own
    assert names(colliding.find(name="李秀英", phone="15051077574")) == []
    done = colliding.register(**stranger)
    assert (done.new, done.code, done.alike) == (True, "V-BJ-20231001-00003", ())
    colliding.update("V-BJ-20231001-00001", phone="13912345678")
    assert names(colliding.find(phone="15051077574")) == ["李秀英"]


def test_an_import_takes_nobody_for_somebody_by_a_fingerprint(
    colliding: mintmark.Register,
) -> None:
    stranger = {**OPEN, "name": "李秀英", "phone": "15051077574"}
    importing = mintmark.plan_import(colliding, pl.DataFrame([stranger])).apply()
    list(importing)
    assert importing.report.results["result"].to_list() == ["new"]
    assert names(colliding.find(phone="15051077574")) == ["王琦", "李秀英"]
    assert names(colliding.find(name="李秀英")) == ["李秀英", "李秀英"]


INDEXES = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'mintmark' AND tablename = 'fact_index'
ORDER BY 1
"""
HELD = "SELECT fingerprint, customer, version FROM fact_index ORDER BY 1, 2, 3"
# The table as it was, and nothing in it.
AS_BEFORE = """
ALTER TABLE fact_index ALTER COLUMN fingerprint TYPE bytea USING '';
DELETE FROM fact_index;
DELETE FROM migration WHERE name = '0014_facts.sql';
"""


def test_a_register_with_whole_fingerprints_is_searched_by_halves_of_them(
    register: mintmark.Register, place: str, query: Query, reopen: Callable[[], mintmark.Register]
) -> None:
    people = [register.register(**{**WANG, "name": f"王琦{n}"}).customer for n in range(9)]
    indexes, held = query(INDEXES), query(HELD)
    assert len({int(str(row[0])) < 0 for row in held}) == 2  # they have a sign
    keys = ((key, at) for at, one in enumerate(people, start=1) for key in facts.search_keys(one))
    prints = [*facts.blinded(register._keys, keys)]  # noqa: SLF001 - as they were kept before
    register.close()
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute(AS_BEFORE.encode())
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO fact_index VALUES (%s, %s, %s)", prints)
    assert query(HELD) != held
    migrated = reopen()
    assert (query(INDEXES), query(HELD)) == (indexes, held)
    assert names(migrated.find(name="王琦7")) == ["王琦7"]
    assert len(names(migrated.find(phone="15051077574"))) == 9
