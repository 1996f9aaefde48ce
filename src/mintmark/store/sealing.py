"""What the store needs of a key ring; whoever opens the register hands it over."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from mintmark.errors import Refusal

Noted = tuple[str, str, int, str]
"""A key of the register: its id, purpose and version, and what tells a wrong secret from it."""


class Sealing(Protocol):
    """Seals values of rows and makes fingerprints; see `mintmark.vault`."""

    @property
    def locked(self) -> Refusal | None:
        """Why nothing can be sealed or opened; None: everything can."""

    def require(self) -> None:
        """Raise why nothing can be sealed or opened, if so."""

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The versions of index keys to write and to search under, the newest first."""

    @property
    def blinding_versions(self) -> tuple[int, ...]:
        """The versions of all index keys that are there, the newest first: retired ones, too."""

    def version_of(self, wrapped: bytes) -> int:
        """Give the version of the key that a data key is wrapped under."""

    def seal(
        self, rows: Sequence[tuple[int, bytes]], *, table: str, column: str
    ) -> Sequence[tuple[bytes, bytes]]:
        """Seal the value of each row; give the wrapped data key and the sealed value of each."""

    def reseal(
        self, rows: Sequence[tuple[int, bytes, bytes]], *, table: str, column: str
    ) -> list[bytes]:
        """Seal a new value of each row (id, wrapped data key, value) under the key that it has."""

    def unseal_many(
        self, rows: Sequence[tuple[int, tuple[bytes, bytes]]], *, table: str, column: str
    ) -> list[bytes]:
        """Give the values of rows, all or none."""

    def rewrap_many(self, rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Wrap the data keys of rows under the newest key."""

    def blind(
        self, index: str, values: Sequence[str], *, version: int | None = None
    ) -> list[bytes]:
        """Give the fingerprint of each value in an index, 16 bytes."""

    def refresh(self, noted: Iterable[Noted] | None = None) -> None:
        """Read the key ring again: somebody may have rotated keys. `noted`: which it must have."""
