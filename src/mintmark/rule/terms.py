"""What a rule says beside its text: when it applies, its limits, what may be numbered by hand.

>>> Terms.of({"max-length": 12, "when": {"type": "VIP"}}).when
(('type', ('VIP',)),)
>>> Terms.of({"max-length": "long"})
Traceback (most recent call last):
    ...
mintmark.errors.rules.WrongTerm: wrong-term (term='max-length', value='long', expected=('12',))
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from mintmark.errors import UnknownTerm, WrongRange, WrongTerm
from mintmark.rule.pattern import Pattern
from mintmark.text import canonical, fold

EARLIEST = date(1900, 1, 1)
FORBIDDEN, ALLOWED = "forbidden", "allowed"
GAPLESS, LEASED = "gapless", "leased"
_NAME = re.compile(r"[^\W_][\w-]{0,39}")
_RANGE = re.compile(r"(\d{1,18})\s*(?:-|\.\.|…|~|至)\s*(\d{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a rule; each has the key of a rule file with ``-`` for ``_``.

    `when`: attribute → the values for which the rule applies (all of them have to); of several
    rules that apply, the one with the highest `priority` does. `earliest` and `latest` bound the
    dates in a code (`latest` None: today); `time_zone` says whose days count (None: the
    register's). `max_length` and `max_display_length` are characters without and with separators
    (0: any); `expected` is how many customers the fullest scope has to hold, `warn_at` the
    percentage at which a scope is reported as filling up. `unwanted` words come in no code.
    `manual`: may codes be given by hand: "forbidden", "allowed", or a pattern that they have to
    match; `external`: numbers that others give out, which Mintmark leaves alone. `mode`:
    "gapless" numbers are taken when the code is committed; "leased" ones come from blocks of
    `block` numbers that each program takes ahead, and may leave gaps.
    """

    name: str = "main"
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    priority: int = 0
    earliest: date = EARLIEST
    latest: date | None = None
    time_zone: str | None = None
    max_length: int = 0
    max_display_length: int = 0
    no_lookalikes: bool = False
    unwanted: tuple[str, ...] = ()
    expected: int = 0
    warn_at: int = 80
    manual: str = FORBIDDEN
    external: tuple[tuple[int, int], ...] = ()
    mode: str = GAPLESS
    block: int = 1000

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Terms":
        """Read the terms. Raises UnknownTerm, WrongTerm or WrongRange."""
        read: dict[str, Any] = {}
        for key, value in given.items():
            name = key.replace("-", "_")
            if name not in _READERS:
                near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
                raise UnknownTerm(term=key, near=tuple(near), known=KEYS)
            if value is not None:
                read[name] = _read(key, value, *_READERS[name])
        terms = cls(**read)
        if terms.latest is not None and terms.latest < terms.earliest:
            raise WrongRange(earliest=terms.earliest, latest=terms.latest)
        return terms

    def definition(self) -> dict[str, Any]:
        """Give the terms that are not the usual ones as JSON-ready data; `of` reads them back."""
        return {
            field.name.replace("_", "-"): _plain(field.name, getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def _read(key: str, value: Any, reader: Callable[[Any], Any], example: str) -> Any:
    try:
        return reader(value)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise WrongTerm(term=key, value=str(value), expected=(example,)) from None


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if name == "when":
        return {attribute: list(values) for attribute, values in value}
    if name == "external":
        return [f"{first}-{last}" for first, last in value]
    return list(value) if isinstance(value, tuple) else value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(value)
    return value


def _when(value: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    read = tuple(
        (attribute, (values,) if isinstance(values, str) else tuple(map(str, values)))
        for attribute, values in sorted(value.items())
    )
    if not all(values and all(map(fold, values)) for _, values in read):
        raise ValueError(value)
    return read


def _whole(value: Any, *, least: int = 0, most: int = 10**18) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(value)
    return value


def _percent(value: Any) -> int:
    return _whole(value, least=1, most=100)


def _priority(value: Any) -> int:
    return _whole(value, least=-(10**6), most=10**6)


def _day(value: Any) -> date:
    return value if type(value) is date else date.fromisoformat(value)


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except OSError as error:  # a folder of zones: "Asia"
        raise ValueError(value) from error


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _words(value: Any) -> tuple[str, ...]:
    words = tuple(
        dict.fromkeys(canonical(word) for word in ([value] if isinstance(value, str) else value))
    )
    if not all(words):
        raise ValueError(value)
    return words


def _manual(value: str) -> str:
    return value if value in (FORBIDDEN, ALLOWED) else Pattern.read(value).text


def _external(value: Any) -> tuple[tuple[int, int], ...]:
    found = []
    for text in [value] if isinstance(value, str) else value:
        match = _RANGE.fullmatch(text.strip())
        if match is None or int(match[1]) > int(match[2]):
            raise ValueError(text)
        found.append((int(match[1]), int(match[2])))
    return tuple(sorted(found))


def _mode(value: str) -> str:
    if value not in (GAPLESS, LEASED):
        raise ValueError(value)
    return value


def _block(value: Any) -> int:
    return _whole(value, least=1, most=10**6)


# Term → how it is read, and an example of it.
_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "name": (_name, "vip"),
    "when": (_when, '{ type = ["VIP"] }'),
    "priority": (_priority, "10"),
    "earliest": (_day, "1990-01-01"),
    "latest": (_day, "2099-12-31"),
    "time_zone": (_zone, "Asia/Shanghai"),
    "max_length": (_whole, "12"),
    "max_display_length": (_whole, "19"),
    "no_lookalikes": (_flag, "true"),
    "unwanted": (_words, '["250", "SB"]'),
    "expected": (_whole, "5000"),
    "warn_at": (_percent, "80"),
    "manual": (_manual, "forbidden | allowed | K-####"),
    "external": (_external, '["70000-79999"]'),
    "mode": (_mode, "gapless | leased"),
    "block": (_block, "1000"),
}
KEYS = tuple(name.replace("_", "-") for name in _READERS)
