"""The pulse of a program: locks on its leases, which the server gives back when it dies."""

import contextlib
import threading
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import Connection


class Pulse:
    """A connection of the program's own that holds advisory locks; made when first needed."""

    def __init__(self, conninfo: str, options: str) -> None:
        self._conninfo = conninfo
        self._options = options
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._held: set[int] = set()

    def hold(self, number: int) -> None:
        """Hold the lock on a number as long as this program and its connection live."""
        with self._lock:
            self._held.add(number)
            try:
                self._beat([number] if self._connection else self._held)
            except psycopg.OperationalError:  # the server was restarted: it has forgotten all
                self._connection = None
                self._beat(self._held)

    def _beat(self, numbers: Iterable[int]) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._conninfo, options=self._options, autocommit=True
            )
        self._connection.execute("SELECT pg_advisory_lock(n) FROM unnest(%s::bigint[]) AS n",
                                 (list(numbers),))  # fmt: skip

    def let_go(self, number: int) -> None:
        """Give the lock on a number back."""
        with self._lock, contextlib.suppress(psycopg.OperationalError):
            self._held.discard(number)
            if self._connection is not None:
                self._connection.execute("SELECT pg_advisory_unlock(%s)", (number,))

    def close(self) -> None:
        """Give all locks back."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
