"""Rules in force, and which of them numbers a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mintmark.customer import FACTS, Customer, Own
from mintmark.errors import NoRuleApplies
from mintmark.registry.outcome import Keep
from mintmark.rule import Family, Rule, Scope, Speller, choose


@dataclass(frozen=True, slots=True)
class Live:
    """A rule in force: its id, and what spells by it today."""

    id: int
    rule: Rule
    speller: Speller


_MOST = 20_000  # attributes that are remembered


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules in force and the legacy families, as of an edition of the rulebook.

    Good from `since` until `until` (None: for ever), when a day or another version begins. What
    was read of attributes is remembered: most codes are minted with few combinations of them.
    """

    edition: int
    rules: Sequence[Live]
    families: Sequence[Family]
    since: datetime
    until: datetime
    read: dict[tuple[tuple[str, str | date], ...], Keep] = field(default_factory=dict)
    goals: dict[Customer, tuple[Live, Scope]] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the rules name, each once."""
        return tuple(dict.fromkeys(name for live in self.rules for name in live.rule.attributes))

    def remember(self, given: tuple[tuple[str, str | date], ...], kept: Keep) -> None:
        """Remember what was read of attributes, unless there are very many of them."""
        if len(self.read) < _MOST:
            self.read[given] = kept

    def goal(self, customer: Customer) -> tuple[Live, Scope]:
        """Give the rule and the scope by which a customer is numbered.

        Raises NoRuleApplies, or what `Speller.scope` does.
        """
        found = self.goals.get(customer)
        if found is None:
            live = the_rule(self.rules, facts := customer.facts())
            found = live, live.speller.scope(facts)
            if len(self.goals) < _MOST:
                self.goals[customer] = found
        return found


def the_rule(rules: Sequence[Live], attributes: Mapping[str, str | date | None]) -> Live:
    """Give the rule that numbers a customer. Raises NoRuleApplies."""
    if len(rules) == 1 and not rules[0].rule.terms.when:
        return rules[0]
    chosen = choose((live.rule for live in rules), attributes)
    if chosen is None:
        named = dict.fromkeys(attribute for live in rules for attribute, _ in live.rule.terms.when)
        raise NoRuleApplies(
            customer={name: str(attributes.get(name) or "") for name in named},
            rules=tuple(live.rule.name for live in rules),
        )
    return next(live for live in rules if live.rule is chosen)


def own_attributes(rules: Sequence[Live]) -> Own:
    """Give the attributes of rules beside the usual facts: name → the fact whose kind they have."""
    named = {name: live.rule for live in rules for name in live.rule.attributes}
    return {
        name: "registered" if name in rule.dated else "type"
        for name, rule in named.items()
        if name not in FACTS and name != "created"
    }
