"""Numbers of scopes: taken inside a unit of work, given back by its failure."""

from collections import Counter
from collections.abc import Sequence

from mintmark.rule import Scope
from mintmark.store import Work


class ScopeFull(Exception):
    """The scopes have fewer numbers left than were asked for: key → how many.

    An inner signal, not a refusal: the caller takes out whom it cannot serve and tries again.
    """

    def __init__(self, left: dict[str, int]) -> None:
        super().__init__(left)
        self.left = left


def take(work: Work, scopes: Sequence[Scope]) -> list[int]:
    """Take the next number for each place in a scope, in the order given.

    Raises ScopeFull where a scope ends before its last place is served; the caller then has to
    abandon the unit of work, which gives all numbers back.
    """
    wanted = Counter(scope.key for scope in scopes)
    last = work.counters.advance(wanted) if wanted else {}
    capacity = {scope.key: scope.capacity for scope in scopes}
    over = {
        key: wanted[key] - (last[key] - capacity[key])
        for key in wanted
        if last[key] > capacity[key]
    }
    if over:
        raise ScopeFull({key: max(left, 0) for key, left in over.items()})
    upcoming = {key: last[key] - count + 1 for key, count in wanted.items()}
    return _dealt(scopes, upcoming)


def first_numbers(work: Work, scopes: Sequence[Scope]) -> list[int]:
    """Tell which numbers would be taken now, without taking them: a forecast, not a promise."""
    last = work.counters.last(list({scope.key for scope in scopes}))
    return _dealt(scopes, {scope.key: last.get(scope.key, 0) + 1 for scope in scopes})


def _dealt(scopes: Sequence[Scope], upcoming: dict[str, int]) -> list[int]:
    numbers = []
    for scope in scopes:
        numbers.append(upcoming[scope.key])
        upcoming[scope.key] += 1
    return numbers
