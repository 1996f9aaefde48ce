"""What was learnt from a list: families of codes, each with the rule that spells it.

Findings are slugs with numbers; the faces have the sentences for them.

>>> Evidence("date-windows", (0.998, 0.031))
Evidence(slug='date-windows', numbers=(0.998, 0.031))
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a guess: a slug, and the numbers that go with it."""

    slug: str
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One segment as it stands in the rule, why it is thought so, and how sure that is (0 to 1)."""

    text: str
    evidence: tuple[Evidence, ...]
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Codes that one rule spells.

    `tables`: attribute → code → spellings (the code itself where nothing says what it means);
    `coverage`: the share of all codes; `earliest`, `latest`: of the days that the codes show.
    """

    rule: str
    tables: dict[str, dict[str, list[str]]]
    count: int
    coverage: float
    confidence: float
    segments: tuple[Guess, ...]
    examples: tuple[str, ...]
    earliest: date | None
    latest: date | None
    check: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What a list of codes is made of.

    `codes` are the cells that are not empty, `distinct` those of different canonical form;
    `duplicates` and `outliers` are examples, in the order of the list.
    """

    codes: int
    distinct: int
    duplicates: tuple[str, ...]
    families: tuple[Family, ...]
    outliers: tuple[str, ...]
    outlier_count: int
