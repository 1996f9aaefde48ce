"""Pinyin of which only initials were written: ``zhangw``, ``zw``, ``zhang xm``.

>>> next(abbreviated("zhangw"))
('zhang', 'wa')
>>> ("zhang", "wei") in set(abbreviated("zw"))
True
>>> list(abbreviated("smith"))
[]
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, product

from mintmark.match.sounds import Sounds, homophones, readings, segmentations

_INITIALS = re.compile(r"((?:zh|ch|sh|[bcdfghjklmnpqrstwxyz]){1,4})$")
_INITIAL = re.compile(r"zh|ch|sh|[a-z]")
_MOST = 4  # syllables of an abbreviated name
# The most frequent surnames, in about their order: nine in ten people have one of them.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁"
    "尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时"
    "穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
    "隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮"
    "粟冼蔺楼盘满闻"
)


@cache
def surnames(sound: str) -> str:
    """Give the frequent surnames that sound so, or begin so if it is an initial.

    >>> surnames("zhang"), surnames("lv"), surnames("zh")[:4]
    ('张章', '吕', '张赵周朱')
    """
    whole = sound in homophones() and sound not in "aeo"
    heard = ((name, readings(name)[0][0]) for name in SURNAMES)
    return "".join(n for n, said in heard if (said == sound if whole else said.startswith(sound)))


def abbreviated(word: str) -> Iterator[Sounds]:
    """Give the names that letters may abbreviate: full syllables first, initials after them."""
    found = _INITIALS.search(word)
    if not found:
        return
    letters = found[1]
    for taken in range(1, len(letters) + 1):
        head, initials = word[: len(word) - taken], _INITIAL.findall(word[len(word) - taken :])
        for cut in segmentations(head) if head else ((),):
            if 1 < len(cut) + len(initials) <= _MOST:
                yield from (tuple(chain(cut, rest)) for rest in _completed(initials, not cut))


def _completed(initials: list[str], first: bool) -> Iterator[Sounds]:  # noqa: FBT001
    """Give all syllables for each initial; for the first of a name those of frequent surnames."""
    every = homophones()
    places = [
        _sounds(surnames(initial))
        if first and not place
        else [sound for sound in every if sound.startswith(initial)]
        for place, initial in enumerate(initials)
    ]
    yield from product(*places)


def _sounds(names: str) -> list[str]:
    """Give how surnames sound, each once."""
    return list(dict.fromkeys(readings(name)[0][0] for name in names))
