"""Every number of a scope has one state, and it can be proved; what does not add up is found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import TABLES, TODAY

import mintmark
from mintmark import errors
from mintmark.minting.verifying import Fault
from mintmark.progress import Progress

REGIONS = {"region": TABLES["region"]}
Spoil = Callable[[str], None]


@pytest.fixture
def spoil(place: str) -> Spoil:
    """Write into the database behind the register's back."""

    def write(statements: str) -> None:
        with psycopg.connect(place, options="-c search_path=mintmark") as connection:
            connection.execute(statements.encode())

    return write


def faults(book: mintmark.Register, *, repair: bool = False) -> list[Fault]:
    proof = book.verify(repair=repair)
    list(proof)
    assert proof.holds == all(fault.repaired for fault in proof.faults)
    return proof.faults


def kinds(book: mintmark.Register) -> list[str]:
    return [fault.kind for fault in faults(book)]


# ---------------------------------------------------------------- states


def test_the_ledger_tells_the_state_of_every_number_and_why(empty: mintmark.Register) -> None:
    empty.publish("K{seq:3}", unwanted=["4"], manual="allowed")
    empty.mint_many(3)
    empty.leases.lend(3, holder="门店")
    empty.bind("K002", name="张伟")
    empty.void("K003", reason="卡片遗失")
    empty.release("K001", reason="客户未到")
    empty.hold(code="K020", reason="吉祥号", holder="前台", until=TODAY + timedelta(days=1))
    ledger = empty.numbers("k-020")
    assert [(r.first, r.last, r.state, r.holder, r.reason, r.code) for r in ledger.runs] == [
        (1, 1, "returned", "", "客户未到", ""),
        (2, 2, "bound", "", "", "K002"),
        (3, 3, "void", ledger.runs[2].who, "卡片遗失", "K003"),
        (4, 4, "skipped", "", "unwanted", ""),
        (5, 7, "leased", "门店", "", ""),
        (20, 20, "held", "前台", "吉祥号", "K020"),
    ]
    assert (ledger.scope, ledger.last, ledger.capacity) == ("K###", 7, 999)
    assert ledger.counts == {
        "returned": 1, "bound": 1, "void": 1, "skipped": 1, "leased": 3, "held": 1,
    }  # fmt: skip
    verbs = [event.verb for event in reversed(ledger.events)]
    assert verbs == ["held", "leased", "bound", "voided", "released", "held"]
    assert faults(empty) == []


def test_steps_and_numbers_of_others_leave_no_hole(empty: mintmark.Register) -> None:
    empty.publish("K{seq:4,start=1000,step=5}", external=["1010-1019"])
    codes = empty.mint_many(4)
    assert codes == ["K1000", "K1005", "K1020", "K1025"]
    empty.leases.lend(2, holder="门店")
    empty.publish("K{seq:4,start=1037}")
    assert empty.mint_many(2) == ["K1037", "K1038"]
    runs = empty.numbers("K####").runs
    assert [(r.first, r.last, r.count, r.state) for r in runs] == [
        (1000, 1025, 4, "held"), (1030, 1035, 2, "leased"), (1037, 1038, 2, "held"),
    ]  # fmt: skip
    assert faults(empty) == []


def test_a_scope_is_asked_for_by_its_key_or_a_code_in_it(empty: mintmark.Register) -> None:
    empty.publish("{region}-{seq:3}", tables=REGIONS)
    empty.mint(region="北京")
    assert empty.numbers("BJ###") == empty.numbers(" bj 001")
    with pytest.raises(errors.UnknownScope) as refused:
        empty.numbers("BJ")
    assert refused.value.near == ("BJ###",)


def test_random_numbers_are_accounted_for_without_an_order(
    empty: mintmark.Register, spoil: Spoil
) -> None:
    empty.publish("R{random:6}")
    codes = empty.mint_many(5)
    empty.release(codes[0])
    assert empty.numbers("R??????").counts == {"held": 4}
    assert faults(empty) == []
    spoil(f"DELETE FROM code WHERE text = '{codes[1]}'")
    assert kinds(empty) == ["miscounted"]


def test_codes_given_by_hand_between_the_steps_make_nothing_missing(
    empty: mintmark.Register, spoil: Spoil
) -> None:
    empty.publish("K{seq:3,start=10,step=5}", manual="allowed")
    empty.mint_many(4)
    empty.publish("K{seq:3,start=12,step=3}", manual="allowed")
    empty.register(name="张伟", code="K024")
    assert empty.numbers("K###").counts == {"held": 4, "bound": 1}
    spoil("DELETE FROM code WHERE number = 20")
    states = [(run.first, run.state) for run in empty.numbers("K###").runs]
    assert states == [(10, "held"), (20, "missing"), (24, "bound"), (25, "held")]


# ---------------------------------------------------------------- the proof finds


def test_the_proof_counts_what_it_looked_at(empty: mintmark.Register) -> None:
    empty.publish("{region}{seq:3}", tables=REGIONS)
    empty.mint_many(30, region="北京")
    empty.leases.lend(20, holder="门店", region="上海")
    empty.release("BJ007")
    proof = empty.verify()
    done = list(proof)
    assert done[-1] == Progress(done=5, total=5)
    assert (proof.holds, proof.scopes, proof.numbers, proof.lost) == (True, 2, 50, 0)


_ROW = "canonical, text, rule, scope, number, minted_at, actor, holder"
_TWICE = f"INSERT INTO code ({_ROW}) SELECT {_ROW} FROM code WHERE number = 6"
_SPAN = "INSERT INTO span (scope, first, last, step, state, rule, actor, since) VALUES "
_RETURNED = f"{_SPAN} ('K###', 3, 4, 1, 'returned', 1, 'x', now())"
_CROSSED = f"""
{_SPAN} ('K###', 21, 24, 1, 'lost', 1, 'x', now()), ('K###', 24, 25, 1, 'lost', 1, 'x', now())
"""


_DAMAGES = {
    "DELETE FROM code WHERE number = 5": {"missing", "miscounted"},
    "DELETE FROM code WHERE number >= 9": {"missing", "miscounted"},
    "DELETE FROM span": {"ahead", "miscounted"},
    "UPDATE counter SET last = 17": {"lagging"},
    "UPDATE counter SET last = 22": {"ahead"},
    "UPDATE counter SET used = 9": {"miscounted"},
    "UPDATE counter SET spare = 1": {"miscounted"},
    "DELETE FROM counter": {"lagging", "miscounted"},
    "UPDATE code SET number = 4 WHERE number = 3": {"double", "missing"},
    _TWICE: {"double", "double-code", "miscounted"},
    _RETURNED: {"double", "miscounted"},
    _CROSSED: {"double", "lagging", "miscounted"},
    "UPDATE span SET last = 21": {"lagging", "miscounted"},
}
_TABLES = ("code", "span", "counter")
_KEEP = "; ".join(f"CREATE TABLE kept_{table} AS TABLE {table}" for table in _TABLES)
_RESTORE = "; ".join(
    f"TRUNCATE {table}; INSERT INTO {table} TABLE kept_{table}" for table in _TABLES
)


def test_each_fault_is_found(empty: mintmark.Register, spoil: Spoil) -> None:
    empty.publish("K{seq:3}")
    empty.mint_many(10)
    empty.leases.lend(10, holder="门店")
    spoil("ALTER TABLE code DROP CONSTRAINT code_scope_number_key, DROP CONSTRAINT code_pkey")
    spoil(_KEEP)
    for damage, found in _DAMAGES.items():
        assert kinds(empty) == []
        spoil(damage)
        assert (damage, set(kinds(empty))) == (damage, found)
        spoil(_RESTORE)


def test_a_missing_number_is_named_and_shown(empty: mintmark.Register, spoil: Spoil) -> None:
    empty.publish("K{seq:3,start=10,step=10}")
    empty.mint_many(9)
    spoil("DELETE FROM code WHERE number IN (10, 40, 50, 70)")
    missing = [fault for fault in faults(empty) if fault.kind == "missing"]
    assert [(f.scope, f.first, f.last, f.count) for f in missing] == [
        ("K###", 10, 10, 1), ("K###", 40, 50, 2), ("K###", 70, 70, 1),
    ]  # fmt: skip
    assert empty.numbers("K###").counts == {"held": 5, "missing": 4}


def test_what_is_missing_at_the_end_is_shown_too(empty: mintmark.Register, spoil: Spoil) -> None:
    empty.publish("K{seq:3}")
    empty.mint_many(9)
    spoil("DELETE FROM code WHERE number > 7")
    assert empty.numbers("K###").counts == {"held": 7, "missing": 2}


# ---------------------------------------------------------------- and mends


def test_a_repair_mends_counters_and_only_forwards(empty: mintmark.Register, spoil: Spoil) -> None:
    empty.publish("{region}{seq:3}", tables=REGIONS)
    for region in ("北京", "上海", "广州"):
        empty.mint_many(5, region=region)
        empty.release(f"{region and empty.preview(region=region)[:2]}002")
    spoil("UPDATE counter SET last = 2, used = 1, spare = 7 WHERE scope = 'BJ###'")
    spoil("DELETE FROM counter WHERE scope = 'SH###'")
    spoil("UPDATE counter SET last = 8 WHERE scope = 'GZ###'")
    found = {(fault.kind, fault.scope): fault.repaired for fault in faults(empty, repair=True)}
    assert found == {
        ("lagging", "BJ###"): True, ("miscounted", "BJ###"): True,
        ("lagging", "SH###"): True, ("miscounted", "SH###"): True,
        ("ahead", "GZ###"): False,
    }  # fmt: skip
    assert kinds(empty) == ["ahead"]
    codes = [empty.mint_many(2, region=region) for region in ("北京", "上海", "广州")]
    assert codes == [["BJ002", "BJ006"], ["SH002", "SH006"], ["GZ002", "GZ009"]]
    assert empty.numbers("BJ###").events[-1].verb == "held"


def lagging(spoil: Spoil, **columns: Any) -> None:
    spoil("UPDATE counter SET " + ", ".join(f"{name} = {n}" for name, n in columns.items()))


def test_minting_passes_codes_that_the_counter_has_forgotten(
    empty: mintmark.Register, spoil: Spoil
) -> None:
    empty.publish("K{seq:3}")
    empty.mint_many(5)
    lagging(spoil, last=2)
    assert empty.mint() == "K006"
    assert faults(empty) == []


def test_minting_repairs_a_counter_that_lags(empty: mintmark.Register, spoil: Spoil) -> None:
    empty.publish("K{seq:3}")
    empty.mint_many(5)
    lagging(spoil, last=2, used=2)
    assert empty.mint() == "K006"
    assert faults(empty) == []


def test_minting_repairs_a_counter_that_has_forgotten_a_lease(
    empty: mintmark.Register, spoil: Spoil
) -> None:
    empty.publish("K{seq:3}")
    empty.leases.lend(5, holder="门店")
    lagging(spoil, last=2, used=2)
    assert empty.mint() == "K006"
    assert empty.leases.lend(2, holder="门店").codes == ["K007", "K008"]
    assert faults(empty) == []
