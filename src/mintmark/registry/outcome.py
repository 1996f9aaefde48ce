"""What is asked of a unit of work, and what comes of it: a code, or a refusal."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mintmark.customer import Customer
from mintmark.errors import Refusal


class External(NamedTuple):
    """What another system calls a customer: their key there."""

    source: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A customer as given; `occurrence` counts equal records of one file from 0.

    `code` is one that the customer has already: of before Mintmark, given by hand, of a lease, or
    held for `holder`. Without `numbered`, whoever has no code gets none. `known` is the inner
    number of a customer who is in the register and shall have a code. `request` is the id that
    makes it safe to ask again. `external` is what other systems call the customer. `like`, of those
    asked at once, is the place of an earlier record whose customer this is, unless that one is
    refused. `apart`: a customer of its own, even if it surely is somebody there.
    """

    customer: Customer
    occurrence: int = 0
    code: str | None = None
    holder: str | None = None
    numbered: bool = True
    known: int | None = None
    request: str | None = None
    external: tuple[External, ...] = ()
    like: int | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """So many codes to be minted with these attributes and held, or one chosen `code`.

    `holder`: for whom; `until`: how long (None: until released or bound); `reason`: why.
    """

    attributes: Customer
    count: int = 1
    code: str | None = None
    holder: str
    until: datetime | None = None
    reason: str | None = None
    request: str | None = None


Asked = Record | Keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A code whose customer may be the same one, and the evidence as slugs; "": has no code."""

    code: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A customer and its code; `new` tells whether they were registered just now.

    `code` is "" if they were to be registered without one.
    """

    code: str
    customer: Customer
    new: bool
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Codes that stand for nobody yet."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What got no code and used up no number, and why."""

    refusal: Refusal


Outcome = Registered | Refused
