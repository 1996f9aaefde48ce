"""What all check-character systems have in common: a small automaton that reads the body.

>>> parity = build("01", states=2, step=lambda state, value, _: state ^ value, answer=str)
>>> parity.answer("0111"), parity.answer("01"), parity.answer("2")
('1', '1', '')
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Step = Callable[[int, int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Machine:
    """Reads a body from left to right; the state it ends in says which check belongs there.

    Systems that count places from the right know the body's length beforehand: it selects the
    state to start in, and the states remember how far the end is.
    """

    starts: tuple[int, ...]  # length of the body (modulo their number) -> state
    steps: tuple[Mapping[str, int], ...]  # state -> character -> next state
    answers: tuple[str, ...]  # state -> check

    def answer(self, body: str) -> str:
        """Give the check of the body: "" if it is empty or has characters that are not ours."""
        if not body:
            return ""
        steps = self.steps
        state = self.starts[len(body) % len(self.starts)]
        try:
            for character in body:
                state = steps[state][character]
        except KeyError:
            return ""
        return self.answers[state]


def build(
    alphabet: str,
    *,
    states: int,
    step: Step,
    answer: Callable[[int], str],
    start: int = 0,
    period: int = 1,
) -> Machine:
    """Make a machine of a system's arithmetic.

    `step` takes a state (0 to `states` - 1), the value of a character (its place in the alphabet)
    and its distance from the check (1 or more; modulo `period`) to the next state; `answer` takes
    the state after the last character to the check.
    """
    values = {character: value for value, character in enumerate(alphabet)}

    def row(distance: int, state: int) -> dict[str, int]:
        nearer = (distance - 1) % period * states
        return {
            character: nearer + step(state, value, distance) for character, value in values.items()
        }

    return Machine(
        starts=tuple(distance * states + start for distance in range(period)),
        steps=tuple(row(distance, state) for distance in range(period) for state in range(states)),
        answers=tuple(answer(state) for state in range(states)) * period,
    )
