"""What every verb of the command line shares: its options, and what it is handed."""

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import click

from mintmark import opening
from mintmark.cli.output import Output
from mintmark.customer import NO_FIELDS, Fields
from mintmark.intake import fact_named
from mintmark.registry import Register
from mintmark.wording import LANGUAGES, Wording


class Desk:
    """What a verb is handed: the wording, where to print, where the register is."""

    def __init__(self, say: Wording, place: str | None, *, as_json: bool) -> None:
        self.say = say
        self.out = Output(say)
        self.place = place
        self.as_json = as_json

    @contextlib.contextmanager
    def register(self, *, create: bool = False) -> Iterator[Register]:
        """Open the register."""
        with opening.open_register(self.place, create=create) as register:
            self.say.zone = register.time_zone
            yield register

    def today(self) -> date:
        """Give the day it is where no register says whose days count."""
        return datetime.now().astimezone().date()

    def said(self, texts: Iterable[str], *, hint: str) -> Iterator[str]:
        """Give what is said; ``-`` stands for the lines of standard input, which no shell keeps.

        `hint` is shown to whoever is expected to type them.
        """
        for text in texts:
            if text != "-":
                yield text
                continue
            if sys.stdin.isatty():
                self.out.note(hint)
            yield from filter(None, map(str.strip, sys.stdin))

    def asks(self, question: str) -> bool:
        """Ask whether to go on; who is not there to answer says no."""
        try:
            return click.confirm(question, err=True)
        except click.Abort:
            self.out.error("")
            return False

    def called(self, fact: str, fields: Fields) -> str:
        """Give what people call a fact, or a field of the register's own."""
        label = fields[fact].label(self.say.language) if fact in fields else ""
        return label or self.say.fact(fact)

    def plain(self, value: object) -> str:
        """Write the value of a rule's term."""
        if value is None:
            return "—"
        if isinstance(value, dict):
            pairs = (f"{key} = {self.plain(one)}" for key, one in value.items())
            return self.say("list.separator").join(pairs)
        if isinstance(value, list | tuple):
            return self.say("list.separator").join(self.plain(one) for one in value)
        if isinstance(value, datetime):
            return self.say.moment(value)
        if isinstance(value, bool):
            return self.say("word.yes" if value else "word.no")
        return f"{value:,}" if isinstance(value, int) else str(value)

    def moment(self, text: str | None, register: Register) -> datetime | None:
        """Read until when: a day (to its end), a time of the register's zone, or 30m, 8h, 3d, 2w.

        Raises click.UsageError.
        """
        if text is None:
            return None
        if span := _SPAN.fullmatch(text.strip()):
            return register.now() + timedelta(**{_UNITS[span[2]]: int(span[1])})
        try:
            read = datetime.fromisoformat(text.strip())
        except ValueError:
            raise click.UsageError(self.say("cli.not-a-moment", text=text)) from None
        if len(text.strip()) <= _DAY:
            read += timedelta(days=1)
        return read if read.tzinfo else read.replace(tzinfo=register.time_zone)

    def listing(
        self, things: dict[str, Sequence[Any]], words: Iterable[str],
        row: Callable[[Any], Sequence[str]], *, none: str,
    ) -> None:  # fmt: skip
        """Print things, by what JSON calls them, as a table under these `words`, or `none`."""
        [found] = things.values()

        def lines() -> None:
            if found:
                self.out.table([self.say(f"column.{word}") for word in words], map(row, found))
            else:
                self.out.line(none)

        self.give(things, lines)

    def give(self, value: object, lines: Callable[[], None]) -> None:
        """Print the value as JSON for a program, or the lines for people."""
        if self.as_json:
            self.out.json(value)
        else:
            lines()


_SPAN = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = len("2026-12-31")
holder_option = click.option("--for", "holder", metavar="NAME")
until_option = click.option("--until", metavar="DAY|TIME|3d|8h")
request_option = click.option("--request", metavar="ID")
limit_option = click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N"
)
language_option = click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False)
register_option = click.option("--register", "place", metavar="FOLDER|URL")
json_option = click.option("--json", "as_json", is_flag=True)


def verb(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the shared options and a desk."""

    @json_option
    @register_option
    @language_option
    @click.pass_context
    @functools.wraps(function)
    def called(context: click.Context, /, *, place: str | None, as_json: bool, **given: Any) -> Any:
        say = context.find_object(Wording)
        if say is None:
            message = "the command line is started by mintmark.cli.main"
            raise RuntimeError(message)
        place, as_json = place or _above(context, "place"), as_json or _above(context, "as_json")
        return function(Desk(say, place, as_json=bool(as_json)), **given)

    return called


def _above(context: click.Context, name: str) -> Any:
    """Give what was said of an option to the commands above."""
    while (above := context.parent) is not None:
        if said := above.params.get(name):
            return said
        context = above
    return None


def assignments(desk: Desk, given: tuple[str, ...], fields: Fields = NO_FIELDS) -> dict[str, str]:
    """Read FACT=VALUE; facts may be named as in a spreadsheet (手机=…), fields by their labels.

    Raises click.UsageError where there is no ``=``.
    """
    return {fact_named(name, fields): value for name, value in pairs(desk, given).items()}


def pairs(desk: Desk, given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE, names as they are. Raises click.UsageError where there is no ``=``."""
    cut = [text.partition("=") for text in given]
    for text, (_, equals, _) in zip(given, cut, strict=True):
        if not equals:
            raise click.UsageError(desk.say("cli.not-an-assignment", text=text))
    return {name.strip(): value for name, _, value in cut}
