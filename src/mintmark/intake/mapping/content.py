"""What the values of a column look like: phones, days, names, values of the register's tables.

>>> look = looks(pl.Series(["138 7501 4587", "010-62345678", None, "?"]), Telling.of())[0]
>>> look.fact, round(look.share, 2)
('phone', 0.67)
>>> looks(pl.Series(["王琦", "欧阳娜娜", "大华机械有限公司"]), Telling.of())
[Look(fact='name', share=1.0, weight=0.6)]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import polars as pl

from mintmark.customer import parse
from mintmark.errors import Refusal
from mintmark.intake.checking import Standards
from mintmark.intake.checking.dates import in_order, is_serial
from mintmark.match.organisations import is_organisation
from mintmark.rule.builtin import entries
from mintmark.rule.columns import parse_column
from mintmark.rule.definition import Rule
from mintmark.rule.table import CodeTable
from mintmark.text import clean, fold

_SAMPLE = 300  # distinct values that are looked at, from all over the column
_ROWS = 5000  # rows that these are taken from
_LEAST = 0.3  # of the values have to look so, or they do not at all

# How much it says of a column that all of its values look so. A day may be any day, a name any
# body's; whose phone it is, is hardly ever in doubt.
_WEIGHTS = {
    "email": 0.98, "id_number": 0.98, "phone": 0.95, "code": 0.9, "region": 0.85, "address": 0.8,
    "registered": 0.65, "name": 0.6,
}  # fmt: skip
_CODED = 0.9

# The surnames of nine in ten people in China, the two-character ones among the rest.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PERSON = re.compile(
    rf"(?:[{_SURNAMES}][\u3400-\u9fff]{{1,2}}|(?:欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒)[\u3400-\u9fff]{{1,2}})"
    r"|[A-Z][\w'’-]+,? [A-Z][\w.'’ -]*"
)
_PLACE = re.compile(r"[省市区县镇乡村路街道巷弄号栋幢楼室座园]")
_STREET = re.compile(
    r"\d.*\b(?:street|st|road|rd|avenue|ave|lane|drive|dr|blvd|platz|str)\b\.?", re.IGNORECASE
)
_ADDRESS = 8  # characters, and two of the signs of a place among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Which fact values look like, what share of them does, and how much that tells (0–1)."""

    fact: str
    share: float
    weight: float

    @property
    def confidence(self) -> float:
        """How sure the content alone makes it."""
        return self.share * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What values are held against: code tables by attribute, rules that spell codes, country."""

    tables: Mapping[str, list[CodeTable]]
    rules: tuple[Rule, ...]
    country: str

    @classmethod
    def of(cls, standards: Standards | None = None) -> "Telling":
        """Take what a register knows; without one, what everybody does."""
        if standards is None:
            return cls(tables={}, rules=(), country="CN")
        attributes = {name for rule in standards.rules for name in rule.tables if ":" not in name}
        tables = {name: standards.tables(name) for name in sorted(attributes)}
        return cls(tables=tables, rules=tuple(standards.rules), country=standards.country)


def looks(cells: pl.Series, telling: Telling) -> list[Look]:
    """Give what the values of a column look like, the likeliest first; nothing if they do not."""
    texts = sample(cells)
    if not texts:
        return []
    tests: dict[str, tuple[Callable[[str], bool], float]] = {
        name: (partial(_is_coded, tables), _CODED) for name, tables in telling.tables.items()
    }
    usual: dict[str, Callable[[str], bool]] = {
        "email": lambda text: _reads("email", text, telling.country),
        "id_number": lambda text: _reads("id_number", text, telling.country),
        "phone": lambda text: _reads("phone", text, telling.country),
        "registered": _is_day,
        "region": lambda text: fold(text) in _places(),
        "address": _is_address,
        "name": _is_name,
    }
    for fact, test in usual.items():
        tests.setdefault(fact, (test, _WEIGHTS[fact]))
    found = [Look(fact=fact, share=sum(map(test, texts)) / len(texts), weight=weight)
             for fact, (test, weight) in tests.items()]  # fmt: skip
    found.append(Look(fact="code", share=_codes(texts, telling), weight=_WEIGHTS["code"]))
    telling_ones = [look for look in found if look.share >= _LEAST]
    return sorted(telling_ones, key=lambda look: -look.confidence)


def sample(cells: pl.Series) -> list[str]:
    """Give some distinct values of a column, from its beginning to its end."""
    filled = cells.drop_nulls()
    step = max(1, len(filled) // _ROWS)
    texts = filled.gather_every(step).str.strip_chars().unique(maintain_order=True).to_list()
    kept = [text for text in texts if text and not text.startswith("#")]
    return kept[:: max(1, len(kept) // _SAMPLE)][:_SAMPLE]


def _reads(fact: str, text: str, country: str) -> bool:
    try:
        return bool(parse(fact, text, country=country))
    except Refusal:
        return False


def _is_day(text: str) -> bool:
    if is_serial(text):
        return False  # any number of five digits is one
    return _reads("registered", text, "CN") or any(
        (day := in_order(text, order)) and _reads("registered", day, "CN")
        for order in ("dmy", "mdy")
    )


def _is_name(text: str) -> bool:
    name = clean(text)
    return _PERSON.fullmatch(name) is not None or (is_organisation(name) and len(name) > 3)  # noqa: PLR2004


def _is_address(text: str) -> bool:
    signs = len(_PLACE.findall(text))
    return len(text) >= _ADDRESS and ((signs > 1 and not is_organisation(text))
                                      or _STREET.search(text) is not None)  # fmt: skip


def _is_coded(tables: list[CodeTable], text: str) -> bool:
    """Tell whether a table has the value by a name; a code of one letter could be anything."""
    found = [entry for table in tables if (entry := table.known(clean(text)))]
    return any(len(text) > 1 or text in entry.spellings for entry in found)


def _codes(texts: list[str], telling: Telling) -> float:
    """Give the share that a rule could have spelt; plain numbers are nobody's codes."""
    spelt = [text for text in texts if not text.isdigit() and not _is_day(text)]
    if not spelt or not telling.rules:
        return 0
    fits = pl.Series([False] * len(spelt))
    for rule in telling.rules:
        fits |= parse_column(rule, pl.Series(spelt))["ok"]
    return int(fits.sum()) / len(texts)


@cache
def _places() -> frozenset[str]:
    every = (*entries("china-provinces"), *entries("china-cities"))
    return frozenset(fold(text) for entry in every for text in entry.spellings)
