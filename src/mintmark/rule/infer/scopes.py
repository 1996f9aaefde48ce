"""Where a counter counts: what it restarts with, where it starts, and by which steps it goes.

A counter that runs on over several segments uses no number of theirs twice. That says something
only where numbers would have met by chance, had each segment a counter of its own.

>>> days = [f"2023{month:02}" for month in range(1, 5) for _ in range(200)]
>>> shops = ["BJ", "SH"] * 400
>>> codes = pl.DataFrame({"shop": shops, "day": days, "number": [n % 200 for n in range(800)]})
>>> options_of(codes, coded={"shop": "branch"}, dates=[("day", "YYYYMM")])[0]
('per=none',)
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl

from mintmark.rule.infer.calendar import length, tokens, year_token
from mintmark.rule.infer.inference import Evidence

_SAMPLE = 120_000
_RUNS_ON = 0.15  # of the meetings that chance would bring, at most
_TELLING = 8.0
_CODED = 4
_PERIODS = ("day", "week", "month", "quarter", "year", "never")
_STEPS = (1000, 100, 50, 20, 10, 5, 2)
_MOST = 0.97
_LIST = 20
_STARTS = 100  # a counter that starts lower is taken to have started at 1
_CLEAR = 12  # times the usual distance of numbers: no counter from 1 leaves so many out
_USUAL = 0.3
_FAR = 0.1

Dates = Sequence[tuple[str, str]]


def options_of(
    codes: pl.DataFrame, *, coded: Mapping[str, str], dates: Dates
) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """Give the options of a sequence, and why; `number` is the column of the numbers.

    `coded`: column → attribute; `dates`: columns with their formats, in the order of the code.
    """
    own = _own_period(dates)
    keys = [*coded, *(column for column, _ in dates)]
    nth = -(-len(codes) // _SAMPLE) or 1
    some = _sample(codes, nth).with_columns(own=pl.len().over(keys) if keys else pl.len())
    best = _coarsest(some, coded, dates, nth)
    options: list[str] = []
    evidence: tuple[Evidence, ...] = ()
    if best is not None:
        per, period, shown = best
        evidence = (Evidence("runs-on", shown),)
        if len(per) < len(coded):
            options.append(f"per={'+'.join(coded[column] for column in per) or 'none'}")
        if period != own:
            options.append(f"reset={period}")
        keys = list(per)
        if period != "never":
            codes = codes.with_columns(_period(dates, period).alias("period"))
            keys.append("period")
    numbers = codes.select(*keys, "number")
    return (*_start_and_step(numbers, keys), *options), evidence


def _sample(codes: pl.DataFrame, nth: int) -> pl.DataFrame:
    """Give codes of some numbers only, but all that have those: what meets, still meets."""
    return codes if nth == 1 else codes.filter(pl.col("number").hash(0) % nth == 0)


def _coarsest(
    codes: pl.DataFrame, coded: Mapping[str, str], dates: Dates, nth: int
) -> tuple[tuple[str, ...], str, tuple[float, float]] | None:
    """Give the scope of the fewest counters in which no number occurs twice."""
    own, every = _own_period(dates), list(coded)[:_CODED]
    found: list[tuple[int, tuple[str, ...], str, tuple[float, float]]] = []
    for per, period in _scopes(every, dates, own):
        if len(per) == len(coded) and period == own:
            continue
        keys = [pl.col(column) for column in per]
        if period != "never":
            keys.append(_period(dates, period).alias("period"))
        met, expected, scopes = _meetings(codes, keys, 1 / nth)
        if expected >= _TELLING and met <= _RUNS_ON * expected:
            found.append((scopes, per, period, (met, expected)))
    return min(found, key=lambda one: (one[0], len(one[1])))[1:] if found else None


def _scopes(every: Sequence[str], dates: Dates, own: str) -> Iterator[tuple[tuple[str, ...], str]]:
    periods = _PERIODS[_PERIODS.index(own) :] if dates else ("never",)
    known = {token for _, form in dates for token in tokens(form)}
    for period in periods:
        if period in _readable(known) or period in (own, "never"):
            for size in range(len(every) + 1):
                for per in combinations(every, size):
                    yield per, period


def _readable(known: set[str]) -> set[str]:
    year = any(token[0] in "YGF" for token in known)
    found = {"year"} if year else set[str]()
    if year and "MM" in known:
        found |= {"month", "quarter"}
    if year and "Q" in known:
        found.add("quarter")
    return found


def _own_period(dates: Dates) -> str:
    known = {token for _, form in dates for token in tokens(form)}
    for period, marks in (
        ("day", {"DD", "DDD"}), ("week", {"WW"}), ("month", {"MM"}), ("quarter", {"Q"}),
    ):  # fmt: skip
        if known & marks:
            return period
    return "year" if known else "never"


def _meetings(codes: pl.DataFrame, keys: list[pl.Expr], share: float) -> tuple[float, float, int]:
    """Give how often a number occurs again in its scope, how often it would by chance, and scopes.

    By chance: each of the smallest scopes drew its numbers from the range that the scope has; `own`
    is how many that scope has.
    """
    marked = codes.select(*keys, "number", "own", whole=pl.lit(0))
    names = [name for name in marked.columns if name not in ("number", "own")]
    number = pl.col("number")
    scopes = marked.group_by(names).agg(
        pl.len().alias("n"),
        number.n_unique().alias("distinct"),
        pl.max_horizontal(
            (number.quantile(0.99) - number.quantile(0.01) + 1) * share, pl.col("own").max()
        ).alias("range"),
    )
    left_out = (1 - pl.min_horizontal(pl.col("own") / pl.col("range"), 1 - 1e-9)).log() / pl.col(
        "own"
    )
    unused = marked.join(scopes, on=names).group_by(names).agg(left_out.sum().exp().alias("unused"))
    wide = pl.max_horizontal("range", pl.col("n") / 2)
    by_chance = pl.col("n") - wide * (1 - pl.col("unused"))
    expected = scopes.join(unused, on=names).select(by_chance.clip(0).sum()).item()
    return float((scopes["n"] - scopes["distinct"]).sum()), float(expected), len(scopes)


def _period(dates: Dates, period: str) -> pl.Expr:
    """Give the period that a code's dates are in, as text."""
    pieces: list[pl.Expr] = []
    for column, form in dates:
        at = 0
        for token in tokens(form):
            piece = pl.col(column).str.slice(at, length(token))
            at += length(token)
            wanted = _wanted(token, period)
            if wanted == "quarter":
                piece = ((piece.cast(pl.Int32, strict=False) + 2) // 3).cast(pl.String)
            if wanted:
                pieces.append(piece)
    return pl.concat_str(pieces, separator="/")


def _wanted(token: str, period: str) -> str:
    if token == year_token(token):
        return "year"
    kept = {
        "MM": ("day", "month"),
        "DD": ("day",),
        "DDD": ("day",),
        "WW": ("week",),
        "Q": ("quarter",),
    }
    if (token, period) == ("MM", "quarter"):
        return "quarter"
    return "token" if period in kept.get(token, ()) else ""


def _start_and_step(numbers: pl.DataFrame, keys: list[str]) -> tuple[str, ...]:
    if len(numbers) < _LIST:
        return ()
    low, gap = _first(numbers, keys)
    step = next((step for step in _STEPS if _goes_by(numbers["number"], low, step)), 1)
    first = _round(low, gap) if low >= max(_STARTS, _CLEAR * gap) else 1
    start = (f"start={first}",) if first >= max(_STARTS, 2 * step) else ()
    return (*start, *((f"step={step}",) if step > 1 else ()))


def _goes_by(numbers: pl.Series, low: int, step: int) -> bool:
    good = numbers.filter((numbers - low) % step == 0)
    return len(good) >= _MOST * len(numbers) and good.n_unique() >= _LIST // 2


def _first(numbers: pl.DataFrame, keys: list[str]) -> tuple[int, float]:
    """Give the number that counters start at, and how far apart numbers are on the average."""
    number = pl.col("number")
    if keys:
        scoped = numbers.group_by(keys).agg(number.min().alias("low"), number.max(), n=pl.len())
        lows = scoped.group_by("low").len().sort("len", "low", descending=[True, False])
        low, often = lows.row(0)
        if often >= _USUAL * len(scoped):
            return int(low), 1.0
        gaps = (scoped["number"] - scoped["low"] + 1) / scoped["n"]
        return int(scoped["low"].quantile(0.02, "lower") or 0), float(gaps.median() or 1)  # type: ignore[arg-type]
    values = np.sort(numbers["number"].to_numpy())
    few = max(1, len(values) // 100)
    span = float(values[-few] - values[few]) + 1
    jumps = np.diff(values[: few + 1])
    # Slips in the first digits lie far below all others.
    at = int(jumps.argmax()) + 1 if jumps.max() > _FAR * span else 0
    return int(values[at]), span / len(values)


def _round(low: int, gap: float) -> int:
    for places in range(len(str(low)) - 1, -1, -1):
        below = low // 10**places * 10**places
        if low - below <= max(1.0, 4 * gap):
            return low if low - below == 1 else below
    return low
