"""The pulse of a program: locks on leases and batches, given back by the server when it dies."""

import contextlib
import threading
from collections.abc import Iterator

import psycopg

from mintmark.errors import Unreachable
from mintmark.store.session import Direct


class Pulse:
    """A connection of the program's own that holds advisory locks; made when first needed."""

    def __init__(self, conninfo: str, options: str) -> None:
        self._conninfo = conninfo
        self._options = options
        self._lock = threading.RLock()
        self._connection: Direct | None = None
        self._held: set[int] = set()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Direct]:
        """Have the connection for oneself; made anew, with its locks, where it was lost.

        Raises Unreachable.
        """
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(psycopg.Error):  # it may have died while nobody used it
                    self._connection.say("SELECT")
            connection = self._connection
            if connection is None or not _lives(connection):
                connection = self._connection = self._connected()
            yield connection

    def _connected(self) -> Direct:
        try:
            connection = Direct.connect(self._conninfo, options=self._options, autocommit=True)
            for number in self._held:
                connection.say(f"SELECT pg_advisory_lock({number})")
        except psycopg.OperationalError as error:
            raise Unreachable(reason=str(error).strip()) from None
        return connection

    def hold(self, number: int) -> None:
        """Hold the lock on a number as long as this program lives."""
        with self.connection() as connection:
            connection.say(f"SELECT pg_advisory_lock({number})")
            self._held.add(number)

    def try_hold(self, number: int) -> bool:
        """Hold the lock on a number unless somebody does, or this program; tell if that is new."""
        with self.connection() as connection:
            if number in self._held:
                return False
            [(held,)] = connection.say(f"SELECT pg_try_advisory_lock({number})")
            if held == b"t":
                self._held.add(number)
            return held == b"t"

    def let_go(self, number: int) -> None:
        """Give the lock on a number back."""
        with self._lock:
            if number not in self._held:  # all were given back, say
                return
            self._held.discard(number)
            # Where the server is gone, the lock is gone with it.
            with contextlib.suppress(psycopg.Error, Unreachable), self.connection() as connection:
                connection.say(f"SELECT pg_advisory_unlock({number})")

    def close(self) -> None:
        """Give all locks back."""
        with self._lock:
            self._held.clear()
            if self._connection is not None:
                self._connection.close()


def _lives(connection: Direct) -> bool:
    try:
        connection.say("SELECT")
    except psycopg.Error:
        connection.close()
        return False
    return True
