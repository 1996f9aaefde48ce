"""Which of many pairs of texts are one slip apart: a letter wrong, too many, lacking, or swapped.

That is the optimal string alignment distance (F. J. Damerau, "A technique for computer detection
and correction of spelling errors", CACM 7, 1964). Most texts are as long as each other, and short:
they are compared as rows of bytes, all at once.

>>> slips = Slips(pl.Series(["13875014587", "13875014578", "13875014580", "1387501458", "x"]))
>>> slips(np.array([0, 0, 0, 1, 0]), np.array([1, 2, 3, 2, 4])).tolist()
[True, True, True, False, False]
"""

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from mintmark.match.linking.coding import Numbers

_WIDEST = 48  # bytes
_AT_ONCE = 50_000  # texts: so few Python objects live at a time
_SWAP = 2  # places that two swapped letters differ in


class Slips:
    """Tells whether distinct texts, by their places among `texts`, are one slip apart."""

    def __init__(self, texts: pl.Series) -> None:
        self._texts = texts
        lengths = texts.str.len_bytes()
        plain = (lengths == texts.str.len_chars()) & (lengths <= _WIDEST)
        self._plain = plain.to_numpy()
        self._lengths = lengths.to_numpy().astype(np.int64)
        self._letters = _letters(texts.set(~plain, ""))

    def __call__(self, a: Numbers, b: Numbers) -> Numbers:
        """Compare two columns of places; where they are the same, nothing is said."""
        plain = self._plain[a] & self._plain[b]
        apart = np.abs(self._lengths[a] - self._lengths[b])
        found = np.zeros(len(a), dtype=np.bool_)
        alike = np.flatnonzero(plain & (apart == 0))
        found[alike] = _substituted(self._letters[a[alike]], self._letters[b[alike]])
        others = np.flatnonzero((plain & (apart == 1)) | ~plain)
        found[others] = self._distances(a[others], b[others]) <= 1
        return found

    def _distances(self, a: Numbers, b: Numbers) -> Numbers:
        one, other = self._texts.gather(a).to_list(), self._texts.gather(b).to_list()
        return np.asarray(cpdist(one, other, scorer=OSA.distance, score_cutoff=1, workers=2))


def _letters(texts: pl.Series) -> Numbers:
    """Give texts of ASCII as rows of bytes, filled up with zeros."""
    width = max(1, int(texts.str.len_bytes().max() or 0))  # type: ignore[arg-type]
    found = np.empty((len(texts), width), dtype=np.uint8)
    for at in range(0, len(texts), _AT_ONCE):
        some = texts.slice(at, _AT_ONCE).str.pad_end(width, "\0")
        found[at : at + _AT_ONCE] = np.frombuffer(
            "".join(some.to_list()).encode("ascii"), np.uint8
        ).reshape(-1, width)
    return found


def _substituted(one: Numbers, other: Numbers) -> Numbers:
    """Tell rows that differ in one place, or in two neighbours that are swapped."""
    differing = one != other
    counts = differing.sum(axis=1)
    found: Numbers = counts <= 1
    two = np.flatnonzero(counts == _SWAP)
    first = differing[two].argmax(axis=1)
    then = np.minimum(first + 1, one.shape[1] - 1)
    crosswise = (one[two, first] == other[two, then]) & (one[two, then] == other[two, first])
    found[two] = differing[two, then] & crosswise & (then > first)
    return found
