"""Tables that well-known programs export, recognised by their headings.

>>> found = recognised(["Record Id", "Contact Owner", "First Name", "Last Name", "Mobile"])
>>> found.name, found.fact_of("mobile"), found.fact_of("Last Name")
('Zoho CRM, contacts', 'phone', None)
>>> found.told(["First Name", "Last Name", "Phone", "Mobile"])
{'Mobile': 'phone', 'First Name + Last Name': 'name'}
>>> recognised(["客户名称", "手机号"]) is None
True
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import polars as pl

from mintmark.intake.headings import _plain as bare
from mintmark.intake.reading import Sheet, letter
from mintmark.text import fold

_HAN = r"[\u3400-\u9fff]"
_JOIN = " + "
_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a program exports: what tells it, what its headings are, and what is one name.

    Headings are folded, except those of `joined`, in the order of a Western name, and of `again`,
    which say the name once more.
    """

    name: str
    telling: frozenset[str]
    facts: Mapping[str, str]
    joined: tuple[str, ...]
    again: tuple[str, ...]

    def fact_of(self, heading: str) -> str | None:
        """Give the fact that a heading names in this export; `key` and `code` may be among them."""
        return self.facts.get(fold(heading)) or self.facts.get(bare(heading))

    def told(self, headings: Iterable[str | None], ignored: Iterable[str] = ()) -> dict[str, str]:
        """Give heading → fact for what is there, the name that `with_names` makes included.

        Each fact once: a work phone beside a mobile one is no second opinion of the same number.
        What is `ignored` tells nothing.
        """
        left = {fold(text) for text in ignored}
        given = [text for text in headings if text and fold(text) not in left]
        texts = given[::-1]  # the first of two alike stays
        there = {bare(text): text for text in texts} | {fold(text): text for text in texts}
        found: dict[str, str] = {}
        for form, fact in self.facts.items():
            if form in there and fact not in found.values():
                found[there[form]] = fact
        if parts := self._there(texts):
            found[_JOIN.join(parts)] = "name"
        return found

    def parts(self, headings: Iterable[str]) -> set[str]:
        """Give the folded headings of the parts of a name, and that of what they make."""
        there = self._there(headings)
        if len(there) < _TWO:  # one part alone is the name
            return set()
        return {fold(_JOIN.join(there)), *map(fold, there)}

    def _there(self, headings: Iterable[str]) -> list[str]:
        written = {fold(text) for text in headings}
        return [part for part in self.joined if fold(part) in written]


def recognised(headings: Iterable[str | None]) -> Export | None:
    """Give the export with these headings, the one with the most telling ones; None for others."""
    there = {form for text in headings if text for form in (bare(text), fold(text))}
    found = [export for export in EXPORTS if export.telling <= there]
    return max(found, key=lambda export: len(export.telling), default=None)


def with_names(sheet: Sheet, row: int, export: Export) -> Sheet:
    """Put first and last names together in a new last column, headed with both.

    A name in Han characters is written surname first and without a space.

    >>> cells = pl.DataFrame({"A": ["First Name", "小明", "Jo"], "B": ["Last Name", "王", None]})
    >>> contacts = next(export for export in EXPORTS if export.joined)
    >>> with_names(Sheet(name="", cells=cells), 1, contacts).cells["C"].to_list()
    ['First Name + Last Name', '王小明', 'Jo']
    """
    places = {
        fold(cell): name
        for name, cell in zip(sheet.cells.columns, sheet.cells.row(row - 1), strict=True)
        if cell
    }
    there = [part for part in export.joined if fold(part) in places]
    if len(there) < _TWO:
        return sheet
    columns = [places[fold(part)] for part in there]
    western = pl.concat_str(columns, separator=" ", ignore_nulls=True)
    chinese = pl.concat_str(columns[-1:] + columns[:-1], ignore_nulls=True)
    name = pl.when(western.str.contains(_HAN)).then(chinese).otherwise(western).replace("", None)
    number = pl.int_range(1, pl.len() + 1)
    heading = pl.when(number == row).then(pl.lit(_JOIN.join(there)))
    joined = heading.when(number > row).then(name).alias(letter(sheet.cells.width))
    return replace(sheet, cells=sheet.cells.with_columns(joined))


def _export(written: Mapping[str, Any]) -> Export:
    return Export(
        name=written["name"],
        telling=frozenset(fold(heading) for heading in written["telling"]),
        facts={fold(heading): fact for heading, fact in written["facts"].items()},
        joined=tuple(written.get("joined", ())),
        again=tuple(written.get("again", ())),
    )


EXPORTS = tuple(
    _export(written)
    for written in tomllib.loads(
        files("mintmark.intake").joinpath("exports.toml").read_text("utf-8")
    )["export"]
)
