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
@click.option("--background", is_flag=True)
@click.option("--coded", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--refused", type=click.Path(path_type=Path), metavar="FILE.xlsx")
@verb
def import_(desk: Desk, source: str, **given: Any) -> int:
    """Import a file of customers; every one that can have a code gets one."""
    if given["background"]:
        return _in_background(desk, source, given)
    with desk.register() as register:
        with desk.out.waiting("cli.import.reading"):
            plan = _plan(desk, register, source, given)
            only_plan = given["only_plan"] or given["for_approval"]
            report = plan.forecast() if only_plan else None
        if report is not None:
            wanted = (given["coded"], given["refused"])
            for path in filter(None, wanted):
                intake.require_writable(path)
            written = write(desk, report, *wanted)
            batch = plan.save() if given["for_approval"] else None
            told = Told(report=report, plan=plan, batch=batch, written=written)
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
    summary = report.summary()
    return exits.PARTLY if summary.refused or summary.waiting else exits.OK


def _plan(desk: Desk, register: Register, source: str, given: Mapping[str, Any]) -> intake.Plan:
    policy = intake.Policy(same=given["same"], likely=given["likely"])
    return intake.plan(register, source_of(source), policy=policy, **_reading(desk, given))


def _reading(desk: Desk, given: Mapping[str, Any]) -> dict[str, Any]:
    header = given["header"]
    return {
        "sheet": given["sheet"],
        "header": int(header) if header and header.isdigit() else header,
        "profile": given["profile"],
        "mapping": mapping_of(desk, given["mapping"]),
        "ignore": given["ignore"],
        "defaults": pairs(desk, given["defaults"]),
        "values": _values(desk, given["values"]),
        "system": given["system"],
    }


def _in_background(desk: Desk, source: str, given: Mapping[str, Any]) -> int:
    """Leave the import to a worker, and tell its number."""
    if given["only_plan"] or given["for_approval"]:
        raise click.UsageError(desk.say("cli.import.either"))
    named = {name: given[name] for name in ("coded", "refused", "same", "likely")}
    with desk.register() as register:
        job = register.jobs.start(
            "import", file=source, results=True, language=desk.say.language, **named,
            **_reading(desk, given),
        )  # fmt: skip
    desk.give(job, lambda: desk.out.line(desk.say("cli.import.queued", job=job.id)))
    return exits.OK


def _outputs(source: str, given: Mapping[str, Any], rows: int) -> tuple[Path, Path]:
    """Give where the coded and the refused rows go: beside the file, if nothing else is said."""
    beside = Path("import") if "://" in source else Path(source)
    coded, refused = intake.result_files(beside, rows)
    return given["coded"] or coded, given["refused"] or refused


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
