"""Codes, back to where the customers came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mintmark.cli import exits
from mintmark.cli.commands.jobs import background_option, no_plan, queued
from mintmark.cli.desk import Desk, verb
from mintmark.cli.sources import reading_of, reading_options

if TYPE_CHECKING:
    from mintmark.intake.writeback import Ready
    from mintmark.registry import Register

_SHOWN = 5  # differences
_READING = ("sheet", "mapping", "ignore", "defaults")


@click.command("write-back")
@click.argument("source")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--in-place", is_flag=True)
@click.option("--column")
@click.option("--before", is_flag=True)
@click.option("--batch", type=click.IntRange(min=1), metavar="N")
@reading_options(_READING)
@click.option("--table")
@click.option("--key", metavar="COLUMN")
@click.option("--source", "system", metavar="SYSTEM")
@click.option("--add-column", is_flag=True)
@click.option("--overwrite", is_flag=True)
@click.option("--plan", "only_plan", is_flag=True)
@background_option
@verb
def write_back(desk: Desk, source: str, **given: Any) -> int:
    """Write the codes of customers into the file or database where these came from."""
    only_plan, overwrite = given["only_plan"], given["overwrite"]
    settings = _settings(desk, source, given)
    if given["background"]:
        no_plan(desk, given)
        with desk.register() as register:
            return queued(desk, register, "write-back", file=source, **settings)
    with desk.register() as register, desk.out.waiting("cli.write-back.looking"):
        ready = _ready(desk, register, source, settings)
    if not only_plan:
        desk.out.follow("cli.write-back.writing", ready.work)
    counts = ready.plan.counts
    value = {
        "target": ready.place,
        "planned": only_plan,
        "counts": counts,
        "overwritten": overwrite and not only_plan,
        "differences": ready.plan.differences.to_dicts(),
    }
    desk.give(value, lambda: _print(desk, ready, only_plan=only_plan, overwrite=overwrite))
    left = counts.missing or counts.twice or (counts.differing and not overwrite)
    return exits.PARTLY if left else exits.OK


def _settings(desk: Desk, source: str, given: dict[str, Any]) -> dict[str, Any]:
    """Read what is to be done, as the job of this name takes it.

    Raises click.UsageError where something lacks, or does not go together.
    """
    if "://" in source:
        needed = {"--table": "table", "--key": "key", "--source": "system", "--column": "column"}
        if lacking := [option for option, name in needed.items() if not given[name]]:
            options = ", ".join(lacking)
            raise click.UsageError(desk.say("cli.write-back.lacking", options=options))
        return {name: given[name] for name in (*needed.values(), "add_column", "overwrite")}
    said = [f"--{name}" for name in ("sheet", "ignore") if given[name]]
    said += [f"--{name}" for name, at in (("map", "mapping"), ("default", "defaults")) if given[at]]
    if said and given["batch"] is not None:
        raise click.UsageError(desk.say("cli.write-back.as-imported", options=", ".join(said)))
    whole = ("batch", "to", "in_place", "column", "before", "overwrite")
    reading = {name: one for name, one in reading_of(desk, given).items() if name in _READING}
    return {name: given[name] for name in whole} | reading


def _ready(desk: Desk, register: Register, source: str, settings: dict[str, Any]) -> Ready:
    from mintmark.intake import writeback  # noqa: PLC0415 - most runs need no SQL library

    if "://" not in source:
        return writeback.ready_for_file(register, Path(source), desk.say, **settings)
    place = {name: settings.pop(name) for name in ("table", "key", "column")}
    target = writeback.Target(url=source, **place)
    return writeback.ready_for_rows(register, target, **settings)


def _print(desk: Desk, ready: Ready, *, only_plan: bool, overwrite: bool) -> None:
    say, out, counts = desk.say, desk.out, ready.plan.counts
    out.line(ready.place, style="bold")
    out.pairs([
        (say("cli.write-back.fill" if only_plan else "cli.write-back.filled"), f"{counts.fill:,}"),
        (say("cli.write-back.same"), f"{counts.same:,}"),
        (say("cli.write-back.differing"), f"{counts.differing:,}"),
        *([(say("cli.write-back.missing"), f"{counts.missing:,}")] if counts.missing else []),
        *([(say("cli.write-back.twice"), f"{counts.twice:,}")] if counts.twice else []),
    ])  # fmt: skip
    for where, ours, there in ready.plan.differences.head(_SHOWN).iter_rows():
        out.line("  " + say("cli.write-back.difference", where=where, there=there, ours=ours))
    if counts.differing:
        said = say("cli.write-back.overwritten" if overwrite else "cli.write-back.kept")
        out.line(said, style="dim")
    if only_plan:
        out.line(say("cli.write-back.planned"), style="dim")
