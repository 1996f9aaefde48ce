"""Coding rules (编码规则): how a scheme's codes are spelt. Pure: no I/O, no clock, no dice.

`grammar` reads a rule's text into `segments`; `table` says which value has which code part;
`definition` is the rule itself, proved when it is made; `spell` turns attributes and a number into
a code, `explain` turns a code back into what its parts mean.

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

from mintmark.rule.definition import Rule, define
from mintmark.rule.explain import Reading, explain
from mintmark.rule.spell import Scope, in_range, sample, scope_of

__all__ = ["Reading", "Rule", "Scope", "define", "explain", "in_range", "sample", "scope_of"]
