"""Where a code that was typed differs from one that was issued, and what noticed it (pure).

>>> from mintmark.rule import define
>>> rule = define("{type}-{seq:4}{check:luhn}", tables={"type": {"V": "VIP"}})
>>> slip_of("V-12438", "V-12348", rule)
Slip(code='V-12348', place=4, said='43', meant='34', noticed='check')
>>> slip_of("V-1234", "V-12344", rule).noticed, slip_of("V1234", "V-12348", None).noticed
('structure', '')
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from mintmark.rule import Rule
from mintmark.rule.parse import parser_of
from mintmark.rule.segments import Check
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """From the `place`-th character on, `said` was typed where the `code` has `meant`.

    Places count letters and digits from 1; either text may be empty. `noticed`: by its "check"
    characters, its "structure", or "" if neither could notice it.
    """

    code: str
    place: int
    said: str
    meant: str
    noticed: str


def slip_of(said: str, code: str, rule: Rule | None) -> Slip:
    """Compare what was typed with a code, by the rule that spelt it."""
    one, two = canonical(said), canonical(code)
    start = _shared(one, two)
    end = _shared(reversed(one[start:]), reversed(two[start:]))
    return Slip(
        code=code,
        place=start + 1,
        said=one[start : len(one) - end],
        meant=two[start : len(two) - end],
        noticed=_noticed(one, rule) if rule else "",
    )


def _shared(one: Iterable[str], two: Iterable[str]) -> int:
    """Count the characters with which both begin."""
    pairs = zip(one, two, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _noticed(said: str, rule: Rule) -> str:
    parser = parser_of(rule)
    if parser.read(said) is not None:
        return ""
    has_check = any(isinstance(segment, Check) for segment in rule.segments)
    return "check" if has_check and parser.shape(said) is not None else "structure"
