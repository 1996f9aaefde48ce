"""Codes that customers bring along: given by hand, held, leased, or of before Mintmark."""

from collections.abc import Callable, Mapping, Sequence
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


class Judging:
    """Codes that are given, judged one after the other; those that stand stay locked.

    By the place of who brings it: `held` are codes that stand and can be theirs, `lent` those of a
    lease. What may be had and is in neither is a new code, given by hand. `ended` are codes of
    those that were held until a time that has come; they stand in nobody's way. `find` finds codes
    of leases.
    """

    def __init__(self, work: Work, given: Sequence[Given], find: Find, *, now: datetime) -> None:
        self._work, self._find, self._now = work, find, now
        codes = sorted({canonical(one.text) for one in given})
        self._standing = work.codes.those(codes, lock=True) if codes else {}
        self._gone: set[str] = set()
        self.held: dict[int, Passport] = {}
        self.lent: dict[int, Lent] = {}
        self.ended: list[Passport] = []

    def judge(self, at: int, given: Given) -> Refusal | None:
        """Tell what stands against a code; None: nobody after this one can have it."""
        code = canonical(given.text)
        passport = standing = self._standing.get(code)
        if over := standing and over_by(standing, self._now):
            passport = None
        lent = None if passport else self._find(self._work, given.text)
        if why := _against(given, passport, lent, self._now, is_gone=code in self._gone):
            return over if over and why is given.against else why
        if over and standing:
            self.ended.append(standing)
        if passport is not None:
            self.held[at] = passport
        elif lent is not None:
            self.lent[at] = lent
        self._gone.add(code)
        return None


def _against(
    given: Given, passport: Passport | None, lent: Lent | None, now: datetime, *, is_gone: bool
) -> Refusal | None:
    if is_gone:
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
    if over := over_by(passport, now):
        return over
    if passport.holder != holder:
        return CodeHeld(code=passport.text, holder=passport.holder or "", until=passport.held_until)
    return None


def over_by(passport: Passport, now: datetime) -> HoldExpired | None:
    """Give the refusal of a code that was held until a time that has come; None: it was not."""
    if passport.held_until is None or not passport.has_expired(now):
        return None
    return HoldExpired(code=passport.text, until=passport.held_until)


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
