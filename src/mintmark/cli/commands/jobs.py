"""Work in the background: do it, watch it, stop it."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from mintmark import errors, jobs
from mintmark.cli import exits
from mintmark.cli.desk import Desk, language_option, limit_option, verb
from mintmark.errors import Refusal
from mintmark.registry import Job, Register
from mintmark.wording import Wording

_number = click.argument("number", type=click.IntRange(min=1), metavar="JOB")
background_option = click.option("--background", is_flag=True)


def no_plan(desk: Desk, given: Mapping[str, Any]) -> None:
    """Raise click.UsageError where the options ask for a plan: that is looked at, not left."""
    for name, option in (("only_plan", "--plan"), ("for_approval", "--for-approval")):
        if given.get(name):
            raise click.UsageError(desk.say("cli.not-in-background", option=option))


def queued(desk: Desk, register: Register, kind: str, /, **settings: Any) -> int:
    """Leave something to a worker, in the language of whoever asks, and tell its number."""
    started = register.jobs.start(kind, **{"language": desk.say.language, **settings})
    desk.give(started, lambda: desk.out.line(desk.say("cli.queued", job=started.id)))
    return exits.OK


@click.command("work")
@click.option("--once", is_flag=True)
@verb
def work_(desk: Desk, *, once: bool) -> None:
    """Do what waits in the background."""
    with desk.register() as register:
        if not once:
            desk.out.note(desk.say("cli.work.working"))
        jobs.work(register, Wording, once=once)


@click.command("jobs")
@limit_option
@verb
def jobs_(desk: Desk, limit: int) -> None:
    """List the last jobs."""
    with desk.register() as register:
        found = register.jobs.list(limit)
    words = ("job", "kind", "state", "done", "actor", "at", "file")
    none = desk.say("cli.jobs.none")
    desk.listing({"jobs": found}, words, lambda one: _row(desk, one), none=none)


@click.group()
@language_option
def job() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@job.command()
@_number
@verb
def show(desk: Desk, number: int) -> int:
    """Tell how far a job is, and what came of it."""
    with desk.register() as register:
        found = register.jobs.get(number)
    desk.give(found, lambda: _explain(desk, found))
    return exits.REFUSED if found.error else exits.OK


@job.command()
@_number
@verb
def cancel(desk: Desk, number: int) -> None:
    """Have a job stop."""
    with desk.register() as register:
        found = register.jobs.cancel(number)
    desk.give(found, lambda: _explain(desk, found))


def _state(desk: Desk, one: Job) -> str:
    if one.state == "running" and one.is_cancelling:
        return desk.say("job-state.cancelling")
    is_cut_off = one.state == "running" and not one.alive
    return desk.say("job-state.cut-off" if is_cut_off else f"job-state.{one.state}")


def _done(one: Job) -> str:
    return "—" if one.total is None else f"{one.done:,} / {one.total:,}"


def _about(one: Job) -> str:
    """Give the file that a job is about, or the import."""
    batch = one.settings.get("batch")
    return str(one.settings.get("file") or (f"#{batch}" if batch else "—"))


def _row(desk: Desk, one: Job) -> tuple[str, ...]:
    kind, at = desk.say(f"job-kind.{one.kind}"), desk.plain(one.created_at)
    return f"#{one.id}", kind, _state(desk, one), _done(one), one.actor, at, _about(one)


def _explain(desk: Desk, one: Job) -> None:
    say, out = desk.say, desk.out
    out.line(f"#{one.id} {say(f'job-kind.{one.kind}')} {_about(one)}", style="bold")
    steps = {"started": one.started_at, "heartbeat": one.seen_at, "finished": one.finished_at}
    out.pairs([
        (say("column.state"), _state(desk, one)),
        (say("column.done"), _done(one)),
        (say("batch-step.planned"), f"{desk.plain(one.created_at)}  {one.actor}"),
        *((say(f"batch-step.{word}"), desk.plain(at)) for word, at in steps.items() if at),
    ])  # fmt: skip
    if one.batch is not None:
        out.line("  " + say("cli.job.batch", batch=one.batch))
    for path in one.report.get("written", ()):
        out.line("  " + say("cli.import.written", file=path))
    out.pairs((said, f"{count:,}") for said, count in _came(desk, one))
    if one.error is not None:
        _why(desk, one.error, one.facts)


def _came(desk: Desk, one: Job) -> Iterator[tuple[str, int]]:
    """Give what came of a job, counted: of an import, an undoing, an export, a write-back."""
    say, report = desk.say, one.report
    for word, count in (report.get("summary") or {}).items():
        if word in {"read", "coded", "known", "changed", "refused"}:
            yield say(f"summary.{word}"), count
    for word in ("leave", "restored", "released", "void", "stays"):
        if report.get(word):
            yield say(f"undo.{word}"), report[word]
    if "customers" in report:
        yield say("cli.job.customers"), report["customers"]
    words = {
        "fill": "cli.write-back.filled", "same": "cli.write-back.same",
        "differing": "cli.write-back.differing", "missing": "cli.write-back.missing",
        "twice": "cli.write-back.twice",
    }  # fmt: skip
    for word, count in (report.get("counts") or {}).items():
        if count or word == "fill":
            yield say(words[word]), count


def _why(desk: Desk, slug: str, facts: dict[str, object]) -> None:
    """Say what stood against a job: in full, where its facts are all there."""
    kinds = {kind.slug: kind for name in errors.__all__ if (kind := getattr(errors, name))}
    try:
        refusal: Refusal = kinds[slug](**facts)
        desk.out.refusal(*desk.say.refusal(refusal), error=False)
    except (KeyError, TypeError, AttributeError):  # a fact about a person is not kept with it
        desk.out.line(f"✗ {slug}", style="red")
