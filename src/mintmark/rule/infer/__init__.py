"""Learning rules (反推编码规则): which rules explain a list of codes that somebody else made.

`listing` reads the list, `shapes` groups it, `structure` finds what the places of a group are
(`checks`, `coded`, `dates` with `plausible`, `numbers`), `learn` what values and widths they have,
`naming` what they mean, `scopes` where the number restarts; `families` puts it together.

>>> codes = [f"KH{n:06}" for n in range(1, 400)] + [f"V-BJ-202310{n % 28 + 1:02}-{n:04}"
...     for n in range(1, 200)] + ["n/a"]
>>> found = infer(codes)
>>> [(family.rule, family.count) for family in found.families]
[('KH{seq:6}', 399), ('V-BJ-{registered:YYYYMMDD}-{seq:4,reset=month}', 199)]
>>> found.outliers
('n/a',)
"""

from collections.abc import Sequence

import polars as pl

from mintmark.rule.infer.columns import Attributes
from mintmark.rule.infer.families import families_of
from mintmark.rule.infer.inference import Evidence, Family, Guess, Inference
from mintmark.rule.infer.listing import listed

__all__ = ["Evidence", "Family", "Guess", "Inference", "infer"]

_DUPLICATES = 20
_OUTLIERS = 1000


def infer(codes: pl.Series | Sequence[str], attributes: pl.DataFrame | None = None) -> Inference:
    """Give the rules that explain a list of codes, and which codes none of them explains.

    `attributes` are the customers' columns, row by row; they give the parts names and meanings.

    >>> infer(["A-1", "a 1", ""]).duplicates
    ('A-1',)
    """
    listing = listed(codes)
    total = int(listing["times"].sum())
    found, left = families_of(listing, Attributes.of(attributes), total)
    twice = listing.filter(pl.col("times") > 1)
    left = left.sort("row")
    return Inference(
        codes=total,
        distinct=len(listing),
        duplicates=tuple(twice["typed"].head(_DUPLICATES).str.strip_chars()),
        families=tuple(found),
        outliers=tuple(left["typed"].head(_OUTLIERS)),
        outlier_count=int(left["times"].sum()),
    )
