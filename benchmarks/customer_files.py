"""Files of made-up customers as companies keep them, nine columns each: for importing.py.

    python benchmarks/customer_files.py 1000000 customers.csv

People are those of people.py, with valid ID numbers (GB 11643 for people, GB 32100 for companies),
dates written in three ways and phone numbers in two. One row in twenty is of somebody who is there
already: half of those are exact copies; of the others the name is damaged, or the phone number or
e-mail address is left out, or a changed one.
"""

import random
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.customer_rule import TABLES
from benchmarks.people import DAMAGES, customers

HEADINGS = {
    "name": "姓名", "type": "客户类型", "region": "地区", "registered": "登记日期", "phone": "手机",
    "email": "邮箱", "id_number": "证件号码", "address": "地址", "owner": "负责人",
}  # fmt: skip
_TYPES, _REGIONS = list(TABLES["type"].values()), list(TABLES["region"].values())
_OWNERS = [
    f"{a}{b}" for a in "王李张刘陈" for b in ("伟", "芳", "娜", "敏", "静", "强", "磊", "洋")
]
_DISTRICTS = "东城区 西湖区 江北区 高新区 新城区 开发区 南山区 城关区".split()
_ROADS = "人民路 解放路 中山路 建设路 新华路 和平路 文化路 胜利路 长江路 育才路".split()
_MAIL = ["qq.com", "163.com", "126.com", "gmail.com", "outlook.com"]
_FIRST_DAY, _DAYS = date(2020, 1, 1), 2000
_BORN, _AGES = date(1940, 1, 1), 24_000  # days
_REPEATED = 0.05  # of the rows
_REACHED = {"phone": 0.95, "email": 0.5, "id_number": 0.85, "address": 0.9}
_RESIDENT = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_COMPANY = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_COMPANY_LETTERS = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
Dice = np.random.Generator


def people(count: int, seed: int = 1, before: pl.DataFrame | None = None) -> pl.DataFrame:
    """Make so many rows, each fact as a text or null; a million in less than a minute.

    With `before`, half of the repeated rows are of customers of that file.
    """
    dice = np.random.default_rng(seed)
    again = int(count * _REPEATED)
    first = _first(dice, count - again, seed)
    of_before = again // 2 if before is not None else 0
    some = [_drawn(dice, first, again - of_before)]
    if before is not None:
        some.append(_drawn(dice, before, of_before))
    repeated = _damaged(dice, pl.concat(some))
    order = dice.permutation(count)
    return pl.concat([first, repeated])[order]


def _drawn(dice: Dice, rows: pl.DataFrame, count: int) -> pl.DataFrame:
    return rows[dice.integers(0, rows.height, count)]


def _first(dice: Dice, count: int, seed: int) -> pl.DataFrame:
    made = customers(count, seed)
    company = np.array(made.kinds) == "org"
    days = np.datetime64(_FIRST_DAY) + dice.integers(0, _DAYS, count)
    mail = np.char.add(np.char.add(_numbered(f"c{seed}.", count), "@"), _of(dice, _MAIL, count))
    texts: dict[str, Any] = {
        "name": [one.name for one in made.customers],
        "type": _of(dice, _TYPES, count, (0.1, 0.7, 0.2)),
        "region": _of(dice, _REGIONS, count),
        "registered": days,
        "phone": [one.phone for one in made.customers],
        "email": mail,
        "id_number": np.where(company, _companies(dice, count), _residents(dice, count)),
    }
    rows = pl.DataFrame(texts).with_columns(
        pl.col("registered").cast(pl.Date), pl.col("phone").str.strip_prefix("+86")
    )
    rows = rows.with_columns(
        address=_addresses(dice, rows["region"]), owner=pl.Series(_of(dice, _OWNERS, count))
    )
    rows = rows.with_columns(_date(dice, count), _phone(dice, count))
    return rows.with_columns(_kept(dice, count, name, often) for name, often in _REACHED.items())


def _of(
    dice: Dice, values: list[str], count: int, often: tuple[float, ...] | None = None
) -> npt.NDArray[Any]:
    return np.array(values)[dice.choice(len(values), count, p=often)]


def _numbered(before: str, count: int) -> npt.NDArray[Any]:
    return np.char.add(before, np.arange(count).astype(str))


def _chance(dice: Dice, count: int, often: float) -> pl.Series:
    return pl.Series(dice.random(count) < often)


def _kept(dice: Dice, count: int, name: str, often: float) -> pl.Expr:
    return pl.when(_chance(dice, count, often)).then(pl.col(name)).alias(name)


def _date(dice: Dice, count: int) -> pl.Expr:
    day = pl.col("registered").dt
    return (
        pl.when(_chance(dice, count, 0.8)).then(day.to_string("%Y-%m-%d"))
        .when(_chance(dice, count, 0.5)).then(day.to_string("%Y/%-m/%-d"))
        .otherwise(day.to_string("%Y年%-m月%-d日")).alias("registered")
    )  # fmt: skip


def _phone(dice: Dice, count: int) -> pl.Expr:
    digits = pl.col("phone").str
    spaced = pl.concat_str(digits.slice(0, 3), digits.slice(3, 4), digits.slice(7), separator=" ")
    return pl.when(_chance(dice, count, 0.1)).then(spaced).otherwise("phone").alias("phone")


def _addresses(dice: Dice, regions: pl.Series) -> pl.Series:
    count = len(regions)
    house = pl.Series(dice.integers(1, 400, count)).cast(pl.String)
    room = pl.Series(dice.integers(101, 2900, count)).cast(pl.String)
    street = pl.Series(_of(dice, _DISTRICTS, count)) + pl.Series(_of(dice, _ROADS, count))
    return regions + "市" + street + house + "号" + room + "室"


# ---------------------------------------------------------------- ID numbers


def _residents(dice: Dice, count: int) -> npt.NDArray[Any]:
    """Make numbers of people: district, date of birth, serial number, check digit."""
    born = pl.Series(np.datetime64(_BORN) + dice.integers(0, _AGES, count)).cast(pl.Date)
    districts = pl.Series(dice.integers(110101, 659001, count)).cast(pl.String)
    serial = pl.Series(dice.integers(1, 1000, count)).cast(pl.String).str.zfill(3)
    bare = (districts + born.dt.to_string("%Y%m%d") + serial).to_numpy().astype("U17")
    sums = (bare.view("U1").reshape(count, 17).astype(np.int64) * _RESIDENT).sum(axis=1)
    return np.char.add(bare, np.array(list("10X98765432"))[sums % 11])


def _companies(dice: Dice, count: int) -> npt.NDArray[Any]:
    """Make social credit codes: 91, district, organisation, check character."""
    values = dice.integers(0, len(_COMPANY_LETTERS), (count, 17))
    values[:, 0], values[:, 1] = 9, 1
    values[:, 2:8] = dice.integers(0, 10, (count, 6))
    bare = np.ascontiguousarray(_COMPANY_LETTERS[values]).view("U17")[:, 0]
    check = -(values * _COMPANY).sum(axis=1) % 31
    return np.char.add(bare, _COMPANY_LETTERS[check])


# ---------------------------------------------------------------- the same people once more


def _damaged(dice: Dice, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave half of the rows as they are; damage the others as people do."""
    rows = rows.with_columns(copy=_chance(dice, rows.height, 0.5))
    whim = random.Random(int(dice.integers(1 << 30)))  # noqa: S311 - a benchmark has to repeat
    names = [
        name if copy else _called(whim, name)
        for name, copy in rows.select("name", "copy").iter_rows()
    ]
    moved = {
        "phone": 0.8, "email": 0.6, "id_number": 0.6, "address": 0.6,
    }  # fmt: skip
    gone = [
        pl.when(pl.col("copy") | _chance(dice, rows.height, often)).then(pl.col(name)).alias(name)
        for name, often in moved.items()
    ]
    return rows.with_columns(pl.Series("name", names), *gone).drop("copy")


def _called(dice: random.Random, name: str) -> str:
    said = dice.choice(tuple(DAMAGES.values()))(dice, name)
    return said or name


# ---------------------------------------------------------------- files


def write(rows: pl.DataFrame, path: Path) -> None:
    """Write them as .csv or .xlsx, as the name says."""
    if path.suffix == ".csv":
        rows.rename(HEADINGS).write_csv(path, include_bom=True)
        return
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(HEADINGS.values()))
        for at, row in enumerate(rows.iter_rows(), 1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write_string(at, column, value)


if __name__ == "__main__":
    write(people(int(sys.argv[1])), Path(sys.argv[2]))
