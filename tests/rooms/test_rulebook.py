"""Rules in a register: proved before they are published, succeeded and never changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Json
from tests.conftest import RULE, TABLES, TODAY

import mintmark
from mintmark import errors
from mintmark.registry import Record, Refused, Registered
from mintmark.rule import Family, define, parser_of
from mintmark.store.migrate import migrations

DAY = date(2023, 10, 1)
Query = Callable[[str], list[tuple[object, ...]]]


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.time = TODAY

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(place: str, clock: Clock) -> Iterator[mintmark.Register]:
    with mintmark.open(place, create=True, now=clock) as opened:
        yield opened


# ---------------------------------------------------------------- from draft to successor


def test_a_rule_goes_from_draft_to_successor(book: mintmark.Register, clock: Clock) -> None:
    rule = define(RULE, tables=TABLES)
    draft = book.rulebook.save(rule)
    assert (draft.name, draft.proved_at, draft.simulated_at) == ("main", None, None)
    assert book.rulebook.prove(draft.rule).holds
    assert book.rulebook.draft("main").proved_at == TODAY
    book.rulebook.simulate(draft.rule)
    assert book.rulebook.draft("main").simulated_at == TODAY
    first = book.rulebook.publish(book.rulebook.draft("main").rule)
    assert book.rulebook.drafts() == []
    clock.time += timedelta(days=1)
    second = book.publish(RULE.replace("seq:5", "seq:6"), tables=TABLES)
    assert [v.version for v in book.rulebook.versions()] == [1, 2]
    assert [v.version for v in book.rulebook.current()] == [2]
    assert first.definition == book.rulebook.get(version=1).definition
    assert second.effective_from == clock.time


def test_saving_a_draft_again_begins_anew(book: mintmark.Register) -> None:
    book.rulebook.save(define("K{seq:3}"))
    book.rulebook.prove(define("K{seq:3}"))
    assert book.rulebook.save(define("K{seq:4}")).proved_at is None
    book.rulebook.prove(define("K{seq:3}"))  # not what the draft says
    assert book.rulebook.draft("main").proved_at is None
    assert book.rulebook.discard("main").rule.text == "K{seq:4}"
    with pytest.raises(errors.UnknownRule):
        book.rulebook.draft("main")


def test_what_is_not_proved_is_not_published(book: mintmark.Register) -> None:
    with pytest.raises(errors.ScopeNotShown):
        book.publish("K-{registered:YYYY}-{seq:4,reset=month}")
    with pytest.raises(errors.CapacityTooSmall):
        book.publish("K{seq:2}", expected=500)
    assert book.rulebook.versions() == []


def test_a_scheduled_version_spells_from_its_moment_on(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{seq:3}")
    later = TODAY + timedelta(days=30)
    scheduled = book.publish("K{seq:5}", effective_from=later)
    assert scheduled.effective_from == later
    assert book.mint() == "K001"
    clock.time = later - timedelta(seconds=1)
    assert book.mint() == "K002"
    clock.time = later
    assert book.mint() == "K00001"


def test_a_version_is_withdrawn_before_its_first_code_only(book: mintmark.Register) -> None:
    book.publish("K{seq:3}")
    assert book.mint() == "K001"
    book.publish("K{seq:5}")
    assert book.rulebook.withdraw("main").version == 2
    assert book.mint() == "K002"
    with pytest.raises(errors.RuleInUse) as refused:
        book.rulebook.withdraw("main")
    assert refused.value.codes == 2
    assert book.publish("K{seq:6}").version == 3  # a number is never used twice
    with pytest.raises(errors.UnknownRule):
        book.rulebook.withdraw("vip")


def test_a_version_does_not_return_into_the_way_of_another_rule(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:4}", name="usual")
    book.publish("Z{seq:4}", name="usual")
    book.publish("K1{seq:3}", name="vip", when={"type": "VIP"}, priority=1)
    with pytest.raises(errors.RulesCollide):
        book.rulebook.withdraw("usual")
    assert book.mint() == "Z0001"


def test_issued_codes_keep_the_version_that_made_them(book: mintmark.Register) -> None:
    book.publish(RULE, tables=TABLES)
    code = book.mint(type="VIP", region="北京", registered=DAY)
    renamed = {**TABLES, "region": {"PK": ["北京"]}}
    book.publish(RULE, tables=renamed)
    found = book.resolve(code)
    assert found.rule == "main@1"
    assert [r.meaning for r in found.readings] == ["VIP", "北京", "2023-10-01", "1"]
    assert book.mint(type="VIP", region="北京", registered=DAY) == "V-PK-20231001-00001"


# ---------------------------------------------------------------- several rules


def test_the_rule_is_chosen_by_condition_and_priority(book: mintmark.Register) -> None:
    book.publish("K{seq:4}", name="usual")
    book.publish(
        "V{region}{seq:4}", name="vip", when={"type": "VIP"}, priority=10,
        tables={"type": TABLES["type"], "region": TABLES["region"]},
    )  # fmt: skip
    assert book.mint(type="普通") == "K0001"
    assert book.mint(type="VIP客户", region="上海") == "VSH0001"
    registered = [
        book.register(name=f"客户{n}", email=f"{n}@example.com", type=kind, region="北京").code
        for n, kind in enumerate(["VIP", "普通", "VIP"])
    ]
    assert registered == ["VBJ0001", "K0002", "VBJ0002"]


def test_where_no_rule_applies_it_is_said(book: mintmark.Register) -> None:
    book.publish("V{seq:4}", name="vip", when={"type": "VIP"}, tables={"type": TABLES["type"]})
    with pytest.raises(errors.NoRuleApplies) as refused:
        book.register(name="张伟", type="普通")
    assert refused.value.customer == {"type": "普通"}


def test_rules_that_clash_or_collide_are_refused(book: mintmark.Register) -> None:
    book.publish("K{seq:4,widen=8}", name="usual")
    with pytest.raises(errors.PriorityClash):
        book.publish("Z{seq:4}", name="vip", when={"type": "VIP"})
    with pytest.raises(errors.RulesCollide) as refused:
        book.publish("K1-{seq:4}", name="vip", when={"type": "VIP"}, priority=1)
    assert {refused.value.rule, refused.value.other} == {"vip", "usual"}
    shared = refused.value.code
    assert all(parser_of(rule).read(shared)
               for rule in (define("K{seq:4,widen=8}"), define("K1-{seq:4}")))  # fmt: skip


def test_a_successor_may_meet_its_predecessor_but_not_another_rule(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:4}")
    book.mint_many(3)
    assert book.publish("K{seq:4,start=2}", priority=1).version == 2
    assert book.mint() == "K0004"


# ---------------------------------------------------------------- tables that grow


def test_a_table_grows_without_a_new_version(book: mintmark.Register) -> None:
    book.publish(RULE, tables=TABLES)
    with pytest.raises(errors.UnknownValue):
        book.mint(type="VIP", region="合肥", registered=DAY)
    book.rulebook.extend("region", {"HF": ["合肥", "合肥市"]})
    assert book.mint(type="VIP", region="合肥市", registered=DAY) == "V-HF-20231001-00001"
    book.rulebook.extend("region", {"BJ": ["北京", "Peking"]})
    assert book.mint(type="VIP", region="peking", registered=DAY) == "V-BJ-20231001-00001"
    assert [v.version for v in book.rulebook.versions()] == [1]


def test_a_table_does_not_grow_where_the_proof_would_fail(book: mintmark.Register) -> None:
    book.publish("{region}{seq:3}", tables={"region": {"BJ": "北京"}}, max_length=5)
    with pytest.raises(errors.CodeTooLong):
        book.rulebook.extend("region", {"HHHT": "呼和浩特"})
    with pytest.raises(errors.CodeMoved):
        book.rulebook.extend("region", {"BJ": "宝鸡"})
    with pytest.raises(errors.UnusedTable):
        book.rulebook.extend("industry", {"A": "农业"})
    with pytest.raises(errors.AmbiguousValue):
        book.rulebook.extend("region", {"PK": "北京"})
    assert [e.code for e in book.rulebook.get().rule.tables["region"].entries] == ["BJ"]


# ---------------------------------------------------------------- codes of others


def test_legacy_codes_are_accepted_resolved_and_never_minted(book: mintmark.Register) -> None:
    book.rulebook.declare(Family(name="old ERP", patterns=("KH-######",)))
    with pytest.raises(errors.RulesCollide):
        book.publish("K{initials(name):1}{seq:6}")
    book.publish("C{seq:5}")
    with pytest.raises(errors.RulesCollide):
        book.rulebook.declare(Family(name="cards", patterns=("/C[0-9]+/",)))
    kept = book.register(name="张伟", phone="13875014587", code="kh-000123")
    assert (kept.code, kept.new) == ("KH-000123", True)
    found = book.resolve("KH000123")
    assert (found.customer and found.customer.name, found.rule) == ("张伟", "old ERP")
    assert book.register(name="李雷", phone="13875014588").code == "C00001"
    with pytest.raises(errors.CodeTaken):
        book.register(name="韩梅梅", phone="13875014589", code="KH000123")
    again = book.register(name="张伟", phone="13875014587", code="KH 000123")
    assert (again.code, again.new) == ("KH-000123", False)
    with pytest.raises(errors.AlreadyCoded):
        book.register(name="张伟", phone="13875014587", code="KH000124")


def test_codes_by_hand_follow_the_rules_policy(book: mintmark.Register, query: Query) -> None:
    book.publish("C{seq:3}")
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="张伟", code="C005")
    book.publish("C{seq:3}", manual="C0##")
    assert book.register(name="张伟", email="1@example.com", code="c002").code == "C002"
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="李雷", code="C105")
    codes = [book.register(name=f"客户{n}", email=f"{n}@example.com").code for n in range(2, 5)]
    assert codes == ["C001", "C003", "C004"]
    assert book.mint_many(2) == ["C005", "C006"]
    assert query("SELECT last, used FROM counter") == [(6, 5)]
    assert query("SELECT by_hand, number FROM code WHERE text = 'C002'") == [(True, 2)]


def test_external_numbers_are_given_by_hand_and_never_by_the_counter(
    book: mintmark.Register,
) -> None:
    book.publish("C{seq:2}", external=["3-7", "9-11"])
    assert book.mint_many(5) == ["C01", "C02", "C08", "C12", "C13"]
    assert book.register(name="张伟", code="C05").code == "C05"
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="李雷", email="l@example.com", code="C14")
    with pytest.raises(errors.CodeNotAllowed):
        book.register(name="李雷", email="l@example.com", code="C50")
    with pytest.raises(errors.SequenceFull) as refused:
        book.mint_many(99 - 8 - 5 + 1)
    assert refused.value.capacity == 91
    assert len(book.mint_many(86)) == 86


def test_two_rows_with_one_code_are_not_both_taken(book: mintmark.Register) -> None:
    book.publish("C{seq:3}", manual="allowed")
    customers = [mintmark.Customer(name=f"客户{n}", email=f"{n}@example.com") for n in range(3)]
    records = [Record(customer=c, code=code)
               for c, code in zip(customers, ["X-1", "x1", None], strict=True)]  # fmt: skip
    for outcomes in (book.forecast(records), book.register_many(records)):
        first, second, third = outcomes
        assert isinstance(first, Registered)
        assert first.code == "X-1"
        assert isinstance(second, Refused)
        assert second.refusal.slug == "code-taken"
        assert isinstance(third, Registered)
        assert third.code == "C001"


# ---------------------------------------------------------------- how it counts


def test_a_shared_counter_gives_every_number_once(book: mintmark.Register, query: Query) -> None:
    book.publish("{region}{seq:4,per=none}", tables={"region": TABLES["region"]})
    codes = [book.mint(region=region) for region in ("北京", "上海", "北京")]
    assert codes == ["BJ0001", "SH0002", "BJ0003"]
    assert query("SELECT scope, last FROM counter") == [("_####", 3)]


def test_back_dated_customers_go_to_the_counter_of_their_own_period(
    book: mintmark.Register,
) -> None:
    book.publish("K{registered:YYMMDD}{seq:3,reset=month}")
    days = ["2026-11-02", "2026-11-20", "2026-10-31", "2026-11-03", "2026-10-01"]
    codes = [book.mint(registered=day) for day in days]
    assert codes == ["K261102001", "K261120002", "K261031001", "K261103003", "K261001002"]


def test_the_fiscal_year_starts_where_the_rule_says(book: mintmark.Register) -> None:
    book.publish("F{registered:FYY,starts=4}{seq:3}")
    days = ["2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01"]
    assert [book.mint(registered=day) for day in days] == ["F24001", "F25001", "F25002", "F26001"]


def test_whose_day_it_is_follows_the_rules_time_zone(book: mintmark.Register, clock: Clock) -> None:
    clock.time = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    book.publish("A{created:YYMMDD}{seq:2}", name="east", time_zone="Asia/Shanghai")
    assert book.mint() == "A26112301"
    book.publish("A{created:YYMMDD}{seq:2}", name="east", time_zone="America/New_York")
    assert book.mint() == "A26112201"


def test_start_step_and_alphabet_are_kept(book: mintmark.Register) -> None:
    book.publish("A{seq:4,start=1000,step=5}", name="a")
    book.publish("B{seq:A0}", name="b", when={"type": "b"}, priority=1)
    book.publish("D{seq:1,widen=2}", name="d", when={"type": "d"}, priority=1)
    assert book.mint_many(3) == ["A1000", "A1005", "A1010"]
    assert book.mint_many(11, type="b")[-2:] == ["BB0", "BB1"]
    assert book.mint_many(11, type="d")[-3:] == ["D9", "D10", "D11"]


def test_random_codes_are_unique_and_follow_no_counter(book: mintmark.Register) -> None:
    book.publish("R{random:2,alphabet=decimal}")
    codes = book.mint_many(40) + [book.mint() for _ in range(20)]
    assert len(set(codes)) == 60
    assert codes != sorted(codes)
    with pytest.raises(errors.SequenceFull) as refused:
        book.mint_many(31)
    assert refused.value.capacity == 90
    assert len(set(codes + book.mint_many(30))) == 90


def test_random_characters_beside_a_number_are_drawn_for_each_code(
    book: mintmark.Register,
) -> None:
    book.publish("S{seq:3}{random:6}")
    codes = book.mint_many(50)
    assert [code[:4] for code in codes] == [f"S{n:03}" for n in range(1, 51)]
    assert len({code[4:] for code in codes}) == 50


def test_numbers_that_would_spell_an_unwanted_word_are_stepped_over(
    book: mintmark.Register,
) -> None:
    book.publish("K{seq:3}", unwanted=["4", "K1"])
    codes = book.mint_many(30)
    assert codes[:5] == ["K001", "K002", "K003", "K005", "K006"]
    assert not any("4" in code for code in codes)


# ---------------------------------------------------------------- trying


def test_a_simulation_shows_what_would_come_out_and_writes_nothing(
    book: mintmark.Register,
) -> None:
    book.publish(RULE, tables=TABLES)
    for n in range(12):
        book.register(name=f"客户{n}", email=f"{n}@example.com", type="VIP" if n % 3 else "普通",
                      region="北京" if n % 2 else "上海", registered="2026-11-01")  # fmt: skip
    narrow = define(
        "{region}{seq:1}", name="main", when={"type": "VIP"},
        tables={"region": {"BJ": "北京"}, "type": TABLES["type"]},
    )  # fmt: skip
    found = book.rulebook.simulate(narrow)
    assert (found.customers, found.elsewhere, found.spelt) == (12, 4, 4)
    assert [(refusal.slug, count) for refusal, count in found.refused] == [("unknown-value", 4)]
    assert [one.instead for one in found.samples] == ["BJ1", "BJ2", "BJ3", "BJ4"]
    assert [(one.scope, one.used, one.capacity) for one in found.fullest] == [("BJ#", 4, 9)]
    assert found.full_on == date(2026, 11, 22) + timedelta(days=365 * 5 / 4)
    assert book.status().codes == 12
    assert book.rulebook.simulate(narrow, limit=2).customers == 2


def test_the_status_tells_how_full_scopes_are_and_when_they_will_be(
    book: mintmark.Register, clock: Clock
) -> None:
    book.publish("K{seq:2}", warn_at=50)
    book.mint_many(20)
    clock.time += timedelta(days=10)
    book.mint_many(20)
    [usage] = book.status().fullest
    assert (usage.scope, usage.used, usage.capacity) == ("K##", 40, 99)
    assert usage.full_at == clock.time + timedelta(days=59 / 4)


def test_customers_bear_attributes_of_ones_own(book: mintmark.Register) -> None:
    book.publish(
        "{grade}{enrolled:YY}{seq:3}", tables={"grade": {"1": "一年级", "2": "二年级"}},
        dates=["enrolled"],
    )  # fmt: skip
    done = book.register(name="小明", grade="二年级", enrolled="2025-09-01")
    assert done.code == "225001"
    found = book.resolve(done.code)
    assert found.customer is not None
    assert found.customer.facts()["grade"] == "二年级"
    assert found.customer.facts()["enrolled"] == date(2025, 9, 1)


def test_another_process_sees_a_withdrawn_rule_at_once(
    book: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    other = reopen()
    book.publish("K{seq:3}")
    book.publish("K{seq:5}")
    assert other.preview() == "K00001"
    book.rulebook.withdraw("main")
    assert other.mint() == "K001"


def test_a_register_of_the_first_release_goes_on_counting(place: str) -> None:
    """Tables as 0.1.0 made them: definitions with `latest` null, counters without capacity."""
    definition = {"rule": "{type}{seq:3}", "earliest": "1990-01-01", "latest": None,
                  "tables": {"type": {"V": ["VIP"]}}}  # fmt: skip
    with psycopg.connect(place) as connection:
        connection.execute("CREATE SCHEMA mintmark; SET search_path = mintmark")
        connection.execute("CREATE TABLE migration (name text PRIMARY KEY, applied_at timestamptz)")
        connection.execute(migrations()[0].read_bytes())
        connection.execute("INSERT INTO migration VALUES (%s, now())", (migrations()[0].name,))
        rule = "INSERT INTO rule VALUES (1, %s, now(), 'old')"
        connection.execute(rule.encode(), (Json(definition),))
        connection.execute("INSERT INTO counter VALUES ('V###', 7)")
        connection.execute(
            "INSERT INTO code VALUES ('V007', 'V007', 1, 'V###', 7, NULL, NULL, now(), 'old')"
        )
    with mintmark.open(place) as register:
        assert register.rulebook.get().rule.terms.earliest == date(1990, 1, 1)
        assert register.resolve("v007").rule == "main@1"
        assert register.mint(type="VIP") == "V008"
        [usage] = register.status().fullest
        assert (usage.used, usage.capacity) == (8, 999)
