"""Blocks of numbers lent to a site without a network, and what it reports."""

import getpass
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.clock import Clock
from tests.conftest import TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Record

REGIONS = {"region": TABLES["region"]}
SOON = TODAY + timedelta(hours=1)
Reopen = Callable[[], mintmark.Register]


def counts(book: mintmark.Register) -> dict[str, int]:
    return book.numbers("K###").counts


def test_a_site_registers_with_its_codes_and_reports_what_else_it_used(
    book: mintmark.Register,
) -> None:
    book.publish("{region}{seq:3}", tables=REGIONS)
    lent = book.leases.lend(10, holder="广州门店", region="广州")
    assert (lent.codes[0], lent.codes[-1]) == ("GZ001", "GZ010")
    assert book.register(name="张伟", region="广州", code="gz-002").code == "GZ002"
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="李雷", region="广州", code="GZ011")
    with pytest.raises(errors.NotOfLease):
        book.leases.give_back(lent.id, used=["GZ011"])
    done = book.leases.give_back(lent.id, used=["GZ008"], used_up_to="GZ004")
    assert (done.held, done.returned) == (4, 5)
    found = book.numbers("GZ###")
    assert [(r.first, r.last, r.state) for r in found.runs] == [
        (1, 1, "held"), (2, 2, "bound"), (3, 4, "held"), (5, 7, "returned"), (8, 8, "held"),
        (9, 10, "returned"),
    ]  # fmt: skip
    assert found.runs[0].holder == "广州门店"
    assert book.register(name="韩梅", region="广州", code="GZ008").code == "GZ008"
    assert book.mint_many(6, region="广州")[-2:] == ["GZ010", "GZ011"]
    assert_accounted_for(book)


def test_of_two_who_bring_one_leased_code_the_first_has_it(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    book.leases.lend(3, holder="门店")
    outcomes = book.register_many([
        Record(customer=Customer(name=name), code="K002") for name in ("张伟", "李雷")
    ])  # fmt: skip
    assert [getattr(one, "code", None) for one in outcomes] == ["K002", None]
    assert_accounted_for(book)


def test_a_leased_code_is_of_the_version_that_was_lent(book: mintmark.Register) -> None:
    book.publish("K{seq:3,start=10,step=5}")
    book.mint()
    book.leases.lend(3, holder="门店")
    book.publish("K{seq:3,start=12,step=3}")
    assert book.register(name="张伟", code="K015").code == "K015"
    assert book.resolve("K015").rule == "main@1"
    assert_accounted_for(book)


def test_a_lease_ends_once(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    lent = book.leases.lend(3, holder="门店")
    book.leases.give_back(lent.id)
    with pytest.raises(errors.LeaseEnded):
        book.leases.give_back(lent.id)
    with pytest.raises(errors.UnknownLease):
        book.leases.give_back(lent.id + 1)
    assert [(one.holder, one.ended_at) for one in book.leases.recent()] == [("门店", TODAY)]


def test_a_lease_that_ran_out_is_lost(book: mintmark.Register, clock: Clock) -> None:
    book.publish("K{seq:3,start=100,step=10}")
    lent = book.leases.lend(3, holder="门店", until=SOON)
    book.register(name="张伟", code="K110")
    with pytest.raises(errors.UntilPast):
        book.leases.lend(3, holder="门店", until=TODAY)
    clock.time = SOON
    with pytest.raises(errors.LeaseEnded):
        book.leases.give_back(lent.id, used_up_to="K120")
    assert counts(book) == {"lost": 2, "bound": 1}
    assert book.mint() == "K130"
    assert_accounted_for(book)


def test_numbers_that_nobody_counts_are_not_lent(book: mintmark.Register) -> None:
    for rule in ("R{random:6}", "S{seq:3}{random:3}"):
        book.publish(rule)
        with pytest.raises(errors.NotLeasable):
            book.leases.lend(3, holder="门店")
    book.publish("Z{seq:1}", name="z", when={"type": "z"}, priority=1)
    with pytest.raises(errors.SequenceFull):
        book.leases.lend(10, holder="门店", type="z")
    assert book.mint_many(9, type="z")[0] == "Z1"
    assert book.leases.recent() == []


def test_a_site_uses_its_codes_on_a_later_day_and_under_a_later_rule(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{created:YYMMDD}{seq:3}")
    lent = book.leases.lend(2, holder="门店")
    clock.move(days=1)
    assert book.register(name="张伟", code=lent.codes[0]).code == lent.codes[0]
    book.publish("K{seq:5}")
    assert book.register(name="李雷", code=lent.codes[1]).code == lent.codes[1]


def test_binding_a_leased_code_needs_only_what_the_code_does_not_say(
    book: mintmark.Register,
) -> None:
    book.publish("{region}{seq:3}", tables=REGIONS)
    lent = book.leases.lend(2, holder=getpass.getuser(), region="北京")
    assert book.bind(lent.codes[0], name="张伟").customer.region == "北京"
