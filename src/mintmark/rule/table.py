"""Code tables (代码表): which value of an attribute has which part of a code.

An entry is a code with the spellings of its value; the first spelling is the value's name.

>>> table = CodeTable.of("region", {"BJ": ["北京", "北京市", "Beijing"], "SH": ["上海"]})
>>> table.entry(" beijing ").name, table.entry("bj").code
('北京', 'BJ')
>>> table.entry("北亰")
Traceback (most recent call last):
    ...
mintmark.errors.values.UnknownValue: unknown-value (fact='region', value='北亰', near=('北京',))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from mintmark.errors import (
    AmbiguousCode,
    AmbiguousValue,
    MissingTable,
    UnknownValue,
    WrongTableCode,
)
from mintmark.text import canonical, clean, fold


@dataclass(frozen=True, slots=True)
class Entry:
    """A code and the spellings of the value it stands for."""

    code: str
    spellings: tuple[str, ...]

    @property
    def name(self) -> str:
        """The value's first spelling."""
        return self.spellings[0]


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """The entries of one attribute; proved to be readable back when made."""

    attribute: str
    entries: tuple[Entry, ...]
    _found: Mapping[str, Entry] = field(repr=False)

    @classmethod
    def of(cls, attribute: str, entries: Mapping[str, str | Sequence[str]]) -> "CodeTable":
        """Make a table from code → spellings.

        Raises MissingTable, WrongTableCode, AmbiguousValue or AmbiguousCode.
        """
        made = tuple(_entry(attribute, code, said) for code, said in entries.items())
        if not made:
            raise MissingTable(attribute=attribute)
        _prove_readable(attribute, [canonical(entry.code) for entry in made])
        return cls(attribute, made, _by_spelling(attribute, made))

    def entry(self, value: str) -> Entry:
        """Find the entry by any of its spellings or by its code, else refuse with what is near."""
        if (found := self._found.get(fold(value))) is not None:
            return found
        near = get_close_matches(fold(value), self._found, n=3, cutoff=0.5)
        names = dict.fromkeys(self._found[spelling].name for spelling in near)
        raise UnknownValue(fact=self.attribute, value=value, near=tuple(names))

    def meaning(self, code: str) -> str:
        """Give the name of the value that a code part (in canonical form) stands for."""
        return next(entry.name for entry in self.entries if canonical(entry.code) == code)

    def definition(self) -> dict[str, list[str]]:
        """Give the table as data; `of` reads it back."""
        return {entry.code: list(entry.spellings) for entry in self.entries}


def _entry(attribute: str, code: str, said: str | Sequence[str]) -> Entry:
    spellings = [said] if isinstance(said, str) else said
    kept = tuple(dict.fromkeys(clean(spelling) for spelling in spellings if fold(spelling)))
    # A separator inside would vanish in the canonical form, and two codes could become one.
    if not kept or not code or not code.isalnum():
        raise WrongTableCode(attribute=attribute, code=code)
    return Entry(code.upper(), kept)


def _prove_readable(attribute: str, codes: list[str]) -> None:
    """No code may begin with another: then a row of segments can be read in one way only.

    Sorted, a code that begins with another stands right behind one that it begins with
    (prefix codes: Sardinas and Patterson, 1953).
    """
    for short, long in pairwise(sorted(codes)):
        if long.startswith(short):
            raise AmbiguousCode(attribute=attribute, short=short, long=long)


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
