"""The register: one customer, one code; every code found again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from tests.conftest import RULE, TABLES
from tests.numbers import orphans, unaccounted

import mintmark
from mintmark.customer import Customer
from mintmark.errors import (
    DateOutOfRange,
    IdNumberTaken,
    LikelyDuplicate,
    MissingFact,
    NoRule,
    NotACode,
    NothingToFind,
    UnknownCode,
    UnknownFact,
    UnknownRule,
)
from mintmark.registry import Record, Refused, Registered

WANG = {
    "name": "王琦",
    "phone": "150 5107 7574",
    "email": "wangqi@example.com",
    "type": "VIP",
    "region": "北京",
    "registered": "2023-10-01",
}


def test_a_customer_comes_out_with_a_code_and_is_found_again(register: mintmark.Register) -> None:
    done = register.register(**WANG, id_number="110101199003070011", remark="每周五送货")
    assert (done.code, done.new) == ("V-BJ-20231001-00001", True)
    found = register.resolve(done.code)
    assert found.customer == Customer(
        name="王琦", phone="+8615051077574", email="wangqi@example.com", type="VIP",
        region="北京", registered=date(2023, 10, 1), id_number="110101199003070011",
        remark="每周五送货",
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "V-BJ-20231001-00001",
        "ｖ－bj－２０２３１００１－００００１",
        "vbj2023100100001",
        " V BJ 20231001 00001 ",
        "V—BJ—20231001—00001",
        "v/bj/20231001/00001",
    ],
)
def test_a_code_resolves_however_it_is_typed(register: mintmark.Register, typed: str) -> None:
    register.register(**WANG)
    found = register.resolve(typed)
    assert found.code == "V-BJ-20231001-00001"
    assert [(r.part, r.meaning) for r in found.readings] == [
        ("V", "VIP"), ("BJ", "北京"), ("20231001", "2023-10-01"), ("00001", "1"),
    ]  # fmt: skip


def test_a_code_minted_ahead_resolves_to_nobody(register: mintmark.Register) -> None:
    code = register.mint(type="VIP", region="北京", registered="20231001")
    assert register.resolve(code).customer is None


def test_unknown_codes_and_no_codes_are_told_apart(register: mintmark.Register) -> None:
    with pytest.raises(UnknownCode):
        register.resolve("V-BJ-20231001-99999")
    with pytest.raises(NotACode):
        register.resolve(" —— ")


def test_registering_again_keeps_the_code(register: mintmark.Register) -> None:
    first = register.register(**WANG)
    for change in ({"name": "王 琦"}, {"phone": "+86-150-5107-7574"}, {"email": ""},
                   {"phone": "13800138000"}, {"type": "普通", "remark": "老客户"}):  # fmt: skip
        again = register.register(**{**WANG, **change})
        assert (again.code, again.new) == (first.code, False)
    assert register.status().codes == 1


def test_likely_duplicates_are_coded_and_reported(register: mintmark.Register) -> None:
    first = register.register(**WANG)
    second = register.register(**{**WANG, "name": "Wang Qi", "email": ""})
    assert second.new
    assert [(a.code, a.evidence) for a in second.alike] == [
        (first.code, ("same-phone", "similar-name"))
    ]


def test_likely_duplicates_can_be_kept_back(register: mintmark.Register) -> None:
    first = register.register(**WANG)
    like = Customer(name="Wang Qi", phone="+8615051077574", type="VIP", region="北京",
                    registered=date(2023, 10, 1))  # fmt: skip
    [outcome] = register.register_many([Record(customer=like)], keep_back=True)
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.refusal, LikelyDuplicate)
    assert outcome.refusal.code == first.code
    assert register.status().codes == 1


def test_an_id_number_of_somebody_else_is_refused(register: mintmark.Register) -> None:
    first = register.register(**WANG, id_number="110101199003070011")
    with pytest.raises(IdNumberTaken) as refused:
        register.register(
            name="李秀英", id_number="110101199003070011", type="VIP", region="北京",
            registered="20231001",
        )  # fmt: skip
    assert refused.value.code == first.code


def test_who_is_registered_by_two_at_once_gets_one_code(
    register: mintmark.Register, reopen: Callable[[], mintmark.Register], place: str
) -> None:
    """The same 200 customers from four writers, in different orders and steps."""
    people = [
        Record(customer=Customer(name=f"客户{n}", email=f"{n}@example.com", type="VIP",
                                 region="北京", registered=date(2023, 10, 1)))
        for n in range(200)
    ]  # fmt: skip
    writers = [register, *(reopen() for _ in range(3))]

    def go(turn: int) -> dict[str, str]:
        order = people[turn * 50 :] + people[: turn * 50]
        steps = [order[start : start + 40] for start in range(0, 200, 40)]
        outcomes = [o for step in steps for o in writers[turn].register_many(step)]
        return {o.customer.name: o.code for o in outcomes if isinstance(o, Registered)}

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(go, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert sorted(answers[0].values()) == [f"V-BJ-20231001-{n:05}" for n in range(1, 201)]
    with psycopg.connect(place) as connection:
        assert unaccounted(connection) == []
        assert orphans(connection) == (0, 0)


def test_customers_are_found_by_any_fact(register: mintmark.Register) -> None:
    code = register.register(**WANG, id_number="110101199003070011").code
    register.register(**{**WANG, "name": "李秀英", "email": "li@example.com"})
    typed = {
        "name": "王　琦",
        "phone": "＋86 150-5107-7574",
        "email": "WangQi@Example.com",
        "id_number": "110101199003070011",
    }
    for fact, text in typed.items():
        wanted: dict[str, Any] = {fact: text}
        assert code in [found.code for found in register.find(**wanted).found]
        assert code in [found.code for found in register.find(text).found]
    assert len(register.find(phone="15051077574").found) == 2
    assert [f.code for f in register.find(phone="15051077574", name="王琦").found] == [code]
    assert register.find(phone="13800138000").found == ()
    assert register.find("nobody at all").found == ()


def test_a_search_needs_something_to_go_on(register: mintmark.Register) -> None:
    with pytest.raises(NothingToFind):
        register.find()
    with pytest.raises(MissingFact):
        register.find(phone=" ")
    with pytest.raises(UnknownFact):
        register.find(remark="老客户")


def test_nothing_is_minted_before_a_rule_is_published(empty: mintmark.Register) -> None:
    with pytest.raises(NoRule):
        empty.mint(type="VIP")
    with pytest.raises(NoRule):
        empty.register(**WANG)


def test_publishing_what_is_in_force_changes_nothing(register: mintmark.Register) -> None:
    assert register.publish(RULE, tables=TABLES).version == 1
    assert register.publish(RULE, tables=TABLES, earliest=date(2000, 1, 1)).version == 2
    assert [published.version for published in register.rulebook.versions()] == [1, 2]
    with pytest.raises(UnknownRule):
        register.rulebook.get(version=3)


def test_two_publishers_at_once_make_one_version(
    empty: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    writers = [empty, reopen(), reopen(), reopen()]
    with ThreadPoolExecutor(4) as threads:
        versions = list(threads.map(lambda r: r.publish(RULE, tables=TABLES).version, writers))
    assert versions == [1, 1, 1, 1]


def test_an_old_code_is_explained_by_the_rule_that_spelt_it(register: mintmark.Register) -> None:
    code = register.register(**WANG).code
    register.publish("K{seq:4}", tables={})
    found = register.resolve(code)
    assert found.passport is not None
    assert found.passport.rule == 1
    assert found.readings[1].meaning == "北京"


def test_another_process_sees_a_new_rule_at_once(
    register: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    other = reopen()
    assert other.mint(type="VIP", region="北京", registered="20231001") == "V-BJ-20231001-00001"
    register.publish("K{seq:4}", tables={})
    assert other.mint() == "K0001"


def test_dates_are_bounded_by_the_rule_and_by_today(register: mintmark.Register) -> None:
    """The register's clock stands at noon, 22 November 2026, in Shanghai."""
    assert register.mint(type="VIP", region="北京", registered="20261122")
    for text in ("2026-11-23", "1899-12-31"):
        with pytest.raises(DateOutOfRange) as refused:
            register.mint(type="VIP", region="北京", registered=text)
        assert refused.value.latest == date(2026, 11, 22)


def test_customers_are_given_in_the_order_of_registration(register: mintmark.Register) -> None:
    names = [f"客户{n}" for n in range(5)]
    for name in names:
        register.register(**{**WANG, "name": name})
    assert [known.customer.name for known in register.customers()] == names
