"""What an organisation is called at heart: without legal form, place and brackets.

>>> core("北京大华机械（集团）有限公司"), core("大华机械")
(('da', 'hua', 'ji', 'xie'), ('da', 'hua', 'ji', 'xie'))
>>> core("The Acme & Sons Trading Co., Ltd.")
('acme', 'sons', 'trading')
>>> is_organisation("大华机械厂"), is_organisation("Acme Ltd."), is_organisation("王大华")
(True, True, False)
"""

import re

from mintmark.match.places import without_place
from mintmark.match.sounds import read

_BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]?")
_FORMS = (
    "股份有限公司 有限责任公司 有限公司 股份公司 集团公司 分公司 总公司 公司 集团 总厂 分厂 工厂 厂"
    " 合伙企业 个人独资企业 专业合作社 合作社 经营部 门市部 商行 商店 中心"
).split()
# What is left of a legal form when a character of it gets lost.
_SCRAPS = "股份 有限责任 有限 责任 限公司 有公司 有限司 有限公".split()
_OTHERS = (
    "医院 诊所 学校 大学 学院 幼儿园 银行 事务所 酒店 饭店 研究院 研究所 协会 基金会 委员会"
).split()
_ENDS = (*_FORMS, *_OTHERS)
_LEGAL_ENDS = tuple(sorted((*_FORMS, *_SCRAPS), key=len, reverse=True))
_WORD_ENDS = frozenset(
    "ltd limited inc llc llp gmbh corp corporation plc s.a b.v s.r.l co company group".split()
)
_LEGAL_WORDS = frozenset(
    "ltd limited inc incorporated llc llp lp plc corp corporation co company gmbh mbh ag kg ohg ug"
    " se sa sas sarl srl spa bv nv ab as oy aps pty pte sdn bhd kk group holding holdings ev eg"
    .split()
)  # fmt: skip
_LITTLE_WORDS = frozenset("the and of und et y de".split())
_UNITS = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_POINTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # as in S.A. and L.L.C.


def is_organisation(name: str) -> bool:
    """Tell whether a name ends as organisations' names do."""
    bare = name.rstrip(" )）.")
    last = bare.rpartition(" ")[2].rpartition(",")[2]
    return last.casefold() in _WORD_ENDS or bare.endswith(_ENDS)


def core(name: str) -> tuple[str, ...]:
    """Give the syllables and words that tell an organisation from others, in order."""
    bare = _BRACKETS.sub("", name).strip() if "(" in name or not name.isascii() else name
    bare = bare or name.strip("()（）")
    if bare.isascii():
        return _distinct(_POINTS.sub("", bare).casefold())
    return _distinct(_without_form(without_place(bare.strip())).casefold())


def _without_form(name: str) -> str:
    """Give a name without the legal forms at its end, as far as something is left of it."""
    while name.endswith(_LEGAL_ENDS):
        form = next(form for form in _LEGAL_ENDS if name.endswith(form))
        if len(form) == len(name):
            break
        name = name.removesuffix(form)
    return name


def _distinct(name: str) -> tuple[str, ...]:
    """Give the units of a name, without legal forms at its end and little words."""
    units: list[str] = []
    for part in _UNITS.findall(name):
        units.extend(read(part) if part > "\u33ff" else (part,))
    while len(units) > 1 and units[-1] in _LEGAL_WORDS:
        units.pop()
    return tuple(unit for unit in units if unit not in _LITTLE_WORDS) or tuple(units)
