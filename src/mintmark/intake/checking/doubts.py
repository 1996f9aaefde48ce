"""What may be meant otherwise than it reads: names that are none, fillers, formulas.

>>> [name for name in ("测试1", "aaa", "王琦", "---", "无", "李") if is_no_name(name)]
['测试1', 'aaa', '---', '无']
>>> [text for text in ("13800000000", "111-11111111", "13875014587") if is_filler(text)]
['13800000000', '111-11111111']
"""

import re

import polars as pl

from mintmark.text import fold

# What people put where a name has to stand. Compared folded, digits behind it left out.
_NO_NAMES = frozenset(
    """
    test tests testing tester demo sample example name customer client none null nil na nan
    unknown unnamed anonymous nobody noname todo tbd xxx asdf qwerty qwert abc abcd foo bar
    测试 测试客户 测试用户 测试数据 测试账号 测试公司 试用 演示 示例 样例 无 没有 空 暂无 未知 不详
    未填 未填写 待定 待补充 待完善 无名 无名氏 匿名 匿名用户 客户 姓名 名称 用户 某某 某某某 默认
    默认客户 散客 零散客户
    """.split()
)
# Only these can be none: without Han characters and short, or with a word of the list in them.
CANDIDATE = (
    r"^(?:[^\s\u{3400}-\u{9fff}]{1,12}|.{0,12}[测试演示样无没空暂未不待匿客姓名用户某默散].{0,12})$"
)
_FILLER = re.compile(r"(?:\+?86)?(?:(\d)\1{6,11}|1[3-9]\d(\d)\2{7}|1?23456789\d{0,2}|13800138000)")
FORMULA = (
    r"^[=+@-]\s*[A-Za-z][A-Za-z0-9_.]*\(|^=\s*[$]?[A-Za-z]{1,3}[$]?[0-9]+|^=\s*[-+(]*[0-9.]+\s*[-+*/^&%]"
    r"|^[=+@-].*\|.*!|^=\s*['\[{].*!|^=\s*(?i:true|false)$|^[=+@-]\s*[A-Za-z]+!"
)
"""A text that a spreadsheet would compute, or run: a function, a cell, arithmetic, DDE."""

_ALIKE = 2  # characters of one kind that make no name


def is_no_name(name: str) -> bool:
    """Tell whether nobody can be called so."""
    word = fold(name)
    if not any(map(str.isalpha, word)):
        return True
    bare = word.rstrip("0123456789") or word
    is_one = len(set(word)) == 1 and len(word) > _ALIKE and word.isascii()
    return is_one or bare in _NO_NAMES


def is_filler(phone: str) -> bool:
    """Tell whether a phone number was put in because some number had to be."""
    return _FILLER.fullmatch(re.sub(r"[\s-]", "", phone)) is not None


def fillers(texts: pl.Series) -> pl.Series:
    """Tell which texts may be fillers, so that `is_filler` has to look at these alone."""
    # At least five of one digit, or a run of digits: no back references where columns are read.
    runs = [digit * 5 for digit in "0123456789"]
    return texts.str.contains_any([*runs, "3456789", "13800138000"])
