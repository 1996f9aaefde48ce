"""Which part of a code is its number, and where coded digits end and the number begins.

The cheapest description wins: a coded front costs its table and what it says, a number costs its
length, small ones less. A counter that is cut in two gets no cheaper; a branch before it does.

>>> from mintmark.rule.infer.parts import parts_of
>>> codes = [f"{shop}{n:05}" for shop in (101, 102, 207) for n in range(1, 90)]
>>> [(part.kind, part.width) for part in numbered(Grid.of(codes), parts_of("99999999"))]
[('coded', 3), ('seq', 5)]
>>> codes = [f"{n:08}" for n in range(1, 900)]
>>> [(part.kind, part.width) for part in numbered(Grid.of(codes), parts_of("99999999"))]
[('seq', 8)]
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mintmark.rule.infer.coded import divided, kept, literal, only
from mintmark.rule.infer.columns import Attributes
from mintmark.rule.infer.grid import Grid, Ints
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.opaque import based, even, in_order, joined, opaque
from mintmark.rule.infer.parts import ALPHABETS, OPEN, Part, swap

_BITS = 3.33  # a digit's
_WORTH = 0.25  # bits per code that a cut has to save
_MOST = (0.01, 0.985)  # the numbers that are no slips
_OPAQUE = 5  # digits; shorter numbers are counters
_DENSE = 0.15
_ORDERED = 0.8
_LEAST = 0.05
_LEAST_ROWS = 8
_FILLING = 3
_FIRST = 30
_LONG = 5


def numbered(grid: Grid, parts: list[Part], known: Attributes | None = None) -> list[Part]:
    """Give the parts with exactly one number, all others being coded or literal."""
    known = known or Attributes()
    parts = opaque(grid, joined(grid, parts))
    if not any(part.kind == "random" for part in parts):
        number = _chosen(grid, parts)
        if number is None:
            return parts
        parts = _pictured(grid, _cut(grid, parts, number, known))
    rest = [_rest(grid, part, known) if part.kind in OPEN else [part] for part in parts]
    return [part for pieces in rest for part in pieces]


def _chosen(grid: Grid, parts: list[Part]) -> Part | None:
    """Choose the rightmost open part that has many values."""
    candidates = [part for part in parts if part.kind in OPEN]
    if not candidates:
        candidates = [part for part in parts if part.kind == "coded" and part.width > 1][-1:]
    if not candidates:
        return None
    distinct = [len(grid.values(part.start, part.stop)) for part in candidates]
    worth = [
        many for many, part in zip(distinct, candidates, strict=True) if part.kind != "letters"
    ] or distinct
    enough = [
        part
        for many, part in zip(distinct, candidates, strict=True)
        if many >= _LEAST * max(worth) and (part.kind != "letters" or worth is distinct)
    ]
    return enough[-1]


def _cut(grid: Grid, parts: list[Part], part: Part, known: Attributes) -> list[Part]:
    if part.kind != "digits":
        return swap(parts, part, based(grid, part))
    at = _boundary(grid, part)
    if not at:
        return swap(parts, part, [_decimal(grid, part)])
    front, number = part.cut(part.start + at)
    return swap(parts, part, [*_front(grid, front, known), _decimal(grid, number)])


def _boundary(grid: Grid, part: Part) -> int:
    """Give how many digits at the front are coded."""
    rows = len(grid)
    costs = [_cost(grid, part, at) for at in range(part.width)]
    best = int(np.argmin(costs))
    if rows < _LEAST_ROWS:
        return 0
    if not best:
        return _constant(grid, part)
    values = grid.values(part.start, part.start + best)
    if costs[best] > costs[0] - _WORTH * rows - 10 or only(values, rows):
        return _constant(grid, part)
    common = kept(values)
    while best > 1 and all(value[best - 1] == "0" for value in common):
        best -= 1  # zeros before a number are the number's
    return best


def _constant(grid: Grid, part: Part) -> int:
    """Give how many digits at the front are the same and no number's.

    Zeros are the number's own, and 10001 begins a counter that started at 10000; but before a
    number that begins at 1, or is drawn by lot, 69 stands for itself.
    """
    rows, same = len(grid), 0
    while same < part.width - 1 and only(grid.values(part.start, part.start + same + 1), rows):
        same += 1
    front = next(iter(grid.values(part.start, part.start + same))) if same else ""
    told = front.rstrip("0")
    if len(told.lstrip("0")) < 2:  # noqa: PLR2004
        return 0
    rest = part.cut(part.start + len(told))[1]
    low = float(np.quantile(grid.numbers(rest.start, rest.stop), _MOST[0]))
    small = low < max(_FIRST, 0.001 * 10**rest.width)
    return len(told) if small or even(grid, part.cut(part.start + same)[1]) else 0


def _cost(grid: Grid, part: Part, at: int) -> float:
    """Give the bits that it takes to write the part down if its front is coded.

    A number costs what the range behind its front costs; or, if most are small, its magnitude and
    where it lies among those of one magnitude.
    """
    rows, middle = len(grid), part.start + at
    numbers = grid.numbers(middle, part.stop)
    low, high = np.quantile(numbers, _MOST)
    sizes = np.floor(np.log2(np.maximum(numbers - low, 0) + 1))
    tail = min(
        rows * np.log2(high - low + 1),
        _entropy(np.unique(sizes, return_counts=True)[1]) + sizes.sum(),
    )
    if not at:
        return float(tail)
    _, fronts, counts = np.unique(
        grid.texts(part.start, middle), return_inverse=True, return_counts=True
    )
    highest = np.zeros(len(counts))
    np.maximum.at(highest, fronts, np.clip(numbers, low, high) - low)
    digits = (part.width - at) * _BITS
    ranged = (counts * np.log2(highest + 1) + digits).sum()
    table = len(counts) * (at * _BITS + np.log2(rows))
    return float(min(tail, ranged) + _entropy(counts) + table)


def _entropy(counts: Ints) -> float:
    """Give the bits that it takes to say of all rows which value each has."""
    return float(-(counts * np.log2(counts / counts.sum())).sum())


def _front(grid: Grid, part: Part, known: Attributes) -> list[Part]:
    """Make the digits before a number coded; a front that all of them share is literal."""
    values = kept(grid.values(part.start, part.stop))
    if len(values) == 1:
        return [literal(part, values[0])]
    same = next((n for n in range(part.width) if len({v[: n + 1] for v in values}) > 1), part.width)
    zeros = min(len(value) - len(value.lstrip("0")) for value in values)
    if zeros >= _FILLING or (same > 1 and part.width - same > 1 and part.width >= _LONG):
        front, rest = part.cut(part.start + max(zeros, same))
        return [
            literal(front, values[0][: front.width]),
            *divided(grid, rest, [value[front.width :] for value in values], known),
        ]
    return divided(grid, part, values, known)


def _decimal(grid: Grid, part: Part) -> Part:
    numbers = grid.numbers(part.start, part.stop)
    level = even(grid, part)
    ordered = in_order(numbers)
    density = len(np.unique(numbers)) / 10.0**part.width
    opaque = part.width >= _OPAQUE and level and ordered < _ORDERED and density < _DENSE
    evidence = (Evidence("order", (ordered,)), Evidence("density", (density,)))
    return replace(
        part, kind="random" if opaque else "seq", evidence=evidence,
        confidence=0.75 if opaque else 0.95,
    )  # fmt: skip


def _pictured(grid: Grid, parts: list[Part]) -> list[Part]:
    """Take a letter and the counter behind it together where the counter runs on (A999, B000)."""
    for front, number in pairwise(parts):
        if number.kind != "seq" or front.kind != "coded" or front.place != "letters":
            continue
        if number.alphabet == "decimal" and _runs_on(grid, front, number):
            form = "A" * front.width + "0" * number.width
            one = replace(number, start=front.start, form=form, place="mixed", confidence=0.9)
            return swap([part for part in parts if part is not front], number, [one])
    return parts


def _runs_on(grid: Grid, front: Part, number: Part) -> bool:
    values = sorted(kept(grid.values(front.start, front.stop)))
    fronts = grid.based(front.start, front.stop, ALPHABETS["letters"])
    order = np.unique(fronts[np.isin(grid.texts(front.start, front.stop), values)])
    if len(values) < 2 or order[0] != 0 or len(values) < 0.8 * (order[-1] + 1):  # noqa: PLR2004
        return False
    numbers = grid.numbers(number.start, number.stop)
    capacity = 10**number.width
    full = [float(numbers[fronts == one].max()) / capacity for one in order[:-1]]
    return float(np.mean([share > 0.95 for share in full])) > 0.9  # noqa: PLR2004


def _rest(grid: Grid, part: Part, known: Attributes) -> list[Part]:
    values = grid.values(part.start, part.stop)
    if only(values, len(grid)):
        return [literal(part, next(iter(values)))]
    common = kept(values)
    many = len(common) / max(1, len(grid))
    sure = 0.9 if many < 0.05 else 0.5  # noqa: PLR2004
    return [replace(piece, confidence=sure) for piece in divided(grid, part, common, known)]
