"""Minting beside its rivals: how fast, how promptly, in how much memory.

    make bench
    python benchmarks/minting.py [--quick] [--only 1,4] [--rounds N] [--rows N] [--soak]

    1  one scope, a committed row for each code, at 1, 8 and 64 clients
    2  the same with a customer, a passport and an event for each code
    3  several processes on one scope; many scopes in one process
    4  codes for a million given rows, beside COPY of what was written
    5  leased numbers, beside generators that ask nobody
    6  latency and memory at half the peak load

Everything runs against one embedded PostgreSQL with full durability, in interleaved rounds; what
counts is the ratio of the medians, for machines differ and have bad minutes. In parentheses are the
lowest and the highest round. After each round Mintmark's numbers are counted: no gap, none lost.
"""

import argparse
import os
import platform
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl
import psycopg

import mintmark
from mintmark.store import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import racing, rivals
from benchmarks.racing import AWAITED, OURS, Load, Race, Way, alike, hammer, say, timed
from benchmarks.rivals import AT_ONCE, BY_STEPS, NEXTVAL, pgbench

RULE = "{type}-{region}-{registered:YYYYMMDD}-{seq:8}"
CITIES = {"BJ": "北京", "SH": "上海", "GZ": "广州", "SZ": "深圳", "CD": "成都"}
TABLES = {
    "type": {"V": "VIP", "N": "普通", "P": "潜在"},
    "region": CITIES | {f"{n:03}": f"region {n}" for n in range(1000)},
}
DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(2000)]
CLIENTS = (1, 8, 64)
EACH = 16  # clients in each of several processes
FLAT = 10  # MB that memory may grow by
DJANGO, PLAIN = "django-sequences", "counter row (psycopg)"
COPY = "COPY of the same rows"
APART = "4 processes, a scope for each"
WANTED = {
    (1, PLAIN): 1.3,  # at most; all others at least
    (8, DJANGO): 6,
    (64, DJANGO): 40,
    (64, BY_STEPS): 10,
    (64, AT_ONCE): 10,
    (64, NEXTVAL): 1,
}
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The register that is measured, and for how long."""

    register: mintmark.Register
    folder: Path
    conninfo: str
    rounds: int
    rows: int
    minutes: float
    seconds: float = 1.0  # of each way in each round; pgbench knows no fractions
    days: Iterator[date] = field(default_factory=lambda: iter(DAYS))
    peaks: list[float] = field(default_factory=list)  # codes/s of 64 clients, once known

    def facts(self) -> Facts:
        """Give attributes that nobody has used yet: a scope of their own."""
        return {"type": "VIP", "region": "北京", "registered": next(self.days)}

    def mint(self, clients: int) -> Load:
        """Mint in one scope."""
        facts = self.facts()
        load = hammer(clients, self.seconds, alike(lambda: self.register.mint(**facts)))
        self.check(of_day(facts), load.done + clients)
        return load

    def await_codes(self, clients: int) -> Load:
        """Mint in one scope, as the tasks of an event loop do."""
        facts = self.facts()
        load = racing.await_all(clients, self.seconds, lambda: self.register.mint_soon(**facts))
        self.check(of_day(facts), load.done + clients)
        return load

    def enrol(self, clients: int) -> Load:
        """Register people in one scope."""
        facts, enrol = self.facts(), self.register.register
        load = hammer(clients, self.seconds, alike(lambda: enrol(**facts, **rivals.person())))
        self.check(of_day(facts), load.done + clients)
        return load

    def scatter(self, scopes: int) -> Load:
        """Mint in so many scopes, whichever comes."""
        facts = self.facts()

        def once() -> None:
            region = f"region {random.randrange(scopes)}"  # noqa: S311 - no secret
            self.register.mint(**(facts | {"region": region}))

        load = hammer(CLIENTS[-1], self.seconds, alike(once))
        self.check(of_day(facts), load.done + CLIENTS[-1])
        return load

    def check(self, scopes: str, codes: int) -> None:
        """Stop where numbers of these scopes are missing, or codes that were given out."""
        query = """
            SELECT coalesce(sum(n), 0), coalesce(bool_and(low = 1 AND high = n AND last = n), true)
            FROM mintmark.counter CROSS JOIN LATERAL (
                SELECT count(*) AS n, min(number) AS low, max(number) AS high
                FROM mintmark.code WHERE code.scope = counter.scope) AS numbers
            WHERE scope ~ %s"""
        with psycopg.connect(self.conninfo) as connection:
            found = connection.execute(query, (scopes,)).fetchone()
        if found != (codes, True):
            sys.exit(f"{codes} codes were given out; there are, without a gap: {found}")


def of_day(facts: Facts) -> str:
    """Give the pattern of the scopes of a day."""
    return f"^V.*{facts['registered']:%Y%m%d}#"


# ---------------------------------------------------------------- 1 and 2: beside the rivals


def one_scope(bench: Bench) -> None:
    """A committed row for each code."""
    races = beside(bench, "one scope, a committed row each", bench.mint, WANTED, full=False)
    bench.peaks.append(races[CLIENTS[-1]].rate(OURS))


def full_rows(bench: Bench) -> None:
    """A customer, a passport and an event for each code."""
    beside(bench, "one scope, customer, passport and event each", bench.enrol, {}, full=True)


def beside(
    bench: Bench,
    what: str,
    ours: Callable[[int], Load],
    wanted: Mapping[tuple[int, str], float],
    *,
    full: bool,
) -> dict[int, Race]:
    """Race all with few and with many clients, and print how they did."""
    races = {clients: Race(f"{what}; clients: {clients}") for clients in CLIENTS}
    for turn in range(bench.rounds):
        for clients, race in races.items():
            race.run(ways(bench, ours, clients, full=full), turn)
    for clients, race in races.items():
        race.show()
        if PLAIN in race.loads:
            race.slower(PLAIN, wanted.get((clients, PLAIN)))
            continue
        by_hand = max(BY_STEPS, AT_ONCE, key=race.rate)
        for rival in (DJANGO, by_hand, NEXTVAL):
            for one in (OURS, AWAITED) if AWAITED in race.loads else (OURS,):
                race.faster(rival, wanted.get((clients, rival)), ours=one)
    return races


def ways(bench: Bench, ours: Callable[[int], Load], clients: int, *, full: bool) -> dict[str, Way]:
    """Give Mintmark and its rivals, by their names."""
    seconds, server = bench.seconds, bench.conninfo

    def scripted(script: str) -> Way:
        return lambda: pgbench(server, script, clients, seconds)

    found: dict[str, Way] = {
        OURS: lambda: ours(clients),
        DJANGO: lambda: hammer(clients, seconds, rivals.django_client(server, full=full)),
    }
    if clients == 1:
        found[PLAIN] = lambda: hammer(1, seconds, rivals.plain_client(server, full=full))
    elif not full:
        found[AWAITED] = lambda: bench.await_codes(clients)
    return found | {name: scripted(text) for name, text in rivals.scripts(full=full).items()}


# ---------------------------------------------------------------- 3: processes and scopes


def spread(bench: Bench) -> None:
    """Several processes on one scope; many scopes in one process."""
    race = Race(f"one scope, {EACH} clients in each process")
    with ExitStack() as ending:
        workers = [ending.enter_context(racing.worker(bench.folder)) for _ in range(4)]
        for turn in range(bench.rounds):
            each = {many(n, "process"): partial(crowd, bench, workers[:n]) for n in (1, 2, 4)}
            race.run(each | {APART: partial(crowd, bench, workers, apart=True)}, turn)
    race.show()
    for n in (2, 4):
        race.faster(many(1, "process"), ours=many(n, "process"))
    race.faster(many(4, "process"), ours=APART)
    race = Race(f"{CLIENTS[-1]} clients in one process")
    for turn in range(bench.rounds):
        scattered = {many(n, "scope"): partial(bench.scatter, n) for n in (1, 10, 100, 1000)}
        race.run(scattered, turn)
    race.show()


def many(number: int, what: str) -> str:
    """Name a way."""
    return f"{number} {what}{'' if number == 1 else 'es' if what.endswith('s') else 's'}"


def crowd(bench: Bench, workers: list[Pipe], *, apart: bool = False) -> Load:
    """Let processes mint at the same time: in one scope, or each in its own."""
    facts = bench.facts()
    for at, pipe in enumerate(workers):
        own = {"region": f"region {at}"} if apart else {}
        pipe.send((EACH, bench.seconds, facts | own))
    loads: list[Load] = [pipe.recv() for pipe in workers]
    done = sum(load.done for load in loads)
    bench.check(of_day(facts), done + EACH * len(workers))
    waits = sorted(wait for load in loads for wait in load.waits)
    return Load(done, max(load.seconds for load in loads), waits)


# ---------------------------------------------------------------- 4: given rows


def given_rows(bench: Bench) -> None:
    """Codes for a column of rows, beside COPY of exactly what was written for them."""
    race = Race(f"codes for {bench.rows:,} given rows")
    for turn in range(min(bench.rounds, 3)):  # of many seconds each
        frame = people(bench.rows, seed=turn)
        start = datetime.now(UTC)
        with psycopg.connect(bench.conninfo, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # or one of the two would write for the other
        mint = partial(bench.register.mint_column, frame)
        race.loads[OURS].append(timed(bench.rows, mint))
        bench.check("^[NP]", (turn + 1) * bench.rows)
        race.loads[COPY].append(rivals.copy_again(bench.conninfo, since=start))
    race.show()
    race.faster(COPY)


def people(count: int, seed: int) -> pl.DataFrame:
    """Make up the attributes of so many customers of some years."""
    dice = random.Random(seed)  # noqa: S311 - made-up people need no secrets
    made = {
        "type": dice.choices(["普通", "潜在"], k=count),
        "region": dice.choices(list(CITIES.values()), k=count),
        "registered": dice.choices(DAYS, k=count),
    }
    return pl.DataFrame(made)


# ---------------------------------------------------------------- 5: leased numbers


def leased(bench: Bench) -> None:
    """Codes of a lease, with the time that taking and ending it takes."""
    rows, race = bench.rows, Race(f"{bench.rows:,} codes in process, one thread")

    def lease() -> None:
        with bench.register.leases.take(rows, holder="bench", **bench.facts()) as lease:
            for _ in range(rows):
                lease.mint()

    snow, uuid = "snowflake-id", "uuid7 (uuid-utils)"
    ways: dict[str, racing.Once] = {
        OURS: lease,
        snow: partial(rivals.snowflakes, rows),
        uuid: partial(rivals.uuids, rows),
    }
    for turn in range(bench.rounds):
        race.run({name: partial(timed, rows, way) for name, way in ways.items()}, turn)
    race.show()
    race.faster(snow)
    race.faster(uuid)


# ---------------------------------------------------------------- 6: latency and memory


def steady(bench: Bench) -> None:
    """Half the peak load for a while: how long a call takes, and whether memory stays flat."""
    clients = CLIENTS[-1]
    rate = (bench.peaks or [bench.mint(clients).rate])[0] / 2
    seconds, facts = bench.minutes * 60, bench.facts()
    say(f"half the peak load, {rate:,.0f} codes/s asked for, {clients} clients\n")
    start = perf_counter()
    pace = racing.walk(clients, seconds, rate, partial(bench.register.mint, **facts))
    done = sum(pace.calls.counts)
    say(f"    {done / (perf_counter() - start):,.0f} codes/s done\n")
    bench.check(of_day(facts), done)
    for what, waits in (("a call", pace.calls), ("since it was due", pace.since_due)):
        half, most = waits.milliseconds(0.5), waits.milliseconds(0.99)
        say(f"    {what:20} p50 {half:.2f} ms, p99 {most:.2f} ms\n")
    grown = pace.sizes[-1] - pace.sizes[1]
    flat = racing.verdict(right=grown < FLAT)
    say(f"    memory grew by {grown:.1f} MB; wanted below {FLAT}: {flat}\n")


# ---------------------------------------------------------------- all of it

SECTIONS = {1: one_scope, 2: full_rows, 3: spread, 4: given_rows, 5: leased, 6: steady}
DJANGO_MODULES = ("django", "sequences")
NEEDED = {1: DJANGO_MODULES, 2: DJANGO_MODULES, 5: ("snowflake", "uuid_utils")}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="to try it out: the figures mean little"
    )
    parser.add_argument("--only", default="1,2,3,4,5,6", help="the sections, such as 1,4")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (5; at most 3 in section 4)")
    parser.add_argument("--rows", type=int, help="rows of sections 4 and 5 (1,000,000)")
    parser.add_argument("--minutes", type=float, help="how long section 6 lasts (0.5)")
    parser.add_argument("--soak", action="store_true", help="section 6 lasts 10 minutes")
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (2 if asked.quick else 5)
    asked.rows = asked.rows or (20_000 if asked.quick else 1_000_000)
    asked.minutes = asked.minutes or (10 if asked.soak else 0.1 if asked.quick else 0.5)
    asked.only = [int(number) for number in asked.only.split(",")]
    return asked


def main() -> None:
    """Run the sections that were asked for."""
    asked = arguments()
    rivals.require(*dict.fromkeys(name for n in asked.only for name in NEEDED.get(n, ())))
    with (
        tempfile.TemporaryDirectory() as name,
        embedded.running(Path(name) / "r") as conninfo,
        mintmark.open(Path(name) / "r", create=True) as register,
    ):
        register.publish(RULE, tables=TABLES)
        rivals.prepare(conninfo)
        say(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python ")
        say(f"{platform.python_version()}, {asked.rounds} interleaved rounds\n")
        bench = Bench(
            register=register, folder=Path(name) / "r", conninfo=conninfo, rounds=asked.rounds,
            rows=asked.rows, minutes=asked.minutes,
        )  # fmt: skip
        for section in asked.only:
            SECTIONS[section](bench)


if __name__ == "__main__":
    main()
