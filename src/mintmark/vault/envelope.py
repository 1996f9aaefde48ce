"""Envelopes: a value sealed under a data key of its own, which a wrapping key wraps.

    wrapped = format 1 B │ suite 1 B │ version 2 B │ key id 4 B │ nonce 12 B │ data key │ tag 16 B
    sealed  = format 1 B │ suite 1 B │                            nonce 12 B │ value    │ tag 16 B

The header says which wrapping key, by version and by id: so a key that is lost can be named, and
two keys that were made at the same time as the same version are told apart. Associated data, which
the tag covers, too:

    of wrapped: "data_key" (after its length), header, row
    of sealed:  table, column (each after its length), header, row

with the row's id as 8 bytes, most significant first. So whatever was changed, cut off, or moved to
another row, column or table is refused. What this cannot tell is both parts of the same row put
back together as they were at some earlier time; the ledger can.

A data key seals the value of one row, and the next one when that changes, each under a nonce of its
own; a wrapping key may wrap 2³² data keys (NIST SP 800-38D, 8.3). Keys are wrapped by GCM, as NIST
SP 800-38F, 3.1, allows, because its own KW could not bind the row.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from mintmark.errors import TamperedValue
from mintmark.vault.key import ID
from mintmark.vault.suite import NONCE, TAG, Aead, Suite, framed

FORMAT = 1
DATA_KEY = "data_key"  # the table of wrapped data keys
_WRAPPED = "wrapped"
_HEADER = struct.Struct(f">BBH{ID}s")
HEADER = _HEADER.size  # bytes, of what is wrapped
_SHORT = 2  # bytes, the header of what is sealed
_row = struct.Struct(">q").pack


class Sealed(NamedTuple):
    """A sealed value, and the data key that opens it, wrapped; they are stored apart."""

    wrapped: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping:
    """A wrapping key at work; `bound` is the associated data of all rows."""

    suite: Suite
    header: bytes
    bound: bytes
    aead: Aead = field(repr=False)


def header(suite: Suite, version: int, key_id: str) -> bytes:
    """Give the header of what a key wraps; `key_id` in hexadecimal digits.

    >>> from mintmark.vault.suite import SUITES
    >>> header(SUITES["sm4-gcm"], 3, "1f3a9c20").hex(" ")
    '01 02 00 03 1f 3a 9c 20'
    """
    return _HEADER.pack(FORMAT, suite.id, version, bytes.fromhex(key_id))


def wrapping(header: bytes, suite: Suite, key: bytes) -> Wrapping:
    """Put a wrapping key to work."""
    return Wrapping(
        suite=suite, header=header, bound=framed(DATA_KEY) + header, aead=suite.aead(key)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where values of a suite are sealed; `bound` is the associated data of all rows."""

    suite: Suite
    table: str
    column: str
    header: bytes
    bound: bytes


def column(suite: Suite, table: str, name: str) -> Column:
    """Name a column of a table for sealing."""
    start = bytes((FORMAT, suite.id))
    return Column(
        suite=suite, table=table, column=name, header=start, bound=framed(table, name) + start
    )


def seal(under: Wrapping, into: Column, rows: Sequence[tuple[int, bytes]]) -> list[Sealed]:
    """Seal the values of rows, each under a new data key."""
    suite, wrap = under.suite, under.aead.encrypt
    # Nonces and keys come from the kernel in one call, and none is kept for the next:
    # so a process that forks has nothing that its child has, too.
    dice = _dice(len(rows), NONCE, suite.key_length, NONCE)
    done = []
    for (row, value), (first, key, second) in zip(rows, dice, strict=True):
        at = _row(row)
        wrapped = wrap(first, key, under.bound + at)
        sealed = suite.aead(key).encrypt(second, value, into.bound + at)
        done.append(Sealed(under.header + first + wrapped, into.header + second + sealed))
    return done


def reseal(into: Column, rows: Sequence[tuple[int, bytes]], keys: Sequence[bytes]) -> list[bytes]:
    """Seal new values of rows under the data keys that they have."""
    return [
        into.header + nonce + into.suite.aead(key).encrypt(nonce, value, into.bound + _row(row))
        for (row, value), key, (nonce,) in zip(rows, keys, _dice(len(rows), NONCE), strict=True)
    ]


def unseal(under: Wrapping, into: Column, row: int, value: Sealed) -> bytes:
    """Give the value of a row. Raises TamperedValue."""
    aead = into.suite.aead(unwrap(under, row, value.wrapped))
    sealed, at = value.sealed, _SHORT + NONCE
    if sealed.startswith(into.header) and len(sealed) >= at + TAG:
        try:
            return aead.decrypt(sealed[_SHORT:at], sealed[at:], into.bound + _row(row))
        except InvalidTag:
            pass
    raise TamperedValue(table=into.table, column=into.column, row=row)


def unwrap(under: Wrapping, row: int, wrapped: bytes) -> bytes:
    """Give the data key of a row. Raises TamperedValue."""
    at = HEADER + NONCE
    if wrapped.startswith(under.header) and len(wrapped) == at + under.suite.key_length + TAG:
        try:
            return under.aead.decrypt(wrapped[HEADER:at], wrapped[at:], under.bound + _row(row))
        except InvalidTag:
            pass
    raise tampered(row)


def wrap(under: Wrapping, rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
    """Wrap the data keys of rows."""
    encrypt = under.aead.encrypt
    return [
        under.header + nonce + encrypt(nonce, key, under.bound + _row(row))
        for (row, key), (nonce,) in zip(rows, _dice(len(rows), NONCE), strict=True)
    ]


def named(suite: Suite, row: int, wrapped: bytes) -> tuple[int, str]:
    """Give version and id of the key that a data key is wrapped under, as its header says.

    Raises TamperedValue where that is no header, or one of another suite.
    """
    if len(wrapped) < HEADER:
        raise tampered(row)
    form, suite_id, version, key_id = _HEADER.unpack_from(wrapped)
    if (form, suite_id) != (FORMAT, suite.id):
        raise tampered(row)
    return version, key_id.hex()


def tampered(row: int) -> TamperedValue:
    """Refuse the wrapped data key of a row."""
    return TamperedValue(table=DATA_KEY, column=_WRAPPED, row=row)


def _dice(count: int, *lengths: int) -> Iterator[tuple[bytes, ...]]:
    return struct.iter_unpack("".join(f"{n}s" for n in lengths), os.urandom(count * sum(lengths)))
