"""Values as PostgreSQL sends and takes them in binary: for what is asked with thousands of keys.

An array is its number of dimensions, whether there are NULLs, the type of its elements, their
number and lower bound, then each element after its length (`array_send` in PostgreSQL's source).

>>> bigints([1, -1]).hex(" ", 4)
'00000001 00000000 00000014 00000002 00000001 00000008 00000000 00000001 00000008 ffffffff ffffffff'
>>> of_bigints(bigints([1, -1])).tolist(), of_bigints(None).tolist()
([1, -1], [])
"""

import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

Numbers = npt.NDArray[np.int64]
_HEAD = struct.Struct(">iiiii")
_BYTEA, _BIGINT, _TEXT = 17, 20, 25  # as in pg_type
_PRINT = 16  # bytes of a fingerprint
_DAY = date(2000, 1, 1).toordinal()  # days and times are counted from here
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_integer, _bigint = struct.Struct(">i").unpack, struct.Struct(">q").unpack


def bigints(values: Sequence[int]) -> bytes:
    """Write a ``bigint[]``."""
    return _array(_BIGINT, ">i8", np.array(values, np.int64))


def texts(values: Sequence[str]) -> bytes:
    """Write a ``text[]``.

    >>> texts(["VBJ1"]).hex(" ", 4)
    '00000001 00000000 00000019 00000001 00000001 00000004 56424a31'
    """
    elements = b"".join(struct.pack(f">i{len(t)}s", len(t), t) for t in map(str.encode, values))
    return _HEAD.pack(1, 0, _TEXT, len(values), 1) + elements


def fingerprints(values: Sequence[bytes]) -> bytes:
    """Write a ``bytea[]`` of fingerprints, 16 bytes each."""
    return _array(_BYTEA, f"V{_PRINT}", np.frombuffer(b"".join(values), f"V{_PRINT}"))


def halves(prints: Sequence[bytes]) -> bytes:
    """Write a ``bigint[]`` of the first halves of fingerprints, as they are kept to search by."""
    return _array(_BIGINT, ">i8", first_halves(prints))


def first_halves(prints: Sequence[bytes]) -> Numbers:
    """Give the first halves of fingerprints as numbers: so they are kept to search by, in 64 bits.

    >>> first_halves([bytes(15) + b"1", bytes.fromhex("ff" * 16)]).tolist()
    [0, -1]
    """
    words = np.frombuffer(b"".join(prints), ">i8").reshape(-1, _PRINT // 8)
    return words[:, 0].astype(np.int64)


def half(print_: bytes) -> int:
    """Give the first half of one fingerprint.

    >>> half(bytes.fromhex("ff" * 16))
    -1
    """
    return int.from_bytes(print_[: _PRINT // 2], "big", signed=True)


def _array(kind: int, form: str, values: npt.NDArray[Any]) -> bytes:
    elements = np.empty(len(values), [("length", ">i4"), ("value", form)])
    elements["length"], elements["value"] = np.dtype(form).itemsize, values
    return _HEAD.pack(1, 0, kind, len(values), 1) + elements.tobytes()


def of_bigints(value: bytes | None) -> Numbers:
    """Read a ``bigint[]`` without NULLs; none for NULL."""
    if value is None:
        return np.empty(0, np.int64)
    elements = np.frombuffer(value, [("length", ">i4"), ("value", ">i8")], offset=_HEAD.size)
    return elements["value"].astype(np.int64)


def of_bigint(value: bytes | None) -> int:
    """Read a ``bigint`` that is not NULL."""
    return int(_bigint(value or b"")[0])


def of_number(value: bytes | None) -> int | None:
    r"""Read an ``integer`` or a ``bigint``.

    >>> of_number(b"\x00\x00\x00\x07"), of_number(b"\xff" * 8)
    (7, -1)
    """
    return None if value is None else int.from_bytes(value, "big", signed=True)


def of_truth(value: bytes | None) -> bool:
    """Read a ``boolean``; NULL is False."""
    return value == b"\x01"


def of_bytes(value: bytes | None) -> bytes | None:
    """Read a ``bytea``: it is sent as it is."""
    return value


def of_text(value: bytes | None) -> str | None:
    """Read a ``text``.

    >>> of_text("张伟".encode()), of_text(None)
    ('张伟', None)
    """
    return None if value is None else value.decode()


def of_json(value: bytes | None) -> Any:
    r"""Read a ``jsonb``: its version, then its text.

    >>> of_json(b'\x01{"a": 1}')
    {'a': 1}
    """
    return None if value is None else orjson.loads(value[1:])


def of_day(value: bytes | None) -> date | None:
    """Read a ``date``.

    >>> of_day(bytes(4))
    datetime.date(2000, 1, 1)
    """
    return None if value is None else date.fromordinal(_DAY + _integer(value)[0])


def of_moment(value: bytes | None) -> datetime | None:
    """Read a ``timestamptz``.

    >>> of_moment(bytes(8)).isoformat()
    '2000-01-01T00:00:00+00:00'
    """
    return None if value is None else _EPOCH + timedelta(microseconds=_bigint(value)[0])
