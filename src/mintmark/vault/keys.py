"""The keys of a register at hand: read once, and read again when a key is missing."""

from collections.abc import Callable, Iterable, Sequence

from mintmark.errors import KeyServiceUnreachable, MissingKey, NoKeys, Refusal, WrongKey
from mintmark.vault.envelope import Sealed
from mintmark.vault.key import PURPOSES, Noted, Purpose
from mintmark.vault.keyring import KeyRing
from mintmark.vault.sources import Source


class Keys:
    """The key ring of a register (`register`: its id) from where it is kept.

    A ring that cannot be read is no reason not to open a register: `locked` tells why, and whatever
    needs a key raises it.

    >>> from mintmark.vault.sources import EnvironmentSource
    >>> keys = Keys(EnvironmentSource({}), "0b6f…")
    >>> keys.locked
    NoKeys(place='MINTMARK_KEYS')
    """

    def __init__(self, source: Source, register: str) -> None:
        self._source = source
        self.register = register
        self._noted: tuple[Noted, ...] = ()
        self._found: KeyRing | Refusal = NoKeys(place=source.place)
        self.refresh()

    @property
    def place(self) -> str:
        """Where the ring is kept."""
        return self._source.place

    @property
    def locked(self) -> Refusal | None:
        """Why the ring cannot be read; None: it can."""
        return self._found if isinstance(self._found, Refusal) else None

    @property
    def ring(self) -> KeyRing:
        """The ring as last read. Raises what `Source.read` and `agreed` do."""
        if isinstance(self._found, KeyServiceUnreachable):
            self.refresh()  # it may be there again
        if isinstance(self._found, Refusal):
            raise self._found
        return self._found

    def require(self) -> None:
        """Raise why nothing sealed can be opened, if so: each row would be refused for it."""
        if isinstance(self._found, Refusal):
            raise self._found

    def refresh(self, noted: Iterable[Noted] | None = None) -> None:
        """Read the ring again; `noted`: the keys that the register goes by, if that has changed."""
        if noted is not None:
            self._noted = tuple(noted)
        try:
            self._found = self._agreed(self._source.read(self.register))
        except KeyServiceUnreachable as refusal:
            self._found = self._kept(refusal)
        except Refusal as refusal:
            self._found = refusal

    def _kept(self, refusal: Refusal) -> KeyRing | Refusal:
        """Keep the ring that there is, if it has the newest keys: the service may be back soon."""
        if isinstance(self._found, Refusal):
            return refusal
        try:
            return self._agreed(self._found)
        except Refusal:
            return refusal

    def change(self, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Put what `change` makes of the ring in its place. Raises what `Source.change` does."""
        ring = self._source.change(self.register, lambda ring: change(self._agreed(ring)))
        self._found = ring
        return ring

    def _agreed(self, ring: KeyRing) -> KeyRing:
        return agreed(ring, self._noted, place=self.place)

    # ---------------------------------------------------------------- the ring's verbs

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The versions of index keys to search under, the newest first."""
        return self.ring.index_versions

    @property
    def blinding_versions(self) -> tuple[int, ...]:
        """The versions of all index keys that are there, the newest first."""
        return self.ring.blinding_versions

    def version_of(self, wrapped: bytes) -> int:
        """Give the version of the key that a data key is wrapped under."""
        return self.ring.version_of(wrapped)

    def seal(self, rows: Sequence[tuple[int, bytes]], *, table: str, column: str) -> list[Sealed]:
        """Seal the value of each row under a data key of its own."""
        return self.ring.seal(rows, table=table, column=column)

    def reseal(
        self, rows: Sequence[tuple[int, bytes, bytes]], *, table: str, column: str
    ) -> list[bytes]:
        """Seal a new value of each row under the data key that it has.

        Raises what `unseal_many` does.
        """
        return self._with_any(lambda ring: ring.reseal(rows, table=table, column=column))

    def unseal_many(
        self, rows: Sequence[tuple[int, tuple[bytes, bytes]]], *, table: str, column: str
    ) -> list[bytes]:
        """Give the values of rows, all or none. Raises TamperedValue, MissingKey, DestroyedKey."""
        values = [(row, Sealed(*sealed)) for row, sealed in rows]
        return self._with_any(lambda ring: ring.unseal_many(values, table=table, column=column))

    def rewrap_many(self, rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Wrap the data keys of rows under the newest key. Raises what `unseal_many` does."""
        return self._with_any(lambda ring: ring.rewrap_many(rows))

    def blind(
        self, index: str, values: Sequence[str], *, version: int | None = None
    ) -> list[bytes]:
        """Give the fingerprint of each value in an index, 16 bytes."""
        return self.ring.blind(index, values, version=version)

    def _with_any(self, verb: Callable[[KeyRing], list[bytes]]) -> list[bytes]:
        """Try again with the ring as it is by now: another program may have added a key."""
        try:
            return verb(self.ring)
        except MissingKey:
            self.refresh()
            return verb(self.ring)


def agreed(ring: KeyRing, noted: Iterable[Noted], *, place: str) -> KeyRing:
    """Give the ring back if it is the one that the register goes by: it has its newest keys.

    An old copy of the ring lacks them (MissingKey); where keys were made anew, nothing would be
    opened, and nobody found, without a word (WrongKey). Older keys are missed when they are needed.

    >>> from datetime import UTC, datetime
    >>> ring = KeyRing.made("0b6f…", at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> agreed(ring, ring.noted(), place="keys.json") is ring
    True
    >>> other = KeyRing.made("0b6f…", at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> agreed(other, ring.noted(), place="keys.json")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    mintmark.errors.sealing.WrongKey: wrong-key (place='keys.json', key='...', version=1)
    """
    wanted = list(noted)
    newest = {purpose: version for _, purpose, version, _ in sorted(wanted, key=lambda one: one[2])}
    ids = {key.id: key for key in ring.keys}
    versions = {(key.purpose, key.version): key for key in ring.keys}
    checks = {key_id: value for key_id, _, _, value in ring.noted()}
    for key_id, purpose, version, value in wanted:
        if key_id in ids and checks[key_id] in {value, ""}:  # "": it was destroyed
            continue
        if there := ids.get(key_id) or versions.get((_purpose(purpose), version)):
            raise WrongKey(place=place, key=there.id, version=there.version)
        if version == newest[purpose]:
            raise MissingKey(key=key_id, version=version)
    return ring


def _purpose(text: str) -> Purpose:
    return next(purpose for purpose in PURPOSES if purpose == text)
