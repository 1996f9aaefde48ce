"""Which digits of a code are a date.

Digits count as one where nearly all rows are possible dates and either that is no accident of
digits that are independent of each other, or the years are those in which people keep customers.

>>> from mintmark.rule.infer.parts import parts_of
>>> codes = [f"V-{year}{month:02}-{n:03}" for year in (2021, 2023) for month in range(1, 13)
...     for n in range(1, 9)]
>>> dated(Grid.of(codes), parts_of("A-999999-999"), ())[0][2].text
'{registered:YYYYMM}'
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mintmark.rule.infer.calendar import length, possible, tokens, year_token, years
from mintmark.rule.infer.columns import Days
from mintmark.rule.infer.grid import Bools, Grid, mixed_up
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.parts import Part
from mintmark.rule.infer.plausible import SURE, Seen, Window, sureness

# In the order in which they are tried; those of one line are told apart by how few years they have.
FORMS = (
    ("YYYYMMDD", "DDMMYYYY", "MMDDYYYY"),
    ("YYYYMM", "MMYYYY"),
    ("YYMMDD", "DDMMYY", "MMDDYY"),
    ("GGGGWW",),
    ("YYYYDDD",),
    ("YYYYQ",),
    ("YYYY",),
    ("YYMM", "MMYY"),
    ("GGWW",),
    ("YYDDD",),
    ("YYQ",),
    ("YY",),
)
_JOINTS = {"W": "WW", "WK": "WW", "Q": "Q", "M": "MM", "D": "DD"}
_HITS = 0.93
_ROUNDS = 3
_LONG = 6
_SOME = 4000
_GENERATION = 120


@dataclass(frozen=True, slots=True)
class Found:
    """A window that is a date: which rows are, how sure it is, and after which column."""

    window: Window
    hits: Bools
    confidence: float
    evidence: tuple[Evidence, ...]
    name: str = "registered"


def dated(grid: Grid, parts: list[Part], days: Sequence[Days]) -> tuple[list[Part], Grid]:
    """Give the parts with their dates cut out, and the rows in which those are possible."""
    taken: set[str] = set()
    for turn in range(_ROUNDS):
        windows = list(_windows(parts, weak=not turn))
        found = _told(grid, windows, days) or _guessed(grid, windows, parts, first=not turn)
        if found is None:
            break
        name = found.name if found.name not in taken else f"{found.name}{len(taken) + 1}"
        taken.add(name)
        parts = _cut(parts, replace(found, name=name))
        grid = grid.where(found.hits)
    return parts, grid


# ---------------------------------------------------------------- where a date may stand


def _windows(parts: Sequence[Part], *, weak: bool) -> Iterator[Window]:
    for lane in _lanes(parts):
        for forms in FORMS:
            for form in forms:
                if weak or len(form) >= _LONG:
                    yield from _in_lane(lane, form)


def _lanes(parts: Sequence[Part]) -> Iterator[list[tuple[int, str]]]:
    """Give the places of digits that only separators part, with what stands before each."""
    lane: list[tuple[int, str]] = []
    gap = ""
    for part in parts:
        if part.kind == "digits":
            places = range(part.start, part.stop)
            lane += [(at, gap if at == part.start else "") for at in places]
            gap = ""
            continue
        bare = "".join(filter(str.isalnum, part.form)) if part.kind == "literal" else "?"
        if bare and (not lane or bare not in _JOINTS):
            yield lane
            lane = []
        gap = part.form if part.kind == "literal" else "?"
    yield lane


def _in_lane(lane: list[tuple[int, str]], form: str) -> Iterator[Window]:
    lengths = [length(token) for token in tokens(form)]
    for offset in range(len(lane) - sum(lengths) + 1):
        window = _window(lane, form, offset, lengths)
        if window is not None:
            yield window


def _window(
    lane: list[tuple[int, str]], form: str, offset: int, lengths: Sequence[int]
) -> Window | None:
    places: list[tuple[str, int, int]] = []
    marked, at = False, offset
    for token, size in zip(tokens(form), lengths, strict=True):
        cut = lane[at : at + size]
        if any(gap for _, gap in cut[1:]):
            return None
        before = "".join(filter(str.isalnum, cut[0][1]))
        if places and before and _JOINTS.get(before) != token:
            return None
        marked |= bool(places and before)
        places.append((token, cut[0][0], cut[-1][0] + 1))
        at += size
    crosses = any(gap for _, gap in lane[offset + 1 : at])
    if crosses and not (form[0] in "YG" or (at == len(lane) or lane[at][1])):
        return None
    return _fiscal(Window(form, tuple(places), marked), lane[offset][1])


def _fiscal(window: Window, before: str) -> Window:
    token = window.places[0][0]
    if not before.rstrip("-/. _").endswith("FY") or token not in ("YYYY", "YY"):
        return window
    first = (f"F{token}", *window.places[0][1:])
    alone = len(window.places) == 1
    return Window(f"F{window.form}", (first, *window.places[1:]), marked=window.marked or alone)


def _cut(parts: list[Part], found: Found) -> list[Part]:
    """Make the window's tokens parts; those that touch each other are one."""
    runs: list[tuple[str, int, int]] = []
    for token, start, stop in found.window.places:
        if runs and runs[-1][2] == start:
            runs[-1] = (runs[-1][0] + token, runs[-1][1], stop)
        else:
            runs.append((token, start, stop))
    made: list[Part] = []
    for part in parts:
        inside = {(s, e): form for form, s, e in runs if part.start <= s < part.stop}
        for piece in part.cut(*(at for run in inside for at in run)) if inside else [part]:
            form = inside.get((piece.start, piece.stop))
            made.append(piece if form is None else _date(piece, form, found))
    return made


def _date(piece: Part, form: str, found: Found) -> Part:
    return replace(
        piece, kind="date", form=form, name=found.name,
        confidence=found.confidence, evidence=found.evidence,
    )  # fmt: skip


# ---------------------------------------------------------------- whether it is one


def _told(grid: Grid, windows: Sequence[Window], days: Sequence[Days]) -> Found | None:
    """Find digits that are the date of a column."""
    best: Found | None = None
    for window in windows:
        for column in days:
            share = _agreement(grid, window, column)
            if share < _HITS - 0.03 or (best is not None and not _longer(window, best, share)):
                continue
            hits = possible(window.values(grid))
            evidence = (Evidence("date-column", (share,)),)
            best = Found(window, hits, min(0.99, share), evidence, column.name)
    return best


def _longer(window: Window, best: Found, share: float) -> bool:
    size, other = len(window.form), len(best.window.form)
    return size > other or (size == other and share > best.confidence)


def _agreement(grid: Grid, window: Window, column: Days) -> float:
    expected = column.of(grid.rows)
    known = expected["YYYY"] >= 0
    if known.sum() < max(3, 0.3 * len(grid)):
        return 0.0
    good = known.copy()
    varied = 0
    for token, values in window.values(grid).items():
        good &= values == expected[token.removeprefix("F")]
        varied += len(np.unique(values)) > 1
    return float(good.sum() / known.sum()) if varied else 0.0


def _guessed(
    grid: Grid, windows: Sequence[Window], parts: Sequence[Part], *, first: bool
) -> Found | None:
    by_form: dict[str, list[Window]] = {}
    for window in windows:
        by_form.setdefault(window.form.removeprefix("F"), []).append(window)
    for forms in FORMS:
        tried = [w for form in forms for w in by_form.get(form, ())]
        good = [found for w in tried if (found := _weighed(grid, w, parts, first=first))]
        if good:
            return min(good, key=lambda found: _spread(grid, found))
    return None


def _spread(grid: Grid, found: Found) -> tuple[float, float, int]:
    token = year_token(found.window.form)
    values = years(token, found.window.values(grid)[token])[found.hits]
    low, high = np.quantile(values, (0.02, 0.98))
    return float(high - low), -found.confidence, found.window.places[0][1]


def _weighed(grid: Grid, window: Window, parts: Sequence[Part], *, first: bool) -> Found | None:
    values = window.values(grid)
    hits = possible(values)
    share = float(hits.mean())
    if share < _HITS or not _number_left(window, parts):
        return None
    some = grid.where(np.arange(len(grid)) < _SOME)
    chance = float(possible(window.values(_independent(some, window))).mean())
    gain = _gain(len(some), share, chance)
    kept = grid.where(hits)
    seen = Seen.of(kept, window, {t: v[hits] for t, v in values.items()}, parts, gain)
    sure = sureness(seen) if first else 0.7 * (gain >= SURE and seen.spread <= _GENERATION)
    if not sure:
        return None
    return Found(window, hits, sure, (Evidence("date-window", (share, chance)),))


def _number_left(window: Window, parts: Sequence[Part]) -> bool:
    """Whether other places are left to hold a number; some part must."""
    inside = {at for _, start, stop in window.places for at in range(start, stop)}
    return any(
        part.kind in ("mixed", "letters") or (part.kind == "digits" and not inside >= set(places))
        for part in parts
        for places in (range(part.start, part.stop),)
    )


def _independent(grid: Grid, window: Window) -> Grid:
    """Give the rows with every place in an order of its own, as if no date were in them."""
    mixed = grid.characters.copy()
    for _, start, stop in window.places:
        for at in range(start, stop):
            mixed[:, at] = mixed[mixed_up(np.arange(len(grid)), at), at]
    return Grid(mixed, grid.rows)


def _gain(rows: int, share: float, chance: float) -> float:
    """Give how much better dates explain the rows than independent digits do, in nats."""
    if share <= chance:
        return 0.0
    low = min(max(chance, 1e-9), 1 - 1e-9)
    gain = share * np.log(share / low)
    if share < 1:
        gain += (1 - share) * np.log((1 - share) / (1 - low))
    return float(rows * gain)
