"""A spreadsheet in, codes out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.desk import Desk, pairs, verb
from mintmark.cli.reports import Told, plain, show, write
from mintmark.intake.deciding import ASK, CREATE, POLICIES, SKIP
from mintmark.registry import Register

_MANY = 100_000  # rows from which on a text table is written rather than a workbook


@click.command("import")
@click.argument("source", metavar="FILE")
@click.option("--sheet")
@click.option("--header", metavar="ROW|CELL")
@click.option("--profile", metavar="NAME")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FACT")
@click.option("--ignore", multiple=True, metavar="COLUMN")
@click.option("--default", "defaults", multiple=True, metavar="FACT=VALUE")
@click.option("--value", "values", multiple=True, metavar="FACT:WRITTEN=MEANT")
@click.option("--system", metavar="NAME")
@click.option("--same", type=click.Choice(POLICIES), default=SKIP, show_default=True)
@click.option("--likely", type=click.Choice((CREATE, ASK)), default=CREATE, show_default=True)
@click.option("--plan", "only_plan", is_flag=True)
@click.option("--for-approval", is_flag=True)
@click.option("--coded", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--refused", type=click.Path(path_type=Path), metavar="FILE.xlsx")
@verb
def import_(desk: Desk, source: str, **given: Any) -> int:
    """Import a file of customers; every one that can have a code gets one."""
    with desk.register() as register:
        with desk.out.waiting("cli.import.reading"):
            plan = _plan(desk, register, source, given)
            only_plan = given["only_plan"] or given["for_approval"]
            report = plan.forecast() if only_plan else None
        if report is not None:
            batch = plan.save() if given["for_approval"] else None
            told = Told(report=report, plan=plan, batch=batch)
            desk.give(plain(desk, told), lambda: show(desk, told))
            return exits.PARTLY if report.summary().refused else exits.OK
        coded, refused = _outputs(source, given, plan.entering.total)
        for path in (coded, refused):
            intake.require_writable(path)
        run = plan.apply()
        desk.out.follow("cli.import.coding", run)
        report = run.report
    written = write(desk, report, coded, refused)
    told = Told(report=report, batch=run.batch, written=written)
    desk.give(plain(desk, told), lambda: show(desk, told))
    return exits.PARTLY if report.summary().refused else exits.OK


def _plan(desk: Desk, register: Register, source: str, given: Mapping[str, Any]) -> intake.Plan:
    header = given["header"]
    return intake.plan(
        register,
        source_of(source),
        policy=intake.Policy(same=given["same"], likely=given["likely"]),
        sheet=given["sheet"],
        header=int(header) if header and header.isdigit() else header,
        profile=given["profile"],
        mapping=mapping_of(desk, given["mapping"]),
        ignore=given["ignore"],
        defaults=pairs(desk, given["defaults"]),
        values=_values(desk, given["values"]),
        system=given["system"],
    )


def _outputs(source: str, given: Mapping[str, Any], rows: int) -> tuple[Path, Path]:
    """Give where the coded and the refused rows go: beside the file, if nothing else is said."""
    beside = Path("import") if "://" in source else Path(source)
    suffix = ".xlsx" if rows <= _MANY else ".csv"
    coded = given["coded"] or beside.with_name(f"{beside.stem}-coded{suffix}")
    return coded, given["refused"] or beside.with_name(f"{beside.stem}-refused.xlsx")


def _values(desk: Desk, given: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read FACT:WRITTEN=MEANT."""
    found: dict[str, dict[str, str]] = {}
    for name, meant in mapping_of(desk, given).items():
        fact, _, said = name.partition(":")
        found.setdefault(fact.strip(), {})[said.strip()] = meant.strip()
    return found


def source_of(text: str) -> str | Path:
    """Give the URL of a database, or the path of anything else."""
    return text if "://" in text else Path(text)


def mapping_of(desk: Desk, given: Sequence[str]) -> dict[str, str]:
    """Read COLUMN=FACT."""
    cut = [text.rpartition("=") for text in given]
    if wrong := next((text for text in given if "=" not in text), None):
        raise click.UsageError(desk.say("cli.not-an-assignment", text=wrong))
    return {column: fact for column, _, fact in cut}
