"""One unit of work: all of it is kept, or none."""

from functools import cached_property
from typing import Any

from psycopg import Connection, errors

from mintmark.store.batches import Batches
from mintmark.store.codes import Codes
from mintmark.store.counters import Counters
from mintmark.store.customers import Customers
from mintmark.store.rules import Rules

Conflict = (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure)
"""Raised when another writer was first: look again and try again."""


class Work:
    """The tables, inside one transaction."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    @cached_property
    def rules(self) -> Rules:
        """Published rule versions."""
        return Rules(self._connection)

    @cached_property
    def counters(self) -> Counters:
        """The last number of each scope."""
        return Counters(self._connection)

    @cached_property
    def codes(self) -> Codes:
        """Every code ever minted."""
        return Codes(self._connection)

    @cached_property
    def customers(self) -> Customers:
        """Customers, their keys and their fingerprints."""
        return Customers(self._connection)

    @cached_property
    def batches(self) -> Batches:
        """Imports."""
        return Batches(self._connection)
