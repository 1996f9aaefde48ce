"""A source opened, its table found, and each column told what it is: what a plan is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from mintmark.customer import Fields
from mintmark.intake.checking import Checked, Dates, Standards, check
from mintmark.intake.exports import recognised, with_names
from mintmark.intake.headings import Table, beside_facts, fact_named, is_own, table
from mintmark.intake.locating import located, require_columns, require_facts
from mintmark.intake.reading import Kept, Place, Sheet, called, open_source
from mintmark.registry import Profile, Register
from mintmark.text import canonical, fold

_SAMPLE = 200  # codes that tell whose they are
Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a source is to be read, as `plan` takes it; whatever is left out is found out."""

    sheet: str | None = None
    header: int | str | None = None
    mapping: Mapping[str, str] | None = None
    ignore: Sequence[str] = ()
    defaults: Mapping[str, str] | None = None
    values: Values | None = None
    profile: str | None = None
    system: str | None = None

    def by_name(self, fields: Fields) -> "Reading":
        """Give it with facts by their names, however they were called. Raises UnknownFact."""
        mapping = {at: fact_named(fact, fields) for at, fact in (self.mapping or {}).items()}
        defaults = {fact_named(fact, fields): v for fact, v in (self.defaults or {}).items()}
        values = {fact_named(fact, fields): v for fact, v in (self.values or {}).items()}
        require_facts((*defaults, *mapping.values(), *values), fields)
        return replace(self, mapping=mapping, defaults=defaults, values=values)

    def settings(self) -> dict[str, Any]:
        """Give it as JSON knows it, for an import to be resumed."""
        return {
            "sheet": self.sheet, "header": self.header, "mapping": dict(self.mapping or {}),
            "ignore": list(self.ignore), "defaults": dict(self.defaults or {}),
            "values": {name: dict(said) for name, said in (self.values or {}).items()},
            "profile": self.profile, "system": self.system,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A table of customers, checked; `program`: whose export it is, `profile`: what knows it.

    `frame`: what was given, where that was no file.
    """

    file: str
    digest: bytes
    sheet: Kept
    table: Table
    checked: Checked
    program: str | None
    profile: str | None
    frame: pl.DataFrame | None = None


def opened(register: Register, path: Place, reading: Reading) -> Opened:
    """Open a source, find its table and check it. Raises what `plan` does."""
    file, fields = called(path), register.fields.known()
    reading = reading.by_name(fields)
    mapping, defaults = reading.mapping or {}, reading.defaults or {}
    source = open_source(path)
    extra = [*mapping, *reading.ignore, *_names(fields), *_of_profiles(register)]
    frame = path if isinstance(path, pl.DataFrame) else None
    header = reading.header if frame is None else 1
    sheet, row = located(source, file, reading.sheet, header, extra)
    headings = [cell or "" for cell in sheet.cells.row(row - 1)]
    profile = _profile(register, reading.profile, headings)
    if profile is not None:
        mapping = {**profile.mapping, **mapping}
        defaults = {**profile.defaults, **defaults}
    ignored = [*reading.ignore, *(_there(profile.ignored, headings) if profile else ())]
    told: dict[str, str] = {}
    if export := recognised(headings):
        sheet, told = with_names(sheet, row, export), export.told(headings, ignored)
        # What is said goes first, of a column as of a fact.
        mapping = {**{t: f for t, f in told.items() if f not in mapping.values()}, **mapping}
        made = [text for text in export.told(headings) if text not in headings]
        ignored += [*made, *_there([*export.again, *export.parts(headings)], headings)]
    found = table(
        sheet, row, mapping=mapping, ignore=ignored, fields=fields, taken=set(told.values()),
        file=file,
    )  # fmt: skip
    if reading.system is None:
        found = _without_keys(found)
    found = _with_own_codes(found, sheet, register)
    standards = Standards(
        rules=register.rules(), fields=fields, today=register.today(), country=register.country,
        defaults=defaults,
    )  # fmt: skip
    require_columns(found, sheet, file, standards)
    values = joined(profile.values if profile else {}, reading.values or {})
    dates = Dates(order=profile.order, since_1904=profile.since_1904) if profile else Dates()
    return Opened(
        file=file, digest=source.digest, sheet=Kept.of(sheet), table=found,
        checked=check(sheet, found, standards, values=values, dates=dates),
        program=export.name if export else None, profile=profile.name if profile else None,
        frame=frame,
    )  # fmt: skip


def _names(fields: Fields) -> list[str]:
    return [text for name, field in fields.items() for text in field.called(name)]


def _of_profiles(register: Register) -> list[str]:
    return [text for saved in register.profiles.list() for text in saved.profile.headings]


def _profile(register: Register, name: str | None, headings: Sequence[str]) -> Profile | None:
    """Give the profile of this name, or the one that knows a file with these headings."""
    if name is not None:
        return register.profiles.named(name).profile
    known = register.profiles.recognise([text for text in headings if not is_own(text)])
    return known.profile if known else None


def _there(ignored: Sequence[str], headings: Sequence[str]) -> list[str]:
    """Give what is left alone of this file, which may have lost a column of no use."""
    known = {fold(text) for text in headings}
    return [text for text in ignored if fold(text) in known]


def joined(kept: Values, said: Values) -> dict[str, dict[str, str]]:
    """Give what a profile says of values, and what is said now, which goes first."""
    return {fact: {**kept.get(fact, {}), **said.get(fact, {})} for fact in {**kept, **said}}


def _with_own_codes(found: Table, sheet: Sheet, register: Register) -> Table:
    """Take a column of codes for what it is, if they are the register's own: as in its exports."""
    for column in found.unknown:
        if beside_facts(column.heading) != "code":
            continue
        texts = sheet.cells[column.letter].slice(found.row).drop_nulls().head(_SAMPLE)
        known = register.meeting().there([canonical(text) for text in texts])
        if len(texts) and len(known) > len(texts) / 2:
            columns = (replace(c, fact="code") if c == column else c for c in found.columns)
            unknown = tuple(c for c in found.unknown if c != column)
            return replace(found, columns=tuple(columns), unknown=unknown)
    return found


def _without_keys(found: Table) -> Table:
    """Leave a system's own ids alone where nobody says which system it is."""
    columns = (replace(one, fact=None) if one.fact == "key" else one for one in found.columns)
    return replace(found, columns=tuple(columns))
