"""Rules in force, and which of them numbers a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mintmark.customer import FACTS, Own
from mintmark.errors import NoRuleApplies
from mintmark.rule import Rule, Speller, choose


@dataclass(frozen=True, slots=True)
class Live:
    """A rule in force: its id, and what spells by it today."""

    id: int
    rule: Rule
    speller: Speller


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
