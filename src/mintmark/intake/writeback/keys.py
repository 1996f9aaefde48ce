"""Keys of another system's table: as text, back from text, and compared to the letter."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from mintmark.intake.reading.sheet import plain

_INDEXED = 64  # characters of a key that MySQL puts into an index
Column = sa.ColumnElement[Any]


def told(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], str]:
    r"""Give what tells keys of a type as people and imports do.

    >>> told(sa.Numeric())(17.0), told(sa.LargeBinary())(b"\xff"), told(sa.CHAR(3))("a  ")
    ('17', '0xff', 'a')
    """
    return _filled_up if isinstance(kind, sa.CHAR) else _plainly


def _plainly(key: Any) -> str:
    """Write a key as people do: SQLite has 17.0000000000 where 17 was meant."""
    if isinstance(key, bytes | bytearray | memoryview):
        return plain(key) or ""  # as imports read it
    is_whole = isinstance(key, Decimal | float) and key == int(key)
    return str(int(key)) if is_whole else str(key)


def _filled_up(key: str) -> str:
    """Give the text of CHAR(n), which databases fill up with blanks."""
    return key.rstrip(" ")


def typed(kind: sa.types.TypeEngine[Any]) -> Callable[[str], Any]:
    r"""Give what turns a key's text into a value of the key's column.

    >>> typed(sa.Integer())("17"), typed(sa.LargeBinary())("0xff00"), typed(sa.String())("17")
    (17, b'\xff\x00', '17')
    """
    try:
        python = kind.python_type
    except NotImplementedError:
        return str
    if python is str:
        return str
    meant: Callable[[str], Any] = _bytes if python is bytes else python

    def read(text: str) -> Any:
        try:
            return meant(text)
        except (ValueError, TypeError, ArithmeticError):
            return text

    return read


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def index(key: sa.Column[Any]) -> None:
    """Give a column of MySQL an index, of texts only over their start; JSON cannot have one.

    MariaDB would compare each row with each.
    """
    kind = key.type
    if isinstance(kind, sa.JSON):
        return
    is_text = isinstance(kind, sa.String | sa.types._Binary) and not isinstance(kind, sa.Enum)  # noqa: SLF001 - what BINARY and BLOB have in common
    length = min(getattr(kind, "length", None) or _INDEXED, _INDEXED) if is_text else None
    sa.Index("mintmark_codes_whose", key, mysql_length=length, mariadb_length=length)


def alike(one: Column, other: Column, database: str) -> Column:
    """Compare two columns of a type to the letter, whatever the database takes for the same.

    To MySQL, "a" is "A" and often "a " as well; columns of other databases can be told to do so,
    too. The first comparison is for the index, which only knows such likeness.
    """
    if not isinstance(one.type, sa.String):
        return one == other
    return sa.and_(one == other, _exact(one, database) == _exact(other, database))


def _exact(text: Column, database: str) -> Column:
    match database:
        case "mysql" | "mariadb" | "sqlite":
            return sa.cast(text, sa.LargeBinary)
        case "postgresql":
            return sa.cast(text, sa.Text).collate("C")
        case _:
            return text
