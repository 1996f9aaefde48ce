"""Tables of a database, or the rows of a query, by SQLAlchemy; nothing is ever written there.

``postgresql://anna@db.example/shop?table=customers``, ``mysql://…``, ``sqlite:///shop.db``.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from mintmark.errors import FileMissing, NotInstalled, UnreadableDatabase, UnreadableFile
from mintmark.intake.drivers import BEWILDERED, words
from mintmark.intake.reading import mysql
from mintmark.intake.reading.sheet import Sheet, letters, plain, records

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine, Executable
    from sqlalchemy.engine import URL

_ROWS = 10_000  # that are objects at a time
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_EXTRAS = {"pymysql": "mysql"}  # package → extra of mintmark that brings it
# What keeps a query from writing, whatever it says.
_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
_SECRETS = ("password", "passwd", "pwd", "sslpassword")


def is_url(place: str) -> bool:
    """Tell whether a place is a database rather than a path.

    >>> is_url("sqlite:///shop.db"), is_url("C:/list.csv"), is_url("list.csv")
    (True, False, False)
    """
    return "://" in place


def shown(place: str) -> str:
    """Give the URL of a database as people may see it. Raises what `Database` does."""
    return _shown(_read(place)[0])


def has_secret(place: str) -> bool:
    """Tell whether the URL of a database has a password in it. Raises what `Database` does.

    >>> has_secret("mysql://anna:secret@db/shop"), has_secret("mysql://anna@db/shop?table=t")
    (True, False)
    """
    return bool(_secrets(_read(place)[0]))


class Database:
    """A database: its tables and views are the sheets, or one query, named with nothing."""

    def __init__(self, place: str, *, query: str | None = None) -> None:
        self._url, table = _read(place)
        self._query = query
        self._shown = _shown(self._url)
        self._secrets = _secrets(self._url)
        self._engine = self._connected()
        self._digest = hashlib.sha256()
        if query is not None:
            self.names = [""]
        else:
            self.names = [table] if table else self._tables()

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the rows of the sheets that were read whole."""
        return self._digest.digest()

    def sheet(self, name: str, *, rows: int | None = None) -> Sheet:
        """Read a table, or its first rows; row 1 are the columns' names.

        Raises UnreadableDatabase.
        """
        most = None if rows is None else max(rows - 1, 0)
        with self._reading() as connection:
            statement = self._statement(name, most)
            result = connection.execute(statement, execution_options={"stream_results": True})
            headings = list(result.keys())
            frames = [pl.DataFrame(schema=dict.fromkeys(letters(len(headings)), pl.String))]
            frames.extend(_chunks(result, self._readings(result, len(headings)), most))
        if rows is None:
            for frame in frames:
                self._digest.update(orjson.dumps([column.to_list() for column in frame]))
        return records(name, headings, pl.concat(frames))

    def _readings(self, result: "CursorResult[Any]", width: int) -> list[mysql.Reading]:
        """Give how the values of each column become text."""
        if self._url.get_backend_name() not in mysql.BACKENDS:
            return [plain] * width
        described = mysql.readings(result.cursor.description)
        return [_after(reading) if reading else plain for reading in described]

    def _statement(self, name: str, most: int | None) -> "Executable":
        import sqlalchemy as sql  # noqa: PLC0415 - half a second that most runs need not wait

        if self._query is not None:
            return sql.text(self._query.replace(":", r"\:"))  # a colon is no parameter here
        schema, _, table = name.rpartition(".")
        every = sql.select(sql.text("*")).select_from(sql.table(table, schema=schema or None))
        return every if most is None else every.limit(most)

    def _tables(self) -> list[str]:
        import sqlalchemy as sql  # noqa: PLC0415

        with self._reading() as connection:
            inspector = sql.inspect(connection)
            if inspector.default_schema_name is None:  # a URL of MySQL without a database
                connection.exec_driver_sql("SHOW TABLES")  # which the server refuses in its words
            return sorted((*inspector.get_table_names(), *inspector.get_view_names()))

    @contextmanager
    def _reading(self) -> Iterator["Connection"]:
        """Lend a connection that cannot write. Raises UnreadableDatabase for all that fails."""
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        try:
            with self._connection() as connection:
                if forbidding := _READ_ONLY.get(self._url.get_backend_name()):
                    connection.exec_driver_sql(forbidding)
                    connection.commit()  # it holds from the next transaction on
                yield connection
                connection.rollback()
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            raise self._refusal(getattr(error, "orig", None) or error) from None

    def _connection(self) -> "Connection":
        try:
            return self._engine.connect()
        except BEWILDERED as error:
            raise self._refusal(error) from None

    def _refusal(self, error: BaseException) -> UnreadableDatabase:
        reason = words(error)
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        return UnreadableDatabase(source=self._shown, reason=reason)

    def _connected(self) -> "Engine":
        import sqlalchemy as sql  # noqa: PLC0415
        from sqlalchemy.pool import NullPool  # noqa: PLC0415

        try:
            return sql.create_engine(self._url, poolclass=NullPool, hide_parameters=True)
        except ModuleNotFoundError as missing:
            if missing.name not in _EXTRAS:  # a driver that one has to bring oneself
                raise self._refusal(missing) from None
            raise NotInstalled(package=missing.name, extra=_EXTRAS[missing.name]) from None
        except (sql.exc.SQLAlchemyError, ValueError, TypeError) as error:
            raise self._refusal(error) from None


def _chunks(
    result: "CursorResult[Any]", readings: Sequence[mysql.Reading], most: int | None
) -> Iterator[pl.DataFrame]:
    left = most
    while some := result.fetchmany(_ROWS if left is None else min(left, _ROWS)):
        yield _columns(some, readings)
        if left is not None and not (left := left - len(some)):
            result.close()
            return


def _columns(rows: Sequence[Sequence[Any]], readings: Sequence[mysql.Reading]) -> pl.DataFrame:
    named = zip(letters(len(readings)), readings, zip(*rows, strict=True), strict=True)
    return pl.DataFrame(
        [
            pl.Series(name, [text(value) for value in column], dtype=pl.String)
            for name, text, column in named
        ]
    )


def _after(reading: mysql.Reading) -> mysql.Reading:
    return lambda value: plain(reading(value))


def _read(place: str) -> tuple["URL", str | None]:
    """Give a URL with the driver that we use, and the table that it names."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        # Not even its scheme is sure to be no secret.
        raise UnreadableFile(file=place.partition("://")[0] + "://…", reason="URL") from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise FileMissing(file=url.database or "")  # SQLite would make one
    table = url.query.get("table")
    return url.difference_update_query(["table"]), str(table) if table else None


def _shown(url: "URL") -> str:
    """Give a URL as people may see it."""
    plain_url = url.difference_update_query(_SECRETS)._replace(password=None)
    return plain_url.render_as_string()


def _secrets(url: "URL") -> list[str]:
    said = [url.password, *(url.query.get(name) for name in _SECRETS)]
    return [str(secret) for secret in said if secret]
