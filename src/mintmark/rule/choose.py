"""Which of several rules numbers a customer: by condition, then by priority.

>>> from mintmark.rule import define
>>> vip = define("V{seq:4}", tables={"type": {"V": ["VIP", "贵宾"]}}, name="vip",
...              when={"type": "VIP"}, priority=10)
>>> usual = define("K{seq:5}")
>>> choose([usual, vip], {"type": "贵宾"}).name, choose([usual, vip], {"type": "普通"}).name
('vip', 'main')
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from mintmark.errors import PriorityClash, UnknownValue
from mintmark.rule.definition import Rule
from mintmark.text import fold


def choose(rules: Iterable[Rule], attributes: Mapping[str, str | date | None]) -> Rule | None:
    """Give the rule for a customer: of those that apply, the one of the highest priority."""
    applying = (rule for rule in rules if applies(rule, attributes))
    return max(applying, key=lambda rule: rule.terms.priority, default=None)


def applies(rule: Rule, attributes: Mapping[str, str | date | None]) -> bool:
    """Tell whether a customer meets every condition of the rule."""
    return all(
        _meets(rule, attribute, str(attributes.get(attribute) or ""), values)
        for attribute, values in rule.terms.when
    )


def prove_priority(rule: Rule, others: Iterable[Rule]) -> PriorityClash | None:
    """Show that no customer is numbered by chance: no two rules apply with equal priority."""
    for other in others:
        if other.terms.priority == rule.terms.priority:
            both = _both(rule, other)
            if both is not None:
                return PriorityClash(
                    rule=rule.name, other=other.name, priority=rule.terms.priority, customer=both
                )
    return None


def _both(rule: Rule, other: Rule) -> dict[str, str] | None:
    """Give a customer to whom both rules apply; None: there is none."""
    when = [(one, *condition) for one in (rule, other) for condition in one.terms.when]
    customer: dict[str, str] = {}
    for attribute in dict.fromkeys(attribute for _, attribute, _ in when):
        conditions = [(one, values) for one, name, values in when if name == attribute]
        value = _shared(attribute, conditions)
        if value is None:
            return None
        customer[attribute] = value
    return customer


def _shared(attribute: str, conditions: list[tuple[Rule, tuple[str, ...]]]) -> str | None:
    """Give a value of an attribute that meets all these conditions."""
    for rule, values in conditions:
        for value in values:
            for said in _spellings(rule, attribute, value):
                if all(_meets(one, attribute, said, given) for one, given in conditions):
                    return said
    return None


def _meets(rule: Rule, attribute: str, value: str, values: Iterable[str]) -> bool:
    """Tell whether a value is one of a condition, however either is written."""
    same = {_same(rule, attribute, one) for one in values}
    return _same(rule, attribute, value) in same


def _spellings(rule: Rule, attribute: str, value: str) -> Iterator[str]:
    """Give a value, and however else the rule's table writes it."""
    yield value
    table = rule.tables.get(attribute)
    for entry in table.entries if table else ():
        if entry.code == _same(rule, attribute, value):
            yield from (*entry.spellings, entry.code)


def _same(rule: Rule, attribute: str, value: str) -> str:
    """Give what all spellings of a value share: its entry in the code table, else it folded."""
    table = rule.tables.get(attribute)
    try:
        return table.entry(value).code if table and value else fold(value)
    except UnknownValue:
        return fold(value)
