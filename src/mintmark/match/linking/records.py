"""Records made ready to be compared: each distinct value once, and each record as its numbers.

They are put in an order that their values decide, so that the order of a file's rows decides
nothing.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from mintmark.match.columns import keys_of_names
from mintmark.match.linking.coding import Numbers, coded
from mintmark.match.linking.spelling import Spelling, numbered, spelt

FACTS = ("name", "former_name", "phone", "email", "id_number", "address", "region")
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A fact of all records: `values`, each once; `codes`, each record's place there or -1.

    `counts` tells how many records have each value.
    """

    values: pl.Series
    codes: Numbers
    counts: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The file's and the register's records together.

    `places` are their rows in the frame that they came from, `known` says which are the register's.
    `details` are the columns beside `FACTS`. `size`: how many records there are to be confused.
    `keys`: the match keys of each distinct name (`name` is its place) as numbers, `told` as texts.
    """

    places: Numbers
    known: Numbers
    columns: dict[str, Column]
    details: tuple[str, ...]
    spelling: Spelling
    keys: pl.DataFrame
    told: pl.DataFrame
    size: int


def gathered(records: pl.DataFrame, known: pl.DataFrame | None, population: int) -> Records:
    """Make records ready; see `link` for what the frames hold."""
    given = _together(records, known)
    order = given.drop("place").hash_rows(_SEED).arg_sort()
    name, former = _names(given["name"].gather(order), given["former_name"].gather(order))
    details = tuple(sorted(set(given.columns) - set(FACTS) - {"place", "known"}))
    # Column by column: a copy of all of them would take as much again as the records themselves.
    columns = {fact: _column(given[fact].gather(order)) for fact in (*FACTS[2:], *details)}
    size = max(population, len(given))
    told = keys_of_names(name.values)
    keys = numbered(told, name.values)
    return Records(
        places=given["place"].gather(order).to_numpy(),
        known=given["known"].gather(order).to_numpy(),
        columns={"name": name, "former_name": former, **columns},
        details=details,
        spelling=spelt(name.values, keys, name.counts[:-1]),
        keys=keys,
        told=told,
        size=size,
    )


def _together(records: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """Give both in one frame of texts; `place` is the row in its own, `known` whose it is."""
    frames = [records] if known is None else [records, known.drop("id", strict=False)]
    told = [
        frame.cast(pl.String).with_columns(
            pl.lit(bool(side)).alias("known"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("place"),
        )
        for side, frame in enumerate(frames)
    ]
    every = pl.concat(told, how="diagonal")
    lacking = [pl.lit(None, pl.String).alias(f) for f in FACTS if f not in every.columns]
    phone = pl.col("phone").str.split(";").list.first()
    return every.with_columns(lacking).with_columns(phone).select(sorted({*every.columns, *FACTS}))


def _column(given: pl.Series) -> Column:
    codes, first = coded(given)
    return _told(given.gather(first), codes)


def _names(name: pl.Series, former: pl.Series) -> tuple[Column, Column]:
    """Give names and former names, numbered together."""
    both = pl.concat([name, former.rename(name.name)])
    codes, first = coded(both)
    values = both.gather(first)
    return _told(values, codes[: len(name)]), _told(values, codes[len(name) :])


def _told(values: pl.Series, codes: Numbers) -> Column:
    counts = np.bincount(codes[codes >= 0], minlength=len(values) + 1)  # the last: of -1
    return Column(values=values, codes=codes, counts=counts)
