"""Made-up customers by the million, and what people remember of them: input for `recover`.

    python benchmarks/people.py 1000            # show some
    from benchmarks.people import customers, queries

`customers(n, seed)` gives n customers: 60 % Chinese persons, 28 % others, 12 % companies. Surnames
come as often as in China's census of 2020 (the hundred most frequent, 85 % of the people), given
names from characters weighted by rank (Zipf), so that about half have a namesake; 3 % share the
phone of another. `queries(made, n, seed)` gives n damaged memories with the place of the customer
meant and the kind of damage (`DAMAGES`, `PHONE_DAMAGES`). Nobody in it is real.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from pypinyin import lazy_pinyin

from mintmark.customer import Customer
from mintmark.text import fold

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "华明国英文玉小金秀建志海春德红桂晓军丽平云兰永生凤林光荣成新芳家梅龙清东霞美福燕艳强伟杰玲俊庆少辉立"
    "大长宏世亚振学忠飞洪爱淑斌宇珍翠勇香萍江峰超波佳琴慧雪月宝天刚敏雨连瑞静娟鹏祥义元莉浩胜嘉兵中正民子"
    "思智良涛景亮保卫珠洋泽传怡晨琳贵仁一欣瑶涵博轩梓诗琪雅婷悦梦洁倩蕾莹薇菲颖璐妍璇彤旭阳毅凯坤健鑫磊森"
    "楠柏松竹昊然睿哲远航翔诚信礼孝廉朋友善启达康宁安乐和顺昌盛兴旺富炜玮琦岚晗晴青婧静靖敬锦瑾谨晋进劲"
)
_USUAL = 0.78  # of the characters of given names are of these
_FIRST = (
    "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara"
    " Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa"
    " Matthew Margaret Anthony Betty Mark Sandra Donald Ashley Steven Kimberly Paul Emily Andrew"
    " Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa George Deborah Edward"
    " Stephanie Ronald Rebecca Timothy Laura Jason Sharon Jeffrey Cynthia Ryan Kathleen Jürgen Zoë"
    " François Søren Giulia Mateus Ingrid Lars Pavel Olga Ahmed Fatima Yusuf Priya Arjun Hiroshi"
    " Yuki Minh Kofi"
).split()
_LAST_STEMS = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez"
    " Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Thompson White Harris Sanchez"
    " Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores"
    " Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts O'Brien McDonald"
    " Müller Schröder García-Ruiz Lindqvist Novák Petrov Okafor Haddad Silva Rossi"
).split()
_LAST_ENDS = ("", "", "", *"s son er ford well man ton berg field ley wood".split())
_CITIES = (
    "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 苏州 天津 重庆 青岛 大连 厦门"
    " 长沙 郑州 济南 福州 合肥 昆明 宁波 无锡 佛山 东莞 营口 绵阳 洛阳 徐州 柳州"
    " 齐齐哈尔 呼和浩特"
).split()
_BRAND = "华大信达恒泰鑫瑞祥宏盛安康天地人和金银博远东方新世纪中联创美佳乐福源顺丰万嘉诚德明光正阳"
_TRADES = (
    "机械 科技 贸易 商贸 电子 建材 食品 医药 服饰 物流 化工 汽车配件 文化传媒"
    " 信息技术 环保设备 餐饮管理 房地产开发 建筑工程 广告 农业 印刷 包装 家具 电气 仪器"
).split()
_FORMS = ["有限公司", "有限责任公司", "股份有限公司", "厂", "集团有限公司"]
_LATIN_TRADES = (
    "Trading Systems Foods Logistics Consulting Engineering Textiles Partners Labs Media"
).split()
_LATIN_FORMS = ["Ltd.", "Inc.", "GmbH", "LLC", "Co., Ltd.", "S.A."]
_PREFIXES = ("130 131 133 135 136 138 139 150 151 158 159 177 180 185 186 188 189 198").split()
_MAIL = ["qq.com", "163.com", "126.com", "gmail.com", "outlook.com"]
_LOOKS = ("未末 土士 王玉 己已巳 天夫 大太 晴睛情清 林村 青肯 田由甲 人入 日曰目").split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Customers, and the kind of each: "zh", "en" or "org"."""

    customers: list[Customer]
    kinds: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is remembered of the customer at `place`, and how it was damaged."""

    place: int
    damage: str
    name: str | None = None
    phone: str | None = None


def customers(count: int, seed: int = 1) -> Made:
    """Make so many customers: a million in about ten seconds."""
    dice = np.random.default_rng(seed)
    kinds = dice.choice(["zh", "en", "org"], count, p=[0.60, 0.28, 0.12])
    names = np.empty(count, dtype=object)
    for kind, make in (("zh", _chinese), ("en", _latin), ("org", _companies)):
        chosen = kinds == kind
        names[chosen] = make(dice, int(chosen.sum()))
    phones = _phones(dice, count)
    mail = dice.integers(0, len(_MAIL), count)
    reached = dice.random((count, 2)) < (0.95, 0.5)
    made = [
        Customer(
            name=name,
            phone=phone if has_phone else None,
            email=f"c{place}@{_MAIL[domain]}" if has_mail else None,
        )
        for place, (name, phone, domain, (has_phone, has_mail)) in enumerate(
            zip(names.tolist(), phones, mail.tolist(), reached.tolist(), strict=True)
        )
    ]
    return Made(customers=made, kinds=kinds.tolist())


def queries(made: Made, count: int, seed: int = 2, *, rare: int | None = None) -> list[Query]:
    """Damage the names and phones of customers drawn at random, each kind of damage in turn.

    With `rare`, only of those whose name at most so many share.
    """
    dice = random.Random(seed)  # noqa: S311 - a benchmark has to repeat
    shared: defaultdict[str, int] = defaultdict(int)
    for customer in made.customers if rare else ():
        shared[fold(customer.name)] += 1
    found: list[Query] = []
    turns = [(label, damage, True) for label, damage in DAMAGES.items()]
    turns += [(label, damage, False) for label, damage in PHONE_DAMAGES.items()]
    while len(found) < count:
        label, damage, of_name = turns[len(found) % len(turns)]
        place = dice.randrange(len(made.customers))
        customer = made.customers[place]
        if rare and shared[fold(customer.name)] > rare:
            continue
        whole = customer.name if of_name else customer.phone
        said = damage(dice, whole) if whole else None
        if said and said != whole:
            fact = {"name": said} if of_name else {"phone": said}
            found.append(Query(place=place, damage=label, **fact))
    return found


# ---------------------------------------------------------------- names


def _zipf(count: int, flat: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    weights: np.ndarray[tuple[int], np.dtype[np.float64]] = 1 / (np.arange(count) + flat)
    return weights / float(weights.sum())


def _drawn(dice: np.random.Generator, pool: Sequence[str], count: int, flat: float) -> list[str]:
    chosen = dice.choice(len(pool), count, p=_zipf(len(pool), flat))
    return [pool[place] for place in chosen.tolist()]


def _rare() -> str:
    """Give some 900 characters that few are named with: each fourth of GB 2312, level 1."""
    level = (bytes((row, cell)) for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF, 4))
    return "".join(c for c in (one.decode("gb2312") for one in level) if c not in _GIVEN)


def _given(dice: np.random.Generator, count: int) -> list[str]:
    """Draw characters of given names.

    The 200 most frequent ones make up 78 % (1.2 billion names of 1930-2008; Bao H.-W.-S.,
    ChineseNames, 2021), and two names have the same character with a chance of 1 in 195; here,
    1 in 200.
    """
    usual, rare = _drawn(dice, _GIVEN, count, 20), _drawn(dice, _rare(), count, 10_000)
    is_usual = (dice.random(count) < _USUAL).tolist()
    return [u if chosen else r for u, r, chosen in zip(usual, rare, is_usual, strict=True)]


def _chinese(dice: np.random.Generator, count: int) -> list[str]:
    surnames, first = _drawn(dice, _SURNAMES, count, 6), _given(dice, count)
    second, two = _given(dice, count), (dice.random(count) < 0.15).tolist()  # noqa: PLR2004
    return [
        f"{s}{a}" if short else f"{s}{a}{b}"
        for s, a, b, short in zip(surnames, first, second, two, strict=True)
    ]


def _latin(dice: np.random.Generator, count: int) -> list[str]:
    first, stems = _drawn(dice, _FIRST, count, 10), _drawn(dice, _LAST_STEMS, count, 10)
    ends = dice.integers(0, len(_LAST_ENDS), count).tolist()
    middle = dice.integers(0, 60, count).tolist()
    return [
        f"{f}{f' {chr(65 + m)}.' if m < 26 else ''} {s}{_LAST_ENDS[e]}"  # noqa: PLR2004
        for f, s, e, m in zip(first, stems, ends, middle, strict=True)
    ]


def _companies(dice: np.random.Generator, count: int) -> list[str]:
    cities, trades = _drawn(dice, _CITIES, count, 10), _drawn(dice, _TRADES, count, 10)
    forms, brands = (
        _drawn(dice, _FORMS, count, 1),
        dice.integers(0, len(_BRAND), (count, 3)).tolist(),
    )
    stems, english = _drawn(dice, _LAST_STEMS, count, 30), (dice.random(count) < 0.25).tolist()  # noqa: PLR2004
    pairs = dice.integers(0, 60, (count, 2)).tolist()
    return [
        f"{stem} & {_LAST_STEMS[p[0]]} {_LATIN_TRADES[p[1] % 10]} {_LATIN_FORMS[p[1] // 10]}"
        if latin
        else city + "".join(_BRAND[b] for b in brand) + trade + form
        for city, trade, form, brand, stem, latin, p in zip(
            cities, trades, forms, brands, stems, english, pairs, strict=True
        )
    ]


def _phones(dice: np.random.Generator, count: int) -> list[str]:
    prefixes = dice.integers(0, len(_PREFIXES), count).tolist()
    numbers = dice.integers(0, 10**8, count)
    phones = [f"+86{_PREFIXES[p]}{n:08}" for p, n in zip(prefixes, numbers.tolist(), strict=True)]
    for place in np.flatnonzero(dice.random(count) < 0.03).tolist():  # noqa: PLR2004
        phones[place] = phones[int(numbers[place]) % count]  # one household, one switchboard
    return phones


# ---------------------------------------------------------------- damages

Damage = Callable[[random.Random, str], str | None]  # None: this name cannot be damaged so


@cache
def _homophones() -> dict[str, str]:
    sounds: defaultdict[str, str] = defaultdict(str)
    for character in dict.fromkeys(_GIVEN):
        sounds[lazy_pinyin(character)[0]] += character
    return {c: same.replace(c, "") for same in sounds.values() for c in same}


def _is_chinese(name: str) -> bool:
    return len(name) <= 3 and name[0] > "\u3400"  # noqa: PLR2004


def _is_company(name: str) -> bool:
    return any(name.endswith(form) for form in (*_FORMS, *_LATIN_FORMS))


def _replaced(dice: random.Random, name: str, others: Callable[[str], str]) -> str | None:
    places = [place for place, c in enumerate(name) if place and others(c)]
    if not _is_chinese(name) or not places:
        return None
    place = dice.choice(places)
    return name[:place] + dice.choice(others(name[place])) + name[place + 1 :]


def _homophone(dice: random.Random, name: str) -> str | None:
    return _replaced(dice, name, lambda c: _homophones().get(c, ""))


def _look_alike(dice: random.Random, name: str) -> str | None:
    alike = {c: group.replace(c, "") for group in _LOOKS for c in group}
    return _replaced(dice, name, lambda c: alike.get(c, ""))


def _wrong(dice: random.Random, name: str) -> str | None:
    return _replaced(dice, name, lambda c: _GIVEN.replace(c, ""))


def _missing(dice: random.Random, name: str) -> str | None:
    if not _is_chinese(name) or len(name) < 3:  # noqa: PLR2004
        return None
    place = dice.randrange(1, len(name))
    return name[:place] + name[place + 1 :]


def _swapped(_dice: random.Random, name: str) -> str | None:
    return name[0] + name[:0:-1] if _is_chinese(name) and len(name) > 2 else None  # noqa: PLR2004


def _pinyin(dice: random.Random, name: str) -> str | None:
    if not _is_chinese(name):
        return None
    surname, *given = (
        sound.replace("v", dice.choice(["v", "ü", "yu"])) for sound in lazy_pinyin(name)
    )
    joined = "".join(given)
    spaced = f"{surname} {joined}"
    return dice.choice([
        spaced.title(), f"{joined} {surname}".title(), surname + joined, spaced.upper(),
        f"{surname.upper()}, {joined.title()}", " ".join((surname, *given)).title(),
    ])  # fmt: skip


def _typo(dice: random.Random, word: str) -> str:
    place, letter = dice.randrange(1, len(word)), dice.choice("abcdefghijklmnopqrstuvwxyz")
    before, after = word[:place], word[place:]
    return dice.choice([
        before + letter + after[1:], before + letter + after, before + after[1:],
        before[:-1] + after[0] + before[-1] + after[1:],
    ])  # fmt: skip


def _pinyin_typo(dice: random.Random, name: str) -> str | None:
    return _typo(dice, "".join(lazy_pinyin(name))) if _is_chinese(name) else None


def _titled(dice: random.Random, name: str) -> str | None:
    if _is_chinese(name):
        return name + dice.choice(["先生", "女士", "经理", "（旧）"])
    return None if _is_company(name) else f"{dice.choice(['Mr.', 'Dr.', 'Mrs.'])} {name}"


def _letters(dice: random.Random, name: str) -> str | None:
    words = name.split()
    if name[0] > "\u3400" or _is_company(name):
        return None
    place = dice.choice([0, len(words) - 1])
    words[place] = _typo(dice, words[place])
    return " ".join(words)


def _word_order(_dice: random.Random, name: str) -> str | None:
    words = name.split()
    latin = len(words) > 1 and name[0] < "\u3400" and not _is_company(name)
    return f"{words[-1]}, {' '.join(words[:-1])}" if latin else None


def _no_form(_dice: random.Random, name: str) -> str | None:
    form = next(
        (form for form in (*_LATIN_FORMS, *_FORMS[::-1], *_FORMS) if name.endswith(form)), ""
    )
    return name.removesuffix(form).strip() if form else None


def _city_moved(dice: random.Random, name: str) -> str | None:
    city = next((city for city in _CITIES if name.startswith(city)), None)
    if city is None or not _is_company(name):
        return None
    bare = name.removeprefix(city)
    return dice.choice([bare, f"{bare[:3]}（{city}）{bare[3:]}", f"{city}市{bare}"])


def _and(_dice: random.Random, name: str) -> str | None:
    return name.replace("&", "and") if "&" in name else None


DAMAGES: dict[str, Damage] = {
    "homophone": _homophone, "look-alike": _look_alike, "wrong character": _wrong,
    "missing character": _missing, "swapped characters": _swapped, "pinyin": _pinyin,
    "pinyin typo": _pinyin_typo, "title": _titled, "letter typo": _letters,
    "word order": _word_order, "no legal form": _no_form, "city moved": _city_moved, "and": _and,
}  # fmt: skip


def _digit_wrong(dice: random.Random, phone: str) -> str:
    place = dice.randrange(6, len(phone))
    other = dice.choice("0123456789".replace(phone[place], ""))
    return phone[3:place] + other + phone[place + 1 :]


def _digits_swapped(dice: random.Random, phone: str) -> str:
    place = dice.randrange(6, len(phone) - 1)
    return phone[3:place] + phone[place + 1] + phone[place] + phone[place + 2 :]


def _digit_missing(dice: random.Random, phone: str) -> str:
    place = dice.randrange(4, len(phone))
    return phone[3:place] + phone[place + 1 :]


PHONE_DAMAGES: dict[str, Damage] = {
    "digit wrong": _digit_wrong, "digits swapped": _digits_swapped, "digit missing": _digit_missing,
}  # fmt: skip


if __name__ == "__main__":
    shown = customers(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    for query in queries(shown, 32):
        meant = shown.customers[query.place]
        sys.stdout.write(f"{query.damage:20} {query.name or query.phone}  ←  {meant}\n")
