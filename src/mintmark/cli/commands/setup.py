"""Make a register, and see how it stands."""

import click

from mintmark import opening
from mintmark.cli.desk import Desk, verb
from mintmark.registry import Status


@click.command()
@click.argument("folder", required=False)
@verb
def init(desk: Desk, folder: str | None) -> None:
    """Make a register where there is none."""
    desk.place = folder or desk.place
    opening.write_settings(desk.place)
    with desk.register(create=True) as register:
        status = register.status()

    def lines() -> None:
        desk.out.line(desk.say("cli.init.done", place=status.place))
        desk.out.line(desk.say("cli.init.next"), style="dim")

    desk.give({"place": status.place, "server": status.server}, lines)


@click.command()
@verb
def status(desk: Desk) -> None:
    """Tell how the register stands."""
    with desk.register() as register:
        found = register.status()
    desk.give(_plain(found), lambda: _print(desk, found))


def _plain(status: Status) -> dict[str, object]:
    rule = status.rule
    return {
        "place": status.place,
        "server": status.server,
        "rule": {"version": rule.version, "text": rule.definition["rule"]} if rule else None,
        "customers": status.customers,
        "codes": status.codes,
        "unbound": status.unbound,
        "fullest": status.fullest,
        "batches": status.batches,
    }


def _print(desk: Desk, status: Status) -> None:
    say, rule = desk.say, status.rule
    named = (
        say("cli.status.rule", version=rule.version, text=rule.definition["rule"])
        if rule
        else (say("cli.status.no-rule"))
    )
    desk.out.pairs([
        (say("cli.status.place"), status.place),
        (say("cli.status.server"), f"PostgreSQL {status.server}"),
        (say("word.rule"), named),
        (say("cli.status.customers"), f"{status.customers:,}"),
        (say("cli.status.codes"), f"{status.codes:,}"),
        (say("cli.status.unbound"), f"{status.unbound:,}"),
    ])  # fmt: skip
    if status.fullest:
        desk.out.line("\n" + say("cli.status.fullest"), style="bold")
        desk.out.pairs(
            (usage.scope, f"{usage.last:,} / {usage.capacity:,}  {usage.last / usage.capacity:.2%}")
            for usage in status.fullest
        )
    if status.batches:
        desk.out.line("\n" + say("cli.status.batches"), style="bold")
        desk.out.pairs(
            (
                f"#{batch.id} {batch.started_at:%Y-%m-%d %H:%M}Z",
                say(
                    "cli.status.batch" if batch.finished_at else "cli.status.batch-open",
                    file=batch.file, done=batch.done, total=batch.total, count=batch.coded,
                ),
            )
            for batch in status.batches
        )  # fmt: skip
