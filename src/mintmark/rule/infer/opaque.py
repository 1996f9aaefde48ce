"""Parts that say nothing: characters drawn by lot, in one word or in several.

>>> from mintmark.rule.infer.parts import parts_of
>>> codes = [f"C-{n * n * 7919 % 65521:04X}-{n * 40503 % 65536:04X}" for n in range(2000, 2400)]
>>> [part.text for part in opaque(Grid.of(codes), joined(Grid.of(codes), parts_of("A-XXXX-XXXX")))]
['{}', '-', '{random:8,alphabet=hex}']
"""

from dataclasses import replace

import numpy as np

from mintmark.rule.infer.coded import kept, literal, only
from mintmark.rule.infer.grid import Grid, Ints
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.parts import ALPHABETS, OPEN, Part

_RARE = 0.003
_SMALL = 40
_LEAST_EVEN = 20
_CHI2 = 28.0  # of nine degrees of freedom, once in a thousand
_ALWAYS = 0.95
_HALF = 0.5
_MOST = 63  # bits that a number can have
_DENSE = 0.05


def joined(grid: Grid, parts: list[Part]) -> list[Part]:
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
    return zeros >= _HALF * len(values) or len(values) > 0.6 * 10**part.width


def opaque(grid: Grid, parts: list[Part]) -> list[Part]:
    """Make one random part of several that separators part; one number is all a rule has."""
    whole, parts = parts, [piece for part in parts for piece in _bare(grid, part)]
    places = [at for at, part in enumerate(parts) if part.kind in OPEN and _drawn(grid, part)]
    if len(places) < 2:  # noqa: PLR2004
        return whole
    first, last = places[0], places[-1]
    inside = parts[first : last + 1]
    if not all(
        part.kind == "literal" or at in places or _constant(grid, part)
        for at, part in enumerate(inside, first)
    ):
        return whole
    if any(p.kind == "literal" and any(map(str.isalnum, p.form)) for p in inside):
        return whole
    gaps = "".join(p.form if p.kind == "literal" else "X" * p.width for p in inside)
    places = [at for p in inside if p.kind != "literal" for at in range(p.start, p.stop)]
    bare = Grid(grid.characters[:, places], grid.rows)
    one = based(bare, Part("mixed", 0, len(places), place="mixed"))[-1]
    start, stop = inside[0].start, inside[-1].stop
    made = replace(one, kind="random", start=start, stop=stop, gaps=gaps, place="mixed")
    return [*parts[:first], made, *parts[last + 1 :]]


def _constant(grid: Grid, part: Part) -> bool:
    """Whether all have the same digits, as the version of a UUID is."""
    return part.kind in OPEN and only(grid.values(part.start, part.stop), len(grid))


def _bare(grid: Grid, part: Part) -> list[Part]:
    """Cut off the digits that a part always begins with, if what follows is drawn by lot."""
    same, rows = 0, len(grid)
    if part.kind not in OPEN or rows < _LEAST_EVEN:
        return [part]
    while same < part.width - 1 and only(grid.values(part.start, part.start + same + 1), rows):
        same += 1
    if not same:
        return [part]
    front, rest = part.cut(part.start + same)
    if not _drawn(grid, rest):
        return [part]
    return [literal(front, next(iter(grid.values(front.start, front.stop)))), rest]


def _drawn(grid: Grid, part: Part) -> bool:
    """Whether about all values occur that could, evenly."""
    if part.width < 2 or (part.kind == "digits" and not even(grid, part)):  # noqa: PLR2004
        return False
    base = {"digits": 10, "letters": 26}.get(part.kind, 16)
    could = min(float(len(grid)), float(base) ** part.width)
    values = grid.values(part.start, part.stop)
    head = max(grid.values(part.start, part.start + 1).values())
    return len(values) > _HALF * could and head < _HALF * len(grid)


def even(grid: Grid, part: Part) -> bool:
    """Tell whether all digits are about equally frequent at the first place (0 may be missing)."""
    if len(grid) < _LEAST_EVEN:
        return False
    counts = np.bincount(np.maximum(grid.numbers(part.start, part.start + 1), 0), minlength=10)
    counts = counts[1:] if counts[0] < 0.02 * len(grid) else counts
    likely = counts.sum() / len(counts)
    return bool(((counts - likely) ** 2 / likely).sum() < _CHI2 + 0.01 * len(grid))


def in_order(numbers: Ints) -> float:
    """Give the share of neighbours in the list that ascend.

    >>> in_order(np.array([1, 2, 3, 5, 4]))
    0.75
    """
    return float((np.diff(numbers) > 0).mean()) if len(numbers) > 1 else 0.5


def based(grid: Grid, part: Part) -> list[Part]:
    """Make a part a counter or random; what all values begin with is literal before random ones."""
    alphabet = alphabet_of(grid, part)
    numbers = grid.based(part.start, part.stop, ALPHABETS[alphabet])
    good = np.unique(numbers[numbers >= 0])
    place = "letters" if alphabet == "letters" else "mixed"
    base = replace(part, place=place, alphabet=alphabet)
    if not len(good):
        return [replace(base, kind="random", confidence=0.2)]
    density = len(good) / (float(np.quantile(good, 0.98)) + 1)
    said = (Evidence("alphabet", (len(ALPHABETS[alphabet]),)), Evidence("density", (density,)))
    ordered = in_order(numbers) > _ALWAYS and len(grid) > _SMALL
    if density > _DENSE or ordered:
        return [replace(base, kind="seq", evidence=said, confidence=0.85)]
    sure = opacity(grid, base)
    return _random(grid, replace(base, kind="random", evidence=said, confidence=sure))


def _random(grid: Grid, part: Part) -> list[Part]:
    rows, same = len(grid), 0
    while same < part.width - 1 and only(grid.values(part.start, part.start + same + 1), rows):
        same += 1
    if not same or rows < _LEAST_EVEN:
        return [part]
    front, rest = part.cut(part.start + same)
    text = next(iter(grid.values(front.start, front.stop)))
    return [literal(front, text), replace(rest, confidence=opacity(grid, rest))]


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


def opacity(grid: Grid, part: Part) -> float:
    """Give how much the places look drawn by lot: by their entropy, as all texts have some."""
    alphabet = ALPHABETS[part.alphabet]
    expected = np.log2(min(len(alphabet), max(2, len(grid))))
    total = 0.0
    for at in range(part.start, part.stop):
        counts = np.array(list(grid.values(at, at + 1).values()))
        total += float(-(counts / len(grid) * np.log2(counts / len(grid))).sum())
    sure = float(min(0.9, (total / part.width / expected) ** 6))
    too_wide = part.width * np.log2(len(alphabet)) > _MOST
    return round(sure / 2 if too_wide else sure, 3)
