"""A full disk is called by its name, nothing is lost by it, and there is no half file."""

import gc
import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.faces.conftest import ready, run  # noqa: F401 - fixtures
from tests.files import HEADINGS

import mintmark
from mintmark import errors, intake
from mintmark.cli import exits
from mintmark.intake import writeback
from mintmark.intake.exporting.parquet import of_system
from mintmark.wording import LANGUAGES, Wording

SAY = Wording("en")
WANG = ["王琦", "VIP", "北京", "20231001", "13875014587"]
WRONG = ["李雷", "VIP", "火星", "20231001", ""]
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {} FOR EACH STATEMENT EXECUTE FUNCTION full_disk()
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return files.text(tmp_path / "list.csv", [HEADINGS, WANG, WRONG])


@pytest.fixture
def on_full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is written to a temporary file goes to a device that is always full."""
    make = tempfile.mkstemp

    def full(*given: Any, **options: Any) -> tuple[int, str]:
        handle, name = make(*given, **options)
        os.close(handle)
        Path(name).unlink()
        Path(name).symlink_to("/dev/full")
        return os.open(name, os.O_WRONLY), name

    monkeypatch.setattr(tempfile, "mkstemp", full)
    yield
    gc.collect()  # a zip that could not be closed says so when it goes


Write = Callable[[mintmark.Register, Path, Path], object]


def imported(register: mintmark.Register, book: Path) -> intake.Report:
    importing = intake.plan(register, book).apply()
    list(importing)
    return importing.report


def export(ending: str) -> Write:
    return lambda register, _, out: list(intake.export(register, out / f"all{ending}", SAY))


def write_back(register: mintmark.Register, book: Path, out: Path) -> None:
    list(writeback.ready_for_file(register, book, SAY, batch=1, to=out / "list.csv").work)


@pytest.mark.usefixtures("on_full_disk")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize(
    "write",
    [
        *(pytest.param(export(ending), id=ending) for ending in (".csv", ".xlsx")),
        pytest.param(
            lambda register, book, out: list(
                intake.write_refused(imported(register, book), out / "refused.xlsx", SAY)
            ),
            id="refused",
        ),
        pytest.param(write_back, id="write-back"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a closed zip
def test_a_file_that_finds_no_room_is_not_written_and_the_folder_is_told(
    register: mintmark.Register, book: Path, tmp_path: Path, write: Write
) -> None:
    imported(register, book)
    (out := tmp_path / "out").mkdir()
    with pytest.raises(errors.DiskFull) as refused:
        write(register, book, out)
    assert refused.value.place == str(out)
    assert list(out.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_polars_tells_of_a_full_disk_in_words() -> None:
    with pytest.raises(OSError, match="No space left"), of_system():
        pl.DataFrame({"a": range(1000)}).write_parquet("/dev/full")


@pytest.mark.parametrize("table", ["customer", "fact_index", "code", "portion", "event"])
def test_a_database_without_room_is_told_and_the_import_goes_on_later(
    register: mintmark.Register, book: Path, place: str, table: str
) -> None:
    running = intake.plan(register, book).apply()
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute(FULL.format(table).encode())
        connection.commit()
        with pytest.raises(errors.DiskFull) as refused:
            list(running)
        assert refused.value.place in place
        assert register.status().customers == 0
        connection.execute("DROP FUNCTION full_disk CASCADE")
    assert running.batch is not None
    list(resumed := intake.resume(register, running.batch, book))
    assert resumed.report.frame()["code"].to_list() == ["V-BJ-20231001-00001", None]
    assert register.status().customers == 1


def test_somebody_who_registers_is_told_and_no_number_is_used(
    register: mintmark.Register, place: str
) -> None:
    facts = dict(zip(("name", "type", "region", "registered", "phone"), WANG, strict=True))
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute(FULL.format("customer").encode())
        connection.commit()
        with pytest.raises(errors.DiskFull):
            register.register(**facts)
        connection.execute("DROP FUNCTION full_disk CASCADE")
    assert register.register(**facts).code == "V-BJ-20231001-00001"


def test_a_server_that_stopped_for_want_of_room_is_told_apart_from_one_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mintmark.open(tmp_path / "r", create=True) as register:
        register.publish(RULE, tables=TABLES)
        number = int((tmp_path / "r" / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(number, signal.SIGKILL)
        monkeypatch.setattr("mintmark.store.postgres.is_full", lambda _: True)
        with pytest.raises(errors.DiskFull) as refused:
            register.status()
    assert refused.value.place == str(tmp_path / "r")


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_and_programs_are_told_where_and_how_to_go_on(
    ready: Callable[..., tuple[int, str, str]],  # noqa: F811 - the fixture
    book: Path, place: str, language: str,
) -> None:  # fmt: skip
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute(FULL.format("customer").encode())
    code, _, err = ready("import", book, "--lang", language)
    assert (code, "mintmark batch resume" in err) == (exits.UNAVAILABLE, True)
    code, _, err = ready("import", book, "--json")
    assert (code, json.loads(err.splitlines()[-1])["error"]["slug"]) == (5, "disk-full")
