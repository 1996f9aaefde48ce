"""Facts of known customers change; their codes do not, and nobody else is touched."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.registry import Refused, Updated
from mintmark.store.erasures import FOUND_BY

Query = Callable[[str], list[tuple[object, ...]]]
ID_NUMBER = "11010119900307803X"
WANG = {"name": "王琦", "phone": "13875014587", "type": "VIP", "region": "北京",
        "registered": "2023-10-01", "id_number": ID_NUMBER}  # fmt: skip
LI = {"name": "李雷", "phone": "13875014588", "type": "普通", "region": "上海",
      "registered": "2023-10-02"}  # fmt: skip
CODE = "V-BJ-20231001-00001"


def index_rows(query: Query) -> list[list[tuple[object, ...]]]:
    """Give all by which customers are found, in order."""
    return [sorted(query(f"SELECT * FROM {table}"), key=str) for table in FOUND_BY]


def found(register: mintmark.Register, text: str) -> list[str]:
    return [one.code for one in register.find(text).found]


def test_a_customer_is_found_by_the_new_facts_and_not_by_the_old(
    register: mintmark.Register,
) -> None:
    register.register(**WANG)
    done = register.update(CODE, phone="138 7501 4599", name="王琦琦")
    assert (done.code, done.id, done.changed) == (CODE, 1, ("name", "phone"))
    assert (done.before.phone, done.customer.phone) == ("+8613875014587", "+8613875014599")
    assert (done.stale, done.alike) == ((), ())
    assert found(register, "13875014587") == []
    assert found(register, "13875014599") == [CODE]
    assert [one.code for one in register.find(name="王琦").found] == []
    assert [one.found.code for one in register.recover(name="wang qiqi", phone="*4599")] == [CODE]
    customer = register.resolve(CODE).customer
    assert customer == done.customer
    assert register.numbers(CODE).events[0].verb == "updated"
    assert_accounted_for(register)


def test_whoever_left_a_phone_is_not_taken_for_whoever_has_it_now(
    register: mintmark.Register,
) -> None:
    register.register(**{**WANG, "id_number": ""})
    register.update(CODE, phone="13875014599")
    other = register.register(**{**WANG, "id_number": ""})
    assert (other.code, other.new) == ("V-BJ-20231001-00002", True)
    assert not register.register(**{**WANG, "id_number": "", "phone": "13875014599"}).new


def test_a_code_stays_where_it_was_spelt_from_what_changes(register: mintmark.Register) -> None:
    register.register(**WANG)
    done = register.update(CODE, region="Shanghai", registered=date(2024, 1, 2), industry="餐饮")
    assert (done.code, done.stale) == (CODE, ("region", "registered"))
    assert (done.customer.region, done.customer.industry) == ("上海", "餐饮")
    assert register.count(where={"region": "上海"}) == 1


def test_what_is_given_as_nothing_is_known_no_more(register: mintmark.Register) -> None:
    register.register(**WANG)
    done = register.update(CODE, id_number=None, phone="")
    assert (done.customer.id_number, done.customer.phone) == (None, None)
    assert found(register, ID_NUMBER) == found(register, "13875014587") == []
    assert register.register(**{**LI, "id_number": ID_NUMBER}).new


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"id_number": ID_NUMBER}, errors.IdNumberTaken),
        ({"name": ""}, errors.MissingFact),
        ({"shoe": "42"}, errors.UnknownFact),
        ({"phone": "138"}, errors.WrongPhone),
        ({"region": "火星"}, errors.UnknownValue),
    ],
)
def test_what_registering_refuses_is_refused_and_nothing_is_written(
    register: mintmark.Register,
    query: Query,
    facts: dict[str, Any],
    refusal: type[errors.Refusal],
) -> None:
    register.register(**WANG)
    code = register.register(**LI).code
    before = query("SELECT * FROM customer"), index_rows(query)
    with pytest.raises(refusal):
        register.update(code, **facts)
    assert (query("SELECT * FROM customer"), index_rows(query)) == before


def test_nobody_is_updated_who_is_not_there_or_gone(register: mintmark.Register) -> None:
    register.register(**WANG)
    held = register.hold(type="VIP", region="北京", registered="2023-10-01")
    for whom, refusal in (
        (held, errors.NobodysCode), (7, errors.UnknownCustomer), ("V-1", errors.UnknownCode),
    ):  # fmt: skip
        with pytest.raises(refusal):
            register.update(whom, remark="x")
    register.shred(CODE, reason="客户要求")
    with pytest.raises(errors.AlreadyShredded):
        register.update(CODE, remark="x")


def test_a_plan_tells_and_writes_nothing(register: mintmark.Register, query: Query) -> None:
    register.register(**WANG)
    before = query("SELECT * FROM customer"), index_rows(query), query("SELECT * FROM event")
    planned = register.update(CODE, phone="13875014599", plan=True)
    now = query("SELECT * FROM customer"), index_rows(query), query("SELECT * FROM event")
    assert now == before
    assert register.update(CODE, phone="13875014599") == planned


def test_many_are_updated_in_one_unit_and_those_refused_stay(register: mintmark.Register) -> None:
    register.register(**WANG)
    register.register(**LI)
    said = register.update_many([
        (1, {"remark": "常客"}), (2, {"id_number": ID_NUMBER}), (9, {"remark": "?"}),
        (1, {"phone": "+8613875014599"}),
    ])  # fmt: skip
    kinds = [type(one) for one in said]
    assert kinds == [Updated, Refused, Refused, Updated]
    assert isinstance(said[1], Refused)
    assert said[1].refusal.facts()["code"] == CODE
    assert isinstance(said[3], Updated)
    assert (said[3].customer.remark, said[3].customer.phone) == ("常客", "+8613875014599")
    assert register.resolve("N-SH-20231002-00001").customer == register.update(2).customer


def test_two_who_shall_have_one_id_number_are_told_apart(register: mintmark.Register) -> None:
    register.register(**{**WANG, "id_number": ""})
    register.register(**LI)
    said = register.update_many([(1, {"id_number": ID_NUMBER}), (2, {"id_number": ID_NUMBER})])
    assert [isinstance(one, Updated) for one in said] == [True, False]


def test_whoever_becomes_like_somebody_is_told(register: mintmark.Register) -> None:
    register.register(**{**WANG, "id_number": ""})
    other = register.register(**LI)
    done = register.update(other.code, name="王琦", phone="13875014587")
    assert done.alike == (CODE,)
    assert register.register(**{**WANG, "id_number": ""}).code == CODE


def test_keys_stay_right_while_index_keys_are_rotated(
    register: mintmark.Register, query: Query
) -> None:
    register.register(**WANG)
    rotation = iter(register.keys.rotate("index"))
    next(rotation)  # there are two keys now, and nobody is under the new one yet
    register.update(CODE, phone="13875014599")
    register.register(**LI)
    for _ in rotation:
        pass
    assert found(register, "13875014599") == [CODE]
    assert found(register, "13875014587") == []
    for table in ("fact_index", "match_key"):
        rows = query(f"SELECT * FROM {table}")
        assert len(rows) == len(set(rows)), table
        assert {row[-1] for row in rows} == {2}, table


facts = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["王琦琦", "王祺", "北京大华机械设备有限公司", "John Smith"]),
        "phone": st.sampled_from(["+8613875014599", None]),
        "email": st.sampled_from(["wang@example.com", None]),
        "id_number": st.none(),
        "region": st.sampled_from(["上海", "广州"]),
        "former_name": st.sampled_from(["王小琦", None]),
        "remark": st.sampled_from(["常客", None]),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=facts)
def test_there_and_back_is_as_before(
    register: mintmark.Register, query: Query, changes: dict[str, Any]
) -> None:
    known = register.register(**WANG)
    before = index_rows(query)
    there = register.update(known.code, **changes)
    had: dict[str, Any] = {name: there.before.facts().get(name) for name in changes}
    back = register.update(known.code, **had)
    assert (back.customer, set(back.changed)) == (there.before, set(there.changed))
    assert index_rows(query) == before
    assert query("SELECT changed_at FROM customer") in ([(None,)], [(TODAY,)])
