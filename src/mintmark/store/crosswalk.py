"""The crosswalk: what other systems call customers, and the codes of these."""

import polars as pl

from mintmark.store.session import Session

_CODES = """
SELECT e.key, code.text FROM external_key e
JOIN code ON code.customer = e.customer AND code.voided_at IS NULL WHERE e.source = %s
"""
_KNOWN = """
SELECT source || ':' || key, customer FROM external_key
WHERE (source, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
_AT_ONCE = 20_000
_SCHEMA = {"key": pl.String, "code": pl.String}


class Crosswalk:
    """Statements on `external_key` beside `code`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def known(self, names: list[str]) -> dict[str, int]:
        """Tell whose these names (``source:key``) are; those of nobody are left out."""
        cut = [name.partition(":") for name in names]
        given = ([source for source, _, _ in cut], [key for _, _, key in cut])
        found = self._session.connection.execute(_KNOWN, given)
        return dict(found.fetchall())

    def codes(self, source: str) -> pl.DataFrame:
        """Give the living codes of all customers whom a source knows: `key`, `code`."""
        frames = [pl.DataFrame(schema=_SCHEMA)]
        with self._session.connection.cursor(name="crosswalk") as cursor:
            cursor.execute(_CODES, (source,))
            while rows := cursor.fetchmany(_AT_ONCE):
                frames.append(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
        return pl.concat(frames)
