"""The register's keys: how they stand, rotation, destruction, and what the indexes give away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mintmark.errors import KeyNeeded, Refusal
from mintmark.registry.leaking import BOUND, Leakage
from mintmark.registry.repeating import KEPT_FOR
from mintmark.registry.rotating import Rotation, counts_of, is_unfinished
from mintmark.store import Store, Work
from mintmark.vault import PURPOSES, Key, KeyRing, Keys, Purpose

MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStanding:
    """A key, and how many data keys or customers are under it.

    `state`: active, retired, destroyed, or missing: the register goes by it, and the ring has not
    got it.
    """

    id: str
    purpose: str
    version: int
    state: str
    made_at: datetime | None
    under: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """Where the ring is kept and what it holds; `locked`: why it cannot be read.

    `unsealed` customers are of before there was sealing; `unfinished`: of which keys a rotation was
    begun and did not end.
    """

    place: str
    suite: str | None
    locked: Refusal | None
    keys: tuple[KeyStanding, ...]
    unsealed: int
    unfinished: tuple[Purpose, ...]


class Keying:
    """The verbs on the keys of an open register."""

    def __init__(self, store: Store, keys: Keys, now: Callable[[], datetime]) -> None:
        self._store = store
        self._keys = keys
        self._now = now

    def status(self) -> KeyStatus:
        """Tell how the keys stand; of a register that is locked, too."""
        locked = self._keys.locked
        ring = None if locked else self._keys.ring
        with self._store.transaction() as work:
            counts: dict[str, dict[int, int]] = {one: counts_of(work, one) for one in PURPOSES}
            return KeyStatus(
                place=self._keys.place,
                suite=ring.suite.name if ring else None,
                locked=locked,
                keys=_standings(work, ring, counts),
                unsealed=work.keytables.unsealed(),
                unfinished=tuple(
                    purpose
                    for purpose in PURPOSES
                    if ring and is_unfinished(work, ring, purpose, counts[purpose])
                ),
            )

    def rotate(self, purpose: Purpose = "wrapping", *, new: bool = False) -> Rotation:
        """Bring everything under a new key: iterate for progress, then look.

        A rotation that did not come to its end is gone on with, unless a `new` key is asked for.
        Others may go on working meanwhile. Raises what stands against reading or changing the ring,
        MissingKey, DestroyedKey, TamperedValue or TooBusy; what was done until then stands.
        """
        return Rotation(store=self._store, keys=self._keys, purpose=purpose, now=self._now, new=new)

    def doomed(self, key_id: str) -> Key:
        """Give a key that can be destroyed. Raises KeyInUse, MissingKey or DestroyedKey."""
        self._keys.ring.destroy(key_id)  # a ring that nobody keeps
        return self._keys.ring.key(key_id)

    def destroy(self, key_id: str) -> Key:
        """Destroy the secret of a retired key, for good; give the key as it was.

        What is still under it somewhere, in an old backup, say, can never be opened again. Raises
        KeyInUse, KeyNeeded, MissingKey or DestroyedKey.
        """
        with self._store.transaction() as work:
            work.keytables.be_alone()

            def reduced(ring: KeyRing) -> KeyRing:
                key = ring.key(key_id)
                if key.state == "retired" and (under := self._under(work, ring, key)):
                    raise KeyNeeded(key=key.id, version=key.version, count=under)
                return ring.destroy(key_id)

            gone = self._keys.ring.key(key_id)
            self._keys.change(reduced)
            work.rules.count_on()
        return gone

    def leakage(self, *, bound: float = BOUND) -> Leakage:
        """Attack the indexes as somebody would who stole the database: iterate, then look.

        `bound`: the share of rows whose value the attack may name, at most. Raises what stands
        against unsealing.
        """
        return Leakage(store=self._store, bound=bound)

    def _under(self, work: Work, ring: KeyRing, key: Key) -> int:
        if key.purpose == "wrapping":
            return work.keytables.data_keys().get(key.version, 0)
        # Answers to requests say nothing of their version, but of when they were given.
        newer = (one.made_at for one in ring.keys if one.purpose == "index")
        until = min((at for at in newer if at > key.made_at), default=self._now())
        since = max(key.made_at, self._now() - KEPT_FOR)
        return work.keytables.fingerprints(key.version) + work.keytables.requests(since, until)


def _standings(
    work: Work, ring: KeyRing | None, counts: Mapping[str, Mapping[int, int]]
) -> tuple[KeyStanding, ...]:
    there = {key.id: key for key in ring.keys} if ring else {}
    noted = {one[0]: (one[1], one[2]) for one in work.keytables.noted()}
    every = noted | {key.id: (key.purpose, key.version) for key in there.values()}
    return tuple(
        KeyStanding(
            id=inner,
            purpose=purpose,
            version=version,
            state=there[inner].state if inner in there else MISSING,
            made_at=there[inner].made_at if inner in there else None,
            under=counts[purpose].get(version, 0),
        )
        for inner, (purpose, version) in sorted(every.items(), key=lambda one: one[1])
    )
