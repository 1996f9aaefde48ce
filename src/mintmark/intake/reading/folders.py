"""A folder of files, or a zip of them: every table in them is a sheet.

A sheet is called by its file, and a workbook's by both: ``东区/一月.xlsx › 名单``.
"""

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from mintmark.errors import EmptyFile, UnreadableFile
from mintmark.intake.reading import packed
from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Part, Sheet, Source
from mintmark.text import narrow

WITHIN = " › "
_ENDINGS = {
    ".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods", ".et",
    ".csv", ".tsv", ".tab", ".txt", ".parquet", ".jsonl", ".ndjson",
}  # fmt: skip
_UNSEEN = (".", "~$", "__MACOSX")  # hidden files, locks of an open workbook, what a Mac leaves
_MOST = 1000  # files
Open = Callable[[Path, str], Source]


class Folder:
    """The tables of a folder's files. `skipped` are the files that are none, by their endings."""

    def __init__(
        self, folder: Path, file: str, *, open_file: Open, names: dict[Path, str] | None = None
    ) -> None:
        self._sources: dict[str, tuple[Source, str]] = {}
        self._digest = hashlib.sha256()
        named = names if names is not None else _named(folder)
        kept = {path: name for path, name in named.items() if _is_table(name)}
        self.skipped = tuple(name for path, name in named.items() if path not in kept)
        if not named:
            raise EmptyFile(file=file, sheet="")
        if not kept:
            raise UnreadableFile(file=file, reason=", ".join(self.skipped[:5]))
        if len(kept) > _MOST:
            raise UnreadableFile(file=file, reason=f"{len(kept)} > {_MOST}")
        for path, name in sorted(kept.items(), key=lambda pair: pair[1]):
            if path.stat().st_size:
                self._add(open_file(path, name), name)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the files' names and digests."""
        return self._digest.digest()

    @property
    def names(self) -> list[str]:
        """The names of all tables, by file."""
        return list(self._sources)

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read a table, or its first rows."""
        source, own = self._sources[name]
        read = source.sheet(own, rows=rows)
        return replace(read, name=name, origin=tuple(replace(p, name=name) for p in read.origin))

    def _add(self, source: Source, name: str) -> None:
        self._digest.update(f"{name}\0".encode() + source.digest)
        for own in source.names:
            self._sources[f"{name}{WITHIN}{own}" if own else name] = source, own


def _named(folder: Path) -> dict[Path, str]:
    return {
        path: path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not _is_unseen(path.relative_to(folder).as_posix())
    }


def _is_unseen(name: str) -> bool:
    return any(part.startswith(_UNSEEN) for part in name.split("/") if part not in {".", ".."})


def _is_table(name: str) -> bool:
    return Path(name).suffix.casefold() in _ENDINGS


def unpacked(path: Path, file: str, *, open_file: Open) -> Folder:
    """Open a zip: its files are put into a folder of their own for as long as they are read.

    Raises ZipBomb, EncryptedFile, UnreadableFile, or what opening a file raises.
    """
    fingerprint = Fingerprint.of(path, file)
    place = Path(tempfile.mkdtemp(prefix="mintmark-"))
    try:
        folder = Folder(place, file, open_file=open_file, names=_unpack(path, file, place))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    weakref.finalize(folder, shutil.rmtree, place, ignore_errors=True)
    fingerprint.require_same()
    return folder


def _unpack(path: Path, file: str, place: Path) -> dict[Path, str]:
    """Write the tables of a zip under numbers: a name from outside is never used as a path."""
    names = {}
    with packed.opened(path, file) as archive:
        for number, member in enumerate(archive.infolist()):
            name = packed.name_of(member)
            if member.is_dir() or _is_unseen(name):
                continue
            names[target := place / str(number)] = name
            if _is_table(name):
                with target.open("wb") as content:
                    content.writelines(packed.read(archive, member))
    return names


def is_joinable(tables: Sequence[tuple[Sheet, int]]) -> bool:
    """Tell whether tables, each with the row of its headings, have the same ones.

    What stands in columns without a heading, or with one that is there twice, has no place in
    another table.
    """
    heads = [_headings(sheet, row) for sheet, row in tables]
    return all(head is not None and head.keys() == (heads[0] or {}).keys() for head in heads)


def join(tables: Sequence[tuple[Sheet, int]]) -> Sheet:
    """Put tables with the same headings below one another (see `is_joinable`).

    The first is kept as it is; of the others, what stands below the headings. Columns are matched
    by heading, so their order may differ. `Sheet.origin` tells where each row is from.
    """
    first, row = tables[0]
    letters = _headings(first, row) or {}
    frames, parts = [first.cells], list(_origin(first))
    height = first.cells.height
    for sheet, own in tables[1:]:
        moved = height - own
        parts.extend(
            Part(name=part.name, first=max(part.first, own + 1) + moved, shift=part.shift + moved)
            for part in _origin(sheet)
        )
        headings = _headings(sheet, own) or {}
        below = sheet.cells.slice(own).select(
            pl.col(name).alias(letters[heading]) for heading, name in headings.items()
        )
        frames.append(below)
        height += below.height
    return Sheet(name="", cells=pl.concat(frames, how="diagonal"), origin=tuple(parts))


def _headings(sheet: Sheet, row: int) -> dict[str, str] | None:
    """Give heading → letter; None where a column with values cannot be told by its heading."""
    found: dict[str, str] = {}
    below = sheet.cells.slice(row)
    for name, cell in zip(sheet.cells.columns, sheet.cells.row(row - 1), strict=True):
        heading = narrow(cell or "")
        if heading and heading not in found:
            found[heading] = name
        elif below[name].is_not_null().any():
            return None
    return found


def _origin(sheet: Sheet) -> tuple[Part, ...]:
    return sheet.origin or (Part(name=sheet.name, first=1, shift=0),)
