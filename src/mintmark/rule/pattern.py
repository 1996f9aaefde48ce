"""Patterns of codes that Mintmark did not spell: legacy families, numbers given by hand.

A pattern is a mask (``#`` a digit, ``@`` a letter, ``?`` either, everything else itself) or a
regular expression between slashes. It is held against the canonical form.

>>> Pattern.read("KH-######").matches("kh 000123"), Pattern.read("KH-######").matches("KH-123")
(True, False)
>>> Pattern.read("/[A-F]{2}[0-9]{4,6}/").matches("AF-00123")
True
"""

import re
from dataclasses import dataclass, field

from mintmark.errors import WrongPattern
from mintmark.rule.numerals import ALPHABETS
from mintmark.text import canonical

DIGITS, LETTERS, EITHER = ALPHABETS["decimal"], ALPHABETS["letters"], ALPHABETS["base36"]
_MASKS = {"#": DIGITS, "@": LETTERS, "?": EITHER}
# What both the automata and Python's own expressions read, and read alike.
_CLASS = r"\[(?:[A-Z0-9](?:-[A-Z0-9])?)+\]"
_TIMES = r"(?:[?*+]|\{\d+(?:,\d*)?\})"
_EXPRESSION = re.compile(rf"(?:[A-Z0-9|().]|{_CLASS}|(?<![?*+}}(|]){_TIMES})+")
# Separators, repeated or not, vanish in the canonical form.
_SEPARATORS = re.compile(rf"(?:\[[-/ _]+\]|\\?[-/ _]){_TIMES}?|(\[[^\]]*\])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A set of codes in canonical form, by mask or regular expression."""

    text: str
    expression: str
    _compiled: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: str) -> "Pattern":
        """Read a pattern. Raises WrongPattern."""
        given = text.strip()
        expression = _of_slashes(given) if given[:1] == "/" else _of_mask(given)
        try:
            compiled = re.compile(expression)
        except re.error:
            raise WrongPattern(text=text) from None
        if compiled.fullmatch(""):
            raise WrongPattern(text=text)
        return cls(given, expression, compiled)

    def matches(self, code: str) -> bool:
        """Tell whether a code, however it is typed, is one of these."""
        return self._compiled.fullmatch(canonical(code)) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Legacy codes (存量编码): they were there before Mintmark, or come from another system.

    >>> Family(name="old ERP", patterns=("KH######",)).holds("kh-000123")
    True
    """

    name: str
    patterns: tuple[str, ...]

    def holds(self, code: str) -> bool:
        """Tell whether a code is one of the family."""
        return any(Pattern.read(pattern).matches(code) for pattern in self.patterns)


def _of_slashes(text: str) -> str:
    inside = text[1:-1].replace("\\d", "[0-9]").removeprefix("^").removesuffix("$")
    if len(text) < 3 or text[-1] != "/":  # noqa: PLR2004 - two slashes and something in between
        raise WrongPattern(text=text)
    kept = _SEPARATORS.sub(lambda found: found[1] or "", inside.upper())
    if not _EXPRESSION.fullmatch(kept):
        raise WrongPattern(text=text)
    return kept.replace(".", f"[{_ranges()}]")


def _of_mask(text: str) -> str:
    if not any(character in _MASKS for character in text):
        raise WrongPattern(text=text)
    parts = (_place(_MASKS[c]) if c in _MASKS else canonical(c) for c in text)
    expression = "".join(parts)
    if "*" in expression:
        raise WrongPattern(text=text)
    return expression


def _place(characters: str) -> str:
    return {DIGITS: "[0-9]", LETTERS: "[A-Z]"}.get(characters, f"[{_ranges()}]")


def _ranges() -> str:
    return "0-9A-Z"
