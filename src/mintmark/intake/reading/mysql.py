"""Values of MySQL and MariaDB that come as something else than they are."""

from collections.abc import Callable, Mapping
from typing import Any

Reading = Callable[[Any], Any]
BACKENDS = ("mysql", "mariadb")


def _number(value: Any) -> Any:
    r"""Give the number that bits are, which come as bytes.

    >>> _number(b"\x08\x01"), _number(None)
    (2049, None)
    """
    return int.from_bytes(value) if isinstance(value, bytes) else value


def _day(value: Any) -> Any:
    """Give nothing for the day that MySQL writes where there is none.

    A day that cannot be ("2023-02-31") stays as it is, for people to see.

    >>> _day("0000-00-00 00:00:00"), _day("2023-02-31")
    (None, '2023-02-31')
    """
    return None if isinstance(value, str) and value.startswith("0000-00-00") else value


# The types of columns in the protocol (field_types.h): TIMESTAMP, DATE, DATETIME, BIT.
_READINGS: Mapping[int, Reading] = {7: _day, 10: _day, 12: _day, 16: _number}


def readings(description: Any) -> list[Reading | None]:
    """Give how the values of each column are to be read (PEP 249's description of a result)."""
    return [_READINGS.get(column[1]) for column in description or ()]
