"""Entering many customers with everything that sealing takes, beside COPY of the bare rows.

    make bench
    python benchmarks/sealing.py [--quick] [--rows N] [--rounds N]

Customers who have been decided about are sealed, each under a key of their own, written with keyed
fingerprints and match keys, numbered and coded, noted in the import and in the ledger: what
`Register.enter` does, in its units of work. Beside that, in the same run and on the same server
with full durability: the same customers as plain rows with their facts as JSON and their codes, by
COPY into tables with primary keys, and nothing else. What counts is the ratio; in parentheses are
the lowest and the highest round.
"""

import argparse
import os
import platform
import sys
import tempfile
from functools import partial
from pathlib import Path

import polars as pl
import psycopg

import mintmark

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import people
from benchmarks.filling import enrol, strangers, table_of
from benchmarks.racing import OURS, Race, resident, say, timed, verdict

RULE = "{type}-{registered:YYYYMMDD}-{seq:8}"
TABLES = {"type": {"V": "VIP", "N": "普通"}}
COPY = "COPY of the bare rows"
WANTED_RATE, WANTED_RATIO = 30_000, 1 / 5
FLAT = 50  # MB that memory may grow by from the first unit of work to the last
_PLAIN = """
DROP SCHEMA IF EXISTS plain CASCADE;
CREATE SCHEMA plain;
CREATE TABLE plain.customer (id bigint PRIMARY KEY, type text, registered date, facts jsonb);
CREATE TABLE plain.code (code text PRIMARY KEY, customer bigint UNIQUE);
"""


def made(count: int, seed: int) -> pl.DataFrame:
    """Make up customers with the attributes that the rule wants."""
    at = pl.int_range(count)
    return table_of(people.customers(count, seed).customers).with_columns(
        type=pl.when(at % 2 == 0).then(pl.lit("VIP")).otherwise(pl.lit("普通")),
        registered=pl.date(2023, 1, 1 + at % 28),
    )


def enter(register: mintmark.Register, table: pl.DataFrame, sizes: list[float]) -> None:
    """Enter them as an import does; note the memory after each unit of work."""
    sizes.clear()
    sizes.extend(resident() for _ in enrol(register, table))


def copy(conninfo: str, facts: pl.DataFrame) -> None:
    """Write them as they are."""
    row = pl.int_range(pl.len())
    personal = pl.struct("name", "phone", "email").struct.json_encode()
    customers = facts.select(row.alias("id"), "type", "registered", personal.alias("facts"))
    day = pl.col("registered").dt.to_string("%Y%m%d")
    number = row.cast(pl.String).str.zfill(8)
    codes = facts.select(pl.concat_str("type", day, number, separator="-"), row.alias("customer"))
    with psycopg.connect(conninfo) as connection:
        connection.execute(_PLAIN)
        for name, rows in (("customer", customers), ("code", codes)):
            statement = f"COPY plain.{name} FROM STDIN (FORMAT csv)".encode()
            with connection.cursor().copy(statement) as into:
                into.write(rows.write_csv(include_header=False))


def run(race: Race, rows: int, turn: int, sizes: list[float]) -> None:
    """Let both work for one round, on a register that is new."""
    facts = made(rows, seed=turn + 1)
    table = strangers(facts)
    with (
        tempfile.TemporaryDirectory() as name,
        mintmark.open(Path(name) / "r", create=True) as register,
    ):
        register.publish(RULE, tables=TABLES)
        race.run(
            {
                OURS: partial(timed, rows, partial(enter, register, table, sizes)),
                COPY: partial(timed, rows, partial(copy, register.conninfo, facts)),
            },
            turn,
        )


def main() -> None:
    """Run the race, and say how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="to try it out")
    parser.add_argument("--rows", type=int, help="customers (200,000)")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (3)")
    asked = parser.parse_args()
    rows = asked.rows or (10_000 if asked.quick else 200_000)
    say(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python ")
    say(f"{platform.python_version()}\n")
    race = Race(f"{rows:,} customers sealed, indexed, coded")
    sizes: list[float] = []
    for turn in range(asked.rounds or (1 if asked.quick else 3)):
        run(race, rows, turn, sizes)
    race.show()
    race.faster(COPY, WANTED_RATIO)
    rate = race.rate(OURS)
    told = verdict(right=rate >= WANTED_RATE)
    say(f"    wanted at least {WANTED_RATE:,} customers/s: {told}\n")
    grown = max(sizes) - sizes[0]  # of the last round
    say(f"    memory grew by {grown:.0f} MB; wanted below {FLAT}: {verdict(right=grown < FLAT)}\n")


if __name__ == "__main__":
    main()
