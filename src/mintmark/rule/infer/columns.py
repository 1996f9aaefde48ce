"""What is known of the customers beside their codes: dates, names, and values that may be coded.

>>> customers = pl.DataFrame({"注册日期": ["2023/10/1"], "城市": ["北京"], "Shop No": ["7"]})
>>> known = Attributes.of(customers)
>>> [column.name for column in known.days], [column.name for column in known.coded]
(['registered'], ['region', 'shop_no'])
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from mintmark.rule.infer.grid import Ints
from mintmark.text import fold

# How people head columns, folded, and the attribute that each is of.
_HEADINGS = {
    "type":
        "类型 客户类型 类别 客户类别 等级 客户等级 级别 客户级别 会员等级 客户分类 分类 "
        "type customertype category customercategory level tier grade class segment",
    "region":
        "地区 所在地区 所属地区 客户地区 区域 所在区域 所属区域 省份 省 城市 所在城市 "
        "地市 region city province area state customerregion",
    "industry":
        "行业 所属行业 所在行业 客户行业 industry sector",
    "branch":
        "门店 分公司 机构 分行 支行 网点 校区 院区 分校 所属门店 所属机构 branch store "
        "shop office campus outlet",
    "registered":
        "登记日期 登记时间 注册日期 注册时间 建档日期 建档时间 开户日期 入会日期 "
        "录入日期 入学日期 日期 登记 注册 registered registrationdate dateregistered "
        "registeredon registeredat date joindate datejoined signupdate",
    "created":
        "创建日期 创建时间 创建 created createdat createdon creationdate datecreated",
    "contract":
        "合同日期 签约日期 合同签订日期 签订日期 合同 contract contractdate signed "
        "signedon",
    "name":
        "客户名称 客户姓名 姓名 名称 客户名 公司名称 单位名称 企业名称 客户全称 "
        "会员姓名 患者姓名 学生姓名 name customer customername client clientname "
        "fullname company companyname accountname patientname",
}  # fmt: skip
_NAMES = {word: name for name, words in _HEADINGS.items() for word in words.split()}
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_DATE = r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})"
_PACKED = r"^\s*(\d{4})(\d{2})(\d{2})\s*$"
_PARSED = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """A column of dates: each token's number for every row, -1 where there is no date."""

    name: str
    values: Mapping[str, Ints]

    def of(self, rows: Ints) -> dict[str, Ints]:
        """Give the numbers in some rows."""
        return {token: column[rows] for token, column in self.values.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of texts; empty cells are null."""

    name: str
    values: pl.Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attributes:
    """The columns by what they can explain."""

    days: tuple[Days, ...] = ()
    coded: tuple[Column, ...] = ()
    names: tuple[Column, ...] = ()

    @classmethod
    def of(cls, frame: pl.DataFrame | None) -> "Attributes":
        """Sort the columns of a frame."""
        days, coded, names = list[Days](), list[Column](), list[Column]()
        for series in frame.iter_columns() if frame is not None else ():
            name = attribute(series.name)
            parsed = _dates(series)
            if parsed is not None:
                days.append(Days(name, _numbers(parsed)))
            elif name == "name":
                names.append(Column(name, _texts(series)))
            elif not series.dtype.is_float():
                coded.append(Column(name, _texts(series)))
        return cls(days=tuple(days), coded=tuple(coded), names=tuple(names))


def attribute(heading: str) -> str:
    """Give the attribute that a column is of: a usual one, or the heading as a word.

    >>> attribute("客户类型"), attribute("Contract Date"), attribute("Sales Team (new)")
    ('type', 'contract', 'sales_team')
    """
    bare = _BRACKETS.sub("", heading)
    word = re.sub(r"\W+", "_", bare.strip().lower()).strip("_")
    if not word or not re.match(r"[^\W\d]", word):
        word = f"column_{word}".rstrip("_")
    return _NAMES.get(fold(bare), word)


def _texts(series: pl.Series) -> pl.Series:
    texts = series.cast(pl.String, strict=False).str.strip_chars()
    return texts.set(texts == "", None)


def _dates(series: pl.Series) -> pl.Series | None:
    """Give a column as dates; None if it is none."""
    if series.dtype in (pl.Date, pl.Datetime):
        return series.cast(pl.Date)
    if series.dtype != pl.String:
        return None
    texts = _texts(series)
    given = len(texts) - texts.null_count()
    some = texts.drop_nulls().head(1000)
    if not given or _parsed(some).null_count() > (1 - _PARSED) * len(some):
        return None
    return _parsed(texts)


def _parsed(texts: pl.Series) -> pl.Series:
    groups = pl.coalesce(
        pl.col("t").str.extract_groups(pattern).struct[0] + pl.lit("-")
        + pl.col("t").str.extract_groups(pattern).struct[1].str.zfill(2) + pl.lit("-")
        + pl.col("t").str.extract_groups(pattern).struct[2].str.zfill(2)
        for pattern in (_DATE, _PACKED)
    )  # fmt: skip
    return texts.to_frame("t").select(groups.str.to_date("%Y-%m-%d", strict=False)).to_series()


def _numbers(days: pl.Series) -> dict[str, Ints]:
    day = pl.col("day").dt
    year, week = day.year(), day.iso_year()
    found = days.to_frame("day").select(
        YYYY=year, YY=year % 100, MM=day.month(), DD=day.day(), DDD=day.ordinal_day(),
        Q=day.quarter(), GGGG=week, GG=week % 100, WW=day.week(),
    )  # fmt: skip
    whole = found.select(pl.all().cast(pl.Int64).fill_null(-1))
    return {name: np.asarray(whole[name].to_numpy()) for name in whole.columns}
