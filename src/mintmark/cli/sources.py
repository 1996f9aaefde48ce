"""How a source of customers is said on the command line: where it is, and how it is read."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mintmark.cli.desk import Desk, pairs

_OPTIONS = {
    "sheet": click.option("--sheet"),
    "header": click.option("--header", metavar="ROW|CELL"),
    "profile": click.option("--profile", metavar="NAME"),
    "mapping": click.option("--map", "mapping", multiple=True, metavar="COLUMN=FACT"),
    "ignore": click.option("--ignore", multiple=True, metavar="COLUMN"),
    "defaults": click.option("--default", "defaults", multiple=True, metavar="FACT=VALUE"),
    "values": click.option("--value", "values", multiple=True, metavar="FACT:WRITTEN=MEANT"),
    "system": click.option("--system", metavar="NAME"),
}
COLUMNS = ("sheet", "header", "mapping", "ignore", "defaults", "values")
"""What tells of the columns: all that can be asked for without importing."""
EVERY = tuple(_OPTIONS)
Command = Callable[..., Any]


def reading_options(names: Sequence[str] = EVERY) -> Callable[[Command], Command]:
    """Give a verb the options that say how a source is read, in this order."""

    def given(function: Command) -> Command:
        for name in reversed(names):
            function = _OPTIONS[name](function)
        return function

    return given


def reading_of(desk: Desk, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read these options, as many as the verb has, as `intake.plan` takes them.

    Raises click.UsageError.
    """
    read: dict[str, Callable[[Any], Any]] = {
        "header": lambda said: int(said) if said and said.isdigit() else said,
        "mapping": lambda said: mapping_of(desk, said),
        "defaults": lambda said: pairs(desk, said),
        "values": lambda said: _values(desk, said),
    }
    as_said = {name: given[name] for name in EVERY if name in given}
    return {name: read[name](said) if name in read else said for name, said in as_said.items()}


def source_of(text: str) -> str | Path:
    """Give the URL of a database, or the path of anything else."""
    return text if "://" in text else Path(text)


def mapping_of(desk: Desk, given: Sequence[str]) -> dict[str, str]:
    """Read COLUMN=FACT. Raises click.UsageError."""
    cut = [text.rpartition("=") for text in given]
    if wrong := next((text for text in given if "=" not in text), None):
        raise click.UsageError(desk.say("cli.not-an-assignment", text=wrong))
    return {column: fact for column, _, fact in cut}


def _values(desk: Desk, given: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read FACT:WRITTEN=MEANT. Raises click.UsageError where there is no colon, or no ``=``."""
    found: dict[str, dict[str, str]] = {}
    for name, meant in mapping_of(desk, given).items():
        fact, colon, said = name.partition(":")
        if not colon:
            raise click.UsageError(desk.say("cli.not-a-value", text=f"{name}={meant}"))
        found.setdefault(fact.strip(), {})[said.strip()] = meant.strip()
    return found
