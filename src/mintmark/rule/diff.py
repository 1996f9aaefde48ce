"""What differs between two versions of a rule, and what that means for the codes.

>>> from mintmark.rule import define
>>> old = define("{type}-{seq:4}", tables={"type": {"V": "VIP"}})
>>> new = define("{type}-{seq:5}", tables={"type": {"V": "VIP", "N": "普通"}}, max_length=6)
>>> found = diff(old, new, today=date(2026, 11, 22))
>>> found.text, found.terms, found.tables[0].added
(('{type}-{seq:4}', '{type}-{seq:5}'), (('max-length', None, 6),), ('N',))
>>> found.samples, found.capacities, found.counts_on
(('V-0001', 'V-00001'), (9999, 99999), False)
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from mintmark.errors import Refusal
from mintmark.rule.capacity import free
from mintmark.rule.definition import Rule
from mintmark.rule.spell import sample, sample_attributes, scope_of
from mintmark.rule.table import CodeTable


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifference:
    """The codes of a table that only the new version has, only the old one, or both otherwise."""

    attribute: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Old and new, where they differ; None where they do not.

    `counts_on`: numbering goes on where it stands; otherwise the new version begins at its start,
    and numbers whose codes exist already are stepped over.
    """

    text: tuple[str, str] | None
    terms: tuple[tuple[str, Any, Any], ...]
    tables: tuple[TableDifference, ...]
    samples: tuple[str, str]
    capacities: tuple[int, int]
    counts_on: bool


def diff(old: Rule, new: Rule, *, today: date) -> Difference:
    """Compare two versions of a rule."""
    was, becomes = old.terms.definition(), new.terms.definition()
    return Difference(
        text=(old.text, new.text) if old.text != new.text else None,
        terms=tuple(
            (key, was.get(key), becomes.get(key))
            for key in dict.fromkeys((*was, *becomes))
            if was.get(key) != becomes.get(key)
        ),
        tables=tuple(
            found
            for name in dict.fromkeys((*old.tables, *new.tables))
            if (found := _table(name, old.tables.get(name), new.tables.get(name)))
        ),
        samples=(sample(old, today=today), sample(new, today=today)),
        capacities=(free(old), free(new)),
        counts_on=_key(old, today) == _key(new, today),
    )


def _table(name: str, old: CodeTable | None, new: CodeTable | None) -> TableDifference | None:
    was = old.definition() if old else {}
    becomes = new.definition() if new else {}
    if was == becomes:
        return None
    return TableDifference(
        attribute=name,
        added=tuple(code for code in becomes if code not in was),
        removed=tuple(code for code in was if code not in becomes),
        changed=tuple(c for c in becomes if c in was and was[c] != becomes[c]),
    )


def _key(rule: Rule, today: date) -> str | None:
    """Give the scope of a customer who fits the rule; shared keys are shared counters."""
    try:
        return scope_of(rule, sample_attributes(rule, today=today), today=today).key
    except Refusal:
        return None
