"""A spreadsheet in, codes out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.commands.jobs import background_option, no_plan, queued
from mintmark.cli.commands.lookup import unmasked_option
from mintmark.cli.desk import Desk, verb
from mintmark.cli.reports import Told, plain, show, write
from mintmark.cli.sources import reading_of, reading_options, source_of
from mintmark.intake.deciding import ASK, CREATE, POLICIES, SKIP
from mintmark.registry import Register

Files = tuple[Path | None, Path | None]  # of the coded and of the refused rows


def results_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb what says where the results of an import go, and how they are shown."""
    for option in (
        unmasked_option,
        click.option("--refused", type=click.Path(path_type=Path), metavar="FILE.xlsx"),
        click.option("--coded", type=click.Path(path_type=Path), metavar="FILE"),
    ):
        function = option(function)
    return function


@click.command("import")
@click.argument("source", metavar="FILE")
@reading_options()
@click.option("--same", type=click.Choice(POLICIES), default=SKIP, show_default=True)
@click.option("--likely", type=click.Choice((CREATE, ASK)), default=CREATE, show_default=True)
@click.option("--plan", "only_plan", is_flag=True)
@click.option("--for-approval", is_flag=True)
@background_option
@results_options
@verb
def import_(desk: Desk, source: str, **given: Any) -> int:
    """Import a file of customers; every one that can have a code gets one."""
    only_plan = given["only_plan"] or given["for_approval"]
    if given["background"]:
        no_plan(desk, given)
        named = {name: given[name] for name in ("coded", "refused", "same", "likely")}
        settings = {**named, **reading_of(desk, given)}
        with desk.register() as register:
            return queued(desk, register, "import", file=source, results=True, **settings)
    with desk.register() as register:
        with desk.out.waiting("cli.import.reading"):
            plan = _plan(desk, register, source, given)
            report = plan.forecast() if only_plan else None
        if report is not None:
            return _planned(desk, plan, report, given)
        told, files = carry_out(desk, register, plan.apply(), source, given)
    return tell(desk, told, files)


def carry_out(
    desk: Desk, register: Register, run: intake.Applying, source: str, given: Mapping[str, Any]
) -> tuple[Told, Files]:
    """Run an import, or what is left of it; give what is to be told, and where the rows go."""
    beside = Path("import") if "://" in source else Path(source)
    coded, refused = intake.result_files(beside, run.rows)
    files = given["coded"] or coded, given["refused"] or refused
    intake.require_results(*files)
    desk.out.follow("cli.import.coding", run)
    fields = None if given["unmasked"] else register.fields.known()
    return Told(report=run.report, batch=run.batch, fields=fields), files


def tell(desk: Desk, told: Told, files: Files) -> int:
    """Write the results of an import, which needs no register, and tell how it went."""
    told = replace(told, written=write(desk, told.report, *files))
    desk.give(plain(desk, told), lambda: show(desk, told))
    summary = told.report.summary()
    return exits.PARTLY if summary.refused or summary.waiting else exits.OK


def _planned(desk: Desk, plan: intake.Plan, report: intake.Report, given: Mapping[str, Any]) -> int:
    """Tell what would be, into files as well where that is wanted."""
    wanted = (given["coded"], given["refused"])
    intake.require_results(*wanted)
    batch = plan.save() if given["for_approval"] else None
    fields = None if given["unmasked"] else plan.register.fields.known()
    return tell(desk, Told(report=report, plan=plan, batch=batch, fields=fields), wanted)


def _plan(desk: Desk, register: Register, source: str, given: Mapping[str, Any]) -> intake.Plan:
    policy = intake.Policy(same=given["same"], likely=given["likely"])
    return intake.plan(register, source_of(source), policy=policy, **reading_of(desk, given))
