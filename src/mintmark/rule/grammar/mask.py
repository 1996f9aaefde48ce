"""Masks: a rule as people draw it, ``AA-TT-0000``, written out in the rule language.

>>> expand("AA-TT-0000", {})
'{region:2}-{type:2}-{seq:4}'
>>> expand("KHYYMM####", {}), expand("KH-yyyy-MM-dd-0000", {})
('KH{registered:YYMM}{seq:4}', 'KH-{registered:YYYY-MM-DD}-{seq:4}')
>>> expand("T-AA-YYYYMMDD-00000", {"type": {"V": "VIP"}})
'{type:1}-{region:2}-{registered:YYYYMMDD}-{seq:5}'
>>> expand("{type}-YYYYMM-0000", {}), expand("CUST-.YYYY.-.#####", {})
('{type}-{registered:YYYYMM}-{seq:4}', 'CUST-{registered:YYYY}-{seq:5}')
>>> expand("{type}-{seq:5}", {}), expand("K-00001", {}), expand("0000-0000", {}) # no masks
('{type}-{seq:5}', 'K-00001', '0000-0000')
"""

import re
from collections.abc import Container

from mintmark.rule.dates import read_format
from mintmark.rule.grammar.aliases import name_of

_ATTRIBUTES = {"A": "region", "T": "type", "I": "industry", "B": "branch"}
# A year with what may follow it, or a day written the other way round; yyyyMMdd is as good. A month
# or a day without a year stands between other signs than letters: COMM-0000 has no month.
_DATES = (
    r"(?i:(?:YYYY|YY|GGGG)(?:[-/._]?(?:MM|DDD|DD|WW|Q))*"
    r"|(?:DD[-/.]?)?MM[-/.]?(?:YYYY|YY)|MMDD"
    r"|(?<![A-Z])(?:MM[-/.]?DD|DD[-/.]?MM|MM|DD)(?![A-Z]))"
)
# Zeros beside another digit are no number: who types K-00001 shows an example, and draws no mask.
_NUMBER = r"(?<!\d)0+(?!\d)|#+"
_LETTERS = rf"[A-Za-z]+?(?={_DATES}|[^A-Za-z]|\Z)"
_RUN = re.compile(
    rf"(?P<braces>\{{[^{{}}]*\}})|(?P<date>{_DATES})|(?P<number>{_NUMBER})"
    rf"|(?P<letters>{_LETTERS})|(?P<rest>.)",
    re.DOTALL,
)
_JOINTS = re.compile(r"\.(?=[-/_])|(?<=[-/_])\.|\.(?=\.)")  # Frappe's: CUST-.YYYY.-.####
_BRACES = str.maketrans("｛｝", "{}")
_NAME = re.compile(r"\{\s*([^(:,{}]*)")


def expand(text: str, tables: Container[str]) -> str:
    """Give a mask in the rule language; what is no mask is given back as it is.

    ``0000`` or ``####`` is the number, ``YYYY YY MM DD DDD Q WW`` the registration date, ``AA`` the
    region (area), ``TT`` the type, ``II`` the industry, ``BB`` the branch; a single letter only
    where its attribute has a code table. Everything else stands for itself. Beside segments in
    braces, none of them a number, only ``00`` or more zeros and dates are drawn.
    """
    drawn = _JOINTS.sub("", text.translate(_BRACES))
    braced = "{" in drawn or "}" in drawn
    found = list(_RUN.finditer(drawn))
    number = _number(found, least=2 if braced else 1)
    if number is None or (braced and (number[0][0] == "#" or not _is_open(drawn))):
        return text
    return "".join(_piece(match, number, None if braced else tables) for match in found)


def _number(found: list[re.Match[str]], least: int) -> re.Match[str] | None:
    """Give the run that is the number; None if there is none, or several may be."""
    runs = [match for match in found if match["number"] and len(match[0]) >= least]
    runs = [match for match in runs if len(match[0]) > 1] or runs
    return runs[0] if len(runs) == 1 else None


def _is_open(text: str) -> bool:
    """Tell whether all braces are closed and the number stands in none of them."""
    names = [found.casefold().strip() for found in _NAME.findall(text)]
    numbers = ("seq", "random")
    numbered = any(name in numbers or name_of(name) in numbers for name in names)
    return not numbered and not re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text))


def _piece(match: re.Match[str], number: re.Match[str], tables: Container[str] | None) -> str:
    if match["date"]:
        return f"{{registered:{read_format(match['date'])}}}"
    if match is number:
        return f"{{seq:{len(match[0])}}}"
    if match["letters"] and tables is not None:
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
