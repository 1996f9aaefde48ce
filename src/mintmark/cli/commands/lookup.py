"""Find again by code."""

import click

from mintmark.access import masked
from mintmark.cli import exits
from mintmark.cli.desk import Desk, verb
from mintmark.customer import Fields
from mintmark.errors import UnknownCode
from mintmark.registry import Found, Passport

unmasked_option = click.option("--unmasked", is_flag=True)


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@unmasked_option
@verb
def resolve(desk: Desk, codes: tuple[str, ...], *, unmasked: bool) -> int:
    """Tell what codes stand for; those that nobody knows are told, too."""
    found: list[Found] = []
    unknown: list[UnknownCode] = []
    with desk.register() as register:
        fields = register.fields.known()
        for code in codes:
            try:
                found.append(register.resolve(code))
            except UnknownCode as refusal:
                unknown.append(refusal)
    if unknown and len(codes) == 1:
        raise unknown[0]

    def lines() -> None:
        for one in found:
            _explain(desk, one, fields, unmasked=unmasked)
        for refusal in unknown:
            desk.out.refusal(*desk.say.refusal(refusal))

    told = [plain(one, fields, unmasked=unmasked) for one in found]
    desk.give({"found": told, "unknown": [refusal.code for refusal in unknown]}, lines)
    return exits.NOT_FOUND if unknown else exits.OK


def facts_of(found: Found, fields: Fields, *, unmasked: bool) -> dict[str, str]:
    """Give the customer's facts as they may be shown."""
    if found.customer is None:
        return {}
    if unmasked:
        return {fact: str(value) for fact, value in found.customer.facts().items()}
    return masked(found.customer, fields)


def plain(found: Found, fields: Fields, *, unmasked: bool) -> dict[str, object]:
    """Give what was found as JSON-ready data."""
    customer = facts_of(found, fields, unmasked=unmasked) if found.customer else None
    passport = found.passport
    return {
        "code": found.code,
        "id": found.id,
        "customer": customer,
        "readings": found.readings,
        "rule": found.rule,
        **({"locked": found.locked.slug} if found.locked else {}),
        "erasure": found.erasure,
        **_origin(passport),
    }


def _origin(passport: Passport | None) -> dict[str, object]:
    if passport is None:
        return {}
    held = {
        "holder": passport.holder, "held_until": passport.held_until, "reason": passport.reason,
        "voided_at": passport.voided_at, "voided_by": passport.voided_by,
    }  # fmt: skip
    return {
        "state": passport.state,
        "scope": passport.scope,
        "number": passport.number,
        "batch": passport.batch,
        "minted_at": passport.minted_at,
        "actor": passport.actor,
        "request": passport.request,
        **{name: value for name, value in held.items() if value is not None},
    }


def _explain(desk: Desk, found: Found, fields: Fields, *, unmasked: bool) -> None:
    say, passport = desk.say, found.passport
    desk.out.line(found.code, style="bold")
    if passport is None:
        return
    if passport.state == "held":
        desk.out.line("  " + say("cli.resolve.held", **_hold(desk, passport)), style="yellow")
    if passport.state == "void":
        ended = {"reason": passport.reason, "actor": passport.voided_by, "at": passport.voided_at}
        desk.out.line("  " + say("cli.resolve.void", **ended), style="red")
    if found.erasure:
        gone = found.erasure
        told = say("cli.resolve.shredded", at=gone.at, actor=gone.actor, reason=gone.reason)
        desk.out.line("  " + told, style="red")
    known = facts_of(found, fields, unmasked=unmasked)
    desk.out.pairs((desk.called(fact, fields), value) for fact, value in known.items())
    if found.locked is not None:
        sentence, way_out = say.refusal(found.locked)
        desk.out.line("  " + say("cli.resolve.locked", reason=sentence), style="red")
        desk.out.line(f"  → {way_out}", style="cyan")
    desk.out.line("  " + say("cli.resolve.why"), style="bold")
    desk.out.pairs(
        [(reading.part, f"{say.fact(reading.attribute)}: {reading.meaning}")
         for reading in found.readings], indent=4,
    )  # fmt: skip
    minted = say.moment(passport.minted_at)
    facts = {"minted": minted, "actor": passport.actor, "version": found.rule}
    told = (
        say("cli.resolve.minted-in-batch", **facts, batch=passport.batch)
        if passport.batch
        else say("cli.resolve.given" if passport.by_hand else "cli.resolve.minted", **facts)
    )
    desk.out.line(f"    {told}", style="dim")


def _hold(desk: Desk, passport: Passport) -> dict[str, object]:
    return {
        "holder": passport.holder,
        "until": passport.held_until or desk.say("word.released"),
        "reason": passport.reason or "—",
    }
