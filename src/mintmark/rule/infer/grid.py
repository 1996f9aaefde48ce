"""A sample of codes of one layout as a grid of characters: rows are codes, columns are places.

>>> grid = Grid.of(["A-01", "A-02", "B-01"])
>>> grid.numbers(2, 4).tolist(), grid.values(0, 1)
([1, 2, 1], {'A': 2, 'B': 1})
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ZERO = ord("0")
_NINE = 9
_LONGEST = 18  # digits that fit in 64 bits

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The characters of equally long codes, and the row of the list that each came from."""

    characters: NDArray[np.uint32]
    rows: Ints

    @classmethod
    def of(cls, texts: Sequence[str], rows: Ints | None = None) -> "Grid":
        """Make a grid of texts that are all equally long."""
        width = len(texts[0])
        characters = np.array(texts, dtype=f"U{width}").view(np.uint32).reshape(-1, width)
        return cls(characters, np.arange(len(texts)) if rows is None else rows)

    def __len__(self) -> int:
        return len(self.characters)

    def where(self, kept: Bools) -> "Grid":
        """Give the grid with these rows only."""
        return Grid(self.characters[kept], self.rows[kept])

    def some(self, most: int) -> "Grid":
        """Give every so manieth row, so that there are not more than so many, or hardly."""
        step = max(1, len(self) // most)
        return Grid(self.characters[::step], self.rows[::step])

    def texts(self, start: int, stop: int) -> NDArray[np.str_]:
        """Give what stands in these places."""
        cut = np.ascontiguousarray(self.characters[:, start:stop])
        return cut.view(f"U{stop - start}").ravel()

    def values(self, start: int, stop: int) -> dict[str, int]:
        """Give what stands in these places and how often, the most frequent first."""
        found, counts = np.unique(self.texts(start, stop), return_counts=True)
        ranked = np.argsort(-counts, kind="stable")
        return {str(found[at]): int(counts[at]) for at in ranked}

    def numbers(self, start: int, stop: int) -> Ints:
        """Give the decimal numbers in these places; -1 where there is no digit."""
        digits = self.characters[:, start:stop].astype(np.int64) - _ZERO
        good = ((digits >= 0) & (digits <= _NINE)).all(axis=1)
        return np.where(good, _valued(digits, 10), -1)

    def based(self, start: int, stop: int, alphabet: str) -> Ints:
        """Give the numbers in these places, written in an alphabet; -1 where they are not."""
        values = np.full(128, -1, np.int64)
        values[[ord(c) for c in alphabet]] = np.arange(len(alphabet))
        digits = values[np.minimum(self.characters[:, start:stop], 127)]
        return np.where((digits >= 0).all(axis=1), _valued(digits, len(alphabet)), -1)


def _valued(digits: Ints, base: int) -> Ints:
    total = np.zeros(len(digits), np.int64)
    for place in range(max(0, digits.shape[1] - _LONGEST), digits.shape[1]):
        total = total * base + digits[:, place]
    return total


def mixed_up(column: Ints, turn: int) -> Ints:
    """Give the values of a column in another order, always the same for the same turn.

    >>> mixed_up(np.arange(6), 1).tolist() == mixed_up(np.arange(6), 1).tolist() != list(range(6))
    True
    """
    order = np.arange(1, len(column) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    order ^= order >> np.uint64(29 + turn)
    order *= np.uint64(0xBF58476D1CE4E5B9 + 2 * turn)
    return column[np.argsort(order >> np.uint64(16), kind="stable")]
