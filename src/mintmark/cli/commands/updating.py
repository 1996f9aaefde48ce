"""Change what is known of a customer."""

import click

from mintmark.access import masked
from mintmark.cli.commands.lookup import unmasked_option
from mintmark.cli.commands.shredding import customer_option
from mintmark.cli.desk import Desk, assignments, request_option, verb
from mintmark.customer import Customer, Fields
from mintmark.registry import Updated

Shown = dict[str, str]


@click.command()
@click.argument("code", required=False)
@click.argument("facts", nargs=-1, metavar="FACT=VALUE...")
@customer_option
@click.option("--plan", is_flag=True)
@request_option
@unmasked_option
@verb
def update(
    desk: Desk, code: str | None, facts: tuple[str, ...], customer: int | None,
    request: str | None, *, plan: bool, unmasked: bool,
) -> None:  # fmt: skip
    """Change facts of a known customer."""
    if customer is not None and code is not None:
        facts = (code, *facts)  # there is no code: the first word is a fact
    whom = customer if customer is not None else code
    if whom is None or not facts:
        raise click.UsageError(desk.say("cli.update.what"))
    with desk.register() as register:
        fields = register.fields.known()
        given = assignments(desk, facts, fields)
        done = register.update(whom, request=request, plan=plan, **given)
    shown = _facts(done.before, fields, unmasked), _facts(done.customer, fields, unmasked)
    told = _plain(done, *shown) | {"planned": plan}
    desk.give(told, lambda: _show(desk, done, fields, shown, plan=plan))


def _facts(customer: Customer, fields: Fields, unmasked: bool) -> Shown:  # noqa: FBT001 - an option
    if unmasked:
        return {fact: str(value) for fact, value in customer.facts().items()}
    return masked(customer, fields)


def _plain(done: Updated, before: Shown, after: Shown) -> dict[str, object]:
    return {
        "code": done.code, "id": done.id, "stale": done.stale, "alike": done.alike,
        "changed": {
            fact: {"before": before.get(fact), "after": after.get(fact)} for fact in done.changed
        },
    }  # fmt: skip


def _show(
    desk: Desk, done: Updated, fields: Fields, shown: tuple[Shown, Shown], *, plan: bool
) -> None:
    say, out = desk.say, desk.out
    out.line(done.code or f"#{done.id}", style="bold")
    before, after = shown
    out.pairs(
        (desk.called(fact, fields), f"{before.get(fact, '—')} → {after.get(fact, '—')}")
        for fact in done.changed
    )
    if done.stale:
        named = say("list.separator").join(desk.called(fact, fields) for fact in done.stale)
        out.line("! " + say("cli.update.stale", named=named), style="yellow")
    if done.alike:
        codes = say("list.separator").join(done.alike)
        out.line("! " + say("cli.update.alike", others=codes), style="yellow")
    if not done.changed:
        out.line(say("cli.update.nothing"), style="dim")
    elif plan:
        out.line(say("cli.update.planned"), style="dim")
