"""A spreadsheet in, codes out."""

from pathlib import Path

import click

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.desk import Desk, pairs, verb
from mintmark.intake import Report


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FACT")
@click.option("--ignore", multiple=True, metavar="COLUMN")
@click.option("--default", "defaults", multiple=True, metavar="FACT=VALUE")
@click.option("--keep-back", is_flag=True)
@click.option("--plan", "only_plan", is_flag=True)
@click.option("--coded", type=click.Path(path_type=Path), metavar="FILE.xlsx")
@click.option("--refused", type=click.Path(path_type=Path), metavar="FILE.xlsx")
@verb
def import_(
    desk: Desk,
    file: Path,
    sheet: str | None,
    mapping: tuple[str, ...],
    ignore: tuple[str, ...],
    defaults: tuple[str, ...],
    coded: Path | None,
    refused: Path | None,
    *,
    keep_back: bool,
    only_plan: bool,
) -> int:
    """Import a file of customers; every one that can have a code gets one."""
    coded = coded or file.with_name(f"{file.stem}-coded.xlsx")
    refused = refused or file.with_name(f"{file.stem}-refused.xlsx")
    with desk.register() as register:
        with desk.out.waiting("cli.import.reading"):
            plan = intake.plan(
                register,
                file,
                sheet=sheet,
                mapping=mapping_of(desk, mapping),
                ignore=ignore,
                defaults=pairs(desk, defaults),
                policy=intake.Policy(likely="ask" if keep_back else "create"),
            )
            report = plan.forecast() if only_plan else None
        if report is None:
            for path in (coded, refused):
                intake.require_writable(path)
            run = plan.apply()
            desk.out.follow("cli.import.coding", run)
            report = run.report
    written = () if only_plan else _write(desk, report, coded, refused)
    desk.give(_plain(desk, report, written), lambda: _print(desk, report, written))
    return exits.PARTLY if report.summary().refused else exits.OK


def mapping_of(desk: Desk, given: tuple[str, ...]) -> dict[str, str]:
    """Read COLUMN=FACT."""
    cut = [text.rpartition("=") for text in given]
    if wrong := next((text for text in given if "=" not in text), None):
        raise click.UsageError(desk.say("cli.not-an-assignment", text=wrong))
    return {column: fact for column, _, fact in cut}


def _write(desk: Desk, report: Report, coded: Path, refused: Path) -> tuple[Path, ...]:
    desk.out.follow("cli.import.writing", intake.write_coded(report, coded, desk.say))
    if not report.refused():
        refused.unlink(missing_ok=True)  # of an earlier run: those rows are mended now
        return (coded,)
    desk.out.follow("cli.import.writing", intake.write_refused(report, refused, desk.say))
    return (coded, refused)


def _plain(desk: Desk, report: Report, written: tuple[Path, ...]) -> dict[str, object]:
    return {
        "file": report.file,
        "sheet": report.sheet,
        "planned": not written,
        "summary": report.summary(),
        "written": [str(path) for path in written],
        "rows": [
            {"row": outcome.row, "code": registered.code, "new": registered.new,
             "alike": registered.alike}
            for outcome, registered in report.registered()
        ],
        "refused": [
            {"row": outcome.row, "problems": [_problem(desk, p) for p in outcome.problems]}
            for outcome in report.refused()
        ],
    }  # fmt: skip


def _problem(desk: Desk, problem: intake.Problem) -> dict[str, object]:
    sentence, way_out = desk.say.refusal(problem.refusal)
    column = problem.column
    return {
        "column": column.letter if column else None,
        "heading": column.heading if column else None,
        "fact": column.fact if column else None,
        "value": problem.value,
        "slug": problem.refusal.slug,
        "message": sentence,
        "way_out": way_out,
    }


def _print(desk: Desk, report: Report, written: tuple[Path, ...]) -> None:
    say, out, summary = desk.say, desk.out, report.summary()
    out.line(say.place(report.file, report.sheet), style="bold")
    out.pairs([
        (say("summary.read"), f"{summary.read:,}"),
        (say("summary.coded" if written else "summary.would-code"), f"{summary.coded:,}"),
        (say("summary.known"), f"{summary.known:,}"),
        (say("summary.likely"), f"{summary.likely:,}"),
        (say("summary.refused"), f"{summary.refused:,}"),
    ])  # fmt: skip
    out.pairs(
        ((say(f"refusal.{slug}.title"), f"{count:,}") for slug, count in summary.reasons.items()),
        indent=6,
    )
    _print_refused(desk, report)
    for path in written:
        out.line(say("cli.import.written", file=path))
    if not written:
        _print_first_codes(desk, report)
        out.line(say("cli.import.planned"), style="dim")


def _print_refused(desk: Desk, report: Report) -> None:
    say, refused = desk.say, report.refused()
    if not refused:
        return
    desk.out.line("\n" + say("cli.import.refused-rows"), style="bold")
    examples = {outcome.problems[0].refusal.slug: outcome for outcome in reversed(refused)}
    shown = sorted(examples.values(), key=lambda outcome: outcome.row)
    for outcome in shown:
        for problem in outcome.problems:
            sentence, way_out = say.refusal(problem.refusal)
            column = problem.column.shown if problem.column else ""
            place = say.place(report.file, report.sheet, outcome.row, column)
            cell = say("where.value", place=place, value=problem.value) if column else place
            desk.out.line(f"  {cell}")
            desk.out.line(f"      {sentence}")
            desk.out.line(f"      → {way_out}", style="dim")
    if len(refused) > len(shown):
        desk.out.line("  " + say("cli.import.more", count=len(refused) - len(shown)), style="dim")
    desk.out.line()


def _print_first_codes(desk: Desk, report: Report, most: int = 5) -> None:
    first = [(o, r) for o, r in report.registered() if r.new][:most]
    if first:
        desk.out.line(desk.say("cli.import.first-codes"), style="bold")
        desk.out.pairs((registered.code, registered.customer.name) for _, registered in first)
