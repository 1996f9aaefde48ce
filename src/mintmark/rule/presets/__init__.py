"""Presets (预设规则): rule files for common trades, to be copied and made one's own.

Each is a file as a user would write it, commented in both languages. It is read when somebody asks
for it, and only then.

>>> names()[:3]
('simple', 'customer', 'retail')
>>> preset("simple").definition["rule"]
'K-{seq:5,widen=7}'
>>> from mintmark.rule import Rule
>>> Rule.of(preset("clinic").definition).attributes # a patient's number tells nothing of them
()
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_NAMES = ("simple", "customer", "retail", "bank", "clinic", "factory", "school", "government")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A preset: `definition` is what `Rule.of` reads, `text` the commented file that says so.

    >>> preset("bank").text.splitlines()[0].startswith("# ")
    True
    """

    slug: str
    definition: dict[str, Any]
    text: str


def names() -> tuple[str, ...]:
    """Give the slugs of the presets, the plainest first.

    >>> "government" in names()
    True
    """
    return _NAMES


def preset(slug: str) -> Preset:
    """Give a preset; its definition is the caller's own to change. Raises KeyError.

    >>> preset("school").definition["max-length"]
    11
    >>> preset("zoo")
    Traceback (most recent call last):
        ...
    KeyError: 'zoo'
    """
    if slug not in _NAMES:
        raise KeyError(slug)
    text = _text(slug)
    return Preset(slug=slug, definition=tomllib.loads(text), text=text)


@cache
def _text(slug: str) -> str:
    return files(__name__).joinpath(f"{slug}.toml").read_text("utf-8")
