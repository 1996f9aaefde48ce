"""The job table: long work in the background; and its place in the queue, which is procrastinate's.

A row and its place in the queue are written in one transaction, so no job is lost in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from psycopg.rows import class_row
from psycopg.types.json import Json

from mintmark.progress import Progress
from mintmark.store.session import Session

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STATES = (WAITING, RUNNING, DONE, FAILED, CANCELLED)
OPEN = (WAITING, RUNNING)
LOCK = 0x4D4A_0000_0000_0000  # "MJ" in ASCII, then a job's number: the lock of who works on it
TASK = "mintmark.job"  # what procrastinate calls all of them; its queue, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Long work in the background.

    `settings`: what is to be done, by the `kind`. `state` is one of `STATES`; `is_cancelling`:
    somebody wants it to stop; `alive`: a worker is at it, now. `tries`: how often one has begun, or
    gone on. `batch`: the import that it is. `report`: what came of it. `error`: the slug of the
    refusal that ended it, with its `facts`. `seen_at`: when it last told how far it is.
    """

    id: int
    kind: str
    settings: dict[str, Any]
    state: str
    is_cancelling: bool
    done: int
    total: int | None
    tries: int
    batch: int | None
    report: dict[str, Any]
    error: str | None
    facts: dict[str, Any]
    actor: str
    created_at: datetime
    started_at: datetime | None
    seen_at: datetime | None
    finished_at: datetime | None
    alive: bool

    @property
    def progress(self) -> Progress | None:
        """How far it is; None: nobody knows yet."""
        return None if self.total is None else Progress(done=self.done, total=self.total)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN


_ADD = """
INSERT INTO job (kind, settings, actor, created_at) VALUES (%s, %s, %s, %s) RETURNING id
"""
_QUEUE = f"""
UPDATE job SET queued = (procrastinate_defer_jobs_v1(ARRAY[
    ROW('{TASK}', '{TASK}', 0, NULL, NULL, jsonb_build_object('job', id), NULL)
        ::procrastinate_job_to_defer_v1]))[1]
WHERE id = %s
"""
_UNQUEUE = """
SELECT procrastinate_finish_job_v1(q.id, 'failed', true)
FROM procrastinate_jobs q JOIN job ON q.id = job.queued
WHERE job.id = %s AND q.status IN ('todo', 'doing')
"""
_BEGIN = """
UPDATE job SET state = 'running', tries = tries + 1, seen_at = %(at)s,
    started_at = coalesce(started_at, %(at)s)
WHERE id = %(id)s AND state = 'waiting'
"""
_ADVANCE = """
UPDATE job SET done = %s, total = %s, batch = coalesce(%s, batch), seen_at = %s
WHERE id = %s AND state = 'running' AND tries = %s AND NOT is_cancelling RETURNING id
"""
_WAIT = "UPDATE job SET state = 'waiting' WHERE id = %s AND state = 'running'"
_END = """
UPDATE job SET state = %s, report = %s, error = %s, facts = %s, finished_at = %s
WHERE id = %s AND state IN ('waiting', 'running')
"""
_CANCELLING = "UPDATE job SET is_cancelling = true WHERE id = %s"
# An advisory lock on a bigint is shown as two halves.
_ALIVE = f"""
EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32 | l.objid::bigint) = {LOCK} + job.id)
"""
_COLUMNS = ", ".join(one.name for one in fields(Job) if one.name != "alive")
_SELECT = f"SELECT {_COLUMNS}, {_ALIVE} AS alive FROM job"
# Its worker died at work on it; or it died, or finished, between the queue and the job.
_LEFT = f"""
SELECT job.id FROM job LEFT JOIN procrastinate_jobs q ON q.id = job.queued
    LEFT JOIN procrastinate_workers w ON w.id = q.worker_id
WHERE NOT {_ALIVE} AND (job.state = 'running' OR (job.state = 'waiting' AND (
    q.id IS NULL OR q.status NOT IN ('todo', 'doing')
    OR (q.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '30 s')))))
ORDER BY job.id
"""


class Jobs:
    """Statements on `job`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, kind: str, settings: Mapping[str, Any], *, actor: str, at: datetime) -> int:
        """Write a new job that waits for a worker; give its number."""
        given = (kind, _json(settings), actor, at)
        row = self._session.connection.execute(_ADD.encode(), given).fetchone()
        number = int(row[0]) if row else 0
        self._session.connection.execute(_QUEUE.encode(), (number,))
        return number

    def get(self, job: int, *, lock: bool = False) -> Job | None:
        """Find a job; `lock` it until the work ends."""
        query = f"{_SELECT} WHERE id = %s" + (" FOR NO KEY UPDATE" if lock else "")
        return next(iter(self._jobs(query, job)), None)

    def recent(self, limit: int) -> list[Job]:
        """Give the last jobs, the newest first."""
        return self._jobs(f"{_SELECT} ORDER BY id DESC LIMIT %s", limit)

    def left(self) -> list[int]:
        """Give the jobs that nobody works on, and that no worker will find in the queue."""
        return [row[0] for row in self._session.connection.execute(_LEFT.encode())]

    def begin(self, job: int, *, at: datetime) -> bool:
        """Note that a worker begins a job, or goes on with it; tell if it was waiting for one."""
        found = self._session.connection.execute(_BEGIN, {"id": job, "at": at})
        return found.rowcount == 1

    def advance(self, job: Job, progress: Progress, batch: int | None, *, at: datetime) -> bool:
        """Note how far a job is; tell if it is to go on: nobody cancels it or took it over."""
        given = (progress.done, progress.total, batch, at, job.id, job.tries)
        return self._session.connection.execute(_ADVANCE, given).fetchone() is not None

    def wait(self, job: int) -> None:
        """Put a job into the queue again; its place there now is up to whoever has it."""
        self._session.connection.execute(_WAIT, (job,))
        self._session.connection.execute(_QUEUE.encode(), (job,))

    def unqueue(self, job: int) -> None:
        """Have nobody look after the place in the queue that a dead worker had."""
        self._session.connection.execute(_UNQUEUE, (job,))

    def cancelling(self, job: int) -> None:
        """Note that somebody wants a job to stop."""
        self._session.connection.execute(_CANCELLING, (job,))

    def end(
        self,
        job: int,
        state: str,
        *,
        at: datetime,
        report: Mapping[str, Any] | None = None,
        error: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Note how a job ended."""
        given = (state, _json(report or {}), error, _json(facts or {}), at, job)
        self._session.connection.execute(_END, given)

    def _jobs(self, query: str, *given: object) -> list[Job]:
        with self._session.connection.cursor(row_factory=class_row(Job)) as cursor:
            return cursor.execute(query.encode(), given).fetchall()


def _json(value: Mapping[str, Any]) -> Json:
    return Json(value, dumps=lambda one: orjson.dumps(one, default=str))
