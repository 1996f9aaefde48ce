"""Worker processes: told to work and to rest, killed and frozen, replaced when they die."""

import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.orders import Order

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 90.0  # seconds


class Hand:
    """One worker process, with no order or one."""

    order: Order

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.worker"]
        self._process = subprocess.Popen(
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode())

    def expect(self, word: str) -> None:
        """Wait until it says a word."""
        out = self._process.stdout
        assert out is not None
        assert select.select([out], [], [], _PATIENCE)[0], f"nobody is {word}"
        assert out.readline().decode() == f"{word}\n", f"died before it was {word}"

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        with self._process:  # closes its pipes, and waits
            pass


class Crew:
    """As many workers as there are orders, and some to spare: they take a while to come."""

    def __init__(self, spare: int) -> None:
        self._spare = spare
        self._idle: list[Hand] = []
        self.working: list[Hand] = []

    def work(self, orders: Sequence[Order]) -> None:
        """Have each order carried out by somebody, and wait until all are at work."""
        self._hire(len(orders))
        hands = [self._idle.pop() for _ in orders]
        self.working += hands
        for hand, order in zip(hands, orders, strict=True):
            hand.order = order
            hand.tell(order.line())
        for hand in hands:
            hand.expect("working")

    def rest(self) -> None:
        """Have everybody stop, and wait for it."""
        for hand in self.working:
            hand.thaw()
            hand.tell("rest\n")
        for hand in self.working:
            hand.expect("resting")
        self._idle += self.working
        self.working = []

    def kill(self, hand: Hand) -> None:
        self.working.remove(hand)
        hand.kill()

    def dismiss(self) -> None:
        """End everybody, whatever they do."""
        for hand in (*self.working, *self._idle):
            hand.kill()
        self.working, self._idle = [], []

    def _hire(self, wanted: int) -> None:
        missing = max(wanted + self._spare - len(self._idle), 0)
        self._idle = [*(Hand() for _ in range(missing)), *self._idle]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.dismiss()
