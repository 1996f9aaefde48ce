"""Batches: imports are planned, approved, run, paused, resumed, cancelled; each one is one unit.

Whoever works on a batch holds its advisory lock, which the server gives back when the program dies:
so a batch that is running, and has nobody at work on it, was cut off, and can be resumed at the
first row that is not done. To pause or to cancel, any program may write so; who works on the batch
looks between units of work (`should_stop`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mintmark.errors import BatchBusy, OwnPlan, UnknownBatch, WrongStage
from mintmark.store import Batch, Store, Work
from mintmark.store.batches import (
    APPROVED,
    CANCELLED,
    LOCK,
    PAUSED,
    PLANNED,
    RUNNING,
)
from mintmark.store.events import APPROVED as APPROVAL
from mintmark.store.events import Event

DEEDS = ("approve", "pause", "resume", "cancel", "undo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """The verbs on batches; `own_approval`: who planned one may approve of it."""

    store: Store
    now: Callable[[], datetime]
    actor: str
    own_approval: bool = False

    def start(
        self,
        *,
        file: str,
        sheet: str,
        digest: bytes,
        total: int,
        settings: Mapping[str, Any] | None = None,
    ) -> int:
        """Note that an import begins, and that this program works on it; give its number."""
        with self.store.apart() as (work, pulse):
            work.sealing.require()
            batch = work.batches.start(
                file=file, sheet=sheet, digest=digest, total=total, settings=dict(settings or {}),
                at=self.now(), actor=self.actor,
            )  # fmt: skip
            pulse.hold(LOCK + batch)  # before anybody can see it without a pulse
        return batch

    def plan(
        self, *, file: str, sheet: str, digest: bytes, total: int, settings: Mapping[str, Any]
    ) -> int:
        """Note an import that somebody shall approve of first; give its number."""
        with self.store.transaction() as work:
            return work.batches.plan(
                file=file, sheet=sheet, digest=digest, total=total, settings=dict(settings),
                at=self.now(), actor=self.actor,
            )  # fmt: skip

    def approve(self, batch: int) -> Batch:
        """Approve of a planned import. Raises UnknownBatch, WrongStage, or OwnPlan."""
        with self.store.transaction() as work:
            found = _found(work, batch, {PLANNED}, "approve")
            if found.planned_by == self.actor and not self.own_approval:
                raise OwnPlan(batch=batch, actor=self.actor)
            now = self.now()
            work.batches.approve(batch, at=now, actor=self.actor)
            work.events.add([Event(at=now, actor=self.actor, verb=APPROVAL, batch=batch)])
        return self.get(batch)

    def resume(self, batch: int) -> Batch:
        """Begin an approved import, or go on with one that was paused or cut off.

        This program works on it from now on, at row `done`. Raises UnknownBatch, WrongStage, or
        BatchBusy where a program is at work on it.
        """
        self.take(batch)
        try:
            with self.store.transaction() as work:
                work.sealing.require()
                _found(work, batch, {APPROVED, PAUSED, RUNNING}, "resume")
                work.batches.begin(batch, at=self.now())
        except BaseException:
            self.leave(batch)
            raise
        return self.get(batch)

    def pause(self, batch: int) -> Batch:
        """Have an import stop after the unit of work under way. Raises UnknownBatch, WrongStage."""
        return self._turned(batch, {RUNNING}, PAUSED, "pause")

    def cancel(self, batch: int) -> Batch:
        """Have an import stop for good; what is done stays, see `undo`.

        Raises UnknownBatch, WrongStage.
        """
        return self._turned(batch, {PLANNED, APPROVED, RUNNING, PAUSED}, CANCELLED, "cancel")

    def should_stop(self, batch: int) -> bool:
        """Tell, between units of work, whether somebody paused or cancelled the import."""
        return self.get(batch).state != RUNNING

    def count(self, batch: int, counts: Mapping[str, int]) -> None:
        """Add to what became of the rows: outcome → how many."""
        with self.store.transaction() as work:
            work.batches.count(batch, counts)

    def finish(self, batch: int) -> None:
        """Note that an import is through, and that nobody works on it any more."""
        with self.store.transaction() as work:
            work.batches.finish(batch, at=self.now())
        self.leave(batch)

    def get(self, batch: int) -> Batch:
        """Give a batch. Raises UnknownBatch."""
        with self.store.transaction() as work:
            if found := work.batches.get(batch):
                return found
        raise UnknownBatch(batch=batch)

    def recent(self, limit: int = 20) -> list[Batch]:
        """Give the last batches, the newest first."""
        with self.store.transaction() as work:
            return work.batches.recent(limit)

    # ------------------------------------------------------------ who works on it

    def take(self, batch: int) -> None:
        """Have this program work on a batch. Raises BatchBusy."""
        if not self.store.pulse.try_hold(LOCK + batch):
            raise BatchBusy(batch=batch)

    def leave(self, batch: int) -> None:
        """Work on a batch no more; one that runs can be resumed by anybody then."""
        self.store.pulse.let_go(LOCK + batch)

    def _turned(self, batch: int, since: set[str], state: str, deed: str) -> Batch:
        with self.store.transaction() as work:
            _found(work, batch, since, deed)
            work.batches.turn(batch, state)
        return self.get(batch)


def _found(work: Work, batch: int, states: set[str], deed: str) -> Batch:
    found = work.batches.get(batch, lock=True)
    if found is None:
        raise UnknownBatch(batch=batch)
    if found.state not in states:
        raise WrongStage(batch=batch, stage=found.state, deed=deed)
    return found
