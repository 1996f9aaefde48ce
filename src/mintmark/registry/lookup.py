"""Find again: by code however it is typed, or by a fact."""

from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import Customer, parse
from mintmark.errors import MissingFact, NotACode, Refusal, UnknownCode, UnknownFact
from mintmark.registry.rulebook import Rulebook
from mintmark.rule import Reading, explain
from mintmark.rule.parse import alikes, slips
from mintmark.store import Erasure, Passport, Published, Store, Work, facts
from mintmark.text import canonical, clean, fold

Versions = dict[int, Published]

_LONGEST = 40  # characters of a code for which slips are looked up
_SHOWN = 5
_MOST = 1000  # customers under one fact; a switchboard has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A code, where it comes from, what its parts mean, whom it stands for (None: nobody).

    `code` is "", and `passport` None, of a customer who has no code. `id` is the customer's inner
    number.

    `rule` is the name and version that spelt it (``main@2``), or the legacy family. The code of a
    customer who was shredded stands for nobody any more; `erasure` tells when, by whom and why.
    """

    code: str
    rule: str
    passport: Passport | None
    readings: tuple[Reading, ...]
    customer: Customer | None
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
    with store.transaction() as work:
        passport = work.codes.get(canonical(text))
        if passport is None:
            raise UnknownCode(code=clean(text), near=_near(work, text))
        inner = passport.customer
        known = work.customers.known([inner]) if inner is not None else {}
        erasure = work.erasures.those(known).get(inner or 0)
    customer = known[inner].customer if inner is not None and not erasure else None
    return replace(_found(passport, customer, rules.by_id()), id=inner, erasure=erasure)


def find(store: Store, wanted: dict[str, str], country: str, rules: Rulebook) -> list[Found]:
    """Find the customers who have every one of these facts; names are compared folded.

    Raises MissingFact with nothing to go on, UnknownFact, or what is wrong with a value.
    """
    parsed: dict[str, str] = {}
    for fact, text in wanted.items():
        if fact not in facts.SEARCHED:
            raise UnknownFact(fact=fact, known=facts.SEARCHED)
        if (value := parse(fact, text, country=country)) is None:
            raise MissingFact(fact=fact)
        parsed[fact] = str(value)
    if not parsed:
        raise MissingFact(fact="name")
    versions = rules.by_id()
    with store.transaction() as work:
        return _find(work, parsed, versions)


def find_any(store: Store, text: str, country: str, rules: Rulebook) -> list[Found]:
    """Find the customers who have the text as any fact that it could be."""
    found: dict[int | None, Found] = {}
    for fact in facts.SEARCHED:
        try:
            hits = find(store, {fact: text}, country, rules)
        except Refusal:  # it is no phone, say: then nobody has it as a phone
            continue
        found |= {hit.id: hit for hit in hits}
    return list(found.values())


def _find(work: Work, wanted: dict[str, str], versions: Versions) -> list[Found]:
    keys = [facts.search_key(fact, value) for fact, value in wanted.items()]
    hits = work.customers.sharing(keys, limit=_MOST)
    everywhere = set.intersection(*(set(hits.get(key, ())) for key in keys))
    known = work.customers.known(everywhere)
    passports = work.codes.of_customers(known)
    return [
        replace(_found(passports.get(inner), known[inner].customer, versions), id=inner)
        for inner in sorted(known)
        if _has(known[inner].customer, wanted)
    ]


def _has(customer: Customer, wanted: dict[str, str]) -> bool:
    mine = customer.facts()
    if (name := wanted.get("name")) is not None and fold(customer.name) != fold(name):
        return False
    return all(mine.get(fact) == value for fact, value in wanted.items() if fact != "name")


def _near(work: Work, text: str) -> tuple[str, ...]:
    """Give the codes that one slip of the keyboard turns into the text: those that were issued."""
    code = canonical(text)
    if len(code) > _LONGEST:
        return ()
    there = work.codes.texts(list(dict.fromkeys((*slips(code), *alikes(code)))))
    return tuple(sorted(there))[:_SHOWN]


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
