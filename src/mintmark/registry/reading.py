"""Read what is asked for, as people write it, into canonical values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mintmark import customer as customers
from mintmark.customer import FACTS, Customer, Fields, Value
from mintmark.errors import UnknownFact, WrongExternalKey
from mintmark.registry.outcome import External, Keep
from mintmark.registry.rulebook import Rulebook
from mintmark.settings import Settings
from mintmark.text import clean

__all__ = ["Reading", "Value", "read_external"]
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads by the rules in force and the register's settings."""

    rulebook: Rulebook
    settings: Settings

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
        return customers.of(facts, country=self.settings.country, fields=self._fields(facts))

    def _attributes(self, attributes: Mapping[str, Value]) -> Customer:
        ruling = self.rulebook.ruling(anew=False)
        if any(name not in ruling.attributes for name in attributes):
            ruling = self.rulebook.ruling()  # a rule may have brought it along just now
        if strange := [name for name in attributes if name not in ruling.attributes]:
            raise UnknownFact(fact=strange[0], known=ruling.attributes)
        return self.customer(attributes)

    def _fields(self, facts: Mapping[str, Value]) -> Fields:
        known = self.rulebook.fields(anew=False)
        if any(fact not in FACTS and fact not in known for fact in facts):
            return self.rulebook.fields()  # as above
        return known


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
