"""Compare the codes that are to be written with what stands there already."""

from dataclasses import dataclass

import polars as pl

from mintmark.text import canonical

FILL, SAME, DIFFERING = "fill", "same", "differing"
_STATES = pl.Enum([FILL, SAME, DIFFERING])  # a byte each


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What writing codes would do, in numbers of codes.

    `fill`: the place is empty; `same`: the code is there already, however it is spelt; `differing`:
    something else is there, which only stays or goes as people say. Of a database, `missing`: no
    row has the key; `twice`: several rows have it, and none of them is touched.
    """

    fill: int
    same: int
    differing: int
    missing: int = 0
    twice: int = 0


def weigh(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to `ours` and `there` (null: nothing) the `state`: fill, same or differing.

    >>> told = weigh(pl.DataFrame({"ours": ["K-1"] * 4, "there": [None, " ", "k1", "K-2"]}))
    >>> told["state"].to_list()
    ['fill', 'fill', 'same', 'differing']
    """
    there = pl.col("there").str.strip_chars().fill_null("")
    state = (
        pl.when(there == "").then(pl.lit(FILL))
        .when(there == pl.col("ours")).then(pl.lit(SAME))
        .otherwise(pl.lit(DIFFERING)).cast(_STATES)
    )  # fmt: skip
    weighed = frame.with_columns(state=state).with_row_index("place")
    differing = weighed.filter(pl.col("state") == DIFFERING)
    pairs = zip(differing["place"], differing["ours"], differing["there"], strict=True)
    same = [place for place, ours, other in pairs if canonical(ours) == canonical(other)]
    is_same = pl.col("place").is_in(pl.Series(same, dtype=pl.UInt32).implode())
    mended = pl.when(is_same).then(pl.lit(SAME, _STATES)).otherwise("state")
    return weighed.with_columns(state=mended).drop("place")


def count(weighed: pl.DataFrame, *, missing: int = 0, twice: int = 0) -> Counts:
    """Count the states."""
    found = dict(weighed["state"].value_counts().iter_rows())
    return Counts(
        fill=found.get(FILL, 0),
        same=found.get(SAME, 0),
        differing=found.get(DIFFERING, 0),
        missing=missing,
        twice=twice,
    )


def to_write(weighed: pl.DataFrame, *, overwrite: bool) -> pl.DataFrame:
    """Give what is to be written: into empty places, and over what differs only if asked to."""
    states = [FILL, DIFFERING] if overwrite else [FILL]
    return weighed.filter(pl.col("state").is_in(states))
