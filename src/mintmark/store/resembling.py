"""Who shares the weightiest keys: thousands of keys are asked for in one statement.

One scan takes all keys in the order of the index, several times as fast as a look at each. Only if
more rows share them than anybody could look at is each key looked at by itself, and of those that
very many share, some are enough: whoever is meant shares more than that one.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mintmark.match import Key
from mintmark.store import binary, facts
from mintmark.store.facts import Weighed
from mintmark.store.sealing import Sealing
from mintmark.store.session import Session

_ROWS = 20_000  # of one table
_EACH = 400  # customers of one key, where there are more rows
_SHARING = """
SELECT (SELECT array_agg(x.fingerprint) FROM f AS x), (SELECT array_agg(x.customer) FROM f AS x),
    (SELECT array_agg(x.key) FROM m AS x), (SELECT array_agg(x.customer) FROM m AS x)
"""
_ALL = f"""
WITH f AS MATERIALIZED (
    SELECT fingerprint, customer FROM fact_index WHERE fingerprint = ANY ($1::bigint[])
    LIMIT {_ROWS}
), m AS MATERIALIZED (
    SELECT key, customer FROM match_key WHERE key = ANY ($2::bigint[]) LIMIT {_ROWS}
) {_SHARING}
"""
_SOME = f"""
WITH f AS MATERIALIZED (
    SELECT fingerprint, customer FROM unnest($1::bigint[]) AS a (print) CROSS JOIN LATERAL (
        SELECT fingerprint, customer FROM fact_index
        WHERE fingerprint = a.print ORDER BY customer LIMIT {_EACH}
    ) AS near
), m AS MATERIALIZED (
    SELECT near.key, customer FROM unnest($2::bigint[]) AS a (key) CROSS JOIN LATERAL (
        SELECT key, customer FROM match_key WHERE key = a.key ORDER BY customer LIMIT {_EACH}
    ) AS near
) {_SHARING}
"""
Numbers = npt.NDArray[np.int64]


def resembling(
    session: Session, sealing: Sealing, keys: Mapping[Key, float], *, limit: int
) -> list[int]:
    """Give the customers who share the weightiest of these keys, the best first."""
    exact, alike = facts.weighed(sealing, keys)
    given = binary.halves(exact.prints), binary.halves(alike.prints)
    ((prints, named, numbers, sharing),) = session.ask(_ALL, *given)
    first, second = binary.of_bigints(named), binary.of_bigints(sharing)
    if max(len(first), len(second)) == _ROWS:
        ((prints, named, numbers, sharing),) = session.ask(_SOME, *given)
        first, second = binary.of_bigints(named), binary.of_bigints(sharing)
    weights = np.concatenate([
        _weights(exact, binary.of_bigints(prints)), _weights(alike, binary.of_bigints(numbers))
    ])  # fmt: skip
    return heaviest(np.concatenate([first, second]), weights, limit)


def _weights(asked: Weighed, found: Numbers) -> npt.NDArray[np.float64]:
    """Give the weight of each key that was found, by the first half of its fingerprint."""
    if not asked.prints:
        return np.empty(0)
    numbers = binary.first_halves(asked.prints)
    order = np.argsort(numbers)
    places: Numbers = np.searchsorted(numbers, found, sorter=order)
    weights: npt.NDArray[np.float64] = np.array(asked.weights)[order][places]
    return weights


def heaviest(customers: Numbers, weights: npt.NDArray[np.float64], limit: int) -> list[int]:
    """Give the customers with the most weight together; of two alike, whoever came first.

    >>> heaviest(np.array([7, 5, 9, 5]), np.array([2.0, 1.5, 2.0, 1.5]), 2)
    [5, 7]
    """
    each, places = np.unique(customers, return_inverse=True)
    together = np.bincount(places, weights, len(each))
    best = np.argsort(-together, kind="stable")[:limit]
    return [int(one) for one in each[best].tolist()]
