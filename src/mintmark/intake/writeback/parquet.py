"""Codes into a Parquet file: one column is added or filled; types and metadata stay."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from mintmark.errors import ChangedSince, UnreadableFile
from mintmark.intake.exporting.parquet import of_system
from mintmark.intake.writeback.places import Place
from mintmark.intake.writeback.weighing import weigh
from mintmark.progress import Progress

_OWN = "ARROW:schema"  # of the columns before; the writer writes its own


def look(path: Path, place: Place, codes: pl.DataFrame) -> pl.DataFrame:
    """See what stands where codes (`row`, `ours`) would go: adds `there` and `state`.

    The names of the columns count as row 1. Raises UnreadableFile, or ChangedSince where the file
    has not got all these rows.
    """
    try:
        scan = pl.scan_parquet(path)
        names = scan.collect_schema().names()
        height = scan.select(pl.len()).collect().item()
        column = [names[place.column]] if place.column < len(names) else []
        cells = scan.select(pl.col(column).cast(pl.String)).collect()
    except PolarsError as error:
        raise UnreadableFile(file=path.name, reason=str(error).splitlines()[0]) from None
    if codes["row"].max() is not None and codes["row"].max() > height + 1:
        raise ChangedSince(file=path.name)
    there = (
        cells.to_series()
        if column
        else pl.Series([None], dtype=pl.String).new_from_index(0, height)
    )
    rows = pl.DataFrame({"there": there}).with_row_index("row", offset=2)
    return weigh(codes.join(rows, on="row", how="left", maintain_order="left"))


def write(path: Path, to: Path, place: Place, writes: pl.DataFrame) -> Iterator[Progress]:
    """Write a Parquet file like the one at `path`, with the codes in `writes` (`row`, `ours`)."""
    scan = pl.scan_parquet(path)
    names = scan.collect_schema().names()
    name = place.heading if place.heading is not None else names[place.column]
    old = pl.col(name).cast(pl.String) if name in names else pl.lit(None, pl.String)
    ours = writes.lazy().select("row", "ours")
    joined = (
        scan.with_row_index("row", offset=2)
        .join(ours, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("ours", old).alias(name))
    )
    order = [name, *names] if place.before else [*names, name]
    kept = {key: said for key, said in pl.read_parquet_metadata(path).items() if key != _OWN}
    with of_system():
        joined.select(list(dict.fromkeys(order))).sink_parquet(to, metadata=kept)
    yield Progress(done=writes.height, total=writes.height)
