"""Every refusal: a stable slug for machines and typed facts for sentences; no prose, no HTTP.

A refusal is also a `ValueError`, `LookupError` or `RuntimeError`, for callers who know nothing of
Mintmark. The sentence a person reads is in the catalogues, under ``refusal.<slug>``, with the way
out under ``refusal.<slug>.way-out``.

>>> try:
...     raise UnknownCode(code="V-BJ-20231001-99999")
... except LookupError as refusal:
...     print(refusal)
unknown-code (code='V-BJ-20231001-99999')
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import ClassVar


@dataclass(eq=False, kw_only=True)
class Refusal(Exception):
    """Something Mintmark will not do; never raised itself."""

    slug: ClassVar[str] = "refusal"

    def facts(self) -> dict[str, object]:
        """Give what the sentence needs, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.facts().items())
        return f"{self.slug} ({said})" if said else self.slug


# ---------------------------------------------------------------- values


@dataclass(eq=False, kw_only=True)
class MissingFact(Refusal, ValueError):
    """A fact that the rule or the register needs is empty."""

    slug = "missing-fact"
    fact: str


@dataclass(eq=False, kw_only=True)
class UnknownFact(Refusal, ValueError):
    """No such fact of a customer exists."""

    slug = "unknown-fact"
    fact: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownValue(Refusal, ValueError):
    """The code table of the attribute has no entry for the value."""

    slug = "unknown-value"
    fact: str
    value: str
    near: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class ImpossibleDate(Refusal, ValueError):
    """The calendar has no such day."""

    slug = "impossible-date"
    value: str


@dataclass(eq=False, kw_only=True)
class UnreadableDate(Refusal, ValueError):
    """The text is no date, or could be two."""

    slug = "unreadable-date"
    value: str


@dataclass(eq=False, kw_only=True)
class DateOutOfRange(Refusal, ValueError):
    """The date lies before or after what the rule allows."""

    slug = "date-out-of-range"
    fact: str
    value: date
    earliest: date
    latest: date


@dataclass(eq=False, kw_only=True)
class RoundedNumber(Refusal, ValueError):
    """A spreadsheet kept the number in scientific notation: digits are gone."""

    slug = "rounded-number"
    fact: str
    value: str


@dataclass(eq=False, kw_only=True)
class WrongPhone(Refusal, ValueError):
    """No telephone network could dial this."""

    slug = "wrong-phone"
    value: str
    digits: int


@dataclass(eq=False, kw_only=True)
class WrongEmail(Refusal, ValueError):
    """No mail could be sent there."""

    slug = "wrong-email"
    value: str


@dataclass(eq=False, kw_only=True)
class WrongIdNumber(Refusal, ValueError):
    """Neither a resident ID nor a unified social credit code: length or characters are wrong."""

    slug = "wrong-id-number"
    value: str


@dataclass(eq=False, kw_only=True)
class WrongCheckDigit(Refusal, ValueError):
    """The last character of the ID number does not belong to those before it."""

    slug = "wrong-check-digit"
    value: str


@dataclass(eq=False, kw_only=True)
class TooLong(Refusal, ValueError):
    """The text is longer than the register keeps."""

    slug = "too-long"
    fact: str
    value: str
    limit: int


# ---------------------------------------------------------------- rules


@dataclass(eq=False, kw_only=True)
class RuleSyntax(Refusal, ValueError):
    """The rule's text cannot be read at this character (counted from 1)."""

    slug = "rule-syntax"
    text: str
    column: int
    near: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongSequence(Refusal, ValueError):
    """A rule has exactly one sequence, 1 to 18 digits wide."""

    slug = "wrong-sequence"
    text: str
    sequences: int


@dataclass(eq=False, kw_only=True)
class MissingTable(Refusal, ValueError):
    """A coded attribute of the rule has no code table, or an empty one."""

    slug = "missing-table"
    attribute: str


@dataclass(eq=False, kw_only=True)
class UnusedTable(Refusal, ValueError):
    """A code table is given for something that the rule does not code."""

    slug = "unused-table"
    attribute: str


@dataclass(eq=False, kw_only=True)
class WrongTableCode(Refusal, ValueError):
    """A code of a table is empty or has characters that vanish when codes are compared."""

    slug = "wrong-table-code"
    attribute: str
    code: str


@dataclass(eq=False, kw_only=True)
class AmbiguousValue(Refusal, ValueError):
    """One value of a table has two codes."""

    slug = "ambiguous-value"
    attribute: str
    value: str
    codes: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class AmbiguousCode(Refusal, ValueError):
    """One code of a table begins with another, so that codes could be read in two ways."""

    slug = "ambiguous-code"
    attribute: str
    short: str
    long: str


@dataclass(eq=False, kw_only=True)
class WrongRange(Refusal, ValueError):
    """The rule's first day is after its last."""

    slug = "wrong-range"
    earliest: date
    latest: date


@dataclass(eq=False, kw_only=True)
class UnreadableRuleFile(Refusal, ValueError):
    """The rule file is no TOML, or lacks what a rule needs."""

    slug = "unreadable-rule-file"
    file: str
    reason: str


@dataclass(eq=False, kw_only=True)
class NoRule(Refusal, LookupError):
    """Nothing has been published yet (or not that version)."""

    slug = "no-rule"


@dataclass(eq=False, kw_only=True)
class UnknownVersion(Refusal, LookupError):
    """The rule has no such version."""

    slug = "unknown-version"
    version: int
    newest: int


# ---------------------------------------------------------------- codes and customers


@dataclass(eq=False, kw_only=True)
class SequenceFull(Refusal, RuntimeError):
    """All numbers of the scope are used up; Mintmark never starts again from 1."""

    slug = "sequence-full"
    scope: str
    capacity: int


@dataclass(eq=False, kw_only=True)
class CodeTaken(Refusal, RuntimeError):
    """An older rule has already spelt the code that this one would spell."""

    slug = "code-taken"
    code: str


@dataclass(eq=False, kw_only=True)
class NotACode(Refusal, ValueError):
    """The text has no letter or digit that could be a code."""

    slug = "not-a-code"
    text: str


@dataclass(eq=False, kw_only=True)
class UnknownCode(Refusal, LookupError):
    """No such code was ever minted here."""

    slug = "unknown-code"
    code: str


@dataclass(eq=False, kw_only=True)
class IdNumberTaken(Refusal, ValueError):
    """The ID number belongs to a customer of quite another name."""

    slug = "id-number-taken"
    value: str
    code: str


@dataclass(eq=False, kw_only=True)
class LikelyDuplicate(Refusal, ValueError):
    """The customer looks like one who has a code; such rows were to be kept back."""

    slug = "likely-duplicate"
    code: str
    evidence: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class TooBusy(Refusal, RuntimeError):
    """Other writers registered the same customers again and again; nothing was written."""

    slug = "too-busy"
    tries: int


# ---------------------------------------------------------------- files


@dataclass(eq=False, kw_only=True)
class FileMissing(Refusal, LookupError):
    """No such file."""

    slug = "file-missing"
    file: str


@dataclass(eq=False, kw_only=True)
class UnwritableFile(Refusal, RuntimeError):
    """A result cannot be written there."""

    slug = "unwritable-file"
    file: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownFormat(Refusal, ValueError):
    """The name's ending is none of a format that can be written."""

    slug = "unknown-format"
    file: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnreadableFile(Refusal, ValueError):
    """Neither a workbook nor a text table in an encoding that we know."""

    slug = "unreadable-file"
    file: str
    reason: str


@dataclass(eq=False, kw_only=True)
class EncryptedFile(Refusal, ValueError):
    """The workbook asks for a password."""

    slug = "encrypted-file"
    file: str


@dataclass(eq=False, kw_only=True)
class EmptyFile(Refusal, ValueError):
    """There is no customer in it."""

    slug = "empty-file"
    file: str
    sheet: str


@dataclass(eq=False, kw_only=True)
class NotATable(Refusal, ValueError):
    """No row of the sheets looks like the headings of a customer table."""

    slug = "not-a-table"
    file: str
    sheets: tuple[str, ...]
    seen: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class SeveralSheets(Refusal, ValueError):
    """More than one sheet holds a customer table."""

    slug = "several-sheets"
    file: str
    sheets: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownSheet(Refusal, LookupError):
    """The workbook has no sheet of that name."""

    slug = "unknown-sheet"
    file: str
    sheet: str
    sheets: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownColumns(Refusal, ValueError):
    """Headings that are no fact of a customer; row and columns as the spreadsheet counts them."""

    slug = "unknown-columns"
    file: str
    sheet: str
    row: int
    columns: tuple[str, ...]
    values: tuple[str, ...]

    def facts(self) -> dict[str, object]:
        """Give what the sentence needs, and a column to show the way out with."""
        return super().facts() | {"example": self.columns[0]}


@dataclass(eq=False, kw_only=True)
class NoSuchColumn(Refusal, LookupError):
    """A column that was to be mapped or ignored is not in the sheet."""

    slug = "no-such-column"
    file: str
    sheet: str
    row: int
    value: str


@dataclass(eq=False, kw_only=True)
class MissingColumns(Refusal, ValueError):
    """Facts that the rule or the register needs have no column and no default."""

    slug = "missing-columns"
    file: str
    sheet: str
    row: int
    missing: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class ContradictingColumns(Refusal, ValueError):
    """Two columns give two values for one fact."""

    slug = "contradicting-columns"
    fact: str
    columns: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class TooManyCells(Refusal, ValueError):
    """The row has more cells than there are headings."""

    slug = "too-many-cells"
    value: str


# ---------------------------------------------------------------- the store


@dataclass(eq=False, kw_only=True)
class NoRegister(Refusal, LookupError):
    """There is no register at that place."""

    slug = "no-register"
    place: str


@dataclass(eq=False, kw_only=True)
class ServerNotStarted(Refusal, RuntimeError):
    """The embedded PostgreSQL did not come up."""

    slug = "server-not-started"
    folder: str
    reason: str


@dataclass(eq=False, kw_only=True)
class Unreachable(Refusal, RuntimeError):
    """The database does not answer."""

    slug = "unreachable"
    reason: str


@dataclass(eq=False, kw_only=True)
class OldServer(Refusal, RuntimeError):
    """The PostgreSQL server is too old."""

    slug = "old-server"
    version: str
    wanted: int


@dataclass(eq=False, kw_only=True)
class WeakDurability(Refusal, RuntimeError):
    """A setting of the server would let acknowledged codes be lost; `remedy` is SQL to run."""

    slug = "weak-durability"
    setting: str
    value: str
    source: str
    remedy: str


@dataclass(eq=False, kw_only=True)
class NewerRegister(Refusal, RuntimeError):
    """A newer Mintmark has already changed this register's tables."""

    slug = "newer-register"
    migration: str


@dataclass(eq=False, kw_only=True)
class WrongSetting(Refusal, ValueError):
    """A setting has a value that means nothing."""

    slug = "wrong-setting"
    setting: str
    value: str
