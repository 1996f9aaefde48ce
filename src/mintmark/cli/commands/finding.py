"""Find customers by facts, by open attributes, and by what is known of their codes."""

import re
from collections.abc import Iterable
from typing import Any

import click

from mintmark.cli import exits
from mintmark.cli.commands.lookup import facts_of, plain, unmasked_option
from mintmark.cli.desk import Desk, verb
from mintmark.customer import FACTS, Fields
from mintmark.intake import fact_named
from mintmark.registry import OF_CODES, STATES, Between, Page, Wanted

_SHOWN = ("name", "type", "region", "registered", "phone", "email")
_DAYS = re.compile(r"(\d\S*)?\.\.(\d\S*)?")


@click.command()
@click.argument("criteria", nargs=-1, metavar="[TEXT] [FACT=VALUE]... [-]")
@click.option("--without", multiple=True, metavar="FACT")
@click.option("--external", metavar="SOURCE:KEY")
@click.option("--sort", "order", metavar="[-]FACT")
@click.option("--limit", type=int, default=50, show_default=True, metavar="N")
@click.option("--after", metavar="CURSOR")
@click.option("--count", "only_count", is_flag=True)
@unmasked_option
@verb
def find(
    desk: Desk, criteria: tuple[str, ...], without: tuple[str, ...], external: str | None,
    order: str | None, limit: int, after: str | None, *, only_count: bool, unmasked: bool,
) -> int:  # fmt: skip
    """Find customers."""
    said = tuple(desk.said(criteria, hint=desk.say("cli.find.ask")))
    with desk.register() as register:
        fields = register.fields.known()
        text, sought = sought_by(desk, said, without, external, fields)
        by = order_of(desk, order, fields)
        if only_count:
            count = register.count(text, **sought)
            desk.give({"count": count}, lambda: desk.out.line(f"{count:,}"))
            return exits.OK
        page = register.find(text, **sought, order=by, after=after, limit=limit)
    found = [plain(one, fields, unmasked=unmasked) for one in page.found]
    desk.give(
        {"found": found, "next": page.next}, lambda: _show(desk, page, fields, unmasked=unmasked)
    )
    return exits.OK if found else exits.NOT_FOUND


def sought_by(
    desk: Desk,
    criteria: Iterable[str],
    without: Iterable[str],
    external: str | None,
    fields: Fields,
) -> tuple[str | None, dict[str, Any]]:
    """Give a bare text and what else is sought, as `Register.find` takes it."""
    text, facts, where = _read(desk, criteria, fields)
    where |= {named(desk, name, fields): None for name in without}
    return text, {**facts, "where": where, "external": external}


def order_of(desk: Desk, order: str | None, fields: Fields) -> str | None:
    """Give an order by the name of its fact."""
    if not order:
        return None
    return "-" * order.startswith("-") + named(desk, order.removeprefix("-"), fields)


def _read(
    desk: Desk, said: Iterable[str], fields: Fields
) -> tuple[str | None, dict[str, str], dict[str, Wanted]]:
    """Tell apart a bare text, facts about a person, and the rest, of which several may do.

    Raises click.UsageError.
    """
    text: str | None = None
    facts: dict[str, str] = {}
    where: dict[str, list[str]] = {}
    for one in said:
        name, equals, value = one.partition("=")
        fact = named(desk, name, fields)
        if not equals:
            if text is not None:
                raise click.UsageError(desk.say("cli.not-an-assignment", text=one))
            text = one
        elif fact in FACTS and FACTS[fact].personal:
            facts[fact] = value
        else:
            where.setdefault(fact, []).append(value.strip())
    return text, facts, {fact: _wanted(desk, fact, values) for fact, values in where.items()}


def _wanted(desk: Desk, fact: str, values: list[str]) -> Wanted:
    if len(values) == 1 and (days := _DAYS.fullmatch(values[0])):
        return Between(days[1], days[2])
    if fact == "code":
        states = {desk.say(f"customer-state.{state}"): state for state in STATES}
        return [states.get(value, value) for value in values]
    return values


def named(desk: Desk, name: str, fields: Fields) -> str:
    """Give what a criterion is about: as in a spreadsheet, or as the catalogue calls it."""
    beside = {desk.say.fact(one): one for one in OF_CODES} | {desk.say("workbook.code"): "code"}
    # As an export heads them; the state of a code is said with `code`, too.
    beside |= {
        desk.say(f"register-column.{one}"): meant
        for one, meant in (("state", "code"), ("rule", "rule"))
    }
    return beside.get(name.strip()) or fact_named(name, fields) or name.strip()


def _show(desk: Desk, page: Page, fields: Fields, *, unmasked: bool) -> None:
    if not page.found:
        desk.out.error(desk.say("cli.find.nobody"))
        return
    every = [
        (one.code or f"#{one.id}", facts_of(one, fields, unmasked=unmasked)) for one in page.found
    ]
    own = [name for name in fields if any(name in facts for _, facts in every)]
    shown = (*_SHOWN, *own)
    headings = [desk.say("workbook.code"), *(desk.called(fact, fields) for fact in shown)]
    rows = [(code, *(facts.get(fact, "") for fact in shown)) for code, facts in every]
    desk.out.table(headings, rows)
    if page.next:
        desk.out.note(desk.say("cli.find.more", cursor=page.next))
