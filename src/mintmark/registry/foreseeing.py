"""What numbers new customers would take, by the column; nothing is taken."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from mintmark.customer import Customer
from mintmark.errors import Refusal
from mintmark.registry.columns import Part, foresee_parts, parts_of, usage_of
from mintmark.registry.outcome import Record, Refused
from mintmark.registry.registering import Registering
from mintmark.registry.ruling import Ruling
from mintmark.text import canonical

_NOTHING = "\x00"


def unplaced(registering: Registering, facts: pl.DataFrame) -> dict[int, Refusal]:
    """Refuse rows of facts that no rule numbers, or that lack what their scope is made of."""
    ruling = registering.ruling(False)
    try:
        columned(facts, ruling)
    except Refusal:
        if not (found := _unplaced(registering, facts, ruling)):
            raise
        return found
    return {}


def _unplaced(registering: Registering, facts: pl.DataFrame, ruling: Ruling) -> dict[int, Refusal]:
    named = [name for name in ruling.attributes if name in facts.columns]
    rows = facts.select(pl.lit("—").alias("name"), *named)
    kinds = rows.unique(maintain_order=True)
    people = [
        Customer.of_facts({name: v for name, v in row.items() if v is not None})
        for row in kinds.iter_rows(named=True)
    ]
    lines = registering.lines([Record(customer=one) for one in people], ruling, "")
    whys = [line.refusal if isinstance(line, Refused) else None for line in lines.values()]
    numbered = kinds.with_row_index(_NOTHING)
    whose = rows.join(numbered, on=rows.columns, nulls_equal=True, maintain_order="left")
    return {at: why for at, kind in enumerate(whose[_NOTHING]) if (why := whys[kind]) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """The `codes` that rows would have; null where a scope would be full, or no rule numbers them.

    `refused`: why no rule does, by row. `scopes`: `scope`, `count` (codes that would come), `used`
    (numbers that are), `capacity`.
    """

    codes: pl.DataFrame
    refused: dict[int, Refusal]
    scopes: pl.DataFrame


def foresee(
    registering: Registering, facts: pl.DataFrame, *, chosen: Collection[str] = ()
) -> Foreseen:
    """Tell, for each row of facts, its `scope` and the `code` that it would have now.

    `chosen` codes are given by hand before.
    """
    ruling = registering.ruling(True)
    refused = unplaced(registering, facts)
    rows = pl.int_range(facts.height, dtype=pl.UInt32, eager=True).alias("at")
    placed = rows.filter(~rows.is_in(list(refused))) if refused else rows
    parts = columned(facts[placed] if refused else facts, ruling)
    writing = registering.writing(False)
    writing = replace(
        writing, taking=replace(writing.taking, chosen=frozenset(map(canonical, chosen)))
    )
    with registering.store.transaction() as work:
        found = foresee_parts(work, parts, writing)
        scopes = usage_of(work, parts)
    if refused:
        found = rows.to_frame().join(found.with_columns(placed), on="at", how="left").drop("at")
    return Foreseen(codes=found, refused=refused, scopes=scopes)


def columned(facts: pl.DataFrame, ruling: Ruling) -> list[Part]:
    """Tell which rule numbers which rows of facts. Raises what `parts_of` does."""
    named = [name for name in ruling.attributes if name in facts.columns]
    # A table without a column would have no height.
    counted = facts.with_columns(pl.lit(None, dtype=pl.String).alias(_NOTHING))
    return parts_of(counted.select(*named, _NOTHING), ruling, Customer.of_facts, packing=False)
