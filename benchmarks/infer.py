"""Learning rules from a million legacy codes, beside a naive pass over the same list.

    python benchmarks/infer.py [CODES]

The list is a mixture of three rules with 5 % noise. The naive pass is what a script of ten lines
does: the shape of every code by regular expression, counted, in pure Python. It learns neither
dates nor tables; it is here for the scale, in the same run on the same machine.
"""

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from mintmark.rule.infer import Inference, infer

CODES = 1_000_000
NOISE = 0.05
REGIONS = ("BJ", "SH", "GZ", "SZ", "CD", "HZ", "NJ", "WH")
SHOPS = ("101", "102", "207", "311", "405")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def codes(count: int, seed: int = 1) -> list[str]:
    """Give a mixture of three rules in the order in which the codes were given out."""
    dice = random.Random(seed)  # noqa: S311 - made-up codes need no secrets
    counters: Counter[str] = Counter()
    first = date(2018, 1, 1)
    made = []
    for place in range(count):
        day = first + timedelta(place * 2000 // count)
        rule = dice.random()
        if rule < 0.6:  # noqa: PLR2004 - six in ten
            scope = f"{dice.choice('VNNP')}-{dice.choice(REGIONS)}-{day:%Y%m%d}-"
        elif rule < 0.9:  # noqa: PLR2004 - three in ten
            scope = "KH"
        else:
            scope = f"{dice.choice(SHOPS)}{day:%Y}"
        counters[scope] += 1
        made.append(f"{scope}{counters[scope]:0{6 if scope == 'KH' else 5}}")
    return [_slip(code, dice) if dice.random() < NOISE else code for code in made]


def _slip(code: str, dice: random.Random) -> str:
    at = dice.randrange(len(code))
    return dice.choice((
        code[:at] + dice.choice(LETTERS) + code[at + 1 :], code.lower(), f" {code}",
        code.replace("-", ""), code[:at] + code[at + 1 :], code.replace("0", "O", 1), "", "n/a",
    ))  # fmt: skip


def naive(listed: list[str]) -> Counter[str]:
    """Count the shapes, code by code."""
    digit, letter = re.compile("[0-9]"), re.compile("[A-Za-z]")
    return Counter(letter.sub("A", digit.sub("9", code.strip())) for code in listed)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds that the work took, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def lines(found: Inference) -> Iterator[str]:
    """Say what was found."""
    for family in found.families:
        yield f"  {family.coverage:7.2%}  {family.confidence:.2f}  {family.rule}"
    yield f"  {found.outlier_count / found.codes:7.2%}        outliers"


def main() -> None:
    """Run and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CODES
    listed = codes(count)
    series = pl.Series(listed, dtype=pl.String)
    plain, shapes = timed(lambda: naive(listed))
    took, found = timed(lambda: infer(series))
    print("\n".join(lines(found)))  # noqa: T201
    for name, seconds, note in (
        ("naive shapes", plain, f"{len(shapes):,} shapes, no rule"),
        ("infer", took, f"{len(found.families)} rules"),
    ):
        print(f"{name:14}{seconds:8.2f} s {count / seconds:12,.0f} codes/s   {note}")  # noqa: T201


if __name__ == "__main__":
    main()
