"""One unit of work: all of it is kept, or none."""

import re
from functools import cached_property

from psycopg import errors

from mintmark.errors import CodeTaken
from mintmark.store.accounts import Accounts
from mintmark.store.batches import Batches
from mintmark.store.changes import Changes
from mintmark.store.codes import Codes
from mintmark.store.counters import CounterLags, Counters
from mintmark.store.crosswalk import Crosswalk
from mintmark.store.customers import Customers
from mintmark.store.erasures import Erasures
from mintmark.store.events import Events
from mintmark.store.extracts import Extracts
from mintmark.store.fields import DeclaredFields
from mintmark.store.finding import Finding
from mintmark.store.jobs import Jobs
from mintmark.store.keytables import KeyTables
from mintmark.store.leases import Leases
from mintmark.store.loading import Loading
from mintmark.store.owners import Owners
from mintmark.store.profiles import Profiles
from mintmark.store.requests import Requests
from mintmark.store.rules import Rules
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session
from mintmark.store.spans import Spans
from mintmark.store.standing import Standing
from mintmark.store.undoings import Undoings


class Overtaken(Exception):
    """What was read has changed before it could be written."""


Conflict = (
    errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure,
    errors.LockNotAvailable, Overtaken,
)  # fmt: skip
"""Raised when another writer was first: look again and try again."""
_TAKEN = re.compile(r"\((?:canonical)\)=\((.*)\)")
_NUMBERED = re.compile(r"\(scope, number\)=\((.*), \d+\)")


def told(violation: errors.UniqueViolation) -> Exception:
    """Give what a unique violation means: a code is taken, a counter lags, or just a conflict."""
    detail = violation.diag.message_detail or ""
    if found := _TAKEN.search(detail):
        return CodeTaken(code=found[1])
    if found := _NUMBERED.search(detail):
        return CounterLags(found[1])
    return violation


class Work:
    """The tables, inside one transaction."""

    def __init__(
        self, session: Session, sealing: Sealing | None, standing: Standing | None = None
    ) -> None:
        self._session = session
        self._sealing = sealing
        self._standing = standing or Standing()

    @property
    def sealing(self) -> Sealing:
        """What seals and makes fingerprints."""
        if self._sealing is None:
            message = "the register's keys were not handed over yet"
            raise AssertionError(message)
        return self._sealing

    def stand_still(self) -> None:
        """See, from the next statement to the last, what is committed by now, and write nothing."""
        moment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        self._session.connection.execute(moment)

    @property
    def edition(self) -> int:
        """A number that is another one after every change of a rule, table, family, field."""
        return self.counters.edition or self.rules.edition()

    @cached_property
    def rules(self) -> Rules:
        """Published rule versions."""
        return Rules(self._session)

    @cached_property
    def fields(self) -> DeclaredFields:
        """Declared fields."""
        return DeclaredFields(self._session)

    @cached_property
    def profiles(self) -> Profiles:
        """How files are imported."""
        return Profiles(self._session)

    @cached_property
    def counters(self) -> Counters:
        """The last number of each scope."""
        return Counters(self._session, self._standing)

    @cached_property
    def codes(self) -> Codes:
        """Every code ever minted."""
        return Codes(self._session)

    @cached_property
    def customers(self) -> Customers:
        """Customers, their keys and their fingerprints."""
        return Customers(self._session, self.sealing)

    @cached_property
    def loading(self) -> Loading:
        """New customers by the table."""
        return Loading(self._session)

    @cached_property
    def owners(self) -> Owners:
        """Whose keys are."""
        return Owners(self._session, self.sealing)

    @cached_property
    def changes(self) -> Changes:
        """Facts of known customers that change."""
        return Changes(self._session, self.sealing, self.customers)

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """What other systems call customers."""
        return Crosswalk(self._session)

    @cached_property
    def finding(self) -> Finding:
        """Searches over customers."""
        return Finding(self._session)

    @cached_property
    def extracts(self) -> Extracts:
        """Customers as columns."""
        return Extracts(self._session, self.sealing)

    @cached_property
    def keytables(self) -> KeyTables:
        """What is under which version of a key."""
        return KeyTables(self._session)

    @cached_property
    def batches(self) -> Batches:
        """Imports."""
        return Batches(self._session)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work in the background."""
        return Jobs(self._session)

    @cached_property
    def undoings(self) -> Undoings:
        """All that an import brought."""
        return Undoings(self._session, self.sealing)

    @cached_property
    def spans(self) -> Spans:
        """Numbers that were passed and have no code."""
        return Spans(self._session)

    @cached_property
    def leases(self) -> Leases:
        """Blocks of numbers that were handed over."""
        return Leases(self._session)

    @cached_property
    def requests(self) -> Requests:
        """What was answered to requests."""
        return Requests(self._session)

    @cached_property
    def events(self) -> Events:
        """What was done to numbers and codes."""
        return Events(self._session)

    @cached_property
    def erasures(self) -> Erasures:
        """Whose facts were shredded, and whose must not be."""
        return Erasures(self._session)

    @cached_property
    def accounts(self) -> Accounts:
        """Statements over all numbers."""
        return Accounts(self._session)
