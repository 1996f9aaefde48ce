"""A worker: takes jobs out of the queue, one at a time, and does them."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from mintmark.errors import DiskFull, JobBroke, Refusal, Unreachable
from mintmark.intake.workbooks import Say
from mintmark.jobs.errand import Errand, Run
from mintmark.jobs.kinds import KINDS
from mintmark.progress import Progress
from mintmark.registry import Job, Register
from mintmark.store.jobs import TASK
from mintmark.store.postgres import OPTIONS

if TYPE_CHECKING:
    from procrastinate import App, JobContext

_TELLING = 1.0  # seconds between two notes of how far a job is
_REVIVING = 10.0  # seconds between two looks for jobs whose workers died
_CONNECTIONS = 3  # of the queue: one listens
_log = logging.getLogger(__name__)


def work(register: Register, speak: Callable[[str], Say], *, once: bool = False) -> None:
    """Do jobs until the program is told to stop (SIGINT, SIGTERM); with `once`, all that wait.

    `speak` gives the wording of a language. Any number of workers may be at the same register.
    Whoever is told to stop puts the job under way back into the queue. Raises Unreachable.
    """
    from procrastinate.exceptions import ConnectorException  # noqa: PLC0415 - see `_queue`

    try:
        asyncio.run(_working(register, speak, once=once))
    except ConnectorException as error:
        raise Unreachable(reason=str(error.__cause__ or error).strip()) from None


async def _working(register: Register, speak: Callable[[str], Say], *, once: bool) -> None:
    async with _queue(register, _Worker(register, speak)).open_async() as app:
        await asyncio.to_thread(register.jobs.revive)
        reviving = asyncio.create_task(_revive(register))
        try:
            await app.run_worker_async(
                queues=[TASK], wait=not once, shutdown_graceful_timeout=0, delete_jobs="always"
            )
        finally:
            reviving.cancel()


def _queue(register: Register, worker: "_Worker") -> "App":
    # Not before: it takes as long to import as the whole command line.
    from procrastinate import App, PsycopgConnector  # noqa: PLC0415

    app = App(
        connector=PsycopgConnector(
            conninfo=register.conninfo, kwargs={"options": OPTIONS},
            min_size=1, max_size=_CONNECTIONS,
        )
    )  # fmt: skip

    @app.task(name=TASK, queue=TASK, pass_context=True)
    def do(context: "JobContext", job: int) -> None:
        worker.do(job, context.should_abort)

    return app


async def _revive(register: Register) -> None:
    while True:
        await asyncio.sleep(_REVIVING)
        try:
            await asyncio.to_thread(register.jobs.revive)
        except (Unreachable, DiskFull) as refusal:  # it may come back; if not, the queue says so
            _log.warning("%s", refusal)


class _ToldToStop(Exception):
    """The worker is to end."""


class _Cancelled(Exception):
    """The job is not to go on."""


@dataclass(frozen=True, slots=True)
class _Worker:
    register: Register
    speak: Callable[[str], Say]

    def do(self, number: int, is_ending: Callable[[], bool]) -> None:
        """Do a job, unless another worker does; it ends done, failed, cancelled, or put back."""
        jobs = self.register.jobs
        if (job := jobs.take(number)) is None:
            return
        try:
            jobs.finish(number, self._follow(job, is_ending))
        except _ToldToStop:
            jobs.put_back(number)
        except _Cancelled:
            jobs.stop(number)
        except Unreachable as refusal:  # whoever finds it without a worker goes on
            _log.warning("job %s: %s", number, refusal)
        except Refusal as refusal:
            jobs.fail(number, refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next job waits
            # Not its text: that may quote what somebody gave as a fact about a person.
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("job %s broke:\n%s", number, where)
            jobs.fail(number, JobBroke(reason=type(error).__name__))
        finally:
            jobs.leave(number)

    def _follow(self, job: Job, is_ending: Callable[[], bool]) -> dict[str, Any]:
        say = self.speak(job.settings["language"])
        errand = Errand(register=self.register, job=job, say=say, batch=job.batch)
        run = KINDS[job.kind].run(errand)
        try:
            return self._steps(errand, run, is_ending)
        finally:
            run.close()

    def _steps(self, errand: Errand, run: Run, is_ending: Callable[[], bool]) -> dict[str, Any]:
        """Take every step; note how far it is now and then, and at once that an import began."""
        told, noted, progress = float("-inf"), errand.batch, None
        while True:
            try:
                progress = next(run)
            except StopIteration as end:
                if progress is not None:
                    self._tell(errand, progress)
                report: dict[str, Any] = end.value
                return report
            if noted != errand.batch or monotonic() - told >= _TELLING:
                if not self._tell(errand, progress):
                    raise _Cancelled
                told, noted = monotonic(), errand.batch
            if is_ending():
                raise _ToldToStop

    def _tell(self, errand: Errand, progress: Progress) -> bool:
        return self.register.jobs.advance(errand.job, progress, errand.batch)
