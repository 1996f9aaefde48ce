"""What blind indexes give away: a rank attack on them (frequency attack), pure.

Whoever steals the database sees which rows have the same fingerprint, and how many. If they know
how often each value occurs among people like these, they take the most frequent fingerprint for the
most frequent value, the second for the second, and so on (Naveed, Kamara, Wright: Inference Attacks
on Property-Preserving Encrypted Databases, CCS 2015). Of surnames that names two rows in three;
of whole names, phone numbers and ID numbers next to none.

>>> people = ["王", "王", "王", "李", "李", "张"]
>>> rows = [(b"7c", "王"), (b"7c", "王"), (b"02", "李"), (b"9e", "赵")]
>>> rank_attack(Counter(people), Counter(rows))  # 王 was named right, twice; and 李
3
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FEW = 100
"""Rows below which a share is chance, not leakage."""
Verdict = Literal["within", "above", "few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What an index gives away.

    `rows` has it, with `tokens` different fingerprints, the most frequent one in `largest` rows.
    The attack looked at `attacked` rows and named the value of `right` of them.
    """

    index: str
    rows: int
    tokens: int
    largest: int
    attacked: int
    right: int
    bound: float

    @property
    def share(self) -> float:
        """The share of rows whose value the attack named, 0 to 1."""
        return self.right / self.attacked if self.attacked else 0.0

    @property
    def coincidences(self) -> float:
        """How many rows have the same fingerprint, in the mean: the C of CipherSweet's planner.

        As measured: rows for each fingerprint. 1: every row has its own, so the index tells nothing
        but, of two rows, that they are equal.
        """
        return self.rows / self.tokens if self.tokens else 0.0

    @property
    def verdict(self) -> Verdict:
        """Whether that is within the bound; "few": there are too few rows to tell."""
        if self.attacked < FEW:
            return "few"
        return "above" if self.share > self.bound else "within"


def rank_attack(learnt: Mapping[str, int], rows: Mapping[tuple[bytes, str], int]) -> int:
    """Give of how many rows the attack names the value.

    `learnt`: how often each value occurs in the attacker's sample; `rows`: fingerprint and value
    (which the attacker does not know) → rows. Where two are as frequent, neither gives a hint:
    fingerprints are taken in their own order, which is random.
    """
    frequent = Counter[bytes]()
    values: dict[bytes, list[tuple[str, int]]] = defaultdict(list)
    for (token, value), count in rows.items():
        frequent[token] += count
        values[token].append((value, count))
    guesses = sorted(learnt, key=lambda value: (-learnt[value], value))
    tokens = sorted(frequent, key=lambda token: (-frequent[token], token))
    return sum(
        count
        for token, guess in zip(tokens, guesses, strict=False)
        for value, count in values[token]
        if value == guess
    )
