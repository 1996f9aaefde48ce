"""Finding: cursors, bad input, keys of other systems, and how the database goes about it."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from tests.clock import Clock

import mintmark
from mintmark import Between, Customer, errors
from mintmark.registry import External, Record, Refused
from mintmark.store.finding import BY, AnyOf, InState, Order, Place, Search, page_statement

OPEN = {"type": "VIP", "region": "北京", "registered": "2023-10-01"}
WANG: dict[str, Any] = {"name": "王琦", "phone": "150 5107 7574", **OPEN}
Query = Callable[[str], list[tuple[object, ...]]]


def names(page: mintmark.Page) -> list[str]:
    """Who was found, in order."""
    return [found.customer.name for found in page.found if found.customer]


# ---------------------------------------------------------------- what is asked


def test_a_value_is_found_as_people_write_it(register: mintmark.Register) -> None:
    """The register keeps a value as its code table names it."""
    register.register(**{**WANG, "region": "Beijing"})
    for region in ("北京", "北京市", "beijing", "BJ"):
        assert names(register.find(where={"region": region})) == ["王琦"]
    assert names(register.find(where={"region": ["上海", "Beijing"]})) == ["王琦"]
    assert names(register.find(where={"region": "上海"})) == []
    assert names(register.find(where={"registered": "2023年10月1日"})) == ["王琦"]


def test_attributes_of_ones_own_rules_are_filters(empty: mintmark.Register) -> None:
    tables = {"grade": {"G1": ["一年级"], "G2": ["二年级"]}}
    empty.publish("{grade}-{opened:YYYY}-{seq:3}", tables=tables, dates=["opened"])
    for name, grade, opened in (("甲", "一年级", "2024-05-01"), ("乙", "G2", "2025-05-01")):
        empty.register(name=name, grade=grade, opened=opened)
    assert names(empty.find(where={"grade": "G1"})) == ["甲"]
    assert names(empty.find(where={"opened": Between("2025-01-01")})) == ["乙"]
    assert names(empty.find(where={"opened": "2024/5/1", "grade": {"一年级", "二年级"}})) == ["甲"]


def test_added_is_told_in_days_of_the_registers_time_zone(place: str) -> None:
    clock = Clock()
    clock.time = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
    with mintmark.open(place, create=True, now=clock) as book:
        book.publish("K{seq:3}")
        book.register(name="甲")
        clock.time = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
        book.register(name="乙")
        assert names(book.find(where={"added": "2026-11-21"})) == ["甲"]
        assert names(book.find(where={"added": Between(date(2026, 11, 22), None)})) == ["乙"]
        assert names(book.find(where={"added": Between(until=clock.time)})) == ["甲", "乙"]


def test_versions_of_a_rule_are_told_apart(register: mintmark.Register) -> None:
    register.register(**WANG)
    register.publish("K{seq:4}", tables={})
    register.register(name="李秀英")
    assert names(register.find(where={"rule": "main@2"})) == ["李秀英"]
    assert names(register.find(where={"rule": "main"}, order="code")) == ["李秀英", "王琦"]


@pytest.mark.parametrize(
    ("sought", "refusal"),
    [
        ({}, errors.NothingToFind),
        ({"phone": "not a phone"}, errors.WrongPhone),
        ({"phone": ""}, errors.MissingFact),
        ({"remark": "老客户"}, errors.UnknownFact),
        ({"where": {"phone": "15051077574"}}, errors.UnknownFact),
        ({"where": {"colour": "red"}}, errors.UnknownFact),
        ({"where": {"region": ""}}, errors.MissingFact),
        ({"where": {"region": []}}, errors.MissingFact),
        ({"where": {"registered": "31. 2."}}, errors.UnreadableDate),
        ({"where": {"region": Between("2024-01-01")}}, errors.NoRange),
        ({"where": {"registered": Between("2024-01-02", "2024-01-01")}}, errors.EmptyRange),
        ({"where": {"code": "lost"}}, errors.UnknownState),
        ({"where": {"rule": "main@7"}}, errors.UnknownRule),
        ({"where": {"batch": "x"}}, errors.NotABatch),
        ({"where": {"batch": 2**63}}, errors.NotABatch),
        ({"order": "phone"}, errors.UnknownFact),
        ({"order": "code", "limit": 0}, errors.WrongLimit),
        ({"order": "code", "limit": 1001}, errors.WrongLimit),
        ({"order": "code", "after": "no cursor"}, errors.WrongCursor),
        ({"external": "A-17"}, errors.WrongExternalKey),
    ],
)
def test_what_cannot_be_looked_for_is_refused(
    register: mintmark.Register, sought: dict[str, Any], refusal: type[errors.Refusal]
) -> None:
    with pytest.raises(refusal):
        register.find(**sought)


# ---------------------------------------------------------------- cursors


def test_a_cursor_is_of_one_search_and_has_nobodys_phone_in_it(register: mintmark.Register) -> None:
    for name in ("王琦", "李秀英", "张伟"):
        register.register(**{**WANG, "name": name})
    sought: dict[str, Any] = {"phone": "15051077574", "order": "-registered", "limit": 2}
    first = register.find(**sought)
    assert first.next is not None
    assert first.next.replace("-", "").replace("_", "").isalnum()
    inside = base64.urlsafe_b64decode(first.next + "==").decode()
    assert "5051077574" not in inside
    assert names(first) + names(register.find(**sought, after=first.next)) == [
        "张伟", "李秀英", "王琦"
    ]  # fmt: skip
    assert names(register.find(**{**sought, "phone": "+86 15051077574", "limit": 9},
                               after=first.next)) == ["王琦"]  # fmt: skip
    others: list[dict[str, Any]] = [
        {"phone": "13800138000"}, {"order": "registered"}, {"where": {"type": "VIP"}},
        {"name": "王琦"}, {"external": "crm:1"},
    ]  # fmt: skip
    for change in others:
        with pytest.raises(errors.WrongCursor):
            register.find(**{**sought, **change}, after=first.next)


def test_a_cursor_made_by_hand_does_no_harm(register: mintmark.Register) -> None:
    for name in ("王琦", "李秀英"):
        register.register(**{**WANG, "name": name})
    cursor = register.find(order="registered", limit=1).next
    assert cursor is not None
    mark = base64.urlsafe_b64decode(cursor + "==").decode()[2:6]
    for told in ('["x",null,1]', f'["{mark}","yesterday",1]', f'["{mark}","2024-01-01","1"]',
                 f'["{mark}",null,true]', f'["{mark}",null,{2**64}]', f'["{mark}"]', "{}",
                 f'["{mark}","2024-W01-1",1]', f'["{mark}","\\u0000",1]'):  # fmt: skip
        made = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
        with pytest.raises(errors.WrongCursor):
            register.find(order="registered", after=made)


# ---------------------------------------------------------------- keys of other systems


def test_a_customer_is_found_by_what_another_system_calls_them(register: mintmark.Register) -> None:
    code = register.register(**WANG, external="crm:A-17").code
    register.register(**{**WANG, "name": "李秀英"}, external="erp:A-17")
    assert [found.code for found in register.find(external="crm:A-17").found] == [code]
    assert register.find(external="crm:a-17").found == ()
    assert names(register.find(external="crm:A-17", where={"region": "上海"})) == []


def test_who_comes_again_under_the_same_external_key_keeps_the_code(
    register: mintmark.Register,
) -> None:
    first = register.register(**WANG, external="crm:A-17")
    moved = {**WANG, "name": "王　琦", "phone": "13800138000"}  # nothing else would tell
    again = register.register(**moved, external="crm:A-17")
    assert (again.code, again.new) == (first.code, False)
    assert register.register(**moved).code == first.code  # learnt


def test_a_known_customer_gets_one_more_external_key(register: mintmark.Register) -> None:
    first = register.register(**WANG)
    assert not register.register(**WANG, external="crm:A-17").new
    assert not register.register(**WANG, external="erp:7").new
    for external in ("crm:A-17", "erp:7"):
        assert [found.code for found in register.find(external=external).found] == [first.code]


def test_an_external_key_of_somebody_else_is_refused(
    register: mintmark.Register, query: Query
) -> None:
    first = register.register(**WANG, external="crm:A-17")
    other = register.register(**{**OPEN, "name": "李秀英", "phone": "13800138000"})
    for known in ("李秀英", "欧阳建国"):  # one who is known, one who is not
        with pytest.raises(errors.ExternalKeyTaken) as refused:
            register.register(
                **{**OPEN, "name": known, "phone": "13800138000"}, external="crm:A-17"
            )
        refusal = refused.value
        assert (refusal.source, refusal.key, refusal.code) == ("crm", "A-17", first.code)
    assert register.status().codes == 2
    assert other.code == "V-BJ-20231001-00002"
    assert query("SELECT source, key FROM external_key") == [("crm", "A-17")]


def test_an_external_key_is_one_customers_within_a_batch_too(register: mintmark.Register) -> None:
    day = date(2023, 10, 1)
    called = (External("crm", "A-17"), External("erp", "7"))
    people = [Customer(name=name, type="VIP", region="北京", registered=day)
              for name in ("王琦", "王 琦", "李秀英")]  # fmt: skip
    first, again, other = register.register_many(
        [Record(customer=one, external=called) for one in people]
    )
    assert not isinstance(first, Refused)
    assert not isinstance(again, Refused)
    assert (again.code, again.new) == (first.code, False)
    assert isinstance(other, Refused)
    assert isinstance(other.refusal, errors.ExternalKeyTaken)


def test_two_who_bring_one_external_key_at_once_are_one_customer(
    register: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    writers = [register, *(reopen() for _ in range(3))]

    def go(book: mintmark.Register) -> list[str]:
        return [book.register(**OPEN, name="王琦", external=f"crm:{n}").code for n in range(20)]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(go, writers))
    assert all(answer == answers[0] for answer in answers)


def test_a_repeated_request_with_another_external_key_is_another_request(
    register: mintmark.Register,
) -> None:
    first = register.register(**WANG, external="crm:A-17", request="r1")
    assert register.register(**WANG, external="crm:A-17", request="r1").code == first.code
    with pytest.raises(errors.RequestReused):
        register.register(**WANG, external="crm:A-18", request="r1")


# ---------------------------------------------------------------- the database

CROWD = """
INSERT INTO customer (id, type, region, registered, owner, added_at, attributes)
SELECT n, 't' || n % 4, 'r' || n % 30, date '2015-01-01' + n * 31 % 4000, 'o' || n * 7 % 400,
       now(), jsonb_build_object('branch', 'b' || n * 7 % 5000)
FROM generate_series(1, 20000) AS n;
INSERT INTO code (canonical, text, rule, customer, minted_at, actor)
SELECT 'C' || n, 'C' || n, 1, n, now(), 'x' FROM generate_series(1, 20000) AS n WHERE n % 50 > 0;
INSERT INTO external_key SELECT 'crm', 'A-' || n, n FROM generate_series(1, 20000) AS n;
INSERT INTO fact_index SELECT hashint8extended(n, 0), n, 1 FROM generate_series(1, 20000) AS n;
ANALYZE;
"""


def test_no_page_is_found_by_reading_a_table_from_end_to_end(
    place: str, register: mintmark.Register
) -> None:
    """Neither a first page nor one in the middle sorts anything, or looks at everybody."""
    register.close()
    values = {"code": "C5", "registered": "2020-01-01", "added": "2020-01-01"}
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute(CROWD.encode())

        def plan(search: Search, order: Order, after: Place | None) -> str:
            statement, given = page_statement(search, order, after, 50, is_there=True)
            explain = psycopg.sql.SQL("EXPLAIN ") + statement
            return "\n".join(row[0] for row in connection.execute(explain, given))

        for order in (Order(by, backwards) for by in BY for backwards in (False, True)):
            value = None if order.by == "added" else values.get(order.by, "o5")
            for after in (None, Place(value, 10_000)):
                said = plan(Search(), order, after)
                assert "Seq Scan" not in said, said
                assert "Sort" not in said, said
        for search in (
            Search(prints=((-7,),)),
            Search(external=(("crm", "A-17"),)),
            Search(where=(AnyOf(attribute="owner", values=("o77",)),)),
            Search(where=(AnyOf(attribute="branch", values=("b77",)),)),
            Search(where=(InState(states=("void",)),)),
        ):
            said = plan(search, Order("registered", backwards=True), None)
            assert "Seq Scan" not in said, said
