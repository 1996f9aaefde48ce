"""Cursors: where a page ended, as text that may stand in a URL (pure).

A cursor tells the place in the order and, in two bytes, of which search: enough to notice that it
is of another one, too few to try out whose phone was looked for. What a customer is ordered by is
open, so no fact about a person is in it.

>>> at = Place("2024-02-29", 17)
>>> cursor = write(at, b"one search")
>>> cursor, read(cursor, b"one search") == at
('WyJiOGU2IiwiMjAyNC0wMi0yOSIsMTdd', True)
>>> read(cursor, b"another search")
Traceback (most recent call last):
    ...
mintmark.errors.finding.WrongCursor: wrong-cursor (cursor='WyJiOGU2IiwiMjAyNC0wMi0yOSIsMTdd')
"""

import base64
import hashlib

import orjson

from mintmark.errors import WrongCursor
from mintmark.store.finding import Place

_LARGEST = 2**63


def write(place: Place, search: bytes) -> str:
    """Give the cursor of a place in what a search finds; `search` is all that it asks, in order."""
    told = orjson.dumps([_mark(search), *place])
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def read(cursor: str, search: bytes) -> Place:
    """Give the place that a cursor of this search tells. Raises WrongCursor."""
    try:
        mark, value, inner = orjson.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
    except (ValueError, TypeError):
        raise WrongCursor(cursor=cursor) from None
    is_place = isinstance(value, str | None) and "\0" not in (value or "")
    is_place = is_place and type(inner) is int and abs(inner) < _LARGEST
    if mark != _mark(search) or not is_place:
        raise WrongCursor(cursor=cursor)
    return Place(value, inner)


def _mark(search: bytes) -> str:
    return hashlib.sha256(search).hexdigest()[:4]
