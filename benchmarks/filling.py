"""A register full of made-up customers, all sealed, fast: input for `recovery.py`.

    python benchmarks/filling.py FOLDER 100000

Codes come from the register's own verbs, and rows from the store's: what is written is what
`register` writes, sealed and blinded alike; only nobody is compared with anybody, for these
customers are known to be different.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from benchmarks.people import customers

import mintmark
from mintmark.customer import Customer
from mintmark.store.customers import Newcomer
from mintmark.store.facts import identity_keys
from mintmark.text import canonical

RULE = "C{seq:7}{check:37-36}"
AT_ONCE = 20_000  # customers of one unit of work


def fill(register: mintmark.Register, people: Sequence[Customer]) -> Iterator[int]:
    """Write customers with a code each, in their order; tell after each unit how many there are."""
    done = 0
    seen: set[tuple[str, str]] = set()
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        _write(register, some, register.mint_many(len(some)), seen)
        done += len(some)
        yield done


def _write(
    register: mintmark.Register,
    some: Sequence[Customer],
    codes: Sequence[str],
    seen: set[tuple[str, str]],
) -> None:
    with register._store.transaction() as work:  # noqa: SLF001 - no verb writes so many
        inner = work.customers.reserve(len(some))
        newcomers = []
        for number, customer in zip(inner, some, strict=True):
            keys = tuple(key for key in identity_keys(customer) if key not in seen)
            seen.update(keys)
            newcomers.append(Newcomer(id=number, customer=customer, keys=keys))
        work.customers.add(newcomers, at=datetime.now(UTC))
        work.codes.bind((canonical(c), n, None) for c, n in zip(codes, inner, strict=True))


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
        for table in ("code", "customer"):
            register._store.purge(table)  # noqa: SLF001
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
