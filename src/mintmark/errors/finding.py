"""What can be wrong with a search."""

from dataclasses import dataclass
from datetime import date, datetime

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class NothingToFind(Refusal, ValueError):
    """The search says neither whom to look for nor in which order to list everybody."""

    slug = "nothing-to-find"


@dataclass(eq=False, kw_only=True)
class UnknownState(Refusal, ValueError):
    """Customers are coded, uncoded or have a void code: there is no such state."""

    slug = "unknown-state"
    state: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class NoRange(Refusal, ValueError):
    """A range from–to was given for what is no day; `known` are days."""

    slug = "no-range"
    fact: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class EmptyRange(Refusal, ValueError):
    """The range ends before it begins."""

    slug = "empty-range"
    fact: str
    since: date | datetime
    until: date | datetime


@dataclass(eq=False, kw_only=True)
class NotABatch(Refusal, ValueError):
    """Batches have numbers, and this is none."""

    slug = "not-a-batch"
    value: str


@dataclass(eq=False, kw_only=True)
class WrongLimit(Refusal, ValueError):
    """A page has one customer at least and `most` at most."""

    slug = "wrong-limit"
    limit: int
    most: int


@dataclass(eq=False, kw_only=True)
class WrongCursor(Refusal, ValueError):
    """The cursor is of another search, or none at all."""

    slug = "wrong-cursor"
    cursor: str
