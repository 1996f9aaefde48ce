"""Whoever is alone in a scope mints in one round trip; nothing is lost when others come."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from tests.conftest import TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark.customer import Customer
from mintmark.registry import Record
from mintmark.store import session
from mintmark.store.session import Direct

VIP = {"type": "VIP"}


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said to the server, in order."""
    said: list[str] = []
    say = Direct.say

    def listen(self: Direct, commands: str) -> list[tuple[bytes | None, ...]]:
        said.append(commands)
        return say(self, commands)

    monkeypatch.setattr(Direct, "say", listen)
    return said


@pytest.fixture
def shop(empty: mintmark.Register) -> mintmark.Register:
    empty.publish("{type}{seq:3}", tables={"type": {"V": ["VIP"], "N": ["普通"]}})
    return empty


def test_whoever_is_alone_mints_in_one_round_trip(
    shop: mintmark.Register, trips: list[str]
) -> None:
    codes = [shop.mint(**VIP) for _ in range(3)]
    trips.clear()
    codes += [shop.mint(**VIP), shop.mint(**VIP)]
    assert len(trips) == 2
    assert codes == ["V001", "V002", "V003", "V004", "V005"]


def test_each_counter_is_looked_up_by_its_key_and_locked_in_order(
    shop: mintmark.Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one unit of work in very many scopes reads all counters of the register for each."""
    people = (f"客户{n}" for n in count(1))

    def two_scopes() -> None:
        kinds = ("VIP", "普通")
        shop.register_many([Record(customer=Customer(name=next(people), type=k)) for k in kinds])

    for _ in range(3):
        two_scopes()
    plans: list[str] = []
    say = Direct.say

    def explain(self: Direct, commands: str) -> list[tuple[bytes | None, ...]]:
        plans.extend(_plan(partial(say, self), commands))
        return say(self, commands)

    monkeypatch.setattr(Direct, "say", explain)
    two_scopes()
    [plan] = [plan for plan in plans if "LockRows" in plan]
    assert "LockRows -> Index Scan using counter_pkey" in plan
    assert plan.index("Sort Key: given.scope") < plan.index("LockRows")


def _plan(say: Callable[[str], list[tuple[bytes | None, ...]]], commands: str) -> list[str]:
    if not commands.startswith("EXECUTE"):
        return []
    say("BEGIN")
    lines = say(f"EXPLAIN (COSTS OFF) {commands.removesuffix('; COMMIT')}")
    say("ROLLBACK")
    return [" ".join(" ".join((line or b"").decode() for (line,) in lines).split())]


def test_two_programs_in_turn_leave_no_gap(
    shop: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    other = reopen()
    turns = [shop, shop, shop, other, shop, other, other, other, shop, shop, shop, other]
    assert [one.mint(**VIP) for one in turns] == [f"V{n:03}" for n in range(1, len(turns) + 1)]


def test_a_number_that_was_released_elsewhere_comes_again(
    shop: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    codes = [shop.mint(**VIP) for _ in range(4)]
    reopen().release(codes[1])
    assert [shop.mint(**VIP), shop.mint(**VIP)] == [codes[1], "V005"]


def test_a_hold_that_was_made_elsewhere_ends_in_time(
    shop: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    for _ in range(3):
        shop.mint(**VIP)
    reopen().hold(until=TODAY + timedelta(seconds=1), **VIP)
    assert [shop.mint(**VIP), shop.mint(**VIP)] == ["V005", "V006"]


def test_a_rule_published_elsewhere_holds_at_once(
    shop: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    for _ in range(3):
        shop.mint(**VIP)
    reopen().publish("K{type}{seq:3}", tables={"type": {"V": ["VIP"], "N": ["普通"]}})
    assert shop.mint(**VIP) == "KV001"


def test_claims_on_several_scopes_are_kept_or_given_up_together(
    shop: mintmark.Register, reopen: Callable[[], mintmark.Register]
) -> None:
    def both() -> list[str]:
        asked = [shop.mint_soon(type=kind) for kind in ("VIP", "普通")]
        return [one.result().codes[0] for one in asked]

    for _ in range(4):
        both()
    reopen().mint(type="普通")
    assert both() == ["V005", "N006"]
    assert_accounted_for(shop)


def test_a_connection_keeps_only_so_many_statements_prepared(
    shop: mintmark.Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a program that runs for months, with requests of every shape, would fill the server."""
    monkeypatch.setattr(session, "_PREPARED", 3)
    codes = [shop.mint(**VIP)]
    for turn in range(6):
        codes += [shop.mint(**VIP), *shop.mint_many(turn + 2, **VIP)]
        codes.append(shop.hold(reason="a card" if turn % 2 else None, type="VIP"))
        assert shop.resolve(codes[-1]).code == codes[-1]
    assert codes == [f"V{n:03}" for n in range(1, len(codes) + 1)]
