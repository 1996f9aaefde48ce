"""Rotation: everything comes under a new key, a step at a time, while others go on working.

The new key is in the ring, durably, before anything is under it; an old one is retired only when
nothing is left under it. In between every step is a unit of work of its own. So a rotation can be
stopped or killed at any time, and the next one goes on with it.

Other programs read the ring again because the rules' edition is counted on: whoever began to write
before that is waited for. With index keys, both versions are written and searched meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import sleep

from mintmark.errors import TooBusy
from mintmark.match.keys import Key as Text
from mintmark.progress import Progress
from mintmark.store import Conflict, Known, Newcomer, Store, Work, facts
from mintmark.store.keytables import INDEXES
from mintmark.vault import Key, KeyRing, Keys, Purpose

_STEP = 5000  # customers
_PAGES = 2000  # of 8 KB, a step of sweeping
_MOMENT = 0.05  # seconds until it is looked again whether others are done
_TRIES = 50
_TWINS = 1000  # records in all alike that are told apart


@dataclass(slots=True, kw_only=True)
class Rotation:
    """A rotation under way: iterate over it for progress, then look.

    `key` is the new one, `resumed` tells that it was there before; `done` counts the data keys or
    customers that came under it, `retired` are the keys that went.
    """

    store: Store
    keys: Keys
    purpose: Purpose
    now: Callable[[], datetime]
    new: bool = False
    key: Key | None = None
    resumed: bool = False
    done: int = 0
    retired: tuple[Key, ...] = ()
    _total: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Progress]:
        newest = self._begin()
        yield self._progress()
        while True:
            yield from self._others_done()
            while left := self._behind(newest):
                self._total = self.done + left
                yield from self._pass(newest)
            self._retire(newest)
            if self.purpose == "index":
                yield from self._others_done()  # who still wrote under both versions
                yield from self._sweep(newest)
            if not self._behind(newest):
                return

    # ------------------------------------------------------------ the ring

    def _begin(self) -> int:
        """Add a key, unless there is one that not everything is under; give its version."""

        def grown(ring: KeyRing) -> KeyRing:
            self.resumed = not self.new and self._is_unfinished(ring)
            return ring if self.resumed else ring.add(self.purpose, at=self.now())

        ring = self.keys.change(grown)
        self.key = ring.newest(self.purpose)
        self._announce(ring)
        self._total = self._behind(self.key.version)
        return self.key.version

    def _is_unfinished(self, ring: KeyRing) -> bool:
        with self.store.transaction() as work:
            return is_unfinished(work, ring, self.purpose, counts_of(work, self.purpose))

    def _retire(self, newest: int) -> None:
        def reduced(ring: KeyRing) -> KeyRing:
            old = [key for key in _active(ring, self.purpose) if key.version < newest]
            for key in old:
                ring = ring.retire(key.id)
            self.retired += tuple(old)
            return ring

        self._announce(self.keys.change(reduced))

    def _announce(self, ring: KeyRing) -> None:
        with self.store.transaction() as work:
            work.keytables.note(ring.noted())
            work.rules.count_on()

    # ------------------------------------------------------------ other programs

    def _others_done(self) -> Iterator[Progress]:
        """Wait for those who may not know yet what was announced."""
        with self.store.transaction() as work:
            waiting = work.keytables.writing()
        while waiting:
            yield self._progress()
            sleep(_MOMENT)
            with self.store.transaction() as work:
                waiting &= work.keytables.writing()

    def _behind(self, newest: int) -> int:
        with self.store.transaction() as work:
            return _behind(counts_of(work, self.purpose), newest)

    def _progress(self) -> Progress:
        return Progress(done=self.done, total=max(self._total, self.done))

    # ------------------------------------------------------------ step by step

    def _pass(self, newest: int) -> Iterator[Progress]:
        step = _rewrap if self.purpose == "wrapping" else _rekey
        after: int | None = 0
        while after is not None:
            count, after = self._tried(step, newest, after)
            self.done += count
            yield self._progress()

    def _tried(
        self, step: Callable[[Work, int, int], tuple[int, int | None]], newest: int, after: int
    ) -> tuple[int, int | None]:
        for _ in range(_TRIES):
            try:
                with self.store.transaction() as work:
                    return step(work, newest, after)
            except Conflict:  # somebody else changed one of these customers
                continue
        raise TooBusy(tries=_TRIES)

    def _sweep(self, newest: int) -> Iterator[Progress]:
        for table in INDEXES:
            with self.store.transaction() as work:
                pages = work.keytables.pages(table)
            for start in range(0, pages, _PAGES):
                with self.store.transaction() as work:
                    work.keytables.sweep(table, newest, range(start, start + _PAGES))
                yield self._progress()


def counts_of(work: Work, purpose: Purpose) -> dict[int, int]:
    """Count the data keys or customers under each version of these keys."""
    tables = work.keytables
    return tables.data_keys() if purpose == "wrapping" else tables.customers()


def is_unfinished(work: Work, ring: KeyRing, purpose: Purpose, counts: Mapping[int, int]) -> bool:
    """Tell whether a rotation of these keys was begun and did not come to its end."""
    newest = ring.newest(purpose).version
    if len(_active(ring, purpose)) > 1 or _behind(counts, newest):
        return True
    return purpose == "index" and newest > 1 and work.keytables.is_left_over(newest)


def _behind(counts: Mapping[int, int], newest: int) -> int:
    return sum(count for version, count in counts.items() if version < newest)


def _active(ring: KeyRing, purpose: Purpose) -> list[Key]:
    return [key for key in ring.keys if key.purpose == purpose and key.state == "active"]


# ---------------------------------------------------------------- one unit of work


def _rewrap(work: Work, newest: int, after: int) -> tuple[int, int | None]:
    """Wrap the next data keys anew; give how many, and the last customer (None: that was all)."""
    rows = work.keytables.outdated(newest, after, _STEP)
    if not rows:
        return 0, None
    wrapped = work.sealing.rewrap_many(rows)
    return work.keytables.rewrap(rows, wrapped, newest), rows[-1][0]


def _rekey(work: Work, newest: int, after: int) -> tuple[int, int | None]:
    """Make the fingerprints of the next customers under the newest index key."""
    found = work.customers.outdated(newest, after, _STEP)
    if not found:
        return 0, None
    keys = own_keys(work, found)
    work.customers.rekey(
        [Newcomer(id=one.id, customer=one.customer, keys=keys[one.id]) for one in found], newest
    )
    return len(found), found[-1].id


def own_keys(work: Work, known: Sequence[Known]) -> dict[int, tuple[Text, ...]]:
    """Give the keys that are these customers' alone, as far as their facts tell.

    Of records that are alike in everything (the same name, twice in a file) nobody knows any more
    which one a customer was: it is tried which of their keys is there.
    """
    wanted = {one.id: list(facts.identity_keys(one.customer)) for one in known}
    owners = work.customers.owners({key for keys in wanted.values() for key in keys})
    own = {
        inner: [key for key in keys if owners.get(key) == inner] for inner, keys in wanted.items()
    }
    open_ = list(known)
    for turn in range(_TWINS):
        records = {one.id: facts.record_key(one.customer, turn) for one in open_}
        owners = work.customers.owners(records.values())
        for inner, key in records.items():
            if owners.get(key) == inner:
                own[inner].append(key)
        # The next of its kind is there only if this one is somebody else's.
        open_ = [one for one in open_ if owners.get(records[one.id]) not in {None, one.id}]
        if not open_:
            break
    return {inner: tuple(keys) for inner, keys in own.items()}
