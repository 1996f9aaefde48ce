"""What can be in the way of a code or a customer."""

from dataclasses import dataclass

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class SequenceFull(Refusal, RuntimeError):
    """All numbers of the scope are used up; Mintmark never starts again from 1."""

    slug = "sequence-full"
    scope: str
    capacity: int


@dataclass(eq=False, kw_only=True)
class CodeTaken(Refusal, RuntimeError):
    """An older rule has already spelt the code that this one would spell."""

    slug = "code-taken"
    code: str


@dataclass(eq=False, kw_only=True)
class NotACode(Refusal, ValueError):
    """The text has no letter or digit that could be a code."""

    slug = "not-a-code"
    text: str


@dataclass(eq=False, kw_only=True)
class UnknownCode(Refusal, LookupError):
    """No such code was ever minted here."""

    slug = "unknown-code"
    code: str


@dataclass(eq=False, kw_only=True)
class IdNumberTaken(Refusal, ValueError):
    """The ID number belongs to a customer of quite another name."""

    slug = "id-number-taken"
    value: str
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
