"""The future of an answer: for threads, which wait for it, and for event loops, which await it.

It is what `concurrent.futures.Future` is, with two locks instead of a condition, which costs as
much as minting a code. And whoever awaits is woken up together with all others of the same event
loop: one call for a unit of work instead of one for each.

>>> soon = Soon()
>>> soon.begin(), soon.cancel()
(True, False)
>>> soon.succeed("V1")
>>> soon.result()
'V1'
"""

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import Generator, Iterable
from concurrent.futures import CancelledError
from typing import Any, Generic, TypeVar, cast

Answer = TypeVar("Answer")
_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Soon(Generic[Answer]):
    """The future of an answer. Until its turn has come it can be called back."""

    __slots__ = ("_answer", "_done", "_error", "_turn", "_waiters")

    def __init__(self) -> None:
        self._done = threading.Lock()  # held until there is an answer
        self._done.acquire()
        self._turn = threading.Lock()  # taken by whoever serves it, or calls it back
        self._answer: Answer | None = None
        self._error: BaseException | None = None
        self._waiters: list[_Waiter] = []

    def begin(self) -> bool:
        """Note that its turn has come; False: it was called back."""
        return self._turn.acquire(blocking=False)

    def cancel(self) -> bool:
        """Call it back; False: too late for that."""
        if not self._turn.acquire(blocking=False):
            return False
        self.fail(CancelledError())
        return True

    def succeed(self, answer: Answer) -> None:
        """Give the answer."""
        self._answer = answer
        self._done.release()

    def fail(self, error: BaseException) -> None:
        """Give an error instead of an answer."""
        self._error = error
        self._done.release()

    def done(self) -> bool:
        """Tell whether there is an answer, or an error."""
        return not self._done.locked()

    def wait(self, seconds: float = -1) -> bool:
        """Wait for the answer so many `seconds` at most (-1: for ever); tell if it is there."""
        if not self._done.acquire(timeout=seconds):
            return False
        self._done.release()  # for whoever else waits
        return True

    def exception(self) -> BaseException | None:
        """Wait for the answer, and give the error if it is one."""
        self.wait()
        return self._error

    def result(self) -> Answer:
        """Wait for the answer and give it, or raise the error."""
        self.wait()
        if self._error is not None:
            raise self._error
        return cast("Answer", self._answer)

    def __await__(self) -> Generator[Any, None, Answer]:
        """Wait for the answer in an event loop; being cancelled calls the request back."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.append((loop, waiter))
        if not self.done():  # else nobody may look for waiters any more
            try:
                yield from waiter
            except asyncio.CancelledError:
                self.cancel()
                raise
        return self.result()

    @staticmethod
    def wake(answered: "Iterable[Soon[Any]]") -> None:
        """Let all who await these go on, with one call of each event loop."""
        waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
        for one in answered:
            for loop, waiter in one._waiters:  # noqa: SLF001 - our own
                waiting[loop].append(waiter)
        for loop, waiters in waiting.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_let_go, waiters)


def _let_go(waiters: Iterable["asyncio.Future[None]"]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
