"""Codes that customers bring along: given by hand, held, leased, or of before Mintmark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from mintmark.customer import Customer
from mintmark.errors import (
    CodeDoesNotFit,
    CodeHeld,
    CodeNotAllowed,
    CodeTaken,
    CodeVoid,
    HoldExpired,
    NotACode,
    Refusal,
)
from mintmark.registry.lent import Lent
from mintmark.registry.ruling import Live, Ruling
from mintmark.rule import Rule, Scope, parser_of
from mintmark.rule.pattern import Pattern
from mintmark.rule.terms import ALLOWED, FORBIDDEN
from mintmark.store import Passport, Work, facts
from mintmark.text import canonical, clean

_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A code brought along, and where it belongs: a legacy family, or a scope and its number.

    `against`: why the rule does not take it by hand; it may still be held, or of a lease. `fits`:
    the key of the scope in which the customer would be numbered. `holder`: who asks for it;
    `customer`: for whom, numbered by which rule (`live`).
    """

    text: str
    family: str | None = None
    scope: Scope | None = None
    number: int | None = None
    against: Refusal | None = None
    fits: str | None = None
    holder: str | None
    customer: Customer
    live: Live


def read_given(
    code: str, holder: str | None, customer: Customer, live: Live, ruling: Ruling
) -> Given:
    """Read a code that is given for a customer. Raises NotACode.

    A legacy code is of its family. Otherwise the customer's rule has to take codes by hand, or the
    number has to be one of those that others give out; and no other rule may be able to spell it.
    """
    text = clean(code).upper()
    if not canonical(text) or len(text) > _LONGEST:
        raise NotACode(text=code)
    given = partial(Given, holder=holder, customer=customer, live=live)
    for family in ruling.families:
        if family.holds(text):
            return given(text=text, family=family.name)
    rule = live.rule
    parsed = parser_of(rule).read(text)
    others = (other.rule for other in ruling.rules if other is not live)
    against = None
    if any(parser_of(other).read(text) for other in others) or not (
        _takes(rule, text) or (parsed and _is_external(rule, parsed.number))
    ):
        against = CodeNotAllowed(code=text, rule=rule.name, manual=rule.terms.manual)
    scope = _scope(live, customer)
    fits = scope.key if scope else None
    counted = scope and not scope.is_random and not scope.salts
    if parsed and counted and scope and canonical(scope.spell(parsed.number)) == canonical(text):
        text, number = scope.spell(parsed.number), parsed.number
        return given(text=text, scope=scope, number=number, against=against, fits=fits)
    return given(text=text, against=against, fits=fits)


Find = Callable[[Work, str], Lent | None]


def judge(
    work: Work, given: Mapping[int, Given], find: Find, *, now: datetime
) -> tuple[dict[int, Refusal], dict[int, Passport], dict[int, Lent]]:
    """Judge the codes that are given, by place: those refused, those held, those of a lease.

    What is in none of the three is a new code, given by hand. Held codes stay locked. `find` finds
    codes of leases.
    """
    codes = {place: canonical(one.text) for place, one in given.items()}
    standing = work.codes.those(codes.values(), lock=True)
    lent: dict[int, Lent] = {}
    refused: dict[int, Refusal] = {}
    held: dict[int, Passport] = {}
    seen: set[str] = set()
    for place, one in given.items():
        passport = standing.get(codes[place])
        found = None if passport else find(work, one.text)
        if refusal := _against(one, passport, found, now, is_seen=codes[place] in seen):
            refused[place] = refusal
        elif passport is not None:
            held[place] = passport
        elif found is not None:
            lent[place] = found
        seen.add(codes[place])
    return refused, held, lent


def _against(
    given: Given, passport: Passport | None, lent: Lent | None, now: datetime, *, is_seen: bool
) -> Refusal | None:
    if is_seen:
        return CodeTaken(code=given.text)
    if passport is not None:
        return not_bindable(passport, given.holder, now) or _misfit(given, passport)
    if lent is None:
        return given.against
    if _says(given, lent.attributes):
        return None
    return CodeDoesNotFit(code=given.text, scope=lent.scope.key, expected=given.fits or "—")


def not_bindable(passport: Passport, holder: str | None, now: datetime) -> Refusal | None:
    """Tell what stands against binding a code that is there; `holder`: who asks for it."""
    if passport.state == "void":
        return CodeVoid(code=passport.text, reason=passport.reason or "")
    if passport.state == "bound":
        return CodeTaken(code=passport.text)
    if passport.has_expired(now) and passport.held_until is not None:
        return HoldExpired(code=passport.text, until=passport.held_until)
    if passport.holder != holder:
        return CodeHeld(code=passport.text, holder=passport.holder or "", until=passport.held_until)
    return None


def _misfit(given: Given, passport: Passport) -> Refusal | None:
    fits = passport.scope in (None, given.fits)
    if passport.attributes is not None:  # which the first release did not keep
        # A later version of the rule, or a later day, may put the customer into another scope.
        is_later = passport.rule != given.live.id or "created" in given.live.rule.attributes
        fits = (fits or is_later) and _says(given, facts.unpack_open(passport.attributes))
    if fits:
        return None
    return CodeDoesNotFit(
        code=passport.text, scope=passport.scope or "—", expected=given.fits or "—"
    )


def _says(given: Given, attributes: Mapping[str, object]) -> bool:
    """Tell whether the customer is what a code was minted with."""
    rule, said = given.live.rule, given.customer.facts()
    return all(
        _named(rule, name, value) == _named(rule, name, said.get(name))
        for name, value in attributes.items()
    )


def _named(rule: Rule, attribute: str, value: object) -> object:
    """Give a value as its code table names it."""
    if attribute not in rule.tables or value is None:
        return value
    try:
        return rule.tables[attribute].entry(str(value)).name
    except Refusal:
        return value


def _takes(rule: Rule, text: str) -> bool:
    policy = rule.terms.manual
    if policy == FORBIDDEN:
        return False
    return policy == ALLOWED or Pattern.read(policy).matches(text)


def _is_external(rule: Rule, number: int) -> bool:
    return any(low <= number <= high for low, high in rule.terms.external)


def _scope(live: Live, customer: Customer) -> Scope | None:
    """Give the scope of the customer; None where a missing attribute leaves it open."""
    try:
        return live.speller.scope(customer.facts())
    except Refusal:
        return None
