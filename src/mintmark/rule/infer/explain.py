"""Which column of the customers explains a coded part.

A column does if each of its values goes with one code, in 95 of 100 rows.

>>> codes = pl.Series(["BJ", "SH", "BJ", "SH", "BJ"])
>>> cities = Column("region", pl.Series(["北京", "上海", "北京市", "上海", "北京"]))
>>> sorted(explained(codes, pl.Series(range(5)), cities).meanings.items())
[('BJ', ['北京', '北京市']), ('SH', ['上海'])]
"""

from dataclasses import dataclass

import polars as pl

from mintmark.rule.infer.columns import Column

_EXPLAINS = 0.95
_LIFT = 0.75
_REPEATED = 2.0
_OWN = 0.6
_SMALL = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """How often values go with their code and codes with their value, and what codes mean."""

    column: str
    share: float
    back: float
    meanings: dict[str, list[str]]


def explained(codes: pl.Series, rows: pl.Series, column: Column) -> Explained | None:
    """Give what a column says of the codes in some rows; None if it does not explain them."""
    pairs = pl.DataFrame({"part": codes, "value": column.values.gather(rows)})
    counts = pairs.drop_nulls().group_by("part", "value").len()
    total = int(counts["len"].sum())
    values = counts["value"].n_unique()
    if (
        not total
        or counts["part"].n_unique() == 1
        or (total >= _SMALL and total < _REPEATED * values)
    ):
        return None
    share = _kept(counts, "value") / total
    base = int(counts.group_by("part").agg(pl.col("len").sum())["len"].max()) / total  # type: ignore[arg-type]
    if share < _EXPLAINS or share - base < _LIFT * (1 - base):
        return None
    back = _kept(counts, "part") / total
    return Explained(column.name, share, back, _meanings(counts))


def _kept(counts: pl.DataFrame, key: str) -> int:
    """Give how many rows are right if each key goes with its most frequent partner."""
    return int(counts.group_by(key).agg(pl.col("len").max())["len"].sum())


def _meanings(counts: pl.DataFrame) -> dict[str, list[str]]:
    """Give each code's spellings, the most frequent first."""
    share = pl.col("len") / pl.col("len").sum().over("value")
    clear = counts.filter(share >= _OWN).sort("len", "value", descending=[True, False])
    found: dict[str, list[str]] = {}
    for code, value, _ in clear.iter_rows():
        found.setdefault(code, []).append(value)
    return found
