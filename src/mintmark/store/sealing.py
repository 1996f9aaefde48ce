"""What the store needs of a key ring; whoever opens the register hands it over."""

from collections.abc import Sequence
from typing import Protocol

from mintmark.errors import Refusal


class Sealing(Protocol):
    """Seals values of rows and makes fingerprints; see `mintmark.vault`."""

    @property
    def locked(self) -> Refusal | None:
        """Why nothing can be sealed or opened; None: everything can."""

    @property
    def wrapping_version(self) -> int:
        """The version of the key that wraps data keys now."""

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The versions of index keys to write and to search under, the newest first."""

    def seal(
        self, rows: Sequence[tuple[int, bytes]], *, table: str, column: str
    ) -> Sequence[tuple[bytes, bytes]]:
        """Seal the value of each row; give the wrapped data key and the sealed value of each."""

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

    def refresh(self) -> None:
        """Read the key ring again: somebody may have rotated keys."""
