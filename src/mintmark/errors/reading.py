"""What can be wrong with a source that is being read."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class FileChanged(Refusal, RuntimeError):
    """Somebody wrote to the file while it was being read."""

    slug = "file-changed"
    file: str


@dataclass(eq=False, kw_only=True)
class ZipBomb(Refusal, ValueError):
    """What is packed in a file would become far too large; `packed` and `unpacked` in bytes."""

    slug = "zip-bomb"
    file: str
    packed: int
    unpacked: int


@dataclass(eq=False, kw_only=True)
class SheetTooLarge(Refusal, ValueError):
    """The sheet reaches over more cells than fit into memory; `cell` is the one farthest out."""

    slug = "sheet-too-large"
    file: str
    sheet: str
    cell: str
    most: int


@dataclass(eq=False, kw_only=True)
class WrongBytes(Refusal, ValueError):
    """Some bytes of a line are not in the encoding of the others; `value`: bytes in hexadecimal."""

    slug = "wrong-bytes"
    file: str
    line: int
    value: str
    encoding: str


@dataclass(eq=False, kw_only=True)
class OpenQuote(Refusal, ValueError):
    """A quotation mark that opens a cell in this line is not closed where a cell can end."""

    slug = "open-quote"
    file: str
    line: int


@dataclass(eq=False, kw_only=True)
class TooManyColumns(Refusal, ValueError):
    """The line has more cells than a spreadsheet has columns."""

    slug = "too-many-columns"
    file: str
    line: int
    most: int


@dataclass(eq=False, kw_only=True)
class WrongRecord(Refusal, ValueError):
    """The line is no JSON object."""

    slug = "wrong-record"
    file: str
    line: int
    reason: str


@dataclass(eq=False, kw_only=True)
class SeveralTables(Refusal, ValueError):
    """A sheet has several tables; `places`: the cells in which their headings begin."""

    slug = "several-tables"
    file: str
    sheet: str
    places: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class NoSuchRow(Refusal, LookupError):
    """The row that should hold the headings is not there, or empty."""

    slug = "no-such-row"
    file: str
    sheet: str
    row: int


@dataclass(eq=False, kw_only=True)
class UnreadableDatabase(Refusal, RuntimeError):
    """The database does not answer, or not with rows; `source` is its URL without the password."""

    slug = "unreadable-database"
    source: str
    reason: str
