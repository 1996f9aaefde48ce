"""Check characters, found by verifying.

A wrong system is right by chance once in ten to 97 codes; one that is right for nine in ten of a
dozen is the one. The characters may stand at the end or, in a word of their own, elsewhere.

>>> from mintmark.checkchar import SYSTEMS
>>> codes = [f"BJ{n:04}" for n in range(1, 40)]
>>> found = checked(Grid.of([f"{c}-{SYSTEMS['luhn'].compute(c[2:])}" for c in codes]), "AA9999-9")
>>> found.system, found.digits, found.start, found.share
('luhn', True, 7, 1.0)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
import polars as pl

from mintmark.checkchar import SYSTEMS
from mintmark.rule.infer.grid import Grid

_SAMPLE = 300
_FEW = 16
_MAYBE = 0.6
_HOLDS = 0.88
_CHANCE = 1e-5
_RATES = {"97-10": 1 / 97, "37-2": 1 / 37, "37-36": 1 / 36, "luhn-36": 1 / 36, "11-2": 1 / 11}
_PLACES = 4
_SEPARATORS = "[^0-9A-Z]"


@dataclass(frozen=True, slots=True)
class Checked:
    """A check system: where its characters stand, and how often they are right."""

    system: str
    digits: bool  # computed over the digits only
    start: int
    stop: int
    share: float
    chance: float


def checked(grid: Grid, layout: str) -> Checked | None:
    """Give the check system of equally long codes; None if there is none."""
    sample = grid.where(np.isin(np.arange(len(grid)), _spread(len(grid))))
    texts = pl.Series(sample.texts(0, len(layout)), dtype=pl.String)
    few = texts.gather_every(max(1, len(texts) // _FEW)).to_list()
    found: Checked | None = None
    for start, stop in _places(layout):
        for system, digits in _systems(layout, stop - start):
            if not _promising(few, system, start, stop, digits=digits):
                continue
            good = verified(texts, system, digits=digits, start=start, stop=stop)
            hits, share = int(good.sum()), float(good.mean() or 0)  # type: ignore[arg-type]
            chance = _at_least(hits, len(texts), _RATES.get(system, 0.1))
            if share < _HOLDS or chance > _CHANCE:
                continue
            if found is None or share > found.share + 0.02:
                found = Checked(system, digits, start, stop, share, chance)
    return found


def _promising(few: list[str], slug: str, start: int, stop: int, *, digits: bool) -> bool:
    """Whether a system holds for most of a few codes: nearly all are ruled out by so few."""
    system, hits = SYSTEMS[slug], 0
    for text in few:
        body = "".join(filter(str.isdigit if digits else str.isalnum, text[:start] + text[stop:]))
        hits += system.fits(body) and system.compute(body) == text[start:stop]
    return hits >= _MAYBE * len(few)


def verified(texts: pl.Series, system: str, *, digits: bool, start: int, stop: int) -> pl.Series:
    """Tell which texts of one layout have the right check characters in these places."""
    check = texts.str.slice(start, stop - start)
    bodies = texts.str.slice(0, start) + texts.str.slice(stop)
    return holds(bodies, check, system, digits=digits)


def holds(bodies: pl.Series, checks: pl.Series, system: str, *, digits: bool) -> pl.Series:
    """Tell which bodies have these check characters."""
    kept = bodies.str.replace_all("[^0-9]" if digits else _SEPARATORS, "")
    return SYSTEMS[system].verify_many(kept + checks)


def _spread(rows: int) -> list[int]:
    step = max(1, rows // _SAMPLE)
    return list(range(0, rows, step))[:_SAMPLE]


def _places(layout: str) -> Iterator[tuple[int, int]]:
    """Give where check characters may stand: at the end, or in a short word of their own."""
    end = len(layout.rstrip("-/. _"))
    yield end - 1, end
    if end > 2:  # noqa: PLR2004
        yield end - 2, end
    words = [
        (at, stop)
        for size in (1, 2)
        for at in range(end - size)
        for stop in (at + size,)
        if _word(layout, at, stop)
    ]
    yield from words[:_PLACES]


def _word(layout: str, start: int, stop: int) -> bool:
    inside = all(kind in "9AX" for kind in layout[start:stop])
    around = (start == 0 or layout[start - 1] not in "9AX中") and layout[stop] not in "9AX中"
    return inside and around


def _systems(layout: str, width: int) -> Iterator[tuple[str, bool]]:
    """Give the systems that could be: those of digits need `of=digits` where letters stand."""
    letters = "A" in layout or "X" in layout
    for slug, system in SYSTEMS.items():
        if system.width != width:
            continue
        if not letters or "A" in system.alphabet:
            yield slug, False
        if letters:
            yield slug, True


def _at_least(hits: int, rows: int, rate: float) -> float:
    """Give the chance of so many hits or more, and of it for one of all systems tried."""
    mean = sum(comb(rows, k) * rate**k * (1 - rate) ** (rows - k) for k in range(hits, rows + 1))
    return 20 * mean
