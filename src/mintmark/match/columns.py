"""Match keys of many customers at once: what `keys_of` gives for each, as columns.

Each distinct name is heard once, and a plain Han name (half of all in China) is not even touched by
Python: the sounds of its characters are joined as columns.

>>> people = pl.DataFrame({"name": ["张伟", "曾伟"], "phone": ["+8613875014587", None]})
>>> keys_of_column(people).rows()
[(0, 'sound', 'wei zhang'), (0, 'tail', '4587'), (1, 'sound', 'wei zeng'), (1, 'sound', 'ceng wei')]
"""

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import numpy as np
import polars as pl

from mintmark.match.keys import TAIL, name_keys
from mintmark.match.names import ENDS, heard
from mintmark.match.sounds import sole_reading

INDEX = pl.Enum(["sound", "words", "organisation", "tail"])
_PLAIN = rf"^[\x{{3400}}-\x{{9fff}}]{{1,2}}[[\x{{3400}}-\x{{9fff}}]--[{ENDS}]]$"
_LENGTHS = (2, 3)  # characters of a plain name
_AT_ONCE = 20_000  # names: so few Python objects live at a time
Codes = np.ndarray[tuple[int, ...], np.dtype[Any]]
_SCHEMA: Mapping[str, type[pl.DataType] | pl.DataType] = {
    "name": pl.String,
    "index": INDEX,
    "text": pl.String,
}


def keys_of_column(frame: pl.DataFrame, spoken: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give the match keys of customers as `row` (UInt32, from 0), `index` (`INDEX`) and `text`.

    `spoken`: the keys of these names, and perhaps of others, if they were told before
    (`keys_of_names`). `frame` has the column `name` and perhaps `former_name` and `phone`:
    canonical values, null for nothing. The keys of a row are those that `keys_of` gives, in the
    same order; rows stay in theirs.
    """
    rows = frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), pl.all())
    names = [rows.select("row", name=column) for column in _names_in(frame)]
    there = pl.concat([column["name"] for column in names])
    if spoken is None:
        spoken = keys_of_names(there)
    else:
        wanted = there.unique().to_frame()
        spoken = spoken.join(wanted, on="name", how="semi", maintain_order="left")
    found = [named.join(spoken, on="name", maintain_order="left_right") for named in names]
    keys = [column.select("row", "index", "text") for column in found]
    if "phone" in frame.columns:
        keys.append(_tails(rows))
    every = pl.concat(keys).sort("row", maintain_order=True)
    return _each_once(every, rows) if len(names) > 1 else every


def keys_of_names(names: pl.Series) -> pl.DataFrame:
    """Give the match keys of each distinct name as `name`, `index` and `text`, in their order."""
    distinct = names.drop_nulls().unique().alias("name")
    plain = _plain(distinct.filter(distinct.str.contains(_PLAIN)))
    others = pl.DataFrame({"name": distinct}).join(plain, on="name", how="anti")["name"]
    return pl.concat([plain, *map(_others, others.to_frame().iter_slices(_AT_ONCE))])


def _names_in(frame: pl.DataFrame) -> list[str]:
    """Give the columns of names that say something."""
    former = "former_name" in frame.columns and frame["former_name"].null_count() < len(frame)
    return ["name", "former_name"] if former else ["name"]


def _plain(names: pl.Series) -> pl.DataFrame:
    """Give the keys of Han names of which each character has but one reading; leave the rest."""
    told = {length: names.filter(names.str.len_chars() == length) for length in _LENGTHS}
    return pl.concat([_bags(alike, length) for length, alike in told.items()])


def _bags(names: pl.Series, length: int) -> pl.DataFrame:
    """Give the keys of names of so many characters, which are plain."""
    characters = np.frombuffer("".join(names).encode("utf-32-le"), "<u4").reshape(-1, length)
    sounds, table = _sole_readings(np.unique(characters))
    places = table[characters]
    plain = (places >= 0).all(axis=1)
    bags = np.sort(places[plain], axis=1)  # sounds stand in their order, so this is `bag`
    spoken = pl.DataFrame([sounds.gather(bags[:, n]).alias(str(n)) for n in range(length)])
    return spoken.select(
        name=names.filter(pl.Series(plain, dtype=pl.Boolean)),
        index=pl.lit("sound", dtype=INDEX),
        text=pl.concat_str(pl.all(), separator=" "),
    )


def _sole_readings(codes: Codes) -> tuple[pl.Series, Codes]:
    """Give all sounds in order, and for each code point the place of its sole one, or -1."""
    read = {code: sole_reading(chr(code)) for code in codes.tolist()}
    sounds = sorted(set(filter(None, read.values())))
    places: dict[str | None, int] = {sound: place for place, sound in enumerate(sounds)}
    table = np.full(max(read, default=0) + 1, -1, dtype=np.int32)
    for code, sound in read.items():
        table[code] = places.get(sound, -1)
    return pl.Series(sounds, dtype=pl.String), table


def _others(names: pl.DataFrame) -> pl.DataFrame:
    """Give the keys of names that have to be taken apart one by one."""
    told: list[str] = []
    indexes: list[str] = []
    texts: list[str] = []
    for name in names["name"]:
        keys = dict.fromkeys(name_keys(heard(name)))
        told.extend(repeat(name, len(keys)))
        indexes.extend([key.index for key in keys])
        texts.extend([key.text for key in keys])
    return pl.DataFrame({"name": told, "index": indexes, "text": texts}, schema=_SCHEMA)


def _tails(rows: pl.DataFrame) -> pl.DataFrame:
    whole = pl.col("phone").str.split(";").list.first()
    tails = rows.filter(pl.col("phone") != "").select(
        "row", index=pl.lit("tail", dtype=INDEX), text=whole.str.slice(-TAIL)
    )
    return tails.cast({"text": pl.String})


def _each_once(keys: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out what a former name says again."""
    repeating = rows.filter(pl.col("former_name").is_not_null()).select("row")
    twice = keys.join(repeating, on="row").unique(maintain_order=True)
    once = keys.join(repeating, on="row", how="anti")
    return pl.concat([once, twice]).sort("row", maintain_order=True)
