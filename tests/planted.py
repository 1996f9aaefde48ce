"""Legacy codes as people in many trades have given them out: planted rules, slips, styles."""

import random
import string
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from mintmark.checkchar import SYSTEMS

TYPES = {"V": "VIP", "N": "普通", "P": "潜在"}
LEVELS = {"A": "钻石", "B": "黄金", "C": "白银", "D": "普通卡"}
REGIONS = {
    "BJ": "北京", "SH": "上海", "GZ": "广州", "SZ": "深圳",
    "CD": "成都", "HZ": "杭州", "NJ": "南京", "WH": "武汉",
}  # fmt: skip
AIRPORTS = {
    "BJ": "北京", "SHA": "上海", "GZ": "广州", "SZX": "深圳", "CD": "成都", "HGH": "杭州",
}  # fmt: skip
SHOPS = {
    "101": "王府井店", "102": "西单店", "207": "徐家汇店", "311": "天河店", "405": "春熙路店",
}  # fmt: skip
CITIES = {"HZ0571": "杭州", "NB0574": "宁波", "WZ0577": "温州", "SX0575": "绍兴"}
INDUSTRIES = {"FIN": "金融", "EDU": "教育", "MED": "医疗", "MFG": "制造"}
WARDS = {"01": "内科", "02": "外科", "03": "儿科", "05": "骨科", "11": "眼科"}
TABLES = {
    "type": TYPES, "level": LEVELS, "region": REGIONS, "airport": AIRPORTS, "shop": SHOPS,
    "city": CITIES, "industry": INDUSTRIES, "ward": WARDS,
}  # fmt: skip
NAMES = dict(zip("王李张刘陈赵黄周吴", "WLZLCZHZW", strict=True))
GIVEN = dict(zip("伟芳娜敏静强磊洋勇杰", "WFNMJQLYYJ", strict=True))
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE36 = string.digits + string.ascii_uppercase


@dataclass(frozen=True)
class Planted:
    """A rule as people may have used it; `pieces` say how a code is put together."""

    rule: str
    pieces: tuple[str, ...]
    also: tuple[str, ...] = ()
    scope: tuple[str, ...] | None = None  # None: all other pieces
    tables: dict[str, str] = field(
        default_factory=dict, hash=False
    )  # name in the rule → table planted
    start: int = 1
    step: int = 1
    check: str | None = None
    digits: bool = False
    years: tuple[int, int] = (2019, 2024)
    count: int = 2500


@dataclass
class Customer:
    """Whoever gets a code."""

    day: date
    name: str
    letters: str
    values: dict[str, str]


def _customers(plan: Planted, count: int, dice: random.Random) -> list[Customer]:
    first = date(plan.years[0], 1, 1)
    span = (date(plan.years[1], 12, 31) - first).days
    days = sorted(first + timedelta(dice.randrange(span + 1)) for _ in range(count))
    made = []
    for day in days:
        surname, given = dice.choice([*NAMES]), dice.choice([*GIVEN])
        values = {
            name: dice.choices([*table], weights=[1 / (2 + at) for at in range(len(table))])[0]
            for name, table in TABLES.items()
        }
        made.append(Customer(day, surname + given, NAMES[surname] + GIVEN[given], values))
    return made


def _spell_day(form: str, day: date) -> str:
    week = day.isocalendar()
    return {
        "YYYYMMDD": f"{day:%Y%m%d}", "YYYYMM": f"{day:%Y%m}", "YYYY": f"{day:%Y}",
        "YY": f"{day:%y}",
        "YYMM": f"{day:%y%m}", "MM": f"{day:%m}", "DD": f"{day:%d}", "YYMMDD": f"{day:%y%m%d}",
        "DDMMYYYY": f"{day:%d%m%Y}", "GGGG": f"{week.year:04}", "WW": f"{week.week:02}",
        "GGGGWW": f"{week.year:04}{week.week:02}", "YYYYDDD": f"{day:%Y%j}", "YYDDD": f"{day:%y%j}",
        "Q": str((day.month + 2) // 3), "DDMMYY": f"{day:%d%m%y}",
    }[form]  # fmt: skip


def _based(number: int, width: int, alphabet: str) -> str:
    text = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    return text.rjust(width, "0")


def _number(piece: str, number: int, dice: random.Random) -> str:
    kind, _, wide = piece.partition(":")
    width = int(wide)
    if kind == "picture":
        return string.ascii_uppercase[number // 1000] + f"{number % 1000:03}"
    if kind in COUNTED:
        return _based(number, width, COUNTED[kind]) if width > 1 else str(number)
    return "".join(dice.choices(DRAWN[kind], k=width))


COUNTED = {"seq": string.digits, "hex": BASE36[:16], "base36": BASE36}
DRAWN = {"crockford": CROCKFORD, "opaque36": BASE36, "digits": string.digits}
NUMBERS = ("picture", *COUNTED, *DRAWN)


def spell(plan: Planted, count: int, seed: int = 1) -> tuple[list[str], list[Customer]]:
    """Give codes in the order in which they were given out."""
    dice = random.Random(seed)  # noqa: S311
    counters: dict[tuple[str, ...], int] = defaultdict(lambda: plan.start - plan.step)
    codes, customers, seen = list[str](), _customers(plan, count, dice), set[str]()
    kept = []
    for customer in customers:
        said = [_said(piece, customer) for piece in plan.pieces]
        scope = tuple(
            text
            for piece, text in zip(plan.pieces, said, strict=True)
            if plan.scope is None or piece in plan.scope
        )
        counters[scope] += plan.step
        code = "".join(
            _number(piece, counters[scope], dice) if piece.split(":")[0] in NUMBERS else text
            for piece, text in zip(plan.pieces, said, strict=True)
        )
        if code in seen:
            continue
        seen.add(code)
        codes.append(_checked(plan, code))
        kept.append(customer)
    return codes, kept


def _said(piece: str, customer: Customer) -> str:
    kind, _, form = piece.partition("=")
    if kind.split(":")[0] in NUMBERS:
        return ""
    if kind == "code":
        return customer.values[form]
    if kind == "date":
        return _spell_day(form, customer.day)
    return customer.letters if kind == "initials" else piece


def _checked(plan: Planted, code: str) -> str:
    if plan.check is None:
        return code
    body = "".join(filter(str.isdigit if plan.digits else str.isalnum, code))
    return code + SYSTEMS[plan.check].compute(body)


def _slip(code: str, dice: random.Random) -> str:
    """Type a code wrong, so that it is no code of its rule any more."""
    at = dice.randrange(len(code))
    kind = dice.randrange(4)
    if kind == 0:
        return code[:at] + "?!"[at % 2] * 2 + dice.choice(string.ascii_uppercase) * 2 + code[at:]
    if kind == 1:
        return code[: len(code) // 2] + "Ö"
    if kind == 2:
        return dice.choice(["N/A", "待定", "test", "无", "TEMP", "see note", "张三", "-"]) + str(
            at % 3
        )
    return code + dice.choice("ÄÖÜ") + str(at)


def _restyle(code: str, dice: random.Random) -> str:
    """Type a code otherwise; it stays the same code."""
    wide = {n: n + 0xFEE0 for n in range(0x21, 0x7F)}
    return dice.choice([
        code.lower(), code + "  ", code.translate(wide), code.replace("-", ""), f" {code}",
    ])  # fmt: skip


def noisy(codes: Sequence[str], share: float, seed: int = 5) -> tuple[list[str], set[int]]:
    """Spoil some codes, and type as many in another style."""
    dice = random.Random(seed)  # noqa: S311
    typed, wrong = [], set()
    for place, code in enumerate(codes):
        draw = dice.random()
        if draw < share:
            typed.append(_slip(code, dice))
            wrong.add(place)
        else:
            typed.append(_restyle(code, dice) if draw < 2 * share else code)
    return typed, wrong


PLANTED = (
    Planted("{type}-{region}-{registered:YYYYMMDD}-{seq:5}",
        ("code=type", "-", "code=region", "-", "date=YYYYMMDD", "-", "seq:5"),
        tables={"type": "type", "region": "region"}),
    Planted("V-BJ-{registered:YYYYMMDD}-{seq:5}", ("V-BJ-", "date=YYYYMMDD", "-", "seq:5")),
    Planted("KH{seq:6}", ("KH", "seq:6")),
    Planted("CUST-{registered:YYYY}-{seq:4}", ("CUST-", "date=YYYY", "-", "seq:4")),
    Planted("C{seq:5,start=10001}", ("C", "seq:5"), start=10001, also=("C{seq:5,start=10000}",)),
    Planted("{seq:10,start=100001}", ("seq:10",), start=100001, also=("{seq:10,start=100000}",)),
    Planted("SO/{registered:YYYY}/{registered:MM}/{seq:4}",
        ("SO/", "date=YYYY", "/", "date=MM", "/", "seq:4")),
    Planted("{region}{registered:YYMM}-{seq:4}-{check:luhn,of=digits}",
        ("code=region", "date=YYMM", "-", "seq:4", "-"), check="luhn", digits=True,
        tables={"region": "region"}),
    Planted("{region}-{type}-{seq:4}", ("code=city", "-", "code=type", "-", "seq:4"),
        tables={"region": "city", "type": "type"}, also=("{part1}-{type}-{seq:4}",)),
    Planted("{seq:A000}", ("picture:4",)),
    Planted("{random:8,alphabet=crockford}", ("crockford:8",)),
    Planted("{part1}{registered:YYYY}{seq:4}", ("code=shop", "date=YYYY", "seq:4"),
        tables={"part1": "shop"}),
    Planted("FY{registered:FYY}-{seq:5}", ("FY", "date=YY", "-", "seq:5")),
    Planted("{registered:GGGG}W{registered:WW}-{seq:3}",
        ("date=GGGG", "W", "date=WW", "-", "seq:3")),
    Planted("{region}{registered:YYYYMM}{seq:4}", ("code=airport", "date=YYYYMM", "seq:4"),
        tables={"region": "airport"}),
    Planted("{registered:YYYYMMDD}{seq:3}", ("date=YYYYMMDD", "seq:3")),
    Planted("{registered:YYMMDD}-{part1}-{seq:3}", ("date=YYMMDD", "-", "code=ward", "-", "seq:3"),
        tables={"part1": "ward"}),
    Planted("P{registered:DDMMYYYY}{seq:3}", ("P", "date=DDMMYYYY", "seq:3")),
    Planted("{part1}{registered:YYYY}Q{registered:Q}-{seq:4}",
        ("code=level", "date=YYYY", "Q", "date=Q", "-", "seq:4"), tables={"part1": "level"}),
    Planted("L{registered:YYYYDDD}-{seq:2}", ("L", "date=YYYYDDD", "-", "seq:2")),
    Planted("{part1}-{seq:6}-{check:37-36}", ("code=industry", "-", "seq:6", "-"), check="37-36",
        tables={"part1": "industry"}),
    Planted("{seq:9}{check:damm}", ("seq:9",), check="damm"),
    Planted("{random:8,alphabet=decimal}{check:verhoeff}", ("digits:8",), check="verhoeff"),
    Planted("69{part1}{seq:7}{check:gs1}", ("69", "code=shop", "seq:7"), check="gs1",
        tables={"part1": "shop"}),
    Planted("{part1}{seq:5}{check:97-10}", ("code=industry", "seq:5"), check="97-10",
        tables={"part1": "industry"}),
    Planted("C-{seq:4,alphabet=hex}", ("C-", "hex:4")),
    Planted("C-{seq:4,alphabet=base36}", ("C-", "base36:4")),
    Planted("X{registered:YYYY}{random:6,alphabet=base36}", ("X", "date=YYYY", "opaque36:6")),
    Planted("{type}{region}{registered:YYYYMM}{seq:4,per=none}",
        ("code=type", "code=region", "date=YYYYMM", "seq:4"), scope=("date=YYYYMM",),
        tables={"type": "type", "region": "region"}),
    Planted("{region}-{registered:YYYYMMDD}-{seq:6,per=none,reset=never}",
        ("code=region", "-", "date=YYYYMMDD", "-", "seq:6"), scope=(), tables={"region": "region"}),
    Planted("{type}-{registered:YYMM}-{seq:5,reset=year}",
        ("code=type", "-", "date=YYMM", "-", "seq:5"),
        scope=("code=type", "year"), tables={"type": "type"}),
    Planted("D{seq:6,start=1000,step=10}", ("D", "seq:6"), start=1000, step=10),
    Planted("M{seq:1,widen}", ("M", "seq:1")),
    Planted("{type}-{seq:3,widen}", ("code=type", "-", "seq:3"), tables={"type": "type"},
        count=6000),
    Planted("{part1}{seq:5}", ("code=shop", "seq:5"), tables={"part1": "shop"}),
)  # fmt: skip


@cache
def codes_of(plan: Planted) -> tuple[list[str], list[Customer]]:
    if "year" in (plan.scope or ()):
        return _yearly(plan)
    return spell(plan, plan.count)


def _yearly(plan: Planted) -> tuple[list[str], list[Customer]]:
    """Number by year although the code shows the month, too."""
    dice = random.Random(1)  # noqa: S311
    counters: dict[tuple[str, int], int] = defaultdict(int)
    codes, customers = [], _customers(plan, plan.count, dice)
    for customer in customers:
        key = (customer.values["type"], customer.day.year)
        counters[key] += 1
        codes.append(f"{key[0]}-{_spell_day('YYMM', customer.day)}-{counters[key]:05}")
    return codes, customers
