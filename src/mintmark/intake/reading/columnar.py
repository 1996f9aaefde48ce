"""Parquet: columns of any type, each value as people would type it."""

from pathlib import Path

import polars as pl

from mintmark.errors import SheetTooLarge, TooManyColumns, UnreadableFile
from mintmark.intake.reading.sheet import letter
from mintmark.intake.reading.structure import COLUMNS

MAGIC = b"PAR1"
_CELLS = 200_000_000  # a few bytes may stand for all of them


def read(path: Path, file: str, most: int | None) -> pl.DataFrame:
    """Read the table, or its first rows. Raises UnreadableFile, SheetTooLarge or TooManyColumns."""
    try:
        lazy = pl.scan_parquet(path, glob=False)
        _require_bearable(lazy, file)
        return (lazy if most is None else lazy.head(most)).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableFile(file=file, reason=str(error).splitlines()[0]) from None


def _require_bearable(lazy: pl.LazyFrame, file: str) -> None:
    width = len(lazy.collect_schema())
    if width > COLUMNS:
        raise TooManyColumns(file=file, line=1, most=COLUMNS)
    height = int(lazy.select(pl.len()).collect().item())
    if height * width > _CELLS:
        cell = f"{letter(width - 1)}{height + 1}"
        raise SheetTooLarge(file=file, sheet="", cell=cell, most=_CELLS)
