"""An import is taken back whole: the register is as if it had never been."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.clock import Clock
from tests.conftest import RULE, TABLES
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.registry import Record, Registered, Undo
from mintmark.registry import undoing as taking_back
from mintmark.registry.reading import read_external
from mintmark.store.erasures import FOUND_BY

Query = Callable[[str], list[tuple[object, ...]]]
WHY = "导错了文件"
WANG = {"name": "王琦", "phone": "13875014587", "type": "VIP", "region": "北京",
        "registered": "2023-10-01"}  # fmt: skip
NAMES = ("李雷", "韩梅", "赵敏", "周芷", "张无", "殷离", "杨逍", "范遥")
FACTS_OF = "id, type, region, registered, owner, attributes, sealed, fields, batch, changed_at"
STATE = (
    f"SELECT {FACTS_OF} FROM customer ORDER BY id",
    "SELECT * FROM mintmark_keys.data_key ORDER BY customer",
    "SELECT key, customer, version FROM identity ORDER BY key",
    "SELECT * FROM fact_index ORDER BY fingerprint, customer",
    "SELECT * FROM match_key ORDER BY key, customer",
    "SELECT source, key, customer FROM external_key ORDER BY source, key",
    "SELECT canonical, customer, batch, holder FROM code WHERE voided_at IS NULL ORDER BY 1",
    "SELECT * FROM change",
)


@pytest.fixture
def book(book: mintmark.Register) -> mintmark.Register:
    book.publish(RULE, tables=TABLES)
    return book


def state(query: Query) -> list[list[tuple[object, ...]]]:
    return [query(statement) for statement in STATE]


def record(book: mintmark.Register, known: dict[str, Any], **more: Any) -> Record:
    """Give a record as an import reads it."""
    external = read_external(more.pop("external", None))
    customer = book._reading.customer(known)  # noqa: SLF001 - as an import reads it
    return Record(customer=customer, external=external, **more)


def somebody(at: int, **more: Any) -> dict[str, Any]:
    return {**WANG, "name": NAMES[at % len(NAMES)], "phone": f"138750145{at:02}", **more}


def imported(book: mintmark.Register, *records: Record, finish: bool = True) -> int:
    batch = book.batches.start(file="a.csv", sheet="", digest=b"", total=len(records))
    said = book.register_many(records, batch=batch)
    assert all(isinstance(one, Registered) for one in said), said
    if finish:
        book.batches.finish(batch)
    else:
        book.batches.leave(batch)
    return batch


def undone(book: mintmark.Register, batch: int) -> Undo:
    planned = book.plan_undo(batch)
    undoing = book.undo(batch, reason=WHY)
    list(undoing)
    done = undoing.undo
    for name in ("leave", "restored", "void", "released", "removed", "held", "keys", "stays"):
        assert getattr(done, name) == getattr(planned, name), name
    assert done.batch.state == "undone"
    assert_accounted_for(book)
    return done


# ---------------------------------------------------------------- the law

rows = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["北京", "上海"]),
        st.sampled_from(["", "crm:1", "crm:2", "erp:1"]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    before=[(0, "北京", "crm:1", True), (1, "北京", "", True), (2, "上海", "", False)],
    during=[(0, "上海", "crm:2", True), (2, "上海", "", True), (3, "北京", "erp:1", True)],
    changes=[0, 1, 3],
)
@given(before=rows, during=rows, changes=st.lists(st.integers(0, 7), max_size=3))
def test_an_import_that_was_undone_has_never_been(
    *,
    book: mintmark.Register,
    clock: Clock,
    query: Query,
    before: list[tuple[int, str, str, bool]],
    during: list[tuple[int, str, str, bool]],
    changes: list[int],
) -> None:
    def bring(rows: list[tuple[int, str, str, bool]], batch: int | None) -> None:
        for at, region, external, numbered in rows:
            known = somebody(at, region=region)
            one = record(book, known, numbered=numbered, external=external or None)
            book.register_many([one], batch=batch)

    bring(before, None)
    clock.move(seconds=1)
    was = state(query)
    coming = [book.preview(type="VIP", region=r, registered="2023-10-01") for r in ("北京", "上海")]
    batch = book.batches.start(file="a.csv", sheet="", digest=b"", total=len(during))
    bring(during, batch)
    there = [int(str(row[0])) for row in query("SELECT id FROM customer ORDER BY id")]
    for at, change in enumerate(changes):
        if there:
            inner = there[change % len(there)]
            book.update_many([(inner, {"remark": f"{at}", "industry": "餐饮"})], batch=batch)
    book.batches.finish(batch)
    clock.move(seconds=1)
    undone(book, batch)
    assert state(query) == was
    now = [book.preview(type="VIP", region=r, registered="2023-10-01") for r in ("北京", "上海")]
    assert now == coming
    again = state(query), query("SELECT count(*) FROM event")
    assert list(book.undo(batch, reason="once more")) == []
    assert (state(query), query("SELECT count(*) FROM event")) == again


# ---------------------------------------------------------------- numbers


def test_the_next_mint_gets_the_numbers_again(book: mintmark.Register, clock: Clock) -> None:
    clock.move(seconds=1)
    batch = imported(book, *(record(book, somebody(at)) for at in range(3)))
    clock.move(seconds=1)
    done = undone(book, batch)
    assert (done.leave, sum(done.released.values()), done.void) == (3, 3, {})
    assert book.register(**WANG).code == "V-BJ-20231001-00001"
    assert book.register(**somebody(7)).code == "V-BJ-20231001-00002"


def test_numbers_before_somebody_elses_are_void_and_those_after_come_again(
    book: mintmark.Register, clock: Clock, query: Query
) -> None:
    one = book.batches.start(file="a.csv", sheet="", digest=b"", total=4)
    book.register_many([record(book, somebody(at)) for at in (0, 1)], batch=one)
    clock.move(seconds=1)
    assert book.register(**WANG).code == "V-BJ-20231001-00003"
    book.register_many([record(book, somebody(at)) for at in (2, 3)], batch=one)
    book.batches.finish(one)
    done = undone(book, one)
    assert (sum(done.void.values()), sum(done.released.values())) == (2, 2)
    found = book.resolve("V-BJ-20231001-00001")
    assert found.passport is not None
    assert (found.passport.state, found.passport.reason, found.customer) == ("void", WHY, None)
    with pytest.raises(errors.UnknownCode):
        book.resolve("V-BJ-20231001-00004")
    assert book.register(**somebody(5)).code == "V-BJ-20231001-00004"
    assert query("SELECT batch FROM customer") == [(None,), (None,)]


def test_codes_that_were_brought_along_or_held_are_as_before(
    book: mintmark.Register, clock: Clock, query: Query
) -> None:
    held = book.hold(type="VIP", region="北京", registered="2023-10-01", holder="anna")
    clock.move(seconds=1)
    was = state(query)
    batch = imported(book, record(book, WANG, code=held, holder="anna"))
    done = undone(book, batch)
    assert (done.held, done.leave) == (1, 1)
    assert state(query) == was
    assert book.bind(held, holder="anna", name="王琦").code == held


# ---------------------------------------------------------------- who stays


def test_whoever_was_changed_since_stays_and_is_listed(
    book: mintmark.Register, clock: Clock
) -> None:
    known = book.register(**WANG).code
    clock.move(seconds=1)
    batch = imported(
        book, *(record(book, somebody(at)) for at in range(5)),
        record(book, somebody(6), numbered=False),
    )  # fmt: skip
    book.update_many([(1, {"remark": "常客"})], batch=batch)
    codes = [f"V-BJ-20231001-0000{n}" for n in range(2, 7)]
    book.update(known, remark="老客户")
    book.update(codes[0], remark="改过")
    book.shred(codes[1], reason="客户要求")
    book.hold_legally(codes[2], reason="诉讼")
    book.register(**somebody(3), external="crm:A-17")
    list(book.backfill())
    clock.move(seconds=1)
    done = undone(book, batch)
    told = {one.code: one.reason for one in done.stays.values()}
    assert told == {
        known: "updated", codes[0]: "updated", codes[1]: "shredded", codes[2]: "legal-hold",
        codes[3]: "linked", "V-BJ-20231001-00007": "coded",
    }  # fmt: skip
    assert (done.leave, done.restored) == (1, 0)
    customer = book.resolve(known).customer
    assert customer is not None
    assert customer.remark == "老客户"


def test_whose_id_number_is_somebody_elses_by_now_stays_as_changed(
    book: mintmark.Register,
) -> None:
    number = "11010119900307803X"
    book.register(**WANG, id_number=number)
    batch = book.batches.start(file="a.csv", sheet="", digest=b"", total=1)
    book.update_many([(1, {"id_number": None})], batch=batch)
    book.batches.finish(batch)
    book.register(**somebody(1), id_number=number)
    undoing = book.undo(batch, reason=WHY)
    list(undoing)
    assert [one.reason for one in undoing.undo.stays.values()] == ["key-taken"]
    assert undoing.undo.restored == 0


def test_two_imports_changed_one_customer_and_are_undone_one_by_one(
    book: mintmark.Register, query: Query
) -> None:
    book.register(**WANG)
    was = state(query)
    batches = []
    for phone in ("+8613875014501", "+8613875014502"):
        batches.append(book.batches.start(file="a.csv", sheet="", digest=b"", total=1))
        book.update_many([(1, {"phone": phone})], batch=batches[-1])
        book.batches.finish(batches[-1])
    assert book.plan_undo(batches[0]).restored == 0  # the second one built on it
    assert undone(book, batches[1]).restored == 1
    assert undone(book, batches[0]).restored == 1
    assert state(query) == was


# ---------------------------------------------------------------- cut off, and others meanwhile


def test_an_undo_that_was_cut_off_goes_on(
    book: mintmark.Register, clock: Clock, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_back, "_STEP", 2)
    clock.move(seconds=1)
    was = state(query)
    batch = imported(book, *(record(book, somebody(at)) for at in range(8)))
    clock.move(seconds=1)
    undoing = iter(book.undo(batch, reason=WHY))
    assert [next(undoing).done for _ in range(3)] == [0, 2, 4]
    with pytest.raises(errors.BatchBusy):
        list(book.undo(batch, reason=WHY))
    undoing.close()  # type: ignore[attr-defined]  # as if the program had died
    assert book.batches.get(batch).is_cut_off
    assert book.count() == 4
    assert_accounted_for(book)
    with pytest.raises(errors.WrongStage):
        book.batches.resume(batch)
    assert undone(book, batch).leave == 4
    assert state(query) == was


def test_others_mint_while_an_import_is_undone(
    book: mintmark.Register, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_back, "_STEP", 2)
    batch = imported(book, *(record(book, somebody(at)) for at in range(8)))
    minted = []
    for _ in book.undo(batch, reason=WHY):
        clock.move(seconds=1)
        minted.append(book.mint(type="VIP", region="北京", registered="2023-10-01"))
    assert len(set(minted)) == len(minted)
    assert_accounted_for(book)
    assert book.count() == 0


def test_the_ledger_stays_whole_while_others_register_at_the_same_time(
    book: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking_back, "_STEP", 3)
    batch = imported(book, *(record(book, somebody(at)) for at in range(30)))
    other = reopen()
    with ThreadPoolExecutor(3) as threads:
        going = threads.submit(lambda: list(book.undo(batch, reason=WHY)))
        # The same people come again by themselves: whoever is still there is known, others are new.
        came = list(threads.map(lambda at: other.register(**somebody(at)), range(30)))
        going.result()
    assert_accounted_for(book)
    assert book.batches.get(batch).state == "undone"
    new = {one.code for one in came if one.new}
    living = {str(row[0]) for row in query("SELECT text FROM code WHERE voided_at IS NULL")}
    assert living == new
    assert book.count() == len(new)
    for table in FOUND_BY:
        lost = f"SELECT FROM {table} WHERE customer NOT IN (SELECT id FROM customer)"
        assert query(lost) == [], table


def test_an_import_cannot_go_on_that_is_being_undone(book: mintmark.Register) -> None:
    batch = imported(book, record(book, WANG), finish=False)
    undone(book, batch)
    with pytest.raises(errors.WrongStage):
        book.register_many([record(book, somebody(1))], batch=batch)
    assert book.count() == 0


def test_what_did_not_begin_cannot_be_undone(book: mintmark.Register) -> None:
    batch = book.batches.plan(file="a.csv", sheet="", digest=b"", total=1, settings={})
    with pytest.raises(errors.WrongStage):
        book.plan_undo(batch)
    with pytest.raises(errors.UnknownBatch):
        book.undo(99, reason=WHY)
