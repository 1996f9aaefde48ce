"""Whatever dies, nobody has two codes, no code has two customers, and no number is lost.

Each claim is checked by `tests.numbers`; the control at the end shows that the check can fail.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.files import HEADINGS
from tests.numbers import orphans, unaccounted

import mintmark
from mintmark.store import embedded

ROWS = int(os.environ.get("MINTMARK_KILL_ROWS", "6000"))
ROUNDS = int(os.environ.get("MINTMARK_KILL_ROUNDS", "2"))
SEED = int(os.environ.get("MINTMARK_KILL_SEED", "20231001"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with mintmark.open(tmp_path / "r", create=True) as register:
        register.publish(RULE, tables=TABLES)
    return tmp_path / "r"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers in a few scopes; one in ten has nothing but a name, one in fifty is wrong."""
    rows = [
        [f"客户{n // 2 if n % 10 == 0 else n}", ["VIP", "普通"][n % 2],
         "火星" if n % 50 == 7 else ["北京", "上海", "广州"][n % 3],
         "2023-10-01", "" if n % 10 == 0 else f"139{n:08}"]
        for n in range(ROWS)
    ]  # fmt: skip
    return files.text(tmp_path_factory.mktemp("book") / "customers.csv", [HEADINGS, *rows])


@pytest.fixture(scope="module")
def expected(book: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many codes an import makes that nothing disturbs."""
    with mintmark.open(tmp_path_factory.mktemp("calm") / "r", create=True) as register:
        register.publish(RULE, tables=TABLES)
        applying = mintmark.plan_import(register, book).apply()
        list(applying)
        assert applying.report.summary().refused == ROWS // 50
        return register.status().codes


def start(folder: Path, book: Path, out: Path) -> subprocess.Popen[str]:
    """Begin an import in another process."""
    command = [
        sys.executable, "-c", "from mintmark.cli import main; main()", "import", str(book),
        "--register", str(folder), "--json", "--lang", "en",
        "--coded", str(out / "coded.xlsx"), "--refused", str(out / "refused.xlsx"),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for an import; give what it printed."""
    out, err = process.communicate(timeout=600)
    assert process.returncode == 6, err
    printed: dict[str, Any] = json.loads(out)
    return printed


def wait_for_codes(folder: Path, more_than: int) -> None:
    """Wait until some steps of the import are committed."""
    with embedded.running(folder) as conninfo, psycopg.connect(conninfo, autocommit=True) as watch:
        for _ in range(3000):
            row = watch.execute("SELECT count(*) FROM mintmark.code").fetchone()
            if row and row[0] > more_than:
                return
            time.sleep(0.01)
    pytest.fail("the import did not begin")


def assert_accounted_for(folder: Path, codes: int) -> None:
    with embedded.running(folder) as conninfo, psycopg.connect(conninfo) as connection:
        assert unaccounted(connection) == []
        assert orphans(connection) == (0, 0)
        assert connection.execute("SELECT count(*) FROM code").fetchone() == (codes,)


def test_an_import_killed_in_the_middle_is_completed_by_another_run(
    folder: Path, book: Path, tmp_path: Path, expected: int
) -> None:
    dice = random.Random(SEED)  # noqa: S311 - when to kill
    codes = 0
    for _ in range(ROUNDS):
        if codes == expected:  # it was quicker than the dice
            break
        process = start(folder, book, tmp_path)
        wait_for_codes(folder, more_than=codes)
        time.sleep(dice.random() * 0.1)
        process.kill()
        process.communicate()
        with mintmark.open(folder) as register:
            codes = register.status().codes
    done = finish(start(folder, book, tmp_path))
    assert done["summary"]["read"] == ROWS
    assert len({row["code"] for row in done["rows"]}) == expected
    assert_accounted_for(folder, expected)


def test_a_server_killed_in_the_middle_is_told_and_nothing_is_lost(
    folder: Path, book: Path, tmp_path: Path, expected: int
) -> None:
    process = start(folder, book, tmp_path)
    wait_for_codes(folder, more_than=0)
    os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 5
    assert json.loads(err.splitlines()[-1])["error"]["slug"] == "unreachable"
    finish(start(folder, book, tmp_path))
    assert_accounted_for(folder, expected)


def test_two_imports_at_once_give_everybody_one_code(
    folder: Path, book: Path, tmp_path: Path, expected: int
) -> None:
    """The same file, and another that overlaps it in the opposite order."""
    lines = book.read_text(encoding="utf-8").splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    outs = [tmp_path / name for name in ("one", "two", "three")]
    running = [
        start(folder, path, out) for path, out in zip((book, book, turned), outs, strict=True)
    ]
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(finish, running))
    assert sum(printed["summary"]["coded"] for printed in done) == expected
    assert len({row["code"] for printed in done for row in printed["rows"]}) == expected
    one, two = ([row["code"] for row in printed["rows"]] for printed in done[:2])
    assert one == two
    assert_accounted_for(folder, expected)


def test_the_check_fails_where_number_and_customer_are_committed_apart(
    register: mintmark.Register, place: str
) -> None:
    """The control: a counter moved on in a transaction of its own leaves a hole when one dies."""
    register.register(name="王琦", phone="13875014587", type="VIP", region="北京",
                      registered="20231001")  # fmt: skip
    with psycopg.connect(place) as connection:
        assert unaccounted(connection) == []
    next(apart(place))  # and the process dies here
    with psycopg.connect(place) as connection:
        assert unaccounted(connection) == [("VBJ20231001#####", 2, 1, 1, 1)]


def apart(place: str) -> Iterator[int]:
    """Take a number as Mintmark never does: committed before its customer is."""
    with psycopg.connect(place, options="-c search_path=mintmark", autocommit=True) as connection:
        row = connection.execute(
            "UPDATE counter SET last = last + 1 WHERE scope = 'VBJ20231001#####' RETURNING last"
        ).fetchone()
        assert row is not None
        yield row[0]
        connection.execute(
            "INSERT INTO code VALUES ('X', 'X', 1, 'VBJ20231001#####', %s, NULL, NULL, %s, 'x')",
            (row[0], datetime.now(UTC)),
        )
