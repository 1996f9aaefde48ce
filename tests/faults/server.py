"""A PostgreSQL that is made to suffer: the embedded one, in a folder of its own."""

import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from tests.conftest import RULE, TABLES

import mintmark
from mintmark.store import embedded

Found = TypeVar("Found")
_MOULD = "mould"
_PATIENCE = 60.0  # seconds
_CLIENTS = """
SELECT pid, state FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_END_IDLE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s
AND state = 'idle in transaction' AND state_change < clock_timestamp() - interval '200 ms'
"""


class Server:
    """A running server; each register on it is a database of its own."""

    def __init__(self, folder: Path, conninfo: str) -> None:
        self._folder = folder
        self._conninfo = conninfo
        self._numbers = itertools.count(1)
        host = dict(part.split("=") for part in conninfo.split())["host"]
        self._query = f"?host={host}&port=5432"
        self.socket = Path(host) / ".s.PGSQL.5432"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}{self._query}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Connect to a database, which may be just recovering."""
        return wait_for(lambda: self._connection(database), "the server is up")

    def _connection(self, database: str) -> psycopg.Connection[Any] | None:
        try:
            return psycopg.connect(self.url(database), autocommit=True)
        except psycopg.OperationalError:
            return None

    def run(self, statement: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            connection.execute(statement.encode())

    # ------------------------------------------------------------ registers

    def make_mould(self) -> None:
        """Make the empty register that all others are copies of; its rule is an old one."""
        self.run(f"CREATE DATABASE {_MOULD}")
        then = datetime.now(UTC) - timedelta(days=100)
        with mintmark.open(self.url(_MOULD), create=True, now=lambda: then) as register:
            register.publish(RULE, tables=TABLES)

    @contextmanager
    def register(self) -> Iterator[str]:
        """Give the name of the database of an empty register."""
        name = f"register_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {_MOULD}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def wait_until_quiet(self, database: str) -> None:
        """Wait until nothing is under way: whoever was killed may have asked for a commit."""
        with self.connect(database) as connection:
            wait_for(
                lambda: all(
                    state == "idle" for _, state in connection.execute(_CLIENTS, (database,))
                ),
                "no transaction is open",
            )

    # ------------------------------------------------------------ suffering

    def clients(self, database: str) -> list[int]:
        """Give the processes that serve a database's clients."""
        with self.connect() as connection:
            return [pid for pid, _ in connection.execute(_CLIENTS, (database,))]

    def kill(self, backend: int) -> None:
        """Kill -9 one of the server's processes: it ends all others, and recovers."""
        os.kill(backend, signal.SIGKILL)

    def terminate(self, backend: int) -> None:
        """Have the server end one of its clients' connections."""
        self.run(f"SELECT pg_terminate_backend({backend})")

    def end_idle_transactions(self, database: str) -> None:
        """End connections whose client does not go on with its transaction."""
        with self.connect() as connection:
            connection.execute(_END_IDLE, (database,))

    def stop_immediately(self) -> None:
        """Stop without a word to anybody: what is not in the log on disk is gone."""
        file = self._folder / "postgres" / "postmaster.pid"
        os.kill(int(file.read_text().split()[0]), signal.SIGQUIT)
        wait_for(lambda: not file.exists(), "the server has stopped")

    def start(self) -> None:
        """Start again after a stop, and recover."""
        embedded._start(self._folder)  # noqa: SLF001 - nobody else needs to start what is running


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    with embedded.running(folder) as conninfo:
        server = Server(folder, conninfo)
        server.make_mould()
        yield server


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Look until there is something to be seen."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            message = f"waited in vain until {what}"
            raise TimeoutError(message)
        time.sleep(0.02)
    return found
