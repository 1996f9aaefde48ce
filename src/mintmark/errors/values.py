"""What can be wrong with a value."""

from dataclasses import dataclass, field
from datetime import date

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class MissingFact(Refusal, ValueError):
    """A fact that the rule or the register needs is empty."""

    slug = "missing-fact"
    fact: str


@dataclass(eq=False, kw_only=True)
class UnknownFact(Refusal, ValueError):
    """No such fact of a customer exists."""

    slug = "unknown-fact"
    fact: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownValue(Refusal, ValueError):
    """The code table of the attribute has no entry for the value."""

    slug = "unknown-value"
    fact: str
    value: str
    near: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class EntryNotValid(Refusal, ValueError):
    """The entry of the code table is not good for codes of this day."""

    slug = "entry-not-valid"
    fact: str
    value: str
    since: date | None
    until: date | None


@dataclass(eq=False, kw_only=True)
class ImpossibleDate(Refusal, ValueError):
    """The calendar has no such day."""

    slug = "impossible-date"
    value: str


@dataclass(eq=False, kw_only=True)
class UnreadableDate(Refusal, ValueError):
    """The text is no date, or could be two."""

    slug = "unreadable-date"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class DateOutOfRange(Refusal, ValueError):
    """The date lies before or after what the rule allows."""

    slug = "date-out-of-range"
    fact: str
    value: date
    earliest: date
    latest: date


@dataclass(eq=False, kw_only=True)
class RoundedNumber(Refusal, ValueError):
    """A spreadsheet kept the number in scientific notation: digits are gone."""

    slug = "rounded-number"
    fact: str
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class WrongPhone(Refusal, ValueError):
    """No telephone network could dial this."""

    slug = "wrong-phone"
    value: str = field(repr=False)
    digits: int


@dataclass(eq=False, kw_only=True)
class WrongEmail(Refusal, ValueError):
    """No mail could be sent there."""

    slug = "wrong-email"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class WrongIdNumber(Refusal, ValueError):
    """Neither a resident ID nor a unified social credit code: length or characters are wrong."""

    slug = "wrong-id-number"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class WrongCheckDigit(Refusal, ValueError):
    """The last character of the ID number does not belong to those before it."""

    slug = "wrong-check-digit"
    value: str = field(repr=False)


@dataclass(eq=False, kw_only=True)
class WrongNumber(Refusal, ValueError):
    """The text is no decimal number."""

    slug = "wrong-number"
    value: str


@dataclass(eq=False, kw_only=True)
class WrongExternalKey(Refusal, ValueError):
    """What another system calls a customer is its name, a colon, and the key: ``crm:A-17``."""

    slug = "wrong-external-key"
    value: str


@dataclass(eq=False, kw_only=True)
class TooLong(Refusal, ValueError):
    """The text is longer than the register keeps."""

    slug = "too-long"
    fact: str
    value: str = field(repr=False)
    limit: int


@dataclass(eq=False, kw_only=True)
class NothingToGoOn(Refusal, ValueError):
    """Nothing that is remembered could find anybody: an address or a type alone cannot."""

    slug = "nothing-to-go-on"
