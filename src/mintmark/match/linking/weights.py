"""What agreement is worth: Fellegi and Sunter's weights, learned from the records themselves.

m is how often two records of one customer are at a level, u how often those of two customers are.
u is counted among pairs drawn at random; for what is the same, u is how many records have that very
value. m is learned by expectation and maximization over the candidates, together with the prior:
how many pairs among all are one customer (I. P. Fellegi, A. B. Sunter, "A theory for record
linkage", JASA 64, 1969; W. E. Winkler, "Using the EM algorithm for weight computation", 1988).
The prior falls as records grow in number, so that chance agreements among millions do not count as
they do among hundreds.

What was learned before counts as some pairs more, so that few records do not teach nonsense.
"""

from dataclasses import dataclass

import numpy as np

from mintmark.match.linking.coding import Numbers
from mintmark.match.linking.levels import LEVELS, Agreement, compared
from mintmark.match.linking.records import Records

# m by fact and level: set by hand before anything was learned, and near to what a million made-up
# records then taught (name .50 .31 .15 .04 .01, phone .73 .17 .10; benchmarks/linking.py).
USUAL_M = {
    "name": (0.55, 0.25, 0.13, 0.05, 0.02),
    "phone": (0.75, 0.15, 0.10),
    "email": (0.72, 0.02, 0.02, 0.24),
    "id_number": (0.85, 0.10, 0.05),
    "address": (0.45, 0.25, 0.08, 0.22),
    "region": (0.85, 0.15),
    "detail": (0.80, 0.10, 0.10),
}
# u of levels that no pair drawn at random may show; the first is counted by value (see above).
USUAL_U = {
    "name": (1.0, 1.0, 5e-4, 1e-2, 0.99),
    "phone": (1.0, 2e-6, 1.0),
    "email": (1.0, 2e-5, 1e-5, 1.0),
    "id_number": (1.0, 1e-6, 1.0),
    "address": (1.0, 1e-5, 2e-2, 0.98),
    "region": (1.0, 0.95),
    "detail": (1.0, 1e-3, 0.98),
}
# Records of a hundred that share it with another customer, before anything is learned.
SHARED = {"phone": 0.02, "email": 0.005, "id_number": 0.001}
_AS_MANY = 50.0  # pairs that what was learned before counts for
_PAIRS = 100  # so many more that share nothing, so that one household is not everybody
_DRAWN = 100_000  # pairs drawn at random
_SEEN = 30  # of them have to tell, for their number to count
_RARE = 0.01  # the least chance that two customers differ, where all that were drawn agree
_ROUNDS = 30
_STILL = 1e-4  # change of m that ends the learning
_DUPLICATES = 0.1  # of the file's records, before anything is learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Weights (log2 of the likelihood ratio) and posteriors of pairs, and what was learned."""

    weight: Numbers
    posterior: Numbers
    m: dict[str, tuple[float, ...]]
    prior: float


def judged(records: Records, agreement: Agreement) -> Judged:
    """Weigh what was compared."""
    learning = _Learning(records, agreement)
    for _ in range(_ROUNDS):
        if learning.round() < _STILL:
            break
    weight = learning.weight()
    m = zip(agreement.facts, [tuple(values.tolist()) for values in learning.m], strict=True)
    return Judged(
        weight=weight,
        posterior=_posterior(weight, learning.prior),
        m=dict(m),
        prior=learning.prior,
    )


class _Learning:
    """What is learned in rounds: `m`, `u` by fact and level, and the `prior`."""

    def __init__(self, records: Records, agreement: Agreement) -> None:
        self.facts, self.rarity = agreement.facts, agreement.rarity
        self.patterns, self.which = _patterns(agreement.levels)
        self.file = max(1, int((~records.known).sum()))
        self.among = max(
            1.0, self.file * (self.file - 1) / 2 + self.file * (records.size - self.file)
        )
        self.m = [np.array(_usual(USUAL_M, fact)) for fact in self.facts]
        self.u = _by_chance(records, self.facts)
        self.prior = _DUPLICATES * self.file / self.among
        self._share(np.zeros(len(self.patterns)))

    def weight(self) -> Numbers:
        by_pattern = np.zeros(len(self.patterns))
        for place, (likely, chance) in enumerate(zip(self.m, self.u, strict=True)):
            by_pattern += np.r_[0.0, np.log2(likely / chance)][self.patterns[:, place]]
        return by_pattern[self.which] + self.rarity

    def round(self) -> float:
        """Expect who is one customer, and learn from it; give the largest change of m."""
        posterior = _posterior(self.weight(), self.prior)
        same = np.bincount(self.which, posterior, minlength=len(self.patterns))
        learned = [
            _learned(fact, same, self.patterns[:, place]) for place, fact in enumerate(self.facts)
        ]
        changes = [float(np.abs(a - b).max()) for a, b in zip(self.m, learned, strict=True)]
        self.m = learned
        self._share(np.bincount(self.which, minlength=len(self.patterns)) - same)
        # What was expected before anything was learned, as if of so many pairs more.
        found, expected = float(same.sum()), _DUPLICATES * self.file
        self.prior = (found * found + _AS_MANY * expected) / (found + _AS_MANY) / self.among
        return max(changes)

    def _share(self, others: Numbers) -> None:
        """Learn how many pairs of two customers have a phone, e-mail or ID number in common."""
        for place, fact in enumerate(self.facts):
            if fact in SHARED:
                shared = float(others[self.patterns[:, place] == 1].sum())
                before = SHARED[fact] * self.file / self.among
                self.u[place][0] = before + shared / (self.among + _PAIRS)


def _usual(table: dict[str, tuple[float, ...]], fact: str) -> tuple[float, ...]:
    return table.get(fact, table["detail"])


def _posterior(weight: Numbers, prior: float) -> Numbers:
    posterior: Numbers = 1 / (1 + np.exp2(-np.clip(weight + np.log2(prior), -60, 60)))
    return posterior


def _patterns(levels: Numbers) -> tuple[Numbers, Numbers]:
    """Give the distinct rows of levels, and which of them each pair has."""
    most = max(map(len, LEVELS.values())) + 1
    powers = most ** np.arange(levels.shape[1], dtype=np.int64)
    _, first, which = np.unique(levels @ powers, return_index=True, return_inverse=True)
    return levels[first], which


def _learned(fact: str, of_pattern: Numbers, levels: Numbers) -> Numbers:
    usual = np.array(_usual(USUAL_M, fact))
    seen = np.bincount(levels, of_pattern, minlength=len(usual) + 1)[1:]
    learned: Numbers = (seen + _AS_MANY * usual) / (seen.sum() + _AS_MANY)
    return learned


def _by_chance(records: Records, facts: tuple[str, ...]) -> list[Numbers]:
    """Give u by fact and level."""
    dice = np.random.default_rng(1)
    drawn = dice.integers(0, len(records.places), (min(_DRAWN, len(records.places) ** 2), 2))
    levels = compared(records, drawn[drawn[:, 0] != drawn[:, 1]]).levels
    chances = []
    for place, fact in enumerate(facts):
        usual = np.array(_usual(USUAL_U, fact))
        seen = np.bincount(levels[:, place], minlength=len(usual) + 1)[1:]
        counted = seen / max(1, seen.sum())
        # What is the same is counted by its value; a close level that few show is still possible.
        chance = np.maximum(usual, counted)
        if seen.sum() >= _SEEN:
            chance[-1] = max(counted[-1], _RARE)
        chances.append(chance)
    return chances
