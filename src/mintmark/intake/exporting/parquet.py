"""Write frames as Parquet: days and times typed, all else text, and what each column is beside."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
import polars as pl

from mintmark.intake.exporting.columns import Column
from mintmark.progress import Progress

_OF_SYSTEM = re.compile(r"\(os error (\d+)\)")
_PIECE = 20_000  # rows, which stay in memory at once


def write_parquet(
    file: str,
    columns: Sequence[Column],
    frames: Iterator[pl.DataFrame],
    *,
    total: int,
    told: Mapping[str, str],
) -> Iterator[Progress]:
    """Write frames under the names of the columns; `told` goes into the file's metadata.

    So does, under ``mintmark.columns``, a JSON list with name, kind, heading and whether it is
    masked, of each column.
    """
    named = {column.name: column.key for column in columns}
    described = [
        {"name": c.key, "fact": c.name, "kind": c.kind, "heading": c.heading,
         "masked": c.masked is not None}
        for c in columns
    ]  # fmt: skip
    metadata = {"mintmark.columns": orjson.dumps(described).decode(), **told}
    with tempfile.TemporaryDirectory(dir=Path(file).parent, prefix=".pieces-") as folder:
        done = 0
        for number, piece in enumerate(_pieces(frames)):
            with of_system():
                piece.rename(named).write_parquet(Path(folder) / f"{number:06}.parquet")
            done += piece.height
            yield Progress(done=done, total=total)
        pieces = pl.scan_parquet(Path(folder) / "*.parquet")
        with of_system():
            pieces.sink_parquet(file, row_group_size=_PIECE, metadata=metadata)


@contextlib.contextmanager
def of_system() -> Iterator[None]:
    """Raise OSError for an error of the system in writing, which polars tells in words only."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        if (told := _OF_SYSTEM.search(str(error))) is None:
            raise
        raise OSError(int(told[1]), os.strerror(int(told[1]))) from None


def _pieces(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    gathered: list[pl.DataFrame] = []
    for frame in frames:
        gathered.append(frame)
        if sum(one.height for one in gathered) >= _PIECE:
            yield pl.concat(gathered)
            gathered = []
    if gathered:
        yield pl.concat(gathered)
