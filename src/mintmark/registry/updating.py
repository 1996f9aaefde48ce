"""Change facts of known customers (更新): read, decide, write; the code stays as it is.

What registering would refuse is refused here, too: an ID number that is somebody else's, a value
that no code table has. An attribute that the code was spelt from may change all the same: a code
is not spelt anew, and `Updated.stale` tells where it reads as the customer once was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mintmark.customer import FACTS, Customer, Fields, Value, personal_names
from mintmark.errors import (
    AlreadyShredded,
    IdNumberTaken,
    MissingFact,
    Refusal,
    TooBusy,
    UnknownCustomer,
    UnknownFact,
)
from mintmark.match import Key
from mintmark.registry.outcome import Refused
from mintmark.registry.registering import TRIES, unswept
from mintmark.registry.rotating import own_keys
from mintmark.registry.ruling import Ruling
from mintmark.rule import Rule
from mintmark.store import Changed, Conflict, Known, Overtaken, Passport, Store, Work, facts
from mintmark.store.events import UPDATED, Event

Facts = Mapping[str, Value | None]
"""Canonical values by name; None: nothing is known of it any more. What is left out stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """A customer whose facts were changed, from `before`; `changed` are the names of the facts.

    `code` is "" of one who has none, `id` the inner number. `stale`: attributes that the code was
    spelt from, and that are others now. `alike`: codes of customers whose name and phone or e-mail
    are the same by now: it may be one customer.
    """

    code: str
    id: int
    before: Customer
    customer: Customer
    changed: tuple[str, ...]
    stale: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Updating:
    """The verb on known customers; `rules` gives every version of a rule by its id."""

    store: Store
    ruling: Callable[[bool], Ruling]
    rules: Callable[[], Mapping[int, Rule]]
    now: Callable[[], datetime]
    actor: str

    def update(
        self,
        wanted: Sequence[tuple[int, Facts]],
        *,
        batch: int | None = None,
        request: str | None = None,
        plan: bool = False,
        taken: Mapping[str, str] | None = None,
    ) -> list[Updated | Refused]:
        """Change facts of customers, by inner number, in one unit of work; an outcome for each.

        Those who are refused stay as they are. With `plan`, it is only told; `taken` are ID numbers
        that others will have by then, and their codes. Raises TooBusy.
        """
        with unswept(len(wanted)):
            for _ in range(TRIES):
                ruling = self.ruling(True)
                deciding = _Deciding(ruling, self.rules(), taken or {})
                try:
                    with self.store.transaction() as work:
                        said = deciding.decide(work, wanted)
                        if not plan:
                            self._write(work, deciding, said, batch, request)
                        if work.rules.edition() != ruling.edition:
                            raise Overtaken
                except Conflict:
                    continue
                return said
        raise TooBusy(tries=TRIES)

    def _write(
        self,
        work: Work,
        deciding: "_Deciding",
        said: Sequence[Updated | Refused],
        batch: int | None,
        request: str | None,
    ) -> None:
        done = [one for one in said if isinstance(one, Updated) and one.changed]
        if not done:
            return
        now = self.now()
        work.changes.write(list(deciding.changes.values()), at=now, batch=batch)
        told = Event(
            at=now, actor=self.actor, verb=UPDATED, count=len(done), request=request, batch=batch
        )
        if len(done) == 1 and (code := deciding.passports.get(done[0].id)):
            told = replace(
                told, scope=code.scope, first=code.number, last=code.number, code=code.text
            )
        work.events.add([told])


class _Deciding:
    """What becomes of customers who shall have other facts: one unit of work's decision."""

    def __init__(self, ruling: Ruling, rules: Mapping[int, Rule], taken: Mapping[str, str]) -> None:
        self._ruling = ruling
        self._taken = taken
        self._rules = rules
        self.changes: dict[int, Changed] = {}
        self.passports: dict[int, Passport] = {}

    def decide(self, work: Work, wanted: Sequence[tuple[int, Facts]]) -> list[Updated | Refused]:
        """Tell what becomes of each; of a customer who is there twice, the first alone is done."""
        ids = sorted({inner for inner, _ in wanted})
        standing = work.erasures.standing(ids, lock=True)
        there = [inner for inner, one in standing.items() if one.shredded_at is None]
        known = work.customers.known(there)
        self.passports = work.codes.of_customers(there)
        news: dict[int, Customer | Refusal] = {}
        for inner, given in wanted:
            if inner not in standing:
                news[inner] = UnknownCustomer(customer=inner)
            elif gone := standing[inner].shredded_at:
                news[inner] = AlreadyShredded(code=self._shown(inner), at=gone)
            else:
                last = news.get(inner, known[inner].customer)
                news[inner] = last if isinstance(last, Refusal) else self._changed(last, given)
        alike = self._keyed(work, known, news)
        outcomes = {
            inner: Refused(refusal=new)
            if isinstance(new, Refusal)
            else self._outcome(known[inner], new, alike.get(inner, ()))
            for inner, new in news.items()
        }
        return [outcomes[inner] for inner, _ in wanted]

    # ------------------------------------------------------------ one customer

    def _changed(self, customer: Customer, given: Facts) -> Customer | Refusal:
        try:
            return changed(customer, given, self._ruling)
        except Refusal as refusal:
            return refusal

    def _outcome(self, known: Known, new: Customer, alike: tuple[str, ...]) -> Updated:
        names = differing(known.customer, new)
        passport = self.passports.get(known.id)
        rule = self._rules.get(passport.rule or 0) if passport else None
        return Updated(
            code=passport.text if passport else "",
            id=known.id,
            before=known.customer,
            customer=new,
            changed=names,
            stale=tuple(name for name in names if rule and name in rule.attributes),
            alike=alike,
        )

    def _shown(self, inner: int) -> str:
        return self.passports[inner].text if inner in self.passports else f"#{inner}"

    # ------------------------------------------------------------ keys

    def _keyed(
        self, work: Work, known: Mapping[int, Known], news: dict[int, Customer | Refusal]
    ) -> dict[int, tuple[str, ...]]:
        """Give the others who have the keys of a customer; an ID number of theirs is refused."""
        turned = [
            (known[inner], new)
            for inner, new in news.items()
            if isinstance(new, Customer) and new != known[inner].customer
        ]
        if not turned:
            return {}
        had = own_keys(work, [one for one, _ in turned])
        wanted = {one.id: [*facts.identity_keys(new), facts.record_key(new, 0)]
                  for one, new in turned}  # fmt: skip
        owners = work.customers.owners({key for keys in wanted.values() for key in keys})
        leaving = {key: inner for inner, keys in had.items() for key in keys}
        others: dict[int, list[int]] = {}
        for one, new in turned:
            met = {key: owner for key in wanted[one.id]
                   if (owner := owners.get(key, one.id)) != one.id}  # fmt: skip
            number = new.id_number or ""
            if number != one.customer.id_number and number in self._taken:
                news[one.id] = IdNumberTaken(value=number, code=self._taken[number])
                continue
            if (clash := _of_id(met)) is not None:
                news[one.id] = IdNumberTaken(value=new.id_number or "", code=f"#{clash}")
                continue
            others[one.id] = list(dict.fromkeys(met.values()))
            free = tuple(
                key for key in wanted[one.id]
                if key not in met and (key not in owners or leaving.get(key) == one.id)
            )  # fmt: skip
            owners |= dict.fromkeys(free, one.id)
            self.changes[one.id] = Changed(
                id=one.id, before=one.customer, customer=new, had=had[one.id], keys=free
            )
        return self._named(work, news, others)

    def _named(
        self,
        work: Work,
        news: dict[int, Customer | Refusal],
        others: Mapping[int, Sequence[int]],
    ) -> dict[int, tuple[str, ...]]:
        """Give the codes of others, and name them in refusals, as people know them."""
        clashing = {
            inner: int(new.code.removeprefix("#"))
            for inner, new in news.items()
            if isinstance(new, IdNumberTaken) and new.code.startswith("#")
        }
        asked = {*clashing.values(), *(one for ids in others.values() for one in ids)}
        codes = work.codes.of_customers(asked) if asked else {}

        def shown(inner: int) -> str:
            return codes[inner].text if inner in codes else f"#{inner}"

        for inner, owner in clashing.items():
            value = getattr(news[inner], "value", "")
            news[inner] = IdNumberTaken(value=value, code=shown(owner))
        return {inner: tuple(map(shown, ids)) for inner, ids in others.items() if ids}


def _of_id(met: Mapping[Key, int]) -> int | None:
    return next((owner for key, owner in met.items() if key.index == "id"), None)


def changed(customer: Customer, given: Facts, ruling: Ruling) -> Customer:
    """Give a customer with other facts, attributes as the code tables name them.

    Raises UnknownFact, MissingFact, or what `Ruling.seat` does.
    """
    known = {**customer.facts(), **given}
    if strange := [n for n in given if n not in FACTS and n not in ruling.fields]:
        raise UnknownFact(fact=strange[0], known=(*FACTS, *ruling.fields))
    if not known.get("name"):
        raise MissingFact(fact="name")
    sealed = personal_names(ruling.declared) | {name for name, _ in customer.sealed}
    new = Customer.of_facts({n: v or None for n, v in known.items()}, sealed=sealed)
    if new.attributes() == customer.attributes():
        return new
    placed = ruling.placed(new)
    return ruling.seat(placed).customer(placed)


def differing(one: Customer, other: Customer) -> tuple[str, ...]:
    """Give the names of the facts in which two customers differ.

    >>> differing(Customer(name="王琦", type="VIP"), Customer(name="王琦", phone="+8613875014587"))
    ('type', 'phone')
    """
    before, after = one.facts(), other.facts()
    names = dict.fromkeys((*before, *after))
    return tuple(name for name in names if before.get(name) != after.get(name))


def parsed(given: Mapping[str, Value | None], read: Callable[[Mapping[str, Value]], Customer],
           fields: Fields) -> Facts:  # fmt: skip
    """Give facts as people write them in canonical form; what is empty shall be known no more.

    Raises what `read` does.
    """
    said = {name: value for name, value in given.items() if value}
    known = read(said).facts()
    if strange := [name for name in given if name not in FACTS and name not in fields]:
        raise UnknownFact(fact=strange[0], known=(*FACTS, *fields))
    return {name: known.get(name) for name in given}
