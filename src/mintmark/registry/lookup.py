"""Find again by code, however it is typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import Customer
from mintmark.errors import NotACode, Refusal, TamperedValue, UnknownCode
from mintmark.registry.rulebook import Rulebook
from mintmark.rule import Reading, explain
from mintmark.rule.parse import alikes, slips
from mintmark.store import Erasure, Known, Passport, Published, Store, Work
from mintmark.text import canonical, clean

Versions = dict[int, Published]

_LONGEST = 40  # characters of a code for which slips are looked up
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A code, where it comes from, what its parts mean, whom it stands for (None: nobody).

    `code` is "", and `passport` None, of a customer who has no code. `id` is the customer's inner
    number.

    `rule` is the name and version that spelt it (``main@2``), or the legacy family. `locked`: why
    the facts cannot be opened; then `customer` has the open attributes alone. The code of a
    customer who was shredded stands for nobody any more; `erasure` tells when, by whom and why.
    """

    code: str
    rule: str
    passport: Passport | None
    readings: tuple[Reading, ...]
    customer: Customer | None
    locked: Refusal | None = None
    id: int | None = None
    erasure: Erasure | None = None

    @property
    def shredded_at(self) -> datetime | None:
        """When the customer was shredded."""
        return self.erasure.at if self.erasure else None


def resolve(store: Store, text: str, rules: Rulebook) -> Found:
    """Find what a code stands for. Raises NotACode or UnknownCode."""
    if not canonical(text):
        raise NotACode(text=text)
    with store.reading() as work:
        passport, known, locked = _looked_up(work, canonical(text))
        if passport is None:
            raise UnknownCode(code=clean(text), near=_near(work, text))
        if known is None:
            return explained([(passport, None)], rules)[0]
        erasure = work.erasures.those([known.id]).get(known.id) if known.shredded_at else None
    found = explained([(passport, None if erasure else known.customer)], rules)[0]
    return replace(found, id=known.id, locked=locked, erasure=erasure)


def _looked_up(work: Work, code: str) -> tuple[Passport | None, Known | None, Refusal | None]:
    """Give a code and its customer; where a key is missing, what is known without it, and why."""
    try:
        return *work.customers.behind(code), None
    except TamperedValue:
        raise
    except Refusal as refusal:
        passport = work.codes.get(code)
        inner = passport.customer if passport else None
        openly = work.customers.openly([] if inner is None else [inner])
        return passport, openly.get(inner or 0), refusal


def _near(work: Work, text: str) -> tuple[str, ...]:
    """Give the codes that one slip of the keyboard turns into the text: those that were issued."""
    code = canonical(text)
    if len(code) > _LONGEST:
        return ()
    there = work.codes.texts(list(dict.fromkeys((*slips(code), *alikes(code)))))
    return tuple(sorted(there))[:_SHOWN]


def explained(
    pairs: Sequence[tuple[Passport | None, Customer | None]], rules: Rulebook
) -> tuple[Found, ...]:
    """Explain codes, and say whom each stands for."""
    found = tuple(_found(*pair, rules.known()) for pair in pairs)
    if all(one.readings or one.passport is None or one.passport.scope is None for one in found):
        return found
    versions = rules.by_id()  # a rule, or an entry of a table, is newer than what was read
    return tuple(_found(*pair, versions) for pair in pairs)


def _found(passport: Passport | None, customer: Customer | None, versions: Versions) -> Found:
    if passport is None:
        return Found(code="", rule="", passport=None, readings=(), customer=customer)
    version = versions.get(passport.rule or 0)
    if version is None:
        named, readings = passport.family or "", None
    else:
        named = f"{version.name}@{version.version}"
        readings = explain(version.rule, passport.text)
    return Found(
        code=passport.text,
        rule=named,
        passport=passport,
        readings=readings or (),
        customer=customer,
    )
