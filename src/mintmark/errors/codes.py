"""What can be in the way of a code or a customer."""

from dataclasses import dataclass, field

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class SequenceFull(Refusal, RuntimeError):
    """The scope has fewer numbers left than were asked for; Mintmark never starts again from 1."""

    slug = "sequence-full"
    scope: str
    capacity: int
    left: int = 0


@dataclass(eq=False, kw_only=True)
class CodeTaken(Refusal, RuntimeError):
    """The code stands for somebody else, or was minted before."""

    slug = "code-taken"
    code: str


@dataclass(eq=False, kw_only=True)
class NotACode(Refusal, ValueError):
    """The text has no letter or digit that could be a code."""

    slug = "not-a-code"
    text: str


@dataclass(eq=False, kw_only=True)
class CheckFailed(Refusal, ValueError):
    """The code does not end in the check of what stands before ("": no check could stand there)."""

    slug = "check-failed"
    code: str
    expected: str


@dataclass(eq=False, kw_only=True)
class UnknownCode(Refusal, LookupError):
    """No such code was ever minted here; `near` are those that one slip turns into it."""

    slug = "unknown-code"
    code: str
    near: tuple[str, ...] = ()


@dataclass(eq=False, kw_only=True)
class IdNumberTaken(Refusal, ValueError):
    """The ID number belongs to a customer of quite another name."""

    slug = "id-number-taken"
    value: str = field(repr=False)
    code: str


@dataclass(eq=False, kw_only=True)
class ExternalKeyTaken(Refusal, ValueError):
    """What the other system calls this customer, it calls another customer, too."""

    slug = "external-key-taken"
    source: str
    key: str
    code: str


@dataclass(eq=False, kw_only=True)
class LikelyDuplicate(Refusal, ValueError):
    """The customer looks like one who has a code; such rows were to be kept back."""

    slug = "likely-duplicate"
    code: str
    evidence: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class TooBusy(Refusal, RuntimeError):
    """Other writers registered the same customers again and again; nothing was written."""

    slug = "too-busy"
    tries: int


@dataclass(eq=False, kw_only=True)
class CodeNotAllowed(Refusal, ValueError):
    """The rule takes no such code by hand; `manual` is what it takes."""

    slug = "code-not-allowed"
    code: str
    rule: str
    manual: str


@dataclass(eq=False, kw_only=True)
class AlreadyCoded(Refusal, ValueError):
    """The customer has a code already, and another one was given."""

    slug = "already-coded"
    given: str
    code: str


@dataclass(eq=False, kw_only=True)
class NoRuleApplies(Refusal, LookupError):
    """No rule in force numbers such a customer."""

    slug = "no-rule-applies"
    customer: dict[str, str]
    rules: tuple[str, ...]
