"""Jobs: long work that a worker does in the background, and that anybody can watch.

Whoever works on a job holds its advisory lock, which the server gives back when the program dies: a
job that runs and has nobody at work on it goes back into the queue, and the next worker goes on.
"""

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from mintmark.customer import Fields
from mintmark.errors import JobBroke, JobOver, Refusal, UnknownJob, UnknownKind
from mintmark.progress import Progress
from mintmark.store import Job, Store, Work, batches
from mintmark.store.jobs import CANCELLED, DONE, FAILED, LOCK, RUNNING

_UNDER_WAY = (batches.RUNNING, batches.PAUSED)
_MOST = 5  # tries: a job that kills its workers is not to kill them all
Reader = Callable[..., dict[str, Any]]
"""Reads what is said of a job into what JSON knows; it is handed the register's own fields first.

Raises refusals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBook:
    """The verbs on jobs: `Register.jobs`; `kinds`: which there are."""

    store: Store
    now: Callable[[], datetime]
    actor: str
    fields: Callable[[], Fields]
    kinds: Mapping[str, Reader] = field(default_factory=dict)

    def start(self, kind: str, /, **settings: Any) -> Job:
        """Have a worker do something as soon as it can: import, undo, export or write-back.

        `settings` are those of `mintmark.jobs.kinds`. Raises UnknownKind, PasswordInJob, FactInJob,
        or what is wrong with the settings; then there is no job.
        """
        if kind not in self.kinds:
            raise UnknownKind(kind=kind, known=tuple(self.kinds))
        read = self.kinds[kind](self.fields(), **settings)
        with self.store.transaction() as work:
            number = work.jobs.add(kind, read, actor=self.actor, at=self.now())
        return self.get(number)

    def get(self, job: int) -> Job:
        """Give a job as it stands. Raises UnknownJob."""
        with self.store.transaction() as work:
            return _found(work, job)

    def list(self, limit: int = 20) -> builtins.list[Job]:
        """Give the last jobs, the newest first."""
        with self.store.transaction() as work:
            return work.jobs.recent(limit)

    def cancel(self, job: int) -> Job:
        """Have a job not begin, or stop at its next step; what is done stays.

        Raises UnknownJob, or JobOver where it has ended.
        """
        with self.store.transaction() as work:
            found = _found(work, job, lock=True)
            if not found.is_open:
                raise JobOver(job=job, ended=found.state)
            work.jobs.cancelling(job)
            if not found.alive:
                self._cancelled(work, _found(work, job))
        return self.get(job)

    # ------------------------------------------------------------ what a worker does

    def take(self, job: int) -> Job | None:
        """Have this program work on a job; None where another does, or it is not to be done."""
        if not self.store.pulse.try_hold(LOCK + job):
            return None
        with self.store.transaction() as work:
            found = _found(work, job, lock=True)
            if found.tries >= _MOST:
                self._end(work, job, JobBroke(reason="killed"))
            elif found.is_cancelling or not work.jobs.begin(job, at=self.now()):
                self._cancelled(work, found)
            else:
                return _found(work, job)
        self.leave(job)
        return None

    def advance(self, job: Job, progress: Progress, batch: int | None) -> bool:
        """Note how far a job is; tell if it is to go on: nobody cancels it or took it over."""
        with self.store.transaction() as work:
            return work.jobs.advance(job, progress, batch, at=self.now())

    def finish(self, job: int, report: Mapping[str, Any]) -> None:
        """Note that a job is done, and what came of it."""
        with self.store.transaction() as work:
            work.jobs.end(job, DONE, at=self.now(), report=report)

    def fail(self, job: int, refusal: Refusal) -> None:
        """Note why a job could not be done."""
        with self.store.transaction() as work:
            self._end(work, job, refusal)

    def stop(self, job: int) -> None:
        """Note that a job has stopped because somebody cancelled it."""
        with self.store.transaction() as work:
            self._cancelled(work, _found(work, job, lock=True))

    def put_back(self, job: int) -> None:
        """Let another worker go on with a job."""
        with self.store.transaction() as work:
            if _found(work, job, lock=True).state == RUNNING:
                work.jobs.wait(job)

    def leave(self, job: int) -> None:
        """Work on a job no more."""
        self.store.pulse.let_go(LOCK + job)

    def revive(self) -> int:
        """Put jobs whose workers died back into the queue; give how many."""
        with self.store.transaction() as work:
            left = work.jobs.left()
        count = 0
        for job in left:
            with self.store.transaction() as work:
                work.jobs.get(job, lock=True)  # others revive, too: so look again
                if job in work.jobs.left():
                    work.jobs.unqueue(job)
                    work.jobs.wait(job)
                    count += 1
        return count

    def _end(self, work: Work, job: int, refusal: Refusal) -> None:
        # What somebody gave as a fact about a person stays out of the job, as out of logs.
        told = {one.name: getattr(refusal, one.name) for one in fields(refusal) if one.repr}
        work.jobs.end(job, FAILED, at=self.now(), error=refusal.slug, facts=told)

    def _cancelled(self, work: Work, job: Job) -> None:
        if not (job.is_open and job.is_cancelling):
            return
        work.jobs.end(job.id, CANCELLED, at=self.now())
        if job.batch is not None:  # nobody is to go on with half an import unawares
            found = work.batches.get(job.batch, lock=True)
            if found and found.state in _UNDER_WAY:
                work.batches.turn(job.batch, batches.CANCELLED)


def _found(work: Work, job: int, *, lock: bool = False) -> Job:
    if found := work.jobs.get(job, lock=lock):
        return found
    raise UnknownJob(job=job)
