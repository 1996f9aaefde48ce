"""Carry out a plan: in units of work that are kept whatever stops it."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

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
        self._told: Report | None = None  # once it has come to its end
        self.batch = plan.batch

    def __iter__(self) -> Generator[Progress, None, None]:
        plan, batches, total = self._plan, self._plan.register.batches, self._plan.entering.total
        if self.batch is None:
            self.batch = batches.start(
                file=plan.source.file, sheet=plan.source.sheet.name, digest=plan.source.digest,
                total=plan.entering.rows, settings=plan.settings,
            )  # fmt: skip
        else:
            batches.resume(self.batch)
        try:
            yield from self._steps(self.batch, total)
        finally:
            batches.leave(self.batch)

    def _steps(self, batch: int, total: int) -> Iterator[Progress]:
        batches, entering = self._plan.register.batches, self._plan.entering
        done = entering.done
        yield Progress(done=done, total=total)
        for count in entering.run(batch):
            done += count
            yield Progress(done=done, total=total)
            if batches.should_stop(batch):
                return
        self._told = self.report
        summary = self._told.summary()
        batches.count(batch, {"new": summary.coded, "known": summary.known})
        batches.finish(batch)

    @property
    def rows(self) -> int:
        """How many rows it writes; those are counted that were written before it was cut off."""
        return self._plan.entering.rows

    @property
    def report(self) -> Report:
        """What became of every row."""
        return self._told or self._plan.report(self._plan.entering.entered)
