"""The structure of equally long codes: from a layout to parts that each are something.

>>> codes = [f"BJ{n:04}" for n in range(1, 60)]
>>> [part.text for part in structure(Grid.of(codes), "AA9999", Attributes())]
['BJ', '{seq:4}']
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mintmark.rule.infer.calendar import length, possible, tokens
from mintmark.rule.infer.checks import checked
from mintmark.rule.infer.coded import kept, lettered
from mintmark.rule.infer.columns import Attributes
from mintmark.rule.infer.dates import dated
from mintmark.rule.infer.grid import Bools, Grid, Ints
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.numbers import numbered
from mintmark.rule.infer.parts import Part, parts_of

_HEADS = 16
_ENOUGH = 20
_SHARE = 0.03
_SAME = 0.85
_MOST = 0.75
_PER_HEAD = 1500


def structure(grid: Grid, layout: str, known: Attributes) -> list[Part]:
    """Give the parts of a layout, from a sample of the codes that have it."""
    parts = lettered(grid, _with_check(grid, layout), known)
    parts, grid = dated(_typical(grid, parts), parts, known.days)
    return numbered(grid, parts, known)


def _with_check(grid: Grid, layout: str) -> list[Part]:
    found = checked(grid, layout)
    if found is None:
        return parts_of(layout)
    check = Part(
        "check", found.start, found.stop, form=found.system, place="mixed",
        options=("of=digits",) if found.digits else (),
        evidence=(Evidence("check-verifies", (found.share, found.chance)),), confidence=0.99,
    )  # fmt: skip
    before = parts_of(layout[: found.start])
    after = [_moved(part, found.stop) for part in parts_of(layout[found.stop :])]
    return [*before, check, *after]


def _moved(part: Part, by: int) -> Part:
    return Part(part.kind, part.start + by, part.stop + by, form=part.form, place=part.place)


def _typical(grid: Grid, parts: list[Part]) -> Grid:
    """Give the rows that have the literals."""
    good: Bools = np.ones(len(grid), np.bool_)
    for part in parts:
        if part.kind == "literal" and part.place in ("letters", "any") and part.form.isalnum():
            good &= grid.texts(part.start, part.stop) == part.form
    return grid.where(good) if good.any() else grid


def groups(grid: Grid, layout: str) -> list[list[str]]:
    """Part the codes of a layout by what they begin with, where other rules seem to follow.

    Gives lists of beginnings; one list, or none, where there is one rule.
    """
    first = parts_of(layout)[0]
    if first.kind == "literal":
        return []
    stop, typical = _heads(grid, first)
    if len(typical) < 2:  # noqa: PLR2004
        return []
    texts = grid.texts(first.start, stop)
    found: list[_Group] = []
    for head in typical[:_HEADS]:
        places = np.flatnonzero(texts == head)
        own = Grid(grid.characters[places], grid.rows[places]).some(_PER_HEAD)
        mark = mark_of(own, layout)
        same = next((group for group in found if group.fits(mark, own)), None)
        if same is None:
            found.append(_Group(mark, own, [head]))
        else:
            same.heads.append(head)
    return [group.heads for group in found] if len(found) > 1 else []


def _heads(grid: Grid, first: Part) -> tuple[int, list[str]]:
    """Give where beginnings end, and the frequent ones: a run of letters, or up to four digits."""
    rows = len(grid)
    stops = [first.stop] if first.kind == "letters" else range(min(first.stop, 4), 0, -1)
    for stop in stops:
        heads = grid.values(first.start, stop)
        typical = [h for h in kept(heads) if heads[h] >= max(_ENOUGH, _SHARE * rows)]
        if sum(heads[head] for head in typical) >= _MOST * rows and len(typical) <= _HEADS:
            return stop, typical
    return first.stop, []


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells a rule from others: its check, and its dates by format and place."""

    check: str
    dates: tuple[tuple[str, int], ...]

    def holds(self, grid: Grid) -> bool:
        """Tell whether other codes have these dates, too."""
        joint = {
            token: values
            for form, start in self.dates
            for token, values in _read(grid, form, start)
        }
        return bool(joint) and bool(possible(joint).mean() >= _SAME)


@dataclass(frozen=True, slots=True)
class _Group:
    mark: Mark
    grid: Grid
    heads: list[str]

    def fits(self, mark: Mark, grid: Grid) -> bool:
        """Whether codes are of this group: those of a short list may not show all dates."""
        if mark.check != self.mark.check:
            return False
        same = mark.dates == self.mark.dates
        return same or self.mark.holds(grid) or mark.holds(self.grid)


def _read(grid: Grid, form: str, start: int) -> Iterator[tuple[str, Ints]]:
    at = start
    for token in tokens(form):
        yield token, grid.numbers(at, at + length(token))
        at += length(token)


def mark_of(grid: Grid, layout: str) -> Mark:
    """Give the mark of some codes of a layout."""
    parts = _with_check(grid, layout)
    check = next((part.form for part in parts if part.kind == "check"), "")
    found = dated(grid, lettered(grid, parts), ())[0]
    dates = tuple((part.form, part.start) for part in found if part.kind == "date")
    return Mark(check, dates)
