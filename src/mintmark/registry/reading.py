"""Read what is asked for, as people write it, into canonical values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mintmark import customer as customers
from mintmark.customer import FACTS, Customer, Own
from mintmark.errors import NoRule, UnknownFact, WrongExternalKey
from mintmark.registry.outcome import External, Keep
from mintmark.registry.rulebook import Rulebook
from mintmark.registry.ruling import own_attributes
from mintmark.settings import Settings
from mintmark.text import clean

Value = str | date
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads by the rules in force and the register's settings."""

    rulebook: Rulebook
    settings: Settings

    @property
    def own(self) -> Own:
        """The attributes of the register's own rules: name → the fact whose kind they have."""
        try:
            return own_attributes(self.rulebook.ruling(anew=False).rules)
        except NoRule:
            return {}

    def keep(self, attributes: Mapping[str, Value], **more: Any) -> Keep:
        """Read attributes that the rules name, for codes to be kept; `more` as in `Keep`.

        Raises NoRule, UnknownFact, or what is wrong with a value.
        """
        ruling = self.rulebook.ruling(anew=False)
        given = tuple(attributes.items())
        kept = ruling.read.get(given)
        if kept is None:
            kept = Keep(attributes=self._attributes(attributes), holder=self.settings.actor)
            ruling.remember(given, kept)
        said = {name: value for name, value in more.items() if value is not None}
        return replace(kept, **said) if said else kept

    def customer(self, facts: Mapping[str, Value]) -> Customer:
        """Read a customer's facts. Raises UnknownFact, or what is wrong with a value."""
        given = {fact: value for fact, value in facts.items() if isinstance(value, str)}
        days = {fact: value for fact, value in facts.items() if isinstance(value, date)}
        own = self._own(facts)
        dated = ("registered", "contract", *(n for n, kind in own.items() if kind == "registered"))
        if strange := [fact for fact in days if fact not in dated]:
            raise UnknownFact(fact=strange[0], known=dated)
        parsed = customers.of(given, country=self.settings.country, own=own)
        return Customer.of_facts({**parsed.facts(), "name": parsed.name, **days})

    def _attributes(self, attributes: Mapping[str, Value]) -> Customer:
        ruling = self.rulebook.ruling(anew=False)
        if any(name not in ruling.attributes for name in attributes):
            ruling = self.rulebook.ruling()  # a rule may have brought it along just now
        if strange := [name for name in attributes if name not in ruling.attributes]:
            raise UnknownFact(fact=strange[0], known=ruling.attributes)
        return self.customer(attributes)

    def _own(self, facts: Mapping[str, Value]) -> Own:
        own = self.own
        if any(fact not in FACTS and fact not in own for fact in facts):
            self.rulebook.ruling()  # as above
            return self.own
        return own


def read_external(text: str | None) -> tuple[External, ...]:
    """Read what another system calls a customer. Raises WrongExternalKey.

    >>> read_external("crm:A-17"), read_external(None)
    ((External(source='crm', key='A-17'),), ())
    """
    if text is None:
        return ()
    source, _, key = map(clean, text.partition(":"))
    if not source or not key or len(text) > _LONGEST:
        raise WrongExternalKey(value=text[:_LONGEST])
    return (External(source, key),)
