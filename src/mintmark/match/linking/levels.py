"""How two records agree in each fact: a level, 0 where one of them does not tell.

The first levels are the closest; `LEVELS` names them. Strings are compared only where their numbers
differ, and in portions, so that few of them are alive at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from mintmark.match.linking.coding import Numbers
from mintmark.match.linking.records import Column, Records
from mintmark.match.linking.slips import Slips
from mintmark.match.linking.spelling import Spelling

LEVELS = {
    "name": ("same-name", "same-sound", "similar-name", "part-of-name", "other-name"),
    "phone": ("same-phone", "similar-phone", "other-phone"),
    "email": ("same-email", "same-mailbox", "similar-email", "other-email"),
    "id_number": ("same-id-number", "similar-id-number", "other-id-number"),
    "address": ("same-address", "similar-address", "near-address", "other-address"),
    "region": ("same-region", "other-region"),
    "detail": ("same-detail", "similar-detail", "other-detail"),
}
Near = Callable[[Numbers, Numbers], Numbers]  # levels of values that differ, by their places
CONTACTS = ("phone", "email", "id_number")
_MORE = 1000  # records more, of which one has the value, before any is counted
_AT_ONCE = 250_000  # pairs
_SIMILAR, _PARTLY = 0.8, 0.6  # of 1: from here on names are similar, or partly so
_ADDRESS, _NEARBY = 75, 55  # of 100
_SHORT = 2  # characters of a name of which one slip leaves too little
_LONG = 6  # characters from which on one slip makes a value no other


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Pairs × facts: `levels` (0: not told, 1: the closest), and how rare what agrees is.

    `rarity` is, summed over the facts that are the same, log2 of how few records have the value.
    `facts` names the columns, as in `LEVELS`; all details are called so.
    """

    facts: tuple[str, ...]
    levels: Numbers
    rarity: Numbers


def compared(records: Records, pairs: Numbers) -> Agreement:
    """Compare pairs of records (places, two columns) in every fact, one after the other."""
    facts = ("name", "phone", "email", "id_number", "address", "region", *records.details)
    levels = np.zeros((len(pairs), len(facts)), dtype=np.int8)
    rarity = np.zeros(len(pairs), dtype=np.float32)
    for place, fact in enumerate(facts):
        compare = _comparer(records, fact)
        for start in range(0, len(pairs), _AT_ONCE):
            here = slice(start, start + _AT_ONCE)
            levels[here, place], rare = compare(pairs[here, 0], pairs[here, 1])
            rarity[here] += rare
    # What lies at one address lies in one region: that is no second piece of evidence.
    levels[levels[:, 4] > 0, 5] = 0
    return Agreement(
        facts=facts,
        levels=levels,
        rarity=rarity,
    )


def _comparer(records: Records, fact: str) -> Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]:
    """Give what compares pairs in a fact: their levels, and how rare what agrees is."""
    if fact == "name":
        return partial(_names, records)
    near = None if fact == "region" else _NEAR.get(fact, _details)(records.columns[fact])
    return partial(_of_fact, fact, records.columns[fact], near)


def _of_fact(
    fact: str, column: Column, near: Near | None, one: Numbers, other: Numbers
) -> tuple[Numbers, Numbers]:
    a, b = column.codes[one], column.codes[other]
    told, same = (a >= 0) & (b >= 0), a == b
    level = np.where(told, np.where(same, 1, len(LEVELS.get(fact, LEVELS["detail"]))), 0)
    unlike = np.flatnonzero(told & ~same)
    if near and len(unlike):
        level[unlike] = near(a[unlike], b[unlike])
    return level, np.where(told & same, _rarity(fact, column, a), 0)


def _rarity(fact: str, column: Column, codes: Numbers) -> Numbers:
    """Give how rare values are, as log2; what is seen of them apart from the two is counted."""
    counts = np.maximum(column.counts[codes], 2)
    if fact in CONTACTS:  # how many share one at all is learned in weights.py
        return 1 - np.log2(counts)
    return np.log2((len(column.codes) + _MORE) / (counts - 1))


# ---------------------------------------------------------------- names


def _names(records: Records, one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Compare names, and former ones where that brings them closer."""
    name, former = records.columns["name"].codes, records.columns["former_name"].codes
    level, rare = _alike(records, name[one], name[other])
    nameless = (name[one] < 0) | (name[other] < 0)
    level[nameless], rare[nameless] = 0, 0
    for a, b in ((former[one], name[other]), (name[one], former[other])):
        if len(told := np.flatnonzero((a >= 0) & (b >= 0))):
            again, rarer = _alike(records, a[told], b[told])
            closer = again < level[told]
            level[told[closer]], rare[told[closer]] = again[closer], rarer[closer]
    return level, rare


def _alike(records: Records, a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    said = records.spelling
    folded = said.folded_codes[a] == said.folded_codes[b]
    heard = _heard_same(said, a, b)
    level = np.select([folded, heard], [1, 2], len(LEVELS["name"]))
    if len(unlike := np.flatnonzero(~(folded | heard))):
        level[unlike] = _resembling(said, a[unlike], b[unlike])
    chance = np.where(
        folded, said.folded_chance[a], np.maximum(said.whole_chance[a], said.whole_chance[b])
    )
    return level, np.where(folded | heard, -np.log2(chance), 0)


def _heard_same(said: Spelling, a: Numbers, b: Numbers) -> Numbers:
    one, other = said.whole_codes, said.second
    same: Numbers = (one[a] == one[b]) | (one[a] == other[b]) | (other[a] == one[b])
    same |= (other[a] == other[b]) & (other[a] >= 0)
    return same


def _resembling(said: Spelling, a: Numbers, b: Numbers) -> Numbers:
    """Tell names that are one slip apart, and those of which a part agrees, from others."""
    likeness = _likeness(said.whole, a, b)
    slips = np.asarray(
        cpdist(
            said.folded.gather(a).to_list(),
            said.folded.gather(b).to_list(),
            scorer=OSA.distance,
            score_cutoff=2,
            workers=2,
        )
    )
    longest = np.maximum(said.lengths[a], said.lengths[b])
    within = slips <= 1
    near = (likeness >= _SIMILAR) | (within & (longest > _SHORT))
    part = (likeness >= _PARTLY) | within | _initials(said, a, b) | _initials(said, b, a)
    letters = np.flatnonzero(~near & (said.han[a] != said.han[b]))
    if len(letters):
        near[letters] |= _letters(said, a[letters], b[letters])
    return np.select([near, part], [3, 4], 5)


def _likeness(texts: pl.Series, a: Numbers, b: Numbers) -> Numbers:
    return np.asarray(
        cpdist(
            texts.gather(a).to_list(),
            texts.gather(b).to_list(),
            scorer=OSA.normalized_similarity,
            workers=2,
        )
    )


def _letters(said: Spelling, a: Numbers, b: Numbers) -> Numbers:
    """Compare the letters of a Han name's pinyin and of a Latin name, in whatever order."""
    one, other = (_in_order(said.whole, places) for places in (a, b))
    return np.asarray(cpdist(one, other, scorer=OSA.normalized_similarity)) >= _SIMILAR


def _in_order(texts: pl.Series, places: Numbers) -> list[str]:
    """Give the letters of texts in alphabetical order."""
    distinct, which = np.unique(places, return_inverse=True)
    ordered = ["".join(sorted(text.replace(" ", ""))) for text in texts.gather(distinct)]
    return [ordered[at] for at in which.tolist()]


def _initials(said: Spelling, a: Numbers, b: Numbers) -> Numbers:
    """Tell whether the first has a word and an initial only, and they fit the second."""
    written = said.reduced[a, 0]
    fitting = (written == said.reduced[b, 0]) | (written == said.reduced[b, 1])
    fits: Numbers = said.short[a] & (written >= 0) & fitting
    return fits


# ---------------------------------------------------------------- other facts


def _phones(column: Column) -> Near:
    slips = Slips(column.values)
    return lambda a, b: np.where(slips(a, b), 2, 3)


def _emails(column: Column) -> Near:
    slips, boxes = Slips(column.values), column.values.str.extract("^([^@]*)").hash().to_numpy()
    return lambda a, b: np.select([boxes[a] == boxes[b], slips(a, b)], [2, 3], 4)


def _addresses(column: Column) -> Near:
    return partial(_near_addresses, column.values)


def _near_addresses(values: pl.Series, a: Numbers, b: Numbers) -> Numbers:
    pairs = pl.DataFrame({"a": values.gather(a), "b": values.gather(b)})
    one, other = pairs["a"].to_list(), pairs["b"].to_list()
    alike = np.asarray(cpdist(one, other, scorer=ratio, score_cutoff=_NEARBY, workers=2))
    level = np.where(alike >= _NEARBY, 3, 4)
    close = np.flatnonzero(alike >= _ADDRESS)
    level[close[_numbers_fit(pairs[close])]] = 2
    return level


def _numbers_fit(pairs: pl.DataFrame) -> Numbers:
    """Tell whether house and flat are the same, or the flat is missing: not next door."""
    numbers = pairs.select(pl.all().str.extract_all(r"\d+").list.join(" "))
    prefix = pl.col("a").str.starts_with(pl.col("b")) | pl.col("b").str.starts_with(pl.col("a"))
    told = (pl.col("a") != "") & (pl.col("b") != "")
    return numbers.select(prefix & told).to_series().to_numpy()


def _details(column: Column) -> Near:
    """Tell values one slip apart, and dates with day and month exchanged, from others."""
    slips, long = Slips(column.values), (column.values.str.len_chars() >= _LONG).to_numpy()
    given = column.values.hash().to_numpy()
    turned = column.values.str.replace(r"^(\d{4})-(\d\d)-(\d\d)$", "$1-$3-$2").hash().to_numpy()
    return lambda a, b: np.where((long[a] & long[b] & slips(a, b)) | (turned[a] == given[b]), 2, 3)


_NEAR: dict[str, Callable[[Column], Near]] = {
    "phone": _phones,
    "email": _emails,
    "id_number": _phones,
    "address": _addresses,
}
