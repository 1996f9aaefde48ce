"""Publish the rule, and look at its versions."""

import tomllib
from pathlib import Path
from typing import Any

import click

from mintmark.cli.desk import Desk, language_option, verb
from mintmark.errors import FileMissing, Refusal, UnreadableRuleFile
from mintmark.registry import Published
from mintmark.rule import Rule, sample

_KEYS = {"rule", "earliest", "latest", "tables"}


@click.group()
@language_option
def rule() -> None:  # noqa: D103 - its help is in the catalogues
    pass


@rule.command()
@click.argument("file", type=click.Path(path_type=Path))
@verb
def publish(desk: Desk, file: Path) -> None:
    """Publish the rule of a TOML file."""
    wanted = _read(file)
    with desk.register() as register:
        before = register.rules()
        published = register.publish(wanted)
        example = sample(published.rule, today=register.today())
    changed = published not in before

    def lines() -> None:
        facts = {"version": published.version, "text": wanted.text}
        desk.out.line(
            desk.say("cli.rule.publish.done", **facts)
            if changed
            else desk.say("cli.rule.publish.unchanged", **facts)
        )
        desk.out.line(desk.say("cli.rule.publish.sample", code=example), style="dim")

    value = {
        "version": published.version,
        "changed": changed,
        "rule": wanted.text,
        "sample": example,
    }
    desk.give(value, lines)


@rule.command()
@click.option("--version", type=click.IntRange(min=1), metavar="N")
@verb
def show(desk: Desk, version: int | None) -> None:
    """Show a version of the rule with its code tables."""
    with desk.register() as register:
        published = register.rule(version)
    desk.give(published, lambda: _print(desk, published))


@rule.command("list")
@verb
def list_(desk: Desk) -> None:
    """List the versions of the rule."""
    with desk.register() as register:
        published = register.rules()

    def lines() -> None:
        if not published:
            desk.out.line(desk.say("cli.rule.list.empty"))
            return
        headings = [desk.say(f"word.{word}") for word in ("version", "published", "actor", "rule")]
        desk.out.table(headings, [
            (str(p.version), f"{p.published_at:%Y-%m-%d %H:%M}Z", p.actor, p.definition["rule"])
            for p in published
        ])  # fmt: skip

    desk.give(published, lines)


def _print(desk: Desk, published: Published) -> None:
    say, rule = desk.say, published.rule
    latest = str(rule.latest) if rule.latest else say("word.today")
    desk.out.line(rule.text, style="bold")
    desk.out.pairs([
        (say("word.version"), str(published.version)),
        (say("word.published"), f"{published.published_at:%Y-%m-%d %H:%M}Z  {published.actor}"),
        (say("word.range"), f"{rule.earliest} … {latest}"),
        (say("word.capacity"), f"{10**rule.width - 1:,}"),
    ])  # fmt: skip
    for attribute, table in rule.tables.items():
        desk.out.line("\n" + say("cli.rule.show.table", attribute=attribute), style="bold")
        desk.out.pairs(
            (entry.code, say("list.separator").join(entry.spellings)) for entry in table.entries
        )


def _read(file: Path) -> Rule:
    try:
        definition: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileMissing(file=str(file)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableRuleFile(file=str(file), reason=str(error)) from None
    if strange := set(definition) - _KEYS or {"rule"} - set(definition):
        raise UnreadableRuleFile(file=str(file), reason=", ".join(sorted(strange)))
    try:
        return Rule.of(definition)
    except Refusal:
        raise
    except (TypeError, AttributeError, ValueError) as error:
        raise UnreadableRuleFile(file=str(file), reason=str(error)) from None
