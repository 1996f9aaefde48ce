"""A sheet kept small while its rows are being imported: it is needed again for what is reported."""

import io
from dataclasses import dataclass

import polars as pl

from mintmark.intake.reading.sheet import Part, Sheet


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet, packed (Arrow IPC, zstd) to about a sixth of what its cells take in memory.

    >>> kept = Kept.of(Sheet(name="客户", cells=pl.DataFrame({"A": ["姓名", "王琦"]})))
    >>> kept.name, kept.sheet().cells.rows()
    ('客户', [('姓名',), ('王琦',)])
    """

    name: str
    origin: tuple[Part, ...]
    packed: bytes

    @classmethod
    def of(cls, sheet: Sheet) -> "Kept":
        """Pack a sheet."""
        packed = io.BytesIO()
        sheet.cells.write_ipc(packed, compression="zstd")
        return cls(sheet.name, sheet.origin, packed.getvalue())

    def sheet(self) -> Sheet:
        """Give the sheet."""
        return Sheet(name=self.name, cells=pl.read_ipc(io.BytesIO(self.packed)), origin=self.origin)
