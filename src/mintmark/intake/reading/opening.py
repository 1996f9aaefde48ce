"""Open a source, whatever it calls itself: the content decides what it is."""

import zipfile
from pathlib import Path

import polars as pl

from mintmark.errors import EmptyFile, FileMissing, UnreadableFile
from mintmark.intake.reading import columnar, jsonlines, packed
from mintmark.intake.reading.databases import Database, is_url, shown
from mintmark.intake.reading.folders import Folder, unpacked
from mintmark.intake.reading.frames import NAME, Frame
from mintmark.intake.reading.records import Records
from mintmark.intake.reading.sheet import Source
from mintmark.intake.reading.text import Text
from mintmark.intake.reading.workbooks import OLE, Workbook

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_BEGINNING = 1 << 12
_INSIDE = ("xl/", "content.xml", "[Content_Types].xml")  # what makes a zip a workbook


Place = Path | str | pl.DataFrame
"""A file, a folder or a zip of files, the URL of a database, or a frame."""


def open_source(place: Place, *, query: str | None = None) -> Source:
    """Open a file, a folder or a zip of them, a database by its URL, or a frame.

    `query` is the SELECT whose rows are wanted of a database; without it, its tables are the
    sheets. Raises FileMissing, EncryptedFile, EmptyFile, UnreadableFile, UnreadableDatabase,
    NotInstalled, ZipBomb, SheetTooLarge, WrongBytes, TooManyColumns or FileChanged.
    """
    if isinstance(place, pl.DataFrame):
        return Frame(place)
    if isinstance(place, str) and is_url(place):
        return Database(place, query=query)
    path = Path(place)
    if path.is_dir():
        return Folder(path, path.name, open_file=_file)
    if _is_archive(path):
        return unpacked(path, path.name, open_file=_file)
    return _file(path, path.name)


def called(place: Place) -> str:
    """Give what people call a source: a file by its name, a database without its password.

    >>> called("lists/customers.csv"), called("mysql://anna:secret@db/shop?table=customers")
    ('customers.csv', 'mysql+pymysql://anna@db/shop')
    """
    if isinstance(place, pl.DataFrame):
        return NAME
    if isinstance(place, str) and is_url(place):
        return shown(place)
    return Path(place).name


def _file(path: Path, file: str) -> Source:
    """Open one file, which is told to people as `file`."""
    beginning = _beginning(path, file)
    if beginning.startswith((_ZIP, _EMPTY_ZIP, OLE)):
        return Workbook(path, file)
    if beginning.startswith(columnar.MAGIC):
        return Records(path, file, columnar.read)
    # A table whose first heading begins with a brace would be a strange one.
    if beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Records(path, file, jsonlines.read)
    return Text(path, file)


def _beginning(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as content:
            beginning = content.read(_BEGINNING)
            while beginning and not beginning.strip():
                beginning = content.read(_BEGINNING)
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except OSError as error:
        raise UnreadableFile(file=str(path), reason=error.strerror or str(error)) from None
    if not beginning:
        raise EmptyFile(file=file, sheet="")
    return beginning


def _is_archive(path: Path) -> bool:
    """Tell a zip of files from a workbook, which is a zip as well."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with path.open("rb") as content:
        if not content.read(4).startswith((_ZIP, _EMPTY_ZIP)):
            return False
    with packed.opened(path, path.name) as archive:
        return not any(name.startswith(_INSIDE) for name in archive.namelist())
