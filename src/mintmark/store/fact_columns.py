r"""What `facts` says of one customer, for whole columns: packed facts, and the texts of keys.

A table has a column for each fact, in canonical values: texts, and days as dates; null is unknown.

>>> people = pl.DataFrame({"name": ["张伟", "Li Na"], "phone": ["+8613875014587", None]})
>>> personal(people, sealed=()).to_list()
['{"name":"张伟","phone":"+8613875014587"}', '{"name":"Li Na"}']
>>> [(fact, index, column.to_list()) for fact, (index, column) in identity(people)]
[('phone', 'name+contact', ['张伟\x1f+8613875014587', None])]
"""

from collections.abc import Collection, Iterator

import orjson
import polars as pl

from mintmark.customer import FACTS
from mintmark.store.facts import SEARCHED
from mintmark.text import fold

OPENLY = ("type", "region", "registered", "owner")
"""Open attributes with columns of their own."""
_CONTACTS = ("phone", "email")
_HAN = r"^[\x{4e00}-\x{9fff}]+$"
_ODD = r'["\\\x00-\x1f]'  # what JSON escapes (RFC 8259, 7)
Texts = tuple[str, pl.Series]  # the index that they are kept in, and a text, or null, for each row


def personal(table: pl.DataFrame, *, sealed: Collection[str]) -> pl.Series:
    """Give the facts of each row that are sealed, as `facts.pack` does.

    `sealed`: the names of declared fields that are about people.
    """
    usual = [name for name, fact in FACTS.items() if fact.personal and name in table.columns]
    return _objects(table, [*usual, *sorted(set(sealed) & set(table.columns))])


def openly(table: pl.DataFrame, *, sealed: Collection[str]) -> pl.Series:
    """Give the open attributes of each row without a column of their own, as `facts.pack_open`."""
    usual = [name for name, fact in FACTS.items() if not fact.personal and name not in OPENLY]
    more = sorted(set(table.columns) - set(FACTS) - set(sealed))
    return _objects(table, [name for name in (*usual, *more) if name in table.columns])


def held(table: pl.DataFrame, *, sealed: Collection[str]) -> pl.Series:
    """Give the names of the declared fields about people that each row has a value of, as JSON."""
    named = [
        table.select(pl.when(pl.col(name).is_not_null()).then(pl.lit(quoted(name)))).to_series()
        for name in sorted(set(sealed) & set(table.columns))
    ]
    listed = _joined(named, table.height)
    return ("[" + listed + "]").set(listed == "", None)


def record(table: pl.DataFrame, occurrences: pl.Series) -> Texts:
    """Give the text of each row's record key, as `facts.record_key` does."""
    pairs = [
        _after(f"[{quoted(name)},", table[name], plain=True) + "]" for name in sorted(table.columns)
    ]
    joined = _joined(pairs, table.height)
    return "record", occurrences.cast(pl.String) + " [" + joined + "]"


def identity(table: pl.DataFrame) -> Iterator[tuple[str, Texts]]:
    """Give the texts of the other keys that only one customer can have, by the fact that they need.

    The strongest come first, see `facts.identity_keys`.
    """
    if "id_number" in table.columns:
        yield "id_number", ("id", table["id_number"])
    if contacts := [fact for fact in _CONTACTS if fact in table.columns]:
        names = folded(table["name"]) + "\x1f"
        for fact in contacts:
            yield fact, ("name+contact", names + table[fact])


def external(names: pl.Series) -> Texts:
    r"""Give the texts of the keys by what other systems call customers (``source:key``).

    >>> external(pl.Series(["crm:A-17", None]))[1].to_list()
    ['crm\x1fA-17', None]
    """
    return "external", names.str.replace(":", "\x1f", literal=True)


def searched(table: pl.DataFrame) -> Iterator[Texts]:
    """Give the texts under which each row is found exactly, as `facts.search_keys` does."""
    for fact in SEARCHED:
        if fact in table.columns:
            yield fact, folded(table[fact]) if fact == "name" else table[fact]


def folded(names: pl.Series) -> pl.Series:
    """Give each name folded, as `text.fold` does.

    >>> folded(pl.Series(["王 琦", "O'Brien Jr.", "Ｊö", None])).to_list()
    ['王琦', 'obrienjr', 'jö', None]
    """
    usual = pl.Series(names.str.contains(_HAN)).fill_null(value=True)  # of which nothing changes
    plain = (names.str.len_bytes() == names.str.len_chars()) & ~usual
    letters = names.str.to_lowercase().str.replace_all("[^a-z0-9]", "")
    found = names.zip_with(~plain.fill_null(value=False), letters)
    others = (~usual & ~plain).arg_true()
    return found.scatter(others, [fold(name) for name in names.gather(others)])


# ---------------------------------------------------------------- JSON, as orjson writes it


def _objects(table: pl.DataFrame, names: list[str]) -> pl.Series:
    members = [_after(f"{quoted(name)}:", table[name]) for name in names]
    return "{" + _joined(members, table.height) + "}"


def _joined(pieces: list[pl.Series], height: int) -> pl.Series:
    if not pieces:
        return pl.repeat("", height, eager=True)
    return pl.select(pl.concat_str(pieces, separator=",", ignore_nulls=True)).to_series()


def quoted(name: str) -> str:
    """Give a text in JSON."""
    return orjson.dumps(name).decode()


def _after(begin: str, column: pl.Series, *, plain: bool = False) -> pl.Series:
    """Give each value in JSON after a text, null for null; days in lists, or `plain` as texts."""
    if column.dtype == pl.Date:
        days = column.dt.to_string("iso")
        return f'{begin}"' + days + '"' if plain else f'{begin}["' + days + '"]'
    odd = column.str.contains(_ODD).fill_null(value=False)
    if not odd.any():
        return f'{begin}"' + column + '"'
    written = [None if value is None else orjson.dumps(value).decode() for value in column]
    return begin + pl.Series(written, dtype=pl.String)
