"""Mint codes ahead, or register one customer."""

import click

from mintmark.cli.desk import Desk, assignments, verb

_MOST = 1_000_000


@click.command()
@click.argument("attributes", nargs=-1, metavar="ATTRIBUTE=VALUE...")
@click.option("--count", type=click.IntRange(1, _MOST), default=1, show_default=True, metavar="N")
@click.option("--preview", is_flag=True)
@verb
def mint(desk: Desk, attributes: tuple[str, ...], count: int, *, preview: bool) -> None:
    """Mint codes that stand for nobody yet."""
    given = assignments(desk, attributes)
    with desk.register() as register:
        codes = [register.preview(**given)] if preview else register.mint_many(count, **given)

    def lines() -> None:
        for code in codes:
            desk.out.line(code)

    desk.give({"codes": codes, "minted": not preview}, lines)


@click.command()
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE...")
@click.option("--code", metavar="CODE")
@verb
def register(desk: Desk, facts: tuple[str, ...], code: str | None) -> None:
    """Register one customer."""
    given = assignments(desk, facts)
    with desk.register() as opened:
        done = opened.register(code=code, **given)

    def lines() -> None:
        desk.out.line(done.code, style="bold")
        desk.out.line(
            desk.say("cli.register.new" if done.new else "cli.register.known"), style="dim"
        )
        for alike in done.alike:
            evidence = desk.say("plain", evidence=alike.evidence)
            desk.out.line(desk.say("workbook.like", code=alike.code, evidence=evidence), "yellow")

    desk.give({"code": done.code, "new": done.new, "alike": done.alike}, lines)
