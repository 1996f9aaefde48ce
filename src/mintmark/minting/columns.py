"""Numbers for a whole column of scopes at once: where nothing is in the way, without a loop."""

from collections.abc import Callable, Mapping

import polars as pl

from mintmark.minting.numbers import Place, ScopeFull, Taking, runs_of
from mintmark.rule import Rule, Speller
from mintmark.rule.columns import spell_column
from mintmark.rule.segments import Random, Sequence
from mintmark.store import Work
from mintmark.store.counters import Moved
from mintmark.store.standing import Counter

_AT = "at"


def numbers_of(
    work: Work,
    taking: Taking,
    counters: Mapping[str, Counter],
    *,
    speller: Speller,
    attributes: pl.DataFrame,
    scopes: pl.Series,
    place: Callable[[int], Place],
) -> pl.DataFrame:
    """Take a number in its scope for each row, in order; give scope, number and text of each.

    `counters`: of all these scopes, locked. `place` gives a row's place, for scopes that need a
    closer look: with numbers that come again, are drawn, or have something in their way. Raises
    ScopeFull.
    """
    rule = speller.rule
    rows = pl.DataFrame({"scope": scopes}).with_row_index(_AT)
    runs = rows.group_by("scope").agg(pl.len().alias("count")).sort("scope")
    if not _is_plain(rule, taking) or any(counters[scope].spare for scope in runs["scope"]):
        return _one_by_one(work, taking, rows, counters, place)
    lasts = pl.Series([counters[scope].last for scope in runs["scope"]], dtype=pl.Int64)
    runs = _begun(runs.with_columns(before=lasts), rule.number)
    numbered = rows.join(runs.select("scope", "first"), on="scope", maintain_order="left").select(
        "scope",
        number=pl.col("first") + pl.int_range(pl.len()).over("scope") * _step(rule),
    )
    work.counters.move({
        scope: Moved(last, used=count) for scope, last, count in runs.select(
            "scope", "last", "count").iter_rows()
    })  # fmt: skip
    spelt = spell_column(rule, attributes, numbered["number"], today=speller.today)
    return numbered.with_columns(text=spelt)


def _is_plain(rule: Rule, taking: Taking) -> bool:
    """Tell whether each number follows the one before by the rule's step alone."""
    terms = rule.terms
    drawn = any(isinstance(segment, Random) for segment in rule.segments)
    return not (drawn or terms.external or terms.unwanted or taking.careful)


def _step(rule: Rule) -> int:
    return rule.number.step if isinstance(rule.number, Sequence) else 1


def _begun(runs: pl.DataFrame, number: object) -> pl.DataFrame:
    """Give each run its first and last number. Raises ScopeFull."""
    if not isinstance(number, Sequence):
        raise TypeError(number)
    start, step = number.first, number.step
    after = start + ((pl.col("before") - start) // step + 1) * step
    first = pl.when(pl.col("before") < start).then(start).otherwise(after)
    begun = runs.with_columns(first=first).with_columns(
        last=pl.col("first") + (pl.col("count").cast(pl.Int64) - 1) * step
    )
    short = begun.filter(pl.col("last") > number.last)
    if short.height:
        left = (number.last - short["first"]) // step + 1
        raise ScopeFull(dict(zip(short["scope"], left.clip(lower_bound=0), strict=True)))
    return begun


def _one_by_one(
    work: Work,
    taking: Taking,
    rows: pl.DataFrame,
    counters: Mapping[str, Counter],
    place: Callable[[int], Place],
) -> pl.DataFrame:
    ordered = rows.sort("scope", _AT)
    taken = taking.take_locked(work, runs_of(map(place, ordered[_AT])), counters)
    minted = [one for scope in ordered["scope"].unique(maintain_order=True) for one in taken[scope]]
    numbers = pl.Series("number", [one.number for one in minted], dtype=pl.Int64)
    texts = pl.Series("text", [one.text for one in minted], dtype=pl.String)
    return ordered.with_columns(numbers, texts).sort(_AT).drop(_AT)
