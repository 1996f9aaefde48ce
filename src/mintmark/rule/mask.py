"""Masks: a rule as people draw it, ``AA-TT-0000``, written out in the rule language.

>>> expand("AA-TT-0000", {})
'{region:2}-{type:2}-{seq:4}'
>>> expand("KHYYMM####", {}), expand("KH-yyyy-MM-dd-0000", {})
('KH{registered:YYMM}{seq:4}', 'KH-{registered:YYYY-MM-DD}-{seq:4}')
>>> expand("T-AA-YYYYMMDD-00000", {"type": {"V": "VIP"}})
'{type:1}-{region:2}-{registered:YYYYMMDD}-{seq:5}'
>>> expand("{type}-{seq:5}", {}), expand("K-00001", {}) # no masks
('{type}-{seq:5}', 'K-00001')
"""

import re
from collections.abc import Container

from mintmark.rule.dates import read_format

_ATTRIBUTES = {"A": "region", "T": "type", "I": "industry", "B": "branch"}
# A year with what may follow it, or a day written the other way round; yyyyMMdd is as good.
_DATES = (
    r"(?i:(?:YYYY|YY|GGGG)(?:[-/._]?(?:MM|DDD|DD|WW|Q))*"
    r"|(?:DD[-/.]?)?MM[-/.]?(?:YYYY|YY)|MMDD)"
)
# Zeros beside another digit are no number: who types K-00001 shows an example, and draws no mask.
_NUMBER = r"(?<!\d)0+(?!\d)|#+"
_LETTERS = rf"[A-Za-z]+?(?={_DATES}|[^A-Za-z]|\Z)"
_RUN = re.compile(
    rf"(?P<date>{_DATES})|(?P<number>{_NUMBER})|(?P<letters>{_LETTERS})|(?P<rest>.)", re.DOTALL
)


def expand(text: str, tables: Container[str]) -> str:
    """Give a mask in the rule language; what is no mask is given back as it is.

    ``0000`` or ``####`` is the number, ``YYYY YY MM DD DDD Q WW`` the registration date, ``AA`` the
    region (area), ``TT`` the type, ``II`` the industry, ``BB`` the branch; a single letter only
    where its attribute has a code table. Everything else stands for itself.
    """
    if "{" in text or "}" in text:
        return text
    found = list(_RUN.finditer(text))
    numbers = [match for match in found if match["number"]]
    return "".join(_piece(match, numbers[-1], tables) for match in found) if numbers else text


def _piece(match: re.Match[str], number: re.Match[str], tables: Container[str]) -> str:
    if match["date"]:
        return f"{{registered:{read_format(match['date'])}}}"
    if match is number:
        return f"{{seq:{len(match[0])}}}"
    if match["letters"]:
        return _letters(match[0], tables)
    return match[0]


def _letters(text: str, tables: Container[str]) -> str:
    """Read runs of one letter as attributes, if all of the word is made of such runs."""
    runs = [(run[0], len(run[0])) for run in re.finditer(r"(.)\1*", text)]
    known = [
        run[0] in _ATTRIBUTES and (width > 1 or _ATTRIBUTES[run[0]] in tables)
        for run, width in runs
    ]
    if not all(known):
        return text
    return "".join(f"{{{_ATTRIBUTES[run[0]]}:{width}}}" for run, width in runs)
