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

from mintmark.customer import Customer, Fields
from mintmark.errors import (
    EmptyFile,
    MissingColumns,
    NotATable,
    SeveralSheets,
    UnknownColumns,
    UnknownFact,
    UnknownSheet,
)
from mintmark.intake import check
from mintmark.intake.headings import FACTS, Table, fact_named, table
from mintmark.intake.layout import choose, first_table
from mintmark.intake.reading import Folder, Sheet, Source, called, is_joinable, join, open_source
from mintmark.intake.report import Outcome, Report, Row, outcome_of
from mintmark.progress import Progress
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

    def apply(self) -> "Applying":
        """Give the import, ready to run: iterate over it for progress, then ask for its report."""
        return Applying(self)

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

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._found: dict[int, Outcome] = {}

    def __iter__(self) -> Iterator[Progress]:
        plan, register = self._plan, self._plan.register
        records = _records(plan.rows)
        total = len(records)
        batch = register.batches.start(
            file=plan.file, sheet=plan.sheet.name, digest=plan.digest, total=total
        )
        yield Progress(done=0, total=total)
        for start in range(0, total, _CHUNK):
            step = records[start : start + _CHUNK]
            outcomes = register.register_many(
                [record for _, record in step], batch=batch, keep_back=plan.keep_back
            )
            for (row, _), outcome in zip(step, outcomes, strict=True):
                self._found[row.number] = outcome_of(row, outcome, plan.table)
            yield Progress(done=start + len(step), total=total)
        register.batches.finish(batch)

    @property
    def report(self) -> Report:
        """What became of every row."""
        return self._plan.report(self._found)


def plan(
    register: Register,
    path: str | Path,
    *,
    sheet: str | None = None,
    header: int | str | None = None,
    mapping: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
    keep_back: bool = False,
) -> Plan:
    """Read and check a file of customers; give what importing it would do.

    `path` is a file, a folder or a zip of them, or the URL of a database. `sheet` and `header` (the
    row of the headings, or the cell where they begin) say which table is meant where there are
    several. `mapping`: heading or column letter → fact (by name, label or heading); `ignore`:
    headings or letters that are no facts (``*``: all unknown ones); `defaults`: fact → value for
    empty cells; `keep_back`: refuse customers who look like one who has a code, instead of coding
    and reporting them.

    Raises FileMissing, UnreadableFile, EncryptedFile, EmptyFile, NotATable, SeveralSheets,
    SeveralTables, NoSuchRow, UnknownSheet, UnknownColumns, NoSuchColumn, MissingColumns,
    UnknownFact, NoRule, or what else `open_source` raises: then there is nothing to plan with. What
    is wrong with single rows is in the plan.
    """
    file, rules, fields = called(path), register.rules(), register.fields.known()
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
    extra = [*mapping, *ignore, *names]
    chosen = _choose(source, file, sheet, header, extra=extra)
    loaded, row = _loaded(source, chosen, header, extra, file)
    found = table(loaded, row, mapping=mapping, ignore=ignore, fields=fields, file=file)
    _require_columns(found, loaded, file, standards)
    rows = check.rows(loaded, found, standards)
    if not rows:
        raise EmptyFile(file=file, sheet=loaded.name)
    return Plan(
        register=register,
        file=file,
        digest=source.digest,
        sheet=loaded,
        table=found,
        rows=tuple(rows),
        keep_back=keep_back,
    )


# ---------------------------------------------------------------- the right sheet


def _choose(
    source: Source, file: str, wanted: str | None, header: int | str | None, *, extra: Sequence[str]
) -> list[str]:
    """Give the names of the sheets with the customer table: one, or several with the same columns.

    With a `header` given, a sheet is one with anything in it.
    """
    if wanted is not None and wanted not in source.names:
        raise UnknownSheet(file=file, sheet=wanted, sheets=tuple(source.names))
    names = [wanted] if wanted is not None else source.names
    glances = [source.sheet(name, rows=_GLANCE) for name in names]
    tables = [
        (glance, place.row if place else 1)
        for glance in glances
        if (place := first_table(glance, extra)) or (header is not None and glance.cells.width)
    ]
    if len(tables) > 1 and not (isinstance(source, Folder) and is_joinable(tables)):
        raise SeveralSheets(file=file, sheets=tuple(glance.name for glance, _ in tables))
    if not tables:
        seen = tuple(text for glance in glances for text in _first_texts(glance))
        if not seen:
            raise EmptyFile(file=file, sheet=wanted or "")
        raise NotATable(file=file, sheets=tuple(names), seen=seen[:6])
    return [glance.name for glance, _ in tables]


def _loaded(
    source: Source,
    names: Sequence[str],
    header: int | str | None,
    extra: Sequence[str],
    file: str,
) -> tuple[Sheet, int]:
    """Read the chosen sheets and lay out their table; give it with the row of its headings."""
    laid = [choose(source.sheet(name), header, extra, file=file) for name in names]
    found = [(one.sheet, one.row) for one in laid if one is not None]
    if len(found) == 1:
        return found[0]
    if not is_joinable(found):
        raise SeveralSheets(file=file, sheets=tuple(names))
    return join(found), found[0][1]


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
