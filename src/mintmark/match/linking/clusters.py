"""Which records are one customer: the surest pairs first, and nothing against it."""

from collections.abc import Iterable, Sequence

import numpy as np

from mintmark.match.linking.coding import Numbers

UNKNOWN = -1


def clustered(pairs: Numbers, coded: Sequence[bool], numbers: Numbers) -> Numbers:
    """Give each record the smallest place of its cluster.

    Pairs (places, two columns) are joined in their order, the surest first, unless that would make
    one customer of two that are `coded`, or of records with different ID `numbers` (-1: none).
    """
    parent = list(range(len(coded)))
    codes = [place if has else UNKNOWN for place, has in enumerate(coded)]
    ids = numbers.tolist()
    for one, other in _rows(pairs):
        first, second = sorted((_root(parent, one), _root(parent, other)))
        if _at_odds(codes[first], codes[second]) or _at_odds(ids[first], ids[second]):
            continue
        parent[second] = first
        codes[first] = max(codes[first], codes[second])
        ids[first] = max(ids[first], ids[second])
    return np.array([_root(parent, place) for place in range(len(parent))], dtype=np.int64)


def same_numbers(codes: Numbers, pairs: Numbers) -> Numbers:
    """Give the ID numbers of records anew: those that these pairs miswrote become one."""
    parent = list(range(int(codes.max(initial=UNKNOWN)) + 1))
    for one, other in _rows(codes[pairs]):
        first, second = sorted((_root(parent, one), _root(parent, other)))
        parent[second] = first
    roots = np.array([_root(parent, place) for place in range(len(parent))] + [UNKNOWN])
    return roots[codes]


def _rows(pairs: Numbers) -> Iterable[tuple[int, int]]:
    return zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True)


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = place = parent[parent[place]]
    return place


def _at_odds(one: int, other: int) -> bool:
    return one != other and UNKNOWN not in (one, other)
