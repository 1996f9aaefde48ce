"""Whatever stops an import, what is done stays, and it goes on to the very end, once.

`make soak` kills more often.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.files import HEADINGS
from tests.numbers import orphans, unaccounted
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors, intake
from mintmark.store import embedded

ROUNDS = int(os.environ.get("MINTMARK_KILL_ROUNDS", "2")) * 5
SEED = int(os.environ.get("MINTMARK_KILL_SEED", "20231001"))
ROWS = 240
UNITS = 7  # rows of a unit of work
CHILD = f"""
import os, sys
from mintmark.registry import bulk
bulk._MANY = {UNITS}
write = bulk.Bulk._write
def told(self, unit):
    codes = write(self, unit)
    print("unit", flush=True)
    return codes
bulk.Bulk._write = told
from mintmark import intake
import mintmark
with mintmark.open(sys.argv[1]) as register:
    batch = int(sys.argv[3])
    run = intake.resume(register, batch, sys.argv[2]) if batch else \\
        intake.plan(register, sys.argv[2]).apply()
    for _ in run:
        pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with mintmark.open(tmp_path / "r", create=True) as register:
        register.publish(RULE, tables=TABLES)
    return tmp_path / "r"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Everybody once, every tenth once more, one in fifty wrong."""
    rows = [
        [f"客户{n - 1 if n % 10 == 9 else n}", "VIP", "火星" if n % 50 == 7 else "北京",
         "2023-10-01", f"139{n - 1 if n % 10 == 9 else n:08}"]
        for n in range(ROWS)
    ]  # fmt: skip
    return files.text(tmp_path / "customers.csv", [HEADINGS, *rows])


def begin(folder: Path, book: Path, batch: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(folder), str(book), str(batch)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def after_units(process: subprocess.Popen[str], count: int) -> None:
    """Wait until so many units of work are written, or the import is through."""
    assert process.stdout is not None
    for _ in range(count):
        if not process.stdout.readline():
            return


def assert_sound(folder: Path, codes: int) -> None:
    with embedded.running(folder) as conninfo, psycopg.connect(conninfo) as connection:
        assert unaccounted(connection) == []
        assert orphans(connection) == (0, 0)
        assert connection.execute("SELECT count(*) FROM code").fetchone() == (codes,)


def test_an_import_killed_again_and_again_comes_to_its_end_once(folder: Path, book: Path) -> None:
    dice = random.Random(SEED)  # noqa: S311 - when to kill
    with mintmark.open(folder) as register:
        whole = intake.plan(register, book).forecast()
        batch = 0
        for _ in range(ROUNDS):
            process = begin(folder, book, batch)
            after_units(process, dice.randint(0, 3))
            time.sleep(dice.random() * 0.01)
            process.kill()
            process.communicate()
            if found := register.batches.recent(1):
                if found[0].state == "finished":
                    break
                batch = found[0].id
                _wait_until_cut_off(register, batch)
        if batch and register.batches.get(batch).state != "finished":
            resumed = intake.resume(register, batch, book)
            list(resumed)
            assert resumed.report.results.rows() == whole.results.rows()
            assert resumed.report.summary() == whole.summary()
            done = register.batches.get(batch)
            assert (done.done, done.coded) == (done.total, whole.summary().coded)
        again = intake.plan(register, book).apply()
        list(again)
        assert again.report.summary().coded == 0
        assert_accounted_for(register)
    assert_sound(folder, whole.summary().coded)


def _wait_until_cut_off(register: mintmark.Register, batch: int) -> None:
    for _ in range(500):  # the server notices that its client is gone
        if not register.batches.get(batch).alive:
            return
        time.sleep(0.02)
    pytest.fail("the import goes on")


def test_where_the_database_goes_away_it_is_told_and_the_import_goes_on_later(
    folder: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mintmark.registry.bulk._MANY", UNITS)
    with mintmark.open(folder) as register:
        whole = intake.plan(register, book).forecast()
        running = iter(applying := intake.plan(register, book).apply())
        for _ in range(4):
            next(running)
        number = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(number, signal.SIGKILL)
        with pytest.raises(errors.Unreachable):
            list(running)
    with mintmark.open(folder) as register:
        resumed = intake.resume(register, applying.batch or 0, book)
        list(resumed)
        assert resumed.report.results.rows() == whole.results.rows()
        assert_accounted_for(register)
    assert_sound(folder, whole.summary().coded)


def test_where_the_disk_is_full_the_import_stays_and_there_is_no_half_file(
    folder: Path, book: Path, tmp_path: Path
) -> None:
    def small() -> None:  # no file of this process may become larger
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    out = tmp_path / "out"
    command = [
        sys.executable, "-c", "from mintmark.cli import main; main()", "import", str(book),
        "--register", str(folder), "--json", "--lang", "en",
        "--coded", str(out / "coded.csv"), "--refused", str(out / "refused.xlsx"),
    ]  # fmt: skip
    with mintmark.open(folder):  # so that the server is up, and its files may grow
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              preexec_fn=small, timeout=120)  # fmt: skip
    assert done.returncode == 5, done.stderr
    told: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    assert told["error"]["slug"] == "unwritable-file"
    assert list(out.iterdir()) == []
    with mintmark.open(folder) as register:
        batch = register.batches.recent(1)[0]
        assert (batch.state, batch.done) == ("finished", batch.total)
