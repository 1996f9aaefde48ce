"""Claim 2: every code can be read back in one way only, though widths vary.

Where one segment after the other ends by itself, from the left (no word begins with another) or
from the right (none ends with another), that is plain. Otherwise the set of all codes, written with
marks between the segments, is laid over itself: a word with two sets of marks is read in two ways.
"""

from automata.fa.dfa import DFA

from mintmark.errors import AmbiguousCode
from mintmark.rule.definition import Rule
from mintmark.rule.proof.language import chained
from mintmark.rule.proof.parts import Part, is_prefix_free, parts_of
from mintmark.rule.proof.real import is_reading
from mintmark.rule.proof.words import Shared, first_real

_MINE, _THEIRS = "⟨", "⟩"  # marks: no code has these characters


def prove_readable(rule: Rule) -> AmbiguousCode | None:
    """Show that codes are read in one way; else give one with two readings."""
    parts = parts_of(rule)
    if _ends_plainly(parts):
        return None

    def real(word: str) -> bool:
        return all(is_reading(rule, _whole(parts, _cut(word, mark))) for mark in (_MINE, _THEIRS))

    word = first_real(_two_readings(parts), real)
    if word is None:
        return None
    mine, theirs = _cut(word, _MINE), _cut(word, _THEIRS)
    readings = (" ".join(mine), " ".join(theirs))
    return AmbiguousCode(rule=rule.text, code="".join(mine), readings=readings)


def _two_readings(parts: list[list[Part]]) -> Shared:
    """Give words with marks of two readings, `_MINE` before `_THEIRS` where both are at a place."""
    characters = (part.characters() for segment in parts for part in segment)
    letters = frozenset().union(*characters)
    symbols = letters | {_MINE, _THEIRS}
    mine = chained(_marked(parts, _MINE), symbols, anywhere=_THEIRS)
    theirs = chained(_marked(parts, _THEIRS), symbols, anywhere=_MINE)
    both = DFA.from_nfa(mine.intersection(theirs), minify=False)
    return Shared(both, _different(letters))


def _marked(parts: list[list[Part]], mark: str) -> list[Part]:
    filled = [segment for segment in parts if segment]
    chain = [part for segment in filled for part in (Part(words=(mark,)), *segment)]
    return chain[1:]


def _different(letters: frozenset[str]) -> DFA:
    """Accept words in which some mark stands alone: there the readings part.

    Up to there marks come in pairs: 0 all alike so far, 1 after a mark of mine, 2 after one of
    theirs, 3 parted.
    """
    on = dict.fromkeys(letters, 0)
    parted = dict.fromkeys(letters, 3)
    transitions = {
        0: {**on, _MINE: 1, _THEIRS: 2},
        1: {**parted, _THEIRS: 0},
        2: parted,
        3: {**parted, _MINE: 3, _THEIRS: 3},
    }
    return DFA(
        states={0, 1, 2, 3}, input_symbols={*letters, _MINE, _THEIRS}, transitions=transitions,
        initial_state=0, final_states={3}, allow_partial=True,
    )  # fmt: skip


def _cut(word: str, mark: str) -> list[str]:
    other = _THEIRS if mark == _MINE else _MINE
    return word.replace(other, "").split(mark)


def _whole(parts: list[list[Part]], reading: list[str]) -> tuple[str, ...]:
    """Put "" in the place of segments of which the canonical form keeps nothing."""
    given = iter(reading)
    return tuple(next(given) if segment else "" for segment in parts)


def _ends_plainly(parts: list[list[Part]]) -> bool:
    flat = [part for segment in parts for part in segment]
    left = next((n for n, part in enumerate(flat) if not _plain(part, reverse=False)), len(flat))
    right = next(
        (n for n, p in enumerate(reversed(flat)) if not _plain(p, reverse=True)), len(flat)
    )
    return left + right >= len(flat) - 1


def _plain(part: Part, *, reverse: bool) -> bool:
    if len(part.lengths()) == 1:
        return True
    words = tuple(word[::-1] for word in part.words) if reverse else part.words
    return not part.forms and is_prefix_free(words)
