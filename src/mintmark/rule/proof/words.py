"""The words that two automata share: counted and picked by place, for they may be billions."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from automata.fa.dfa import DFA

_TRIED = 5000
_IN_ORDER = 500
_GOLDEN = 0.6180339887498949  # multiples of it are spread evenly, and never in step with anything

Pair = tuple[Any, Any]  # a state of each


class Shared:
    """The words that two automata both accept, in alphabetical order; one of the two is finite.

    >>> even = DFA.from_finite_language(set("0123"), {"00", "02", "10", "12"})
    >>> ones = DFA.from_finite_language(set("0123"), {"1", "10", "12", "13"})
    >>> shared = Shared(even, ones)
    >>> shared.count, [shared.word(place) for place in range(shared.count)]
    (2, ['10', '12'])
    """

    def __init__(self, one: DFA, other: DFA) -> None:
        self._one, self._other = one, other
        self._mine: Mapping[Any, Mapping[str, Any]] = one.transitions
        self._theirs: Mapping[Any, Mapping[str, Any]] = other.transitions
        self._counts: dict[Pair, int] = {}

    @cached_property
    def count(self) -> int:
        """How many words there are."""
        return self._from(self._start)

    def word(self, place: int) -> str:
        """Give the word at a place, from 0."""
        written, pair = "", self._start
        while place or not self._ends(pair):
            place -= self._ends(pair)
            for character, after in self._arrows(pair):
                if place < self._from(after):
                    written, pair = written + character, after
                    break
                place -= self._from(after)
        return written

    @property
    def _start(self) -> Pair:
        return self._one.initial_state, self._other.initial_state

    def _ends(self, pair: Pair) -> bool:
        return pair[0] in self._one.final_states and pair[1] in self._other.final_states

    def _arrows(self, pair: Pair) -> list[tuple[str, Pair]]:
        mine, theirs = self._mine.get(pair[0], {}), self._theirs.get(pair[1], {})
        return [(c, (mine[c], theirs[c])) for c in sorted(mine.keys() & theirs.keys())]

    def _from(self, pair: Pair) -> int:
        """Give how many words go on from two states."""
        if pair not in self._counts:
            self._counts[pair] = 0  # where a way leads back to itself, it never ends
            after = sum(self._from(to) for _, to in self._arrows(pair))
            self._counts[pair] = after + self._ends(pair)
        return self._counts[pair]


def first_real(words: Shared | None, real: Callable[[str], bool]) -> str | None:
    """Give a word that is real; None: none is.

    Of millions some are tried: the first, and others from all over. If none of these is real (a
    check character each that never fits, say) the first one is given after all: what was not shown
    to be safe counts as unsafe.
    """
    if words is None:
        return None
    for place in _places(words.count):
        word = words.word(place)
        if real(word):
            return word
    return words.word(0) if words.count > _TRIED else None


def _places(count: int) -> Iterator[int]:
    if count <= _TRIED:
        yield from range(count)
        return
    yield from range(_IN_ORDER)
    step = int(count * _GOLDEN) | 1
    yield from (turn * step % count for turn in range(1, _TRIED - _IN_ORDER))
