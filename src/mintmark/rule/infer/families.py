"""Families: codes that one rule spells, taken out of a list one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

import numpy as np
import polars as pl

from mintmark.rule.infer.calendar import day_of
from mintmark.rule.infer.checks import holds
from mintmark.rule.infer.columns import Attributes
from mintmark.rule.infer.grid import Grid
from mintmark.rule.infer.inference import Family, Guess
from mintmark.rule.infer.learn import Learnt, extracted, learnt, loosened, shape_of, values_of
from mintmark.rule.infer.naming import merged, named
from mintmark.rule.infer.parts import Part
from mintmark.rule.infer.scopes import options_of
from mintmark.rule.infer.shapes import Layout, layouts
from mintmark.rule.infer.structure import Mark, groups, mark_of, structure

_SAMPLE = 20_000
_SHAPES = 100_000  # codes that show which shapes a list has
_LEAST_SHARE = 0.02
_LEAST = 3
_SHORT = 6  # codes; in shorter lists every code counts
_OTHER = 200  # codes of another layout that are enough to see whether it has other dates
_EXAMPLES = 5
_DOUBT = 8  # codes at which half of the confidence is left
_SOME = 30
_NOTHING = 0.05
_WORTH = 0.5
_RARE_YEAR = 0.001
_PLENTY = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Around:
    """What is known of the whole list; `least`: the codes that make a family."""

    known: Attributes
    total: int
    least: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A family, and the rows of the list's frame that are its codes."""

    family: Family
    rows: pl.Series


def families_of(
    codes: pl.DataFrame, known: Attributes, total: int
) -> tuple[list[Family], pl.DataFrame]:
    """Give the families of a list, the largest first, and the codes that are of none."""
    least = max(ceil(_LEAST_SHARE * len(codes)), _LEAST if len(codes) >= _SHORT else 1)
    around = Around(known=known, total=total, least=least)
    found: list[Family] = []
    tried = set[tuple[str, int]]()
    while len(codes) >= least and (taken := _next(codes, around, tried)):
        for one in taken:
            found.append(one.family)
            codes = _without(codes, one)
    return sorted(found, key=lambda family: -family.count), codes


def _next(codes: pl.DataFrame, around: Around, tried: set[tuple[str, int]]) -> list[Taken]:
    """Give the families of the first layout, not tried before, that has any."""
    some = codes.gather_every(max(1, len(codes) // _SHAPES))
    counts = some.group_by("shape").len().sort("len", "shape", descending=True)
    least = max(1, around.least * len(some) // len(codes))
    for layout in layouts(dict(counts.iter_rows()), least):
        if (layout.text, layout.count) not in tried:
            tried.add((layout.text, layout.count))
            taken = _of_layout(codes, layout, around)
            if taken:
                return taken
    return []


def _without(codes: pl.DataFrame, taken: Taken) -> pl.DataFrame:
    return codes.filter(~pl.col("row").is_in(taken.rows.implode()))


def _of_layout(codes: pl.DataFrame, layout: Layout, around: Around) -> list[Taken]:
    heads = groups(grid_of(_having(codes, layout)), layout.text)
    found = _of_groups(codes, layout, around, heads)
    same: dict[str, list[str]] = {}
    for taken, group in zip(found, heads, strict=False):
        same.setdefault(taken.family.rule if taken else "", []).extend(group)
    if len(same) < len(heads):  # parted for nothing: the same rule came out
        again = list(same.values()) if len(same) > 1 else []
        found = _of_groups(codes, layout, around, again)
    return [taken for taken in found if taken and _sound(taken.family, around)]


def _having(codes: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    return codes.filter(pl.col("shape").str.contains(layout.pattern))


def _of_groups(
    codes: pl.DataFrame, layout: Layout, around: Around, heads: list[list[str]]
) -> list[Taken | None]:
    found: list[Taken | None] = []
    for inside in heads or [[]]:
        others = [head for group in heads if group is not inside for head in group]
        allowed = codes.filter(~_begins(others)) if others else codes
        taken = _family(allowed, layout, around)
        found.append(taken)
        if taken is not None:
            codes = _without(codes, taken)
    return found


def _sound(family: Family, around: Around) -> bool:
    """Whether a family says more than that some codes are equally long."""
    known = around.total < _SOME or family.confidence >= _NOTHING
    return known and family.count >= around.least


def _begins(heads: Sequence[str]) -> pl.Expr:
    return pl.col("text").str.slice(0, len(heads[0])).is_in(heads)


def grid_of(codes: pl.DataFrame) -> Grid:
    """Give some codes of one layout as a grid, in the order of the list."""
    some = codes.gather_every(max(1, len(codes) // _SAMPLE))
    return Grid.of(some["text"].to_list(), np.asarray(some["row"].to_numpy(), dtype=np.int64))


def _family(codes: pl.DataFrame, layout: Layout, around: Around) -> Taken | None:
    own = _having(codes, layout)
    if own.is_empty():
        return None
    grid = grid_of(own)
    parts = structure(grid, layout.text, around.known)
    number = next((part for part in parts if part.kind in ("seq", "random")), None)
    if number is None:
        return None
    more = _kindred(codes, layout, parts, grid)
    every = pl.concat([own, more])
    found = values_of(every, parts, loose=not more.is_empty())
    parts, found = merged(parts, found)
    known_parts = learnt(parts, found, number.width)
    if known_parts is None:
        return None
    spelt = _spelt(codes, known_parts)
    if len(spelt) < _WORTH * min(len(own), 2 * _LEAST):
        return None
    return _taken(spelt, known_parts, around, len(own))


def _kindred(
    codes: pl.DataFrame, layout: Layout, parts: Sequence[Part], grid: Grid
) -> pl.DataFrame:
    """Give the codes of other layouts that may be of the family."""
    allowed = pl.col("shape").str.contains(shape_of(loosened(parts)))
    other = codes.filter(allowed & ~pl.col("shape").str.contains(layout.pattern))
    mark = mark_of(grid, layout.text)
    strange = [
        shape
        for shape, count in other.group_by("shape").len().iter_rows()
        if count >= _OTHER and not _alike(mark, other.filter(pl.col("shape") == shape), shape)
    ]
    return other.filter(~pl.col("shape").is_in(strange)) if strange else other


def _alike(mark: Mark, codes: pl.DataFrame, shape: str) -> bool:
    """Whether codes of another shape have dates of the same formats."""
    forms = [form for form, _ in mark.dates]
    return forms == [form for form, _ in mark_of(grid_of(codes), shape).dates]


def _spelt(codes: pl.DataFrame, family: Learnt) -> pl.DataFrame:
    """Give all codes that the rule spells, however they are typed, with the values of the parts."""
    found = extracted(codes, "canon", family.expression, family.parts)
    for place, values in family.values.items():
        found = found.filter(pl.col(f"p{place}").is_in(values))
    for columns, form in _dates(family.parts):
        text = pl.concat_str(columns)
        days = found.select(text.unique()).to_series().to_list()
        found = found.filter(text.is_in([day for day in days if day_of(form, day)]))
    for place, part in enumerate(family.parts):
        if part.kind == "check":
            found = found.filter(_checked(found, family.parts, place))
    return found


def _checked(found: pl.DataFrame, parts: Sequence[Part], place: int) -> pl.Series:
    pieces = [
        pl.lit("".join(filter(str.isalnum, part.form)).upper())
        if part.kind == "literal"
        else pl.col(f"p{at}")
        for at, part in enumerate(parts)
        if at != place
    ]
    bodies = found.select(pl.concat_str(pieces)).to_series()
    digits = "of=digits" in parts[place].options
    return holds(bodies, found[f"p{place}"], parts[place].form, digits=digits)


def _dates(parts: Sequence[Part]) -> list[tuple[list[str], str]]:
    """Give the dates: the columns of each, and the format of them together."""
    joint: dict[str, tuple[list[str], str]] = {}
    for place, part in enumerate(parts):
        if part.kind == "date":
            columns, form = joint.get(part.name, ([], ""))
            joint[part.name] = ([*columns, f"p{place}"], form + part.form)
    return list(joint.values())


def _taken(spelt: pl.DataFrame, family: Learnt, around: Around, expected: int) -> Taken:
    given = named(spelt, family, around.known)
    parts = _counted(spelt, given.parts)
    count = int(spelt["times"].sum())
    coverage = count / around.total
    fit = min(1.0, len(spelt) / max(1, expected)) * _told(parts, coverage)
    days = _days(spelt, parts)
    check = next((part.form for part in parts if part.kind == "check"), None)
    made = Family(
        rule="".join(part.text for part in parts),
        tables=given.tables,
        count=count,
        coverage=coverage,
        confidence=_confidence(parts, len(spelt), fit),
        segments=_guesses(parts),
        examples=tuple(spelt["typed"].head(_EXAMPLES).str.strip_chars()),
        earliest=days[0] if days else None,
        latest=days[-1] if days else None,
        check=check,
    )
    return Taken(made, spelt["row"])


def _counted(spelt: pl.DataFrame, parts: Sequence[Part]) -> list[Part]:
    """Say of the counter where it starts and what it restarts with."""
    place = next((at for at, part in enumerate(parts) if part.kind == "seq"), None)
    if place is None or parts[place].alphabet != "decimal" or parts[place].form:
        return list(parts)
    codes = spelt.with_columns(number=pl.col(f"p{place}").cast(pl.Int64, strict=False))
    coded = {f"p{at}": part.name for at, part in enumerate(parts) if part.kind == "coded"}
    dates = [(f"p{at}", part.form) for at, part in enumerate(parts) if part.kind == "date"]
    options, evidence = options_of(codes.drop_nulls("number"), coded=coded, dates=dates)
    number = parts[place]
    said = replace(
        number, options=(*options, *number.options), evidence=(*number.evidence, *evidence)
    )
    return [*parts[:place], said, *parts[place + 1 :]]


def _guesses(parts: Sequence[Part]) -> tuple[Guess, ...]:
    return tuple(
        Guess(text=part.text, evidence=part.evidence, confidence=round(part.confidence, 3))
        for part in parts
    )


def _confidence(parts: Sequence[Part], rows: int, fit: float) -> float:
    weakest = min((part.confidence for part in parts), default=0.0)
    return round(weakest * rows / (rows + _DOUBT) * fit, 3)


def _told(parts: Sequence[Part], coverage: float) -> float:
    """Give how much a rule says: words of some length are no codes, unless most of a list are."""
    number = next((part for part in parts if part.kind == "random"), None)
    if number is None:
        return 1.0
    if number.alphabet == "letters":
        return coverage**2
    bare = all(part is number or not any(map(str.isalnum, part.text)) for part in parts)
    return min(1.0, _PLENTY * coverage) if bare else 1.0


def _days(spelt: pl.DataFrame, parts: Sequence[Part]) -> list[date]:
    """Give the days that the first date shows, without those of years that hardly occur."""
    for columns, form in _dates(parts):
        counts = spelt.group_by(pl.concat_str(columns).alias("day")).len()
        days = {day: n for text, n in counts.iter_rows() if (day := day_of(form, text))}
        in_year: dict[int, int] = {}
        for day, n in days.items():
            in_year[day.year] = in_year.get(day.year, 0) + n
        floor = _RARE_YEAR * sum(days.values())
        return sorted(day for day in days if in_year[day.year] >= floor)
    return []


__all__ = ["Around", "Taken", "families_of", "grid_of"]
