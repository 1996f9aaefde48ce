"""Find again: by code, or by a fact."""

import click

from mintmark.access import masked
from mintmark.cli import exits
from mintmark.cli.desk import Desk, assignments, verb
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


@click.command()
@click.argument("facts", nargs=-1, required=True, metavar="TEXT | FACT=VALUE...")
@unmasked_option
@verb
def find(desk: Desk, facts: tuple[str, ...], *, unmasked: bool) -> int:
    """Find customers by facts."""
    bare = facts[0] if len(facts) == 1 and "=" not in facts[0] else None
    with desk.register() as register:
        fields = register.fields.known()
        found = (
            register.find(bare) if bare is not None else register.find(**assignments(desk, facts))
        )

    def lines() -> None:
        if not found:
            desk.out.error(desk.say("cli.find.nobody"))
            return
        told = [(one.code, facts_of(one, fields, unmasked=unmasked)) for one in found]
        own = [name for name in fields if any(name in facts for _, facts in told)]
        shown = ("name", "type", "region", "phone", "email", *own)
        headings = [desk.say("workbook.code"), *(desk.called(fact, fields) for fact in shown)]
        rows = [(code, *(facts.get(fact, "") for fact in shown)) for code, facts in told]
        desk.out.table(headings, rows)

    desk.give({"found": [plain(one, fields, unmasked=unmasked) for one in found]}, lines)
    return exits.OK if found else exits.NOT_FOUND


def facts_of(found: Found, fields: Fields, *, unmasked: bool) -> dict[str, str]:
    """Give what is known of the customer, masked unless it may be seen."""
    if found.customer is None:
        return {}
    if unmasked:
        return {fact: str(value) for fact, value in found.customer.facts().items()}
    return masked(found.customer, fields)


def plain(found: Found, fields: Fields, *, unmasked: bool) -> dict[str, object]:
    """Give a code and whom it stands for as JSON has it."""
    customer = facts_of(found, fields, unmasked=unmasked) if found.customer else None
    passport = found.passport
    return {
        "code": found.code,
        "customer": customer,
        "readings": found.readings,
        "rule": found.rule,
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
    known = facts_of(found, fields, unmasked=unmasked)
    desk.out.pairs((desk.called(fact, fields), value) for fact, value in known.items())
    desk.out.line("  " + say("cli.resolve.why"), style="bold")
    desk.out.pairs(
        [(reading.part, f"{say.fact(reading.attribute)}: {reading.meaning}")
         for reading in found.readings], indent=4,
    )  # fmt: skip
    minted = f"{passport.minted_at:%Y-%m-%d %H:%M}Z"
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
