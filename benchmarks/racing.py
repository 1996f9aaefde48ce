"""How the ways of minting are raced: clients at work, their rates, and how long they waited."""

import asyncio
import multiprocessing
import os
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from math import exp, log
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median
from threading import Barrier, BrokenBarrierError
from time import perf_counter, sleep
from typing import TypeVar

import mintmark

OURS = "Mintmark"
AWAITED = "Mintmark, clients of one event loop"
PATIENCE = 60.0  # seconds for all clients to be ready
Once = Callable[[], object]  # does the work once
Answer = TypeVar("Answer")
Client = Callable[[], AbstractContextManager[Once]]  # a connection of its own, where it needs one


def say(text: str) -> None:
    """Print at once: some rounds take a while."""
    sys.stdout.write(text)
    sys.stdout.flush()


def verdict(*, right: bool) -> str:
    """Say whether it is as wanted."""
    return "yes" if right else "NO"


# ---------------------------------------------------------------- clients


@dataclass(frozen=True, slots=True)
class Load:
    """What clients got done."""

    done: int
    seconds: float
    waits: list[float] = field(default_factory=list)  # of each call, sorted; pgbench tells none

    @property
    def rate(self) -> float:
        """How many in a second."""
        return self.done / self.seconds

    def wait(self, share: float) -> float:
        """Give the seconds that this share of the calls took at most."""
        return self.waits[min(int(len(self.waits) * share), len(self.waits) - 1)]


Way = Callable[[], Load]


def hammer(clients: int, seconds: float, client: Client) -> Load:
    """Let so many threads work for so long; each has done the work once before the clock starts."""
    begun: list[float] = []
    gate = Barrier(clients, action=lambda: begun.append(perf_counter()), timeout=PATIENCE)

    def work() -> tuple[float, list[float]]:
        waits = []
        try:
            with client() as once:
                once()
                gate.wait()
                now = begun[0]
                while now - begun[0] < seconds:
                    once()
                    before, now = now, perf_counter()
                    waits.append(now - before)
        except BaseException:
            gate.abort()  # or the others would wait for us
            raise
        return now, waits

    with ThreadPoolExecutor(clients) as threads:
        working = [threads.submit(work) for _ in range(clients)]
    ended, waits = zip(*answers(working), strict=True)
    return Load(sum(map(len, waits)), max(ended) - begun[0], sorted(chain(*waits)))


def await_all(clients: int, seconds: float, once: Callable[[], Awaitable[object]]) -> Load:
    """Let so many tasks of one event loop work for so long; all have done the work once before."""

    async def client(end: float) -> list[float]:
        waits, now = [], perf_counter()
        while now < end:
            await once()
            before, now = now, perf_counter()
            waits.append(now - before)
        return waits

    async def all_of_them() -> tuple[float, list[list[float]]]:
        await asyncio.gather(*[once() for _ in range(clients)])
        begun = perf_counter()
        return begun, await asyncio.gather(*[client(begun + seconds) for _ in range(clients)])

    begun, waits = asyncio.run(all_of_them())
    ended = perf_counter()
    return Load(sum(map(len, waits)), ended - begun, sorted(chain(*waits)))


def answers(working: list[Future[Answer]]) -> list[Answer]:
    """Give what the clients answered; raise what went wrong, not what only followed from it."""
    errors = [error for one in working if (error := one.exception())]
    for error in sorted(errors, key=lambda error: isinstance(error, BrokenBarrierError)):
        raise error
    return [one.result() for one in working]


def alike(once: Once) -> Client:
    """Give clients that need no connection of their own."""
    return lambda: nullcontext(once)


def timed(count: int, work: Once) -> Load:
    """Do what makes so many, once."""
    start = perf_counter()
    work()
    return Load(count, perf_counter() - start)


def obey(folder: str, orders: Pipe) -> None:
    """Mint in a process of its own whenever an order comes; the last one is None."""
    with mintmark.open(folder) as register:
        orders.send(None)  # ready
        while order := orders.recv():
            clients, seconds, facts = order
            mint = partial(register.mint, **facts)
            orders.send(hammer(clients, seconds, alike(mint)))


@contextmanager
def worker(folder: Path) -> Iterator[Pipe]:
    """Start a process that mints whenever it is told to."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=obey, args=(str(folder), theirs), daemon=True)
    process.start()
    theirs.close()
    ours.recv()  # it is ready
    try:
        yield ours
    finally:
        ours.send(None)
        process.join()


# ---------------------------------------------------------------- rounds


class Race:
    """How several ways did, round by round."""

    def __init__(self, what: str) -> None:
        self.what = f"{what}\n"
        self.loads: dict[str, list[Load]] = defaultdict(list)

    def run(self, ways: Mapping[str, Way], turn: int) -> None:
        """Let each way work for one round; another one begins each time."""
        names = list(ways)
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            self.loads[name].append(ways[name]())

    def show(self) -> None:
        """Print the medians with their spread."""
        say(self.what)
        for name, loads in self.loads.items():
            rates = sorted(load.rate for load in loads)
            spread = f"({rates[0]:,.0f}-{rates[-1]:,.0f})"
            say(f"    {name:39} {median(rates):11,.0f} codes/s {spread:21}")
            if loads[0].waits:
                half, most = (median(load.wait(s) for load in loads) for s in (0.5, 0.99))
                say(f" p50 {half * 1000:.2f} ms, p99 {most * 1000:.2f} ms")
            say("\n")

    def rate(self, name: str) -> float:
        """Give the median of a way."""
        return median(load.rate for load in self.loads[name])

    def faster(self, rival: str, wanted: float | None = None, ours: str = OURS) -> None:
        """Print how many times as fast we are."""
        pairs = zip(self.loads[ours], self.loads[rival], strict=True)
        each = sorted(one.rate / other.rate for one, other in pairs)
        ratio = self.rate(ours) / self.rate(rival)
        say(f"    {ours}: {ratio:.2f} x the rate of {rival} ({each[0]:.2f}-{each[-1]:.2f})")
        say(f"; wanted at least {wanted}: {verdict(right=ratio >= wanted)}\n" if wanted else "\n")

    def slower(self, rival: str, wanted: float | None = None) -> None:
        """Print how many times as long one call of ours takes."""
        pairs = zip(self.loads[OURS], self.loads[rival], strict=True)
        each = sorted(one.wait(0.5) / other.wait(0.5) for one, other in pairs)
        ours, other = (median(x.wait(0.5) for x in self.loads[name]) for name in (OURS, rival))
        ratio = ours / other
        say(f"    {OURS}: {ratio:.2f} x the latency of {rival} ({each[0]:.2f}-{each[-1]:.2f})")
        say(f"; wanted at most {wanted}: {verdict(right=ratio <= wanted)}\n" if wanted else "\n")


# ---------------------------------------------------------------- at a steady pace


class Waits:
    """How long calls took, in steps of 5 %: of the same size however many they are."""

    def __init__(self, *parts: "Waits") -> None:
        self.counts: list[int] = [sum(part.counts[step] for part in parts) for step in range(500)]

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[int(log(max(seconds * 1e6, 1)) * 20)] += 1

    def milliseconds(self, share: float) -> float:
        """Give how long this share took at most."""
        left = sum(self.counts) * share
        for step, number in enumerate(self.counts):
            left -= number
            if left <= 0:
                return exp((step + 1) / 20) / 1000
        return 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How it went to work at a steady pace."""

    calls: Waits  # how long a call took
    since_due: Waits  # how long after it was due it was done
    sizes: list[float]  # MB of memory after each tenth of the time


def walk(clients: int, seconds: float, rate: float, once: Once) -> Pace:
    """Let so many threads do so much in a second, each in its turn."""
    start = perf_counter()

    def client(place: int) -> tuple[Waits, Waits]:
        return paced(once, start + place / rate, clients / rate, start + seconds)

    with ThreadPoolExecutor(clients) as threads:
        found = threads.map(client, range(clients))
        sizes = watched(start, seconds)
    calls, since_due = zip(*found, strict=True)
    return Pace(Waits(*calls), Waits(*since_due), sizes)


def paced(once: Once, due: float, period: float, end: float) -> tuple[Waits, Waits]:
    """Call when it is due; give how long the calls took, and how long after they were due."""
    calls, since_due = Waits(), Waits()
    while due < end:
        sleep(max(0.0, due - perf_counter()))
        begun = perf_counter()
        once()
        now = perf_counter()
        calls.add(now - begun)
        since_due.add(now - due)
        due += period
    return calls, since_due


def resident() -> float:
    """Give our resident memory in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def watched(start: float, seconds: float) -> list[float]:
    """Print our resident memory (Linux) after each tenth of the time; give it in MB."""
    sizes = []
    for tenth in range(1, 11):
        sleep(max(0.0, start + seconds * tenth / 10 - perf_counter()))
        sizes.append(resident())
        say(f"    after {seconds * tenth / 10:6.1f} s {sizes[-1]:8.1f} MB\n")
    return sizes
