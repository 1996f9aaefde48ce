"""The keys of a register at hand: read once, and read again when a key is missing."""

from collections.abc import Callable, Sequence

from mintmark.errors import MissingKey, Refusal
from mintmark.vault.envelope import Sealed
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
        self._found: KeyRing | Refusal
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
        """The ring as last read. Raises what `Source.read` does."""
        if isinstance(self._found, Refusal):
            raise self._found
        return self._found

    def refresh(self) -> None:
        """Read the ring again."""
        try:
            self._found = self._source.read(self.register)
        except Refusal as refusal:
            self._found = refusal

    def change(self, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Put what `change` makes of the ring in its place. Raises what `Source.change` does."""
        self._found = ring = self._source.change(self.register, change)
        return ring

    # ---------------------------------------------------------------- the ring's verbs

    @property
    def wrapping_version(self) -> int:
        """The version of the key that wraps data keys now."""
        return self.ring.wrapping_version

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The versions of index keys to search under, the newest first."""
        return self.ring.index_versions

    def seal(self, rows: Sequence[tuple[int, bytes]], *, table: str, column: str) -> list[Sealed]:
        """Seal the value of each row under a data key of its own."""
        return self.ring.seal(rows, table=table, column=column)

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
