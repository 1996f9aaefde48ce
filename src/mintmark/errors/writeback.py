"""What can be wrong where codes are written back: in a file, or in another system's database."""

from dataclasses import dataclass, field

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class ChangedSince(Refusal, RuntimeError):
    """The file is not the one that was read: its codes may belong to other rows by now."""

    slug = "changed-since"
    file: str


@dataclass(eq=False, kw_only=True)
class NoCodesYet(Refusal, LookupError):
    """None of the source's customers has a code that could be written back."""

    slug = "no-codes-yet"
    source: str


@dataclass(eq=False, kw_only=True)
class NotEditable(Refusal, ValueError):
    """A format that can be read, and not edited without losing something of it."""

    slug = "not-editable"
    file: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class SignedWorkbook(Refusal, ValueError):
    """Any change would break the workbook's digital signature."""

    slug = "signed-workbook"
    file: str


@dataclass(eq=False, kw_only=True)
class FormulaInTheWay(Refusal, ValueError):
    """A cell for a code holds a formula, which other cells may lean on."""

    slug = "formula-in-the-way"
    file: str
    sheet: str
    row: int
    column: str


@dataclass(eq=False, kw_only=True)
class NoRoomBefore(Refusal, ValueError):
    """There is no empty column left of the table."""

    slug = "no-room-before"
    file: str
    sheet: str


@dataclass(eq=False, kw_only=True)
class UnreachableSource(Refusal, RuntimeError):
    """The other system's database cannot be opened; `source` is its URL without password."""

    slug = "unreachable-source"
    source: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownSource(Refusal, ValueError):
    """No URL of a database that codes can be written to."""

    slug = "unknown-source"
    source: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class MissingDriver(Refusal, RuntimeError):
    """The package that talks to this kind of database is not installed."""

    slug = "missing-driver"
    source: str
    package: str


@dataclass(eq=False, kw_only=True)
class UnknownTableThere(Refusal, LookupError):
    """The other system's database has no such table."""

    slug = "unknown-table-there"
    source: str
    table: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownColumnThere(Refusal, LookupError):
    """The other system's table has no such column."""

    slug = "unknown-column-there"
    source: str
    table: str
    column: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class NoCodeColumn(Refusal, LookupError):
    """The other system's table has no column for codes yet; `remedy` is the statement for it."""

    slug = "no-code-column"
    source: str
    table: str
    column: str
    remedy: str


@dataclass(eq=False, kw_only=True)
class UnfitColumn(Refusal, ValueError):
    """The column for codes cannot hold them: no text, or too short."""

    slug = "unfit-column"
    source: str
    table: str
    column: str
    kind: str
    wanted: int


@dataclass(eq=False, kw_only=True)
class NoTransactions(Refusal, RuntimeError):
    """The other system's table is kept in a way that nothing written can be taken back."""

    slug = "no-transactions"
    source: str
    table: str
    engine: str


@dataclass(eq=False, kw_only=True)
class SourceChanged(Refusal, RuntimeError):
    """Rows changed between the plan and the writing; nothing was written."""

    slug = "source-changed"
    source: str
    table: str


@dataclass(eq=False, kw_only=True)
class SourceRefused(Refusal, RuntimeError):
    """The other system's database refused a statement; nothing was written."""

    slug = "source-refused"
    source: str
    table: str
    reason: str = field(repr=False)
