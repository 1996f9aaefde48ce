r"""From a file to a plan, and from the plan to codes.

>>> import mintmark
>>> from pathlib import Path
>>> _ = Path("list.csv").write_text("姓名,手机\n王琦,13875014587\n李雷,138\n王 琦,13875014587")
>>> with mintmark.open("shop", create=True) as register:
...     published = register.publish("K{seq:4}", tables={})
...     ready = plan(register, "list.csv")
...     [registered.code for _, registered in ready.forecast().registered()]
...     importing = ready.apply()
...     [progress.done for progress in importing]
...     [outcome.problems[0].refusal.slug for outcome in importing.report.refused()]
['K0001', 'K0001']
[0, 2]
['wrong-phone']

Customers that a program has already are planned with as a polars frame, which comes back:

>>> people = pl.DataFrame({"姓名": ["王琦", "韩梅梅"], "手机": [13875014587, 13875014588]})
>>> with mintmark.open("shop") as register:
...     importing = plan(register, people).apply()
...     _ = list(importing)
...     importing.report.frame()["code"].to_list()
['K0001', 'K0002']
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import EmptyFile, OtherFile
from mintmark.intake.changing import changes_of
from mintmark.intake.deciding import Decided, Policy, decide
from mintmark.intake.entering import Entered, Entering
from mintmark.intake.opened import Opened, Reading, opened
from mintmark.intake.reading import Place
from mintmark.intake.report import Report
from mintmark.intake.reporting import reported
from mintmark.memory import give_back
from mintmark.progress import Progress
from mintmark.registry import Register


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What an import would do. Nothing is written before `apply`.

    `settings`: how the source was read and decided about; `batch`: the import that goes on.
    """

    register: Register
    source: Opened
    decided: Decided
    settings: Mapping[str, Any]
    batch: int | None = None

    @cached_property
    def entering(self) -> Entering:
        """The rows on their way into the register."""
        return Entering(self.register, self.decided, self.batch)

    def forecast(self) -> Report:
        """Tell what `apply` would give now, codes included; others may mint in between."""
        return self.report(self.entering.forecast())

    def capacity(self) -> pl.DataFrame:
        """Tell how much of each scope would be used: `scope`, `count`, `used`, `capacity`."""
        return self.entering.capacity()

    def changes(self) -> pl.DataFrame:
        """Tell what known customers would get: `row`, `code`, `fact`, `before`, `after`."""
        return changes_of(self.decided)

    def save(self) -> int:
        """Note the import for somebody else to approve of; give its number.

        What was approved of is then applied by `resume`, to the very same file.
        """
        return self.register.batches.plan(
            file=self.source.file, sheet=self.source.sheet.name, digest=self.source.digest,
            total=self.entering.rows, settings=self.settings,
        )  # fmt: skip

    def apply(self) -> "Applying":
        """Give the import, ready to run: iterate over it for progress, then ask for its report."""
        return Applying(self)

    def report(self, entered: Entered) -> Report:
        """Put what became of the rows beside those that were refused by the checks."""
        sealed = personal_names(self.register.fields.known())
        return reported(self.source, self.decided, entered, sealed)


class Applying:
    """An import under way: each step is a unit of work and yields how far it has come.

    Whatever stops it, the steps so far are kept; running it again gives nobody a second code.
    `batch` is its number, once it has begun.
    """

    def __init__(self, plan: Plan) -> None:
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
        give_back()
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


def plan(register: Register, path: Place, *, policy: Policy | None = None, **reading: Any) -> Plan:
    """Read and check a file of customers; give what importing it would do.

    `path` is a file, a folder or a zip of them, the URL of a database, or a polars frame whose
    columns are named by headings (of any types; see `Report.frame`). `policy`: what is done
    with customers who are there already. `reading`, all of it optional: `sheet` and `header` (the
    row of the headings, or the cell where they begin) say which table is meant where there are
    several; `mapping`: heading or column letter → fact (by name, label or heading), ``code`` (one
    that they have already) or ``key`` (what another `system` calls them); `ignore`: headings or
    letters that are no facts (``*``: all unknown ones); `defaults`: fact → value for empty cells;
    `values`: attribute → what the file writes → what is meant; `profile`: the name of a saved one,
    instead of the one that knows these headings.

    Raises FileMissing, UnreadableFile, EncryptedFile, EmptyFile, NotATable, SeveralSheets,
    SeveralTables, NoSuchRow, UnknownSheet, UnknownColumns, NoSuchColumn, MissingColumns,
    UnknownFact, UnknownProfile, NoRule, WrongColumn, or what else `open_source` raises: then there
    is nothing to plan with. What is wrong with single rows is in the plan.
    """
    return _plan(register, path, policy or Policy(), Reading(**reading))


def resume(register: Register, batch: int, path: Place) -> Applying:
    """Give an import that was approved, paused or cut off, ready to go on with the same file.

    Raises UnknownBatch, OtherFile, and what `plan` does; its iteration what `Batches.resume` does.
    """
    found = register.batches.get(batch)
    settings = dict(found.settings)
    policy = Policy(**settings.pop("policy", {}))
    ready = _plan(register, path, policy, Reading(**settings), batch=batch)
    if ready.source.digest != found.digest:
        raise OtherFile(batch=batch, file=ready.source.file, expected=found.file)
    return ready.apply()


def _plan(
    register: Register,
    path: Place,
    policy: Policy,
    reading: Reading,
    *,
    batch: int | None = None,
) -> Plan:
    source = opened(register, path, reading)
    if not source.checked.read:
        raise EmptyFile(file=source.file, sheet=source.sheet.name)
    give_back()
    rows = source.checked.rows
    if "key" in rows.columns:
        rows = rows.with_columns(key=f"{reading.system}:" + rows["key"])
    meeting = register.meeting()
    done = {} if batch is None else meeting.done(batch)
    came = meeting.came(batch) if batch is not None and done else ()
    decided = decide(meeting, rows, policy, done, came)
    give_back()
    settings = {**reading.settings(), "policy": asdict(policy)}
    return Plan(register=register, source=source, decided=decided, settings=settings, batch=batch)
