"""Find again by code, however it is typed."""

from dataclasses import dataclass

from mintmark.customer import Customer
from mintmark.errors import NotACode, UnknownCode
from mintmark.registry.rulebook import Rulebook
from mintmark.rule import Reading, explain
from mintmark.rule.parse import alikes, slips
from mintmark.store import Passport, Published, Store, Work
from mintmark.text import canonical, clean

Versions = dict[int, Published]

_LONGEST = 40  # characters of a code for which slips are looked up
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A code, where it comes from, what its parts mean, whom it stands for (None: nobody).

    `code` is "", and `passport` None, of a customer who has no code.

    `rule` is the name and version that spelt it (``main@2``), or the legacy family.
    """

    code: str
    rule: str
    passport: Passport | None
    readings: tuple[Reading, ...]
    customer: Customer | None


def resolve(store: Store, text: str, rules: Rulebook) -> Found:
    """Find what a code stands for. Raises NotACode or UnknownCode."""
    if not canonical(text):
        raise NotACode(text=text)
    with store.reading() as work:
        passport = work.codes.get(canonical(text))
        if passport is None:
            raise UnknownCode(code=clean(text), near=_near(work, text))
        inner = passport.customer
        known = work.customers.known([inner]) if inner is not None else {}
    customer = known[inner].customer if inner is not None else None
    return found_of(passport, customer, rules)


def _near(work: Work, text: str) -> tuple[str, ...]:
    """Give the codes that one slip of the keyboard turns into the text: those that were issued."""
    code = canonical(text)
    if len(code) > _LONGEST:
        return ()
    there = work.codes.texts(list(dict.fromkeys((*slips(code), *alikes(code)))))
    return tuple(sorted(there))[:_SHOWN]


def found_of(passport: Passport | None, customer: Customer | None, rules: Rulebook) -> Found:
    """Explain a code, and say whom it stands for."""
    if passport is None:
        return Found(code="", rule="", passport=None, readings=(), customer=customer)
    named, readings = _explained(passport, rules.known())
    if readings is None and passport.scope is not None:  # rule or table may be new
        named, readings = _explained(passport, rules.by_id())
    return Found(
        code=passport.text,
        rule=named,
        passport=passport,
        readings=readings or (),
        customer=customer,
    )


def _explained(passport: Passport, versions: Versions) -> tuple[str, tuple[Reading, ...] | None]:
    """Give the rule that a code is of, and what its parts mean (None: cannot be told)."""
    version = versions.get(passport.rule or 0)
    if version is None:
        return passport.family or "", None
    return f"{version.name}@{version.version}", explain(version.rule, passport.text)
