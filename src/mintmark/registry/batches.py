"""Batches: which imports there were, how far each came, and who ran it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mintmark.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """The verbs on batches."""

    store: Store
    now: Callable[[], datetime]
    actor: str

    def start(self, *, file: str, sheet: str, digest: bytes, total: int) -> int:
        """Note that an import begins; give its number."""
        with self.store.transaction() as work:
            work.sealing.require()
            return work.batches.start(
                file=file,
                sheet=sheet,
                digest=digest,
                total=total,
                settings={},
                at=self.now(),
                actor=self.actor,
            )

    def finish(self, batch: int) -> None:
        """Note that an import is through."""
        with self.store.transaction() as work:
            work.batches.finish(batch, at=self.now())
