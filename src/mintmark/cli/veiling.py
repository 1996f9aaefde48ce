"""What is wrong with rows, as it may lie open on a screen: phones, ID numbers and the like masked.

>>> from mintmark.errors import WrongPhone
>>> veiled(WrongPhone(value="1387501458", digits=10), None, {}).value
'13****1458'
"""

from dataclasses import fields, replace
from typing import Any

from mintmark.access import as_written
from mintmark.customer import Fields
from mintmark.errors import Refusal
from mintmark.intake import Problem

_ABOUT = {
    "wrong-phone": "phone", "filler-phone": "phone", "wrong-email": "email",
    "wrong-id-number": "id_number", "wrong-check-digit": "id_number",
    "id-number-taken": "id_number",
}  # fmt: skip


def veiled(refusal: Refusal, fact: str | None, known: Fields) -> Refusal:
    """Give a refusal of which the values are masked; `fact`: what its column is."""
    about = _about(refusal, fact)
    quoted: dict[str, Any] = {}
    for one in fields(refusal):
        if one.name not in {"value", "values"} or (about is None and one.repr):
            continue
        given = getattr(refusal, one.name)
        if isinstance(given, str):
            quoted[one.name] = as_written(about, given, known)
        elif isinstance(given, tuple):
            quoted[one.name] = tuple(as_written(about, str(value), known) for value in given)
    return replace(refusal, **quoted)


def seen(problem: Problem, known: Fields | None) -> Problem:
    """Give what is wrong with a cell, masked; as it is where nothing is `known` to be hidden."""
    if known is None:
        return problem
    fact = problem.column.fact if problem.column else None
    value = as_written(_about(problem.refusal, fact), problem.value, known)
    return replace(problem, refusal=veiled(problem.refusal, fact, known), value=value)


def _about(refusal: Refusal, fact: str | None) -> str | None:
    """Tell which fact a refusal quotes: of a row as a whole no column says it."""
    return getattr(refusal, "fact", None) or fact or _ABOUT.get(refusal.slug)
