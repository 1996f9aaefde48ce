"""A process full of clients: takes orders from its input, until that ends.

An order is a line, see `tests.faults.orders`; the next line tells to rest. It says "working" when
the register is open, and "resting" when every client has stopped.
"""

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from tests.faults import clerks, orders
from tests.faults.clients import Client
from tests.faults.journal import Journal
from tests.faults.orders import Order

import mintmark
from mintmark.errors import Unreachable

_CHANGE = 0.05  # how likely the clock jumps when it is read
_PATIENCE = 60.0  # seconds for a register that cannot be opened


def main() -> None:
    while line := sys.stdin.readline():
        order = orders.read(line)
        with Journal(Path(order.journal)) as journal:
            work(order, journal)
        say("resting")


def work(order: Order, journal: Journal) -> None:
    with clerks.disguised(order.clerk), opened(order) as register:
        at_rest = threading.Event()
        clients = [Client(register, journal, order, at_rest, at) for at in range(order.clients)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        say("working")
        sys.stdin.readline()
        at_rest.set()
        for thread in threads:
            thread.join()


@contextmanager
def opened(order: Order) -> Iterator[mintmark.Register]:
    """Open the register as the order says; where it cannot be reached, try again."""
    with ExitStack() as leaving:
        deadline = time.monotonic() + _PATIENCE
        while (register := _opened(order, leaving)) is None:
            if time.monotonic() > deadline:
                message = "the register cannot be opened"
                raise TimeoutError(message)
        yield register


def _opened(order: Order, leaving: ExitStack) -> mintmark.Register | None:
    settings = {"MINTMARK_QUEUE": str(order.queue), "MINTMARK_PATIENCE": str(order.patience)}
    with patch.dict(os.environ, settings), suppress(Unreachable):
        return leaving.enter_context(mintmark.open(order.url, now=clock(order)))
    return None


def clock(order: Order) -> Callable[[], datetime]:
    """Give a clock that goes right, or jumps forwards and backwards by days."""
    dice = random.Random(order.seed)  # noqa: S311 - when to jump
    off = timedelta()

    def now() -> datetime:
        nonlocal off
        if order.jumps and dice.random() < _CHANGE:
            off = timedelta(days=dice.uniform(-order.jumps, order.jumps))
        return datetime.now(UTC) + off

    return now


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
