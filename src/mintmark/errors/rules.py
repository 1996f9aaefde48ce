"""What can be wrong with a rule."""

from dataclasses import dataclass
from datetime import date

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class RuleSyntax(Refusal, ValueError):
    """The rule's text cannot be read at this character (counted from 1)."""

    slug = "rule-syntax"
    text: str
    column: int
    near: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongSequence(Refusal, ValueError):
    """A rule has exactly one sequence, 1 to 18 digits wide."""

    slug = "wrong-sequence"
    text: str
    sequences: int


@dataclass(eq=False, kw_only=True)
class MissingTable(Refusal, ValueError):
    """A coded attribute of the rule has no code table, or an empty one."""

    slug = "missing-table"
    attribute: str


@dataclass(eq=False, kw_only=True)
class UnusedTable(Refusal, ValueError):
    """A code table is given for something that the rule does not code."""

    slug = "unused-table"
    attribute: str


@dataclass(eq=False, kw_only=True)
class WrongTableCode(Refusal, ValueError):
    """A code of a table is empty or has characters that vanish when codes are compared."""

    slug = "wrong-table-code"
    attribute: str
    code: str


@dataclass(eq=False, kw_only=True)
class AmbiguousValue(Refusal, ValueError):
    """One value of a table has two codes."""

    slug = "ambiguous-value"
    attribute: str
    value: str
    codes: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class AmbiguousCode(Refusal, ValueError):
    """One code of a table begins with another, so that codes could be read in two ways."""

    slug = "ambiguous-code"
    attribute: str
    short: str
    long: str


@dataclass(eq=False, kw_only=True)
class WrongRange(Refusal, ValueError):
    """The rule's first day is after its last."""

    slug = "wrong-range"
    earliest: date
    latest: date


@dataclass(eq=False, kw_only=True)
class UnreadableRuleFile(Refusal, ValueError):
    """The rule file is no TOML, or lacks what a rule needs."""

    slug = "unreadable-rule-file"
    file: str
    reason: str


@dataclass(eq=False, kw_only=True)
class NoRule(Refusal, LookupError):
    """Nothing has been published yet (or not that version)."""

    slug = "no-rule"


@dataclass(eq=False, kw_only=True)
class UnknownVersion(Refusal, LookupError):
    """The rule has no such version."""

    slug = "unknown-version"
    version: int
    newest: int
