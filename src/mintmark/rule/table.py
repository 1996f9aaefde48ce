"""Code tables (代码表): which value of an attribute has which part of a code.

An entry is a code with the spellings of its value; the first spelling is the value's name. It may
have a parent in the table one level up, and days from and until which new codes may bear it (old
ones are read for ever).

>>> table = CodeTable.of("region", {"BJ": ["北京", "北京市", "Beijing"], "SH": ["上海"]})
>>> table.entry(" beijing ").name, table.entry("bj").code
('北京', 'BJ')
>>> table.entry("北亰")
Traceback (most recent call last):
    ...
mintmark.errors.values.UnknownValue: unknown-value (fact='region', value='北亰', near=('北京',))
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from mintmark.errors import (
    AmbiguousValue,
    DuplicateCode,
    EntryNotValid,
    MissingTable,
    UnknownValue,
    UnreadableDate,
    WrongTableCode,
)
from mintmark.text import canonical, clean, fold

Entries = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_KEYS = {"code", "names", "parent", "since", "until"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code and the spellings of the value it stands for; `code` is in canonical form.

    `parent` is a spelling or the code of an entry one level up; the entry is good for codes minted
    from `since` to `until`, both included.
    """

    code: str
    spellings: tuple[str, ...]
    parent: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def name(self) -> str:
        """The value's first spelling."""
        return self.spellings[0]

    def is_good_on(self, day: date) -> bool:
        """Tell whether codes of that day may bear it."""
        return (self.since or day) <= day <= (self.until or day)

    def definition(self) -> Any:
        """Give the entry as JSON-ready data: its spellings, or an object where there is more."""
        more = {
            "parent": self.parent,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }
        said = {key: value for key, value in more.items() if value is not None}
        return {"names": list(self.spellings), **said} if said else list(self.spellings)


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """The entries of one attribute, or of one level of it (``region:parent``)."""

    attribute: str
    entries: tuple[Entry, ...]
    _found: Mapping[str, Entry] = field(repr=False)
    _by_code: Mapping[str, Entry] = field(repr=False)

    @classmethod
    def of(cls, attribute: str, entries: Entries) -> "CodeTable":
        """Make a table from code → spelling(s) or {names, parent, since, until}.

        A list of such objects, each with its `code`, will do as well. Raises MissingTable,
        WrongTableCode, DuplicateCode or AmbiguousValue.
        """
        made = tuple(_entry(attribute, code, said) for code, said in _pairs(entries))
        if not made:
            raise MissingTable(attribute=attribute)
        by_code: dict[str, Entry] = {}
        for entry in made:
            other = by_code.setdefault(entry.code, entry)
            if other is not entry:
                values = (other.name, entry.name)
                raise DuplicateCode(attribute=attribute, code=entry.code, values=values)
        return cls(attribute, made, _by_spelling(attribute, made), by_code)

    def entry(self, value: str) -> Entry:
        """Find the entry by any of its spellings or by its code, else refuse with what is near."""
        if (found := self.known(value)) is not None:
            return found
        near = get_close_matches(fold(value), self._found, n=3, cutoff=0.5)
        names = dict.fromkeys(self._found[spelling].name for spelling in near)
        raise UnknownValue(fact=self.attribute, value=value, near=tuple(names))

    def known(self, value: str) -> Entry | None:
        """Find the entry by any of its spellings or by its code."""
        return self._found.get(value) or self._found.get(fold(value))

    def valid(self, value: str, day: date) -> Entry:
        """Find the entry and see that codes of that day may bear it. Raises EntryNotValid, too."""
        entry = self.entry(value)
        if not entry.is_good_on(day):
            raise EntryNotValid(
                fact=self.attribute, value=entry.name, since=entry.since, until=entry.until
            )
        return entry

    def of_code(self, code: str) -> Entry | None:
        """Give the entry with this code part (in canonical form)."""
        return self._by_code.get(code)

    def timeless(self) -> "CodeTable":
        """Give the table as if each entry were good for ever."""
        if not any(entry.since or entry.until for entry in self.entries):
            return self
        every = {e.code: {"names": e.spellings, "parent": e.parent} for e in self.entries}
        return CodeTable.of(self.attribute, every)

    def with_entries(self, added: Entries) -> "CodeTable":
        """Give the table with more entries, or with more spellings of entries it has.

        A code never gets another meaning: what it stood for stays its first spelling.
        """
        every: dict[str, Any] = {e.code: e.definition() for e in self.entries}
        for code, said in _pairs(added):
            given = _entry(self.attribute, code, said)
            if (kept := self._by_code.get(given.code)) is not None:
                given = Entry(
                    code=kept.code,
                    spellings=tuple(dict.fromkeys((*kept.spellings, *given.spellings))),
                    parent=kept.parent or given.parent,
                    since=given.since or kept.since,
                    until=given.until or kept.until,
                )
            every[given.code] = given.definition()
        return CodeTable.of(self.attribute, every)

    def definition(self) -> dict[str, Any]:
        """Give the table as data; `of` reads it back."""
        return {entry.code: entry.definition() for entry in self.entries}


def _pairs(entries: Entries) -> Iterable[tuple[str, Any]]:
    if isinstance(entries, Mapping):
        return entries.items()
    return ((str(entry.get("code", "")), entry) for entry in entries)


def _entry(attribute: str, code: str, said: Any) -> Entry:
    more = dict(said) if isinstance(said, Mapping) else {"names": said}
    names = more.get("names", [])
    spellings = [names] if isinstance(names, str) else names
    if not isinstance(spellings, list | tuple) or not all(isinstance(s, str) for s in spellings):
        raise WrongTableCode(attribute=attribute, code=code)
    kept = tuple(dict.fromkeys(clean(spelling) for spelling in spellings if fold(spelling)))
    # A separator inside would vanish in the canonical form, and two codes could become one.
    made = canonical(code)
    if not kept or not code.strip().isalnum() or not made or "*" in made or set(more) - _KEYS:
        raise WrongTableCode(attribute=attribute, code=code)
    days = {key: _day(more[key]) for key in ("since", "until") if more.get(key)}
    return Entry(code=made, spellings=kept, parent=more.get("parent"), **days)


def _day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UnreadableDate(value=str(value)) from None


def _by_spelling(attribute: str, entries: tuple[Entry, ...]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        for spelling in entry.spellings:
            other = found.setdefault(fold(spelling), entry)
            if other is not entry:
                codes = (other.code, entry.code)
                raise AmbiguousValue(attribute=attribute, value=spelling, codes=codes)
    for entry in entries:  # a code is read as its value, unless it is the name of another one
        found.setdefault(fold(entry.code), entry)
    return found
