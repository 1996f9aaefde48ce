"""Imports as units: list, approve, pause, resume, cancel them, and take one back."""

from collections import Counter
from typing import Any

import click

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.commands.intake import carry_out, results_options, tell
from mintmark.cli.commands.jobs import background_option, no_plan, queued
from mintmark.cli.desk import Desk, language_option, limit_option, verb
from mintmark.cli.sources import source_of
from mintmark.registry import Batch, Undo

_SHOWN = 20  # scopes, or customers, that are printed for people; --json gives all
_COUNTED = {"new": "coded"}  # how the summary of an import calls a count that it calls otherwise
_number = click.argument("number", type=click.IntRange(min=1), metavar="BATCH")


@click.command()
@limit_option
@verb
def batches(desk: Desk, limit: int) -> None:
    """List the last imports."""
    with desk.register() as register:
        found = register.batches.recent(limit)
    words = ("batch", "state", "done", "coded", "actor", "at", "file")
    none = desk.say("cli.batches.none")
    desk.listing({"batches": found}, words, lambda one: _row(desk, one), none=none)


@click.group()
@language_option
def batch() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@batch.command()
@_number
@verb
def show(desk: Desk, number: int) -> None:
    """Tell all about one import."""
    with desk.register() as register:
        _tell(desk, register.batches.get(number))


@batch.command()
@_number
@verb
def approve(desk: Desk, number: int) -> None:
    """Approve of a planned import."""
    with desk.register() as register:
        _tell(desk, register.batches.approve(number))


@batch.command()
@_number
@verb
def pause(desk: Desk, number: int) -> None:
    """Have an import stop, to be resumed."""
    with desk.register() as register:
        _tell(desk, register.batches.pause(number))


@batch.command()
@_number
@click.argument("source", metavar="FILE")
@results_options
@verb
def resume(desk: Desk, number: int, source: str, **given: Any) -> int:
    """Go on with an import that was approved, paused or cut off."""
    with desk.register() as register:
        with desk.out.waiting("cli.import.reading"):
            run = intake.resume(register, number, source_of(source))
        told, files = carry_out(desk, register, run, source, given)
    return tell(desk, told, files)


@batch.command()
@_number
@verb
def cancel(desk: Desk, number: int) -> None:
    """Have an import stop for good."""
    with desk.register() as register:
        _tell(desk, register.batches.cancel(number))


@click.command()
@_number
@click.option("--plan", is_flag=True)
@click.option("--reason", metavar="TEXT")
@click.option("--yes", is_flag=True)
@background_option
@verb
def undo(
    desk: Desk, number: int, reason: str | None, *, plan: bool, yes: bool, background: bool
) -> int:
    """Take an import back."""
    if not plan and not reason:
        raise click.UsageError(desk.say("cli.undo.why"))
    if background:
        no_plan(desk, {"only_plan": plan})
    with desk.register() as register:
        would = register.plan_undo(number)
        if plan or not reason or not (yes or _confirmed(desk, would)):
            asked = not plan and not desk.as_json
            desk.give(_plain(would, done=False), lambda: _not_done(desk, would, asked=asked))
            return exits.OK
        if background:
            return queued(desk, register, "undo", batch=number, reason=reason)
        undoing = register.undo(number, reason=reason)
        desk.out.follow("cli.undo.working", undoing)
    done = undoing.undo
    desk.give(
        _plain(done, done=True),
        lambda: _show(desk, done, desk.say("cli.undo.done", **_which(done))),
    )
    return exits.PARTLY if done.stays else exits.OK


def _confirmed(desk: Desk, would: Undo) -> bool:
    """Show what would go, and ask; a program is not asked, it says --yes."""
    if desk.as_json:
        return False
    _show(desk, would, desk.say("cli.undo.would", **_which(would)))
    return desk.asks(desk.say("cli.undo.sure", batch=would.batch.id))


def _not_done(desk: Desk, would: Undo, *, asked: bool) -> None:
    if asked:
        desk.out.line(desk.say("cli.undo.kept"))
    else:
        _show(desk, would, desk.say("cli.undo.would", **_which(would)))


def _show(desk: Desk, undo: Undo, heading: str) -> None:
    say, out = desk.say, desk.out
    out.line(heading, style="bold")
    numbers = {
        "leave": undo.leave, "restored": undo.restored, "released": sum(undo.released.values()),
        "void": sum(undo.void.values()), "removed": undo.removed, "held": undo.held,
        "keys": undo.keys, "stays": len(undo.stays),
    }  # fmt: skip
    out.pairs((say(f"undo.{word}"), f"{count:,}") for word, count in numbers.items() if count)
    for word, scopes in (("released", undo.released), ("void", undo.void)):
        if scopes:
            out.line("  " + say(f"undo.{word}-by-scope"), style="dim")
            out.pairs(_most(scopes), indent=4)
            _tell_more(desk, len(scopes))
    if undo.stays:
        out.line("  " + say("undo.stays"), style="yellow")
        some = list(undo.stays.values())[:_SHOWN]
        told = [(one.code or f"#{one.id}", say(f"stays.{one.reason}")) for one in some]
        out.pairs(told, indent=4)
        _tell_more(desk, len(undo.stays))


def _tell_more(desk: Desk, count: int) -> None:
    if count > _SHOWN:
        desk.out.line("    " + desk.say("cli.undo.more", count=f"{count - _SHOWN:,}"), style="dim")


def _which(undo: Undo) -> dict[str, object]:
    return {"batch": undo.batch.id, "file": undo.batch.file}


def _most(scopes: Counter[str]) -> list[tuple[str, str]]:
    return [(scope, f"{count:,}") for scope, count in scopes.most_common(_SHOWN)]


def _plain(undo: Undo, *, done: bool) -> dict[str, object]:
    return {
        "undone": done, "batch": undo.batch, "leave": undo.leave, "restored": undo.restored,
        "released": undo.released, "void": undo.void, "removed": undo.removed, "held": undo.held,
        "keys": undo.keys, "stays": list(undo.stays.values()),
    }  # fmt: skip


# ---------------------------------------------------------------- one import


def _state(desk: Desk, one: Batch) -> str:
    return desk.say("batch-state.cut-off" if one.is_cut_off else f"batch-state.{one.state}")


def _row(desk: Desk, one: Batch) -> tuple[str, ...]:
    done = f"{one.done:,} / {one.total:,}"
    at = desk.plain(one.started_at)
    return f"#{one.id}", _state(desk, one), done, f"{one.coded:,}", one.actor, at, one.file


def _tell(desk: Desk, one: Batch) -> None:
    desk.give(one, lambda: _explain(desk, one))


def _explain(desk: Desk, one: Batch) -> None:
    say, out = desk.say, desk.out
    out.line(f"#{one.id} {say.place(one.file, one.sheet)}", style="bold")
    out.pairs([
        (say("column.state"), _state(desk, one)),
        (say("column.done"), f"{one.done:,} / {one.total:,}"),
        *([] if one.counts else [(say("column.coded"), f"{one.coded:,}")]),
        *(
            (say(f"summary.{_COUNTED.get(name, name)}"), f"{count:,}")
            for name, count in one.counts.items()
        ),
    ])  # fmt: skip
    steps = (
        ("planned", one.planned_at, one.planned_by), ("approved", one.approved_at, one.approved_by),
        ("started", None if one.state in {"planned", "approved"} else one.started_at, one.actor),
        ("heartbeat", one.heartbeat, None), ("finished", one.finished_at, one.actor),
        ("undone", one.undone_at, one.undone_by),
    )  # fmt: skip
    out.pairs(
        (say(f"batch-step.{word}"), f"{desk.plain(at)}  {who or ''}".rstrip())
        for word, at, who in steps
        if at is not None
    )
    if one.undone_reason:
        out.pairs([(say("column.reason"), one.undone_reason)])
