"""What a file's columns are, and profiles of how files are imported."""

from typing import Any

import click

from mintmark import intake
from mintmark.cli.desk import Desk, verb
from mintmark.cli.reports import show_recognised
from mintmark.cli.sources import COLUMNS, reading_of, reading_options, source_of
from mintmark.customer import Fields
from mintmark.intake import Proposal
from mintmark.registry import SavedProfile


@click.group(invoke_without_command=True)
@verb
def profiles(desk: Desk) -> None:
    """List the profiles; the command below removes one."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    with desk.register() as register:
        saved = register.profiles.list()

    def lines() -> None:
        if not saved:
            desk.out.line(desk.say("cli.profiles.none"))
            return
        words = ("profile", "columns", "actor", "saved-at")
        desk.out.table([desk.say(f"word.{word}") for word in words], [_row(desk, s) for s in saved])

    desk.give({"profiles": [_plain(one) for one in saved]}, lines)


@profiles.command()
@click.argument("name")
@verb
def remove(desk: Desk, name: str) -> None:
    """Forget a profile."""
    with desk.register() as register:
        gone = register.profiles.remove(name)
    said = desk.say("cli.profiles.remove.done", profile=gone.profile.name)
    desk.give(_plain(gone), lambda: desk.out.line(said))


@click.command()
@click.argument("source", metavar="FILE")
@reading_options(COLUMNS)
@click.option("--save", metavar="NAME")
@verb
def columns(desk: Desk, source: str, save: str | None, **given: Any) -> None:
    """Show what the columns of a file are taken for, and why."""
    with desk.register() as register:
        seen = intake.look_at(register, source_of(source), **reading_of(desk, given))
        fields = register.fields.known()
        saved = register.profiles.save(seen.profile(save)) if save is not None else None
    profile = seen.known.profile.name if seen.known else None
    told = {
        "file": seen.file, "sheet": seen.sheet, "row": seen.row,
        "program": seen.program, "profile": profile,
        "columns": [_column(one) for one in seen.proposals],
        "saved": saved.profile.name if saved else None,
    }  # fmt: skip

    def lines() -> None:
        desk.out.line(desk.say.place(seen.file, seen.sheet, seen.row), style="bold")
        show_recognised(desk, seen.program, profile)
        words = [desk.say(f"word.{word}") for word in ("column", "fact", "confidence", "why")]
        desk.out.table(words, [_line(desk, one, fields) for one in seen.proposals])
        for doubt in (one.doubt for one in seen.proposals if one.doubt):
            desk.out.refusal(*desk.say.refusal(doubt), error=False)
        if saved:
            desk.out.line(desk.say("cli.columns.saved", profile=saved.profile.name))

    desk.give(told, lines)


def _line(desk: Desk, one: Proposal, fields: Fields) -> tuple[str, ...]:
    looks = desk.called(one.look.fact, fields) if one.look else ""
    share = f"{one.look.share:.0%}" if one.look else ""
    why = desk.say(f"why.{one.why}", fact=looks, share=share)
    called = desk.called(one.fact, fields) if one.fact else "—"
    return (one.column.shown, called, f"{one.confidence:.0%}", why)


def _column(one: Proposal) -> dict[str, object]:
    return {
        "column": one.column.letter,
        "heading": one.column.heading,
        "fact": one.fact,
        "confidence": round(one.confidence, 3),
        "why": one.why,
        "looks": {"fact": one.look.fact, "share": round(one.look.share, 3)} if one.look else None,
        "doubt": one.doubt.slug if one.doubt else None,
    }


def _row(desk: Desk, saved: SavedProfile) -> tuple[str, ...]:
    columns = desk.say("list.separator").join(saved.profile.headings)
    return (saved.profile.name, columns, saved.actor, desk.plain(saved.saved_at))


def _plain(saved: SavedProfile) -> dict[str, object]:
    one = saved.profile
    return {
        "name": one.name, "headings": one.headings, "mapping": dict(one.mapping),
        "ignored": one.ignored, "defaults": dict(one.defaults),
        "values": {fact: dict(meant) for fact, meant in one.values.items()},
        "order": one.order, "since_1904": one.since_1904,
        "saved_at": saved.saved_at, "actor": saved.actor,
    }  # fmt: skip
