"""What can be wrong with a rule."""

from dataclasses import dataclass
from datetime import date

from mintmark.errors.refusal import Refusal


@dataclass(eq=False, kw_only=True)
class RuleSyntax(Refusal, ValueError):
    """The rule's text cannot be read at this character (counted from 1).

    `expected` is what could stand there, `nearest` the nearest rule that can be read.
    """

    slug = "rule-syntax"
    text: str
    column: int
    expected: tuple[str, ...]
    nearest: str


@dataclass(eq=False, kw_only=True)
class UnknownAttribute(Refusal, ValueError):
    """The rule names an attribute that has no code table and is no date."""

    slug = "unknown-attribute"
    text: str
    column: int
    attribute: str
    known: tuple[str, ...]
    nearest: str


@dataclass(eq=False, kw_only=True)
class WrongSegment(Refusal, ValueError):
    """A segment given as data is none."""

    slug = "wrong-segment"
    number: int
    segment: str
    kinds: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownTerm(Refusal, ValueError):
    """A rule has no such term."""

    slug = "unknown-term"
    term: str
    near: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongTerm(Refusal, ValueError):
    """A term of the rule cannot have this value."""

    slug = "wrong-term"
    term: str
    value: str
    expected: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongPattern(Refusal, ValueError):
    """The text is neither a mask nor a regular expression between slashes."""

    slug = "wrong-pattern"
    text: str


@dataclass(eq=False, kw_only=True)
class UnknownTable(Refusal, LookupError):
    """No built-in code table has this name."""

    slug = "unknown-table"
    table: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class UnknownParent(Refusal, ValueError):
    """An entry's parent is not in the table one level up."""

    slug = "unknown-parent"
    attribute: str
    value: str
    parent: str


@dataclass(eq=False, kw_only=True)
class WrongWidth(Refusal, ValueError):
    """A code of the table is not as wide as the rule says."""

    slug = "wrong-width"
    attribute: str
    width: int
    code: str
    value: str


@dataclass(eq=False, kw_only=True)
class DuplicateCode(Refusal, ValueError):
    """A table gives one code to two values."""

    slug = "duplicate-code"
    attribute: str
    code: str
    values: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class WrongSequence(Refusal, ValueError):
    """A rule has exactly one sequence, 1 to 18 digits wide; `nearest` is one that has."""

    slug = "wrong-sequence"
    text: str
    sequences: int
    nearest: str


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
    """A code can be read in two ways; `readings` shows both, parts set off by spaces."""

    slug = "ambiguous-code"
    rule: str
    code: str
    readings: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class ScopeNotShown(Refusal, ValueError):
    """The sequence starts again where the code does not show it: two customers get one code."""

    slug = "scope-not-shown"
    rule: str
    dimension: str
    code: str
    customers: tuple[dict[str, str], ...]


@dataclass(eq=False, kw_only=True)
class RulesCollide(Refusal, ValueError):
    """Two rules or families of the register can spell the same code."""

    slug = "rules-collide"
    rule: str
    other: str
    code: str
    spelt: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class RulesLookAlike(Refusal, ValueError):
    """Two rules can spell codes that look alike, and one of them must not."""

    slug = "rules-look-alike"
    rule: str
    other: str
    code: str
    spelt: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class CapacityTooSmall(Refusal, ValueError):
    """A scope holds fewer customers than are expected."""

    slug = "capacity-too-small"
    rule: str
    capacity: int
    expected: int
    nearest: str


@dataclass(eq=False, kw_only=True)
class CodeTooLong(Refusal, ValueError):
    """A code that the rule can spell is longer than it may be."""

    slug = "code-too-long"
    rule: str
    code: str
    length: int
    limit: int


@dataclass(eq=False, kw_only=True)
class Lookalikes(Refusal, ValueError):
    """A segment has characters that look like others, and the rule must not."""

    slug = "lookalikes"
    rule: str
    segment: str
    characters: tuple[str, ...]
    nearest: str


@dataclass(eq=False, kw_only=True)
class UnwantedWord(Refusal, ValueError):
    """Every code of a value, or of the rule, has an unwanted word in it."""

    slug = "unwanted-word"
    rule: str
    word: str
    segment: str


@dataclass(eq=False, kw_only=True)
class CheckAlphabet(Refusal, ValueError):
    """The check system cannot compute with characters that the code has."""

    slug = "check-alphabet"
    rule: str
    system: str
    characters: tuple[str, ...]
    nearest: str


@dataclass(eq=False, kw_only=True)
class SeveralChecks(Refusal, ValueError):
    """A rule has one check segment at most."""

    slug = "several-checks"
    text: str
    checks: int


@dataclass(eq=False, kw_only=True)
class NothingLeft(Refusal, ValueError):
    """The rule has no number that it may give."""

    slug = "nothing-left"
    rule: str


@dataclass(eq=False, kw_only=True)
class PriorityClash(Refusal, ValueError):
    """Two rules apply to the same customers and none goes before the other."""

    slug = "priority-clash"
    rule: str
    other: str
    priority: int
    customer: dict[str, str]


@dataclass(eq=False, kw_only=True)
class WrongRange(Refusal, ValueError):
    """The rule's first day is after its last."""

    slug = "wrong-range"
    earliest: date
    latest: date


@dataclass(eq=False, kw_only=True)
class UnreadableRuleFile(Refusal, ValueError):
    """The rule file cannot be read as TOML, or lacks what a rule needs."""

    slug = "unreadable-rule-file"
    file: str
    reason: str


@dataclass(eq=False, kw_only=True)
class NoRule(Refusal, LookupError):
    """Nothing has been published yet (or not that version)."""

    slug = "no-rule"


@dataclass(eq=False, kw_only=True)
class UnknownRule(Refusal, LookupError):
    """The register has no rule, draft or version of that name."""

    slug = "unknown-rule"
    rule: str
    known: tuple[str, ...]


@dataclass(eq=False, kw_only=True)
class RuleInUse(Refusal, ValueError):
    """A version has codes and cannot be taken back; it can only be succeeded."""

    slug = "rule-in-use"
    rule: str
    codes: int


@dataclass(eq=False, kw_only=True)
class CodeMoved(Refusal, ValueError):
    """A code of a published table would get another meaning, or a value another code."""

    slug = "code-moved"
    attribute: str
    code: str
    value: str
