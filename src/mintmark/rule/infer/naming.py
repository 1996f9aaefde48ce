"""What coded parts are called and mean: by the columns that explain them, else by their looks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from mintmark.rule.infer.coded import proposed
from mintmark.rule.infer.columns import Attributes
from mintmark.rule.infer.explain import explained
from mintmark.rule.infer.inference import Evidence
from mintmark.rule.infer.learn import Learnt
from mintmark.rule.infer.parts import Part

_ROWS = 200_000
_SMALL = 20


@dataclass(frozen=True, slots=True)
class Named:
    """Parts with their names, and the tables of the coded ones."""

    parts: tuple[Part, ...]
    tables: dict[str, dict[str, list[str]]]


def merged(parts: Sequence[Part], found: pl.DataFrame) -> tuple[list[Part], pl.DataFrame]:
    """Make one part of two that touch and always go together, as HZ and 0571 do."""
    made = list(parts)
    for place in range(len(made) - 1):
        one, other = made[place], made[place + 1]
        if (one.kind, other.kind) != ("coded", "coded") or one.width == 0:
            continue
        first, second = f"p{place}", f"p{place + 1}"
        pairs = found.group_by(first, second).len().filter(pl.col("len") > _slips(found))
        most = max(pairs[first].n_unique(), pairs[second].n_unique())
        least = min(pairs[first].n_unique(), pairs[second].n_unique())
        if len(pairs) > 1.1 * most or least < 0.8 * most or least < 2:  # noqa: PLR2004
            continue
        joint = replace(one, stop=other.stop, place="mixed")
        found = found.with_columns((pl.col(first) + pl.col(second)).alias(first)).drop(second)
        names = {f"p{at}": f"p{at - 1}" for at in range(place + 2, len(made))}
        found = found.rename({old: new for old, new in names.items() if old in found.columns})
        return merged([*made[:place], joint, *made[place + 2 :]], found)
    return made, found


def _slips(found: pl.DataFrame) -> float:
    return 0.002 * len(found) if len(found) >= _SMALL else 0


def named(spelt: pl.DataFrame, family: Learnt, known: Attributes) -> Named:
    """Give names and tables to the coded parts of a family."""
    parts, meanings = _explained(spelt, list(family.parts), known)
    parts = _proposed(parts, family)
    tables: dict[str, dict[str, list[str]]] = {}
    for place, part in enumerate(parts):
        if part.kind == "coded":
            told = meanings.get(place, {})
            tables[part.name] = {v: told.get(v, [v]) for v in sorted(family.values[place])}
    return Named(tuple(parts), tables)


def _explained(
    spelt: pl.DataFrame, parts: list[Part], known: Attributes
) -> tuple[list[Part], dict[int, dict[str, list[str]]]]:
    """Name parts after columns: the pair that fits best first, each column once."""
    some = spelt.gather_every(max(1, len(spelt) // _ROWS))
    pairs = [
        (place, told)
        for place, part in enumerate(parts)
        if part.kind == "coded"
        for column in known.coded
        if (told := explained(some[f"p{place}"], some["row"], column)) is not None
    ]
    meanings: dict[int, dict[str, list[str]]] = {}
    used: set[str] = set()
    for place, told in sorted(pairs, key=lambda pair: -(pair[1].share + pair[1].back)):
        if place in meanings or told.column in used:
            continue
        used.add(told.column)
        meanings[place] = told.meanings
        said = Evidence("column", (told.share, told.back))
        parts = [
            replace(
                p,
                name=told.column,
                confidence=max(p.confidence, told.share),
                evidence=(*p.evidence, said),
            )
            if at == place
            else p
            for at, p in enumerate(parts)
        ]
    return parts, meanings


def _proposed(parts: list[Part], family: Learnt) -> list[Part]:
    """Name what no column explains."""
    used = {part.name for part in parts if part.name}
    made: list[Part] = []
    for place, part in enumerate(parts):
        if part.kind == "coded" and not part.name:
            name = proposed(family.values[place])
            if not name or name in used:
                name = next(n for i in range(1, 99) if (n := f"part{i}") not in used)
            used.add(name)
            made.append(replace(part, name=name))
        else:
            made.append(part)
    return made
