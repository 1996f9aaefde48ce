"""Search: by exact facts and open attributes, in any order, a page at a time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mintmark.customer import parse
from mintmark.errors import (
    MissingFact,
    NothingToFind,
    Refusal,
    UnknownFact,
    WrongCursor,
    WrongLimit,
)
from mintmark.registry import cursor
from mintmark.registry.lookup import Found, explained
from mintmark.registry.reading import Reading, read_external
from mintmark.registry.wanted import Wanting, Where, several
from mintmark.store import Store, facts
from mintmark.store.finding import BY, Order, Place, Search

MOST = 1000
"""How many customers a page can have."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?\+00)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Customers that were found, in order, and the cursor of the next page (None: no more)."""

    found: tuple[Found, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a search goes by, as people write it: all of it has to be true of a customer.

    `text` is any fact of theirs, `facts` are facts by name, `where` open attributes and what is
    known of codes, `external` what another system calls them.
    """

    text: str | None
    facts: Mapping[str, str]
    where: Where
    external: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """The verbs that search."""

    store: Store
    reading: Reading

    def find(self, sought: Sought, *, order: str | None, after: str | None, limit: int) -> Page:
        """Give a page of those who are found. Raises what `Register.find` does."""
        search = self._search(sought, is_listing=order is not None)
        by = _order(order or "added")
        if not 0 < limit <= MOST:
            raise WrongLimit(limit=limit, most=MOST)
        mark = repr((search.prints, search.external, _said(sought.where), by)).encode()
        start = None if after is None else _start(after, mark, by)
        with self.store.reading() as work:
            places = work.finding.page(search, by, start, limit + 1)
            ids = [place.id for place in places[:limit]]
            known = work.customers.known(ids)
            passports = work.codes.of_customers(ids)
        pairs = [(passports.get(inner), known[inner].customer) for inner in ids]
        return Page(
            found=explained(pairs, self.reading.rulebook),
            next=cursor.write(places[limit - 1], mark) if len(places) > limit else None,
        )

    def count(self, sought: Sought) -> int:
        """Count those who are found: it looks at each of them."""
        search = self._search(sought, is_listing=True)
        with self.store.reading() as work:
            return work.finding.count(search)

    def _search(self, sought: Sought, *, is_listing: bool) -> Search:
        prints = [self._print(fact, text) for fact, text in sought.facts.items()]
        groups: tuple[tuple[bytes, ...], ...] = tuple((one,) for one in sorted(prints))
        if sought.text is not None:
            groups += (self._any_print(sought.text),)
        if not (groups or sought.where or sought.external is not None or is_listing):
            raise NothingToFind
        where = tuple(Wanting(self.reading).conditions(sought.where))
        return Search(prints=groups, external=read_external(sought.external), where=where)

    def _print(self, fact: str, text: str) -> bytes:
        """Give the fingerprint of a fact. Raises UnknownFact, MissingFact, or what is wrong."""
        if fact not in facts.SEARCHED:
            raise UnknownFact(fact=fact, known=facts.SEARCHED)
        value = parse(fact, text, country=self.reading.settings.country)
        if value is None:
            raise MissingFact(fact=fact)
        return facts.search_fingerprint(fact, str(value))

    def _any_print(self, text: str) -> tuple[bytes, ...]:
        """Give the fingerprints of a text as each fact that it could be."""
        prints: list[bytes] = []
        for fact in facts.SEARCHED:
            try:
                prints.append(self._print(fact, text))
            except Refusal:  # it is no phone, say: then nobody has it as a phone
                continue
        if not prints:
            raise NothingToFind
        return tuple(prints)


def _order(text: str) -> Order:
    by = text.removeprefix("-")
    if by not in BY:
        raise UnknownFact(fact=by, known=BY)
    return Order(by, backwards=text.startswith("-"))


def _start(after: str, mark: bytes, order: Order) -> Place:
    """Give the place where a page begins. Raises WrongCursor."""
    place = cursor.read(after, mark)
    if order.by in ("added", "registered") and place.value is not None:
        try:
            datetime.fromisoformat((_TIME.fullmatch(place.value) or [""])[0])
        except ValueError:
            raise WrongCursor(cursor=after) from None
    return place


def _said(where: Where) -> list[tuple[str, list[str]]]:
    """Give what is wanted in one form, however it is said."""
    return [(name, sorted(map(str, several(wanted)))) for name, wanted in sorted(where.items())]
