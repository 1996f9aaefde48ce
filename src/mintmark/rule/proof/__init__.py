"""The proof of a rule: claims, shown or refuted, each in a file of its own.

`prove` puts them together: `scopes` (the code determines scope and number), `ambiguity` (one way
to read it), `meet` (no code of another rule), `bounds` (room enough, short enough, the right
characters), `checking` (what the check catches). `parts` and `language` are the set of all codes
as an automaton, `words` and `real` find a word of two sets that is really a code. Here is only what
a proof says: the automata take a sixth of a second to load, and most runs prove nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mintmark.errors import Refusal
from mintmark.rule.definition import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that the proof shows; `refusal` says why not, `facts` are for the sentence."""

    slug: str
    refusal: Refusal | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All claims on one rule among the others of its register."""

    rule: Rule = field(repr=False)
    claims: tuple[Claim, ...]

    @property
    def holds(self) -> bool:
        """Whether all claims were shown."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What stands against publishing, in the order of the claims."""
        return tuple(claim.refusal for claim in self.claims if claim.refusal)

    def demand(self) -> "Proof":
        """Give the proof back if it holds, else raise the first refusal."""
        for refusal in self.refusals:
            raise refusal
        return self
