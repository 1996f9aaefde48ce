"""Code tables, presets and legacy families."""

import click

from mintmark.cli.commands.rules import rule
from mintmark.cli.desk import Desk, verb
from mintmark.errors import UnknownRule, UnknownTable
from mintmark.rule import Family, builtin
from mintmark.rule.presets import names, preset


@rule.command("preset")
@click.argument("name", required=False)
@verb
def preset_(desk: Desk, name: str | None) -> None:
    """List the presets, or print one as a rule file."""
    if name is not None:
        try:
            found = preset(name)
        except KeyError:
            raise UnknownRule(rule=name, known=names()) from None
        desk.give(found.definition, lambda: click.echo(found.text, nl=False))
        return
    listed = [
        {"preset": slug, "rule": preset(slug).definition["rule"],
         "field": desk.say(f"preset.{slug}"), "why": desk.say(f"preset.{slug}.why")}
        for slug in names()
    ]  # fmt: skip

    def lines() -> None:
        for one in listed:
            desk.out.line(f"{one['preset']}  {one['field']}", style="bold")
            desk.out.line(f"  {one['rule']}", style="cyan")
            desk.out.line(f"  {one['why']}", style="dim")

    desk.give(listed, lines)


@rule.command()
@click.argument("name", required=False)
@verb
def table(desk: Desk, name: str | None) -> None:
    """List the built-in code tables, or show one."""
    if name is None:
        found = [builtin.builtin(slug) for slug in builtin.names()]
        rows = [(b.slug, b.attribute, f"{len(builtin.entries(b.slug)):,}", b.source) for b in found]
        words = ("table", "attribute", "entries", "source")
        headings = [desk.say(f"word.{word}") for word in words]
        told = [dict(zip(words, row, strict=True)) for row in rows]
        desk.give(told, lambda: desk.out.table(headings, rows))
        return
    try:
        entries = builtin.entries(name)
    except KeyError:
        raise UnknownTable(table=name, known=builtin.names()) from None
    separator = desk.say("list.separator")
    desk.give(
        entries, lambda: desk.out.pairs((e.code, separator.join(e.spellings)) for e in entries)
    )


@rule.command()
@click.argument("attribute")
@click.argument("entries", nargs=-1, required=True, metavar="CODE=NAME[|ALIAS...]...")
@verb
def add(desk: Desk, attribute: str, entries: tuple[str, ...]) -> None:
    """Add entries or spellings to a code table of the published rules."""
    pairs = [entry.partition("=") for entry in entries]
    for text, (_, equals, _) in zip(entries, pairs, strict=True):
        if not equals:
            raise click.UsageError(desk.say("cli.not-an-assignment", text=text))
    added = [{"code": code.strip(), "names": names.split("|")} for code, _, names in pairs]
    with desk.register() as register:
        grown = register.rulebook.extend(attribute, added)
    shown = tuple(f"{published.name}@{published.version}" for published in grown)
    facts = {"attribute": attribute, "entries": len(added), "versions": shown}
    desk.give(facts, lambda: desk.out.line(desk.say("cli.rule.add.done", **facts)))


@rule.command()
@click.argument("name", required=False)
@click.argument("patterns", nargs=-1)
@verb
def legacy(desk: Desk, name: str | None, patterns: tuple[str, ...]) -> None:
    """Declare a family of legacy codes, or list them."""
    with desk.register() as register:
        if name and patterns:
            register.rulebook.declare(Family(name=name, patterns=patterns))
        families = register.rulebook.families()

    def lines() -> None:
        if name and patterns:
            desk.out.line(desk.say("cli.rule.legacy.done", name=name, patterns=patterns))
        if not families:
            desk.out.line(desk.say("cli.rule.legacy.empty"))
        desk.out.pairs((f.name, desk.say("list.separator").join(f.patterns)) for f in families)

    desk.give(families, lines)
