"""Recover lost codes from whatever is remembered."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from mintmark.cli import exits
from mintmark.cli.commands.lookup import facts_of, plain, unmasked_option
from mintmark.cli.desk import Desk, pairs, verb
from mintmark.customer import Fields
from mintmark.intake import fact_named
from mintmark.registry import Recovered, Register

_FACTS = ("name", "phone", "email", "id_number", "address")
_TELLING = ("name", "phone", "email", "id_number", "code")
_SHOWN = ("name", "type", "region", "phone")


@click.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]... [FACT=VALUE]... [-]")
@click.option("--name", metavar="TEXT")
@click.option("--phone", metavar="DIGITS")
@click.option("--email", metavar="TEXT")
@click.option("--id-number", metavar="TEXT")
@click.option("--address", metavar="TEXT")
@click.option("--code", metavar="TEXT")
@click.option("--where", multiple=True, metavar="FACT=VALUE")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, metavar="N")
@unmasked_option
@verb
def recover(
    desk: Desk, texts: tuple[str, ...], where: tuple[str, ...], limit: int, *, unmasked: bool,
    **named: str | None,
) -> int:  # fmt: skip
    """Recover a lost code."""
    with desk.register() as register:
        fields = register.fields.known()
        said, attributes = _read(
            desk, register, list(desk.said(texts, hint=desk.say("cli.recover.ask"))), fields
        )
        said |= {fact: text for fact, text in named.items() if text}
        attributes |= pairs(desk, where)
        found = register.recover(**said, attributes=attributes, limit=limit)
    told = [_told(desk, one, rank, fields, unmasked=unmasked) for rank, one in enumerate(found, 1)]

    def lines() -> None:
        if texts:
            desk.out.note(desk.say("cli.recover.taken", facts=said | attributes))
        _show(desk, found, fields, unmasked=unmasked)
        _hint(desk, found, said)

    desk.give({"taken": said | attributes, "found": told}, lines)
    return exits.OK if found else exits.NOT_FOUND


def _read(
    desk: Desk, register: Register, texts: Sequence[str], fields: Fields
) -> tuple[dict[str, str], dict[str, str]]:
    """Tell facts of people and attributes apart; bare texts go by what they look like.

    Raises click.UsageError where a fact is said twice; words without a fact are one name.
    """
    said: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        fact = _fact(desk, name, fields) if equals else register.guess(text)
        into = said if fact in (*_FACTS, "code") else attributes
        if fact in into and (equals or fact != "name"):
            raise click.UsageError(desk.say("cli.recover.twice", fact=desk.called(fact, fields)))
        into[fact] = f"{into[fact]} {text}" if fact in into else value if equals else text
    return said, attributes


def _fact(desk: Desk, name: str, fields: Fields) -> str:
    return "code" if name.strip() == desk.say("workbook.code") else fact_named(name, fields)


def _told(
    desk: Desk, one: Recovered, rank: int, fields: Fields, *, unmasked: bool
) -> dict[str, object]:
    return {
        "rank": rank,
        "grade": one.grade,
        "points": one.points,
        "evidence": one.evidence,
        "because": _because(desk, one),
        "slip": asdict(one.slip) if one.slip else None,
        **plain(one.found, fields, unmasked=unmasked),
    }


def _because(desk: Desk, one: Recovered) -> str:
    words = (desk.say(f"evidence.{slug}") for slug in one.evidence)
    return desk.say("list.separator").join(words)


def _show(desk: Desk, found: Sequence[Recovered], fields: Fields, *, unmasked: bool) -> None:
    if not found:
        return
    say = desk.say
    rows = []
    for rank, one in enumerate(found, 1):
        facts = facts_of(one.found, fields, unmasked=unmasked) if one.found.customer else {}
        shown = [facts.get(fact, "") for fact in _SHOWN]
        grade = say(f"grade.{one.grade}")
        rows.append([str(rank), grade, one.found.code or "—", *shown, _because(desk, one)])
    headings = ["#", say("cli.recover.fits"), say("workbook.code")]
    facts_named = [desk.called(fact, fields) for fact in _SHOWN]
    desk.out.table([*headings, *facts_named, say("cli.recover.evidence")], rows)
    for one in found:
        if (slip := one.slip) is not None:
            noticed = say(f"noticed.{slip.noticed or 'nothing'}")
            place = {"place": slip.place, "said": slip.said or "—", "meant": slip.meant or "—"}
            desk.out.line(say("cli.recover.slip", code=slip.code, noticed=noticed, **place))


def _hint(desk: Desk, found: Sequence[Recovered], said: dict[str, str]) -> None:
    """Say what else would help, unless one is certain."""
    left = [desk.say.fact(fact) if fact != "code" else desk.say("cli.recover.part-of-code")
            for fact in _TELLING if fact not in said]  # fmt: skip
    if not found:
        desk.out.refusal(desk.say("cli.recover.nobody"), desk.say("cli.recover.try", facts=left))
    elif found[0].grade != "certain" and left:
        desk.out.note(desk.say("cli.recover.narrow", facts=left))
