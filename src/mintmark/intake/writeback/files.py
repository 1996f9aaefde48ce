"""Codes into the file where the customers came from: look first, then write."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from mintmark.errors import ChangedSince, EncryptedFile, NotEditable
from mintmark.intake.writeback import parquet, texts, workbook
from mintmark.intake.writeback.parts import EDITABLE
from mintmark.intake.writeback.places import Place
from mintmark.intake.writeback.putting import digest_of, putting
from mintmark.intake.writeback.weighing import DIFFERING, Counts, count, to_write
from mintmark.progress import Progress

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4
_PARQUET = b"PAR1"


class _Format(Protocol):
    """Has looked into a file, and can write one like it with codes."""

    @property
    def weighed(self) -> pl.DataFrame:
        """What stands there: row, ours, there, state."""
        ...

    def write(self, path: Path, to: Path, place: Place, writes: pl.DataFrame) -> Iterator[Progress]:
        """Write it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What writing codes into a file would do; nothing is written before `write`."""

    path: Path
    place: Place
    counts: Counts
    differences: pl.DataFrame  # row, ours, there
    _digest: bytes = field(repr=False)
    _format: _Format = field(repr=False)

    def target(self, to: Path | None = None, *, in_place: bool = False) -> Path:
        """Give the file that `write` would write: NAME-coded beside it unless said otherwise."""
        if in_place:
            return self.path
        return to or self.path.with_name(f"{self.path.stem}-coded{self.path.suffix}")

    def write(
        self, to: Path | None = None, *, in_place: bool = False, overwrite: bool = False
    ) -> Iterator[Progress]:
        """Write a file like this one with the codes in it, whole or not at all.

        What differs from the codes stays as it is, unless `overwrite`. With `in_place` (or where
        `to` is the file itself) the file is replaced and stays beside it as NAME.bak. Raises
        ChangedSince, UnreadableFile or UnwritableFile.
        """
        target = self.target(to, in_place=in_place)
        is_itself = target.exists() and target.samefile(self.path)
        self._require_same()
        writes = to_write(self._format.weighed, overwrite=overwrite)
        total = writes.height
        yield Progress(done=0, total=total)
        with putting(target.resolve(), keep=is_itself) as name:  # not over a link to it
            yield from self._format.write(self.path, name, self.place, writes)
            self._require_same()
        yield Progress(done=total, total=total)

    def _require_same(self) -> None:
        if digest_of(self.path) != self._digest:
            raise ChangedSince(file=self.path.name)


def plan_file(
    path: Path,
    codes: pl.DataFrame,
    place: Place,
    *,
    digest: bytes | None = None,
    spelling: texts.Spelling | None = None,
) -> FilePlan:
    """Look what writing `codes` (`row`: UInt32 as the spreadsheet counts, `code`) would do.

    `digest`: SHA-256 of the file when its rows were read; `spelling`: how a text table is written,
    where that is known. Raises FileMissing, UnreadableFile, EncryptedFile, NotEditable,
    SignedWorkbook, UnknownSheet, FormulaInTheWay, or ChangedSince where it is another file now.
    """
    now = digest_of(path)
    if digest is not None and digest != now:
        raise ChangedSince(file=path.name)
    ours = codes.select(pl.col("row").cast(pl.UInt32), ours="code").sort("row")
    looked = _look(path, place, ours, spelling)
    weighed = looked.weighed.filter(pl.col("row") > place.headings)
    differing = weighed.filter(pl.col("state") == DIFFERING)
    return FilePlan(
        path=path,
        place=place,
        counts=count(weighed),
        differences=differing.select("row", "ours", "there"),
        _digest=now,
        _format=looked,
    )


def _look(path: Path, place: Place, ours: pl.DataFrame, spelling: texts.Spelling | None) -> _Format:
    with path.open("rb") as file:
        start = file.read(len(_OLE))
    if start.startswith(_PARQUET):
        return _Parquet(weighed=parquet.look(path, place, ours))
    if start.startswith(_OLE):
        raise _of_ole(path)
    if place.heading is not None:
        new = pl.DataFrame({"row": [place.headings], "ours": [place.heading]}, schema=ours.schema)
        ours = pl.concat([new, ours]).sort("row")
    if start.startswith(_ZIP):
        looked = workbook.look(path, place, ours)
        return _Workbook(weighed=looked.weighed, looked=looked)
    spelling = spelling or texts.spelling_of(path)
    return _Text(weighed=texts.look(path, place, ours, spelling), spelling=spelling)


def _of_ole(path: Path) -> EncryptedFile | NotEditable:
    """Tell a workbook under a password from one of before 2007: both are OLE files."""
    if _ENCRYPTED in path.read_bytes():
        return EncryptedFile(file=path.name)
    return NotEditable(file=path.name, known=EDITABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workbook:
    weighed: pl.DataFrame
    looked: workbook.Looked

    def write(self, path: Path, to: Path, place: Place, writes: pl.DataFrame) -> Iterator[Progress]:
        return workbook.write(path, to, place, self.looked, writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    weighed: pl.DataFrame
    spelling: texts.Spelling

    def write(self, path: Path, to: Path, place: Place, writes: pl.DataFrame) -> Iterator[Progress]:
        return texts.write(path, to, place, writes, self.spelling)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parquet:
    weighed: pl.DataFrame

    def write(self, path: Path, to: Path, place: Place, writes: pl.DataFrame) -> Iterator[Progress]:
        return parquet.write(path, to, place, writes)
