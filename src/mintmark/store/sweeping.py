"""All keys of a table, in the order in which they lie there.

Whoever asks for a million keys has them sooner by reading the whole table than by looking each of
them up: a page is read in the time of some ten look-ups, and holds a hundred keys.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from mintmark.store.session import Session

_PAGES = 10_000  # read at once: some 30 MB
_FOR_A_ROW = 0.4  # pages that are read in the time of a row's look-ups
_HALF = ">u8"
# As one value: each row by itself would take ten times as long on its way.
_KEYS = {
    "identity": "SELECT string_agg(key || int8send(customer), ''::bytea) FROM identity",
    "fact_index": """
        SELECT string_agg(int8send(fingerprint) || int8send(customer), ''::bytea) FROM fact_index
    """,
}
_COUNT = "SELECT pg_relation_size(%s) / current_setting('block_size')::bigint"
_HERE = "WHERE ctid >= %s::tid AND ctid < %s::tid"


class Sweeping:
    """Statements that read the whole of `identity` or `fact_index`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def pays(self, table: str, rows: int) -> bool:
        """Tell whether it is sooner done than looking up what so many rows ask for."""
        return 0 < self._pages(table) <= _FOR_A_ROW * rows

    def keys(self, table: str) -> Iterator[pl.DataFrame]:
        """Give fingerprints as numbers (`high`, perhaps `low`) and whose they are (`customer`)."""
        names = ["high", "low", "customer"] if table == "identity" else ["high", "customer"]
        for begin in range(0, self._pages(table), _PAGES):
            place = (f"({begin},0)", f"({begin + _PAGES},0)")
            query = f"{_KEYS[table]} {_HERE}".encode()
            found = self._session.connection.execute(query, place, binary=True).fetchone()
            if found and found[0]:
                columns = np.frombuffer(found[0], _HALF).reshape(-1, len(names)).T
                yield pl.DataFrame(
                    {
                        name: column.astype(np.uint64)
                        for name, column in zip(names, columns, strict=True)
                    }
                ).cast({"customer": pl.Int64})

    def _pages(self, table: str) -> int:
        found = self._session.connection.execute(_COUNT, (table,)).fetchone()
        return int(found[0]) if found else 0
