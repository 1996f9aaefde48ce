"""Read customers out as columns: a whole register, or whom a search finds, at one moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from mintmark.customer import FACTS, Fields
from mintmark.errors import UnknownFact
from mintmark.registry.finding import Searching, Sought, read_order
from mintmark.store.extracts import OF_REGISTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """Customers in columns, some thousands at a time; `total`: how many in all.

    `fields`: what the register knows beside the usual facts. Days are dates, times are in the
    register's time zone, all else is text; null: unknown.
    """

    total: int
    columns: tuple[str, ...]
    fields: Fields
    frames: Iterator[pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracting:
    """The verb that reads customers out."""

    searching: Searching

    @contextmanager
    def extract(
        self, sought: Sought, columns: Sequence[str] | None, order: str | None
    ) -> Iterator[Extract]:
        """Give whom a search finds, as they stand now. Raises what `Register.extract` does."""
        reading, by = self.searching.reading, read_order(order or "added")
        fields = reading.rulebook.fields()
        chosen = _chosen(columns, fields)
        with self.searching.store.snapshot() as work:
            search = self.searching.every(work, sought)
            total = work.finding.count(search)
            frames = work.extracts.frames(search, by, chosen, fields)
            zone = reading.settings.time_zone.key
            local = (_in_zone(frame, zone) for frame in frames)
            yield Extract(total=total, columns=chosen, fields=fields, frames=local)


def _chosen(columns: Sequence[str] | None, fields: Fields) -> tuple[str, ...]:
    if columns is None:
        return ("code", *FACTS, *fields)
    known = (*FACTS, *fields, *OF_REGISTER)
    if strange := [name for name in columns if name not in known]:
        raise UnknownFact(fact=strange[0], known=known)
    return tuple(dict.fromkeys(columns))


def _in_zone(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone))
