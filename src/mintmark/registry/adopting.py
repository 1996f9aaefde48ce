"""Seal what a register holds open that was made before there was sealing."""

from collections import Counter
from collections.abc import Iterator

from mintmark.match.keys import Key
from mintmark.store import Newcomer, Store, facts


def adopt(store: Store) -> int:
    """Seal the facts of all customers who are not sealed yet, all or none; tell how many.

    Whoever else opens the register waits meanwhile. Raises what stands against sealing.
    """
    count, records = 0, Counter[Key]()
    with store.transaction() as work:
        while old := work.customers.unsealed():
            work.customers.seal_old([
                Newcomer(id=one.id, customer=one.customer, keys=tuple(_keys(one, records)))
                for one in old
            ])  # fmt: skip
            count += len(old)
    if count:
        store.purge("customer")
    return count


def _keys(one: Newcomer, records: Counter[Key]) -> Iterator[Key]:
    first = facts.record_key(one.customer, 0)
    yield facts.record_key(one.customer, records[first])
    records[first] += 1
    yield from facts.identity_keys(one.customer)
