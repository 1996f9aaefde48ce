"""What is known of a customer: facts, their kinds, and the normal form of each.

Parse, don't check: `parse` gives the canonical value back or refuses.

>>> parse("phone", "１３８ ７５０１ ４５８７")
'+8613875014587'
>>> parse("registered", "2023年10月1日")
datetime.date(2023, 10, 1)
>>> parse("registered", "45200")  # as Excel counts days
datetime.date(2023, 10, 1)
>>> parse("phone", "138750145")
Traceback (most recent call last):
    ...
mintmark.errors.values.WrongPhone: wrong-phone (value=…, digits=9)
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from mintmark import kinds
from mintmark.errors import TooLong, UnknownFact
from mintmark.text import clean

Value = str | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A fact that a customer may have: how it is read, and whether it is about a person.

    `kind`: one of `kinds.KINDS`, or ``names``. What is `personal` is sealed, the rest is open.
    `limit`: how many characters it may have. `labels`: language → what people call it.
    """

    kind: str = "text"
    personal: bool = False
    limit: int = 5000
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    def label(self, language: str) -> str:
        """Give what it is called in a language, or else in another; "" if it has no label.

        >>> Field(labels={"zh": "微信号"}).label("zh-CN"), Field().label("en")
        ('微信号', '')
        """
        exact = self.labels.get(language) or self.labels.get(language.partition("-")[0])
        return exact or next(iter(self.labels.values()), "")

    def called(self, name: str) -> tuple[str, ...]:
        """Give all that people may call it: its name and its labels."""
        return (name, *self.labels.values())


Fields = Mapping[str, Field]
"""What a register knows beside `FACTS`, by name: attributes of its rules, and declared fields."""

NO_FIELDS: Fields = MappingProxyType({})

FACTS: dict[str, Field] = {
    "name": Field(personal=True, limit=200),
    "type": Field(limit=60),
    "region": Field(limit=60),
    "registered": Field(kind="date"),
    "phone": Field(kind="phone", personal=True),
    "email": Field(kind="email", personal=True),
    "id_number": Field(kind="id_number", personal=True),
    "address": Field(personal=True, limit=500),
    "owner": Field(limit=200),
    "remark": Field(personal=True, limit=5000),
    "industry": Field(limit=60),
    "branch": Field(limit=60),
    "contract": Field(kind="date"),
    "former_name": Field(kind="names", personal=True, limit=500),
    "contact": Field(personal=True, limit=200),
}
_PERSONAL = tuple(name for name, fact in FACTS.items() if fact.personal)
_OPEN = tuple(name for name, fact in FACTS.items() if not fact.personal)
# All at once is several times as fast as one after the other, and every mint asks.
_values, _personal, _open = attrgetter(*FACTS), attrgetter(*_PERSONAL), attrgetter(*_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer in canonical values.

    `type`, `region`, `industry`, `branch`, the dates `registered` and `contract` (calendar days
    without a time zone) and what is in `more` (attributes of one's own rules and open fields, by
    name, in order) are open. `phone` is E.164 (with ``;ext=`` where there is an extension), `email`
    lower case, `id_number` 18 characters; several former names stand with ``、`` between them.
    `contact` is the person to ask for at an organisation. `sealed` has the values of declared
    fields about people, by name, in order.
    """

    name: str
    type: str | None = None
    region: str | None = None
    registered: date | None = None
    phone: str | None = None
    email: str | None = None
    id_number: str | None = None
    address: str | None = None
    owner: str | None = None
    remark: str | None = None
    industry: str | None = None
    branch: str | None = None
    contract: date | None = None
    former_name: str | None = None
    contact: str | None = None
    more: tuple[tuple[str, Value], ...] = ()
    sealed: tuple[tuple[str, Value], ...] = ()

    def facts(self) -> dict[str, Value]:
        """Give what is known, by name; what is unknown is left out."""
        known = {f: v for f, v in zip(FACTS, _values(self), strict=True) if v is not None}
        if self.more or self.sealed:
            known.update((*self.more, *self.sealed))
        return known

    def personal(self) -> dict[str, Value]:
        """Give what of it is about a person."""
        known = {f: v for f, v in zip(_PERSONAL, _personal(self), strict=True) if v is not None}
        return known | dict(self.sealed) if self.sealed else known

    def attributes(self) -> dict[str, Value]:
        """Give what of it is open."""
        known = {f: v for f, v in zip(_OPEN, _open(self), strict=True) if v is not None}
        return known | dict(self.more) if self.more else known

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any], sealed: Container[str] = ()) -> "Customer":
        """Make a customer from canonical values; names that are no `FACTS` go into `more`.

        Those in `sealed` go there.

        >>> zhang = {"name": "张伟", "grade": "G1", "wechat": "zw88"}
        >>> Customer.of_facts(zhang, sealed={"wechat"}).more
        (('grade', 'G1'),)
        """
        usual: dict[str, Any] = {"name": ""}
        more: list[tuple[str, Value]] = []
        kept: list[tuple[str, Value]] = []
        for name, value in facts.items():
            if name in FACTS:
                usual[name] = value
            elif value:
                (kept if name in sealed else more).append((name, value))
        return cls(**usual, more=tuple(sorted(more)), sealed=tuple(sorted(kept)))

    def with_attributes(self, named: Mapping[str, Any]) -> "Customer":
        """Give the customer with other values of these open attributes.

        >>> Customer(name="张伟", type="vip").with_attributes({"type": "VIP"}).type
        'VIP'
        """
        usual = {name: value for name, value in named.items() if name in FACTS}
        if len(usual) == len(named):
            return replace(self, **usual)
        more = dict(self.more) | {n: v for n, v in named.items() if n not in FACTS}
        return replace(self, **usual, more=tuple(sorted(more.items())))


def parse(
    fact: str, text: str, *, country: str = "CN", fields: Fields = NO_FIELDS
) -> str | date | None:
    """Give the canonical value of a fact, None for nothing; `country` (ISO 3166-1) for phones.

    `fields` are what is known beside `FACTS`. Raises UnknownFact, TooLong, or a refusal that says
    what is wrong with the value.
    """
    known = FACTS.get(fact) or fields.get(fact)
    if known is None:
        raise UnknownFact(fact=fact, known=(*FACTS, *fields))
    if not (given := clean(text)):
        return None
    if len(given) > known.limit:
        raise TooLong(fact=fact, value=given[:40] + "…", limit=known.limit)
    return kinds.read(known.kind, fact, given, country) or None


def of(facts: Mapping[str, object], *, country: str = "CN", fields: Fields = NO_FIELDS) -> Customer:
    """Give a customer from facts as people type them; days and numbers may be given as such.

    Raises what `parse` does.

    >>> of({"name": "张伟", "phone": "138 7501 4587"}).phone
    '+8613875014587'
    """
    known = {
        fact: _day(fact, value, fields)
        if isinstance(value, date)
        # A table's numbers and empty cells come as they are: 13875014587, None.
        else parse(fact, "" if value is None else str(value), country=country, fields=fields)
        for fact, value in facts.items()
    }
    return Customer.of_facts(known, sealed=personal_names(fields))


def personal_names(fields: Fields) -> frozenset[str]:
    """Give the names of the fields whose values are sealed."""
    return frozenset([name for name, known in fields.items() if known.personal])


def _day(fact: str, day: date, fields: Fields) -> date:
    dated = [name for name, known in (*FACTS.items(), *fields.items()) if known.kind == "date"]
    if fact not in dated:
        raise UnknownFact(fact=fact, known=tuple(dated))
    return day
