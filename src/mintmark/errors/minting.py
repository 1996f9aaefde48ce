"""What can be in the way of numbers: holds, leases, requests, the queue."""

from dataclasses import dataclass
from datetime import datetime

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class CodeHeld(Refusal, RuntimeError):
    """The code is held for somebody else; `until` None: until it is released."""

    slug = "code-held"
    code: str
    holder: str
    until: datetime | None


@dataclass(eq=False, kw_only=True)
class HoldExpired(Refusal, RuntimeError):
    """The code was held until a time that has passed; its number may be somebody else's by now."""

    slug = "hold-expired"
    code: str
    until: datetime


@dataclass(eq=False, kw_only=True)
class NotHeld(Refusal, LookupError):
    """The code is not held: it stands for a customer, or is void; `state` says which."""

    slug = "not-held"
    code: str
    state: str


@dataclass(eq=False, kw_only=True)
class CodeVoid(Refusal, RuntimeError):
    """The code is void, and stays so."""

    slug = "code-void"
    code: str
    reason: str


@dataclass(eq=False, kw_only=True)
class CodeDoesNotFit(Refusal, ValueError):
    """The code is of another scope than the customer's facts; `expected` is the scope of theirs."""

    slug = "code-does-not-fit"
    code: str
    scope: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UntilPast(Refusal, ValueError):
    """The time until which a code or a block is to be kept is over."""

    slug = "until-past"
    until: datetime


@dataclass(eq=False, kw_only=True)
class NotACount(Refusal, ValueError):
    """So many codes cannot be had; one is the least."""

    slug = "not-a-count"
    count: int


@dataclass(eq=False, kw_only=True)
class NotLeasable(Refusal, ValueError):
    """Only codes of a rule that counts can be leased; `rule` draws its numbers."""

    slug = "not-leasable"
    rule: str


@dataclass(eq=False, kw_only=True)
class UnknownLease(Refusal, LookupError):
    """There is no such lease."""

    slug = "unknown-lease"
    lease: int


@dataclass(eq=False, kw_only=True)
class LeaseEnded(Refusal, RuntimeError):
    """The lease has ended: it was returned before, or ran out."""

    slug = "lease-ended"
    lease: int
    ended: datetime


@dataclass(eq=False, kw_only=True)
class LeaseUsedUp(Refusal, RuntimeError):
    """All codes of the lease have been handed out."""

    slug = "lease-used-up"
    lease: int
    count: int


@dataclass(eq=False, kw_only=True)
class NotOfLease(Refusal, ValueError):
    """The code is not one of the lease's."""

    slug = "not-of-lease"
    code: str
    lease: int


@dataclass(eq=False, kw_only=True)
class UnknownScope(Refusal, LookupError):
    """No number was ever taken in such a scope; `near` are scopes that resemble it."""

    slug = "unknown-scope"
    scope: str
    near: tuple[str, ...] = ()


@dataclass(eq=False, kw_only=True)
class RequestReused(Refusal, ValueError):
    """The request id was used for something else; `codes` are what it was answered then."""

    slug = "request-reused"
    request: str
    codes: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class QueueFull(Refusal, RuntimeError):
    """So many requests wait that there was no room for another one in time; nothing was done."""

    slug = "queue-full"
    waiting: int
    seconds: float


@dataclass(eq=False, kw_only=True)
class TooLate(Refusal, RuntimeError):
    """The turn of the request did not come in time; nothing was done."""

    slug = "too-late"
    seconds: float


@dataclass(eq=False, kw_only=True)
class RegisterClosed(Refusal, RuntimeError):
    """The register is closed."""

    slug = "register-closed"


@dataclass(eq=False, kw_only=True)
class NotInTransaction(Refusal, RuntimeError):
    """The connection has no transaction open in which a code could be minted."""

    slug = "not-in-transaction"


@dataclass(eq=False, kw_only=True)
class OtherDatabase(Refusal, RuntimeError):
    """The connection is to another database than the register's."""

    slug = "other-database"
    place: str
