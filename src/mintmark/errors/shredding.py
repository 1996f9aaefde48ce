"""What can be in the way of shredding."""

from dataclasses import dataclass
from datetime import datetime

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class UnderLegalHold(Refusal, PermissionError):
    """The customer's facts must be kept for a court, say; `code`: #7 if there is none."""

    slug = "legal-hold"
    code: str
    reason: str
    since: datetime
    actor: str


@dataclass(eq=False, kw_only=True)
class NoLegalHold(Refusal, LookupError):
    """The customer is under no legal hold that could be ended."""

    slug = "no-legal-hold"
    code: str


@dataclass(eq=False, kw_only=True)
class AlreadyShredded(Refusal, ValueError):
    """The customer was shredded: there is nothing left to keep or to number."""

    slug = "already-shredded"
    code: str
    at: datetime


@dataclass(eq=False, kw_only=True)
class NobodysCode(Refusal, LookupError):
    """The code stands for nobody yet: it is held, and there is nothing to shred."""

    slug = "nobodys-code"
    code: str


@dataclass(eq=False, kw_only=True)
class UnknownCustomer(Refusal, LookupError):
    """No customer has this inner number."""

    slug = "unknown-customer"
    customer: int


@dataclass(eq=False, kw_only=True)
class BrokenErasureList(Refusal, ValueError):
    """A line of the erasure list, counted from 1, is not what was written there."""

    slug = "broken-erasure-list"
    place: str
    line: int


@dataclass(eq=False, kw_only=True)
class UnusableErasureList(Refusal, RuntimeError):
    """The operating system does not let the erasure list be read or written."""

    slug = "unusable-erasure-list"
    place: str
    reason: str
