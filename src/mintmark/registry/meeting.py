"""Whom the rows of a table meet in the register: by keys of one customer, by shared facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from mintmark.customer import FACTS, Fields
from mintmark.store import Store, fact_columns
from mintmark.store.fact_columns import Texts

Schema = dict[str, type[pl.DataType]]
_AT_ONCE = 25_000  # rows
_SHARED = ("phone", "email")
_MOST = 20  # customers of one phone that are looked at


@dataclass(frozen=True, slots=True)
class Meeting:
    """The register as an import sees it; `fields`: what is known beside the usual facts."""

    store: Store
    fields: Fields

    def count(self) -> int:
        """Give how many customers there are."""
        with self.store.reading() as work:
            return work.customers.count()

    def owners(self, table: pl.DataFrame, occurrences: pl.Series) -> pl.DataFrame:
        """Tell whose the keys of rows are: `place` of the row, the `fact` of the key, `customer`.

        `fact` is what the key needs beside the name: record (all facts), id_number, phone, email.
        """
        keys = (
            (fact, at, texts)
            for at, some in _cut(table)
            for fact, texts in (
                ("record", fact_columns.record(some, occurrences.slice(at, some.height))),
                *fact_columns.identity(some),
            )
        )
        with self.store.snapshot() as work:
            return work.owners.of(keys, rows=table.height)

    def sharing(self, table: pl.DataFrame) -> set[int]:
        """Give the customers who share a phone or an e-mail address with a row."""
        keys = (texts for _, some in _cut(table) for texts in _shared(some))
        with self.store.snapshot() as work:
            return work.owners.sharing(keys, rows=table.height, limit=_MOST)

    def known(self, ids: Sequence[int]) -> pl.DataFrame:
        """Give customers (`id`, `code`, their facts) in this order; shredded ones are left out."""
        schema: Schema = {"id": pl.Int64, "code": pl.String, **self.schema()}
        frames = [pl.DataFrame(schema=schema)]
        for at in range(0, len(ids), _AT_ONCE):
            with self.store.reading() as work:
                people = work.customers.known(ids[at : at + _AT_ONCE]).values()
            rows = [
                {"id": one.id, "code": one.code, **one.customer.facts()}
                for one in people
                if one.shredded_at is None
            ]
            frames.append(pl.DataFrame(rows, schema=schema))
        return pl.concat(frames)

    def there(self, codes: Sequence[str]) -> set[str]:
        """Give those of these codes, in canonical form, that there are."""
        with self.store.reading() as work:
            return work.codes.existing(list(codes))

    def called(self, names: Sequence[str]) -> dict[str, int]:
        """Tell whose these external keys (``source:key``) are; those of nobody are left out."""
        found: dict[str, int] = {}
        for at in range(0, len(names), _AT_ONCE):
            with self.store.reading() as work:
                found |= work.crosswalk.known(list(names[at : at + _AT_ONCE]))
        return found

    def codes(self, ids: Sequence[int]) -> pl.DataFrame:
        """Give the codes that customers have: `customer`, `code`, and the `batch` it came by."""
        schema: Schema = {"customer": pl.Int64, "code": pl.String, "batch": pl.Int64}
        frames = [pl.DataFrame(schema=schema)]
        for at in range(0, len(ids), _AT_ONCE):
            with self.store.reading() as work:
                found = work.codes.texts_of(ids[at : at + _AT_ONCE])
            frames.append(pl.DataFrame(found, schema=schema, orient="row"))
        return pl.concat(frames)

    def done(self, batch: int) -> dict[int, int]:
        """Give the rows that an import is done with, and the customer of each; 0: refused."""
        with self.store.reading() as work:
            return work.batches.noted(batch)

    def came(self, batch: int) -> list[int]:
        """Give the customers who came by an import."""
        with self.store.reading() as work:
            return work.undoings.created(batch)

    def changed(self, batch: int) -> list[int]:
        """Give the customers whose facts an import changed."""
        with self.store.reading() as work:
            return work.changes.of_batch(batch)

    def schema(self) -> Schema:
        """Give the types of columns of facts."""
        known = {**FACTS, **self.fields}
        return {name: pl.Date if one.kind == "date" else pl.String for name, one in known.items()}


def _cut(table: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """Give so many rows at once, and the place of the first."""
    return ((at, table.slice(at, _AT_ONCE)) for at in range(0, table.height, _AT_ONCE))


def _shared(table: pl.DataFrame) -> Iterator[Texts]:
    return ((fact, texts) for fact, texts in fact_columns.searched(table) if fact in _SHARED)
