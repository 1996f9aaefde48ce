"""Values that need no mending, whole columns at once.

What `plain` gives is what `customer.parse` gives; where it gives nothing, that has to be asked.

>>> phones = pl.Series(["13875014587", "+86 138 7501 4587", "010-62345678", "138", None])
>>> plain("phone", phones, "CN").to_list()
['+8613875014587', '+8613875014587', '+861062345678', None, None]
>>> plain("date", pl.Series(["2023/10/1", "2023-02-30", "1.10.2023"]), "CN").to_list()
[datetime.date(2023, 10, 1), None, None]
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import phonenumbers
import polars as pl

from mintmark.intake.checking import id_numbers
from mintmark.kinds import EMAIL, LONGEST_EMAIL

# Printable ASCII, the letters of Europe, dashes and quotes, Chinese punctuation, kana, Han, hangul,
# full-width forms: none of them is white space, a control, or unassigned to anybody (see `clean`).
_ORDINARY = (
    r"[ -~\u{a1}-\u{ac}\u{ae}-\u{17f}\u{2010}-\u{2027}\u{2030}-\u{205e}"
    r"\u{3001}-\u{303e}\u{3041}-\u{9fff}\u{ac00}-\u{d7a3}\u{ff01}-\u{ff5e}]"
)
# What a spreadsheet puts there for an error (#N/A, Err:502), and a formula that is text (="007").
_SPOILT = r"^(?:#|Err|=\"| )| $"
_TIME = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAY = rf"^([1-9][0-9]{{3}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}){_TIME}$"
_NUMBER = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"


def plain(kind: str, texts: pl.Series, country: str) -> pl.Series:
    """Give the canonical value of each text that is plain, null for every other.

    `kind`: one of `kinds.KINDS` or ``names``; `country` (ISO 3166-1) for phones.
    """
    return _READERS[kind](texts, country)


def _text(texts: pl.Series, _country: str) -> pl.Series:
    return _where(texts, _is_ordinary(texts))


def _names(texts: pl.Series, _country: str) -> pl.Series:
    return _where(texts, _is_ordinary(texts) & ~texts.str.contains(r"[、､;；/／]"))


def _is_ordinary(texts: pl.Series) -> pl.Series:
    said = texts.str.contains(rf"^{_ORDINARY}+$") & ~texts.str.contains("  ", literal=True)
    return said & ~texts.str.contains(_SPOILT)


def _email(texts: pl.Series, _country: str) -> pl.Series:
    short = texts.str.len_bytes() <= LONGEST_EMAIL
    return _where(texts, short & texts.str.contains(f"^(?:{EMAIL.pattern})$")).str.to_lowercase()


def _number(texts: pl.Series, _country: str) -> pl.Series:
    return _where(texts, texts.str.contains(_NUMBER))


def _date(texts: pl.Series, _country: str) -> pl.Series:
    days = texts.str.extract(_DAY).str.replace_all("[/.]", "-")
    return days.str.to_date("%Y-%m-%d", strict=False)


def _id_number(texts: pl.Series, _country: str) -> pl.Series:
    return _where(texts, id_numbers.are_valid(texts))


# ---------------------------------------------------------------- phones


def _phone(texts: pl.Series, country: str) -> pl.Series:
    if country != "CN":
        return texts.clear(len(texts))
    mobile = texts.str.contains(r"^1[3-9][0-9]{9}$")
    read = _where("+86" + texts, mobile)
    rows = (~mobile).arg_true()
    return read.scatter(rows, _dialled(texts.gather(rows))) if len(rows) else read


def _dialled(texts: pl.Series) -> pl.Series:
    """Read mobile numbers behind a country code and landlines, with spaces and hyphens."""
    bare = _where(texts, texts.str.contains(r"^[+0-9][0-9 -]*$")).str.replace_all("[ -]", "")
    mobile, landline = _patterns()
    return "+86" + _first(bare.str.extract(mobile), bare.str.extract(landline))


@cache
def _patterns() -> tuple[str, str]:
    """The numbers that the country's networks know: Google's metadata, as `kinds` asks it."""
    china: Any = phonenumbers.PhoneMetadata.metadata_for_region("CN")
    mobile, landline = (
        one.national_number_pattern.replace(r"\d", "[0-9]")
        for one in (china.mobile, china.fixed_line)
    )
    return rf"^(?:\+86|0086)({mobile})$", rf"^0({landline})$"


def _where(texts: pl.Series, good: pl.Series) -> pl.Series:
    """Give the texts that are good, null for the others."""
    wrong = ~good.fill_null(value=False)
    return texts.set(wrong, None) if wrong.any() else texts


def _first(one: pl.Series, other: pl.Series) -> pl.Series:
    return one.zip_with(one.is_not_null(), other)


_READERS: dict[str, Callable[[pl.Series, str], pl.Series]] = {
    "text": _text,
    "names": _names,
    "phone": _phone,
    "email": _email,
    "id_number": _id_number,
    "date": _date,
    "number": _number,
}
