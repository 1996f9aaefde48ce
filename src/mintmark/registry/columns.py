"""A column of attributes becomes a column of codes: a million rows in one unit of work."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from mintmark.customer import Customer
from mintmark.errors import CodeTaken, SequenceFull, TooBusy
from mintmark.minting import Minted, Place, ScopeFull
from mintmark.minting.verifying import repair
from mintmark.registry.registering import TRIES
from mintmark.registry.writing import Writing
from mintmark.rule.columns import canonical_column
from mintmark.store import Conflict, CounterLags, Store, Work, facts
from mintmark.store.events import HELD, Event

_ROW, _PLACE = "\x00row", "\x00place"  # no attribute has such a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Rows to be coded, each with its place; `attributes` of each place as JSON."""

    rows: pl.DataFrame
    places: list[Place]
    attributes: list[str]


def column_of(
    rows: pl.DataFrame, place_of: Callable[[dict[str, object]], tuple[Place, Customer]]
) -> Column:
    """Find the place of each row; each distinct combination of attributes is looked at once."""
    distinct = rows.unique(maintain_order=True).with_row_index(_PLACE)
    placed = [place_of(row) for row in distinct.drop(_PLACE).iter_rows(named=True)]
    numbered = rows.with_row_index(_ROW)
    joined = (
        numbered.join(
            distinct, on=rows.columns, how="left", nulls_equal=True, maintain_order="left"
        )
        if rows.columns
        else numbered.join(distinct, how="cross")
    )  # a rule without attributes
    return Column(
        rows=joined.select(_ROW, _PLACE),
        places=[place for place, _ in placed],
        attributes=[json.dumps(facts.pack_attributes(c), ensure_ascii=False) for _, c in placed],
    )


def mint_column(store: Store, column: Column, writing: Callable[[bool], Writing]) -> pl.Series:
    """Mint a code for each row, numbered without a gap in the order of rows.

    Raises SequenceFull, or TooBusy after many tries; then nothing is minted.
    """
    careful = False
    for _ in range(TRIES):
        now = writing(careful)
        try:
            with store.transaction() as work:
                return _write(work, column, now)
        except ScopeFull as full:
            key, left = next(iter(full.left.items()))
            scope = next(p.scope for p in column.places if p.scope.key == key)
            raise SequenceFull(scope=key, capacity=scope.capacity, left=left) from None
        except CodeTaken:
            if careful:
                raise
            careful = True
        except CounterLags as lagging:
            with store.transaction() as work:
                repair(work, [lagging.scope], now=now.now, actor=now.actor)
        except Conflict:
            continue
    raise TooBusy(tries=TRIES)


def _write(work: Work, column: Column, writing: Writing) -> pl.Series:
    places = column.places
    keyed = pl.Series(_PLACE, range(len(places)), dtype=pl.get_index_type()).to_frame()
    keyed = keyed.with_columns(scope=pl.Series([place.scope.key for place in places]))
    rows = column.rows.join(keyed, on=_PLACE, how="left", maintain_order="left")
    counts = rows.group_by("scope").len().sort("scope")
    by_key = {place.scope.key: place for place in places}
    taken = writing.taking.take_runs(work, by_key, dict(counts.iter_rows()))
    rows = _numbered(rows, [taken[key] for key in counts["scope"]])
    table = _passports(rows, column, writing)
    work.codes.add_table(table)
    work.events.add(_events(taken, writing))
    return table["text"].alias("code")


def _numbered(rows: pl.DataFrame, runs: list[list[Minted]]) -> pl.DataFrame:
    """Put each scope's numbers and codes beside its rows; scopes are in order."""
    ordered = rows.sort("scope", _ROW)
    numbers = [one.number for run in runs for one in run]
    texts = [one.text for run in runs for one in run]
    return ordered.with_columns(
        number=pl.Series(numbers, dtype=pl.Int64), text=pl.Series(texts, dtype=pl.String)
    ).sort(_ROW)


def _passports(rows: pl.DataFrame, column: Column, writing: Writing) -> pl.DataFrame:
    rules = pl.Series([place.rule for place in column.places])
    attributes = pl.Series(column.attributes)
    return rows.select(
        canonical=canonical_column(rows["text"]),
        text="text",
        rule=rules.gather(rows[_PLACE]),
        scope="scope",
        number="number",
        minted_at=pl.lit(writing.now.isoformat()),
        actor=pl.lit(writing.actor),
        holder=pl.lit(writing.actor),
        attributes=attributes.gather(rows[_PLACE]),
    )


def _events(taken: dict[str, list[Minted]], writing: Writing) -> Iterator[Event]:
    for scope, run in taken.items():
        numbers = [one.number for one in run]
        yield Event(
            at=writing.now, actor=writing.actor, verb=HELD, scope=scope, first=min(numbers),
            last=max(numbers), count=len(numbers), code=run[0].text if len(run) == 1 else None,
        )  # fmt: skip
