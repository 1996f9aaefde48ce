"""The allocator: all requests that wait become one unit of work (group commit).

While one unit of work is being committed, requests gather; then they are the next one. So there is
no timer but the commit under way: one idle client waits for its own commit only, and the more
clients there are, the more codes a commit carries.

Source: DeWitt et al., Implementation techniques for main memory database systems, SIGMOD 1984.

>>> def serve(numbers):
...     return [number * 2 for number in numbers]
>>> allocator = Allocator(serve, room=8)
>>> [allocator.ask(number, within=1.0) for number in (1, 2)], allocator.soon(3).result()
([2, 4], 6)
>>> allocator.close()
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Generic, TypeVar

from mintmark.errors import DiskFull, QueueFull, RegisterClosed, TooBusy, TooLate, Unreachable
from mintmark.minting.soon import Soon

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
_MOMENT = 1e-5  # seconds; Linux makes 0.09 ms of it, a tenth of a small unit of work
_FEW = 24  # requests; a unit of work of more is worth its commit as it is
_MOST = 1000  # requests in one unit of work
_OF_ALL = (Unreachable, DiskFull, TooBusy)  # what no request is at fault of


class Allocator(Generic[Asked, Answer]):
    """Gathers requests of any number of threads and has them served, many at once.

    `serve` gives an answer for each request, all in one unit of work, or raises and has kept
    nothing; an answer that is an exception is raised for whoever asked. `room`: how many requests
    may wait.
    """

    def __init__(
        self, serve: Callable[[Sequence[Asked]], Sequence[Answer | Exception]], *, room: int
    ) -> None:
        self._serve = serve
        self._room = room
        self._waiting: deque[tuple[Asked, Soon[Answer]]] = deque()
        self._lock = threading.Lock()
        self._come = threading.Condition(self._lock)  # a request has come, or the end
        self._gone = threading.Condition(self._lock)  # there is room again, or the end
        self._serving = threading.Lock()  # held by whoever has a unit of work under way
        self._last = 1  # how many requests the last unit of work had
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, asked: Asked, *, within: float) -> Answer:
        """Have a request served and give its answer.

        Raises QueueFull if there is no room for it `within` so many seconds, TooLate if its turn
        does not come in that time, RegisterClosed; then nothing was done. A request whose turn has
        come is waited for: what is being committed cannot be called back.
        """
        if self._last == 1 and not self._waiting and self._serving.acquire(blocking=False):
            return self._alone(asked)  # nobody else is there: no need to wake another thread
        deadline = monotonic() + within
        turn: Soon[Answer] = Soon()
        self._join(asked, turn, within)
        if not turn.wait(max(deadline - monotonic(), 0)):
            if turn.cancel():
                raise TooLate(seconds=within)
            turn.wait()
        return turn.result()

    def soon(self, asked: Asked, *, within: float = 0) -> Soon[Answer]:
        """Have a request served, and give the future of its answer.

        A future that is cancelled before its turn comes has done nothing. Raises QueueFull if there
        is no room for it `within` so many seconds, or RegisterClosed.
        """
        turn: Soon[Answer] = Soon()
        self._join(asked, turn, within)
        return turn

    def _join(self, asked: Asked, turn: Soon[Answer], within: float) -> None:
        with self._lock:
            if not (self._may_come() or self._gone.wait_for(self._may_come, timeout=within)):
                raise QueueFull(waiting=len(self._waiting), seconds=within)
            self._require_open()
            self._waiting.append((asked, turn))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mintmark", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1:
                self._come.notify()

    def close(self) -> None:
        """Take no more requests, and serve those that wait."""
        with self._lock:
            self._closed = True
            self._come.notify_all()
            self._gone.notify_all()
        if self._thread is not None:
            self._thread.join()
        with self._serving:  # somebody may be serving a request of their own
            pass

    def _require_open(self) -> None:
        if self._closed:
            raise RegisterClosed

    def _may_come(self) -> bool:
        return self._closed or len(self._waiting) < self._room

    def _alone(self, asked: Asked) -> Answer:
        try:
            self._require_open()
            turn: Soon[Answer] = Soon()
            self._settle([(asked, turn)])
        finally:
            self._serving.release()
        return turn.result()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._come.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
            with self._serving:
                batch = self._drain()
                self._last = max(len(batch), 1)
                self._settle(batch)
            if 1 < len(batch) <= _FEW:
                self._give_way(len(batch))

    def _give_way(self, answered: int) -> None:
        """Let the threads run that were just answered, as long as they come back with more.

        A thread of Python's runs when another lets it. Without this they would come back while the
        next unit of work is under way, each time, and every unit would carry half of them. Of very
        many, half are enough to be worth a commit, and the others need not wait.
        """
        everybody = len(self._waiting) + answered
        for _ in range(answered):
            before = len(self._waiting)
            sleep(_MOMENT)
            if len(self._waiting) in (before, everybody):
                return

    def _drain(self) -> list[tuple[Asked, Soon[Answer]]]:
        with self._lock:
            count = min(len(self._waiting), _MOST)
            batch = [self._waiting.popleft() for _ in range(count)]
            self._gone.notify(count)
        return [(asked, turn) for asked, turn in batch if turn.begin()]

    def _settle(self, batch: Sequence[tuple[Asked, Soon[Answer]]]) -> None:
        """Serve requests; where they fail together, halve them until the one at fault is alone."""
        if not batch:
            return
        try:
            answers = self._serve([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is handed to whoever asked
            if len(batch) == 1 or isinstance(error, _OF_ALL):
                for _, turn in batch:
                    turn.fail(error)
                Soon.wake(turn for _, turn in batch)
                return
            middle = len(batch) // 2
            self._settle(batch[:middle])
            self._settle(batch[middle:])
            return
        for (_, turn), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                turn.fail(answer)
            else:
                turn.succeed(answer)
        Soon.wake(turn for _, turn in batch)
