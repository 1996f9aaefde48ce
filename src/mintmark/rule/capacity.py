"""How many numbers a scope has, and which comes next: others' numbers are left alone.

>>> from mintmark.rule import define
>>> rule = define("K{seq:2,start=10,step=5}", external=["20-40", "38-60"])
>>> free(rule), list(numbers_after(rule, 15))
(9, [65, 70, 75, 80, 85, 90, 95])
"""

from collections.abc import Iterator

from mintmark.rule.definition import Rule
from mintmark.rule.segments import Sequence


def free(rule: Rule) -> int:
    """Give how many numbers of a scope Mintmark may give: all but those that others give out.

    Of a random number only nine tenths: beyond that, drawing one that is free takes too long.
    """
    number = rule.number
    if not isinstance(number, Sequence):
        return max(number.capacity * 9 // 10, 1)
    taken = 0
    for begin, end in merged(rule.terms.external):
        low, high = max(begin, number.first), min(end, number.last)
        if low <= high:
            up_to_low = -(-(low - number.first) // number.step)
            taken += (high - number.first) // number.step - up_to_low + 1
    return number.capacity - taken


def merged(ranges: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Give ranges as sorted ones that do not touch.

    >>> merged(((1, 5), (4, 9), (20, 30)))
    [(1, 9), (20, 30)]
    """
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return made


def numbers_after(rule: Rule, last: int) -> Iterator[int]:
    """Give the numbers of a rule's sequence behind `last`, in order, without others'."""
    number = rule.number
    if not isinstance(number, Sequence):
        return
    upcoming, end, step = _next(number, last), number.last, number.step
    for low, high in (*merged(rule.terms.external), (end + 1, end + 1)):
        yield from range(upcoming, min(low, end + 1), step)
        if upcoming < low:
            upcoming += -(-(low - upcoming) // step) * step
        if low <= upcoming <= high:
            upcoming = _next(number, high)


def _next(number: Sequence, last: int) -> int:
    if last < number.first:
        return number.first
    return number.first + ((last - number.first) // number.step + 1) * number.step
