"""Columns of numbers, written and read as `Numerals` does, many at once.

>>> from mintmark.rule.segments import Sequence
>>> numerals = Sequence(width=3, alphabet="base36").numerals
>>> written(numerals, pl.Series([35, 36, None])).to_list()
['00Z', '010', None]
>>> read(numerals, pl.Series(["00Z", "010", "_"])).to_list()
[35, 36, None]
"""

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np
import polars as pl

from mintmark.rule.numerals import ALPHABETS, Numerals

Piece = pl.Series | str  # what stands in every code: each its own, or all the same
_LISTED = 4096  # the most spellings of some places of a number that are kept in a list


def joined(pieces: list[Piece], height: int) -> pl.Series:
    """Put the pieces of each row together; null where one of them is."""
    empty = pl.repeat("", height, dtype=pl.String)
    return pl.select(pl.concat_str(empty, *map(pl.lit, pieces))).to_series()


def written(numerals: Numerals, numbers: pl.Series) -> pl.Series:
    """Write numbers as `Numerals.spell` does; null where it raises."""
    places, wide = _places(numerals), max(numerals.widest - numerals.width, 0)
    most = prod(map(len, places))
    usual = numbers.is_between(0, most - 1).fill_null(value=False)
    values = numbers.cast(pl.Int64, strict=False).set(~usual, 0).to_numpy()
    pieces: list[Piece] = []
    for spellings in reversed(_lists(places)):
        values, digits = np.divmod(values, len(spellings))
        pieces.insert(0, spellings.gather(pl.Series(digits)))
    made = joined(pieces, len(numbers))
    if wide:
        zero = places[0][0]
        made = made.str.strip_chars_start(zero).str.pad_start(numerals.width, zero)
    rest = (~usual).arg_true()
    more = [_spelt(numerals, number) for number in numbers.gather(rest)]
    return made.scatter(rest, pl.Series(more, dtype=pl.String)) if more else made


def grouped(numbers: pl.Series, size: int) -> pl.Series:
    """Set groups of so many characters off by dashes, from the left, as `segments.grouped` does.

    >>> grouped(pl.Series(["12345678", "123456789"]), 4).to_list()
    ['1234-5678', '1234-5678-9']
    """
    if not size:
        return numbers
    return numbers.str.replace_all(f"(.{{{size}}})", "${1}-").str.strip_suffix("-")


def _spelt(numerals: Numerals, number: int | None) -> str | None:
    try:
        return None if number is None else numerals.spell(number)
    except OverflowError:
        return None


def _places(numerals: Numerals) -> tuple[str, ...]:
    """Give the places of the widest numbers."""
    return (numerals.places[0],) * (numerals.widest - numerals.width) + numerals.places


@lru_cache(maxsize=64)
def _lists(places: tuple[str, ...]) -> tuple[pl.Series, ...]:
    """Give all spellings of the first few places, of the next few, and so on."""
    groups: list[list[str]] = [[]]
    for place in places:
        if prod(map(len, groups[-1])) * len(place) > _LISTED:
            groups.append([])
        groups[-1].append(place)
    return tuple(pl.Series(map("".join, product(*group)), dtype=pl.String) for group in groups)


def read(numerals: Numerals, texts: pl.Series) -> pl.Series:
    """Read numbers as `Numerals.read` does; null for none. All texts are as long as they can be."""
    places = _places(numerals)
    if set(places) == {ALPHABETS["decimal"]} and not numerals.then:
        values = texts.cast(pl.Int64, strict=False)
    else:
        values = _values(places, texts.str.pad_start(len(places), places[0][0]))
    if len(places) > numerals.width:
        outgrown = texts.str.len_chars() > numerals.width
        values = values.set(outgrown & texts.str.starts_with(places[0][0]), None)
    if numerals.then:
        rest = values.is_null().arg_true()
        more = [text and numerals.read(text) for text in texts.gather(rest)]
        values = values.scatter(rest, pl.Series(more, dtype=pl.Int64)) if more else values
    return values


def _values(places: tuple[str, ...], texts: pl.Series) -> pl.Series:
    values, at = pl.repeat(0, len(texts), dtype=pl.Int64, eager=True), 0
    for spellings in _lists(places):
        width, count = len(spellings[0]), len(spellings)
        read = texts.str.slice(at, width).replace_strict(
            spellings, range(count), default=None, return_dtype=pl.Int64
        )
        values, at = values * count + read, at + width
    return values
