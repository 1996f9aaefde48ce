"""Codes, back to where the customers came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mintmark.cli import exits
from mintmark.cli.desk import Desk, pairs, verb
from mintmark.cli.sources import mapping_of
from mintmark.progress import Progress

if TYPE_CHECKING:
    from mintmark.intake.writeback import FilePlan, Origin, RowPlan
    from mintmark.registry import Register

_SHOWN = 5  # differences


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """What would be done, where, and the work that does it."""

    plan: FilePlan | RowPlan
    place: str
    work: Iterator[Progress]


@click.command("write-back")
@click.argument("source")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--in-place", is_flag=True)
@click.option("--column")
@click.option("--before", is_flag=True)
@click.option("--batch", type=click.IntRange(min=1), metavar="N")
@click.option("--sheet")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FACT")
@click.option("--ignore", multiple=True, metavar="COLUMN")
@click.option("--default", "defaults", multiple=True, metavar="FACT=VALUE")
@click.option("--table")
@click.option("--key", metavar="COLUMN")
@click.option("--source", "system", metavar="SYSTEM")
@click.option("--add-column", is_flag=True)
@click.option("--overwrite", is_flag=True)
@click.option("--plan", "only_plan", is_flag=True)
@verb
def write_back(desk: Desk, source: str, **given: Any) -> int:
    """Write the codes of customers into the file or database where these came from."""
    only_plan, overwrite = given["only_plan"], given["overwrite"]
    with desk.register() as register, desk.out.waiting("cli.write-back.looking"):
        reading = _of_database if "://" in source else _of_file
        ready = reading(desk, register, source, given)
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


def _of_file(desk: Desk, register: Register, source: str, given: dict[str, Any]) -> _Ready:
    from mintmark.intake import writeback  # noqa: PLC0415 - most runs need no SQL library

    path, to, in_place = Path(source), given["to"], given["in_place"]
    origin = _origin(desk, register, path, given)
    place = writeback.find_place(
        origin.sheet,
        origin.table,
        heading=desk.say("workbook.code"),
        column=given["column"],
        before=given["before"],
        file=path.name,
    )
    plan = writeback.plan_file(path, origin.codes, place, digest=origin.digest)
    work = plan.write(to, in_place=in_place, overwrite=given["overwrite"])
    return _Ready(plan=plan, place=str(plan.target(to, in_place=in_place)), work=work)


def _origin(desk: Desk, register: Register, path: Path, given: dict[str, Any]) -> Origin:
    """Find out whose the rows are: as an import noted it, or by looking for each."""
    from mintmark.intake import writeback  # noqa: PLC0415 - most runs need no SQL library

    said = [f"--{name}" for name in ("sheet", "ignore") if given[name]]
    said += [f"--{name}" for name, at in (("map", "mapping"), ("default", "defaults")) if given[at]]
    if given["batch"] is None:
        return writeback.codes_of_file(
            register,
            path,
            sheet=given["sheet"],
            mapping=mapping_of(desk, given["mapping"]),
            ignore=given["ignore"],
            defaults=pairs(desk, given["defaults"]),
        )
    if said:
        raise click.UsageError(desk.say("cli.write-back.as-imported", options=", ".join(said)))
    return writeback.codes_of_batch(register, given["batch"], path)


def _of_database(desk: Desk, register: Register, source: str, given: dict[str, Any]) -> _Ready:
    from mintmark.intake import writeback  # noqa: PLC0415 - most runs need no SQL library

    needed = {"--table": "table", "--key": "key", "--source": "system", "--column": "column"}
    if lacking := [option for option, name in needed.items() if not given[name]]:
        raise click.UsageError(desk.say("cli.write-back.lacking", options=", ".join(lacking)))
    target = writeback.Target(
        url=source, table=given["table"], key=given["key"], column=given["column"]
    )
    codes = writeback.codes_of_system(register, given["system"])
    plan = writeback.plan_rows(target, codes, add_column=given["add_column"])
    place = f"{target.shown} › {target.table}.{target.column}"
    return _Ready(plan=plan, place=place, work=plan.write(overwrite=given["overwrite"]))


def _print(desk: Desk, ready: _Ready, *, only_plan: bool, overwrite: bool) -> None:
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
