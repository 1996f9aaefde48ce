"""Whatever is done in whatever order: every number has the state that a plain model gives it."""

import itertools
import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.clock import Clock
from tests.model import Code, Lease, Model, Span, Version

import mintmark
from mintmark import errors

EXAMPLES = int(os.environ.get("MINTMARK_STATE_EXAMPLES", "5"))
STEPS = int(os.environ.get("MINTMARK_STATE_STEPS", "25"))
FIRST = Version(number=1, start=10, step=5, external=(30, 44), unwanted="65")
SECOND = Version(number=2, start=12, step=3, external=(60, 66), unwanted="9")
PICKS = st.integers(0, 1000)
HOURS = st.sampled_from([None, 1, 3])
_numbers = itertools.count(1)


class Numbers(RuleBasedStateMachine):
    """A register, and what it should say."""

    server = ""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.leaving = ExitStack()
        name = f"states_{next(_numbers)}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        host = dict(part.split("=") for part in self.server.split())["host"]
        self.place = f"postgresql://postgres@/{name}?host={host}"
        opened = mintmark.open(self.place, create=True, now=self.clock)
        self.book = self.leaving.enter_context(opened)
        self.actor = self.book._settings.actor  # noqa: SLF001
        self.people = itertools.count(1)
        self.model = Model(FIRST)
        self.publish()

    def teardown(self) -> None:
        self.leaving.close()

    def publish(self) -> None:
        version = self.model.version
        low, high = version.external
        self.book.publish(
            f"K{{seq:3,start={version.start},step={version.step}}}", manual="allowed",
            external=[f"{low}-{high}"], unwanted=[version.unwanted],
        )  # fmt: skip

    @precondition(lambda self: self.model.version is FIRST and self.model.last > 20)
    @rule()
    def succeed(self) -> None:
        self.model.version = SECOND
        self.publish()

    @rule(hours=st.integers(1, 3))
    def wait(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule(wanted=st.integers(1, 4))
    def mint(self, wanted: int) -> None:
        codes = self.book.mint_many(wanted)
        self.minted(codes, "held", self.actor)

    @rule(hours=HOURS, holder=st.sampled_from(["", "前台"]))
    def hold(self, hours: int | None, holder: str) -> None:
        until, holder = self.until(hours), holder or self.actor
        code = self.book.hold(until=until, holder=holder)
        self.minted([code], "held", holder, until)

    @rule()
    def register(self) -> None:
        self.minted([self.book.register(**self.somebody()).code], "bound")

    @rule(pick=PICKS)
    def register_with_a_chosen_code(self, pick: int) -> None:
        number = self.countable(pick)
        code = self.standing(number)
        said = self.tried(lambda: self.book.register(code=f"K{number:03}", **self.somebody()))
        assert said == self.expected(code, self.actor)
        if said is None and code is not None:
            code.state = "bound"
        elif said is None:
            bound = Code(state="bound", version=self.model.version.number)
            self.model.choose(number, bound, self.clock())

    @rule(pick=PICKS, hours=HOURS)
    def hold_a_chosen_code(self, pick: int, hours: int | None) -> None:
        number, until = self.countable(pick), self.until(hours)
        code = self.standing(number)
        said = self.tried(lambda: self.book.hold(code=f"K{number:03}", until=until))
        assert said == (self.expected(code, self.actor) or (errors.CodeHeld if code else None))
        if said is None:
            held = Code(state="held", version=self.model.version.number, holder=self.actor)
            held.until = until
            self.model.choose(number, held, self.clock())

    @precondition(lambda self: self.model.codes)
    @rule(pick=PICKS, holder=st.sampled_from(["", "前台"]))
    def bind(self, pick: int, holder: str) -> None:
        number, code = self.a_code(pick)
        holder = holder or self.actor
        facts = self.somebody()
        said = self.tried(lambda: self.book.bind(f"K{number:03}", holder=holder, **facts))
        assert said == self.expected(code, holder)
        code.state = "bound" if said is None else code.state

    @precondition(lambda self: self.model.codes)
    @rule(pick=PICKS)
    def release(self, pick: int) -> None:
        number, code = self.a_code(pick)
        said = self.tried(lambda: self.book.release(f"K{number:03}"))
        assert said == (None if code.state == "held" else errors.NotHeld)
        if said is None:
            self.model.free(number)

    @precondition(lambda self: self.model.codes)
    @rule(pick=PICKS)
    def void(self, pick: int) -> None:
        number, code = self.a_code(pick)
        said = self.tried(lambda: self.book.void(f"K{number:03}", reason="作废"))
        assert said == (errors.CodeVoid if code.state == "void" else None)
        code.state = "void"

    @rule(count=st.integers(1, 6), hours=HOURS)
    def lend(self, count: int, hours: int | None) -> None:
        until = self.until(hours)
        lent = self.book.leases.lend(count, holder="门店", until=until)
        self.leased(lent.id, lent.codes, until)

    @precondition(lambda self: self.model.leases)
    @rule(pick=PICKS, used=st.sets(PICKS, max_size=3), upto=st.none() | PICKS)
    def give_back(self, pick: int, used: set[int], upto: int | None) -> None:
        lease = self.model.leases[pick % len(self.model.leases)]
        mine = [n for n, span in self.model.spans.items() if span.lease == lease.id]
        named = {mine[one % len(mine)] for one in used if mine}
        last = mine[upto % len(mine)] if upto is not None and mine else None
        self.book.leases.give_back(
            lease.id, used=[f"K{n:03}" for n in named],
            used_up_to=None if last is None else f"K{last:03}",
        )  # fmt: skip
        self.model.end(lease, named | {n for n in mine if last is not None and n <= last})

    @rule(count=st.integers(1, 5), given=st.integers(0, 5))
    def lease(self, count: int, given: int) -> None:
        with self.book.leases.take(count) as lease:
            lease_of = self.leased(lease.id, lease.codes, None)
            codes = [lease.mint() for _ in range(min(count, given))]
        self.model.end(lease_of, [int(code[1:]) for code in codes])

    @rule(wanted=st.integers(1, 3))
    def mint_inside_and_roll_back(self, wanted: int) -> None:
        with psycopg.connect(self.place) as shop, shop.transaction(force_rollback=True):
            assert len({self.book.mint_inside(shop) for _ in range(wanted)}) == wanted

    @invariant()
    def every_number_has_the_state_that_it_should_have(self) -> None:
        self.model.lose(self.clock())
        proof = self.book.verify()
        list(proof)
        assert proof.faults == []
        if self.model.last < 0 and not self.model.codes:
            return
        ledger = self.book.numbers("K###")
        assert ledger.last == self.model.last
        states = iter(self.model.states.items())
        for run in ledger.runs:
            numbers = list(itertools.islice(states, run.count))
            assert {state for _, state in numbers} == {run.state}
            assert (numbers[0][0], numbers[-1][0]) == (run.first, run.last)
        assert next(states, None) is None

    def until(self, hours: int | None) -> datetime | None:
        return None if hours is None else self.clock() + timedelta(hours=hours)

    def somebody(self) -> dict[str, str]:
        number = next(self.people)
        return {"name": f"客户{number}", "email": f"{number}@example.com"}

    def countable(self, pick: int) -> int:
        """A number that the rule can spell, near those in use, be it its own or not."""
        return self.model.version.start + pick % 25 * self.model.version.step

    def standing(self, number: int) -> Code | None:
        """The code in the way of one that is chosen: none whose hold is over."""
        code = self.model.codes.get(number)
        return None if code is None or code.is_over(self.clock()) else code

    def a_code(self, pick: int) -> tuple[int, Code]:
        return list(self.model.codes.items())[pick % len(self.model.codes)]

    def minted(
        self, codes: list[str], state: str, holder: str = "", until: datetime | None = None
    ) -> None:
        numbers = self.taken(codes)
        made = Code(state=state, version=self.model.version.number, holder=holder, until=until)
        self.model.codes |= {number: replace(made) for number in numbers}

    def taken(self, codes: list[str]) -> list[int]:
        numbers = self.model.take(len(codes), self.clock())
        assert codes == [f"K{number:03}" for number in numbers]
        return numbers

    def leased(self, inner: int, codes: list[str], until: datetime | None) -> Lease:
        numbers = self.taken(codes)
        version = self.model.version.number
        self.model.spans |= {n: Span(state="leased", version=version, lease=inner) for n in numbers}
        self.model.leases.append(Lease(inner, sorted(numbers), until))
        return self.model.leases[-1]

    def expected(self, code: Code | None, holder: str) -> type[Exception] | None:
        """What stands against binding a code."""
        if code is None:
            return None
        if code.state != "held":
            return errors.CodeVoid if code.state == "void" else errors.CodeTaken
        if code.is_over(self.clock()):
            return errors.HoldExpired
        return None if code.holder == holder else errors.CodeHeld

    @staticmethod
    def tried(verb: Any) -> type[Exception] | None:
        try:
            verb()
        except errors.Refusal as refusal:
            return type(refusal)
        return None


def test_numbers_are_accounted_for_whatever_is_done(server: str) -> None:
    Numbers.server = server
    run_state_machine_as_test(
        Numbers,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )  # fmt: skip
