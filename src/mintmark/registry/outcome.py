"""What comes of registering: a code, or a refusal."""

from dataclasses import dataclass

from mintmark.customer import Customer
from mintmark.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A code whose customer may be the same one, and the evidence as slugs."""

    code: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A customer and its code; `new` tells whether the code was minted just now."""

    code: str
    customer: Customer
    new: bool
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A customer who got no code and used up no number, and why."""

    refusal: Refusal


Outcome = Registered | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A customer as given; `occurrence` counts equal records of one file from 0.

    `code` is one that the customer has already, of before Mintmark or given by hand.
    """

    customer: Customer
    occurrence: int = 0
    code: str | None = None
