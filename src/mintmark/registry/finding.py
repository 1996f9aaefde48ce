"""Search: by exact facts and open attributes, in any order, a page at a time."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
from mintmark.match import Key
from mintmark.registry import cursor
from mintmark.registry.lookup import Found, explained
from mintmark.registry.reading import Reading, read_external
from mintmark.registry.wanted import Wanting, Where, several
from mintmark.store import Store, Work, facts
from mintmark.store.finding import BY, Order, Place, Search

MOST = 1000
"""How many customers a page can have."""
_AT_ONCE = 5000  # customers who are compared
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
        by = read_order(order or "added")
        if not 0 < limit <= MOST:
            raise WrongLimit(limit=limit, most=MOST)
        with self.store.reading() as work:
            search = self.search(work, sought, is_listing=order is not None)
            mark = repr((search.prints, search.external, _said(sought.where), by)).encode()
            start = None if after is None else _start(after, mark, by)
            # Whoever is looked up by a fact is one of a few: no search, no order, no cursor.
            few = _few(work, search) if order is None and after is None else None
            is_all = few is not None and len(few) <= limit
            places = [] if is_all else work.finding.page(search, by, start, limit + 1)
            ids = few if few is not None and is_all else [place.id for place in places[:limit]]
            known = work.customers.known(ids)
            # An import may be undone meanwhile; and whoever is found by a fact must truly have it.
            ids = [one for one in ids if one in known and search.fits(known[one].customer)]
            passports = work.codes.of_customers(ids)
        pairs = [(passports.get(inner), known[inner].customer) for inner in ids]
        return Page(
            found=tuple(
                replace(one, id=inner)
                for one, inner in zip(explained(pairs, self.reading.rulebook), ids, strict=True)
            ),
            next=cursor.write(places[limit - 1], mark) if len(places) > limit else None,
        )

    def count(self, sought: Sought) -> int:
        """Count those who are found: it looks at each of them."""
        with self.store.reading() as work:
            return work.finding.count(self.every(work, sought))

    def every(self, work: Work, sought: Sought) -> Search:
        """Read a search for all who are found, of facts already compared.

        Raises what `Register.find` does.
        """
        search, after = self.search(work, sought, is_listing=True), None
        if not search.keys:
            return search
        fitting: list[int] = []
        while places := work.finding.page(search, Order("added"), after, _AT_ONCE):
            known = work.customers.known((place.id for place in places), coded=False)
            fitting += (inner for inner, one in known.items() if search.fits(one.customer))
            after = places[-1]
        return Search(among=tuple(fitting))

    def search(self, work: Work, sought: Sought, *, is_listing: bool) -> Search:
        """Read what is sought; without anything sought, everybody, if it `is_listing`.

        Who is found by it is to be compared (`Search.fits`). Raises what `Register.find` does.
        """
        if sought.facts or sought.text is not None:
            self.reading.rulebook.keep_up(work)  # or one would search under a key that is gone
        groups = [[self._key(fact, text)] for fact, text in sought.facts.items()]
        if sought.text is not None:
            groups.append(list(self._any_key(sought.text)))
        if not (groups or sought.where or sought.external is not None or is_listing):
            raise NothingToFind
        prints = (facts.halved(work.sealing, ((key, None) for key in keys)) for keys in groups)
        return Search(
            keys=tuple(map(tuple, groups)),
            prints=tuple(sorted(tuple(one for one, *_ in group) for group in prints)),
            external=read_external(sought.external),
            where=tuple(Wanting(self.reading).conditions(sought.where)),
        )

    def _key(self, fact: str, text: str) -> Key:
        """Give the key of a fact. Raises UnknownFact, MissingFact, or what is wrong."""
        if fact not in facts.SEARCHED:
            raise UnknownFact(fact=fact, known=facts.SEARCHED)
        value = parse(fact, text, country=self.reading.settings.country)
        if value is None:
            raise MissingFact(fact=fact)
        return facts.search_key(fact, str(value))

    def _any_key(self, text: str) -> Iterator[Key]:
        """Give the keys of a text as each fact that it could be."""
        found = 0
        for fact in facts.SEARCHED:
            with contextlib.suppress(Refusal):  # it is no phone, say: then nobody has it as one
                yield self._key(fact, text)
                found += 1
        if not found:
            raise NothingToFind


def _few(work: Work, search: Search) -> list[int] | None:
    """Give those whom all of the facts find, the first ones first; None: they are many."""
    if search.external or search.where:
        return None
    groups = [work.finding.holders(prints, MOST) for prints in search.prints]
    known = [set(group) for group in groups if group is not None]
    return sorted(set.intersection(*known)) if len(known) == len(groups) > 0 else None


def read_order(text: str) -> Order:
    """Read an order: what it is by, with a minus for backwards. Raises UnknownFact."""
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
