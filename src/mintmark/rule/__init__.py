"""Coding rules (编码规则): how a scheme's codes are spelt. Pure: no I/O, no clock, no dice.

`grammar` reads a rule's text (a drawn mask, a structure given as data) into `segments`, which write
`numerals` and `dates`; `table` says which value has which code part (`builtin` ones may be chosen),
`terms` when the rule applies and what it allows; `definition` is the rule itself, `presets` are
some to begin with. `spell` turns attributes and a number into a code, `parse` a code back into its
parts, `columns` a million at once. `choose` says which of several rules numbers a customer, `diff`
what differs between two. `proof` shows, before a rule is published, that its codes cannot collide,
run out or be misread; `infer` learns the rules behind a list of codes.

>>> from datetime import date
>>> from mintmark.rule import define, scope_of
>>> rule = define(
...     "{type}-{region}-{registered:YYYYMMDD}-{seq:5}",
...     tables={"type": {"V": ["VIP"]}, "region": {"BJ": ["北京", "北京市"]}},
... )
>>> attributes = {"type": "VIP", "region": "北京市", "registered": date(2023, 10, 1)}
>>> scope = scope_of(rule, attributes, today=date(2023, 10, 1))
>>> scope.key, scope.spell(1)
('VBJ20231001#####', 'V-BJ-20231001-00001')
"""

from mintmark.rule.choose import applies, choose
from mintmark.rule.definition import Rule, define
from mintmark.rule.parse import Parser, Reading, explain, parser_of
from mintmark.rule.pattern import Family
from mintmark.rule.spell import Scope, Speller, in_range, sample, scope_of

__all__ = [
    "Family",
    "Parser",
    "Reading",
    "Rule",
    "Scope",
    "Speller",
    "applies",
    "choose",
    "define",
    "explain",
    "in_range",
    "parser_of",
    "sample",
    "scope_of",
]
