"""The crosswalk: what other systems call customers, and the codes of these."""

import polars as pl

from mintmark.store.session import Session

_CODES = """
SELECT e.key, code.text FROM external_key e
JOIN code ON code.customer = e.customer AND code.voided_at IS NULL WHERE e.source = %s
"""
_AT_ONCE = 20_000
_SCHEMA = {"key": pl.String, "code": pl.String}


class Crosswalk:
    """Statements on `external_key` beside `code`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def codes(self, source: str) -> pl.DataFrame:
        """Give the living codes of all customers whom a source knows: `key`, `code`."""
        frames = [pl.DataFrame(schema=_SCHEMA)]
        with self._session.connection.cursor(name="crosswalk") as cursor:
            cursor.execute(_CODES, (source,))
            while rows := cursor.fetchmany(_AT_ONCE):
                frames.append(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
        return pl.concat(frames)
