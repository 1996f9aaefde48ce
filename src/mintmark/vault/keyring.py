"""The key ring (密钥环): all keys of a register, and the verbs that need them.

Keys are only ever added, retired and destroyed, never changed. The newest wrapping key seals, the
newest index key makes fingerprints; older ones open and search until nothing is under them.

>>> from datetime import UTC
>>> ring = KeyRing.made("0b6f…", at=datetime(2026, 11, 22, tzinfo=UTC))
>>> [sealed] = ring.seal([(7, "王琦".encode())], table="customer", column="facts")
>>> ring.unseal(7, sealed, table="customer", column="facts").decode()
'王琦'
>>> ring.unseal(8, sealed, table="customer", column="facts")
Traceback (most recent call last):
    ...
mintmark.errors.sealing.TamperedValue: tampered-value (table='data_key', column='wrapped', row=8)
>>> newer = ring.add("wrapping", at=datetime(2027, 11, 22, tzinfo=UTC))
>>> newer.version_of(sealed.wrapped), newer.version_of(newer.rewrap(7, sealed.wrapped))
(1, 2)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mintmark.errors import DestroyedKey, KeyInUse, MissingKey
from mintmark.vault import envelope
from mintmark.vault.blind import Blinder
from mintmark.vault.envelope import HEADER, Sealed, Wrapping
from mintmark.vault.key import PURPOSES, Key, Noted, Purpose, check, made
from mintmark.vault.suite import SUITES, Suite

_AES = SUITES["aes-256-gcm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys of a register (`register`: its id); may be used by any number of threads at once."""

    register: str
    suite: Suite
    keys: tuple[Key, ...]
    _wrappings: dict[bytes, Wrapping] = field(init=False, repr=False, compare=False)
    _blinders: dict[tuple[str, int], Blinder] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Put the wrapping keys to work, each found by the header of what it wrapped."""
        there = (key for key in self._of("wrapping") if key.secret)
        at_work = {self._header(key): self._put_to_work(key) for key in there}
        object.__setattr__(self, "_wrappings", at_work)

    @classmethod
    def made(cls, register: str, *, at: datetime, suite: Suite = _AES) -> "KeyRing":
        """Make a key ring with a first key for each purpose."""
        first = tuple(made(purpose, 1, at=at) for purpose in PURPOSES)
        return cls(register=register, suite=suite, keys=first)

    # ---------------------------------------------------------------- sealing

    def seal(self, rows: Sequence[tuple[int, bytes]], *, table: str, column: str) -> list[Sealed]:
        """Seal the value of each row (id of 64 bits, value), under a data key of its own."""
        into = envelope.column(self.suite, table, column)
        return envelope.seal(self._newest_wrapping(), into, rows)

    def reseal(
        self, rows: Sequence[tuple[int, bytes, bytes]], *, table: str, column: str
    ) -> list[bytes]:
        """Seal a new value of each row (id, wrapped data key, value) under the key that it has.

        Raises TamperedValue, MissingKey or DestroyedKey.
        """
        into = envelope.column(self.suite, table, column)
        keys = [self._unwrapped(row, wrapped) for row, wrapped, _ in rows]
        return envelope.reseal(into, [(row, value) for row, _, value in rows], keys)

    def unseal(self, row: int, sealed: Sealed, *, table: str, column: str) -> bytes:
        """Give the value of a row. Raises TamperedValue, MissingKey or DestroyedKey."""
        return self.unseal_many([(row, sealed)], table=table, column=column)[0]

    def unseal_many(
        self, rows: Sequence[tuple[int, Sealed]], *, table: str, column: str
    ) -> list[bytes]:
        """Give the values of rows, all or none. Raises what `unseal` does, for the first row."""
        into = envelope.column(self.suite, table, column)
        return [
            envelope.unseal(self._wrapping(row, value.wrapped), into, row, value)
            for row, value in rows
        ]

    # ---------------------------------------------------------------- rotation of wrapping keys

    @property
    def wrapping_version(self) -> int:
        """The version of the key that wraps data keys now."""
        return self._newest("wrapping").version

    def version_of(self, wrapped: bytes) -> int:
        """Give the version of the key that a data key is wrapped under, as its header says.

        ValueError (TamperedValue, of no row) where that is no header.
        """
        return envelope.named(self.suite, 0, wrapped)[0]

    def rewrap(self, row: int, wrapped: bytes) -> bytes:
        """Wrap a data key under the newest key; one that is already so is given back as it is.

        Raises TamperedValue, MissingKey or DestroyedKey.
        """
        return self.rewrap_many([(row, wrapped)])[0]

    def rewrap_many(self, rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Wrap the data keys of rows under the newest key, all or none; see `rewrap`."""
        newest = self._newest_wrapping()
        old = [at for at, (_, wrapped) in enumerate(rows) if wrapped[:HEADER] != newest.header]
        keys = [(row, self._unwrapped(row, wrapped)) for row, wrapped in (rows[at] for at in old)]
        done = [wrapped for _, wrapped in rows]
        for at, wrapped in zip(old, envelope.wrap(newest, keys), strict=True):
            done[at] = wrapped
        return done

    # ---------------------------------------------------------------- blind indexes

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The versions to be searched, the newest first."""
        active = (key.version for key in self._of("index") if key.state == "active")
        return tuple(sorted(active, reverse=True))

    @property
    def blinding_versions(self) -> tuple[int, ...]:
        """The versions of all index keys that are not destroyed, the newest first."""
        there = (key.version for key in self._of("index") if key.secret)
        return tuple(sorted(there, reverse=True))

    def blind(
        self, index: str, values: Sequence[str], *, version: int | None = None
    ) -> list[bytes]:
        """Give the fingerprint of each value in an index, 16 bytes; without a version, the newest.

        Every index has a key of its own, derived from the index key. Raises MissingKey or
        DestroyedKey.
        """
        if version is None:
            version = self._newest("index").version
        return self._blinder(index, version).blind(values)

    # ---------------------------------------------------------------- keys come and go

    def newest(self, purpose: Purpose) -> Key:
        """Give the key of a purpose that is used for whatever is new."""
        return self._newest(purpose)

    def key(self, key_id: str) -> Key:
        """Give a key by its id. Raises MissingKey or DestroyedKey."""
        return self._of_id(key_id)

    def noted(self) -> list[Noted]:
        """Give of each key what tells a wrong secret from the right one."""
        return [
            (key.id, key.purpose, key.version, check(key, register=self.register, suite=self.suite))
            for key in self.keys
        ]

    def add(self, purpose: Purpose, *, at: datetime) -> "KeyRing":
        """Give a ring with one more key, which is the newest from then on."""
        version = 1 + max(key.version for key in self._of(purpose))
        return replace(self, keys=(*self.keys, made(purpose, version, at=at)))

    def retire(self, key_id: str) -> "KeyRing":
        """Give a ring in which a key only opens what is still under it.

        Raises KeyInUse for the newest of its purpose, MissingKey or DestroyedKey.
        """
        key = self._of_id(key_id)
        if key == self._newest(key.purpose):
            raise KeyInUse(key=key.id, version=key.version)
        return self._with(replace(key, state="retired"))

    def destroy(self, key_id: str) -> "KeyRing":
        """Give a ring without the secret of a retired key: what is still under it is gone for good.

        That is how a backup of before a shredding is made useless. Raises KeyInUse for a key that
        is not retired, MissingKey or DestroyedKey.
        """
        key = self._of_id(key_id)
        if key.state != "retired":
            raise KeyInUse(key=key.id, version=key.version)
        return self._with(replace(key, state="destroyed", secret=None))

    # ---------------------------------------------------------------- keys are found

    def _put_to_work(self, key: Key) -> Wrapping:
        derived = self._derived(key, "wrap")
        return envelope.wrapping(self._header(key), self.suite, derived)

    def _header(self, key: Key) -> bytes:
        return envelope.header(self.suite, key.version, key.id)

    def _newest_wrapping(self) -> Wrapping:
        return self._wrappings[self._header(self._newest("wrapping"))]

    def _wrapping(self, row: int, wrapped: bytes) -> Wrapping:
        if found := self._wrappings.get(wrapped[:HEADER]):
            return found
        version, key_id = envelope.named(self.suite, row, wrapped)
        there = [key for key in self._of("wrapping") if key.id == key_id]
        if there and there[0].version != version:
            raise envelope.tampered(row)
        raise (DestroyedKey if there else MissingKey)(key=key_id, version=version)

    def _unwrapped(self, row: int, wrapped: bytes) -> bytes:
        return envelope.unwrap(self._wrapping(row, wrapped), row, wrapped)

    def _blinder(self, index: str, version: int) -> Blinder:
        if (blinder := self._blinders.get((index, version))) is None:
            key = next((key for key in self._of("index") if key.version == version), None)
            if key is None:
                raise MissingKey(key="index", version=version)
            blinder = Blinder(self.suite, self._derived(key, "blind", index))
            self._blinders[index, version] = blinder
        return blinder

    def _derived(self, key: Key, *info: str) -> bytes:
        if key.secret is None:
            raise DestroyedKey(key=key.id, version=key.version)
        return self.suite.derive(key.secret.reveal(), self.register, *info)

    def _of(self, purpose: Purpose) -> list[Key]:
        return [key for key in self.keys if key.purpose == purpose]

    def _newest(self, purpose: Purpose) -> Key:
        active = (key for key in self._of(purpose) if key.state == "active")
        return max(active, key=lambda key: key.version)

    def _of_id(self, key_id: str) -> Key:
        key = next((key for key in self.keys if key.id == key_id), None)
        if key is None:
            raise MissingKey(key=key_id, version=None)
        if key.secret is None:
            raise DestroyedKey(key=key.id, version=key.version)
        return key

    def _with(self, changed: Key) -> "KeyRing":
        keys = tuple(changed if key.id == changed.id else key for key in self.keys)
        return replace(self, keys=keys)
