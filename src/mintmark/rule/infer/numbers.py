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

import numpy as np

from mintmark.rule.infer.coded import coded, kept, literal, only
from mintmark.rule.infer.grid import Grid, Ints
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.parts import ALPHABETS, OPEN, Part, swap

_BITS = 3.33  # a digit's
_WORTH = 0.25  # bits per code that a cut has to save
_MOST = (0.01, 0.985)  # the numbers that are no slips
_RARE = 0.003
_OPAQUE = 5  # digits; shorter numbers are counters
_DENSE = 0.15
_ORDERED = 0.8
_LEAST = 0.05
_LEAST_ROWS = 8
_SMALL = 40
_LEAST_EVEN = 20
_CHI2 = 28.0  # of nine degrees of freedom, once in a thousand
_FILLING = 3
_LONG = 5


def numbered(grid: Grid, parts: list[Part]) -> list[Part]:
    """Give the parts with exactly one number, all others being coded or literal."""
    parts = _joined(grid, parts)
    number = _chosen(grid, parts)
    if number is None:
        return parts
    parts = _cut(grid, parts, number)
    return [_rest(grid, part) if part.kind in OPEN else part for part in _pictured(grid, parts)]


def _joined(grid: Grid, parts: list[Part]) -> list[Part]:
    """Take together the places of a word of letters and digits that are not told apart.

    Digits left of mixed places are the number's zeros, unless they say something of their own.
    """
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if last is None or last.kind not in OPEN or part.kind not in OPEN:
            made.append(part)
        elif last.kind == "mixed" or (part.kind == "mixed" and _belongs(grid, last)):
            made[-1] = replace(last, stop=part.stop, kind="mixed", place="mixed")
        else:
            made.append(part)
    return made


def _belongs(grid: Grid, part: Part) -> bool:
    values = kept(grid.values(part.start, part.stop))
    zeros = sum(value[0] == "0" for value in values)
    return zeros >= 0.5 * len(values) or len(values) > 0.6 * 10**part.width  # noqa: PLR2004


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


def _cut(grid: Grid, parts: list[Part], part: Part) -> list[Part]:
    if part.kind == "digits":
        at = _boundary(grid, part)
        if at:
            front, number = part.cut(part.start + at)
            return swap(parts, part, [*_front(grid, front), _decimal(grid, number)])
        return swap(parts, part, [_decimal(grid, part)])
    return swap(parts, part, [_based(grid, part)])


def _boundary(grid: Grid, part: Part) -> int:
    """Give how many digits at the front are coded."""
    rows = len(grid)
    costs = [_cost(grid, part, at) for at in range(part.width)]
    best = int(np.argmin(costs))
    if rows < _LEAST_ROWS or costs[best] > costs[0] - _WORTH * rows - 10:
        return 0
    values = grid.values(part.start, part.start + best)
    if not only(values, rows):
        common = kept(values)
        while best > 1 and all(value[best - 1] == "0" for value in common):
            best -= 1  # zeros before a number are the number's
        return best
    # One front: zeros are the number's own, and 10001… is a counter that started at 10000.
    told = next(iter(values)).strip("0")
    return best if len(told) > 1 else 0


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


def _front(grid: Grid, part: Part) -> list[Part]:
    """Make the digits before a number coded; a front that all of them share is literal."""
    values = kept(grid.values(part.start, part.stop))
    if len(values) == 1:
        return [literal(part, values[0])]
    same = next((n for n in range(part.width) if len({v[: n + 1] for v in values}) > 1), part.width)
    zeros = min(len(value) - len(value.lstrip("0")) for value in values)
    if zeros >= _FILLING or (same > 1 and part.width - same > 1 and part.width >= _LONG):
        front, rest = part.cut(part.start + (same if same > zeros else zeros))
        return [literal(front, values[0][: front.width]), coded(rest)]
    return [coded(part)]


def _decimal(grid: Grid, part: Part) -> Part:
    numbers = grid.numbers(part.start, part.stop)
    even = _even(grid, part)
    ordered = in_order(numbers)
    density = len(np.unique(numbers)) / 10.0**part.width
    opaque = part.width >= _OPAQUE and even and ordered < _ORDERED and density < _DENSE
    evidence = (Evidence("order", (ordered,)), Evidence("density", (density,)))
    return replace(
        part, kind="random" if opaque else "seq", evidence=evidence,
        confidence=0.75 if opaque else 0.95,
    )  # fmt: skip


def in_order(numbers: Ints) -> float:
    """Give the share of neighbours in the list that ascend.

    >>> in_order(np.array([1, 2, 3, 5, 4]))
    0.75
    """
    return float((np.diff(numbers) > 0).mean()) if len(numbers) > 1 else 0.5


def _even(grid: Grid, part: Part) -> bool:
    """Whether all digits are about equally frequent at the first place (0 may be missing)."""
    if len(grid) < _LEAST_EVEN:
        return False
    counts = np.bincount(np.maximum(grid.numbers(part.start, part.start + 1), 0), minlength=10)
    counts = counts[1:] if counts[0] < 0.02 * len(grid) else counts  # noqa: PLR2004
    likely = counts.sum() / len(counts)
    return bool(((counts - likely) ** 2 / likely).sum() < _CHI2 + 0.01 * len(grid))


def _based(grid: Grid, part: Part) -> Part:
    alphabet = alphabet_of(grid, part)
    numbers = grid.based(part.start, part.stop, ALPHABETS[alphabet])
    good = np.unique(numbers[numbers >= 0])
    place = "letters" if alphabet == "letters" else "mixed"
    base = replace(part, place=place, alphabet=alphabet)
    if not len(good):
        return replace(base, kind="random", confidence=0.2)
    high = float(np.quantile(good, 0.98)) + 1
    dense = len(good) / high > 0.2 or high < 0.02 * float(len(ALPHABETS[alphabet])) ** part.width  # noqa: PLR2004
    ordered = in_order(numbers) > 0.95 and len(grid) > _SMALL  # noqa: PLR2004
    evidence = (
        Evidence("alphabet", (len(ALPHABETS[alphabet]),)),
        Evidence("density", (len(good) / high,)),
    )
    if dense or ordered:
        return replace(base, kind="seq", evidence=evidence, confidence=0.85)
    return replace(base, kind="random", evidence=evidence, confidence=_opacity(grid, part))


def alphabet_of(grid: Grid, part: Part) -> str:
    """Give the smallest alphabet that has all characters but slips."""
    cut = grid.characters[:, part.start : part.stop]
    found, counts = np.unique(cut, return_counts=True)
    common = {chr(c) for c, n in zip(found, counts, strict=True) if n > _RARE * cut.size} or {
        chr(c) for c in found
    }
    if common <= set(ALPHABETS["letters"]):
        return "letters"
    fitting = [name for name, own in ALPHABETS.items() if common <= set(own)]
    return fitting[0] if fitting else "base36"


def _opacity(grid: Grid, part: Part) -> float:
    """Give how much the places look drawn by lot: by their entropy, as all texts have some."""
    alphabet = ALPHABETS[alphabet_of(grid, part)]
    expected = np.log2(min(len(alphabet), max(2, len(grid))))
    total = 0.0
    for at in range(part.start, part.stop):
        counts = np.array(list(grid.values(at, at + 1).values()))
        total += float(-(counts / len(grid) * np.log2(counts / len(grid))).sum())
    return round(float(min(0.9, (total / part.width / expected) ** 6)), 3)


def _pictured(grid: Grid, parts: list[Part]) -> list[Part]:
    """Take a letter and the counter behind it together where the counter runs on (A999, B000)."""
    for front, number in zip(parts, parts[1:], strict=False):
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


def _rest(grid: Grid, part: Part) -> Part:
    values = grid.values(part.start, part.stop)
    if only(values, len(grid)):
        return literal(part, next(iter(values)))
    many = len(kept(values)) / max(1, len(grid))
    return replace(coded(part), confidence=0.9 if many < 0.05 else 0.5)  # noqa: PLR2004
