"""What is known of a customer: facts, their kinds, and the normal form of each.

Parse, don't check: `parse` gives the canonical value back or refuses.

>>> parse("phone", "１３８ ７５０１ ４５８７")
'+8613875014587'
>>> parse("registered", "2023年10月1日")
datetime.date(2023, 10, 1)
>>> parse("registered", "45200")  # as Excel counts days
datetime.date(2023, 10, 1)
>>> parse("phone", "138750145")
Traceback (most recent call last):
    ...
mintmark.errors.values.WrongPhone: wrong-phone (value=…, digits=9)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from mintmark.errors import (
    ImpossibleDate,
    RoundedNumber,
    TooLong,
    UnknownFact,
    UnreadableDate,
    WrongCheckDigit,
    WrongEmail,
    WrongIdNumber,
    WrongPhone,
)
from mintmark.text import clean, narrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer in canonical values.

    `type`, `region`, `industry`, `branch`, the dates `registered` and `contract` (calendar days
    without a time zone) and what is in `more` (attributes of one's own rules, by name, in order)
    are open attributes. `phone` is E.164 (with ``;ext=`` where there is an extension), `email`
    lower case, `id_number` 18 characters.
    """

    name: str
    type: str | None = None
    region: str | None = None
    registered: date | None = None
    phone: str | None = None
    email: str | None = None
    id_number: str | None = None
    address: str | None = None
    owner: str | None = None
    remark: str | None = None
    industry: str | None = None
    branch: str | None = None
    contract: date | None = None
    more: tuple[tuple[str, str | date], ...] = ()

    def facts(self) -> dict[str, str | date]:
        """Give what is known, by name; what is unknown is left out."""
        every = ((name, getattr(self, name)) for name in FACTS)
        return {name: value for name, value in every if value is not None} | dict(self.more)

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> "Customer":
        """Make a customer from canonical values; names that are no `FACTS` go into `more`.

        >>> Customer.of_facts({"name": "张伟", "grade": "G1"}).more
        (('grade', 'G1'),)
        """
        more = {name: value for name, value in facts.items() if name not in FACTS and value}
        own = {name: value for name, value in facts.items() if name in FACTS}
        return cls(**{"name": "", **own, "more": tuple(sorted(more.items()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the values of a fact are read, and whether they are facts about a person."""

    parse: Callable[[str, str, str], str | date]
    personal: bool


Own = Mapping[str, str]  # attributes of one's own rules: name → the fact whose kind they have


def parse(
    fact: str, text: str, *, country: str = "CN", own: Own | None = None
) -> str | date | None:
    """Give the canonical value of a fact, None for nothing; `country` (ISO 3166-1) for phones.

    `own` are attributes beside `FACTS`: name → the fact that they are read like. Raises
    UnknownFact, or a refusal that says what is wrong with the value.
    """
    kind = FACTS.get((own or {}).get(fact, fact))
    if kind is None:
        raise UnknownFact(fact=fact, known=(*FACTS, *(own or {})))
    if not (given := clean(text)):
        return None
    return kind.parse((own or {}).get(fact, fact), given, country)


def of(facts: Mapping[str, str], *, country: str = "CN", own: Own | None = None) -> Customer:
    """Give a customer from facts as people type them.

    >>> of({"name": "张伟", "phone": "138 7501 4587"}).phone
    '+8613875014587'
    """
    return Customer.of_facts({
        fact: parse(fact, text, country=country, own=own) for fact, text in facts.items()
    })  # fmt: skip


# ---------------------------------------------------------------- text

_LIMITS = {
    "name": 200, "type": 60, "region": 60, "industry": 60, "branch": 60, "address": 500,
    "owner": 200, "remark": 5000,
}  # fmt: skip


def _text(fact: str, text: str, _country: str) -> str:
    if len(text) > _LIMITS[fact]:
        raise TooLong(fact=fact, value=text[:40] + "…", limit=_LIMITS[fact])
    return text


# ---------------------------------------------------------------- phone

_MOBILE = re.compile(r"1[3-9]\d{9}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


def _phone(fact: str, text: str, country: str) -> str:
    """Read any spelling that the country's networks know (ITU-T E.164, by Google's metadata)."""
    number = narrow(text)
    if country == "CN" and _MOBILE.fullmatch(number):
        return "+86" + number
    if _SCIENTIFIC.fullmatch(number):
        raise RoundedNumber(fact=fact, value=text)
    number = number.removesuffix(".0").replace("转", " ext. ")
    try:
        read = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        read = None
    if read is None or not phonenumbers.is_valid_number(read):
        raise WrongPhone(value=text, digits=sum(character.isdigit() for character in number))
    e164 = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164};ext={read.extension}" if read.extension else e164


# ---------------------------------------------------------------- e-mail

# What browsers accept in <input type=email>: WHATWG HTML, "valid e-mail address".
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)


def _email(_fact: str, text: str, _country: str) -> str:
    address = narrow(text).removeprefix("mailto:")
    if not _EMAIL.fullmatch(address) or len(address) > 254:  # noqa: PLR2004 - RFC 5321, 4.5.3.1.3
        raise WrongEmail(value=text)
    return address.lower()


# ---------------------------------------------------------------- ID numbers


def _id_number(fact: str, text: str, _country: str) -> str:
    """Read a resident ID (GB 11643-1999) or a unified social credit code (GB 32100-2015).

    The district of a resident ID is not looked up: people keep the number of a district that has
    long been merged away.
    """
    number = narrow(text).upper().replace(" ", "").replace("-", "").removeprefix("'")
    if _SCIENTIFIC.fullmatch(number):
        raise RoundedNumber(fact=fact, value=text)
    if _RESIDENT.fullmatch(number):
        wrong = ric.calc_check_digit(number) != number[17]
        if not wrong or (number[0] == "9" and uscc.is_valid(number)):
            return number
        # A spreadsheet keeps 15 digits of a number and fills up with zeros.
        raise (
            RoundedNumber(fact=fact, value=text)
            if number.endswith("000")
            else WrongCheckDigit(value=text)
        )
    try:
        return str(uscc.validate(number))
    except InvalidChecksum:
        raise WrongCheckDigit(value=text) from None
    except ValidationError:
        raise WrongIdNumber(value=text) from None


# District, birth date (of this century or the last), serial, check character. A company's code may
# look like it, too, but begins with 9; what else has no birth year in it is an organisation's.
_RESIDENT = re.compile(r"\d{6}(?:19|20)\d{2}\d{4}\d{3}[\dX]")


# ---------------------------------------------------------------- dates

_YMD = re.compile(
    r"(\d{4})(?:年|[-/.])\s?(\d{1,2})(?:月|[-/.])\s?(\d{1,2})日?"
    r"(?:[T ]\s?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"((?:1[89]|20|21)\d{2})(\d{2})(\d{2})(?:\.0)?")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?")
_EXCEL_EPOCH = date(1899, 12, 30)  # serial 1 is 1900-01-01 and 1900 had no 29 February


def _date(_fact: str, text: str, _country: str) -> date:
    """Read 2023/10/1, 2023-10-01, 2023.10.1, 20231001, 2023年10月1日 or an Excel serial."""
    given = narrow(text)
    if found := _YMD.fullmatch(given) or _COMPACT.fullmatch(given):
        year, month, day = (int(part) for part in found.groups())
        try:
            return date(year, month, day)
        except ValueError:
            raise ImpossibleDate(value=text) from None
    if serial := _SERIAL.fullmatch(given):
        return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
    raise UnreadableDate(value=text)


FACTS: dict[str, Kind] = {
    "name": Kind(parse=_text, personal=True),
    "type": Kind(parse=_text, personal=False),
    "region": Kind(parse=_text, personal=False),
    "registered": Kind(parse=_date, personal=False),
    "phone": Kind(parse=_phone, personal=True),
    "email": Kind(parse=_email, personal=True),
    "id_number": Kind(parse=_id_number, personal=True),
    "address": Kind(parse=_text, personal=True),
    "owner": Kind(parse=_text, personal=False),
    "remark": Kind(parse=_text, personal=True),
    "industry": Kind(parse=_text, personal=False),
    "branch": Kind(parse=_text, personal=False),
    "contract": Kind(parse=_date, personal=False),
}
