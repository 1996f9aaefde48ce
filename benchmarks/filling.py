"""A register full of made-up customers, all sealed, fast: input for `recovery.py` and `sealing.py`.

    python benchmarks/filling.py FOLDER 100000

They are written as imports write them; only nobody is compared with anybody, for these customers
are known to be different.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import polars as pl

import mintmark
from mintmark.customer import FACTS, Customer
from mintmark.registry.turns import ALONE, CUSTOMER, LEADER, OCCURRENCE, OWNED, ROW
from mintmark.store import fact_columns

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.people import customers

RULE = "C{seq:7}{check:37-36}"


def fill(register: mintmark.Register, people: Sequence[Customer]) -> Iterator[int]:
    """Write customers with a code each, in their order; tell after each unit how many there are."""
    return enrol(register, strangers(table_of(people)))


def enrol(register: mintmark.Register, table: pl.DataFrame) -> Iterator[int]:
    """Write a table of `strangers` as an import; tell after each unit how many are there."""
    batches, done = register.batches, 0
    batch = batches.start(file="people", sheet="", digest=b"", total=table.height)
    try:
        for unit in register.enter(table, batch=batch):
            done += len(unit.places)
            yield done
        batches.finish(batch)
    finally:
        batches.leave(batch)


def table_of(people: Sequence[Customer]) -> pl.DataFrame:
    """Give the facts of customers in columns, but those that nobody has."""
    columns = {name: [getattr(one, name) for one in people] for name in FACTS}
    kinds = {name: pl.Date if fact.kind == "date" else pl.String for name, fact in FACTS.items()}
    table = pl.DataFrame(columns, schema=kinds)
    return table.select(column for column in table if column.null_count() < table.height)


def strangers(facts: pl.DataFrame) -> pl.DataFrame:
    """Say of all rows that they are new; a key that several share is the first one's."""
    equal = pl.int_range(pl.len(), dtype=pl.UInt32).over(facts.columns)
    owned = {OWNED[fact]: _first(texts) for fact, (_, texts) in fact_columns.identity(facts)}
    no, yes = pl.lit(value=False), pl.lit(value=True)
    return facts.with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW),
        equal.alias(OCCURRENCE),
        pl.lit(None, pl.Int64).alias(CUSTOMER),
        pl.lit(None, pl.UInt32).alias(LEADER),
        no.alias(ALONE),
        yes.alias(OWNED["record"]),
        *(owned.get(own, no).alias(own) for fact, own in OWNED.items() if fact != "record"),
    )


def _first(texts: pl.Series) -> pl.Series:
    return texts.is_first_distinct() & texts.is_not_null()


def main() -> None:
    """Make a register in a folder, and fill it."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    people = customers(count).customers
    begun = perf_counter()
    with mintmark.open(folder, create=True) as register:
        register.publish(RULE)
        for done in fill(register, people):
            rate = done / (perf_counter() - begun)
            sys.stdout.write(f"\r{done:,} customers, {rate:,.0f} a second")
            sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
