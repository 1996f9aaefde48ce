"""Whatever stops an undo, what is done stays, and undoing again goes on to the very end, once.

`make soak` kills more often.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.files import HEADINGS
from tests.numbers import orphans
from tests.proof import assert_accounted_for

import mintmark
from mintmark import intake
from mintmark.intake import Policy
from mintmark.store import embedded

ROUNDS = int(os.environ.get("MINTMARK_KILL_ROUNDS", "2")) * 2
SEED = int(os.environ.get("MINTMARK_KILL_SEED", "20231001"))
ROWS = 20_000
KNOWN = 300  # of them were customers before, and lived elsewhere
LONGEST = 1.0  # seconds of an undo's work that a killer waits
MAIN = "from mintmark.cli import main; main()"
# The control: codes end in a unit of work of their own, and the process dies before the next.
APART = """
import os, signal
from mintmark.registry.undoing import Undoing
def ends_codes(self, work, ids, edges):
    came = self._blank()
    self._end_codes(work, list(work.codes.of_customers(ids).values()), edges, came)
    return came
def dies(self, work):
    os.kill(os.getpid(), signal.SIGKILL)
Undoing._remove, Undoing._end = ends_codes, dies
"""
Watch = psycopg.Connection[Any]
# A customer as they are: facts and what they are found by.
FACTS_OF = "id, type, region, registered, owner, attributes, sealed, fields, batch, changed_at"
STATE = (
    f"SELECT {FACTS_OF} FROM customer ORDER BY id",
    "SELECT key, customer, version FROM identity ORDER BY key",
    "SELECT * FROM fact_index ORDER BY fingerprint, customer",
    "SELECT key, customer FROM match_key ORDER BY key, customer",
    "SELECT canonical, customer, batch FROM code WHERE voided_at IS NULL ORDER BY 1",
    "SELECT * FROM change",
)


def people(count: int, street: str) -> list[list[str]]:
    return [
        [f"客户{n}", ["VIP", "普通"][n % 2], ["北京", "上海", "广州"][n % 3], "2023-10-01",
         f"139{n:08}", f"{street} {n} 号"]
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [[*HEADINGS, "地址"], *people(ROWS, "新街")]
    return files.text(tmp_path_factory.mktemp("book") / "customers.csv", rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "r"


@pytest.fixture
def register(folder: Path, tmp_path: Path) -> Iterator[mintmark.Register]:
    """A register with a few customers, who are its first batch; the list will be the second."""
    few = files.text(tmp_path / "few.csv", [[*HEADINGS, "地址"], *people(KNOWN, "老街")])
    with mintmark.open(folder, create=True) as register:
        register.publish(RULE, tables=TABLES)
        list(intake.plan(register, few).apply())
        yield register


@pytest.fixture
def watch(folder: Path, register: mintmark.Register) -> Iterator[Watch]:
    """A look into the database behind the register's back."""
    assert register.count() == KNOWN
    with (
        embedded.running(folder) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as connection,
    ):
        connection.execute("SET search_path = mintmark")
        yield connection


def imported(register: mintmark.Register, book: Path) -> list[str]:
    """Import the list; give the codes of its rows."""
    applying = intake.plan(register, book, policy=Policy(same="update")).apply()
    list(applying)
    assert applying.report.summary().coded == ROWS - KNOWN
    return applying.report.results["code"].to_list()


def state(watch: Watch) -> list[list[tuple[Any, ...]]]:
    return [watch.execute(statement.encode()).fetchall() for statement in STATE]


def run(folder: Path, *arguments: str, before: str = "") -> subprocess.Popen[str]:
    options = ["--register", str(folder), "--json", "--lang", "en"]
    return subprocess.Popen(
        [sys.executable, "-c", before + MAIN, *arguments, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def undo(folder: Path, before: str = "") -> subprocess.Popen[str]:
    return run(folder, "undo", "2", "--reason", "the wrong list", "--yes", before=before)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    printed: dict[str, Any] = json.loads(out)
    return printed


def kill(process: subprocess.Popen[str], register: mintmark.Register, wait: float) -> bool:
    """Kill an undo so long after it began its work; tell whether it was in the middle of it."""
    while process.poll() is None and not register.batches.get(2).alive:
        time.sleep(0.002)
    time.sleep(wait)
    process.kill()
    process.communicate()
    for _ in range(500):  # the server notices that its client is gone
        if not register.batches.get(2).alive:
            return register.batches.get(2).state == "undoing"
        time.sleep(0.02)
    pytest.fail("the undo goes on")


def test_an_undo_killed_again_and_again_comes_to_its_end_once(
    register: mintmark.Register, folder: Path, book: Path, watch: Watch
) -> None:
    dice = random.Random(SEED)  # noqa: S311 - when to kill
    was = state(watch)
    codes = imported(register, book)
    cut_off, left = 0, [ROWS]
    for _ in range(ROUNDS):
        cut_off += kill(undo(folder), register, dice.random() * LONGEST)
        left.append(register.count())
    assert cut_off, "no undo was cut off"
    assert left == sorted(left, reverse=True)  # what is done stays
    done = finish(undo(folder))
    assert (done["leave"], done["stays"]) == (left[-1] - KNOWN, [])
    finish(run(folder, "verify"))
    assert state(watch) == was
    assert_gone_once(watch)
    assert orphans(watch) == (0, 0)
    assert finish(undo(folder))["leave"] == 0  # once more changes nothing
    assert state(watch) == was
    assert imported(register, book) == codes  # the numbers come again, in the same order
    assert_accounted_for(register)


def assert_gone_once(watch: Watch) -> None:
    """Assert that all are told to have left once: what a killed process began does not count."""
    rows = watch.execute(
        "SELECT verb, sum(count)::int FROM event WHERE batch = 2"
        " AND verb IN ('released', 'voided', 'undone') GROUP BY verb ORDER BY verb"
    ).fetchall()
    assert rows == [("released", ROWS - KNOWN), ("undone", ROWS - KNOWN)]


def test_the_check_fails_where_codes_and_customers_leave_apart(
    register: mintmark.Register, folder: Path, book: Path, watch: Watch
) -> None:
    """The control: an undo that dies between the two leaves customers without a code."""
    imported(register, book)
    process = undo(folder, before=APART)
    process.communicate(timeout=600)
    assert process.returncode == -signal.SIGKILL
    assert orphans(watch) == (ROWS - KNOWN, 0)
