"""The time by the server's clock, so that all programs of a register go by one.

A computer whose clock is wrong would end holds too early, forget answers, and mint codes with the
date of another day. So the server is asked what time it is; from there on the program counts the
seconds itself, also while the computer sleeps, and asks again every minute when it is at work.

>>> seconds = iter([100.0, 100.5, 103.0])
>>> clock = ServerClock(count=lambda: next(seconds))
>>> clock.hear(lambda: datetime(2026, 1, 2, tzinfo=UTC).timestamp())
>>> clock.now().isoformat()
'2026-01-02T00:00:02.750000+00:00'
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

ASK = "SELECT extract(epoch FROM clock_timestamp())"
_GOOD = 60.0  # seconds
_PROMPT = 1.0  # seconds


def _counted() -> float:
    """Give seconds that no change of the clock disturbs, those of sleep, too, where it can."""
    kind = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if kind is None else time.clock_gettime(kind)


class ServerClock:
    """What time it is, once it was heard from the server; of any number of threads."""

    def __init__(self, count: Callable[[], float] = _counted) -> None:
        self._count = count
        self._heard: tuple[float, float] | None = None  # by our count, by the server's clock

    @property
    def is_old(self) -> bool:
        """Whether it is time to ask again."""
        return self._heard is None or self._count() - self._heard[0] > _GOOD

    def hear(self, ask: Callable[[], float]) -> None:
        """Ask for the server's time, in seconds since 1970: it is that of halfway there and back.

        What took very long to come tells less than what is known already.
        """
        begun = self._count()
        told = ask()
        ended = self._count()
        if self._heard is None or ended - begun < _PROMPT:
            self._heard = (begun + ended) / 2, told

    def now(self) -> datetime:
        """Give the time."""
        if self._heard is None:
            message = "the server was not asked for the time yet"
            raise AssertionError(message)
        counted, told = self._heard
        return datetime.fromtimestamp(told + self._count() - counted, UTC)
