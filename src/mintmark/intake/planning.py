r"""From a file to a plan, and from the plan to codes.

>>> import mintmark
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
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mintmark.customer import Customer, Fields
from mintmark.errors import (
    EmptyFile,
    MissingColumns,
    NotATable,
    OtherFile,
    SeveralSheets,
    UnknownColumns,
    UnknownFact,
    UnknownSheet,
)
from mintmark.intake import check
from mintmark.intake.headings import FACTS, Table, fact_named, find_headings, table
from mintmark.intake.read import Sheet, Source, open_source
from mintmark.intake.report import Outcome, Report, Row, outcome_of
from mintmark.progress import Progress
from mintmark.registry import Outcome as Registering
from mintmark.registry import Record, Register

_CHUNK = 1000  # rows to a unit of work: what a kill can undo, and how long others wait
_GLANCE = 30  # rows that are enough to find the headings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do. Nothing is written before `apply`."""

    register: Register
    file: str
    digest: bytes
    sheet: Sheet
    table: Table
    rows: tuple[Row, ...]
    keep_back: bool
    settings: Mapping[str, Any]

    def forecast(self) -> Report:
        """Tell what `apply` would give now, codes included; others may mint in between."""
        records = _records(self.rows)
        outcomes = self.register.forecast(
            [record for _, record in records], keep_back=self.keep_back
        )
        found = {
            row.number: outcome_of(row, outcome, self.table)
            for (row, _), outcome in zip(records, outcomes, strict=True)
        }
        return self.report(found)

    def apply(self, batch: int | None = None) -> "Applying":
        """Give the import, ready to run: iterate over it for progress, then ask for its report.

        `batch`: one that was approved, paused or cut off, and goes on where it stopped.
        """
        return Applying(self, batch)

    def report(self, found: Mapping[int, Outcome]) -> Report:
        """Put the outcomes of registered rows beside the rows that were refused by the checks."""
        every = [
            found.get(row.number) or Outcome(row=row, registered=None, problems=row.problems)
            for row in self.rows
        ]
        return Report(
            file=self.file,
            sheet=self.sheet.name,
            table=self.table,
            cells=self.sheet.cells,
            outcomes=tuple(_with_first_rows(every)),
        )


class Applying:
    """An import under way: each step is a unit of work and yields how far it has come.

    Whatever stops it, the steps so far are kept; running it again gives nobody a second code.
    """

    def __init__(self, plan: Plan, batch: int | None = None) -> None:
        self._plan = plan
        self._batch = batch
        self._found: dict[int, Outcome] = {}

    def __iter__(self) -> Iterator[Progress]:
        plan, register = self._plan, self._plan.register
        records = _records(plan.rows)
        total = len(records)
        done = 0
        if (batch := self._batch) is not None:
            done = register.batches.resume(batch).done
        else:
            batch = register.batches.start(
                file=plan.file, sheet=plan.sheet.name, digest=plan.digest, total=total,
                settings=plan.settings,
            )  # fmt: skip
        try:
            yield from self._steps(batch, records, done)
        finally:
            register.batches.leave(batch)

    def _steps(
        self, batch: int, records: list[tuple[Row, Record]], done: int
    ) -> Iterator[Progress]:
        plan, register, total = self._plan, self._plan.register, len(records)
        known = register.forecast([r for _, r in records[:done]], keep_back=plan.keep_back)
        self._note(records[:done], known)
        yield Progress(done=done, total=total)
        for start in range(done, total, _CHUNK):
            if register.batches.should_stop(batch):
                return
            step = records[start : start + _CHUNK]
            outcomes = register.register_many(
                [record for _, record in step], batch=batch, keep_back=plan.keep_back
            )
            self._note(step, outcomes)
            yield Progress(done=start + len(step), total=total)
        register.batches.finish(batch)

    def _note(self, step: list[tuple[Row, Record]], outcomes: Sequence[Registering]) -> None:
        for (row, _), outcome in zip(step, outcomes, strict=True):
            self._found[row.number] = outcome_of(row, outcome, self._plan.table)

    @property
    def report(self) -> Report:
        """What became of every row."""
        return self._plan.report(self._found)


def resume(register: Register, batch: int, path: str | Path) -> Applying:
    """Give an import that was approved, paused or cut off, ready to go on with the same file.

    Raises UnknownBatch, OtherFile, and what `plan` does; its iteration what `Batches.resume` does.
    """
    found = register.batches.get(batch)
    ready = plan(register, path, **found.settings)
    if ready.digest != found.digest:
        raise OtherFile(batch=batch, file=Path(path).name, expected=found.file)
    return ready.apply(batch)


def plan(
    register: Register,
    path: str | Path,
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
    keep_back: bool = False,
) -> Plan:
    """Read and check a file of customers; give what importing it would do.

    `mapping`: heading or column letter → fact (by name, label or heading); `ignore`: headings or
    letters that are no facts (``*``: all unknown ones); `defaults`: fact → value for empty cells;
    `keep_back`: refuse customers who look like one who has a code, instead of coding and reporting
    them.

    Raises FileMissing, UnreadableFile, EncryptedFile, EmptyFile, NotATable, SeveralSheets,
    UnknownSheet, UnknownColumns, NoSuchColumn, MissingColumns, UnknownFact or NoRule: then there is
    nothing to plan with. What is wrong with single rows is in the plan.
    """
    settings = {
        "sheet": sheet, "mapping": dict(mapping or {}), "ignore": list(ignore),
        "defaults": dict(defaults or {}), "keep_back": keep_back,
    }  # fmt: skip
    path, rules, fields = Path(path), register.rules(), register.fields.known()
    mapping = {column: fact_named(fact, fields) for column, fact in (mapping or {}).items()}
    defaults = {fact_named(fact, fields): value for fact, value in (defaults or {}).items()}
    _require_facts(defaults, fields)
    standards = check.Standards(
        rules=rules,
        fields=fields,
        today=register.today(),
        country=register.country,
        defaults=defaults,
    )
    source = open_source(path)
    names = [text for name, field in fields.items() for text in field.called(name)]
    name, row = _choose(source, path.name, sheet, extra=[*mapping, *ignore, *names])
    loaded = source.sheet(name)
    found = table(loaded, row, mapping=mapping, ignore=ignore, fields=fields, file=path.name)
    _require_columns(found, loaded, path.name, standards)
    rows = check.rows(loaded, found, standards)
    if not rows:
        raise EmptyFile(file=path.name, sheet=name)
    return Plan(
        register=register,
        file=path.name,
        digest=source.digest,
        sheet=loaded,
        table=found,
        rows=tuple(rows),
        keep_back=keep_back,
        settings=settings,
    )


# ---------------------------------------------------------------- the right sheet


def _choose(
    source: Source, file: str, wanted: str | None, *, extra: Sequence[str]
) -> tuple[str, int]:
    """Give the sheet with a customer table and the row of its headings."""
    if wanted is not None and wanted not in source.names:
        raise UnknownSheet(file=file, sheet=wanted, sheets=tuple(source.names))
    names = [wanted] if wanted is not None else source.names
    glances = [(name, source.sheet(name, rows=_GLANCE)) for name in names]
    tables = [(name, row) for name, glance in glances if (row := find_headings(glance, extra))]
    if len(tables) > 1:
        raise SeveralSheets(file=file, sheets=tuple(name for name, _ in tables))
    if not tables:
        seen = tuple(text for _, glance in glances for text in _first_texts(glance))
        if not seen:
            raise EmptyFile(file=file, sheet=wanted or "")
        raise NotATable(file=file, sheets=tuple(names), seen=seen[:6])
    return tables[0]


def _first_texts(glance: Sheet) -> list[str]:
    texts = (cell.strip()[:20] for row in glance.cells.iter_rows() for cell in row if cell)
    return [text for text in texts if text][:6]


# ---------------------------------------------------------------- the right columns


def _require_facts(defaults: Mapping[str, str], fields: Fields) -> None:
    for fact in defaults:
        if fact not in FACTS and fact not in fields:
            raise UnknownFact(fact=fact, known=(*FACTS, *fields))


def _require_columns(found: Table, sheet: Sheet, file: str, standards: check.Standards) -> None:
    where = {"file": file, "sheet": sheet.name}
    if found.unknown:
        raise UnknownColumns(
            **where,
            row=found.row,
            columns=tuple(column.letter for column in found.unknown),
            values=tuple(column.heading for column in found.unknown),
        )
    there = {column.fact for column in found.columns} | set(standards.defaults)
    if missing := [fact for fact in standards.required() if fact not in there]:
        raise MissingColumns(**where, row=found.row, missing=tuple(missing))


# ---------------------------------------------------------------- rows and outcomes


def _records(rows: Sequence[Row]) -> list[tuple[Row, Record]]:
    """Give the rows that can be registered; equal ones are counted: each has its own key."""
    seen: Counter[Customer] = Counter()
    records = []
    for row in rows:
        if row.customer is not None:
            record = Record(customer=row.customer, occurrence=seen[row.customer])
            seen[row.customer] += 1
            records.append((row, record))
    return records


def _with_first_rows(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Say, of a row that got an earlier row's code, which row that was."""
    first: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.registered is None:
            yield outcome
            continue
        earlier = first.setdefault(outcome.registered.code, outcome.row.number)
        yield outcome if earlier == outcome.row.number else replace(outcome, first=earlier)
