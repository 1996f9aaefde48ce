"""Warn of values that may be meant otherwise than they read, whole columns at once."""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from mintmark.errors import FillerPhone, LikeFormula, NoName, OftenRepeated, Refusal
from mintmark.intake.checking import doubts
from mintmark.intake.checking.findings import WARNING, Findings

_OWN = ("phone", "email", "id_number")  # kinds of which each customer ought to have one of his own
_FEW = 20  # rows that may well share one: a household, a company
_SHARE = 1000  # one row in so many is very many
_NAMED = 20  # values of a column that are told


class About(NamedTuple):
    """Of what a warning is."""

    fact: str
    kind: str
    letter: str


def cells(
    about: About, rows: pl.Series, texts: pl.Series, values: pl.Series, findings: Findings
) -> None:
    """Warn of single cells: formulas, fillers, names that are none."""

    def warn(maybe: pl.Series, is_so: Callable[[str], bool], why: Callable[[str], Refusal]) -> None:
        places = maybe.fill_null(value=False).arg_true()
        found = texts.gather(places)
        odd = [text for text in found.unique().sort() if is_so(text)]
        if odd:
            numbers = pl.DataFrame(
                {"text": odd, "reason": [findings.number(why(text)) for text in odd]},
                schema={"text": pl.String, "reason": pl.UInt32},
            )
            given = pl.DataFrame({"row": rows.gather(places), "text": found})
            hit = given.join(numbers, on="text", maintain_order="left")
            findings.add(WARNING, about.letter, hit["row"], hit["reason"], hit["text"])

    if about.kind in ("text", "names"):
        begun = texts.str.contains(r"^[=+@-]")
        if begun.any():
            formula = values.is_not_null() & texts.str.contains(doubts.FORMULA)
            warn(formula, _is_kept, lambda text: LikeFormula(value=text))
    if about.kind == "phone":
        warn(doubts.fillers(texts), doubts.is_filler, lambda text: FillerPhone(value=text))
    if about.fact == "name":
        candidates = values.is_not_null() & texts.str.contains(doubts.CANDIDATE)
        warn(candidates, doubts.is_no_name, lambda text: NoName(value=text))


def repeated(about: About, top: pl.Series, values: pl.Series, findings: Findings) -> None:
    """Warn where one value of a fact that is each customer's own stands in very many rows."""
    if about.kind not in _OWN:
        return
    filled = values.drop_nulls().alias("value")
    least = max(_FEW, len(filled) / _SHARE)
    # Numbers are counted in half the room of texts; two texts of one number are told apart after.
    numbers = filled.hash()
    often = numbers.alias("often").value_counts().filter(pl.col("count") >= least)["often"]
    if not len(often):
        return
    counts = filled.filter(numbers.is_in(often.implode())).value_counts()
    many = counts.filter(pl.col("count") >= least)
    for value, count in many.sort(["count", "value"], descending=[True, False]).head(_NAMED).rows():
        told = OftenRepeated(fact=about.fact, value=value, count=count)
        findings.add(WARNING, about.letter, top, told, pl.Series([value]))


def _is_kept(text: str) -> bool:
    """Leave out what was unwrapped: ="007" is text that somebody protected, not a formula."""
    return not text.startswith('="')
