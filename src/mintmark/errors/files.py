"""What can be wrong with a file."""

from dataclasses import dataclass, field

from mintmark.errors.refusal import Refusal


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
    values: tuple[str, ...] = field(repr=False)


@dataclass(eq=False, kw_only=True)
class TooManyCells(Refusal, ValueError):
    """The row has more cells than there are headings."""

    slug = "too-many-cells"
    value: str = field(repr=False)
