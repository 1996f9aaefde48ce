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
from mintmark.intake.reading.fingerprint import Fingerprint
from mintmark.intake.reading.sheet import Sheet, plain, records
from mintmark.intake.reading.structure import COLUMNS

_ROWS = 20_000  # that are objects at a time


class JsonLines:
    """A file of JSON lines: one sheet, named with nothing, whose first row are the keys."""

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self._fingerprint = Fingerprint.of(path, file)
        self.digest = self._fingerprint.digest
        self.names = [""]

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read the records, or the first. Raises WrongRecord, TooManyColumns or FileChanged."""
        frames = list(self._frames(None if rows is None else max(rows - 1, 0)))
        self._fingerprint.require_same()
        frame = pl.concat(frames, how="diagonal")
        return records(name, frame.columns, frame)

    def _frames(self, most: int | None) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame()
        with self._path.open("rb") as content:
            lines, first = islice(content, most), 1
            while some := list(islice(lines, _ROWS)):
                yield _columns(some, first, self._file)
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
