"""How people mistype, what a system catches of it, and what they may have meant.

Four kinds of slip make up nine in ten of the errors counted in decimal codes (Verhoeff 1969):
one wrong character, two neighbours swapped, two swapped across a third, a pair written wrong alike.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import contains

from mintmark.checkchar.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """The share of each kind of slip that is caught: 0.0 to 1.0, None where none is possible.

    `single` is a→b, `transposition` ab→ba, `jump` abc→cba, `twin` aa→bb.
    """

    single: float | None
    transposition: float | None
    jump: float | None
    twin: float | None


def strength(
    system: System, bodies: Iterable[str], *, alphabet: str | Sequence[str] | None = None
) -> Strength:
    """Make every slip there is in these codes and count what the system catches.

    Each body gets its check; slips go over body and check alike. `alphabet` has the characters
    that may stand in a body by mistake: for all places alike, or one text a place (bodies must
    then be that long); without it, all of the system's. In a check it is those of a check. Only
    slips that change the code count, each once; the same bodies give the same strength. Raises
    ValueError if a body does not fit, or has not as many characters as `alphabet` has places.

    >>> from mintmark.checkchar import SYSTEMS
    >>> strength(SYSTEMS["luhn"], ["10902255"])  # misses 09 for 90 and 55 for 22, every jump
    Strength(single=1.0, transposition=0.6666666666666666, jump=0.0, twin=0.8888888888888888)
    >>> strength(SYSTEMS["damm"], ["1234"]).twin is None  # there is no pair in 12340
    True
    """
    codes = [body + system.compute(body) for body in bodies]
    allowed = system.alphabet if alphabet is None else alphabet
    possible = {len(code): _possible(system, len(code), allowed) for code in codes}
    return Strength(
        single=_caught(system, (_singles(code, possible[len(code)]) for code in codes)),
        transposition=_caught(system, map(_transpositions, codes)),
        jump=_caught(system, map(_jumps, codes)),
        twin=_caught(system, (_twins(code, possible[len(code)]) for code in codes)),
    )


def corrections(system: System, code: str, *, alphabet: str | Sequence[str]) -> Iterator[str]:
    """Give the codes one slip away from one that fails: one character, or two neighbours swapped.

    Single characters first, from left to right, then swapped neighbours; each verifies, and comes
    once. `alphabet` has the characters a body may have: at all places alike, or one text a place;
    a check has those of the system. Nothing comes for a code that verifies, nor for one that has a
    character too many or too few for `alphabet`, or two wrong ones.

    >>> from mintmark.checkchar import SYSTEMS
    >>> places = ["VNP", "BSG", "JHZ", *["0123456789"] * 5]
    >>> list(corrections(SYSTEMS["37-36"], "VJB00017E", alphabet=places))
    ['VBJ00017E']
    """
    possible = _possible(system, len(code), alphabet)
    if len(code) != len(possible) or _verifies(system, code):
        return
    for near in chain(_singles(code, possible), _transpositions(code)):
        if _verifies(system, near) and all(map(contains, possible, near)):
            yield near


def _verifies(system: System, code: str) -> bool:
    check = system.machine.answer(code[: -system.width])
    return bool(check) and code.endswith(check)


def _caught(system: System, wrong: Iterable[Iterable[str]]) -> float | None:
    caught = [not _verifies(system, code) for code in chain.from_iterable(wrong)]
    return sum(caught) / len(caught) if caught else None


def _possible(system: System, length: int, alphabet: str | Sequence[str]) -> list[str]:
    """Give the characters that may stand at each place of a code of so many characters."""
    body = [alphabet] * (length - system.width) if isinstance(alphabet, str) else alphabet
    return ["".join(dict.fromkeys(place)) for place in body] + [
        system.check_alphabet
    ] * system.width


def _singles(code: str, possible: Sequence[str]) -> Iterator[str]:
    for place, (right, characters) in enumerate(zip(code, possible, strict=True)):
        before, after = code[:place], code[place + 1 :]
        for wrong in characters:
            if wrong != right:
                yield before + wrong + after


def _transpositions(code: str) -> Iterator[str]:
    for place, (left, right) in enumerate(pairwise(code)):
        if left != right:
            yield code[:place] + right + left + code[place + 2 :]


def _jumps(code: str) -> Iterator[str]:
    for place, (left, right) in enumerate(zip(code, code[2:], strict=False)):
        if left != right:
            yield code[:place] + right + code[place + 1] + left + code[place + 3 :]


def _twins(code: str, possible: Sequence[str]) -> Iterator[str]:
    for place, (left, right) in enumerate(pairwise(code)):
        if left == right:
            for wrong in possible[place]:
                if wrong != left and wrong in possible[place + 1]:
                    yield code[:place] + wrong * 2 + code[place + 2 :]
