"""What other products and people call the words of the rule language: for suggestions only.

>>> name_of("流水号"), name_of("Rand String"), name_of("created_at"), name_of("colour")
('seq', 'random', 'registered', '')
>>> option_of("increment"), period_of("每年"), system_of("mod97")
('step', 'year', '97-10')
"""

import unicodedata

# Our word → theirs. A form goes with a name where theirs says one: {year} is {registered:YYYY}.
_NAMES = {
    "seq": "编号 流水号 流水 序号 序列号 顺序号 号码 num no nr seqnum sequence counter number "
    "autonumber serial increment",
    "random": "randstring randomstring rand 随机 随机码 随机数",
    "check": "校验 校验码 校验位 checkdigit checksum",
    "initials": "pinyin 拼音 首字母 name 姓名 名称 客户名称",
    "type": "类型 客户类型 类别 客户类别 customertype",
    "region": "地区 区域 城市 省 省份 area city province",
    "industry": "行业 trade",
    "branch": "门店 分公司 机构 部门 org organisation organization company department store",
    "registered": "日期 登记日期 注册日期 date datetime datetimeutc createdat registeredat",
    "created": "创建日期 创建时间 createdate",
    "contract": "签约日期 合同日期 contractdate",
    "registered:YYYY": "year 年 年份",
    "registered:YYYYMM": "年月 yearmonth",
    "registered:YYYYMMDD": "年月日",
    "registered:MM": "month 月 月份",
    "registered:DD": "day 日",
}
_OPTIONS = {
    "start": "begin from seed first min",
    "end": "max to last",
    "step": "by increment interval",
    "reset": "restart cycle",
    "per": "scope",
}
_PERIODS = {
    "year": "年 每年 按年 yearly annual annually",
    "month": "月 每月 按月 monthly",
    "day": "日 天 每日 每天 按日 daily",
    "week": "周 每周 按周 weekly",
    "quarter": "季 季度 每季 按季 quarterly",
    "fiscal-year": "财年 会计年度 fiscal fy fiscalyear",
    "never": "不 不重置 none no",
}
_SYSTEMS = {
    "luhn": "mod10 modulus10",
    "97-10": "mod97 iban",
    "37-36": "iso7064 mod37",
    "gs1": "ean13 ean gs113 upc",
    "11-2": "mod11",
}


def _plain(word: str) -> str:
    """Give a word without what people write differently: case, width, spaces, underscores."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", word).casefold()))


def _turned(words: dict[str, str]) -> dict[str, str]:
    return {theirs: ours for ours, said in words.items() for theirs in said.split()}


_BY_NAME, _BY_OPTION, _BY_PERIOD, _BY_SYSTEM = map(_turned, (_NAMES, _OPTIONS, _PERIODS, _SYSTEMS))


def name_of(word: str) -> str:
    """Give our name of a segment, with its form where the word says one; "" if there is none."""
    return _BY_NAME.get(_plain(word), "")


def option_of(word: str) -> str:
    """Give our name of an option; "" if there is none."""
    return _BY_OPTION.get(_plain(word), "")


def period_of(word: str) -> str:
    """Give our name of a period; "" if there is none."""
    return _BY_PERIOD.get(_plain(word), "")


def system_of(word: str) -> str:
    """Give our name of a check system; "" if there is none."""
    return _BY_SYSTEM.get(_plain(word), "")
