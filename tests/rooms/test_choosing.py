"""Numbers chosen by hand, and how the counter goes round them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Outcome, Record, Registered

REGIONS = {"region": TABLES["region"]}


def people(count: int) -> list[Record]:
    return [Record(customer=Customer(name=f"客户{n}", email=f"{n}@e.com")) for n in range(count)]


def said(outcomes: list[Outcome]) -> list[str]:
    return [o.code if isinstance(o, Registered) else o.refusal.slug for o in outcomes]


def test_a_chosen_code_is_held_once_and_as_the_rule_allows(empty: mintmark.Register) -> None:
    empty.publish("C{seq:3}", manual="C0##")
    assert empty.hold(code="c-008", reason="吉祥号") == "C008"
    with pytest.raises(errors.CodeNotAllowed):
        empty.hold(code="C108")
    with pytest.raises(errors.CodeHeld):
        empty.hold(code="C008")
    with pytest.raises(errors.CodeHeld):
        empty.hold(code="C008", holder="前台")
    empty.bind("C008", name="张伟")
    with pytest.raises(errors.CodeTaken):
        empty.hold(code="C008")
    assert_accounted_for(empty)


def test_the_counter_steps_past_chosen_numbers_only_when_it_comes_to_them(
    empty: mintmark.Register,
) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    empty.hold(code="C005")
    codes = [empty.mint() for _ in range(4)]
    assert codes == ["C001", "C002", "C003", "C004"]
    assert empty.numbers("C###").last == 4
    assert empty.mint() == "C006"
    empty.release("C005")
    assert [empty.mint(), empty.mint()] == ["C005", "C007"]
    assert_accounted_for(empty)


def test_a_chosen_code_released_ahead_of_the_counter_comes_in_its_turn(
    empty: mintmark.Register,
) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    empty.hold(code="C003")
    empty.release("C003")
    assert empty.mint_many(4) == ["C001", "C002", "C003", "C004"]
    assert_accounted_for(empty)


def test_a_number_that_others_give_out_never_comes_from_the_counter(
    empty: mintmark.Register,
) -> None:
    empty.publish("C{seq:2}", external=["3-7"])
    assert empty.mint_many(3) == ["C01", "C02", "C08"]
    empty.release(empty.hold(code="C05"))
    assert empty.mint_many(2) == ["C09", "C10"]
    assert empty.register(name="张伟", code="C05").code == "C05"
    assert_accounted_for(empty)


def test_a_number_between_the_steps_never_comes_from_the_counter(empty: mintmark.Register) -> None:
    empty.publish("C{seq:4,start=1000,step=5}", manual="allowed")
    empty.mint_many(3)
    for code in ("C1003", "C0500"):
        empty.release(empty.hold(code=code))
    assert empty.mint_many(2) == ["C1015", "C1020"]
    assert_accounted_for(empty)


def test_a_number_that_was_stepped_over_is_not_free_to_choose(empty: mintmark.Register) -> None:
    empty.publish("K{seq:3}", unwanted=["4"])
    assert empty.mint_many(4)[-1] == "K005"
    with pytest.raises(errors.CodeNotAllowed):
        empty.register(name="张伟", code="K004")
    assert_accounted_for(empty)


def test_an_unwanted_number_that_was_chosen_and_released_does_not_come(
    empty: mintmark.Register,
) -> None:
    empty.publish("K{seq:3}", unwanted=["4"], manual="allowed")
    empty.mint_many(4)
    empty.release(empty.hold(code="K004"))
    assert empty.mint() == "K006"
    assert_accounted_for(empty)


def test_a_returned_number_can_be_chosen_and_comes_back_again(empty: mintmark.Register) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    empty.mint_many(3)
    empty.release("C003")
    empty.release("C002")
    assert empty.hold(code="C003") == "C003"
    assert_accounted_for(empty)
    assert empty.mint_many(2) == ["C002", "C004"]
    empty.release("C003")
    assert empty.mint() == "C003"
    assert_accounted_for(empty)


def test_a_chosen_code_runs_out_like_any_other(empty: mintmark.Register) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    empty.hold(code="C002", until=TODAY + timedelta(hours=1))
    assert empty.mint_many(2) == ["C001", "C003"]


def test_the_next_number_chosen_in_the_same_unit_of_work_is_stepped_over(
    empty: mintmark.Register,
) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    first, second, third = people(3)
    assert said(empty.register_many([first, replace(second, code="C001"), third])) == [
        "C002", "C001", "C003",
    ]  # fmt: skip
    assert_accounted_for(empty)


def test_a_returned_number_chosen_in_the_same_unit_of_work_is_not_given_twice(
    empty: mintmark.Register,
) -> None:
    empty.publish("C{seq:3}", manual="allowed")
    empty.mint_many(3)
    empty.release("C002")
    first, second = people(2)
    assert said(empty.register_many([first, replace(second, code="C002")])) == ["C004", "C002"]
    assert_accounted_for(empty)


def test_a_returned_number_whose_code_was_given_elsewhere_is_stepped_over(
    empty: mintmark.Register,
) -> None:
    """By hand a customer of one region may be given a code that reads as another region's."""
    empty.publish("{region}{seq:3}", tables=REGIONS, manual="allowed")
    empty.release(empty.mint(region="上海"))
    assert empty.register(name="张伟", region="北京", code="SH001").code == "SH001"
    assert empty.mint(region="上海") == "SH002"
    assert_accounted_for(empty)


def test_a_number_chosen_under_another_check_is_stepped_over(empty: mintmark.Register) -> None:
    empty.publish("K{seq:3}{check:37-36}", manual="allowed")
    empty.register(name="张伟", code=empty.preview())
    empty.publish("K{seq:3}{check:37-2}", manual="allowed")
    assert empty.mint()[:4] == "K002"
    assert_accounted_for(empty)


def test_each_customer_of_a_shared_counter_gets_a_code_of_their_own_region(
    empty: mintmark.Register,
) -> None:
    empty.publish("{region}{seq:4,per=none}", tables=REGIONS)
    records = [
        Record(customer=Customer(name=f"客户{n}", region=region))
        for n, region in enumerate(["北京", "上海", "北京"])
    ]
    codes = ["BJ0001", "SH0002", "BJ0003"]
    assert said(empty.forecast(records)) == codes
    assert said(empty.register_many(records)) == codes
