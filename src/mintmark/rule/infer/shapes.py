"""Which shapes belong together: layouts, and the codes that have one.

A layout is a shape in which X stands for "letter or digit". Codes of a random part in base 32 have
hundreds of shapes, but one layout.

>>> from itertools import product
>>> layouts({f"A-{''.join(some)}": 5 for some in product("9A", repeat=3)}, least=3)
[Layout(text='A-XXX', count=40)]
>>> layouts({"AA999999": 70, "A9999999": 30}, least=3)
[Layout(text='AA999999', count=70), Layout(text='A9999999', count=30)]
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

_PURE = 0.92  # the share of one kind of character that makes a place one of this kind
_TOGETHER = 3.0  # shapes so many times more frequent than their places allow stand on their own
_TOWER = 20.0
_FEW = 3
_OWN_SHARE = 0.05
_CLASS = re.compile("[9A中]")


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape or several in one, and how many codes have it."""

    text: str
    count: int

    @property
    def pattern(self) -> str:
        """The regular expression for its shapes."""
        return pattern_of(self.text)

    @property
    def opaque(self) -> bool:
        """Whether it could hold codes of other layouts."""
        return "X" in self.text


def pattern_of(layout: str) -> str:
    r"""Give the regular expression for the shapes of a layout.

    >>> pattern_of("A-XX")
    '^A\\-[9A][9A]$'
    """
    return "^" + "".join("[9A]" if c == "X" else re.escape(c) for c in layout) + "$"


def layouts(shapes: dict[str, int], least: int) -> list[Layout]:
    """Give the layouts with at least so many codes: plain ones first, the most frequent first."""
    frames: dict[str, dict[str, int]] = defaultdict(dict)
    for shape, count in shapes.items():
        frames[_CLASS.sub("x", shape)][shape] = count
    found = [
        layout
        for frame in frames.values()
        if sum(frame.values()) >= least
        for layout in _of_frame(frame, least)
    ]
    return sorted(found, key=lambda layout: (layout.opaque, -layout.count, layout.text))


def _of_frame(shapes: dict[str, int], least: int) -> list[Layout]:
    """Take out the shapes that stand on their own; what is left has mixed places."""
    left, found = dict(shapes), []
    while left:
        own = _own(left, least)
        if not own:
            break
        found += [Layout(shape, left.pop(shape)) for shape in own]
    count = sum(left.values())
    mixed = _mixed(left) if count >= least else ""
    if "X" in mixed:
        found.append(Layout(mixed, count))
    return found


def _own(shapes: dict[str, int], least: int) -> list[str]:
    total = sum(shapes.values())
    ranked = sorted(shapes, key=lambda shape: -shapes[shape])
    if shapes[ranked[0]] >= max(_PURE * total, least):
        return ranked[:1]
    big = [s for s in ranked if shapes[s] >= max(least, _OWN_SHARE * total)]
    covered = sum(shapes[shape] for shape in big)
    if len(big) <= _FEW and covered >= _PURE * total and _apart(big):
        return big
    if _towers(shapes, ranked[0]):
        return ranked[:1]
    likely = _likely(shapes, total)
    return [shape for shape in big if shapes[shape] >= _TOGETHER * likely(shape)]


def _towers(shapes: dict[str, int], first: str) -> bool:
    """Whether one shape stands out of mixed ones that hardly would have it."""
    rest = {shape: count for shape, count in shapes.items() if shape != first}
    if not rest or shapes[first] < sum(rest.values()) or _mixed(rest).count("X") < _FEW:
        return False
    return shapes[first] > _TOWER * _likely(rest, sum(rest.values()))(first)


def _apart(shapes: list[str]) -> bool:
    """Whether no two differ only at the end of a word, as those with a check X or 0-9 do."""
    return not any(
        _only_end(one, other) for place, one in enumerate(shapes) for other in shapes[:place]
    )


def _only_end(one: str, other: str) -> bool:
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return len(places) == 1 and not _CLASS.match(one[places[0] + 1 :])


def _likely(shapes: dict[str, int], total: int) -> Callable[[str], float]:
    """Give how many codes a shape would have if its places were independent of each other."""
    places: list[dict[str, float]] = [defaultdict(float) for _ in next(iter(shapes))]
    for shape, count in shapes.items():
        for place, kind in zip(places, shape, strict=True):
            place[kind] += count / total

    def likely(shape: str) -> float:
        product = float(total)
        for place, kind in zip(places, shape, strict=True):
            product *= place[kind]
        return product

    return likely


def _mixed(shapes: dict[str, int]) -> str:
    total = sum(shapes.values())
    kinds: list[dict[str, int]] = [defaultdict(int) for _ in next(iter(shapes))]
    for shape, count in shapes.items():
        for place, kind in zip(kinds, shape, strict=True):
            place[kind] += count
    return "".join(
        next((kind for kind, count in place.items() if count >= _PURE * total), "X")
        for place in kinds
    )
