"""Registering many customers with everything that sealing takes, beside COPY of the bare rows.

    make bench
    python benchmarks/sealing.py [--quick] [--rows N] [--rounds N]

Each customer is checked, compared with the register, sealed under a key of their own, written with
keyed fingerprints and match keys, numbered and coded, in units of work of 5,000. Beside that, in
the same run and on the same server with full durability: the same customers as plain rows with
their facts as JSON and their codes, by COPY into tables with primary keys, and nothing else. What
counts is the ratio; in parentheses are the lowest and the highest round.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import orjson
import psycopg

import mintmark
from mintmark.customer import Customer
from mintmark.registry import Record

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import people
from benchmarks.racing import OURS, Race, resident, say, timed, verdict

RULE = "{type}-{registered:YYYYMMDD}-{seq:8}"
TABLES = {"type": {"V": "VIP", "N": "普通"}}
AT_ONCE = 5000  # customers of a unit of work
COPY = "COPY of the bare rows"
WANTED_RATE, WANTED_RATIO = 30_000, 1 / 5
FLAT = 50  # MB that memory may grow by from the first tenth to the last
_PLAIN = """
DROP SCHEMA IF EXISTS plain CASCADE;
CREATE SCHEMA plain;
CREATE TABLE plain.customer (id bigint PRIMARY KEY, type text, registered date, facts jsonb);
CREATE TABLE plain.code (code text PRIMARY KEY, customer bigint UNIQUE);
"""


def made(count: int, seed: int) -> list[Customer]:
    """Make up customers with the attributes that the rule wants."""
    return [
        replace(one, type=("VIP", "普通")[at % 2], registered=date(2023, 1, 1 + at % 28))
        for at, one in enumerate(people.customers(count, seed).customers)
    ]


def enrol(register: mintmark.Register, customers: Sequence[Customer], sizes: list[float]) -> None:
    """Register them as an import does."""
    for start in range(0, len(customers), AT_ONCE):
        unit = [Record(customer=one) for one in customers[start : start + AT_ONCE]]
        register.register_many(unit)
        sizes.append(resident())


def copy(conninfo: str, customers: Sequence[Customer]) -> None:
    """Write them as they are."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(_PLAIN)
        with connection.cursor().copy("COPY plain.customer FROM STDIN") as into:
            for at, one in enumerate(customers):
                facts = orjson.dumps(one.personal()).decode()
                into.write_row((at, one.type, one.registered, facts))
        with connection.cursor().copy("COPY plain.code FROM STDIN") as into:
            for at, one in enumerate(customers):
                into.write_row((f"{one.type}-{one.registered}-{at:08}", at))


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
    race = Race(f"{rows:,} customers registered, sealed and coded")
    sizes: list[float] = []
    with (
        tempfile.TemporaryDirectory() as name,
        mintmark.open(Path(name) / "r", create=True) as register,
    ):
        register.publish(RULE, tables=TABLES)
        for turn in range(asked.rounds or (1 if asked.quick else 3)):
            customers = made(rows, seed=turn + 1)
            race.run(
                {
                    OURS: partial(timed, rows, partial(enrol, register, customers, sizes)),
                    COPY: partial(timed, rows, partial(copy, register.conninfo, customers)),
                },
                turn,
            )
    race.show()
    race.faster(COPY, WANTED_RATIO)
    rate = race.rate(OURS)
    told = verdict(right=rate >= WANTED_RATE)
    say(f"    wanted at least {WANTED_RATE:,} customers/s: {told}\n")
    tenth = max(len(sizes) // 10, 1)
    grown = max(sizes[-tenth:]) - max(sizes[:tenth])
    say(f"    memory grew by {grown:.0f} MB; wanted below {FLAT}: {verdict(right=grown < FLAT)}\n")


if __name__ == "__main__":
    main()
