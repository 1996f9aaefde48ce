"""Another system's database: opened by URL, its table described, its passwords never shown."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError
from sqlalchemy.schema import CreateColumn

from mintmark.errors import (
    FileMissing,
    MissingDriver,
    NoCodeColumn,
    NoTransactions,
    SourceRefused,
    UnfitColumn,
    UnknownColumnThere,
    UnknownSource,
    UnknownTableThere,
    UnreachableSource,
)
from mintmark.intake.drivers import BEWILDERED, words

# The drivers that we know to give back how many rows a statement met.
_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_PACKAGES = {"mysql": "mintmark[mysql]", "mariadb": "mintmark[mysql]"}
KNOWN = ("postgresql://", "mysql://", "mariadb://", "sqlite:///")
MYSQL = ("mysql", "mariadb")
_PATIENCE = 10  # seconds for a connection
_LENGTH = 64  # characters of a new column


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where codes go in a database: the table (``table`` or ``schema.table``), its columns."""

    url: str = field(repr=False)
    table: str
    key: str
    column: str

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return shown(self.url)


def shown(url: str) -> str:
    """Give a URL without its password, and without what is handed on to the driver.

    >>> shown("postgresql://anna:secret@db.example/crm?sslpassword=other")
    'postgresql://anna:***@db.example/crm'
    >>> shown("nonsense")
    '…'
    """
    try:
        return sa.make_url(url).set(query={}).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return "…"  # nobody knows where in it a password is


@contextlib.contextmanager
def opened(target: Target) -> Iterator[sa.Engine]:
    """Open the database. Raises UnknownSource, FileMissing, MissingDriver or UnreachableSource."""
    url = _url(target)
    try:
        engine = sa.create_engine(url, hide_parameters=True, poolclass=sa.NullPool)
    except (ModuleNotFoundError, NoSuchModuleError):
        kind = url.get_backend_name()
        if kind not in _PACKAGES:
            raise UnknownSource(source=target.shown, known=KNOWN) from None
        raise MissingDriver(source=target.shown, package=_PACKAGES[kind]) from None
    try:
        with engine.connect():
            pass
    except (DBAPIError, *BEWILDERED) as error:
        raise UnreachableSource(source=target.shown, reason=reason_of(error)) from None
    try:
        yield engine
    finally:
        engine.dispose()


def _url(target: Target) -> URL:
    try:
        url = sa.make_url(target.url)
    except (ArgumentError, ValueError):
        raise UnknownSource(source=target.shown, known=KNOWN) from None
    if url.drivername in _DRIVERS:
        url = url.set(drivername=_DRIVERS[url.drivername])
    if url.get_backend_name() in _DRIVERS:
        return url.update_query_dict({"connect_timeout": str(_PATIENCE)})
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise FileMissing(file=url.database or "")  # which would be made, and be empty
    return url


def reason_of(error: Exception) -> str:
    """Give what the database said, on one line; the driver's own words hold no password."""
    return words(getattr(error, "orig", None) or error)


@contextlib.contextmanager
def refusing(target: Target) -> Iterator[None]:
    """Turn what the database refuses into SourceRefused."""
    try:
        yield
    except DBAPIError as error:
        raise SourceRefused(
            source=target.shown, table=target.table, reason=reason_of(error)
        ) from None


def described(engine: sa.Engine, target: Target) -> sa.Table:
    """Give the table as it is. Raises UnknownTableThere or UnknownColumnThere (for the key)."""
    schema, _, name = target.table.rpartition(".")
    try:
        with refusing(target):
            table = sa.Table(
                name, sa.MetaData(), schema=schema or None, autoload_with=engine,
                resolve_fks=False,
            )  # fmt: skip
    except NoSuchTableError:
        known = tuple(sa.inspect(engine).get_table_names(schema=schema or None))
        raise UnknownTableThere(source=target.shown, table=target.table, known=known) from None
    if target.key not in table.columns:
        raise UnknownColumnThere(
            source=target.shown, table=target.table, column=target.key,
            known=tuple(table.columns.keys()),
        )  # fmt: skip
    return table


def require_column(engine: sa.Engine, target: Target, table: sa.Table) -> None:
    """Refuse a table without a column for codes, and tell the statement that adds one."""
    if target.column not in table.columns:
        raise NoCodeColumn(
            source=target.shown, table=target.table, column=target.column,
            remedy=addition(engine, target, table),
        )  # fmt: skip


def addition(engine: sa.Engine, target: Target, table: sa.Table) -> str:
    """Give the statement that adds the column, quoted as that database quotes."""
    column = sa.Column(target.column, sa.String(_LENGTH))
    named = engine.dialect.identifier_preparer.format_table(table)
    defined = CreateColumn(column).compile(dialect=engine.dialect)
    statement = f"ALTER TABLE {named} ADD COLUMN {defined}"
    is_doubled = engine.dialect.paramstyle in {"format", "pyformat"}  # as their drivers want it
    return statement.replace("%%", "%") if is_doubled else statement


def like(table: sa.Table) -> dict[str, Any]:
    """Give what makes a temporary table of MySQL like another one: database and characters.

    Only with the characters of the other are its texts compared byte by byte. And MySQL keeps such
    tables in a database, as if they were others; the URL may name none.
    """
    kinds = ("default charset", "collate")
    named = [f"{database}_{kind}" for database in MYSQL for kind in kinds]
    return {"schema": table.schema} | {
        name: table.kwargs[name] for name in named if name in table.kwargs
    }


def require_transactions(engine: sa.Engine, target: Target, table: sa.Table) -> None:
    """Refuse a table of which MySQL cannot take back what is half written (MyISAM, Aria)."""
    kind = table.kwargs.get(f"{engine.dialect.name}_engine")
    if kind is None or engine.dialect.name not in MYSQL:
        return
    asked = sa.text("SELECT transactions FROM information_schema.engines WHERE engine = :kind")
    with engine.connect() as connection:
        if connection.scalar(asked, {"kind": kind}) != "YES":
            raise NoTransactions(source=target.shown, table=target.table, engine=kind)


def require_fit(target: Target, table: sa.Table, longest: int) -> None:
    """Refuse a column that is no text, or too short: some databases cut values off silently."""
    kind = table.columns[target.column].type
    length = getattr(kind, "length", None)
    if not isinstance(kind, sa.String) or (length is not None and length < longest):
        raise UnfitColumn(
            source=target.shown, table=target.table, column=target.column, kind=str(kind),
            wanted=longest,
        )  # fmt: skip
