"""Destroy what is known of customers, or keep it from being destroyed; see what was."""

from pathlib import Path

import click

from mintmark.access import masked
from mintmark.cli.desk import Desk, request_option, verb
from mintmark.customer import Fields
from mintmark.registry import Doomed, Erasure, Register, Shredded

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
customer_option = click.option("--customer", type=int, metavar="NUMBER")


@click.command()
@click.argument("codes", nargs=-1, metavar="CODE...")
@click.option("--customer", "customers", type=int, multiple=True, metavar="NUMBER")
@click.option("--reason", metavar="TEXT", required=True)
@click.option("--yes", is_flag=True)
@request_option
@verb
def shred(
    desk: Desk, codes: tuple[str, ...], customers: tuple[int, ...], reason: str,
    request: str | None, *, yes: bool,
) -> None:  # fmt: skip
    """Destroy what is known of customers, for good."""
    whom = _whom(desk, codes, customers)
    with desk.register() as register:
        doomed = register.erasures.preview(whom)
        if not yes and not _confirmed(desk, doomed, register.fields.known()):
            kept = desk.say("cli.shred.kept")
            would = {"shredded": [], "would": list(map(_plain, doomed))}
            desk.give(would, lambda: desk.out.line(kept))
            return
        done = register.erasures.shred(whom, reason=reason, request=request)

    def lines() -> None:
        for one in done:
            told = {**_about(desk, one.erasure), "who": _who(desk, one)}
            done_now = desk.say("cli.shred.done", **told)
            desk.out.line(done_now if one.new else desk.say("cli.shred.before", **told))

    desk.give({"shredded": done}, lines)


def _whom(desk: Desk, codes: tuple[str, ...], customers: tuple[int, ...]) -> list[str | int]:
    if not codes and not customers:
        raise click.UsageError(desk.say("cli.shred.nobody"))
    return [*codes, *customers]


def _confirmed(desk: Desk, doomed: list[Doomed], fields: Fields) -> bool:
    """Show what would go, and ask; a program is not asked, it says --yes."""
    if desk.as_json:
        return False
    for one in doomed:
        _show(desk, one, fields)
    if all(one.erasure for one in doomed):
        return True
    return desk.asks(desk.say("cli.shred.sure", count=len(doomed)))


def _show(desk: Desk, one: Doomed, fields: Fields) -> None:
    say, out = desk.say, desk.out
    out.line(say("list.separator").join(one.codes) or f"#{one.known.id}", style="bold")
    facts = masked(one.known.customer, fields)
    out.line("  " + say("cli.shred.goes"), style="red")
    out.pairs(((desk.called(fact, fields), facts[fact]) for fact in one.clears), indent=4)
    out.line("  " + say("cli.shred.stays"), style="bold")
    out.pairs(((desk.called(fact, fields), facts[fact]) for fact in one.stays), indent=4)
    if one.hold:
        out.line("  " + say("cli.shred.held", since=one.hold.since, actor=one.hold.actor,
                            reason=one.hold.reason), style="yellow")  # fmt: skip


def _plain(one: Doomed) -> dict[str, object]:
    return {
        "customer": one.known.id, "codes": one.codes, "clears": one.clears, "stays": one.stays,
        "hold": one.hold, "erasure": one.erasure,
    }  # fmt: skip


def _who(desk: Desk, one: Shredded) -> str:
    return desk.say("list.separator").join(one.codes) or f"#{one.erasure.customer}"


def _about(desk: Desk, one: Erasure) -> dict[str, str]:
    return {"at": desk.plain(one.at), "actor": one.actor, "reason": one.reason}


@click.command("legal-hold")
@click.argument("code", required=False)
@customer_option
@click.option("--reason", metavar="TEXT")
@click.option("--end", is_flag=True)
@verb
def legal_hold(
    desk: Desk, code: str | None, customer: int | None, reason: str | None, *, end: bool
) -> None:
    """Keep a customer's facts from being destroyed; without a code, tell whose are."""
    whom = code if code is not None else customer
    if whom is not None and reason is None:
        raise click.UsageError(desk.say("cli.legal-hold.why"))
    with desk.register() as register:
        if whom is None or reason is None:
            _tell_holds(desk, register)
        elif end:
            register.release_legally(whom, reason=reason)
            ended = desk.say("cli.legal-hold.ended", who=whom)
            desk.give({"ended": whom}, lambda: desk.out.line(ended))
        else:
            hold = register.hold_legally(whom, reason=reason)
            done = desk.say("cli.legal-hold.done", who=whom)
            desk.give({"held": hold}, lambda: desk.out.line(done))


def _tell_holds(desk: Desk, register: Register) -> None:
    holds = register.erasures.holds()

    def lines() -> None:
        headings = ("customer", "since", "actor", "reason")
        rows = [(f"#{one.customer}", desk.plain(one.since), one.actor, one.reason) for one in holds]
        if not rows:
            desk.out.line(desk.say("cli.legal-hold.none"))
            return
        desk.out.table([desk.say(f"column.{word}") for word in headings], rows)

    desk.give({"holds": holds}, lines)


@click.command()
@click.option("--take-over", "other", type=_READABLE, metavar="FILE")
@verb
def erasures(desk: Desk, other: Path | None) -> None:
    """List what was shredded, and shred what the list of another machine has."""
    with desk.register() as register:
        again = register.erasures.take_over(other) if other else 0
        every, place = register.erasures.every(), register.erasures.place

    def lines() -> None:
        if other:
            desk.out.line(desk.say("cli.erasures.taken-over", count=again))
        headings = ("customer", "at", "actor", "reason")
        rows = [(f"#{one.customer}", desk.plain(one.at), one.actor, one.reason) for one in every]
        if rows:
            desk.out.table([desk.say(f"column.{word}") for word in headings], rows)
        else:
            desk.out.line(desk.say("cli.erasures.none"))
        desk.out.line(desk.say("cli.erasures.kept-in", place=place), style="dim")

    desk.give({"erasures": every, "place": place, "shredded": again}, lines)
