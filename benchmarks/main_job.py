"""The main job beside its physical limit: plain COPY and the plain counter transaction.

    make bench

Everything runs against one embedded PostgreSQL with full durability, in interleaved rounds; what
counts is the ratio of the medians, for machines differ and have bad minutes.
"""

import csv
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

import mintmark
from mintmark.store import embedded

ROUNDS = 5
ROWS = 20_000
SINGLES = 200
RULE = "{type}-{region}-{registered:YYYYMMDD}-{seq:5}"
TABLES = {
    "type": {"V": "VIP", "N": "普通", "P": "潜在"},
    "region": {"BJ": "北京", "SH": "上海", "GZ": "广州", "SZ": "深圳", "CD": "成都"},
}
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华玉萍红梅建国志文辉力"
Row = tuple[str, ...]


def customers(count: int, seed: int) -> list[Row]:
    """Make up customers; one in twenty is an earlier one again."""
    dice = random.Random(seed)  # noqa: S311 - made-up people need no secrets
    rows: list[Row] = []
    for n in range(count):
        if rows and dice.random() < 0.05:  # noqa: PLR2004
            rows.append(dice.choice(rows))
            continue
        name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
        day = date(2020, 1, 1) + timedelta(days=dice.randrange(2000))
        kind = dice.choice(["VIP", "普通", "普通", "潜在"])
        region = dice.choice(["北京", "上海", "广州", "深圳", "成都"])
        phone = f"13{dice.randrange(10**9):09}"
        rows.append((name, kind, region, str(day), phone, f"c{seed}.{n}@example.com"))
    return rows


def timed(work: Callable[[], Any]) -> float:
    """Seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def import_file(register: mintmark.Register, path: Path) -> None:
    """Read, check, decide, code: all but writing workbooks."""
    for _ in mintmark.plan_import(register, path).apply():
        pass


def copy_rows(connection: psycopg.Connection[Any], rows: list[Row], start: int) -> None:
    """Write the same rows with a unique code each, and nothing else."""
    statement = "COPY plain (code, name, type, region, registered, phone, email) FROM STDIN"
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number, row in enumerate(rows, start=start):
            copy.write_row((f"C-{number:012}", *row))


def plain_counter(connection: psycopg.Connection[Any]) -> int:
    """Number one row as it is done by hand: counter and row in one transaction."""
    with connection.transaction():
        advance = "UPDATE by_hand SET last = last + 1 RETURNING last"
        row = connection.execute(advance).fetchone()
        number = row[0] if row else 0
        connection.execute("INSERT INTO by_hand_code VALUES (%s)", (f"V-BJ-20231001-{number:05}",))
    return number


def report(what: str, ours: list[float], theirs: list[float], per: int, unit: str) -> None:
    """Print both medians with their spread, and the ratio."""

    def shown(times: list[float]) -> str:
        rates = sorted(per / t for t in times)
        return f"{median(rates):10,.0f} {unit} ({rates[0]:,.0f}-{rates[-1]:,.0f})"

    ratio = median(ours) / median(theirs)
    sys.stdout.write(f"{what}\n    Mintmark {shown(ours)}\n    plain    {shown(theirs)}\n")
    sys.stdout.write(f"    takes {ratio:.2f} x the time of the plain way\n")


def main() -> None:
    """Run all rounds and print."""
    sys.stdout.write(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, ")
    sys.stdout.write(f"Python {platform.python_version()}, {ROUNDS} interleaved rounds\n")
    bulk: tuple[list[float], list[float]] = ([], [])
    single: tuple[list[float], list[float]] = ([], [])
    many: tuple[list[float], list[float]] = ([], [])
    with (
        tempfile.TemporaryDirectory() as name,
        embedded.running(Path(name) / "r") as conninfo,
        mintmark.open(Path(name) / "r", create=True) as register,
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        register.publish(RULE, tables=TABLES)
        connection.execute(
            "CREATE TABLE plain (code text PRIMARY KEY, name text, type text, region text,"
            " registered date, phone text, email text);"
            "CREATE TABLE by_hand (last bigint); INSERT INTO by_hand VALUES (0);"
            "CREATE TABLE by_hand_code (code text PRIMARY KEY)"
        )
        for turn in range(ROUNDS):
            rows = customers(ROWS, seed=turn)
            path = Path(name) / f"{turn}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                headings = ("姓名", "类型", "地区", "日期", "手机", "邮箱")
                csv.writer(file).writerows([headings, *rows])
            day = date(2023, 1, 1) + timedelta(days=turn)
            facts: dict[str, Any] = {"type": "VIP", "region": "北京", "registered": day}
            bulk[0].append(timed(lambda: import_file(register, path)))  # noqa: B023
            bulk[1].append(timed(lambda: copy_rows(connection, rows, turn * ROWS)))  # noqa: B023
            single[0].append(
                timed(lambda: [register.mint(**facts) for _ in range(SINGLES)])  # noqa: B023
            )
            single[1].append(timed(lambda: [plain_counter(connection) for _ in range(SINGLES)]))
            many[0].append(timed(lambda: register.mint_many(ROWS, **facts)))  # noqa: B023
            many[1].append(
                timed(lambda: copy_rows(connection, rows, (turn + 1000) * ROWS))  # noqa: B023
            )
    report(f"import of {ROWS:,} rows: read, check, find duplicates, code", *bulk, ROWS, "rows/s")
    report("one code at a time, one client", *single, SINGLES, "codes/s")
    report(f"{ROWS:,} codes of one scope at once, beside COPY", *many, ROWS, "codes/s")


if __name__ == "__main__":
    main()
