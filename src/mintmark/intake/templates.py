"""A workbook to fill in: a heading for each fact, lists to choose from, and what goes where.

Nothing in it is a customer: examples stand in the comments only. A list longer than Excel takes in
a cell's rule (255 characters, MS-XLS 2.4.81) stands on a sheet that nobody sees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from mintmark.customer import FACTS
from mintmark.errors import UnknownFact
from mintmark.intake.exporting.columns import heading_of
from mintmark.intake.read import letter
from mintmark.intake.workbooks import Say, drawn, replacing
from mintmark.registry import Register
from mintmark.rule import Rule

_ROWS = 10_000  # that choose from lists
_LONGEST_LIST = 255  # characters
_FORMATS = {"date": "yyyy-mm-dd", "number": "General"}
_WIDTHS = {"date": 14, "phone": 18, "id_number": 22, "email": 26}
_LISTS = "_lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A column to fill in: its fact, what it takes, and the values to choose from, if any."""

    fact: str
    kind: str
    heading: str
    required: bool
    choices: tuple[str, ...] = ()

    @property
    def takes(self) -> str:
        """What it takes: its kind, or ``choice``."""
        return "choice" if self.choices else self.kind


def write_template(
    register: Register,
    path: Path,
    say: Say,
    *,
    columns: Sequence[str] | None = None,
    rule: str | None = None,
) -> tuple[Blank, ...]:
    """Write a workbook to fill in and import, in the language of `say`; give its columns.

    `columns`: facts, attributes of rules and declared fields; by default all that can be known, and
    those without which there is no code are always there. `rule`: for the codes of one rule only;
    by default, of all that are in force. Raises NoRule, UnknownRule, UnknownFact or UnwritableFile.
    """
    rules = register.rules() if rule is None else [register.rulebook.get(rule).rule]
    blanks = tuple(_blanks(register, rules, say, columns))
    with replacing(path) as file:
        book = xlsxwriter.Workbook(file)
        _Page(book, say, blanks).write()
        _write_notes(book, say, blanks)
        book.close()
    return blanks


def required_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Give the facts without which none of the rules gives a code."""
    shared = [
        name for name in rules[0].attributes if all(name in rule.attributes for rule in rules)
    ]
    return tuple(dict.fromkeys(("name", *(name for name in shared if name != "created"))))


def _blanks(
    register: Register, rules: Sequence[Rule], say: Say, columns: Sequence[str] | None
) -> Iterator[Blank]:
    fields = register.fields.known()
    known, required = {**FACTS, **fields}, required_of(rules)
    named = {name for rule in rules for name in rule.attributes}
    if columns is None:
        named |= {declared.name for declared in register.fields.list()}
        columns = (*FACTS, *(name for name in fields if name in named))
    if strange := [name for name in columns if name not in known]:
        raise UnknownFact(fact=strange[0], known=tuple(known))
    for name in dict.fromkeys((*required, *columns)):
        yield Blank(
            fact=name,
            kind=known[name].kind,
            heading=heading_of(name, fields, say),
            required=name in required,
            choices=_choices(register, rules, name),
        )


def _choices(register: Register, rules: Sequence[Rule], fact: str) -> tuple[str, ...]:
    """Give the values that a code may bear today; of a rule, those for which it applies, too."""
    today = register.today()
    named: list[str] = []
    for rule in rules:
        if fact in rule.tables:
            named += [one.name for one in rule.tables[fact].entries if one.is_good_on(today)]
    if named:
        named += [value for rule in rules for value in dict(rule.terms.when).get(fact, ())]
    return tuple(dict.fromkeys(named))


class _Page:
    """The sheet to fill in."""

    def __init__(self, book: Any, say: Say, blanks: Sequence[Blank]) -> None:
        self._book, self._say, self._blanks = book, say, blanks
        self._sheet = book.add_worksheet(say("template.sheet"))
        self._lists: Any = None
        self._listed = 0

    def write(self) -> None:
        """Write headings with comments, looks and lists of every column."""
        look = {"bold": True, "bottom": 1, "valign": "vcenter"}
        usual = self._book.add_format({**look, "bg_color": "#EEF2F6"})
        needed = self._book.add_format({**look, "bg_color": "#FFE9B8"})
        for place, blank in enumerate(self._blanks):
            form = _FORMATS.get(blank.kind, "@")  # text: no spreadsheet rounds a phone number
            wide = max(_WIDTHS.get(blank.kind, 12), drawn(blank.heading) + 10)
            self._sheet.set_column(place, place, wide, self._book.add_format({"num_format": form}))
            heading = headed(blank, self._say)
            self._sheet.write_string(0, place, heading, needed if blank.required else usual)
            note = explained(blank, self._say)
            box = {"x_scale": 2.2, "y_scale": 0.4 * (2 + note.count("\n") + len(note) // 40)}
            self._sheet.write_comment(0, place, note, box)
            if blank.choices:
                self._choose(place, blank)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, 22)
        self._sheet.repeat_rows(0)

    def _choose(self, place: int, blank: Blank) -> None:
        source: object = list(blank.choices)
        # A comma would cut a value in two.
        if len(",".join(blank.choices)) > _LONGEST_LIST or any("," in one for one in blank.choices):
            source = self._kept(blank.choices)
        rule = {
            "validate": "list", "source": source,
            "error_title": blank.heading[:32],
            "error_message": self._say("template.not-in-list"),
        }  # fmt: skip
        self._sheet.data_validation(1, place, _ROWS, place, rule)

    def _kept(self, choices: Sequence[str]) -> str:
        """Write a list on the hidden sheet and give where it is."""
        if self._lists is None:
            self._lists = self._book.add_worksheet(_LISTS)
            self._lists.hide()
        self._lists.write_column(0, self._listed, choices)
        column = letter(self._listed)
        self._listed += 1
        return f"={_LISTS}!${column}$1:${column}${len(choices)}"


def headed(blank: Blank, say: Say) -> str:
    """Give the heading as it stands in the sheet; what is in brackets is left out on return."""
    return say("template.required", heading=blank.heading) if blank.required else blank.heading


def explained(blank: Blank, say: Say) -> str:
    """Give the comment on a column: what it takes, an example, whether it must be there."""
    lines = [say(f"template.takes.{blank.takes}")]
    if example := _example(blank, say):
        lines.append(say("template.example", example=example))
    lines.append(say("template.must" if blank.required else "template.may"))
    return "\n".join(lines)


def _example(blank: Blank, say: Say) -> str:
    if blank.choices:
        return blank.choices[0]
    if blank.fact in FACTS:
        return say(f"template.of.{blank.fact}")
    return "" if blank.kind == "text" else say(f"template.of-kind.{blank.kind}")


def _write_notes(book: Any, say: Say, blanks: Sequence[Blank]) -> None:
    """Write the sheet that says how to fill in the other one."""
    sheet = book.add_worksheet(say("template.notes"))
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    bold = book.add_format({"bold": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, say("template.notes"), bold)
    sheet.write_string(0, 1, say("template.how"), wrapped)
    for row, blank in enumerate(blanks, start=2):
        sheet.write_string(row, 0, headed(blank, say), bold)
        values = say("template.values", values=blank.choices) if blank.choices else ""
        note = "\n".join(filter(None, (explained(blank, say), values)))
        sheet.write_string(row, 1, note[:32_767], wrapped)
