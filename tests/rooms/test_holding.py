"""Codes that are kept back, released and made void: whose number comes again, and whose not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.clock import Clock
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Record, Refused, Registered
from mintmark.rule import Family

REGIONS = {"region": TABLES["region"]}
SOON = TODAY + timedelta(hours=1)


def people(count: int) -> list[Record]:
    return [Record(customer=Customer(name=f"客户{n}", email=f"{n}@e.com")) for n in range(count)]


def code_of(book: mintmark.Register, record: Record) -> str:
    """Register one of `people`."""
    outcome = book.register_many([record])[0]
    assert isinstance(outcome, Registered)
    return outcome.code


# ---------------------------------------------------------------- hold and bind


def test_a_held_code_waits_for_whom_it_is_held_and_says_why(book: mintmark.Register) -> None:
    book.publish("{region}{seq:3}", tables=REGIONS)
    code = book.hold(region="北京市", holder="前台", reason="卡片在印", until=SOON)
    passport = book.resolve(code).passport
    assert passport is not None
    assert (code, passport.state, passport.holder) == ("BJ001", "held", "前台")
    assert (passport.reason, passport.held_until) == ("卡片在印", SOON)
    assert book.mint(region="北京") == "BJ002"
    done = book.bind(code, holder="前台", name="张伟", phone="13875014587")
    assert (done.code, done.new, done.customer.region) == ("BJ001", True, "北京")
    assert book.find("13875014587").found[0].code == "BJ001"
    assert_accounted_for(book)


def test_a_code_held_for_somebody_else_is_refused_and_nothing_is_written(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:3}")
    code = book.hold(holder="前台", until=SOON)
    for attempt in (book.bind, lambda code, **facts: book.register(code=code, **facts)):
        with pytest.raises(errors.CodeHeld) as refused:
            attempt(code, name="张伟")
        assert (refused.value.holder, refused.value.until) == ("前台", SOON)
    assert (book.status().customers, book.status().codes) == (0, 1)
    assert book.mint() == "K002"


def test_a_hold_that_ran_out_binds_nobody_and_frees_its_number_for_the_next(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("{region}{seq:3}", tables=REGIONS)
    code = book.hold(region="北京", until=SOON)
    assert book.mint(region="北京") == "BJ002"
    clock.time = SOON
    with pytest.raises(errors.HoldExpired):
        book.bind(code, name="张伟")
    assert book.mint(region="上海") == "SH001"
    assert book.numbers("BJ###").counts == {"held": 2}
    assert book.mint(region="北京") == "BJ001"
    assert [event.verb for event in book.numbers("BJ###").events][:2] == ["held", "expired"]
    assert_accounted_for(book)


@pytest.mark.parametrize("chosen", ["K042", "OLD-7"])
def test_a_chosen_code_whose_hold_ran_out_is_free_for_whoever_chooses_it(
    book: mintmark.Register, clock: Clock, chosen: str
) -> None:
    book.rulebook.declare(Family(name="old", patterns=("OLD-#",)))
    book.publish("K{seq:3}", manual="allowed")
    book.hold(code=chosen, holder="前台", until=SOON)
    with pytest.raises(errors.CodeHeld):
        book.register(code=chosen, name="张伟")
    clock.time = SOON
    assert book.hold(code=chosen, holder="柜台", until=SOON + timedelta(days=1)) == chosen
    clock.move(days=2)
    assert book.register(code=chosen, name="张伟").code == chosen
    with pytest.raises(errors.CodeTaken):
        book.register(code=chosen, name="李娜")
    assert_accounted_for(book)


def test_a_code_that_nobody_may_choose_says_that_its_hold_ran_out(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{seq:3}")
    code = book.hold(until=SOON)
    clock.time = SOON
    with pytest.raises(errors.HoldExpired):
        book.register(code=code, name="张伟")
    with pytest.raises(errors.HoldExpired):
        book.hold(code=code)
    assert book.mint() == code


def test_a_bound_code_no_longer_runs_out(book: mintmark.Register, clock: Clock) -> None:
    book.publish("K{seq:3}")
    book.bind(book.hold(until=SOON), name="张伟")
    clock.move(days=1)
    assert book.mint() == "K002"
    with pytest.raises(errors.UntilPast):
        book.hold(until=clock.time)
    assert book.mint() == "K003"


def test_facts_that_the_code_denies_are_refused(book: mintmark.Register) -> None:
    book.publish("{region}{registered:YYMM}{seq:3}", tables=REGIONS)
    code = book.hold(region="北京", registered="2026-11-01")
    for facts in ({"region": "上海"}, {"registered": "2026-10-31"}):
        with pytest.raises(errors.CodeDoesNotFit):
            book.bind(code, name="张伟", **facts)
    assert book.status().customers == 0
    assert book.bind(code, name="张伟", region="Beijing").code == code


def test_a_code_of_a_shared_counter_still_fits_its_own_region_only(
    book: mintmark.Register,
) -> None:
    book.publish("{region}{seq:4,per=none}", tables=REGIONS)
    code = book.hold(region="北京")
    with pytest.raises(errors.CodeDoesNotFit):
        book.bind(code, name="张伟", region="上海")


def test_a_held_code_is_bound_on_a_later_day_and_under_a_later_rule(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{created:YYMMDD}{seq:3}")
    codes = [book.hold(), book.hold()]
    clock.move(days=1)
    assert book.bind(codes[0], name="张伟").code == "K261122001"
    book.publish("K{seq:5}")
    assert book.bind(codes[1], name="李雷").code == "K261122002"
    assert_accounted_for(book)


def test_held_codes_are_bound_beside_new_ones_in_one_unit_of_work(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    codes = book.mint_many(2)
    first, second, third, fourth = people(4)
    outcomes = book.register_many([
        first, replace(second, code=codes[1]), replace(third, code=codes[1]),
        replace(fourth, code=codes[0]),
    ])  # fmt: skip
    said = [o.code if isinstance(o, Registered) else o.refusal.slug for o in outcomes]
    assert said == ["K003", "K002", "code-taken", "K001"]
    assert_accounted_for(book)


# ---------------------------------------------------------------- release


def test_a_released_number_comes_again_first_and_only_in_its_own_version(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:3}")
    book.mint_many(6)
    for code in ("K005", "K002", "k-003"):
        book.release(code, reason="客户未到")
    assert book.numbers("K###").counts == {"held": 3, "returned": 3}
    assert book.mint_many(2) == ["K002", "K003"]
    book.publish("K-{seq:3}")
    assert book.mint_many(2) == ["K-007", "K-008"]
    assert book.numbers("K###").counts == {"held": 7, "returned": 1}
    assert_accounted_for(book)


def test_only_what_is_held_is_released(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    with pytest.raises(errors.UnknownCode):
        book.release("K001")
    code = book.register(name="张伟").code
    with pytest.raises(errors.NotHeld) as refused:
        book.release(code)
    assert refused.value.state == "bound"
    book.void(code, reason="重复")
    with pytest.raises(errors.NotHeld):
        book.release(code)


def test_binding_and_releasing_at_once_end_in_one_of_both(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    codes = book.mint_many(30)

    def go(turn: int) -> str:
        try:
            if turn % 2:
                return book.release(codes[turn // 2])
            named = replace(people(60)[turn], code=codes[turn // 2])
            return book.register_many([named, people(120)[60 + turn]])[0].__class__.__name__
        except (errors.NotHeld, errors.UnknownCode) as refusal:
            return refusal.slug

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(go, range(60)))
    for code, bound, released in zip(codes, said[::2], said[1::2], strict=True):
        assert (bound, released) in {("Registered", "not-held"), ("Refused", code)}
    assert_accounted_for(book)


def test_a_released_random_code_may_be_drawn_again_a_void_one_never(
    book: mintmark.Register,
) -> None:
    book.publish("R{random:1,alphabet=decimal}")
    codes = book.mint_many(9)
    book.release(codes[0])
    book.void(codes[1], reason="卡片遗失")
    again = book.mint()
    assert again not in codes[1:]
    with pytest.raises(errors.SequenceFull):
        book.mint()
    assert_accounted_for(book)


# ---------------------------------------------------------------- void


def test_a_void_code_is_never_used_again_and_says_so(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    code = book.register(name="张伟", phone="13875014587").code
    assert book.void(code, reason="录入错误").state == "void"
    found = book.resolve(code)
    assert found.passport is not None
    assert (found.passport.state, found.passport.reason) == ("void", "录入错误")
    assert found.customer is not None
    with pytest.raises(errors.CodeVoid):
        book.void(code, reason="再次")
    with pytest.raises(errors.CodeVoid):
        book.bind(code, name="李雷")
    anew = book.register(name="张伟", phone="13875014587")
    assert (anew.code, anew.new) == ("K002", False)
    assert book.status().customers == 1
    assert (book.status().void, book.find("13875014587").found[0].code) == (1, "K002")
    assert_accounted_for(book)


def test_a_held_code_that_is_void_does_not_run_out(book: mintmark.Register, clock: Clock) -> None:
    book.publish("K{seq:3}")
    book.void(book.hold(until=SOON), reason="卡片印错")
    clock.move(days=1)
    assert book.mint() == "K002"
    assert book.numbers("K###").counts == {"void": 1, "held": 1}
    assert_accounted_for(book)


def test_refusing_says_what_became_of_the_customer(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    record = people(1)[0]
    assert code_of(book, record) == code_of(book, record) == "K001"
    outcome = book.register_many([replace(record, code="K009")])[0]
    assert isinstance(outcome, Refused)
    assert outcome.refusal.slug == "already-coded"
