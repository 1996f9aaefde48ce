"""A job in a worker's hands, and what a kind of jobs is."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from mintmark.intake.workbooks import Say
from mintmark.progress import Progress
from mintmark.registry import Job, Register

Run = Generator[Progress, None, dict[str, Any]]
"""Work under way: it yields how far it is, and ends with what came of it."""


@dataclass(slots=True, kw_only=True)
class Errand:
    """A job in a worker's hands; `say`: its language; `batch`: the import, once begun."""

    register: Register
    job: Job
    say: Say
    batch: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What reads what a job is told, as `Register.jobs.start` gets it, and what does it.

    `read` is handed the register's own fields before that.
    """

    read: Callable[..., dict[str, Any]]
    run: Callable[[Errand], Run]
