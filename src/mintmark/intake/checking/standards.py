"""What values are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mintmark.customer import FACTS, Field, Fields, parse
from mintmark.errors import Refusal
from mintmark.intake.headings import PSEUDO
from mintmark.rule import Rule, in_range
from mintmark.rule.table import CodeTable

Value = str | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What values are held against: the rules, what day it is, whose phone numbers, defaults.

    `fields` are what is known beside the usual facts (see `customer.parse`).
    """

    rules: Sequence[Rule]
    fields: Fields
    today: date
    country: str
    defaults: Mapping[str, str]

    def facts(self) -> tuple[str, ...]:
        """Every fact that a column may have."""
        return tuple(dict.fromkeys((*FACTS, *self.fields, *PSEUDO)))

    def field(self, fact: str) -> Field:
        """How a fact is read."""
        return FACTS.get(fact) or self.fields.get(fact) or PSEUDO[fact]

    def required(self) -> tuple[str, ...]:
        """The facts without which no rule gives a code."""
        shared = [name for name in self.rules[0].attributes
                  if all(name in rule.attributes for rule in self.rules)]  # fmt: skip
        return tuple(dict.fromkeys(("name", *(name for name in shared if name != "created"))))

    def tables(self, fact: str) -> list[CodeTable]:
        """The code tables of the rules in which a fact's values are looked up."""
        return [rule.tables[fact] for rule in self.rules if fact in rule.tables]

    def spans(self, fact: str) -> list[tuple[date, date]]:
        """The first and the last day of a date that each rule concerned allows."""
        terms = [rule.terms for rule in self.rules if fact in rule.dated]
        return [(one.earliest, one.latest or self.today) for one in terms]

    def parse(self, fact: str, text: str) -> Value:
        """Give the canonical value, as long as no rule is asked. Raises what is wrong with it."""
        return parse(fact, text, country=self.country, fields={**PSEUDO, **self.fields})

    def read(self, fact: str, text: str) -> Value:
        """Give the canonical value, or refuse it; where several rules differ, if all of them do."""
        return self.fitting(fact, self.parse(fact, text))

    def fitting(self, fact: str, value: Value) -> Value:
        """Give a canonical value as the rules name it. Raises what the first of them does."""
        concerned = [rule for rule in self.rules if fact in (*rule.tables, *rule.dated)]
        if value is None or not concerned:
            return value
        refusals: list[Refusal] = []
        for rule in concerned:
            try:
                if isinstance(value, date):
                    return in_range(rule, fact, value, today=self.today)
                return rule.tables[fact].entry(value).name
            except Refusal as refusal:
                refusals.append(refusal)
        raise refusals[0]
