"""A list of codes as a frame: each canonical form once, with its shape.

The shape of a code is its text with 9 for every digit, A for every letter and 中 for every letter
of another script.

>>> frame = listed(pl.Series(["V-BJ-01", " ｖ－ｂｊ－０１", "京-7", ""]))
>>> frame.select("text", "canon", "shape", "times")
shape: (2, 4)
┌─────────┬───────┬─────────┬───────┐
│ text    ┆ canon ┆ shape   ┆ times │
│ ---     ┆ ---   ┆ ---     ┆ ---   │
│ str     ┆ str   ┆ str     ┆ u32   │
╞═════════╪═══════╪═════════╪═══════╡
│ V-BJ-01 ┆ VBJ01 ┆ A-AA-99 ┆ 2     │
│ 京-7    ┆ 京7   ┆ 中-9    ┆ 1     │
└─────────┴───────┴─────────┴───────┘
"""

from collections.abc import Sequence

import polars as pl

from mintmark.text import canonical, narrow

_ASCII = r"^[\x20-\x7e]*$"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー〜", "-"))


def listed(codes: pl.Series | Sequence[str]) -> pl.DataFrame:
    """Give the frame: row (of the first), typed, text, canon, shape, times; in the list's order."""
    typed = pl.Series("typed", codes, dtype=pl.String, strict=False)
    rows = pl.DataFrame({"typed": typed}).with_row_index("row")
    rows = _narrowed(rows.filter(pl.col("typed").str.strip_chars() != ""))
    once = rows.group_by("canon", maintain_order=True).agg(
        pl.col("row", "typed", "text").first(), times=pl.len()
    )
    return once.with_columns(shape=_shape(pl.col("text")))


def _narrowed(rows: pl.DataFrame) -> pl.DataFrame:
    """Add text and canon; only what is not plain ASCII needs to go through Python."""
    plain = rows.select(pl.col("typed").str.contains(_ASCII)).to_series()
    text = pl.col("typed").str.strip_chars().str.to_uppercase()
    simple = rows.filter(plain).with_columns(
        text=text, canon=text.str.replace_all("[^0-9A-Z*]", "")
    )
    odd = rows.filter(~plain)
    if odd.is_empty():
        return simple.filter(pl.col("canon") != "")
    typed = odd["typed"].to_list()
    mapped = odd.with_columns(
        text=pl.Series(
            [narrow(code).translate(_DASHES).upper() for code in typed], dtype=pl.String
        ),
        canon=pl.Series([canonical(code) for code in typed], dtype=pl.String),
    )
    return pl.concat([simple, mapped]).sort("row").filter(pl.col("canon") != "")


def _shape(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all("[0-9]", "9").str.replace_all("[A-Z*]", "A")
    return plain.str.replace_all(r"[^\x00-\x7f]", "中")
