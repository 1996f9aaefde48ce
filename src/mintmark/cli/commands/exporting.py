"""Customers out: into files, onto labels; and a file to fill in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mintmark import intake
from mintmark.cli import exits
from mintmark.cli.commands.finding import named, order_of, sought_by
from mintmark.cli.commands.jobs import background_option, queued
from mintmark.cli.commands.lookup import unmasked_option
from mintmark.cli.desk import Desk, verb
from mintmark.customer import Fields
from mintmark.registry import OF_REGISTER, Register
from mintmark.wording import LANGUAGES, Wording

_FILE = click.argument("file", type=click.Path(path_type=Path))
_LANGUAGE = click.option("--language", type=click.Choice(LANGUAGES))


def _sought_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb what `find` calls its criteria."""
    for option in (
        click.option("--sort", "order", metavar="[-]FACT"),
        click.option("--external", metavar="SOURCE:KEY"),
        click.option("--without", multiple=True, metavar="FACT"),
        click.option("--where", multiple=True, metavar="[FACT=]VALUE"),
    ):
        function = option(function)
    return function


@click.command()
@_FILE
@_sought_options
@click.option("--columns", metavar="FACT,FACT...")
@click.option("--mask", metavar="FACT,FACT...")
@_LANGUAGE
@background_option
@verb
def export(
    desk: Desk, file: Path, where: tuple[str, ...], without: tuple[str, ...],
    external: str | None, order: str | None, columns: str | None, mask: str | None,
    language: str | None, *, background: bool,
) -> int:  # fmt: skip
    """Write customers with their codes into a file."""
    with desk.register() as register:
        fields, say = register.fields.known(), _say(desk, language)
        asked = {
            "columns": _names(desk, columns, fields),
            "masked": _names(desk, mask, fields) or (),
            **_sought(desk, register, where, without, external, order),
        }
        intake.require_exportable(file)
        if background:
            return queued(desk, register, "export", file=file, language=say.language, **asked)
        writing = intake.export(register, file, say, **asked)
        count = desk.out.follow("cli.export.writing", writing)
    value = {"file": str(file), "customers": count}
    desk.give(value, lambda: desk.out.line(desk.say("cli.export.done", count=count, file=file)))
    return exits.OK


@click.command()
@_FILE
@click.option("--columns", metavar="FACT,FACT...")
@click.option("--rule", metavar="NAME")
@_LANGUAGE
@verb
def template(
    desk: Desk, file: Path, columns: str | None, rule: str | None, language: str | None
) -> None:
    """Write a workbook to fill in and import."""
    with desk.register() as register:
        names = _names(desk, columns, register.fields.known())
        say = _say(desk, language)
        blanks = intake.write_template(register, file, say, columns=names, rule=rule)
    value = {"file": str(file), "columns": blanks}
    told = {"count": len(blanks), "file": file}
    desk.give(value, lambda: desk.out.line(desk.say("cli.template.done", **told)))


@click.command()
@_FILE
@click.argument("codes", nargs=-1, metavar="[CODE]... [-]")
@_sought_options
@click.option("--layout", type=click.Choice(list(intake.LAYOUTS)), default="a4-3x8",
              show_default=True)  # fmt: skip
@click.option("--qr", is_flag=True)
@click.option("--code128", is_flag=True)
@click.option("--lines", metavar="FACT,FACT...")
@unmasked_option
@_LANGUAGE
@verb
def labels(
    desk: Desk, file: Path, codes: tuple[str, ...], where: tuple[str, ...],
    without: tuple[str, ...], external: str | None, order: str | None, layout: str,
    lines: str | None, language: str | None, *, qr: bool, code128: bool, unmasked: bool,
) -> None:  # fmt: skip
    """Write labels with the codes of customers."""
    said = tuple(desk.said(codes, hint=desk.say("cli.labels.ask")))
    if said and (where or without or external or order):
        raise click.UsageError(desk.say("cli.labels.either"))
    marks = [mark for mark, is_wanted in (("qr", qr), ("code128", code128)) if is_wanted]
    with desk.register() as register:
        sought = _sought(desk, register, where, without, external, order)
        names = _names(desk, lines, register.fields.known())
        writing = intake.write_labels(
            register, file, _say(desk, language), codes=said, layout=layout,
            marks=marks or None, lines=("name",) if names is None else names,
            masked=() if unmasked else None, **sought,
        )  # fmt: skip
        count = desk.out.follow("cli.labels.writing", writing)
    value = {"file": str(file), "labels": count}
    desk.give(value, lambda: desk.out.line(desk.say("cli.labels.done", count=count, file=file)))


def _say(desk: Desk, language: str | None) -> Wording:
    """Give the language of a file: it may be for somebody else."""
    return Wording(language) if language else desk.say


def _names(desk: Desk, said: str | None, fields: Fields) -> list[str] | None:
    """Read names with commas between them, as headings have them."""
    if said is None:
        return None
    own = {desk.say(f"register-column.{one}"): one for one in OF_REGISTER if one != "code"}
    listed = filter(None, map(str.strip, said.replace("，", ",").split(",")))
    return [own.get(one) or named(desk, one, fields) for one in listed]


def _sought(
    desk: Desk,
    register: Register,
    where: tuple[str, ...],
    without: tuple[str, ...],
    external: str | None,
    order: str | None,
) -> dict[str, Any]:
    fields = register.fields.known()
    said = desk.said(where, hint=desk.say("cli.find.ask"))
    text, sought = sought_by(desk, said, without, external, fields)
    return {**sought, "text": text, "order": order_of(desk, order, fields)}
