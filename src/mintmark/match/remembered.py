"""What somebody remembers of a customer, in whatever shape they remember it.

>>> dialled("+86 138-7501-4587", "CN").whole, dialled("138****4587", "CN").digits
('+8613875014587', '138????4587')
>>> dialled("4587", "CN").tail, dialled("1387501458?", "CN").tail
('4587', '')
"""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers

from mintmark.match.keys import TAIL
from mintmark.text import narrow

_WHOLE = 7  # digits from which on a number is thought to be whole
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILE_DIGITS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Facts as they are remembered; each may be wrong, damaged or a fragment.

    `name`: any spelling, a homophone, pinyin, initials, a former name, a company without its legal
    form. `phone`: whole, its last digits, or with ``?`` for a digit and ``*`` for any; read in
    `country` (ISO 3166-1). `email`: whole or what stands before the @. `id_number`: whole, or its
    end beside other facts. `address`: any part. `attributes`: open attributes by name; these and
    the address only tell candidates apart.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    id_number: str | None = None
    address: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    country: str = "CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A phone number as remembered: `digits` may hold ``?`` (a digit) and ``*`` (any).

    `whole` is E.164 as far as can be told, "" for a fragment; `calling` its country code with
    ``+``; `tail` the last four digits, "" if one of them is unknown.
    """

    digits: str
    whole: str
    calling: str
    tail: str

    @property
    def national(self) -> str:
        """The whole number without its country code."""
        return self.whole.removeprefix(self.calling)


def dialled(phone: str, country: str) -> Dialled:
    """Read a remembered phone number."""
    given = re.sub(r"[^\d+?*]", "", re.sub(r"(?i)[x＊×]", "*", narrow(phone)))
    if len(given) == _MOBILE_DIGITS and given.startswith("1"):
        given = given.replace("*", "?")  # 138****4587: as many stars as digits
    digits = re.sub(r"\*+", "*", given.lstrip("+"))
    calling = _calling(country)
    whole = ""
    if digits.isdigit() and len(digits) >= _WHOLE:
        whole = _international(given, country)
        calling = calling if whole.startswith(calling) else _calling_of(whole)
    tail = digits[-TAIL:]
    known = len(tail) == TAIL and tail.isdigit()
    return Dialled(digits=digits, whole=whole, calling=calling, tail=tail if known else "")


@cache
def _calling(country: str) -> str:
    return f"+{phonenumbers.country_code_for_region(country)}"


def _calling_of(whole: str) -> str:
    """Give the country code that a number begins with, "+" if it is none."""
    try:
        return f"+{phonenumbers.parse(whole).country_code}"
    except phonenumbers.NumberParseException:
        return "+"


def _international(given: str, country: str) -> str:
    """Give the number as E.164, even where no network could dial it: a digit may be missing."""
    if country == "CN" and _MOBILE.fullmatch(given):
        return _calling(country) + given
    digits, calling = given.lstrip("+").removeprefix("00"), _calling(country)
    try:
        number = phonenumbers.parse(given, country)
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # What is no number may look like one that is dialled by way of another network.
    if phonenumbers.is_valid_number(number) and said.endswith(digits.lstrip("0")):
        return said
    if given.startswith("+") or (len(digits) > _MOBILE_DIGITS and f"+{digits}".startswith(calling)):
        return f"+{digits}"
    return calling + digits.lstrip("0")
