"""Jobs: work in the background that outlives whoever started it, and whoever does it."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.files import HEADINGS

import mintmark
from mintmark import errors
from mintmark.jobs import work
from mintmark.registry import Job
from mintmark.wording import Wording

Query = Callable[[str], list[tuple[object, ...]]]
WANG = ["王琦", "VIP", "北京", "20231001", "13875014587"]
WRONG = ["李雷", "VIP", "火星", "20231001", ""]
CODE = "V-BJ-20231001-00001"
ROWS = 30_000
# In small steps, so that there is a middle in which to be stopped.
BEGUN = """
from mintmark.cli import main
from mintmark.jobs import worker
from mintmark.registry import bulk
bulk._MANY, worker._TELLING = 2000, 0.1
main()
"""
WORKER = [sys.executable, "-c", BEGUN, "work", "--once"]


def done(register: mintmark.Register, job: Job) -> Job:
    """The job, after a worker has done all that waited."""
    work(register, Wording, once=True)
    return register.jobs.get(job.id)


def many(path: Path) -> Path:
    """A file of so many customers, each of them another."""
    rows = "".join(f"客户{at:05},VIP,北京,20231001,{13800000000 + at}\n" for at in range(ROWS))
    path.write_text(",".join(HEADINGS) + "\n" + rows, "utf-8")
    return path


def until(holds: Callable[[], bool], *, within: float = 60) -> None:
    """Wait for something."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def worker(place: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], subprocess.Popen[bytes]]:
    """Start a worker in a process of its own."""
    monkeypatch.setenv("MINTMARK_REGISTER", place)
    return lambda: subprocess.Popen(WORKER)


# ---------------------------------------------------------------- each kind


def test_an_import_is_done_in_the_background(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    monkeypatch.chdir(tmp_path)
    job = register.jobs.start("import", file="list.csv", results=True)
    assert (job.state, job.progress, job.settings["file"]) == ("waiting", None, str(path))
    monkeypatch.chdir("/")  # the worker stands elsewhere
    ended = done(register, job)
    assert (ended.state, ended.batch, ended.tries) == ("done", 1, 1)
    assert ended.progress == mintmark.Progress(done=1, total=1)
    assert (ended.report["summary"]["coded"], ended.report["summary"]["refused"]) == (1, 1)
    written = [tmp_path / "list-coded.xlsx", tmp_path / "list-refused.xlsx"]
    assert ended.report["written"] == [str(one) for one in written]
    assert files.cells(written[0])[1][0] == CODE


def test_imports_are_written_back_exported_and_undone_in_the_background(
    register: mintmark.Register, tmp_path: Path
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])
    batch = done(register, register.jobs.start("import", file=path)).batch
    back = done(register, register.jobs.start("write-back", file=path, batch=batch))
    assert back.report["counts"]["fill"] == 1
    assert CODE in (tmp_path / "list-coded.csv").read_text("utf-8")
    all_ = tmp_path / "all.csv"
    exported = done(register, register.jobs.start("export", file=all_, columns=["code", "name"]))
    assert (exported.state, exported.report["customers"]) == ("done", 1)
    assert f"{CODE},王琦" in all_.read_text("utf-8-sig")
    undone = done(register, register.jobs.start("undo", batch=batch, reason="wrong list"))
    assert (undone.state, undone.report["leave"]) == ("done", 1)
    assert register.status().customers == 0


def test_jobs_are_done_in_the_order_in_which_they_were_started(
    register: mintmark.Register, tmp_path: Path
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    imported = register.jobs.start("import", file=path)
    undone = register.jobs.start("undo", batch=1, reason="wrong list")
    assert done(register, undone).report["leave"] == 1
    assert [job.id for job in register.jobs.list()] == [undone.id, imported.id]


# ---------------------------------------------------------------- what is refused


def test_what_cannot_be_done_is_refused_at_once(register: mintmark.Register) -> None:
    with pytest.raises(errors.FileMissing):
        register.jobs.start("import", file="nowhere.csv")
    with pytest.raises(errors.UnknownKind):
        register.jobs.start("dance")
    with pytest.raises(errors.UnknownJob):
        register.jobs.get(7)
    assert register.jobs.list() == []


@pytest.mark.parametrize(
    "url",
    ["postgresql://anna:geheim@db/crm?table=t", "mysql://anna@db/crm?table=t&password=geheim"],
)
def test_no_password_gets_into_a_job(register: mintmark.Register, query: Query, url: str) -> None:
    with pytest.raises(errors.PasswordInJob) as refused:
        register.jobs.start("import", file=url)
    assert "geheim" not in str(refused.value)
    assert query("SELECT * FROM job") == []
    assert query("SELECT * FROM mintmark_jobs.procrastinate_jobs") == []


def test_no_fact_about_a_person_gets_into_a_job(
    register: mintmark.Register, tmp_path: Path, query: Query
) -> None:
    register.fields.declare("wechat")
    for sought in ({"phone": "13875014587"}, {"text": "王琦"}, {"where": {"wechat": "wq88"}}):
        with pytest.raises(errors.FactInJob):
            register.jobs.start("export", file=tmp_path / "all.csv", **sought)
    assert query("SELECT * FROM job") == []
    days = mintmark.Between("2023-01-01", date(2023, 12, 31))
    where = {"registered": days, "region": {"北京", "上海"}, "owner": None}
    job = register.jobs.start("export", file=tmp_path / "all.csv", where=where)
    assert done(register, job).report["customers"] == 0


def test_a_database_is_found_from_every_folder(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm, crm:
        crm.execute(f"CREATE TABLE t ({', '.join(HEADINGS)})")
        crm.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", WANG)
    monkeypatch.chdir(tmp_path)
    job = register.jobs.start("import", file="sqlite:///crm.db?table=t")
    monkeypatch.chdir("/")
    assert done(register, job).report["summary"]["coded"] == 1


def test_why_a_job_failed_is_kept_without_facts_about_people(
    register: mintmark.Register, tmp_path: Path
) -> None:
    rows = [[*HEADINGS, "怪"], [*WANG, "x"]]
    path = files.text(tmp_path / "list.csv", rows)
    ended = done(register, register.jobs.start("import", file=path))
    assert (ended.state, ended.error, ended.batch) == ("failed", "unknown-columns", None)
    assert "王琦" not in str(ended)


def test_an_error_that_nobody_foresaw_ends_the_job_and_not_the_worker(
    register: mintmark.Register, tmp_path: Path, query: Query
) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    broken, fine = (register.jobs.start("import", file=path) for _ in range(2))
    query(f'UPDATE job SET settings = \'{{"language": "en"}}\' WHERE id = {broken.id} RETURNING 1')
    assert done(register, fine).state == "done"
    ended = register.jobs.get(broken.id)
    assert (ended.error, ended.facts) == ("job-broke", {"reason": "KeyError"})


# ---------------------------------------------------------------- cancelled


def test_a_job_that_waits_can_be_cancelled(register: mintmark.Register, tmp_path: Path) -> None:
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    job = register.jobs.start("import", file=path)
    assert register.jobs.cancel(job.id).state == "cancelled"
    assert done(register, job).state == "cancelled"
    assert register.status().customers == 0
    with pytest.raises(errors.JobOver):
        register.jobs.cancel(job.id)


def test_a_job_under_way_stops_at_its_next_step(
    register: mintmark.Register, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    job = register.jobs.start("import", file=many(tmp_path / "many.csv"))
    with worker() as process:
        until(lambda: register.status().customers > 0)
        assert register.jobs.cancel(job.id).state == "running"
        assert process.wait(60) == 0
    ended = register.jobs.get(job.id)
    assert ended.state == "cancelled"
    assert ended.batch is not None
    assert register.batches.get(ended.batch).state == "cancelled"
    assert 0 < register.status().customers < ROWS


# ---------------------------------------------------------------- workers that go away


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_import_goes_on_with_the_next_worker_and_codes_everybody_once(
    register: mintmark.Register,
    tmp_path: Path,
    worker: Callable[[], subprocess.Popen[bytes]],
    query: Query,
    how: signal.Signals,
) -> None:
    coded = tmp_path / "coded.csv"
    job = register.jobs.start("import", file=many(tmp_path / "many.csv"), coded=coded)
    with worker() as process:
        until(lambda: register.status().customers > 0)
        process.send_signal(how)
    until(lambda: not register.jobs.get(job.id).alive)  # the server notices a moment later
    between = register.jobs.get(job.id)
    assert 0 < register.status().customers < ROWS
    assert between.state == ("running" if how is signal.SIGKILL else "waiting")
    with worker() as process:
        assert process.wait(120) == 0
    ended = register.jobs.get(job.id)
    assert (ended.state, ended.tries, ended.batch) == ("done", 2, between.batch)
    assert ended.progress == mintmark.Progress(done=ROWS, total=ROWS)
    assert ended.report["summary"]["coded"] == ROWS
    [[customers, codes, highest]] = query(
        "SELECT (SELECT count(*) FROM customer), count(DISTINCT customer), max(number) FROM code"
    )
    assert (customers, codes, highest) == (ROWS, ROWS, ROWS)
    assert [one.state for one in register.batches.recent()] == ["finished"]
    assert len(coded.read_text("utf-8-sig").splitlines()) == ROWS + 1


def test_a_job_that_kills_its_workers_is_given_up(
    register: mintmark.Register, tmp_path: Path, query: Query
) -> None:
    job = register.jobs.start("import", file=files.text(tmp_path / "a.csv", [HEADINGS, WANG]))
    query(f"UPDATE job SET tries = 5, state = 'running' WHERE id = {job.id} RETURNING 1")
    ended = done(register, job)
    assert (ended.state, ended.error, ended.facts) == ("failed", "job-broke", {"reason": "killed"})


def test_two_workers_do_a_job_once(
    register: mintmark.Register, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    rows = [[*WANG[:-1], str(13875014587 + at)] for at in range(6)]
    lists = [files.text(tmp_path / f"{at}.csv", [HEADINGS, row]) for at, row in enumerate(rows)]
    started = [register.jobs.start("import", file=path) for path in lists]
    with worker() as one, worker() as other:
        assert (one.wait(60), other.wait(60)) == (0, 0)
    ended = [register.jobs.get(job.id) for job in started]
    assert [(job.state, job.tries) for job in ended] == [("done", 1)] * 6
    assert register.status().customers == 6


# ---------------------------------------------------------------- the queue's own tables

_OBJECTS = """
SELECT 'column', table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = '{0}' AND table_name LIKE 'procrastinate%'
UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = '{0}'
    AND indexname NOT LIKE 'migration%'
UNION ALL SELECT 'function', proname || md5(prosrc) FROM pg_proc
WHERE pronamespace = '{0}'::regnamespace
UNION ALL SELECT 'trigger', tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
WHERE c.relnamespace = '{0}'::regnamespace AND NOT tgisinternal
UNION ALL SELECT 'value', t.typname || ' ' || e.enumlabel FROM pg_enum e JOIN pg_type t
ON t.oid = e.enumtypid WHERE t.typnamespace = '{0}'::regnamespace
ORDER BY 1, 2
"""


def test_a_queue_that_was_migrated_is_like_a_new_one(
    register: mintmark.Register, query: Query, place: str
) -> None:
    """Its migrations, one by one, come to what a new register gets as a whole."""
    spec = find_spec("procrastinate")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "sql" / "migrations"
    options = "-c search_path=migrated"
    with psycopg.connect(place, autocommit=True, options=options) as connection:
        connection.execute("CREATE SCHEMA migrated")
        for file in sorted(folder.glob("*.sql")):
            connection.execute(file.read_bytes())
    assert register.status().customers == 0
    assert query(_OBJECTS.format("mintmark_jobs")) == query(_OBJECTS.format("migrated"))


@pytest.mark.usefixtures("register")
def test_a_register_from_before_gets_its_queue(
    reopen: Callable[[], mintmark.Register],
    query: Query,
    place: str,
    tmp_path: Path,
) -> None:
    whole = query(_OBJECTS.format("mintmark_jobs"))
    with psycopg.connect(place) as connection:
        connection.execute("DROP SCHEMA mintmark_jobs CASCADE")
    path = files.text(tmp_path / "list.csv", [HEADINGS, WANG])
    again = reopen()
    assert query(_OBJECTS.format("mintmark_jobs")) == whole
    assert done(again, again.jobs.start("import", file=path)).state == "done"


def test_a_register_whose_queue_is_newer_is_refused(
    register: mintmark.Register, reopen: Callable[[], mintmark.Register], query: Query
) -> None:
    register.publish(RULE, tables=TABLES)
    query("INSERT INTO mintmark_jobs.migration (name) VALUES ('99.sql') RETURNING 1")
    with pytest.raises(errors.NewerRegister):
        reopen()
