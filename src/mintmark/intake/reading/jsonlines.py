"""JSON lines: one object a line; its keys are the columns.

>>> lines = [b'{"name": "Li", "age": 40}', b'{"name": "Wang", "vip": true}']
>>> _columns(lines, 1, "list.jsonl").rows()
[('Li', '40', None), ('Wang', None, 'true')]
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import orjson
import polars as pl

from mintmark.errors import TooManyColumns, WrongRecord
from mintmark.intake.reading.sheet import plain
from mintmark.intake.reading.structure import COLUMNS

_ROWS = 20_000  # that are objects at a time


def read(path: Path, file: str, most: int | None) -> pl.DataFrame:
    """Read the records, or the first so many. Raises WrongRecord or TooManyColumns."""
    return pl.concat(_frames(path, file, most), how="diagonal")


def _frames(path: Path, file: str, most: int | None) -> Iterator[pl.DataFrame]:
    yield pl.DataFrame()
    with path.open("rb") as content:
        lines, first = islice(content, most), 1
        while some := list(islice(lines, _ROWS)):
            yield _columns(some, first, file)
            first += len(some)


def _columns(lines: Sequence[bytes], first: int, file: str) -> pl.DataFrame:
    """Give lines as columns of text; a line without anything is a record without anything."""
    objects = [_object(line, number, file) for number, line in enumerate(lines, first)]
    keys = dict.fromkeys(key for one in objects for key in one)
    if len(keys) > COLUMNS:
        raise TooManyColumns(file=file, line=first, most=COLUMNS)
    columns = {key: [plain(one.get(key)) for one in objects] for key in keys}
    return pl.DataFrame(columns, schema=dict.fromkeys(keys, pl.String))


def _object(line: bytes, number: int, file: str) -> dict[str, object]:
    if not (text := line.removeprefix(b"\xef\xbb\xbf").strip()):
        return {}
    try:
        read = orjson.loads(text)  # which refuses lone surrogates and wrong bytes, too
    except orjson.JSONDecodeError as error:
        raise WrongRecord(file=file, line=number, reason=error.msg) from None
    if not isinstance(read, dict):
        raise WrongRecord(file=file, line=number, reason=type(read).__name__)
    return read
