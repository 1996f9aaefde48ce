"""One unit of work's way to the database: writes gather, and go together before the next read.

psycopg's cursors take as long as our statements do, and a small unit of work waits for each round
trip. So what is written is gathered, and sent as one prepared statement through libpq itself,
together with BEGIN or COMMIT; many rows go with COPY.
"""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

from mintmark.store.rows import Columns, Row, Write, copied, insertion, together

_MANY = 2000  # rows; more are sent faster by COPY
_PIECE = 1 << 18  # bytes of a COPY that are sent at once
_PREPARED = 300  # statements that a connection keeps prepared
_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
Texts = tuple[bytes | None, ...]


class Direct(Connection[Any]):
    """A connection that also runs prepared statements through libpq itself."""

    used_at = float("-inf")  # when it was last known to live, by the monotonic clock
    _names: dict[str, str] | None = None
    _count = 0

    def say(self, commands: str) -> list[Texts]:
        """Run commands in one round trip; give the rows of the last one.

        Raises InFailedSqlTransaction if the last is COMMIT and the server rolled back instead.
        """
        result = self.pgconn.exec_(commands.encode())
        rows = _rows(result)
        if commands.endswith("COMMIT") and result.command_status != b"COMMIT":
            raise psycopg.errors.InFailedSqlTransaction
        return rows

    def prepared(self, statement: str, given: Sequence[str | None]) -> str:
        """Give the command that runs a statement; it is prepared at its first use."""
        name = self._name(statement)
        # Strings conform to the standard on our connections: a backslash is a backslash.
        literals = ["NULL" if t is None else "'" + t.replace("'", "''") + "'" for t in given]
        return f"EXECUTE {name} ({', '.join(literals)})" if literals else f"EXECUTE {name}"

    def ask(self, statement: str, given: Sequence[bytes]) -> list[Texts]:
        """Run a prepared statement with values in binary; give its rows so."""
        name = self._name(statement).encode()
        return _rows(self.pgconn.exec_prepared(name, given, [1] * len(given), 1))

    def _name(self, statement: str) -> str:
        names = self._names = {} if self._names is None else self._names
        if (name := names.get(statement)) is None:
            if len(names) >= _PREPARED:  # the oldest makes room
                self.say(f"DEALLOCATE {names.pop(next(iter(names)))}")
            self._count += 1
            name = f"mintmark_{self._count}"
            _rows(self.pgconn.prepare(name.encode(), statement.encode()))
            names[statement] = name
        return name


class Session:
    """A unit of work's connection: begun with its first command, ended with its last writes.

    One that is only for `reading` begins nothing: each statement stands for itself.
    """

    def __init__(self, connection: Connection[Any], *, reading: bool = False) -> None:
        self._given = connection
        self._is_reading = reading
        self._is_begun = not isinstance(connection, Direct)
        self._pending: dict[str, Write] = {}
        self._claimed: tuple[str, int] | None = None  # a table, and how many rows are to be met

    @property
    def connection(self) -> Connection[Any]:
        """The connection, with everything written to it."""
        self.flush()
        if not (self._is_begun or self._is_reading) and isinstance(self._given, Direct):
            self._is_begun = True
            self._given.say("BEGIN")
        return self._given

    def run(self, statement: str, *given: str) -> list[Texts]:
        """Run a statement with texts, through libpq itself; give its rows as texts in UTF-8."""
        self.flush()
        return self._run(statement, given)

    @property
    def reading(self) -> Connection[Any]:
        """The connection for one statement that only reads: it begins nothing."""
        self.flush()
        return self._given

    def ask(self, statement: str, *given: bytes) -> list[Texts]:
        """Run a statement that only reads, see `binary`: it begins nothing."""
        self.flush()
        if isinstance(self._given, Direct):
            return self._given.ask(statement, given)
        binary = [1] * len(given)
        return _rows(self._given.pgconn.exec_params(statement.encode(), given, None, binary, 1))

    def end(self) -> None:
        """Send what is still to be written, and commit."""
        if isinstance(self._given, Direct) and (self._is_begun or self._pending):
            self.flush(then="; COMMIT")

    def give_up(self) -> None:
        """Roll back, if there is still a server to say it to."""
        self._pending.clear()
        if isinstance(self._given, Direct) and self._is_begun:
            with contextlib.suppress(psycopg.Error):
                self._given.say("ROLLBACK")

    def add(self, table: str, columns: Columns, rows: Iterable[Row]) -> None:
        """Write rows into a table; `columns` are in the order of each row's values.

        A dict, list or tuple is written as JSON.
        """
        listed = list(rows)
        if len(listed) > _MANY:
            self._copy(table, columns, listed)
        elif listed:
            self.write(table, insertion(table, columns, listed))

    def write(self, table: str, write: Write) -> None:
        """Write to a table, together with what else is to be written."""
        if table in self._pending:
            self.flush()  # one statement must not write a row twice
        self._pending[table] = write

    def claim(self, table: str, write: Write, count: int) -> None:
        """Write to a table before anything else that is to be written; `count` rows are claimed.

        If there are fewer, nothing is written at all, and the server's error is MM001.
        """
        self.flush()
        self._pending[table], self._claimed = write, (table, count)

    def flush(self, *, then: str = "") -> None:
        """Send what is to be written as one statement."""
        if self._pending:
            writes, self._pending = self._pending, {}
            claimed, self._claimed = self._claimed, None
            each = tuple((table, one.statement, len(one.given)) for table, one in writes.items())
            given = [text for one in writes.values() for text in one.given]
            if claimed is None:
                self._run(together(each), given, then=then)
            else:
                table, count = claimed
                self._run(together(each, table), [*given, str(count)], then=then)
        elif then and isinstance(self._given, Direct):
            self._given.say(then.removeprefix("; "))

    def _run(self, statement: str, given: Sequence[str | None], *, then: str = "") -> list[Texts]:
        if not isinstance(self._given, Direct):  # somebody else's: nothing is left behind on it
            values = [None if text is None else text.encode() for text in given]
            return _rows(self._given.pgconn.exec_params(statement.encode(), values))
        command = self._given.prepared(statement, given)
        if then and not self._is_begun:  # one statement alone is a transaction
            return self._given.say(command)
        first = "" if self._is_begun or self._is_reading else "BEGIN; "
        self._is_begun = not self._is_reading
        return self._given.say(f"{first}{command}{then}")

    def copy(
        self, table: str, columns: Sequence[str], rows: Iterable[bytes], *, form: str = "binary"
    ) -> None:
        """Write rows into a table as they were made ready, part by part; see `copying`."""
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT {form})"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for part in rows:
                for start in range(0, len(part), _PIECE):
                    copy.write(part[start : start + _PIECE])

    def copied(self, query: str) -> bytes:
        """Give the rows of a query as COPY writes them in binary; see `copying`."""
        statement = f"COPY ({query}) TO STDOUT (FORMAT binary)"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            return b"".join(copy)

    def _copy(self, table: str, columns: Columns, rows: list[Row]) -> None:
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for start in range(0, len(rows), _MANY):
                copy.write(copied(rows[start : start + _MANY]))


def _rows(result: PGresult) -> list[Texts]:
    if result.status not in _FINE:
        if result.error_field(DiagnosticField.SQLSTATE) is None:  # the server said nothing: gone
            raise psycopg.OperationalError(result.error_message.decode(errors="replace").strip())
        raise psycopg.errors.error_from_result(result)
    across = range(result.nfields)
    return [tuple([result.get_value(row, at) for at in across]) for row in range(result.ntuples)]
