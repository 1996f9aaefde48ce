"""A sheet kept small while its rows are being imported: it is needed again for what is reported."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from mintmark.intake.reading.sheet import Part, Sheet

_AT_ONCE = 50_000  # rows that are packed, and unpacked, together


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet, packed (Arrow IPC, zstd) to about a sixth of what its cells take in memory.

    >>> kept = Kept.of(Sheet(name="客户", cells=pl.DataFrame({"A": ["姓名", "王琦", "李娜"]})))
    >>> kept.name, kept.sheet().cells["A"].to_list()
    ('客户', ['姓名', '王琦', '李娜'])
    >>> [cells.rows() for cells in kept.rows(pl.Series([1, 3]))]
    [[('姓名',), ('李娜',)]]
    """

    name: str
    origin: tuple[Part, ...]
    packed: tuple[bytes, ...]

    @classmethod
    def of(cls, sheet: Sheet) -> "Kept":
        """Pack a sheet."""
        parts = sheet.cells.iter_slices(_AT_ONCE) if sheet.cells.height else [sheet.cells]
        return cls(sheet.name, sheet.origin, tuple(map(_packed, parts)))

    def sheet(self) -> Sheet:
        """Give the sheet."""
        cells = pl.concat(map(_unpacked, self.packed))
        return Sheet(name=self.name, cells=cells, origin=self.origin)

    def filled(self, letters: list[str], *, after: int) -> set[str]:
        """Give those of these columns that have a value below a row."""
        tables = (_unpacked(packed).select(letters) for packed in self.packed)
        counts = [
            some.slice(max(0, after - at * _AT_ONCE)).count() for at, some in enumerate(tables)
        ]
        return {letter for letter in letters if any(some[letter][0] for some in counts)}

    def rows(self, numbers: pl.Series) -> Iterator[pl.DataFrame]:
        """Give the cells of rows, in the order of their numbers (from 1), a part at a time."""
        for part, packed in enumerate(self.packed):
            begin = part * _AT_ONCE
            here = numbers.filter((numbers > begin) & (numbers <= begin + _AT_ONCE))
            if len(here):
                yield _unpacked(packed)[here - 1 - begin]


def _packed(cells: pl.DataFrame) -> bytes:
    packed = io.BytesIO()
    cells.write_ipc(packed, compression="zstd")
    return packed.getvalue()


def _unpacked(packed: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(packed))
