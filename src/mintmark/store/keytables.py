"""What stands under which version of a key, and how it gets under a newer one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mintmark.store.sealing import Noted
from mintmark.store.session import Session

INDEXES = ("identity", "fact_index", "match_key")
"""The tables of fingerprints."""

_NOTED = "SELECT id, purpose, version, check_value FROM key_check ORDER BY purpose, version"
# Of two who note at once, one waits; whose keys are others then finds out by `Keys.refresh`.
_NOTE = """
INSERT INTO key_check (id, purpose, version, check_value) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_SEALED = "sealed IS NOT NULL AND shredded_at IS NULL"
_DATA_KEYS = "SELECT version, count(*) FROM data_key GROUP BY version"
_CUSTOMERS = f"SELECT index_version, count(*) FROM customer WHERE {_SEALED} GROUP BY 1"
_OPEN = "SELECT count(*) FROM customer WHERE unsealed IS NOT NULL"
_WRAPPED = """
SELECT customer, wrapped FROM data_key WHERE customer > %s AND version < %s
ORDER BY customer LIMIT %s
"""
# Only what is still as it was read: a data key that was shredded stays away, a new one stays new.
_REWRAP = """
UPDATE data_key SET wrapped = given.wrapped, version = %b
FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[]) AS given (customer, was, wrapped)
WHERE data_key.customer = given.customer AND data_key.wrapped = given.was
"""
_WRITING = """
SELECT virtualtransaction FROM pg_locks
WHERE relation = 'customer'::regclass AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_ALONE = "LOCK TABLE customer, data_key IN SHARE ROW EXCLUSIVE MODE"
_PAGES = """
SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::integer
"""
_REQUESTS = "SELECT count(*) FROM request WHERE at >= %s AND at < %s"


class KeyTables:
    """Statements on `data_key` and `key_check`, and on versions of index keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # ------------------------------------------------------------ which keys there are

    def noted(self) -> list[Noted]:
        """Give every key that was ever used: id, purpose, version, check value."""
        return list(self._session.connection.execute(_NOTED))

    def note(self, keys: Iterable[Noted]) -> None:
        """Note keys that are going to be used, each once."""
        for one in keys:
            self._session.connection.execute(_NOTE, one)

    # ------------------------------------------------------------ what is under them

    def data_keys(self) -> dict[int, int]:
        """Count the data keys under each version of the wrapping key."""
        return dict(self._session.connection.execute(_DATA_KEYS).fetchall())

    def customers(self) -> dict[int, int]:
        """Count the customers who are found under each version of the index key at best."""
        return dict(self._session.connection.execute(_CUSTOMERS).fetchall())

    def unsealed(self) -> int:
        """Count the customers whose facts still lie open."""
        return self._count(_OPEN)

    def fingerprints(self, version: int) -> int:
        """Count the fingerprints under a version of the index key."""
        counts = (f"(SELECT count(*) FROM {table} WHERE version = {{0}})" for table in INDEXES)
        return self._count(f"SELECT {' + '.join(counts)}".format(int(version)))

    def is_left_over(self, newest: int) -> bool:
        """Tell whether there are fingerprints of older versions of the index key."""
        there = (f"EXISTS (SELECT FROM {table} WHERE version < {{0}})" for table in INDEXES)
        return bool(self._count(f"SELECT ({' OR '.join(there)})::integer".format(int(newest))))

    def requests(self, since: datetime, until: datetime) -> int:
        """Count the answers to requests that were given in that time."""
        return self._count(_REQUESTS, since, until)

    # ------------------------------------------------------------ who writes meanwhile

    def writing(self) -> set[str]:
        """Give the transactions that have written customers and are not over."""
        return {row[0] for row in self._session.connection.execute(_WRITING)}

    def be_alone(self) -> None:
        """Let nobody else write customers until this work ends."""
        self._session.connection.execute(_ALONE)

    # ------------------------------------------------------------ from version to version

    def outdated(self, newest: int, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Give data keys, wrapped under an older version, of the next customers after this one."""
        with self._session.connection.cursor(binary=True) as cursor:
            return cursor.execute(_WRAPPED, (after, newest, limit)).fetchall()

    def rewrap(
        self, rows: Sequence[tuple[int, bytes]], wrapped: Sequence[bytes], version: int
    ) -> int:
        """Put data keys in the place of those that were read; tell how many still were so."""
        ids, was = zip(*rows, strict=True)
        given = (version, list(ids), list(was), list(wrapped))
        return self._session.connection.execute(_REWRAP, given).rowcount

    def pages(self, table: str) -> int:
        """Give how many pages a table has."""
        return self._count(_PAGES, table)

    def sweep(self, table: str, newest: int, pages: range) -> int:
        """Delete the fingerprints of older versions from some pages of a table; tell how many."""
        statement = f"DELETE FROM {table} WHERE version < %s AND ctid >= %s::tid AND ctid < %s::tid"
        ends = (f"({pages.start},0)", f"({pages.stop},0)")
        return self._session.connection.execute(statement.encode(), (newest, *ends)).rowcount

    def _count(self, statement: str, *given: object) -> int:
        row = self._session.connection.execute(statement.encode(), given or None).fetchone()
        return int(row[0]) if row else 0
