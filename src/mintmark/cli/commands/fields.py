"""Fields of one's own."""

import click

from mintmark.cli.desk import Desk, verb
from mintmark.kinds import KINDS
from mintmark.registry import Declared


@click.group(invoke_without_command=True)
@verb
def fields(desk: Desk) -> None:
    """List the declared fields; the commands below declare and withdraw them."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    with desk.register() as register:
        declared = register.fields.list()

    def lines() -> None:
        if not declared:
            desk.out.line(desk.say("cli.fields.none"))
            return
        words = ("field", "kind", "sensitivity", "label", "actor")
        headings = [desk.say(f"word.{word}") for word in words]
        desk.out.table(headings, [_row(desk, one) for one in declared])

    desk.give({"fields": [_plain(one) for one in declared]}, lines)


@fields.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="text", show_default=True)
@click.option("--sealed/--open", "sealed", default=True)
@click.option("--label-zh", metavar="LABEL")
@click.option("--label-en", metavar="LABEL")
@verb
def add(
    desk: Desk, name: str, kind: str, label_zh: str | None, label_en: str | None, *, sealed: bool
) -> None:
    """Declare a field."""
    labels = {"zh": label_zh, "en": label_en}
    said = {language: label for language, label in labels.items() if label is not None}
    with desk.register() as register:
        declared = register.fields.declare(name, kind=kind, sealed=sealed, labels=said or None)
    told = _plain(declared)
    facts = {"field": declared.name, "kind": desk.say(f"kind.{kind}")}
    how = desk.say(f"sensitivity.{told['sensitivity']}")
    desk.give(
        told, lambda: desk.out.line(desk.say("cli.fields.add.done", **facts, sensitivity=how))
    )


@fields.command()
@click.argument("name")
@verb
def remove(desk: Desk, name: str) -> None:
    """Withdraw a field that nobody has a value of."""
    with desk.register() as register:
        gone = register.fields.withdraw(name)
    desk.give(
        _plain(gone), lambda: desk.out.line(desk.say("cli.fields.remove.done", field=gone.name))
    )


def _row(desk: Desk, one: Declared) -> tuple[str, ...]:
    how = "sealed" if one.field.personal else "open"
    labels = desk.say("list.separator").join(one.field.labels.values())
    kind = desk.say(f"kind.{one.field.kind}")
    return (one.name, kind, desk.say(f"sensitivity.{how}"), labels, one.actor)


def _plain(one: Declared) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.field.kind,
        "sensitivity": "sealed" if one.field.personal else "open",
        "labels": dict(one.field.labels),
        "declared_at": one.declared_at,
        "actor": one.actor,
    }
