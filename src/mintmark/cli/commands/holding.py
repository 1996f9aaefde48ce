"""Keep codes back, bind them to customers, give them back, end their life."""

import click

from mintmark.cli.desk import (
    Desk,
    assignments,
    holder_option,
    request_option,
    until_option,
    verb,
)


@click.command()
@click.argument("attributes", nargs=-1, metavar="ATTRIBUTE=VALUE...")
@click.option("--code", metavar="CODE")
@holder_option
@until_option
@click.option("--reason", metavar="TEXT")
@request_option
@verb
def hold(
    desk: Desk, attributes: tuple[str, ...], code: str | None, holder: str | None,
    until: str | None, reason: str | None, request: str | None,
) -> None:  # fmt: skip
    """Keep a code back."""
    given = assignments(desk, attributes)
    with desk.register() as register:
        ends = desk.moment(until, register)
        held = register.hold(
            code=code, holder=holder, until=ends, reason=reason, request=request, **given
        )

    def lines() -> None:
        desk.out.line(held, style="bold")
        if ends is not None:
            desk.out.line(desk.say("cli.hold.ends", until=ends), style="dim")

    desk.give({"code": held, "holder": holder, "until": ends, "reason": reason}, lines)


@click.command()
@click.argument("code")
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE...")
@holder_option
@request_option
@verb
def bind(
    desk: Desk, code: str, facts: tuple[str, ...], holder: str | None, request: str | None
) -> None:
    """Register a customer under a held code."""
    with desk.register() as register:
        given = assignments(desk, facts, register.fields.known())
        done = register.bind(code, holder=holder, request=request, **given)
    desk.give(
        {"code": done.code, "new": done.new},
        lambda: desk.out.line(desk.say("cli.bind.done", code=done.code, name=done.customer.name)),
    )


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@click.option("--reason", metavar="TEXT")
@request_option
@verb
def release(desk: Desk, codes: tuple[str, ...], reason: str | None, request: str | None) -> None:
    """End holds: their numbers come again first."""
    ids = [request and (request if len(codes) == 1 else f"{request} {code}") for code in codes]
    with desk.register() as register:
        released = [
            register.release(code, reason=reason, request=own)
            for code, own in zip(codes, ids, strict=True)
        ]
    _tell(desk, "released", released)


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@click.option("--reason", metavar="TEXT", required=True)
@verb
def void(desk: Desk, codes: tuple[str, ...], reason: str) -> None:
    """End the life of codes; their numbers are never used again."""
    with desk.register() as register:
        ended = [register.void(code, reason=reason).text for code in codes]
    _tell(desk, "voided", ended)


def _tell(desk: Desk, verb: str, codes: list[str]) -> None:
    def lines() -> None:
        for code in codes:
            said = verb == "released"
            desk.out.line(desk.say("cli.release.done" if said else "cli.void.done", code=code))

    desk.give({verb: codes}, lines)
