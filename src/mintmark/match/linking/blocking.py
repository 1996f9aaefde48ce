"""Which records are worth comparing: those that share a key that few others have.

A key that many share (a frequent name, a switchboard) says nothing by itself; together with a part
of a phone, the region, the house number or another detail it does.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from mintmark.match.linking.coding import Numbers
from mintmark.match.linking.records import Records

_FEW = 12  # records that may share a name, before something has to be shared beside it
_SHARING = 50  # records that may share a phone, mailbox or ID number
_PIECES = (
    ((0, 4),),
    ((4, 8),),
    ((0, 2), (6, 8)),
)  # of the last eight digits: one slip leaves one whole
_DIGITS = 8
_MAILBOX = 5  # letters from which on a mailbox tells somebody
_ID_HALF = 9
_HOUSE = r"(\D{3}\d+)\D"  # a road's end and the first number after it
_HALF = np.uint64(32)


def candidates(records: Records) -> Numbers:
    """Give pairs of records, each once, as two columns of places; the smaller place first."""
    found = [_sharing(keys, rows, most) for keys, rows, most in _keys(records)]
    packed = np.sort(np.concatenate(found))
    packed = packed[np.r_[True, packed[1:] != packed[:-1]][: len(packed)]]
    pairs = np.stack(
        [packed >> _HALF, packed & np.uint64(0xFFFFFFFF)], axis=1, dtype=np.int32, casting="unsafe"
    )
    both_known = records.known[pairs[:, 0]] & records.known[pairs[:, 1]]
    return pairs[~both_known]


def _sharing(keys: Numbers, rows: Numbers, most: int) -> Numbers:
    """Give the pairs of rows that share a key, unless more than `most` do; packed in one number."""
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order].astype(np.uint64)
    here = _of_few(keys, most)
    found = [np.empty(0, dtype=np.uint64)]
    for step in range(1, most):
        here = here[here + step < len(keys)]
        here = here[keys[here] == keys[here + step]]
        if not len(here):
            break
        one, other = rows[here], rows[here + step]
        pairs = (np.minimum(one, other) << _HALF) | np.maximum(one, other)
        found.append(pairs[one != other])
    return np.concatenate(found)


def _of_few(keys: Numbers, most: int) -> Numbers:
    """Give the places of sorted keys that at least two have and at most `most`."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]][: len(keys)])
    sizes = np.diff(np.r_[starts, len(keys)])
    return np.flatnonzero(np.repeat((sizes > 1) & (sizes <= most), sizes))


Keyed = tuple[Numbers, Numbers, int]


def _keys(records: Records) -> Iterator[Keyed]:
    columns, everybody = records.columns, np.arange(len(records.places))
    for fact in ("phone", "email", "id_number"):
        yield _present(columns[fact].codes.astype(np.uint64), columns[fact].codes >= 0, _SHARING)
    units = (records.spelling.first, records.spelling.last)
    names = columns["name"].codes
    for part in (*_phone_parts(records), *_id_parts(records), _house(records)):
        for unit in units:
            yield _present(_both(part, unit[names]), part != 0, _FEW)
    yield _present(mailbox := _mailbox(records), mailbox != 0, _FEW)
    yield from _name_keys(records, everybody)


def _present(keys: Numbers, present: Numbers, most: int) -> Keyed:
    rows = np.flatnonzero(present)
    return keys[rows], rows, most


def _name_keys(records: Records, everybody: Numbers) -> Iterator[Keyed]:
    """Give names' keys, and those that many share together with something else."""
    columns, keys = records.columns, records.keys
    hashes, order = (
        keys["text"].hash().to_numpy(),
        np.argsort(keys["name"].to_numpy(), kind="stable"),
    )
    counts = np.bincount(keys["name"].to_numpy(), minlength=len(columns["name"].values))
    starts = np.r_[0, np.cumsum(counts)]
    told, rows = [], []
    for fact in ("name", "former_name"):
        present = everybody[columns[fact].codes >= 0]
        codes = columns[fact].codes[present]
        each = counts[codes]
        within = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
        told.append(hashes[order][np.repeat(starts[codes], each) + within])
        rows.append(np.repeat(present, each))
    shared, sharers = np.concatenate(told), np.concatenate(rows)
    yield shared, sharers, _FEW
    _, places, sizes = np.unique(shared, return_inverse=True, return_counts=True)
    many = sizes[places] > _FEW
    shared, sharers = shared[many], sharers[many]
    for part in (_region(records), _house(records), *_details(records)):
        there = part[sharers] != 0
        yield _both(shared[there], part[sharers[there]]), sharers[there], _FEW


def _both(one: Numbers, other: Numbers) -> Numbers:
    """Join two hashes into one."""
    mixed: Numbers = (one ^ (one >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= other * np.uint64(0xC2B2AE3D27D4EB4F)
    return mixed


def _hashes(texts: pl.Series) -> Numbers:
    """Give hashes of texts, 0 for null."""
    return texts.hash().set(texts.is_null(), 0).to_numpy()


def _of_records(records: Records, fact: str, texts: pl.Series) -> Numbers:
    codes = records.columns[fact].codes
    return np.where(codes < 0, np.uint64(0), np.r_[_hashes(texts), np.uint64(0)][codes])


def _phone_parts(records: Records) -> Iterator[Numbers]:
    phones = records.columns["phone"].values
    before, digits = phones.str.head(-_DIGITS), phones.str.slice(-_DIGITS)
    for places in _PIECES:
        piece = [digits.str.slice(a, b - a).alias(f"{a}") for a, b in places]
        parts = pl.DataFrame([before.alias("before"), *piece])
        joined = parts.select(pl.concat_str(pl.lit(f"{places}"), pl.all())).to_series()
        yield _of_records(records, "phone", joined)


def _id_parts(records: Records) -> Iterator[Numbers]:
    numbers = records.columns["id_number"].values
    for half in (numbers.str.head(_ID_HALF) + "-", numbers.str.slice(_ID_HALF)):
        yield _of_records(records, "id_number", half)


def _house(records: Records) -> Numbers:
    values = records.columns["address"].values
    return _of_records(records, "address", (values + " ").str.extract(_HOUSE))


def _mailbox(records: Records) -> Numbers:
    boxes = records.columns["email"].values.str.split("@").list.first()
    return _of_records(records, "email", boxes.set(boxes.str.len_chars() < _MAILBOX, None))


def _region(records: Records) -> Numbers:
    return _of_records(records, "region", records.columns["region"].values)


def _details(records: Records) -> Iterator[Numbers]:
    for detail in records.details:
        yield _of_records(records, detail, records.columns[detail].values)
