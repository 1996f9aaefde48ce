"""Carry out a plan: in units of work that are kept whatever stops it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mintmark.intake.entering import Entering
from mintmark.intake.report import Report
from mintmark.progress import Progress

if TYPE_CHECKING:
    from mintmark.intake.planning import Plan


class Applying:
    """An import under way: each step is a unit of work and yields how far it has come.

    Whatever stops it, the steps so far are kept; running it again gives nobody a second code.
    `batch` is its number, once it has begun.
    """

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan
        self._entering = Entering(plan.register, plan.decided)
        self.batch: int | None = None

    def __iter__(self) -> Iterator[Progress]:
        plan, batches, total = self._plan, self._plan.register.batches, self._entering.total
        self.batch = batch = batches.start(
            file=plan.file, sheet=plan.sheet.name, digest=plan.digest, total=total
        )
        try:
            done = 0
            yield Progress(done=done, total=total)
            for count in self._entering.run(batch):
                done += count
                yield Progress(done=done, total=total)
                if batches.should_stop(batch):
                    return
            batches.finish(batch)
        finally:
            batches.leave(batch)

    @property
    def report(self) -> Report:
        """What became of every row."""
        return self._plan.report(self._entering.entered)
