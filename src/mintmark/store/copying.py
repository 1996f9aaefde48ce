r"""Whole columns as COPY reads them: in binary where all values are of one width, else as CSV.

The binary form (PostgreSQL manual, COPY, "Binary Format") is a header, rows, and -1 as a count of
fields. A row is the number of its fields, then each field after its length, most significant first.

>>> rows = fixed([np.array([7, 8]), np.array([b"ab", b"cd"], "V2"), 1])
>>> b"".join(rows).count(b"\x00\x00\x00\x02ab")
1
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # its signature, no flags, no extension
_TAIL = b"\xff\xff"
_NUMBER = [("fields", ">i2"), ("length", ">i4"), ("value", ">i8")]
Column = npt.NDArray[Any] | int
Parts = tuple[bytes, ...]  # one after the other


def fixed(columns: Sequence[Column]) -> Parts:
    """Write rows of a fixed width: ``bigint`` as int64, ``bytea`` as V, one ``integer`` for all."""
    height = next(len(column) for column in columns if not isinstance(column, int))
    kinds = [_kind(column) for column in columns]
    form: list[tuple[str, str]] = [("fields", ">i2")]
    for at, kind in enumerate(kinds):
        form += [(f"length{at}", ">i4"), (f"value{at}", kind)]
    rows = np.empty(height, form)
    rows["fields"] = len(columns)
    for at, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
        rows[f"length{at}"], rows[f"value{at}"] = np.dtype(kind).itemsize, column
    return _HEAD, rows.tobytes(), _TAIL


def numbers(data: bytes) -> npt.NDArray[np.int64]:
    """Read rows of one ``bigint``, as COPY writes them in binary.

    >>> numbers(b"".join(fixed([np.array([7, -8])]))).tolist()
    [7, -8]
    """
    rows = np.frombuffer(data[len(_HEAD) : -len(_TAIL)], _NUMBER)
    return rows["value"].astype(np.int64)


def _kind(column: Column) -> str:
    if isinstance(column, int):
        return ">i4"
    return f"V{column.dtype.itemsize}" if column.dtype.kind == "V" else ">i8"


def written(table: pl.DataFrame) -> bytes:
    r"""Write rows as CSV; binary values as ``\x`` and hexadecimal digits, null as nothing.

    >>> written(pl.DataFrame({"a": ["x,y", None], "b": [b"\x01", b""]}))
    b'"x,y",\\x01\n,\\x\n'
    """
    binary = [name for name, kind in table.schema.items() if kind == pl.Binary]
    hexed = [(pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in binary]
    rows = io.BytesIO()
    table.with_columns(hexed).write_csv(rows, include_header=False)
    return rows.getvalue()
