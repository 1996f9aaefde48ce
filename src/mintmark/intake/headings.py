"""Find the table in a sheet, and what each of its columns is.

>>> fact_of("客户名称"), fact_of(" E-mail "), fact_of("手机号（必填）"), fact_of("微信号")
('name', 'email', 'phone', None)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mintmark.errors import NoSuchColumn, UnknownFact
from mintmark.intake.read import Sheet
from mintmark.text import fold, narrow

SPELLINGS: dict[str, str] = {
    "name": "客户名称 客户姓名 姓名 名称 客户名 公司名称 单位名称 企业名称"
    " 客户全称 会员姓名 患者姓名 学生姓名|name|customer|customer name|client|client name|full name|company|company name|account name"
    "|patient name",
    "type": "客户类型 类型 客户类别 类别 客户等级 客户级别 级别 等级 会员等级 客户分类 分类"
    "|type|customer type|category|customer category|level|tier|grade|class",
    "region": "所在地区 地区 区域 客户地区 所在区域 所属地区 所属区域 城市 所在城市 地市"
    "|region|city|area|customer region",
    "registered": "登记日期 登记时间 注册日期 注册时间 建档日期 建档时间"
    " 创建日期 创建时间 开户日期 入会日期 录入日期 日期|registered|registration date|date registered|registered on|registered at"
    "|date|created|created at|created on|creation date|date created|join date|date joined"
    "|signup date|sign up date",
    "phone": "手机号 手机号码 手机 电话 电话号码 联系电话 联系手机 移动电话 联系方式"
    "|phone|phone number|phone no|mobile|mobile number|mobile phone|mobile no|tel|telephone"
    "|cell|cell phone|contact number|contact phone",
    "email": "电子邮箱 邮箱 电子邮件 邮件 邮箱地址 邮件地址|email|mail|email address",
    "id_number": "身份证号 身份证 身份证号码 证件号 证件号码 统一社会信用代码 社会信用代码 信用代码"
    "|id number|id no|id card|id card number|identity number|national id"
    "|unified social credit code|social credit code|uscc",
    "address": "联系地址 地址 住址 详细地址 通讯地址 通信地址 公司地址 客户地址"
    "|address|street address|postal address|mailing address|contact address",
    "owner": "负责人 客户经理 业务员 销售 销售员 销售代表 归属人 所有人 跟进人"
    "|owner|account owner|account manager|sales rep|sales representative|salesperson",
    "remark": "备注 附注 备注信息 客户备注|remark|remarks|note|notes|comment|comments|memo",
}
# Counts rows: nothing about a customer.
_COUNTING = "序号 行号|no|number|index|row|row number|serial number"
# What Mintmark wrote beside a refused row, should the mended workbook come back.
_OWN = "原行号 问题 解决办法|source row|problem|way out"


def _by_spelling() -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys((*_spellings(_COUNTING), *_spellings(_OWN)))
    for fact, spellings in SPELLINGS.items():
        found |= dict.fromkeys((fold(fact), *_spellings(spellings)), fact)
    return found


def _spellings(text: str) -> list[str]:
    chinese, *english = text.split("|")
    return [fold(spelling) for spelling in (*chinese.split(), *english)]


_KNOWN = _by_spelling()
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_DEPTH = 30  # rows in which the headings have to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table; `fact` None: not a fact, left alone."""

    letter: str
    heading: str
    fact: str | None

    @property
    def shown(self) -> str:
        """The column as people find it: its letter and its heading."""
        return f"{self.letter} {self.heading}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Where the headings are (row from 1), the columns, and those nobody knows."""

    row: int
    columns: tuple[Column, ...]
    unknown: tuple[Column, ...]


def fact_of(heading: str) -> str | None:
    """Give the fact that a heading names, None for anything else."""
    return _KNOWN.get(fold(heading)) or _KNOWN.get(_plain(heading))


def is_known(heading: str) -> bool:
    """Tell whether a heading is a fact, or one of those that may be left alone."""
    return fold(heading) in _KNOWN or _plain(heading) in _KNOWN or heading.strip() == "#"


def is_own(heading: str) -> bool:
    """Tell whether Mintmark wrote this column into a workbook of refused rows."""
    return fold(heading) in _spellings(_OWN)


def _plain(heading: str) -> str:
    return fold(_BRACKETS.sub("", heading))


def find_headings(sheet: Sheet, extra: Sequence[str] = ()) -> int | None:
    """Give the row (from 1) of the headings: the one with the most facts in it, at least two.

    `extra` are headings that count as known. A table of one column needs one.
    """
    known = {fold(heading) for heading in extra}
    best: int | None = None
    most = min(1, sheet.cells.width - 1)
    for number, row in enumerate(sheet.cells.head(_DEPTH).iter_rows(), start=1):
        texts: list[str] = [cell for cell in row if cell]
        facts = {fact_of(text) or fold(text) for text in texts if _counts(text, known)}
        if len(facts) > most:
            best, most = number, len(facts)
    return best


def _counts(heading: str, known: set[str]) -> bool:
    return fact_of(heading) is not None or fold(heading) in known


def table(
    sheet: Sheet, row: int, *, mapping: Mapping[str, str], ignore: Sequence[str], file: str
) -> Table:
    """Read the headings in a row.

    `mapping`: heading or column letter → fact; `ignore`: headings or letters, ``*`` for all that
    nobody knows. Raises NoSuchColumn or UnknownFact for what these name.
    """
    headings = {
        name: narrow(cell or "")
        for name, cell in zip(sheet.cells.columns, sheet.cells.row(row - 1), strict=True)
    }
    for fact in mapping.values():
        if fact not in SPELLINGS:
            raise UnknownFact(fact=fact, known=tuple(SPELLINGS))
    mapped: dict[str, str | None] = {}
    for wanted, fact in (*dict.fromkeys(ignore).items(), *mapping.items()):
        if wanted == "*":
            continue
        if not (letters := _named(headings, wanted)):
            raise NoSuchColumn(file=file, sheet=sheet.name, row=row, value=wanted)
        mapped |= dict.fromkeys(letters, fact)
    columns = tuple(
        Column(letter=name, heading=text, fact=mapped[name] if name in mapped else fact_of(text))
        for name, text in headings.items()
    )
    unknown = (
        ()
        if "*" in ignore
        else tuple(
            column
            for column in columns
            if column.letter not in mapped
            and not is_known(column.heading)
            and _has_values(sheet.cells, column.letter, row)
        )
    )
    return Table(row=row, columns=columns, unknown=unknown)


def _named(headings: Mapping[str, str], wanted: str) -> list[str]:
    """Give the letters of the columns with that heading, or else with that letter."""
    by_heading = [name for name, text in headings.items() if text and fold(text) == fold(wanted)]
    return by_heading or [name for name in headings if name == wanted.upper()]


def _has_values(cells: pl.DataFrame, name: str, row: int) -> bool:
    below = cells[name].slice(row)
    return bool((below.str.strip_chars().str.len_chars() > 0).any())
