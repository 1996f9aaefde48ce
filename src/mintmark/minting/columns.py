"""Numbers for a whole column of scopes at once: where nothing is in the way, without a loop."""

from collections.abc import Callable, Mapping

import polars as pl

from mintmark.minting.numbers import Place, ScopeFull, Taking, runs_of
from mintmark.rule import Rule, Speller
from mintmark.rule.columns import canonical_column, spell_column
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


def foreseen_of(
    work: Work,
    taking: Taking,
    *,
    speller: Speller,
    attributes: pl.DataFrame,
    scopes: pl.Series,
    place: Callable[[int], Place],
) -> pl.Series:
    """Tell the text that each row's code would have now; null where its scope would be full.

    Nothing is taken; see `numbers_of` for what is given.
    """
    rule = speller.rule
    counters = work.counters.read(scopes.unique().sort().to_list())
    if _is_plain(rule, taking) and not any(counter.spare for counter in counters.values()):
        texts = _foreseen(rule, speller, attributes, scopes, counters)
        codes = canonical_column(texts.drop_nulls())
        if not (work.codes.has_any(codes) or codes.is_in(list(taking.chosen)).any()):
            return texts
    found = taking.foresee(work, [place(at) for at in range(len(scopes))])
    return pl.Series([one.text if one else None for one in found], dtype=pl.String)


def _foreseen(
    rule: Rule,
    speller: Speller,
    attributes: pl.DataFrame,
    scopes: pl.Series,
    counters: Mapping[str, Counter],
) -> pl.Series:
    rows = pl.DataFrame({"scope": scopes}).with_row_index(_AT)
    runs = rows.select(pl.col("scope").unique().sort())
    lasts = [counters[one].last if one in counters else -1 for one in runs["scope"]]
    runs = runs.select("scope", first=_after(rule.number, pl.Series(lasts, dtype=pl.Int64)))
    ordinal = pl.int_range(pl.len()).over("scope") * _step(rule)
    numbered = rows.join(runs, on="scope", maintain_order="left").select(
        _AT, number=pl.col("first") + ordinal
    )
    numbered = numbered.filter(pl.col("number") <= _sequence(rule.number).last)
    at = numbered[_AT]
    spelt = spell_column(rule, attributes[at], numbered["number"], today=speller.today)
    return pl.repeat(None, len(scopes), dtype=pl.String, eager=True).scatter(at, spelt)


def _is_plain(rule: Rule, taking: Taking) -> bool:
    """Tell whether each number follows the one before by the rule's step alone."""
    terms = rule.terms
    drawn = any(isinstance(segment, Random) for segment in rule.segments)
    return not (drawn or terms.external or terms.unwanted or taking.careful)


def _step(rule: Rule) -> int:
    return rule.number.step if isinstance(rule.number, Sequence) else 1


def _begun(runs: pl.DataFrame, number: object) -> pl.DataFrame:
    """Give each run its first and last number. Raises ScopeFull."""
    number, step = _sequence(number), _sequence(number).step
    begun = runs.with_columns(first=_after(number, runs["before"])).with_columns(
        last=pl.col("first") + (pl.col("count").cast(pl.Int64) - 1) * step
    )
    short = begun.filter(pl.col("last") > number.last)
    if short.height:
        left = (number.last - short["first"]) // step + 1
        raise ScopeFull(dict(zip(short["scope"], left.clip(lower_bound=0), strict=True)))
    return begun


def _sequence(number: object) -> Sequence:
    if not isinstance(number, Sequence):
        raise TypeError(number)
    return number


def _after(number: object, lasts: pl.Series) -> pl.Series:
    """Give the number that follows the last one of each scope; -1: none yet."""
    start, step = _sequence(number).first, _sequence(number).step
    after = start + ((pl.lit(lasts) - start) // step + 1) * step
    return pl.select(pl.when(pl.lit(lasts) < start).then(start).otherwise(after)).to_series()


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
