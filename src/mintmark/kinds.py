"""How the values of each kind of fact are read: one normal form for every spelling (pure).

>>> read("number", "amount", "１,２３４.50"), read("names", "former_name", "李娜；李 娜/李梅")
('1234.5', '李娜、李 娜、李梅')
>>> read("date", "birthday", "1990年3月7日")
datetime.date(1990, 3, 7)
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from mintmark.errors import (
    ImpossibleDate,
    RoundedNumber,
    UnreadableDate,
    WrongCheckDigit,
    WrongEmail,
    WrongIdNumber,
    WrongNumber,
    WrongPhone,
)
from mintmark.text import narrow

KINDS = ("text", "phone", "email", "id_number", "date", "number")
"""The kinds that a field may be declared with."""


def read(kind: str, fact: str, text: str, country: str = "CN") -> str | date:
    """Give the canonical value of a cleaned text, "" for nothing.

    `kind`: any of `KINDS`, or ``names`` for several names in one text; `fact` is named in refusals;
    `country` (ISO 3166-1) for phones. Raises what is wrong with the value.
    """
    return _READERS[kind](fact, text, country)


# ---------------------------------------------------------------- text

_BETWEEN = re.compile(r"\s*[、､;；/／]\s*")


def _text(_fact: str, text: str, _country: str) -> str:
    return text


def _names(_fact: str, text: str, _country: str) -> str:
    """Read several names; each is kept once, in the order given."""
    return "、".join(name for name in dict.fromkeys(_BETWEEN.split(text)) if name)


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

LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
# What browsers accept in <input type=email>: WHATWG HTML, "valid e-mail address".
EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)


def _email(_fact: str, text: str, _country: str) -> str:
    address = narrow(text).removeprefix("mailto:")
    if not EMAIL.fullmatch(address) or len(address) > LONGEST_EMAIL:
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


# ---------------------------------------------------------------- numbers

_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)


def _number(fact: str, text: str, _country: str) -> str:
    """Read a decimal number, with commas between thousands or without; of any length, exactly."""
    given = narrow(text).replace("−", "-")
    if _SCIENTIFIC.fullmatch(given):
        raise RoundedNumber(fact=fact, value=text)
    found = _NUMBER.fullmatch(given)
    if found is None:
        raise WrongNumber(value=text)
    whole = found[2].replace(",", "").lstrip("0") or "0"
    broken = (found[3] or "").rstrip("0")
    number = f"{whole}.{broken}" if broken else whole
    return f"-{number}" if found[1] == "-" and number != "0" else number


_READERS: dict[str, Callable[[str, str, str], str | date]] = {
    "text": _text,
    "names": _names,
    "phone": _phone,
    "email": _email,
    "id_number": _id_number,
    "date": _date,
    "number": _number,
}
