"""Rules in force, and which of them numbers a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mintmark.customer import FACTS, Customer, Field, Fields, parse, personal_names
from mintmark.errors import NoRuleApplies, UnknownFact
from mintmark.registry.outcome import Keep
from mintmark.rule import Family, Rule, Scope, Speller, choose
from mintmark.rule.segments import Initials


@dataclass(frozen=True, slots=True)
class Live:
    """A rule in force: its id, and what spells by it today."""

    id: int
    rule: Rule
    speller: Speller


_MOST = 20_000  # attributes that are remembered


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules in force, legacy families and declared fields, as of an edition of the rulebook.

    Good from `since` until `until` (None: for ever), when a day or another version begins. What
    was read of attributes is remembered: most codes are minted with few combinations of them.
    `fields`: the declared ones and the attributes of the rules beside the usual facts.
    """

    edition: int
    rules: Sequence[Live]
    families: Sequence[Family]
    declared: Fields
    fields: Fields
    since: datetime
    until: datetime
    read: dict[tuple[tuple[str, str | date], ...], Keep] = field(default_factory=dict)
    goals: dict[Customer, tuple[Live, Scope]] = field(default_factory=dict)
    seats: dict[tuple[object, ...], "Seat"] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the rules name, each once."""
        return tuple(dict.fromkeys(name for live in self.rules for name in live.rule.attributes))

    def remember(self, given: tuple[tuple[str, str | date], ...], kept: Keep) -> None:
        """Remember what was read of attributes, unless there are very many of them."""
        if len(self.read) < _MOST:
            self.read[given] = kept

    def placed(self, customer: Customer) -> Customer:
        """Give the customer with each value of a declared field as it is declared by now.

        Raises UnknownFact for a sealed value of a field that is none, or what is wrong with a
        value.
        """
        beyond = dict(customer.sealed)
        if self.declared:
            beyond |= {name: value for name, value in customer.more if name in self.declared}
        if not beyond:
            return customer
        if strange := [name for name in beyond if name not in self.declared]:
            raise UnknownFact(fact=strange[0], known=(*FACTS, *self.fields))
        now = {name: parse(name, str(v), fields=self.declared) for name, v in beyond.items()}
        known = {**customer.facts(), **now}
        return Customer.of_facts(known, sealed=personal_names(self.declared))

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

    def seat(self, customer: Customer) -> "Seat":
        """Give the rule that numbers a customer, and how it names their attributes.

        Remembered by the open attributes, which many customers share. Raises NoRuleApplies or
        UnknownValue.
        """
        openly = tuple(customer.attributes().items())
        found = self.seats.get(openly)
        if found is None:
            facts = customer.facts()
            live = the_rule(self.rules, facts)
            found = Seat(live, _in_table_names(live, facts))
            if len(self.seats) < _MOST:
                self.seats[openly] = found
        return found


@dataclass(slots=True)
class Seat:
    """Where customers with the same open attributes are numbered.

    `named`: attributes that the rule's tables name otherwise.
    """

    live: Live
    named: Mapping[str, str]
    _scope: Scope | None = None

    def customer(self, customer: Customer) -> Customer:
        """Give a customer with the attributes as the tables name them."""
        return customer.with_attributes(self.named) if self.named else customer

    def scope(self, customer: Customer) -> Scope:
        """Give the scope of a customer so named. Raises what `Speller.scope` does."""
        if self._scope is not None:
            return self._scope
        scope = self.live.speller.scope(customer.facts())
        if not any(isinstance(segment, Initials) for segment in self.live.rule.segments):
            self._scope = scope  # else it depends on the name as well
        return scope


def _in_table_names(live: Live, facts: Mapping[str, str | date]) -> dict[str, str]:
    return {
        attribute: name
        for attribute, table in live.rule.tables.items()
        if attribute in facts
        and (name := table.entry(str(facts[attribute])).name) != facts[attribute]
    }


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


def own_attributes(rules: Sequence[Live]) -> Fields:
    """Give the attributes of rules beside the usual facts."""
    named = {name: live.rule for live in rules for name in live.rule.attributes}
    return {
        name: Field(kind="date") if name in rule.dated else FACTS["type"]
        for name, rule in named.items()
        if name not in FACTS and name != "created"
    }
