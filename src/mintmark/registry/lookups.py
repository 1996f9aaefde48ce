"""The verbs that look up: codes, customers by their facts, and codes that are lost."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

import polars as pl

from mintmark.registry import lookup
from mintmark.registry.extracting import Extract, Extracting
from mintmark.registry.finding import Page, Searching, Sought
from mintmark.registry.lookup import Found
from mintmark.registry.reading import Reading
from mintmark.registry.recovering import Recovered, Recovering, guess, remembered_of
from mintmark.registry.wanted import Where
from mintmark.settings import Settings
from mintmark.store import Known, Store
from mintmark.vault import Keys


class Lookups:
    """What an open register can be asked; nothing here writes anything."""

    def __init__(self, store: Store, settings: Settings, keys: Keys, reading: Reading) -> None:
        self._store = store
        self._settings = settings
        self._keys = keys
        self._reading = reading
        self._recovering = Recovering(store=store, rulebook=reading.rulebook)
        self._searching = Searching(store=store, reading=reading)
        self._extracting = Extracting(searching=self._searching)

    def resolve(self, code: str) -> Found:
        """Find what a code stands for, however it is typed. Raises NotACode or UnknownCode."""
        return lookup.resolve(self._store, code, self._reading.rulebook)

    def find(
        self,
        text: str | None = None,
        /,
        *,
        where: Where | None = None,
        external: str | None = None,
        order: str | None = None,
        after: str | None = None,
        limit: int = 50,
        **facts: str,
    ) -> Page:
        """Find customers by exact facts and open attributes, a page at a time.

        Facts are name, phone, email and id_number in any spelling, a bare `text` is tried as
        each; `external` is ``crm:A-17``, say. `where` has open attributes, `added` (when), `code`
        (coded, uncoded, void), `rule` (``main``, ``main@2``) and `batch`: a value, any of several,
        None (has none) or days `Between`. All of it has to be true. `order`: added (default), code,
        registered, type, region or owner, backwards with a minus, those without it last; it lists
        everybody where nothing else is said. `after` is the `next` of the page before, `limit` 1 to
        1000. Raises NothingToFind, UnknownFact, MissingFact, NoRange, EmptyRange, UnknownState,
        UnknownRule, NotABatch, WrongLimit, WrongCursor, or what is wrong with a value; nobody found
        is an empty page.
        """
        self._keys.require()
        sought = Sought(text=text, facts=facts, where=where or {}, external=external)
        return self._searching.find(sought, order=order, after=after, limit=limit)

    def count(
        self,
        text: str | None = None,
        /,
        *,
        where: Where | None = None,
        external: str | None = None,
        **facts: str,
    ) -> int:
        """Count whom `find` finds, page after page; nothing said is everybody. It takes its time.

        Raises what `find` does.
        """
        sought = Sought(text=text, facts=facts, where=where or {}, external=external)
        return self._searching.count(sought)

    def extract(
        self,
        text: str | None = None,
        /,
        *,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        external: str | None = None,
        order: str | None = None,
        **facts: str,
    ) -> AbstractContextManager[Extract]:
        """Read out whom `find` finds, all of them, as they stand at one moment, in columns.

        `columns`: facts, attributes of rules, declared fields, and code, codes (all they ever had),
        state, rule, minted_at, added, batch, external; by default the code and all that can be
        known. While the block lasts, a connection is in use. Raises what `find` does, UnknownFact,
        TamperedValue, or what stands in the way of the keys.
        """
        sought = Sought(text=text, facts=facts, where=where or {}, external=external)
        return self._extracting.extract(sought, columns, order)

    def crosswalk(self, source: str) -> pl.DataFrame:
        """Give the codes of all customers whom another system knows: its `key`, and the `code`."""
        with self._store.transaction() as work:
            return work.crosswalk.codes(source)

    def recover(
        self,
        *,
        code: str | None = None,
        attributes: Mapping[str, str] | None = None,
        limit: int = 10,
        **facts: str,
    ) -> list[Recovered]:
        """Find whose code is lost, from whatever is remembered; the likeliest first.

        Facts may be wrong, damaged or fragments: `name` in any spelling, a homophone, pinyin,
        initials or a former name; `phone` whole, its last digits, or with ``?`` and ``*`` for
        digits; `email`, `id_number`, `address`. `code`: a part of it, or mistyped. `attributes`
        only tell candidates apart. Raises NothingToGoOn, UnknownFact, or what stands against
        unsealing.
        """
        self._keys.require()
        remembered = remembered_of(facts, attributes or {}, country=self._settings.country)
        return self._recovering.recover(remembered, code=code, limit=limit)

    def guess(self, text: str) -> str:
        """Tell which of the facts of `recover` a text looks like, a code by the rules in force."""
        return guess(text, (one.rule for one in self._reading.rulebook.current()))

    def customers(self) -> Iterator[Known]:
        """Give all customers with their codes in the order of registration, a few at a time."""
        with self._store.transaction() as work:
            yield from work.customers.every()
