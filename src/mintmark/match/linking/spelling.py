"""What is compared of names: each distinct one as the numbers of its spellings.

A name's *whole* is its first match key: the bag of its syllables or words, or an organisation's
core. Two names are one in sound if their wholes, or a second reading of one, are the same.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from mintmark.match.linking.coding import Numbers, coded

_HAN = r"[\x{3400}-\x{9fff}]"
_SHORT_HAN = r"^[\x{3400}-\x{9fff}]{2,4}$"
_LEAST = 2e-8  # chance of a name that hardly anybody has
# Before any is counted, a unit is as frequent as this, in so many of them.
_USUAL, _UNITS = 0.01, 1000
_OTHER_THAN_LETTERS = r"[^\p{L}\p{N}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Distinct names by their place: texts, and numbers that are the same where the texts are.

    `folded`: as `text.fold` gives it, without regard to titles. `whole`: see above; `second`:
    another reading, `reduced`: a word with the other's initial (-1: none). `short`: one word and
    an initial are all there is. `first`, `last`: hashes of the first and last unit of the whole.
    """

    folded: pl.Series
    whole: pl.Series
    folded_codes: Numbers
    whole_codes: Numbers
    second: Numbers
    reduced: Numbers  # names × 2
    short: Numbers
    first: Numbers
    last: Numbers
    lengths: Numbers  # characters of the folded text
    han: Numbers
    folded_chance: Numbers  # that somebody else is called so, by name
    whole_chance: Numbers


def spelt(names: pl.Series, keys: pl.DataFrame, counts: Numbers) -> Spelling:
    """Give the spellings of distinct names from their match keys (`name` is a place, `nth`).

    `counts` tells how many records have each name.
    """
    folded = folded_names(names)
    whole = _nth(keys, ["sound", "words", "organisation"], 0, len(names), first_only=True)
    wholes = whole.zip_with(whole.is_not_null(), folded)
    second = _nth(keys, ["sound"], 1, len(names))
    reduced = [_nth(keys, ["words"], nth, len(names)) for nth in (1, 2)]
    texts = pl.concat([wholes, second, *reduced])
    codes = coded(texts)[0].reshape(4, -1)
    only = _nth(keys, ["words"], 0, len(names))
    folded_codes, _ = coded(folded)
    units = wholes.str.split(" ")
    return Spelling(
        folded=folded,
        whole=wholes,
        folded_codes=folded_codes,
        whole_codes=codes[0],
        second=codes[1],
        reduced=codes[2:].T,
        short=((~only.str.contains(" ")) & reduced[0].is_not_null()).fill_null(False).to_numpy(),
        first=units.list.first().hash().to_numpy(),
        last=units.list.last().hash().to_numpy(),
        lengths=folded.str.len_chars().to_numpy(),
        han=folded.str.contains(_HAN).to_numpy(),
        folded_chance=_chance(folded_codes, _written(folded, units), counts),
        whole_chance=_chance(codes[0], units, counts),
    )


def folded_names(names: pl.Series) -> pl.Series:
    """Give names in the form in which they are compared, as a column."""
    plain = names.str.normalize("NFKC").str.to_lowercase()
    return plain.str.replace_all(_OTHER_THAN_LETTERS, "")


def numbered(keys: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Give the keys of names with the name's place for it, and which one of its index each is."""
    places = keys["name"].cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    index = keys["index"].to_physical()
    begins = ((places != places.shift(1)) | (index != index.shift(1))).fill_null(True).to_numpy()
    here = np.arange(len(keys))
    start = np.maximum.accumulate(np.where(begins, here, 0))
    return keys.with_columns(name=places, nth=pl.Series(here - start, dtype=pl.Int64))


def _nth(
    keys: pl.DataFrame, indexes: list[str], nth: int, names: int, *, first_only: bool = False
) -> pl.Series:
    """Give each name's nth key of these indexes, null where there is none."""
    chosen = keys.filter(pl.col("index").is_in(indexes), pl.col("nth") == nth)
    if first_only:
        chosen = chosen.unique("name", keep="first", maintain_order=True)
    places = np.full(names, -1, dtype=np.int64)
    places[chosen["name"].to_numpy()] = np.arange(len(chosen))
    at = pl.Series(places)
    return chosen["text"].gather(at.set(at < 0, None))


def _written(folded: pl.Series, units: pl.Series) -> pl.Series:
    """Give the characters of short Han names, and the units of others."""
    short = folded.str.contains(_SHORT_HAN)
    return folded.set(~short, None).str.extract_all(".").zip_with(short, units)


def _chance(codes: Numbers, units: pl.Series, counts: Numbers) -> Numbers:
    """Give each name's chance to be another record's too.

    It is counted, apart from the two that are compared; and for rare names, which a count says
    little of, it is what the frequencies of their units make likely, in whatever order.
    """
    many = np.maximum(units.list.len().to_numpy(), 1)
    unit = coded(units.explode())[0] + 1  # 0: a name without any
    often = np.bincount(unit, weights=np.repeat(counts, many))
    others = np.maximum(often - 2, 0) + _UNITS * _USUAL
    shares = np.log2(others / (often.sum() + _UNITS))
    likely = np.bincount(np.repeat(np.arange(len(many)), many), weights=shares[unit])
    made_up = np.exp2(likely + _orders(many))
    namesakes = np.maximum(np.bincount(codes, weights=counts)[codes] - 2, 0)
    chance: Numbers = np.maximum(namesakes / counts.sum().clip(1) + made_up, _LEAST)
    return chance


def _orders(units: Numbers) -> Numbers:
    """Give log2 of the number of orders that so many units may stand in."""
    table: Numbers = np.cumsum(np.log2(np.arange(int(units.max(initial=1)) + 1).clip(1)))
    return table[units]
