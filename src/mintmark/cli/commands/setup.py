"""Make a register, and see how it stands."""

import click

from mintmark import opening
from mintmark.cli.commands.keys import warn_of_keys
from mintmark.cli.desk import Desk, verb
from mintmark.registry import Status, Usage


@click.command()
@click.argument("folder", required=False)
@verb
def init(desk: Desk, folder: str | None) -> None:
    """Make a register where there is none."""
    desk.place = folder or desk.place
    opening.write_settings(desk.place)
    with desk.register(create=True) as register:
        status = register.status()
        keys = register.keys.status()

    def lines() -> None:
        desk.out.line(desk.say("cli.init.done", place=status.place))
        warn_of_keys(desk, keys)
        desk.out.line(desk.say("cli.init.next"), style="dim")

    told = {"place": status.place, "server": status.server, "keys": keys.place}
    desk.give(told, lines)


@click.command()
@verb
def status(desk: Desk) -> None:
    """Tell how the register stands."""
    with desk.register() as register:
        found = register.status()
    desk.give(_plain(found), lambda: _print(desk, found))


def _plain(status: Status) -> dict[str, object]:
    return {
        "place": status.place,
        "server": status.server,
        "rules": [
            {"name": r.name, "version": r.version, "text": r.rule.text} for r in status.rules
        ],
        "customers": status.customers,
        "codes": status.codes,
        "unbound": status.unbound,
        "void": status.void,
        "fullest": status.fullest,
        "batches": status.batches,
        "locked": status.locked and status.locked.slug,
    }


def _print(desk: Desk, status: Status) -> None:
    say = desk.say
    rules = [say("cli.status.rule", name=r.name, version=r.version, text=r.rule.text)
             for r in status.rules] or [say("cli.status.no-rule")]  # fmt: skip
    desk.out.pairs([
        (say("cli.status.place"), status.place),
        (say("cli.status.server"), f"PostgreSQL {status.server}"),
        *((say("word.rule"), named) for named in rules),
        (say("cli.status.customers"), f"{status.customers:,}"),
        (say("cli.status.codes"), f"{status.codes:,}"),
        (say("cli.status.unbound"), f"{status.unbound:,}"),
        (say("number-state.void"), f"{status.void:,}"),
    ])  # fmt: skip
    if status.locked is not None:
        desk.out.line()
        desk.out.line("! " + say("cli.keys.locked"), style="red bold")
        desk.out.refusal(*say.refusal(status.locked), error=False)
    if status.fullest:
        desk.out.line("\n" + say("cli.status.fullest"), style="bold")
        desk.out.pairs((usage.scope, _filling(desk, usage)) for usage in status.fullest)
        warn_at = min((r.rule.terms.warn_at for r in status.rules), default=100)
        for usage in status.fullest:
            if usage.used * 100 >= usage.capacity * warn_at:
                desk.out.line(say("cli.status.nearly-full", scope=usage.scope), style="yellow")
    if status.batches:
        desk.out.line("\n" + say("cli.status.batches"), style="bold")
        desk.out.pairs(
            (
                f"#{batch.id} {say.moment(batch.started_at)}",
                say(
                    "cli.status.batch" if batch.finished_at else "cli.status.batch-open",
                    file=batch.file, done=batch.done, total=batch.total, count=batch.coded,
                ),
            )
            for batch in status.batches
        )  # fmt: skip


def _filling(desk: Desk, usage: Usage) -> str:
    shown = f"{usage.used:,} / {usage.capacity:,}  {usage.used / usage.capacity:.2%}"
    if usage.full_at is None:
        return shown
    return f"{shown}  {desk.say('cli.status.full-at', day=usage.full_at.date())}"
