"""Find the table in a sheet, and what each of its columns is.

>>> fact_of("客户名称"), fact_of(" E-mail "), fact_of("手机号（必填）"), fact_of("微信号")
('name', 'email', 'phone', None)
"""

import re
import tomllib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import polars as pl

from mintmark.customer import NO_FIELDS, Field, Fields
from mintmark.errors import NoSuchColumn, UnknownFact
from mintmark.intake.reading import Sheet
from mintmark.text import fold, narrow

_WRITTEN = tomllib.loads(files("mintmark.intake").joinpath("headings.toml").read_text("utf-8"))
FACTS: tuple[str, ...] = tuple(_WRITTEN["fact"])
_OWN = {fold(heading) for heading in _WRITTEN["no-fact"]["own"]}
_KNOWN: dict[str, str | None] = {
    **dict.fromkeys({fold(heading) for heading in _WRITTEN["no-fact"]["counting"]} | _OWN),
    **{fold(heading): fact for fact, said in _WRITTEN["fact"].items() for heading in (fact, *said)},
}
CODES = tuple(fold(heading) for heading in _WRITTEN["code"]["headings"])  # the plainest first
KEYS = {fold(heading) for heading in _WRITTEN["key"]["headings"]}
PSEUDO: Fields = {"code": Field(limit=200), "key": Field(limit=200)}
"""What a column may have beside facts: a code given before, the source's own id of the row."""
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table; `fact` None: not a fact, left alone."""

    letter: str
    heading: str
    fact: str | None

    @property
    def shown(self) -> str:
        """The column as people find it: its letter and its heading."""
        return f"{self.letter} {self.heading}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Where the headings are (row from 1), the columns, and those with values that nobody knows.

    `beyond` are columns to the right of the last heading: what stands there is a cell too many.
    """

    row: int
    columns: tuple[Column, ...]
    unknown: tuple[Column, ...]
    beyond: tuple[Column, ...]


def fact_of(heading: str) -> str | None:
    """Give the fact that a heading names, None for anything else."""
    return _KNOWN.get(fold(heading)) or _KNOWN.get(_plain(heading))


def fact_named(text: str, fields: Fields) -> str:
    """Give the fact that people mean, by its name, a label or a heading; else the text itself.

    >>> from mintmark.customer import Field
    >>> wechat = {"wechat": Field(labels={"zh": "微信号"})}
    >>> [fact_named(text, wechat) for text in ("微信号", "手机", "QQ")]
    ['wechat', 'phone', 'QQ']
    """
    return _called(fields).get(fold(text)) or fact_of(text) or text.strip()


def _called(fields: Fields) -> dict[str, str]:
    every = ((text, name) for name, field in fields.items() for text in field.called(name))
    return {fold(text): name for text, name in every}


def beside_facts(heading: str) -> str | None:
    """Give which of `PSEUDO` a heading names, None for anything else.

    >>> beside_facts("客户编码"), beside_facts("Record ID"), beside_facts("序号")
    ('code', 'key', None)
    """
    said = {fold(heading), _plain(heading)}
    if not said.isdisjoint(KEYS):
        return "key"
    return "code" if not said.isdisjoint(CODES) and not is_known(heading) else None


def is_known(heading: str) -> bool:
    """Tell whether a heading is a fact, or one of those that may be left alone."""
    return fold(heading) in _KNOWN or _plain(heading) in _KNOWN or heading.strip() == "#"


def is_own(heading: str) -> bool:
    """Tell whether Mintmark itself wrote this column, beside the rows of a workbook."""
    return fold(heading) in _OWN


def _plain(heading: str) -> str:
    return fold(_BRACKETS.sub("", heading))


def table(
    sheet: Sheet,
    row: int,
    *,
    mapping: Mapping[str, str],
    ignore: Sequence[str],
    fields: Fields = NO_FIELDS,
    taken: Container[str] = (),
    file: str,
) -> Table:
    """Read the headings in a row.

    `mapping`: heading or column letter → fact, or one of `PSEUDO`; `ignore`: headings or letters,
    ``*`` for all that nobody knows; `fields`: what is known beside the usual facts, each by its
    name and labels; `taken`: facts that no column has by its heading alone.
    Raises NoSuchColumn or UnknownFact for what these name.
    """
    headings = {
        name: narrow(cell or "")
        for name, cell in zip(sheet.cells.columns, sheet.cells.row(row - 1), strict=True)
    }
    for fact in mapping.values():
        if fact not in FACTS and fact not in fields and fact not in PSEUDO:
            raise UnknownFact(fact=fact, known=(*FACTS, *fields))
    owned = _called(fields)
    mapped: dict[str, str | None] = {}
    wishes: dict[str, str | None] = {**dict.fromkeys(ignore), **mapping}
    wishes.pop("*", None)
    for wanted, wish in wishes.items():
        if not (letters := letters_of(headings, wanted)):
            raise NoSuchColumn(file=file, sheet=sheet.name, row=row, value=wanted)
        mapped |= dict.fromkeys(letters, wish)
    columns = tuple(
        Column(
            letter=name,
            heading=text,
            fact=mapped[name] if name in mapped else _free(_fact(text, owned), taken),
        )
        for name, text in headings.items()
    )
    strange = [
        column
        for column in columns
        if column.letter not in mapped
        and column.fact is None
        and (not is_known(column.heading) or _fact(column.heading, owned) in taken)
        and _has_values(sheet.cells, column.letter, row)
    ]
    last = max(place for place, column in enumerate(columns) if column.heading)
    beyond = tuple(column for column in strange if column in columns[last + 1 :])
    unknown = tuple(column for column in strange if column not in beyond)
    everything = "*" in ignore
    return Table(
        row=row,
        columns=columns,
        unknown=() if everything else unknown,
        beyond=() if everything else beyond,
    )


def fact_in(heading: str, fields: Fields) -> str | None:
    """Give the fact that a heading names, or the field of one's own; None for anything else."""
    return _fact(heading, _called(fields))


def _fact(heading: str, owned: Mapping[str, str]) -> str | None:
    return owned.get(fold(heading)) or owned.get(_plain(heading)) or fact_of(heading)


def _free(fact: str | None, taken: Container[str]) -> str | None:
    return None if fact in taken else fact


def letters_of(headings: Mapping[str, str], *wanted: str) -> list[str]:
    """Give the letters of the columns with one of these headings, or else with that letter.

    `headings`: letter → heading.

    >>> letters_of({"A": "Name", "B": "Phone"}, "phone", "a", "b")
    ['B', 'A', 'B']
    """
    found = []
    for one in wanted:
        named = [at for at, text in headings.items() if text and fold(text) == fold(one)]
        found += named or [at for at in headings if at == one.upper()]
    return found


def _has_values(cells: pl.DataFrame, name: str, row: int) -> bool:
    below = cells[name].slice(row)
    return bool((below.str.strip_chars().str.len_chars() > 0).any())
