"""Mint codes ahead, register one customer, give codes to those who have none."""

import click

from mintmark.cli.desk import Desk, assignments, holder_option, request_option, verb
from mintmark.registry.backfill import Backfill

_MOST = 1_000_000


@click.command()
@click.argument("attributes", nargs=-1, metavar="ATTRIBUTE=VALUE...")
@click.option("--count", type=click.IntRange(1, _MOST), default=1, show_default=True, metavar="N")
@click.option("--preview", is_flag=True)
@request_option
@verb
def mint(
    desk: Desk, attributes: tuple[str, ...], count: int, request: str | None, *, preview: bool
) -> None:
    """Mint codes that stand for nobody yet."""
    given = assignments(desk, attributes)
    with desk.register() as register:
        if preview:
            codes = [register.preview(**given)]
        else:
            codes = register.mint_many(count, request=request, **given)

    def lines() -> None:
        for code in codes:
            desk.out.line(code)

    desk.give({"codes": codes, "minted": not preview}, lines)


@click.command()
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE...")
@click.option("--code", metavar="CODE")
@click.option("--without-code", is_flag=True)
@click.option("--external", metavar="SOURCE:KEY")
@holder_option
@request_option
@verb
def register(
    desk: Desk, facts: tuple[str, ...], code: str | None, external: str | None,
    holder: str | None, request: str | None, *, without_code: bool,
) -> None:  # fmt: skip
    """Register one customer."""
    with desk.register() as opened:
        given = assignments(desk, facts, opened.fields.known())
        if without_code:
            done = opened.register_uncoded(external=external, **given)
        else:
            done = opened.register(
                code=code, holder=holder, request=request, external=external, **given
            )

    def lines() -> None:
        desk.out.line(done.code or "—", style="bold")
        desk.out.line(
            desk.say("cli.register.new" if done.new else "cli.register.known"), style="dim"
        )
        for alike in done.alike:
            evidence = desk.say("plain", evidence=alike.evidence)
            desk.out.line(desk.say("workbook.like", code=alike.code, evidence=evidence), "yellow")

    desk.give({"code": done.code, "new": done.new, "alike": done.alike}, lines)


@click.command()
@click.option("--order", default="registered", show_default=True, metavar="FACT[,FACT...]")
@click.option("--plan", is_flag=True)
@verb
def backfill(desk: Desk, order: str, *, plan: bool) -> None:
    """Give codes to customers who have none."""
    wanted = [name.strip() for name in order.split(",") if name.strip()]
    with desk.register() as opened:
        filling = opened.backfill(wanted, plan=plan)
        desk.out.follow("cli.backfill.working", filling)
    told = {
        "coded": filling.coded, "first": filling.first, "last": filling.last, "planned": plan,
        "refused": dict(filling.refused),
    }  # fmt: skip
    desk.give(told, lambda: _print_filled(desk, filling, plan=plan))


def _print_filled(desk: Desk, filling: Backfill, *, plan: bool) -> None:
    say = desk.say
    if not filling.coded and not filling.refused:
        desk.out.line(say("cli.backfill.nobody"))
        return
    ends = {"first": filling.first, "last": filling.last}
    done = say("cli.backfill.would" if plan else "cli.backfill.done", count=filling.coded, **ends)
    desk.out.line(done)
    for slug, count in filling.refused.most_common():
        sentence, way_out = say.refusal(filling.examples[slug].refusal)
        desk.out.line(say("cli.backfill.refused", count=count, sentence=sentence), style="yellow")
        desk.out.line(f"      → {way_out}", style="dim")
