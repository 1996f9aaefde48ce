"""Shredding: what is known of a customer is gone for good, and nothing brings it back."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.clock import Clock
from tests.conftest import RULE, TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors
from mintmark.registry import Record
from mintmark.registry.erasures import ErasureList
from mintmark.store import facts
from mintmark.store.erasures import FOUND_BY
from mintmark.vault import KeyRing, Sealed

Query = Callable[[str], list[tuple[object, ...]]]
PHONE = "13875014587"
ID_NUMBER = "11010119900307803X"
WANG = {"name": "王琦", "phone": PHONE, "email": "wangqi@example.com", "address": "朝阳路 8 号",
        "id_number": ID_NUMBER, "owner": "赵敏", "remark": "常客", "industry": "餐饮",
        "type": "VIP", "region": "北京", "registered": "2023-10-01"}  # fmt: skip
CODE = "V-BJ-20231001-00001"
WHY = "客户要求"


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the erasure list is: of the test's own."""
    monkeypatch.setenv("MINTMARK_ERASURE_LIST", str(tmp_path / "list" / "erasures.jsonl"))
    return tmp_path / "list" / "erasures.jsonl"


@pytest.fixture
def book(lists: Path, book: mintmark.Register) -> mintmark.Register:
    assert book.erasures.place == str(lists)
    book.publish(RULE, tables=TABLES)
    assert book.register(**WANG).code == CODE
    return book


@pytest.fixture
def every_table(query: Query) -> Callable[[], dict[str, str]]:
    """All that stands in the database, as text by table."""
    named = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname LIKE 'mintmark%'"

    def read() -> dict[str, str]:
        tables = [str(row[0]) for row in query(named)]
        return {t: str(query(f"SELECT row_to_json(t)::text FROM {t} t")) for t in tables}

    return read


def rows_of(query: Query, inner: int = 1) -> dict[str, int]:
    tables = ("mintmark_keys.data_key", *FOUND_BY)
    where = f"WHERE customer = {inner}"
    return {t: int(str(query(f"SELECT count(*) FROM {t} {where}")[0][0])) for t in tables}


# ---------------------------------------------------------------- what goes, and what stays


def test_facts_keys_and_index_rows_go_and_the_code_stays_as_a_tombstone(
    book: mintmark.Register, clock: Clock, query: Query
) -> None:
    assert rows_of(query)["identity"] > 0
    clock.move(hours=1)
    done = book.shred("vbj2023100100001", reason=WHY)
    assert (done.codes, done.new, done.erasure.at) == ((CODE,), True, clock())
    assert set(rows_of(query).values()) == {0}
    stays = "sealed, unsealed, owner, type, region, attributes, shredded_at"
    [row] = query(f"SELECT {stays} FROM customer")
    assert row == (None, None, None, "VIP", "北京", {"industry": "餐饮"}, clock())
    found = book.resolve(CODE)
    assert (found.customer, found.shredded_at) == (None, clock())
    assert found.erasure is not None
    assert (found.erasure.reason, found.erasure.actor) == (WHY, book.erasures.actor)
    assert [reading.meaning for reading in found.readings][:2] == ["VIP", "北京"]
    [known] = book.customers()
    assert (known.code, known.customer.name, known.customer.region) == (CODE, "", "北京")
    event = book.numbers(CODE).events[0]
    assert (event.verb, event.code, event.reason) == ("shredded", CODE, WHY)
    assert_accounted_for(book)


@pytest.mark.parametrize("fact", facts.SEARCHED)
def test_whoever_is_shredded_is_found_by_nothing(book: mintmark.Register, fact: str) -> None:
    asked: dict[str, Any] = {fact: WANG[fact]}
    assert [one.code for one in book.find(**asked).found] == [CODE]
    assert len(book.find(PHONE).found) == 1
    book.shred(CODE, reason=WHY)
    assert book.find(**asked).found == ()
    assert book.find(PHONE).found == ()


def test_no_fact_and_no_data_key_is_left_in_any_table(
    book: mintmark.Register, query: Query, every_table: Callable[[], dict[str, str]]
) -> None:
    [(sealed, wrapped)] = query(
        "SELECT sealed, wrapped FROM customer JOIN mintmark_keys.data_key k ON k.customer = id"
    )
    assert isinstance(sealed, bytes)
    assert isinstance(wrapped, bytes)
    secrets = [sealed.hex(), wrapped.hex(), "赵敏"]
    before = "".join(every_table().values())
    assert all(secret in before for secret in secrets)  # the control
    book.shred(CODE, reason=WHY)
    after = "".join(every_table().values())
    for secret in (*secrets, *WANG.values(), "+86" + PHONE):
        kept = secret in ("VIP", "北京", "餐饮", "2023-10-01")
        assert (secret in after) == kept, secret


def test_every_table_on_customers_is_cleared_or_known_to_stay(
    book: mintmark.Register, query: Query
) -> None:
    """A new table with a column `customer` has to be decided upon here and in `Erasures`."""
    assert rows_of(query)["identity"] > 0
    assert book.erasures.every() == []
    found = query(
        "SELECT table_name FROM information_schema.columns"
        " WHERE column_name = 'customer' AND table_schema LIKE 'mintmark%'"
    )
    stays = {"code", "erasure", "legal_hold"}
    assert {str(row[0]) for row in found} == {"data_key", "change", *FOUND_BY, *stays}


def test_what_was_sealed_is_not_opened_by_any_key_without_the_data_key(
    book: mintmark.Register, query: Query, place: str
) -> None:
    """A backup of the facts alone, and every key of the ring, old and new."""
    look = "SELECT sealed, wrapped FROM customer JOIN mintmark_keys.data_key k ON k.customer = id"
    other = book.register(**{**WANG, "name": "李雷", "phone": "13900000001", "email": "",
                             "id_number": ""})  # fmt: skip
    rows = query(f"{look} ORDER BY id")
    assert other.new
    [(sealed, wrapped), (_, others)] = rows
    ring: KeyRing = book._keys.ring  # noqa: SLF001 - an attacker has it
    rings = [ring, ring.add("wrapping", at=TODAY)]
    at = {"table": "customer", "column": "sealed"}

    def opened(data_key: object) -> bytes:
        assert isinstance(data_key, bytes)
        assert isinstance(sealed, bytes)
        return ring.unseal(1, Sealed(data_key, sealed), **at)

    assert "王琦" in opened(wrapped).decode()  # the control
    book.shred(CODE, reason=WHY)
    left = [row[0] for row in query("SELECT wrapped FROM mintmark_keys.data_key")]
    assert left == [others]
    for ring in rings:
        forged = [ring.seal([(1, b"x")], **at)[0].wrapped]
        for data_key in (*left, *forged, b""):
            with pytest.raises((errors.TamperedValue, errors.MissingKey)):
                opened(data_key)
    assert place


def test_attributes_of_ones_own_stay_as_far_as_a_rule_names_them(
    empty: mintmark.Register, query: Query
) -> None:
    grades = {"grade": {"G": ["金"], "S": ["银"]}}
    empty.publish("{grade}{seq:4}", tables=grades)
    code = empty.register(name="王琦", grade="金").code
    with psycopg.connect(empty.conninfo) as connection:
        connection.execute(
            'UPDATE mintmark.customer SET attributes = attributes || \'{"badge": "红"}\''
        )
    assert empty.erasures.preview([code])[0].clears == ("name", "badge")
    empty.shred(code, reason=WHY)
    assert query("SELECT attributes FROM customer") == [({"grade": "金"},)]


def test_for_whom_and_why_a_code_was_held_goes_too(book: mintmark.Register, query: Query) -> None:
    held = book.hold(type="VIP", region="北京", registered="2023-10-01", holder="李雷",
                     reason="李雷来取")  # fmt: skip
    book.bind(held, holder="李雷", name="李雷")
    book.shred(held, reason=WHY)
    kept = "SELECT holder, reason, attributes FROM code ORDER BY number"
    assert query(kept)[1] == (None, None, {
        "type": "VIP", "region": "北京", "registered": ["2023-10-01"],
    })  # fmt: skip
    assert_accounted_for(book)


# ---------------------------------------------------------------- who comes back


def test_the_same_person_is_a_new_customer_with_a_new_code(
    book: mintmark.Register, query: Query
) -> None:
    again = book.register(**WANG)
    assert (again.new, again.code) == (False, CODE)  # the control
    book.shred(CODE, reason=WHY)
    back = book.register(**WANG)
    assert (back.new, back.code, back.alike) == (True, "V-BJ-20231001-00002", ())
    assert rows_of(query)["identity"] == 0
    assert [one.code for one in book.find(phone=PHONE).found] == [back.code]
    assert book.resolve(CODE).customer is None
    assert_accounted_for(book)


def test_what_another_record_taught_goes_as_well(book: mintmark.Register, query: Query) -> None:
    """Records that were taken for the customer left keys of their own, which nobody can guess."""
    taught = {**WANG, "remark": "换了说法", "address": "另一处"}
    before = rows_of(query)["identity"]
    assert not book.register(**taught).new
    assert rows_of(query)["identity"] == before + 1
    book.shred(CODE, reason=WHY)
    assert rows_of(query)["identity"] == 0
    assert book.register(**taught).new


def test_shredding_again_changes_nothing_and_tells_what_was(
    book: mintmark.Register, clock: Clock, lists: Path
) -> None:
    first = book.shred(CODE, reason=WHY)
    listed = lists.read_bytes()
    clock.move(days=1)
    again = book.shred(CODE, reason="又一次", request="r1")
    assert (again.new, again.erasure) == (False, first.erasure)
    assert lists.read_bytes() == listed
    assert [e.verb for e in book.numbers(CODE).events].count("shredded") == 1


def test_several_are_shredded_together_or_not_at_all(book: mintmark.Register) -> None:
    two = book.register(name="李雷", type="VIP", region="上海", registered="2023-10-01").code
    book.hold_legally(two, reason="案号 118")
    with pytest.raises(errors.UnderLegalHold):
        book.erasures.shred([CODE, two], reason=WHY)
    with pytest.raises(errors.UnknownCode):
        book.erasures.shred([CODE, "V-BJ-20231001-09999"], reason=WHY)
    assert book.erasures.every() == []
    assert len(book.find(phone=PHONE).found) == 1
    book.release_legally(two, reason="结案")
    assert [one.new for one in book.erasures.shred([CODE, two, CODE], reason=WHY)] == [True, True]


def test_customers_without_a_code_are_named_by_their_number_and_not_numbered_later(
    book: mintmark.Register,
) -> None:
    assert book.register_uncoded(
        name="李雷", type="VIP", region="北京", registered="2023-10-02"
    ).new
    [waiting] = book.find(name="李雷").found
    assert waiting.id == 2
    done = book.shred(2, reason=WHY)
    assert (done.codes, done.new) == ((), True)
    backfill = book.backfill()
    list(backfill)
    assert (backfill.coded, backfill.refused) == (0, {})
    with pytest.raises(errors.UnknownCustomer):
        book.shred(3, reason=WHY)


def test_one_who_is_shredded_while_waiting_for_a_number_gets_none(
    book: mintmark.Register,
) -> None:
    book.register_uncoded(name="李雷", type="VIP", region="北京", registered="2023-10-02")
    [known] = [one for one in book.customers() if one.code is None]
    book.shred(known.id, reason=WHY)
    [outcome] = book.register_many([Record(customer=known.customer, known=known.id)])
    assert getattr(outcome, "refusal", None) is not None
    assert outcome.refusal.slug == "already-shredded"  # type: ignore[union-attr]
    assert_accounted_for(book)


def test_the_verbs_on_codes_know_a_tombstone(book: mintmark.Register) -> None:
    held = book.mint(type="VIP", region="北京", registered="2023-10-01")
    with pytest.raises(errors.NobodysCode):
        book.shred(held, reason=WHY)
    book.shred(CODE, reason=WHY)
    with pytest.raises(errors.CodeTaken):
        book.bind(CODE, name="李雷")
    with pytest.raises(errors.NotHeld):
        book.release(CODE)
    assert book.void(CODE, reason="清理").state == "void"
    assert book.resolve(CODE).shredded_at == TODAY
    backfill = book.backfill()
    list(backfill)
    assert backfill.coded == 0
    assert_accounted_for(book)


def test_a_customer_whose_code_is_void_is_shredded_by_it(book: mintmark.Register) -> None:
    book.void(CODE, reason="登记错")
    list(book.backfill())
    done = book.shred(CODE, reason=WHY)
    assert done.codes == (CODE, "V-BJ-20231001-00002")
    assert book.resolve(done.codes[1]).shredded_at == TODAY
    passport = book.resolve(CODE).passport
    assert passport is not None
    assert passport.reason == "登记错"


def test_the_preview_tells_what_would_go_and_writes_nothing(
    book: mintmark.Register, lists: Path
) -> None:
    [doomed] = book.erasures.preview([CODE])
    assert doomed.codes == (CODE,)
    assert set(doomed.clears) == {
        "name", "phone", "email", "id_number", "address", "owner", "remark",
    }  # fmt: skip
    assert set(doomed.stays) == {"type", "region", "registered", "industry"}
    assert (doomed.known.customer.name, doomed.hold, doomed.erasure) == ("王琦", None, None)
    assert not lists.exists()
    assert len(book.find(phone=PHONE).found) == 1


def test_a_rule_is_tried_on_those_who_are_there(book: mintmark.Register) -> None:
    book.shred(CODE, reason=WHY)
    book.register(**WANG)
    tried = book.rulebook.simulate(
        mintmark.define("{type}{initials(name):2}{seq:4}", tables={"type": TABLES["type"]})
    )
    assert (tried.customers, tried.refused) == (1, ())


# ---------------------------------------------------------------- legal hold


def test_nobody_shreds_what_is_under_a_legal_hold(book: mintmark.Register, clock: Clock) -> None:
    book.hold_legally(CODE, reason="案号 118")
    with pytest.raises(errors.UnderLegalHold) as refused:
        book.shred(CODE, reason=WHY)
    assert (refused.value.reason, refused.value.since) == ("案号 118", TODAY)
    assert (refused.value.code, refused.value.actor) == (CODE, book.erasures.actor)
    assert len(book.find(phone=PHONE).found) == 1
    with pytest.raises(errors.UnderLegalHold):
        book.hold_legally(CODE, reason="案号 119")
    assert [hold.reason for hold in book.erasures.holds()] == ["案号 118"]
    clock.move(days=1)
    book.release_legally(CODE, reason="结案")
    assert book.erasures.holds() == []
    with pytest.raises(errors.NoLegalHold):
        book.release_legally(CODE, reason="结案")
    assert book.shred(CODE, reason=WHY).new
    with pytest.raises(errors.AlreadyShredded):
        book.hold_legally(CODE, reason="案号 120")
    told = [(e.verb, e.reason) for e in book.numbers(CODE).events[:3]]
    assert told == [
        ("shredded", WHY), ("legally-released", "结案"), ("legally-held", "案号 118"),
    ]  # fmt: skip


# ---------------------------------------------------------------- the erasure list


def test_the_list_names_nobody(book: mintmark.Register, lists: Path) -> None:
    book.shred(CODE, reason=WHY)
    text = lists.read_text("utf-8")
    assert WHY in text
    assert [fact for fact in WANG.values() if fact in text] == []


def test_nothing_is_shredded_that_cannot_be_listed(book: mintmark.Register, lists: Path) -> None:
    lists.parent.write_text("no folder")
    with pytest.raises(errors.UnusableErasureList):
        book.shred(CODE, reason=WHY)
    assert len(book.find(phone=PHONE).found) == 1
    assert book.erasures.every() == []


def test_what_one_machine_shredded_every_list_comes_to_have(
    book: mintmark.Register, lists: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.shred(CODE, reason=WHY)
    other = lists.with_name("other.jsonl")
    monkeypatch.setenv("MINTMARK_ERASURE_LIST", str(other))
    with mintmark.open(place, now=lambda: TODAY) as there:
        assert there.erasures.place == str(other)
    assert other.read_bytes() == lists.read_bytes()


# ---------------------------------------------------------------- an older backup is restored


@pytest.fixture
def folder(lists: Path, tmp_path: Path) -> Iterator[Path]:
    """A register with two customers, the first of whom is under a legal hold, and a copy of it."""
    assert not lists.exists()
    folder = tmp_path / "register"
    with mintmark.open(folder, create=True) as book:
        book.publish(RULE, tables=TABLES)
        book.register(**WANG)
        book.register(name="李雷", type="VIP", region="北京", registered="2023-10-01",
                      phone="13900000001")  # fmt: skip
        book.hold_legally(CODE, reason="案号 118")
    copy(folder, tmp_path / "backup")
    yield folder
    shutil.rmtree(folder)


def copy(folder: Path, other: Path) -> None:
    """With its owners: PostgreSQL may run under an account of its own."""
    subprocess.run(["cp", "-a", folder, other], check=True)


def restore(folder: Path) -> None:
    shutil.rmtree(folder)
    copy(folder.with_name("backup"), folder)


def shred(folder: Path) -> None:
    with mintmark.open(folder) as book:
        book.release_legally(CODE, reason="结案")
        book.shred(CODE, reason=WHY)


def test_a_backup_of_before_is_shredded_again_before_anything_is_served(folder: Path) -> None:
    restore(folder)
    with mintmark.open(folder) as book:  # the control
        assert len(book.find(phone=PHONE).found) == 1
    shred(folder)
    with mintmark.open(folder) as book:
        [first] = book.erasures.every()
    restore(folder)
    with mintmark.open(folder) as book:
        assert book.find(phone=PHONE).found == ()
        found = book.resolve(CODE)
        assert (found.customer, found.erasure) == (None, first)
        assert book.erasures.holds() == []
        with psycopg.connect(book.conninfo) as connection:
            [left] = connection.execute("SELECT count(*) FROM mintmark_keys.data_key").fetchall()
        assert left == (1,)
        assert [one.code for one in book.find(name="李雷").found] == ["V-BJ-20231001-00002"]
        verbs = [event.verb for event in book.numbers(CODE).events[:2]]
        assert verbs == ["shredded", "legally-released"]
        assert_accounted_for(book)
    with mintmark.open(folder) as book:
        assert len(book.erasures.every()) == 1


def test_a_backup_is_shredded_again_without_the_keys_at_hand(folder: Path) -> None:
    shred(folder)
    restore(folder)
    (folder / "keys.json").rename(folder / "away.json")
    with mintmark.open(folder) as book:
        assert book.resolve(CODE).shredded_at
    (folder / "away.json").rename(folder / "keys.json")
    with mintmark.open(folder) as book:
        assert book.find(phone=PHONE).found == ()


def test_an_erasure_is_not_laid_on_whoever_has_the_number_now(folder: Path) -> None:
    """After a restore, inner numbers are given again: to somebody who was added at another time."""
    with mintmark.open(folder) as book:
        three = book.register(name="韩梅", type="VIP", region="北京", registered="2023-10-01").code
        assert book.shred(three, reason=WHY).erasure.customer == 3
    restore(folder)
    with mintmark.open(folder) as book:
        assert book.erasures.every() == []
        book.register(name="林涛", type="VIP", region="北京", registered="2023-10-01")
    with mintmark.open(folder) as book:
        [found] = book.find(name="林涛").found
        assert (found.id, found.shredded_at) == (3, None)
        assert book.shred(3, reason=WHY).new


def test_the_list_of_another_machine_is_taken_over(
    folder: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shred(folder)
    restore(folder)
    monkeypatch.setenv("MINTMARK_ERASURE_LIST", str(lists.with_name("here.jsonl")))
    with mintmark.open(folder) as book:
        assert len(book.find(phone=PHONE).found) == 1
        assert book.erasures.take_over(lists) == 1
        assert book.find(phone=PHONE).found == ()
        assert book.erasures.take_over(lists) == 0
    assert lists.with_name("here.jsonl").read_bytes() == lists.read_bytes()


def test_a_line_that_was_cut_off_at_the_end_is_nothing(folder: Path, lists: Path) -> None:
    shred(folder)
    whole = lists.read_bytes()
    for end in (b'{"register": "4c0f', whole[:-9], b"\0" * 200):
        lists.write_bytes(whole + end)
        restore(folder)
        with mintmark.open(folder) as book:
            assert book.find(phone=PHONE).found == ()
            book.shred("V-BJ-20231001-00002", reason=WHY)
        lines = lists.read_bytes()
        assert lines.startswith(whole)
        assert lines.count(b"\n") == 2
        ErasureList(lists, "").read()  # nothing in it is broken
    lists.write_bytes(whole[:-1])  # somebody's editor: the line itself is whole
    restore(folder)
    with mintmark.open(folder) as book:
        assert book.find(phone=PHONE).found == ()


def test_a_register_is_not_opened_over_a_broken_list(folder: Path, lists: Path) -> None:
    shred(folder)
    whole = lists.read_bytes()
    wrong = (b"\n" + whole, b"x" + whole, whole.replace(b'"customer":1', b'"customer":2'))
    for text in wrong:
        lists.write_bytes(text)
        with pytest.raises(errors.BrokenErasureList) as refused, mintmark.open(folder):
            pass
        assert (refused.value.line, refused.value.place) == (1, str(lists))
    lists.write_bytes(whole)
    with mintmark.open(folder) as book:
        assert len(book.erasures.every()) == 1


KILLED = """
import os, signal, sys, mintmark
from mintmark.registry.erasures import ErasureList
append = ErasureList.append
def dying(self, erasures):
    append(self, erasures)
    os.kill(os.getpid(), signal.SIGKILL)
ErasureList.append = dying
with mintmark.open(sys.argv[1]) as book:
    book.shred(sys.argv[2], reason="客户要求")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_who_is_killed_between_the_list_and_the_commit_has_shredded(
    book: mintmark.Register, place: str, lists: Path
) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, place, CODE], check=False)
    assert killed.returncode == -9
    assert lists.read_bytes().count(b"\n") == 1
    assert book.erasures.every() == []  # nothing was committed
    assert len(book.find(phone=PHONE).found) == 1
    with mintmark.open(place, now=lambda: TODAY) as there:
        assert there.find(phone=PHONE).found == ()
        assert not there.shred(CODE, reason="again").new
        assert len(there.erasures.every()) == 1


# ---------------------------------------------------------------- at the same time


def test_whoever_registers_meanwhile_leaves_no_key_behind(
    book: mintmark.Register, query: Query
) -> None:
    """Records of the customer come in while the customer is shredded, again and again."""
    stop = threading.Event()

    def come_in() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            book.register(**{**WANG, "remark": f"第 {number} 次"})

    thread = threading.Thread(target=come_in)
    thread.start()
    try:
        while len(book.erasures.every()) < 20 and thread.is_alive():
            for found in book.find(phone=PHONE).found:
                book.shred(found.code, reason=WHY)
    finally:
        stop.set()
        thread.join()
    gone = "SELECT id FROM customer WHERE shredded_at IS NOT NULL"
    assert len(query(gone)) >= 20
    for table in ("mintmark_keys.data_key", *FOUND_BY):
        assert query(f"SELECT count(*) FROM {table} WHERE customer IN ({gone})") == [(0,)], table
    assert_accounted_for(book)
