"""How an import went, or would go: for people, as JSON, in files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from mintmark import intake
from mintmark.access import as_written
from mintmark.cli.desk import Desk
from mintmark.cli.veiling import seen
from mintmark.customer import Fields
from mintmark.intake import Outcome, Plan, Problem, Report

COUNTS = (
    "read", "waiting", "coded", "would-code", "known", "changed", "likely", "mended", "doubtful",
    "refused",
)  # fmt: skip
"""What is counted: the words for it are in the catalogues."""
_FIRST = 5  # codes, scopes, values, changes that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told: the report, of a plan perhaps, the number of the import, files written.

    `fields`: those of the register, which say what is masked; None: nothing is.
    """

    report: Report
    plan: Plan | None = None
    batch: int | None = None
    written: tuple[Path, ...] = ()
    fields: Fields | None = None


def write(desk: Desk, report: Report, coded: Path | None, refused: Path | None) -> tuple[Path, ...]:
    """Write the coded rows, and those that were refused, where that is wanted; give the files."""
    written = []
    if coded is not None:
        desk.out.follow("cli.import.writing", intake.write_coded(report, coded, desk.say))
        written.append(coded)
    if refused is not None and not report.summary().refused:
        refused.unlink(missing_ok=True)  # of an earlier run: those rows are mended now
    elif refused is not None:
        desk.out.follow("cli.import.writing", intake.write_refused(report, refused, desk.say))
        written.append(refused)
    return tuple(written)


# ---------------------------------------------------------------- as JSON


def plain(desk: Desk, told: Told) -> dict[str, object]:
    """Give all of it as JSON."""
    report, plan = told.report, told.plan
    value: dict[str, object] = {
        "file": report.file,
        "sheet": report.sheet,
        "program": report.program,
        "profile": report.profile,
        "planned": plan is not None,
        "batch": told.batch,
        "summary": report.summary(),
        "written": [str(path) for path in told.written],
        "rows": [
            {"row": outcome.row, "result": outcome.result, "code": registered.code,
             "new": registered.new, "alike": registered.alike}
            for outcome, registered in report.registered()
        ],
        "refused": [
            {"row": outcome.row, "problems": [
                _problem(desk, seen(p, told.fields)) for p in outcome.problems
            ]}
            for outcome in report.refused()
        ],
        "findings": list(_findings(desk, told)),
    }  # fmt: skip
    if plan is not None:
        value["scopes"] = plan.capacity().to_dicts()
        value["unknown"] = plan.source.checked.unknown
        value["changes"] = [
            {"row": row, "code": code, "fact": fact, "before": before, "after": after}
            for row, code, fact, before, after in _changes(told, plan.changes())
        ]
    return value


def _problem(desk: Desk, problem: Problem) -> dict[str, object]:
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


def _findings(desk: Desk, told: Told) -> Iterator[dict[str, object]]:
    report = told.report
    columns = {column.letter: column for column in report.table.columns}
    for row, letter, severity, reason, value in report.findings.iter_rows():
        refusal = report.reasons[reason]
        problem = Problem(column=columns.get(letter), value=value or "", refusal=refusal)
        shown = seen(problem, told.fields)
        yield {
            "row": row, "column": letter, "severity": severity, "slug": refusal.slug,
            "message": desk.say.refusal(shown.refusal)[0],
            "value": None if value is None else shown.value,
        }  # fmt: skip


def _changes(told: Told, changes: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Give the changes of known customers, masked."""
    for row, code, fact, *values in changes.iter_rows():
        yield row, code, fact, *(
            value if told.fields is None or value is None
            else as_written(fact, str(value), told.fields)
            for value in values
        )  # fmt: skip


# ---------------------------------------------------------------- for people


def show(desk: Desk, told: Told) -> None:
    """Tell people."""
    say, out, report, plan = desk.say, desk.out, told.report, told.plan
    summary = report.summary()
    out.line(say.place(report.file, report.sheet), style="bold")
    show_recognised(desk, report.program, report.profile)
    counts = {
        "read": summary.read,
        "waiting": summary.waiting,
        "would-code" if plan else "coded": summary.coded,
        "known": summary.known,
        "changed": summary.changed,
        "likely": summary.likely,
        "mended": summary.mended,
        "doubtful": summary.doubtful,
        "refused": summary.refused,
    }
    always = {"read", "coded", "would-code", "known", "refused"}
    out.pairs(
        (say(f"summary.{word}"), f"{count:,}")
        for word, count in counts.items()
        if count or word in always
    )
    out.pairs(
        ((say(f"refusal.{slug}.title"), f"{count:,}") for slug, count in summary.reasons.items()),
        indent=6,
    )
    _show_refused(desk, told)
    for path in told.written:
        out.line(say("cli.import.written", file=path))
    if plan is not None:
        _show_plan(desk, told, plan)
        return
    if told.batch is not None and summary.waiting:
        out.line(say("cli.import.stopped", batch=told.batch))
    if told.batch is not None:
        out.line(say("cli.import.undo", batch=told.batch), style="dim")


def show_recognised(desk: Desk, program: str | None, profile: str | None) -> None:
    """Tell what a file was recognised as, if so."""
    if program:
        desk.out.line(desk.say("cli.columns.program", program=program))
    if profile:
        desk.out.line(desk.say("cli.columns.recognised", profile=profile))


def _show_refused(desk: Desk, told: Told) -> None:
    say, report = desk.say, told.report
    refused = report.refused()
    if not refused:
        return
    desk.out.line("\n" + say("cli.import.refused-rows"), style="bold")
    examples: dict[str, Outcome] = {}
    for outcome in reversed(refused):
        examples[outcome.problems[0].refusal.slug] = outcome
    shown = sorted(examples.values(), key=lambda outcome: outcome.row)
    for outcome in shown:
        for problem in (seen(one, told.fields) for one in outcome.problems):
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


def _show_plan(desk: Desk, told: Told, plan: Plan) -> None:
    say, out = desk.say, desk.out
    first = [(o, r) for o, r in islice(told.report.registered(), 1000) if r.new][:_FIRST]
    if first:
        out.line(say("cli.import.first-codes"), style="bold")
        out.pairs((registered.code, registered.customer.name) for _, registered in first)
    scopes = plan.capacity()
    if scopes.height:
        out.line(say("cli.import.scopes", count=scopes.height), style="bold")
        fullest = scopes.with_columns(
            share=(pl.col("used") + pl.col("count")) / pl.col("capacity")
        ).sort("share", descending=True)
        out.pairs(_usage(desk, fullest.head(_FIRST)))
    for unknown in plan.source.checked.unknown[:_FIRST]:
        near = say("list.separator").join(unknown.near) or "—"
        fact = say.fact(unknown.attribute)
        out.line(
            say(
                "cli.import.unknown", fact=fact, value=unknown.value, count=unknown.count, near=near
            )
        )
    changes = plan.changes()
    if changes.height:
        out.line(say("cli.import.changes"), style="bold")
        for _, code, fact, before, after in _changes(told, changes.head(_FIRST)):
            out.line(f"  {code or '—'}  {say.fact(fact)}: {before or '—'} → {after}")
    if told.batch is not None:
        out.line(say("cli.import.for-approval", batch=told.batch), style="dim")
    else:
        out.line(say("cli.import.planned"), style="dim")


def _usage(desk: Desk, scopes: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for scope, count, used, capacity in scopes.select(
        "scope", "count", "used", "capacity"
    ).iter_rows():
        said = desk.say(
            "cli.import.usage",
            count=f"{count:,}",
            used=f"{used + count:,}",
            capacity=f"{capacity:,}",
        )
        yield scope, said
