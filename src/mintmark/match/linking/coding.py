"""Texts as numbers: the same text, the same number."""

from typing import Any

import numpy as np
import polars as pl

Numbers = np.ndarray[tuple[int, ...], np.dtype[Any]]
_SEED = 1


def coded(texts: pl.Series) -> tuple[Numbers, Numbers]:
    """Number texts in the order of their hashes, -1 for null; and tell where each first stands.

    So that is the same for any order of the texts; and sorting numbers takes a fifth of the time of
    a table of texts.

    >>> codes, first = coded(pl.Series(["b", "a", None, "b"]))
    >>> bool(codes[0] == codes[3] != codes[1]), int(codes[2]), sorted(first.tolist())
    (True, -1, [0, 1])
    """
    there = texts.is_not_null().to_numpy()
    hashes = texts.drop_nulls().hash(_SEED).to_numpy()
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    begins = np.r_[True, ranked[1:] != ranked[:-1]][: len(ranked)]
    numbers = np.empty(len(ranked), dtype=np.int32)
    numbers[order] = np.cumsum(begins) - 1
    codes = np.full(len(texts), -1, dtype=np.int32)
    codes[there] = numbers
    return codes, np.flatnonzero(there)[order[begins]]
