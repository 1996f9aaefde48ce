"""Learn rules from a list of codes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import tomli_w

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.commands.rules import rule
from mintmark.cli.desk import Desk, verb
from mintmark.durable import unwritable
from mintmark.errors import Refusal
from mintmark.rule import Rule

if TYPE_CHECKING:  # numpy takes a while to load
    from mintmark.rule.infer import Family, Inference

_SHOWN = 8


@rule.command("infer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", metavar="HEADING")
@click.option("--sheet")
@click.option("--with", "attributes", multiple=True, metavar="HEADING")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")
@click.option("--save", is_flag=True)
@verb
def infer_(
    desk: Desk,
    file: Path,
    column: str | None,
    sheet: str | None,
    attributes: tuple[str, ...],
    output: Path | None,
    *,
    save: bool,
) -> int:
    """Propose the rules that explain the codes of a file."""
    from mintmark.rule.infer import infer  # noqa: PLC0415 - as above

    with desk.out.waiting("cli.rule.infer.reading"):
        listed = intake.read_codes(file, column=column, sheet=sheet, attributes=attributes)
        found = infer(listed.codes, listed.attributes)
    proposed = {f"rule-{n}": _definition(f, n) for n, f in enumerate(found.families, start=1)}
    files = _written(output, proposed) if output is not None else []
    if save:
        with desk.register() as register:
            for learnt in [Rule.of(definition) for definition in proposed.values()]:
                register.rulebook.save(learnt)

    def lines() -> None:
        _print(desk, found, proposed)
        for path in files:
            desk.out.line(desk.say("cli.rule.infer.written", file=str(path)), style="dim")
        if save and proposed:
            desk.out.line(desk.say("cli.rule.infer.saved", names=tuple(proposed)), style="dim")

    desk.give(_as_json(desk, found, proposed), lines)
    return exits.OK if found.families else exits.NOT_FOUND


def _definition(family: "Family", number: int) -> dict[str, Any]:
    """Give a family as the definition of a rule, to be looked over and accepted."""
    given: dict[str, Any] = {"rule": family.rule, "name": f"rule-{number}"}
    if family.earliest:
        given["earliest"] = family.earliest.isoformat()
    return {**given, "tables": family.tables}


def _written(folder: Path, proposed: dict[str, dict[str, Any]]) -> list[Path]:
    """Write each rule as a file of its own; none that is there is written over."""
    files = []
    for name, definition in proposed.items():
        path = folder / f"{name}.toml"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(tomli_w.dumps(definition))
        except OSError as error:
            raise unwritable(path, error) from None
        files.append(path)
    return files


def _standing(desk: Desk, definition: dict[str, Any]) -> str | None:
    """Say what stands against publishing a proposed rule as it is; None: nothing does."""
    from mintmark.rule.proof.prove import prove  # noqa: PLC0415 - its automata take a while to load

    try:
        refusals = prove(Rule.of(definition)).refusals
    except Refusal as refusal:
        refusals = (refusal,)
    return desk.say.refusal(refusals[0])[0] if refusals else None


def _as_json(
    desk: Desk, found: "Inference", proposed: dict[str, dict[str, Any]]
) -> dict[str, object]:
    return {
        "codes": found.codes,
        "distinct": found.distinct,
        "duplicates": found.duplicates,
        "families": [
            {
                "definition": definition,
                "count": family.count,
                "coverage": family.coverage,
                "confidence": family.confidence,
                "segments": family.segments,
                "examples": family.examples,
                "check": family.check,
                "latest": family.latest,
                "unproved": _standing(desk, definition),
            }
            for family, definition in zip(found.families, proposed.values(), strict=True)
        ],
        "outliers": found.outliers,
        "outlier_count": found.outlier_count,
    }


def _print(desk: Desk, found: "Inference", proposed: dict[str, dict[str, Any]]) -> None:
    say = desk.say
    desk.out.line(
        say("cli.rule.infer.done", count=found.codes, families=len(found.families),
            outliers=found.outlier_count)
    )  # fmt: skip
    for family, (name, definition) in zip(found.families, proposed.items(), strict=True):
        desk.out.line(f"\n{name}  {family.rule}", style="bold")
        desk.out.pairs([
            (say("cli.rule.infer.coverage"), f"{family.coverage:.1%}  ({family.count:,})"),
            (say("cli.rule.infer.confidence"), f"{family.confidence:.0%}"),
            (say("cli.rule.infer.such-as"), "  ".join(family.examples[:4])),
            *((say("cli.rule.show.table", attribute=attribute), _entries(table))
              for attribute, table in family.tables.items()),
        ])  # fmt: skip
        if (against := _standing(desk, definition)) is not None:
            desk.out.line(f"  ! {against}", style="yellow")
    _examples(desk, found.outliers, say("cli.rule.infer.outliers", count=found.outlier_count))
    twice = found.codes - found.distinct
    _examples(desk, found.duplicates, say("cli.rule.infer.duplicates", count=twice))


def _examples(desk: Desk, texts: tuple[str, ...], title: str) -> None:
    if texts:
        desk.out.line("\n" + title, style="yellow")
        more = " …" if len(texts) > _SHOWN else ""
        desk.out.line("  " + "  ".join(texts[:_SHOWN]) + more)


def _entries(table: dict[str, list[str]]) -> str:
    shown = ", ".join(
        code if names == [code] else f"{code} = {names[0]}"
        for code, names in list(table.items())[:_SHOWN]
    )
    return f"{shown} … ({len(table):,})" if len(table) > _SHOWN else shown
