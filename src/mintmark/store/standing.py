"""Counters that only this program moves: where they stand is known, so it is claimed, not asked.

A program that finds a counter as it left it is alone in the scope, most likely. From then on it
takes numbers, writes codes and commits in one round trip: under the claim that the counter still
stands where it did and that no rule has changed. The database checks the claim with the counter
locked; where it is wrong nothing is written, and the counter is asked again.

>>> standing = Standing()
>>> standing.note(7, found={"VBJ#": 3}, left={"VBJ#": Counter(scope="VBJ#", last=4)})
>>> standing.claim(["VBJ#"]) is None  # it was not known where it stood before
True
>>> standing.note(7, found={"VBJ#": 4}, left={"VBJ#": Counter(scope="VBJ#", last=5)})
>>> edition, counters = standing.claim(["VBJ#"])
>>> edition, counters["VBJ#"].last
(7, 5)
>>> standing.forget(["VBJ#"])
>>> standing.claim(["VBJ#"]) is None
True
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

_MOST = 10_000  # scopes that are kept in mind


@dataclass(slots=True, kw_only=True)
class Counter:
    """How far a scope has come: the highest number passed (-1: none), how many are used up.

    `spare` numbers were returned and come again first; at `due` the first hold ends.
    """

    scope: str
    last: int = -1
    used: int = 0
    spare: int = 0
    due: datetime | None = None
    capacity: int = 0


@dataclass(slots=True)
class _Left:
    """A counter as this program left it; `alone`: the time before it had been found so."""

    counter: Counter
    alone: bool


@dataclass(slots=True)
class Standing:
    """Where counters stand, as far as this program knows; of any number of threads."""

    _left: dict[str, _Left] = field(default_factory=dict)
    _edition: int = -1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, scopes: Iterable[str]) -> tuple[int, dict[str, Counter]] | None:
        """Give the edition of the rules and the counters; None if one of them has to be asked."""
        found: dict[str, Counter] = {}
        with self._lock:
            for scope in scopes:
                left = self._left.get(scope)
                if left is None or not left.alone:
                    return None
                found[scope] = replace(left.counter)
            return self._edition, found

    def note(self, edition: int, *, found: Mapping[str, int], left: Mapping[str, Counter]) -> None:
        """Note where counters were `found`, how they were `left`, and the edition of the rules.

        Where numbers are to come again, or holds to end, a scope has to be asked every time.
        """
        with self._lock:
            if edition != self._edition or len(self._left) > _MOST:
                self._left.clear()
            self._edition = edition
            for scope, counter in left.items():
                before = self._left.pop(scope, None)
                if not counter.spare and counter.due is None:
                    alone = before is not None and before.counter.last == found[scope]
                    self._left[scope] = _Left(counter, alone)

    def forget(self, scopes: Iterable[str]) -> None:
        """Have scopes asked the next time."""
        with self._lock:
            for scope in scopes:
                self._left.pop(scope, None)
