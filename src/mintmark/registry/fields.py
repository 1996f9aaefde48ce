"""Fields of one's own (自定义资料项): facts beside the usual ones, each open or sealed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import FACTS, Field, Fields
from mintmark.errors import (
    FieldInUse,
    FieldIsAttribute,
    FieldIsFact,
    FieldsAlike,
    TooLong,
    UnknownField,
    UnknownFieldKind,
    WrongFieldName,
)
from mintmark.kinds import KINDS
from mintmark.registry.rulebook import Rulebook
from mintmark.rule.grammar.options import NAMES
from mintmark.store import Declared, Published, Store
from mintmark.text import clean, fold, narrow

_LONGEST = 40
_LONGEST_LABEL = 60
# What rules name their segments by, and what the verbs are told beside facts.
_TAKEN = (*FACTS, *NAMES, "created", "code", "key", "holder", "request", "self")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBook:
    """The verbs on declared fields: `Register.fields`."""

    store: Store
    rulebook: Rulebook
    now: Callable[[], datetime]
    actor: str

    def known(self) -> Fields:
        """Give all that the register knows beside the usual facts: attributes of rules, fields."""
        return self.rulebook.fields()

    def list(self) -> tuple[Declared, ...]:
        """Give the declared fields by name."""
        with self.store.transaction() as work:
            return tuple(work.fields.every())

    def declare(
        self,
        name: str,
        *,
        kind: str = "text",
        sealed: bool = True,
        labels: Mapping[str, str] | None = None,
    ) -> Declared:
        """Declare a field of customers, or give one other labels; the same again changes nothing.

        `name`: one word, to be a keyword of `Register.register`; `kind`: one of `kinds.KINDS`;
        `sealed`: its values are about people and are kept as names and phones are; `labels`:
        language (``zh``, ``en``) → what people call it, also in files (None: as it is). Raises
        WrongFieldName, UnknownFieldKind, FieldIsFact, FieldIsAttribute, FieldsAlike or TooLong; or
        FieldInUse where values would have to be read or kept otherwise.
        """
        name = _readable(name, kind)
        field = Field(kind=kind, personal=sealed, labels=_cleaned(name, labels or {}))
        with self.store.transaction() as work:
            work.rules.lock()
            every = work.fields.every()
            old = next((one for one in every if one.name == name), None)
            if old is None:
                _require_free(name, work.rules.every())
            elif labels is None:
                field = replace(field, labels=old.field.labels)
            if old is not None and old.field == field:
                return old
            _require_apart(name, field, every)
            is_as_before = old is not None and replace(old.field, labels=field.labels) == field
            if not is_as_before and (count := work.customers.holding(name)):
                raise FieldInUse(field=name, customers=count)
            new = Declared(name=name, field=field, declared_at=self.now(), actor=self.actor)
            work.fields.declare(new)
        return new

    def withdraw(self, name: str) -> Declared:
        """Forget a field, and give what it was. Raises UnknownField or FieldInUse."""
        with self.store.transaction() as work:
            work.rules.lock()
            found = {one.name: one for one in work.fields.every()}
            if name not in found:
                raise UnknownField(field=name, known=tuple(found))
            if count := work.customers.holding(name):
                raise FieldInUse(field=name, customers=count)
            work.fields.withdraw(name)
        return found[name]


def _readable(name: str, kind: str) -> str:
    """Give the name as a program writes it."""
    word = narrow(name)
    if not word.isidentifier() or len(word) > _LONGEST:
        raise WrongFieldName(field=name, limit=_LONGEST)
    if kind not in KINDS:
        raise UnknownFieldKind(kind=kind, known=KINDS)
    return word


def _cleaned(name: str, labels: Mapping[str, str]) -> dict[str, str]:
    said = {language: clean(label) for language, label in sorted(labels.items()) if clean(label)}
    if long := next((label for label in said.values() if len(label) > _LONGEST_LABEL), None):
        raise TooLong(fact=name, value=long[:40] + "…", limit=_LONGEST_LABEL)
    return said


def _require_free(name: str, versions: Iterable[Published]) -> None:
    """Names are compared as headings are: case, width and underscores do not matter."""
    if fold(name) in map(fold, _TAKEN):
        raise FieldIsFact(field=name)
    for version in versions:
        if fold(name) in map(fold, version.rule.attributes):
            raise FieldIsAttribute(field=name, rule=version.name)


def _require_apart(name: str, field: Field, every: Iterable[Declared]) -> None:
    mine = {fold(text): text for text in field.called(name)}
    for other in every:
        theirs = map(fold, other.field.called(other.name))
        if other.name != name and (shared := next((t for t in theirs if t in mine), None)):
            raise FieldsAlike(field=name, other=other.name, called=mine[shared])
