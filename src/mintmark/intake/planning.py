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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mintmark.customer import personal_names
from mintmark.errors import EmptyFile
from mintmark.intake.applying import Applying
from mintmark.intake.checking import Checked, Standards, check
from mintmark.intake.deciding import Decided, Policy, decide
from mintmark.intake.entering import Entered, Entering
from mintmark.intake.headings import Table, fact_named, table
from mintmark.intake.locating import located, require_columns, require_facts
from mintmark.intake.reading import Sheet, called, open_source
from mintmark.intake.report import Report
from mintmark.intake.reporting import reported
from mintmark.registry import Register

Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What an import would do. Nothing is written before `apply`."""

    register: Register
    file: str
    digest: bytes
    sheet: Sheet
    table: Table
    checked: Checked
    decided: Decided

    def forecast(self) -> Report:
        """Tell what `apply` would give now, codes included; others may mint in between."""
        return self.report(Entering(self.register, self.decided).forecast())

    def capacity(self) -> pl.DataFrame:
        """Tell how much of each scope would be used: `scope`, `count`, `used`, `capacity`."""
        return Entering(self.register, self.decided).capacity()

    def apply(self) -> Applying:
        """Give the import, ready to run: iterate over it for progress, then ask for its report."""
        return Applying(self)

    def report(self, entered: Entered) -> Report:
        """Put what became of the rows beside those that were refused by the checks."""
        sealed = personal_names(self.register.fields.known())
        return reported(
            self.file, self.sheet, self.table, self.checked, self.decided, entered, sealed
        )


def plan(
    register: Register,
    path: str | Path,
    *,
    sheet: str | None = None,
    header: int | str | None = None,
    mapping: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    defaults: Mapping[str, str] | None = None,
    values: Values | None = None,
    policy: Policy | None = None,
) -> Plan:
    """Read and check a file of customers; give what importing it would do.

    `path` is a file, a folder or a zip of them, or the URL of a database. `sheet` and `header` (the
    row of the headings, or the cell where they begin) say which table is meant where there are
    several. `mapping`: heading or column letter → fact (by name, label or heading), `code` (one
    that they have already) or `key`; `ignore`: headings or letters that are no facts (``*``: all
    unknown ones); `defaults`: fact → value for empty cells; `values`: attribute → what the file
    writes → what is meant; `policy`: what is done with customers who are there already.

    Raises FileMissing, UnreadableFile, EncryptedFile, EmptyFile, NotATable, SeveralSheets,
    SeveralTables, NoSuchRow, UnknownSheet, UnknownColumns, NoSuchColumn, MissingColumns,
    UnknownFact, NoRule, WrongColumn, or what else `open_source` raises: then there is nothing to
    plan with. What is wrong with single rows is in the plan.
    """
    file, fields = called(path), register.fields.known()
    mapping = {column: fact_named(fact, fields) for column, fact in (mapping or {}).items()}
    defaults = {fact_named(fact, fields): value for fact, value in (defaults or {}).items()}
    require_facts((*defaults, *mapping.values()), fields)
    standards = Standards(
        rules=register.rules(), fields=fields, today=register.today(), country=register.country,
        defaults=defaults,
    )  # fmt: skip
    source = open_source(path)
    names = [text for name, field in fields.items() for text in field.called(name)]
    loaded, row = located(source, file, sheet, header, [*mapping, *ignore, *names])
    found = table(loaded, row, mapping=mapping, ignore=ignore, fields=fields, file=file)
    require_columns(found, loaded, file, standards)
    checked = check(loaded, found, standards, values=values or {})
    if not checked.read:
        raise EmptyFile(file=file, sheet=loaded.name)
    return Plan(
        register=register, file=file, digest=source.digest, sheet=loaded, table=found,
        checked=checked, decided=decide(register.meeting(), checked.rows, policy or Policy()),
    )  # fmt: skip
