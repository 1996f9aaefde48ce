"""Codes that customers bring along: given by hand, by another office, or of before Mintmark."""

from collections.abc import Sequence
from dataclasses import dataclass

from mintmark.customer import Customer
from mintmark.errors import CodeNotAllowed, NotACode, Refusal
from mintmark.registry.ruling import Live
from mintmark.rule import Family, Rule, Scope, parser_of
from mintmark.rule.pattern import Pattern
from mintmark.rule.terms import ALLOWED, FORBIDDEN
from mintmark.text import canonical, clean

_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A code brought along, and where it belongs: a legacy family, or a scope and its number."""

    text: str
    family: str | None = None
    scope: Scope | None = None
    number: int | None = None


def accept(
    code: str,
    customer: Customer,
    live: Live,
    rules: Sequence[Live],
    families: Sequence[Family],
) -> Given:
    """Accept a code for a customer, or refuse it: NotACode, CodeNotAllowed.

    A legacy code is of its family. Otherwise the customer's rule has to take codes by hand, or the
    number has to be one of those that others give out; and no other rule may be able to spell it.
    """
    text = clean(code).upper()
    if not canonical(text) or len(text) > _LONGEST:
        raise NotACode(text=code)
    for family in families:
        if family.holds(text):
            return Given(text=text, family=family.name)
    rule = live.rule
    parsed = parser_of(rule).read(text)
    others = (other.rule for other in rules if other is not live)
    if any(parser_of(other).read(text) for other in others) or not (
        _takes(rule, text) or (parsed and _is_external(rule, parsed.number))
    ):
        raise CodeNotAllowed(code=text, rule=rule.name, manual=rule.terms.manual)
    scope = _scope(live, customer) if parsed else None
    if parsed and scope and canonical(scope.spell(parsed.number)) == canonical(text):
        return Given(text=scope.spell(parsed.number), scope=scope, number=parsed.number)
    return Given(text=text)


def _takes(rule: Rule, text: str) -> bool:
    policy = rule.terms.manual
    if policy == FORBIDDEN:
        return False
    return policy == ALLOWED or Pattern.read(policy).matches(text)


def _is_external(rule: Rule, number: int) -> bool:
    return any(low <= number <= high for low, high in rule.terms.external)


def _scope(live: Live, customer: Customer) -> Scope | None:
    """Give the scope of the customer; None where salt or a missing attribute leaves it open."""
    try:
        scope = live.speller.scope(customer.facts())
    except Refusal:
        return None
    return None if scope.salts or scope.is_random else scope
