"""Numbers: gapless under contention, used up by survivors only, never started again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from tests.conftest import TABLES
from tests.numbers import unaccounted

import mintmark
from mintmark.customer import Customer
from mintmark.errors import MissingFact, SequenceFull, UnknownFact, UnknownValue
from mintmark.registry import Record, Refused, Registered

DAY = date(2023, 10, 1)
Query = Callable[[str], list[tuple[object, ...]]]


def test_numbers_begin_at_one_and_leave_no_gap(register: mintmark.Register) -> None:
    codes = [register.mint(type="VIP", region="北京", registered=DAY) for _ in range(3)]
    codes += register.mint_many(1000, type="VIP", region="北京市", registered="2023/10/1")
    assert codes == [f"V-BJ-20231001-{number:05}" for number in range(1, 1004)]


def test_each_scope_counts_for_itself(register: mintmark.Register) -> None:
    assert register.mint(type="VIP", region="北京", registered=DAY) == "V-BJ-20231001-00001"
    assert register.mint(type="VIP", region="上海", registered=DAY) == "V-SH-20231001-00001"
    assert register.mint(type="普通", region="北京", registered=DAY) == "N-BJ-20231001-00001"


def test_many_writers_of_one_scope_leave_no_gap(register: mintmark.Register, place: str) -> None:
    def mint(_: int) -> list[str]:
        return register.mint_many(25, type="VIP", region="北京", registered=DAY)

    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(mint, range(40)))
    codes = [code for batch in batches for code in batch]
    assert sorted(codes) == [f"V-BJ-20231001-{number:05}" for number in range(1, 1001)]
    assert all(batch == sorted(batch) for batch in batches)
    with psycopg.connect(place) as connection:
        assert unaccounted(connection) == []


def test_writers_of_several_scopes_do_not_block_each_other(register: mintmark.Register) -> None:
    """Each batch touches both scopes, in opposite orders: sorted locks make that harmless."""
    regions = ["北京", "上海"]

    def go(turn: int) -> list[mintmark.Registered | Refused]:
        order = regions if turn % 2 else regions[::-1]
        return register.register_many([
            Record(customer=Customer(
                name=f"客户{turn}-{n}", type="VIP", region=order[n % 2], registered=DAY,
                email=f"c{turn}.{n}@example.com",
            ))
            for n in range(20)
        ])  # fmt: skip

    with ThreadPoolExecutor(8) as threads:
        outcomes = [one for batch in threads.map(go, range(24)) for one in batch]
    codes = sorted(o.code for o in outcomes if isinstance(o, Registered))
    expected = [f"V-{r}-20231001-{n:05}" for r in ("BJ", "SH") for n in range(1, 241)]
    assert codes == expected


def test_a_preview_consumes_nothing(register: mintmark.Register) -> None:
    facts = {"type": "VIP", "region": "北京", "registered": "20231001"}
    previews = {register.preview(**facts) for _ in range(3)}
    assert previews == {register.mint(**facts)}


@pytest.mark.parametrize(
    ("attributes", "refusal"),
    [
        ({"type": "VIP", "region": "火星", "registered": DAY}, UnknownValue),
        ({"type": "VIP", "registered": DAY}, MissingFact),
        ({"type": "VIP", "region": "北京", "registered": DAY, "owner": "x"}, UnknownFact),
    ],
)
def test_what_is_refused_uses_up_no_number(
    register: mintmark.Register, attributes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        register.mint(**attributes)
    assert register.mint(type="VIP", region="北京", registered=DAY) == "V-BJ-20231001-00001"


def test_a_full_sequence_refuses_and_never_starts_again(empty: mintmark.Register) -> None:
    empty.publish("{type}{seq:1}", tables={"type": {"V": "VIP"}})
    assert empty.mint_many(7, type="VIP") == [f"V{number}" for number in range(1, 8)]
    with pytest.raises(SequenceFull) as refused:
        empty.mint_many(3, type="VIP")
    assert (refused.value.scope, refused.value.capacity) == ("V#", 9)
    assert empty.mint_many(2, type="VIP") == ["V8", "V9"]
    with pytest.raises(SequenceFull):
        empty.mint(type="VIP")


def test_a_batch_that_overfills_its_scope_keeps_the_first_ones(
    empty: mintmark.Register, place: str
) -> None:
    empty.publish("{type}{seq:1}", tables={"type": {"V": "VIP", "N": "普通"}})
    empty.mint_many(6, type="VIP")
    kinds = ["VIP", "普通"] * 6
    outcomes = empty.register_many([
        Record(customer=Customer(name=f"客户{n}", type=kind, email=f"{n}@example.com"))
        for n, kind in enumerate(kinds)
    ])  # fmt: skip
    codes = [o.code if isinstance(o, Registered) else o.refusal.slug for o in outcomes]
    assert codes[0::2] == ["V7", "V8", "V9", "sequence-full", "sequence-full", "sequence-full"]
    assert codes[1::2] == [f"N{n}" for n in range(1, 7)]
    with psycopg.connect(place) as connection:
        assert unaccounted(connection) == []


def test_a_forecast_says_what_will_come_and_writes_nothing(empty: mintmark.Register) -> None:
    empty.publish("{type}{seq:1}", tables={"type": {"V": "VIP"}})
    records = [
        Record(customer=Customer(name=f"客户{n}", type="VIP", email=f"{n}@example.com"))
        for n in (*range(11), 0)
    ]
    forecast = empty.forecast(records)
    assert empty.status().codes == 0
    shown = [o.code if isinstance(o, Registered) else o.refusal.slug for o in forecast]
    done = empty.register_many(records)
    assert shown == [o.code if isinstance(o, Registered) else o.refusal.slug for o in done]
    assert shown[8:] == ["V9", "sequence-full", "sequence-full", "V1"]


def test_a_code_that_stands_already_is_stepped_over(empty: mintmark.Register, query: Query) -> None:
    """A successor that counts otherwise can meet its predecessor's codes; none comes twice."""
    empty.publish("{registered:YY}{seq:3}", tables={})
    assert empty.mint(registered=DAY) == "23001"
    empty.publish("2{seq:4}", tables={})
    empty.mint_many(3000)
    assert empty.preview() == "23002"
    assert empty.mint_many(2) == ["23002", "23003"]
    assert query("SELECT last, used FROM counter WHERE scope = '2####'") == [(3003, 3002)]


def test_a_successor_that_spells_alike_goes_on_counting(register: mintmark.Register) -> None:
    """A new table entry or another separator does not begin a second row of the same codes."""
    first = register.mint(type="VIP", region="北京", registered=DAY)
    tables = {**TABLES, "region": {**TABLES["region"], "CD": ["成都"]}}
    published = register.publish("{type}/{region}/{registered:YYYYMMDD}/{seq:5}", tables=tables)
    assert published.version == 2
    assert (first, register.mint(type="VIP", region="北京", registered=DAY)) == (
        "V-BJ-20231001-00001",
        "V/BJ/20231001/00002",
    )
