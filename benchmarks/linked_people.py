"""Made-up records of which some are one customer, damaged as people damage them: for linking.py.

Seven in ten records are somebody's first, drawn by people.py; the others are of the same customers
once more, one to four times: half of the names damaged (`DAMAGES`), phones kept, misdialled,
changed or missing, e-mails and addresses kept, changed, shortened or missing.
"""

import random
from collections.abc import Iterator

import polars as pl
from benchmarks.people import DAMAGES, PHONE_DAMAGES, customers

from mintmark.customer import Customer

_FIRST = 0.7
_ROADS = "人民路 解放路 中山路 建设路 新华路 和平路 文化路 胜利路 长江路 育才路".split()
_CITIES = (
    "北京市 上海市 广州市 深圳市 成都市 杭州市 武汉市 西安市 南京市 苏州市 青岛市 长沙市".split()
)
_DISTRICTS = "东城区 西湖区 江北区 高新区 新城区 开发区 南山区 城关区".split()
COLUMNS = ("name", "phone", "email", "address", "region")
Told = tuple[str | None, ...]


def linked_people(count: int, seed: int = 1) -> pl.DataFrame:
    """Make so many records: `entity_id` (who it is), `damage` (of the name) and `COLUMNS`."""
    dice = random.Random(seed)  # noqa: S311 - a benchmark has to repeat
    made = customers(int(count * _FIRST), seed).customers
    homes = [_home(dice) for _ in made]
    rows = [(n, "first", *_first(dice, one, homes[n])) for n, one in enumerate(made)]
    again = _again(dice, len(made))
    while len(rows) < count:
        entity = next(again)
        damage, name = _called(dice, made[entity].name)
        rows.append((entity, damage, name, *_reached(dice, made, homes, entity)))
    dice.shuffle(rows)
    texts = dict.fromkeys(("damage", *COLUMNS), pl.String)
    return pl.DataFrame(rows, schema={"entity_id": pl.Int64, **texts}, orient="row")


def _again(dice: random.Random, people: int) -> Iterator[int]:
    while True:
        entity = dice.randrange(people)
        for _ in range(dice.choice((1, 1, 1, 2, 2, 4))):
            yield entity


def _home(dice: random.Random) -> tuple[str, str]:
    region = dice.choice(_CITIES)
    house = f"{dice.choice(_ROADS)}{dice.randint(1, 400)}号{dice.randint(101, 2900)}室"
    return region, f"{region}{dice.choice(_DISTRICTS)}{house}"


def _first(dice: random.Random, one: Customer, home: tuple[str, str]) -> Told:
    region, address = home
    return (
        one.name,
        one.phone,
        one.email,
        _or_none(dice, address, 0.8),
        _or_none(dice, region, 0.9),
    )


def _or_none(dice: random.Random, text: str | None, often: float) -> str | None:
    return text if dice.random() < often else None


def _called(dice: random.Random, name: str) -> tuple[str, str]:
    """Give a damage and the name with it: in half of the cases, where it can be damaged so."""
    for _ in range(8 if dice.random() < 0.5 else 0):  # noqa: PLR2004
        label = dice.choice(tuple(DAMAGES))
        said = DAMAGES[label](dice, name)
        if said and said != name:
            return label, said
    return "none", name


def _reached(
    dice: random.Random, made: list[Customer], homes: list[tuple[str, str]], entity: int
) -> Told:
    region, address = homes[entity]
    other = dice.randrange(len(made))
    email = dice.choices((made[entity].email, made[other].email, None), (0.55, 0.1, 0.35))[0]
    lived = dice.choices(
        (
            address,
            address.removeprefix(region),
            address.partition("号")[0] + "号",
            homes[other][1],
            None,
        ),
        (0.35, 0.12, 0.1, 0.13, 0.3),
    )[0]
    return (
        _phone(dice, made[entity].phone, made[other].phone),
        email,
        lived,
        _or_none(dice, region, 0.8),
    )


def _phone(dice: random.Random, phone: str | None, other: str | None) -> str | None:
    if phone is None:
        return None
    misdialled = "+86" + dice.choice(list(PHONE_DAMAGES.values()))(dice, phone)  # type: ignore[operator]
    return dice.choices((phone, misdialled, other, None), (0.68, 0.13, 0.07, 0.12))[0]
