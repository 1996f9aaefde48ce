"""The set of all codes that a rule can spell, as a finite automaton over canonical characters.

The set is as large as the rule's or a little larger, so "no word in common" is always true, and a
word that two sets share is read by both rules before it is believed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import RLock

from automata.base import config
from automata.base.exceptions import AutomatonException
from automata.fa.dfa import DFA
from automata.fa.nfa import NFA

from mintmark.errors import WrongPattern
from mintmark.rule.definition import Rule
from mintmark.rule.numerals import ALPHABETS
from mintmark.rule.pattern import Pattern
from mintmark.rule.proof.parts import Part, minted_parts_of, parts_of

_SYMBOLS = frozenset(ALPHABETS["base36"] + "*")


@dataclass(frozen=True)
class Language:
    """All codes of a rule."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, rule: Rule) -> "Language":
        """Give the language of a rule; it is made once."""
        made = rule.__dict__.get("_language")
        if made is None:
            parts = tuple(part for parts in parts_of(rule) for part in parts)
            made = rule.__dict__["_language"] = cls(parts)
        return made

    @classmethod
    def minted(cls, rule: Rule) -> "Language":
        """Give the codes that Mintmark itself can give: without numbers that others give out."""
        made = rule.__dict__.get("_minted")
        if made is None:
            parts = tuple(part for parts in minted_parts_of(rule) for part in parts)
            made = rule.__dict__["_minted"] = cls(parts)
        return made

    @cached_property
    def folded(self) -> "Language":
        """The codes as they look."""
        return Language(tuple(part.folded() for part in self.parts))

    def may_meet(self, other: "Language") -> bool:
        """Tell, quickly, whether the two may share a word; False is certain."""
        if not self.lengths & other.lengths:
            return False
        edges = ((self.head, other.head), (self.foot, other.foot))
        pairs = (pair for one, two in edges for pair in zip(one, two, strict=False))
        return not any(mine.isdisjoint(theirs) for mine, theirs in pairs)

    def rests(self, other: "Language") -> tuple["Language", "Language"] | None:
        """Give what two equal codes have to share beside their beginnings; None: there are none.

        Where no word of a part begins with another, nor with one of the other language's part,
        equal codes begin with the same word, and what follows has to be equal, too.
        """
        place = 0
        for mine, theirs in zip(self.parts, other.parts, strict=False):
            if not mine.ends_where(theirs):
                break
            if not mine.meets(theirs):
                return None
            place += 1
        return Language(self.parts[place:]), Language(other.parts[place:])

    def automaton(self, symbols: frozenset[str] = frozenset()) -> DFA:
        """Give the language as a deterministic automaton over at least these characters."""
        return _automaton(self.parts, symbols | _SYMBOLS | self.characters())

    def characters(self) -> frozenset[str]:
        """Give every character that a code can have."""
        return frozenset().union(*(part.characters() for part in self.parts))

    @cached_property
    def lengths(self) -> frozenset[int]:
        """The lengths that a code can have."""
        lengths = {0}
        for part in self.parts:
            lengths = {have + more for have in lengths for more in part.lengths()}
        return frozenset(lengths)

    @cached_property
    def head(self) -> tuple[frozenset[str], ...]:
        """The characters place by place, as far as places are the same in every code."""
        return tuple(self._edge(self.parts, reverse=False))

    @cached_property
    def foot(self) -> tuple[frozenset[str], ...]:
        """The same from the end of the code backwards."""
        return tuple(self._edge(self.parts[::-1], reverse=True))

    @staticmethod
    def _edge(parts: Sequence[Part], *, reverse: bool) -> Iterator[frozenset[str]]:
        for part in parts:
            lengths = part.lengths()
            for place in range(min(lengths)):
                yield part.at(-place - 1 if reverse else place)
            if len(lengths) > 1:
                return


@lru_cache(maxsize=512)
def _automaton(parts: tuple[Part, ...], symbols: frozenset[str]) -> DFA:
    """Chain the parts; only from the first one on that does not end at once is there a choice."""
    cut = next((n for n, part in enumerate(parts) if not part.ends_at_once()), len(parts))
    tail, ends = _tail(parts[cut:], symbols)
    count = 1
    transitions: dict[int, dict[str, int]] = {}
    start = at = 0
    for part in parts[:cut]:
        nodes, arcs = part.arcs()
        at, end, count = count - 1, count + nodes - 1, count + nodes
        for source, character, target in arcs:
            to = end if target < 0 else at + target
            transitions.setdefault(at + source, {})[character] = to
    offset = count - 1
    for state, arrows in tail.items():
        transitions[offset + state] = {c: offset + to for c, to in arrows.items()}
    with _trusting():
        return DFA(
            states=set(transitions), input_symbols=set(symbols), transitions=transitions,
            initial_state=start, final_states={offset + state for state in ends},
            allow_partial=True,
        )  # fmt: skip


@lru_cache(maxsize=512)
def _tail(
    parts: tuple[Part, ...], symbols: frozenset[str]
) -> tuple[dict[int, dict[str, int]], set[int]]:
    """Give a chain of parts as the transitions from state 0 on, and the last states."""
    with _trusting():
        found = DFA.from_nfa(chained(parts, symbols), minify=True)
    names = {found.initial_state: 0}
    for state in found.states:
        names.setdefault(state, len(names))
    transitions = {
        names[state]: {character: names[to] for character, to in arrows.items()}
        for state, arrows in found.transitions.items()
    }
    return transitions, {names[state] for state in found.final_states}


def chained(parts: Sequence[Part], symbols: frozenset[str], *, anywhere: str = "") -> NFA:
    """Give the words of parts one after the other; characters of `anywhere` count nowhere."""
    transitions: dict[int, dict[str, set[int]]] = {0: {}}
    at = 0
    for part in parts:
        nodes, arcs = part.arcs()
        base, end = len(transitions), len(transitions) + nodes - 1
        transitions |= {base + n: {} for n in range(nodes)}
        for source, character, target in arcs:
            origin = base + source - 1 if source else at
            to = end if target < 0 else base + target - 1
            transitions[origin].setdefault(character, set()).add(to)
        at = end
    for state, arrows in transitions.items():
        arrows.update({character: {state} for character in anywhere})
    with _trusting():
        return NFA(
            states=set(transitions), input_symbols={*symbols, *anywhere}, transitions=transitions,
            initial_state=0, final_states={at},
        )  # fmt: skip


def of_pattern(pattern: Pattern, symbols: frozenset[str]) -> DFA:
    """Give the codes of a mask or regular expression as an automaton. Raises WrongPattern."""
    try:
        made = NFA.from_regex(pattern.expression, input_symbols={*_SYMBOLS, *symbols})
    except AutomatonException:
        raise WrongPattern(text=pattern.text) from None
    return DFA.from_nfa(made, minify=False)


_settings = RLock()


@contextmanager
def _trusting() -> Iterator[None]:
    """Let the library take our states as they are: checking and freezing them takes far longer."""
    with _settings:  # they are the whole process's
        before = config.should_validate_automata, config.allow_mutable_automata
        config.should_validate_automata, config.allow_mutable_automata = False, True
        try:
            yield
        finally:
            config.should_validate_automata, config.allow_mutable_automata = before
