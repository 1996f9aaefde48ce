"""Codes of leases: what a code that no row stands for may be, by what was lent.

A site may use its codes on a later day, and when the rule has a successor. So such a code is read
by the version that was lent, in the scope as it was lent.
"""

from dataclasses import dataclass
from datetime import date

from mintmark.errors import Refusal
from mintmark.registry.rulebook import Rulebook
from mintmark.rule import Scope, parser_of
from mintmark.store import Work, facts
from mintmark.store.leases import Leased
from mintmark.text import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A code of a lease: the version that spells it, its scope and number.

    `attributes`: what it was lent with.
    """

    rule: int
    scope: Scope
    number: int
    holder: str
    attributes: dict[str, str | date]


def find_lent(rulebook: Rulebook, work: Work, code: str) -> Lent | None:
    """Find the lease that a code is of, also one that was given up as lost."""
    versions = rulebook.known()
    for rule in work.leases.rules():
        parsed = parser_of(versions[rule].rule).read(code) if rule in versions else None
        if parsed is None:
            continue
        for leased in work.leases.with_number(rule, parsed.number):
            scope = _scope(rulebook, leased)
            if scope and canonical(scope.spell(parsed.number)) == canonical(code):
                return Lent(
                    rule=rule, scope=scope, number=parsed.number, holder=leased.holder,
                    attributes=facts.unpack_open(leased.attributes),
                )  # fmt: skip
    return None


def _scope(rulebook: Rulebook, leased: Leased) -> Scope | None:
    try:
        return rulebook.scope_of(leased)
    except Refusal:  # a program's own block: it is lent without attributes, and binds its own codes
        return None
