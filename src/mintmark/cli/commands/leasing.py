"""Hand blocks of codes over to sites and programs, and take them back."""

from pathlib import Path

import click

from mintmark.cli.desk import Desk, assignments, language_option, until_option, verb
from mintmark.intake import read_codes, require_writable, write_table
from mintmark.registry import Lease, Leased

_MOST = 1_000_000
_SHOWN = 10  # codes that are printed where no file was asked for


@click.group()
@language_option
def lease() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@lease.command()
@click.argument("count", type=click.IntRange(1, _MOST))
@click.argument("attributes", nargs=-1, metavar="ATTRIBUTE=VALUE...")
@click.option("--for", "holder", metavar="NAME", required=True)
@until_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE")
@verb
def take(
    desk: Desk, count: int, attributes: tuple[str, ...], holder: str, until: str | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Hand a block over."""
    given = assignments(desk, attributes)
    if out is not None:
        require_writable(out)
    with desk.register() as register:
        ends = desk.moment(until, register)
        lent = register.leases.lend(count, holder=holder, until=ends, **given)
    if out is not None:
        rows = ([code] for code in lent.codes)
        headings = [desk.say("workbook.code")]
        sheet = desk.say("workbook.coded-sheet")
        desk.out.follow(
            "cli.lease.take.writing", write_table(out, sheet, headings, rows, total=count)
        )
    told = {"lease": lent.id, "holder": holder, "until": ends, "codes": lent.codes}
    desk.give(told, lambda: _print_lent(desk, lent, out))


@lease.command("list")
@verb
def list_(desk: Desk) -> None:
    """List leases."""
    with desk.register() as register:
        leases = register.leases.recent()

    def lines() -> None:
        if not leases:
            desk.out.line(desk.say("cli.lease.list.none"))
            return
        words = ("number", "scope", "count", "holder", "leased", "until", "state")
        headings = [desk.say(f"column.{word}") for word in words]
        desk.out.table(headings, [_row(desk, one) for one in leases])

    desk.give({"leases": leases}, lines)


@lease.command("return")
@click.argument("number", type=int)
@click.option("--used", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--used-up-to", metavar="CODE")
@verb
def return_(desk: Desk, number: int, used: Path | None, used_up_to: str | None) -> None:
    """Take a block back."""
    codes = [] if used is None else [code for code in read_codes(used).codes.to_list() if code]
    with desk.register() as register:
        done = register.leases.give_back(number, used=codes, used_up_to=used_up_to)
    desk.give(
        done,
        lambda: desk.out.line(
            desk.say("cli.lease.return.done", lease=number, held=done.held, count=done.returned)
        ),
    )


def _print_lent(desk: Desk, lent: Lease, out: Path | None) -> None:
    ends = lent.leased.expires_at or desk.say("word.released")
    first, last = lent.codes[0], lent.codes[-1]
    desk.out.line(desk.say("cli.lease.take.done", lease=lent.id), style="bold")
    desk.out.pairs([
        (desk.say("column.holder"), lent.leased.holder),
        (desk.say("column.codes"), first if first == last else f"{first} … {last}"),
        (desk.say("column.count"), f"{len(lent.codes):,}"),
        (desk.say("column.until"), desk.plain(ends)),
    ])  # fmt: skip
    if out is not None:
        desk.out.line(desk.say("cli.import.written", file=out))
    else:
        for code in lent.codes[:_SHOWN]:
            desk.out.line(code)
        if len(lent.codes) > _SHOWN:
            desk.out.line(desk.say("cli.lease.take.more", count=len(lent.codes) - _SHOWN), "dim")


def _row(desk: Desk, one: Leased) -> tuple[str, ...]:
    state = "number-state.leased" if one.ended_at is None else "word.ended"
    return (
        str(one.id), one.scope, f"{one.count:,}", one.holder, desk.plain(one.leased_at),
        desk.plain(one.expires_at), desk.say(state),
    )  # fmt: skip
