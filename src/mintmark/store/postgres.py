"""The connection to PostgreSQL ≥ 15: durable or refused, and its tables up to date."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from select import select
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout

from mintmark.durable import is_full
from mintmark.errors import (
    DiskFull,
    NoRegister,
    NotInTransaction,
    OldServer,
    OtherDatabase,
    Unreachable,
    WeakDurability,
)
from mintmark.settings import Settings, shown
from mintmark.store import clock, embedded
from mintmark.store.clock import ServerClock
from mintmark.store.migrate import QUEUE, migrate
from mintmark.store.pulse import Pulse
from mintmark.store.sealing import Sealing
from mintmark.store.session import Direct, Session
from mintmark.store.standing import Standing
from mintmark.store.work import Conflict, Overtaken, Work, told

SCHEMA = "mintmark"
_PATH = f"{SCHEMA},mintmark_keys,{QUEUE}"  # wrapped data keys are kept apart, and the queue
_OLDEST = 15
_CONNECTIONS = 8
_PATIENCE = 10.0  # seconds for a connection, before the server is called unreachable
# What must not be off, or an acknowledged code could be lost in a crash.
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_REMEDIES = {
    "default": "ALTER SYSTEM SET {0} = on; SELECT pg_reload_conf();",
    "database": "ALTER DATABASE {1} RESET {0};",
    "user": "ALTER ROLE {2} RESET {0};",
    "database user": "ALTER ROLE {2} IN DATABASE {1} RESET {0};",
    "client": "SET {0} = on; -- and take it out of the connection's options",
}
_CLAIM_FAILED = "MM001"  # see migrations/0004_claims.sql
_FRESH = 1.0  # seconds for which a connection that answered is taken to live
_CUT_OFF = (
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TransactionTimeout,
)
OPTIONS = f"-c search_path={_PATH} -c timezone=UTC -c standard_conforming_strings=on"
"""How every connection to the register is opened."""


class Store:
    """The register's database; whoever opens it hands over the `sealing`."""

    sealing: Sealing | None = None

    def __init__(
        self, pool: ConnectionPool[Direct], pulse: Pulse, conninfo: str, place: Path | str
    ) -> None:
        self._pool = pool
        self.pulse = pulse
        self.conninfo = conninfo
        self._place = place
        self.clock = ServerClock()
        self._standing = Standing()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Work]:
        """Begin a unit of work; it is committed, durably, when the block ends well.

        Raises CodeTaken, CounterLags or one of `Conflict` where another writer was first, DiskFull,
        or Unreachable where the server went away: then nothing of this work is kept, unless the
        server was lost in the very commit.
        """
        with self._unit() as work:
            yield work

    @contextlib.contextmanager
    def reading(self) -> Iterator[Work]:
        """Look something up: no transaction, so no trips to begin and to end one.

        Each statement sees what is committed when it runs. Raises Unreachable.
        """
        with self._unit(reading=True) as work:
            yield work

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Work]:
        """Look at the register as it is at one moment, however long it takes. Raises Unreachable.

        What others write meanwhile is not seen, and nobody waits for it.
        """
        with self._unit() as work:
            work.stand_still()
            yield work

    @contextlib.contextmanager
    def _unit(self, *, reading: bool = False) -> Iterator[Work]:
        connection = self._lend()
        try:
            with (
                self._meaning(),
                _unit(connection, self.sealing, self._standing, reading=reading) as work,
            ):
                yield work
        finally:
            self._pool.putconn(connection)

    @contextlib.contextmanager
    def _meaning(self) -> Iterator[None]:
        """Tell what errors of the database mean."""
        try:
            yield
        except psycopg.Error as error:
            raise _meaning(error, self._place) from None

    @contextlib.contextmanager
    def apart(self) -> Iterator[tuple[Work, Pulse]]:
        """Begin a unit of work on the program's own connection, which needs none of the others.

        So it may be done in the middle of another one. Raises what `transaction` does.
        """
        with (
            self._meaning(),
            self.pulse.connection() as connection,
            _unit(connection, self.sealing) as work,
        ):
            yield work, self.pulse

    @contextlib.contextmanager
    def inside(self, connection: Connection[Any]) -> Iterator[Work]:
        """Work inside a transaction of somebody else's, who commits it or does not.

        Raises NotInTransaction or OtherDatabase.
        """
        if connection.info.transaction_status != TransactionStatus.INTRANS:
            raise NotInTransaction
        path = "SELECT current_setting('search_path'), to_regclass(%s)"
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(path, (f"{SCHEMA}.edition",)).fetchone()
        if row is None or row[1] is None:
            raise OtherDatabase(place=connection.info.dbname)
        with self.transaction() as own:
            ours = own.rules.register()
        rows, connection.row_factory = connection.row_factory, tuple_row
        try:
            with connection.transaction():  # a savepoint: what is refused leaves nothing behind
                connection.execute("SELECT set_config('search_path', %s, true)", (_PATH,))
                session = Session(connection)
                work = Work(session, self.sealing)
                if work.rules.register() != ours:
                    raise OtherDatabase(place=connection.info.dbname)
                yield work
                session.flush()
                connection.execute("SELECT set_config('search_path', %s, true)", (row[0],))
        except psycopg.errors.UniqueViolation as violation:
            raise told(violation) from None
        finally:
            connection.row_factory = rows

    def purge(self, table: str) -> None:
        """Write a table anew, so that nothing is left in it of what its rows once held.

        Nor in the planner's statistics, which quote values; where the server does not let us write
        these anew, it warns. Its log of changes is overwritten in time.
        """
        with self._pool.connection() as connection:
            named = sql.Identifier(table)
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(named))
            connection.execute("VACUUM FULL pg_catalog.pg_statistic")

    def _lend(self) -> Direct:
        """Lend a connection that lives: a server that was restarted leaves dead ones behind.

        The pool's own check waits longer and longer between tries, as if the server were away.
        """
        try:
            connection = self._pool.getconn()
            while not self._lives(connection):
                self._pool.putconn(connection)  # which throws it away
                connection = self._pool.getconn()
        except PoolTimeout as timeout:
            raise _away(str(timeout), self._place) from None
        return connection

    def _lives(self, connection: Direct) -> bool:
        """Tell whether a connection answers: to be asked for the time, if nothing else."""
        is_silent = not select([connection.fileno()], [], [], 0)[0]  # else it has been closed, say
        is_fresh = monotonic() - connection.used_at < _FRESH
        if is_silent and is_fresh and not self.clock.is_old:
            return True
        try:
            self.clock.hear(lambda: float(connection.say(clock.ASK)[0][0] or 0))
        except psycopg.Error:
            connection.close()
            return False
        return True

    def server_version(self) -> str:
        """Give the PostgreSQL server's version."""
        with self._pool.connection() as connection:
            return connection.info.parameter_status("server_version") or ""


@contextlib.contextmanager
def _unit(
    connection: Direct,
    sealing: Sealing | None,
    standing: Standing | None = None,
    *,
    reading: bool = False,
) -> Iterator[Work]:
    session = Session(connection, reading=reading)
    work = Work(session, sealing, standing)
    kept = False
    try:
        yield work
        session.end()
        connection.used_at = monotonic()
        kept = True
    except BaseException:
        session.give_up()
        raise
    finally:
        work.counters.done(kept=kept)


def _meaning(error: psycopg.Error, place: Path | str) -> Exception:
    """Give what an error of the database at this place means."""
    if isinstance(error, psycopg.errors.UniqueViolation):
        return told(error)
    if error.sqlstate == _CLAIM_FAILED:
        return Overtaken()
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFull(place=str(place))
    if isinstance(error, _CUT_OFF) and not isinstance(error, Conflict):
        return _away(str(error).strip(), place)
    return error


def _away(reason: str, place: Path | str) -> DiskFull | Unreachable:
    """Give what it means that the server is away: it stops where it has no room for its log."""
    is_ours = isinstance(place, Path) and is_full(place)
    return DiskFull(place=str(place)) if is_ours else Unreachable(reason=reason)


@contextlib.contextmanager
def connected(settings: Settings, *, create: bool) -> Iterator[Store]:
    """Open the register's database; with `create`, make it where it does not exist.

    Raises NoRegister, ServerNotStarted, Unreachable, OldServer, WeakDurability or NewerRegister.
    """
    with contextlib.ExitStack() as leaving:
        folder = settings.folder
        if folder is not None and not create and not (folder / "postgres").exists():
            raise NoRegister(place=settings.place)
        conninfo = leaving.enter_context(embedded.running(folder)) if folder else settings.place
        with _first_connection(conninfo) as connection:
            _require_durable(connection)
            migrate(connection, SCHEMA, place=shown(settings.place), create=create)
        pool = ConnectionPool(
            conninfo,
            connection_class=Direct,
            min_size=1,
            max_size=_CONNECTIONS,
            open=False,
            timeout=_PATIENCE,
            reconnect_timeout=_PATIENCE,
            kwargs={"options": OPTIONS, "autocommit": True},
            name="mintmark",
        )
        leaving.enter_context(pool)
        pulse = leaving.enter_context(contextlib.closing(Pulse(conninfo, OPTIONS)))
        yield Store(pool, pulse, conninfo, folder or shown(settings.place))


def _first_connection(conninfo: str) -> Connection[Any]:
    try:
        return psycopg.connect(conninfo, options=OPTIONS, connect_timeout=int(_PATIENCE))
    except psycopg.Error as error:
        # libpq's message names host and user, never the password.
        raise Unreachable(reason=str(error).strip()) from None


def _require_durable(connection: Connection[Any]) -> None:
    version = connection.info.server_version // 10000
    if version < _OLDEST:
        raise OldServer(version=str(version), wanted=_OLDEST)
    query = "SELECT name, setting, source FROM pg_settings WHERE name = ANY (%s) ORDER BY name"
    for name, setting, source in connection.execute(query, (list(_DURABLE),)):
        if setting == "off":
            remedy = _REMEDIES.get(source, _REMEDIES["default"])
            who = (connection.info.dbname, connection.info.user)
            raise WeakDurability(
                setting=name, value=setting, source=source, remedy=remedy.format(name, *who)
            )
