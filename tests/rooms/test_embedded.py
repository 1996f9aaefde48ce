"""The embedded server: many users, any of whom may die."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

import mintmark
from mintmark.errors import ServerNotStarted
from mintmark.store import embedded

HOLD = """
import sys, time, mintmark
with mintmark.open(sys.argv[1]):
    print("open", flush=True)
    time.sleep(600)
"""


def postmaster(folder: Path) -> int | None:
    """The process of the folder's server, if it runs."""
    file = folder / "postgres" / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


@contextmanager
def holder(folder: Path) -> Iterator[None]:
    """Let another process have the register open, and kill it in the end."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield
        finally:
            process.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with mintmark.open(tmp_path / "r", create=True):
        pass
    return tmp_path / "r"


def test_the_last_who_leaves_stops_the_server(folder: Path) -> None:
    assert postmaster(folder) is None
    with mintmark.open(folder):
        with mintmark.open(folder) as inner:
            assert inner.status().codes == 0
        assert postmaster(folder) is not None
    assert postmaster(folder) is None


def test_a_server_is_kept_as_long_as_another_process_uses_it(folder: Path) -> None:
    with holder(folder):
        first = postmaster(folder)
        with mintmark.open(folder) as register:
            assert register.status().codes == 0
        assert postmaster(folder) == first is not None
    with mintmark.open(folder):
        pass
    assert postmaster(folder) is None, "a killed user still counts"


def test_a_killed_server_comes_back_with_everything(folder: Path) -> None:
    with mintmark.open(folder) as register:
        register.publish("K{seq:4}", tables={})
        codes = register.mint_many(100)
        pid = postmaster(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    with mintmark.open(folder) as register:
        assert [register.resolve(code).code for code in codes] == codes
        assert register.mint() == "K0101"


def test_a_server_that_just_recovers_is_stopped_in_good_order(folder: Path) -> None:
    """PostgreSQL 18 hangs if it is told to stop meanwhile."""
    with embedded.running(folder) as conninfo, psycopg.connect(conninfo) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        connection.close()
    assert postmaster(folder) is None
    with mintmark.open(folder) as register:
        assert register.status().codes == 0


def test_a_server_that_does_not_answer_yet_is_waited_for(folder: Path) -> None:
    """As it is while it recovers, if whoever started it was killed meanwhile."""
    with holder(folder):
        server = postmaster(folder)
        assert server is not None
        os.kill(server, signal.SIGSTOP)
        threading.Timer(1.0, os.kill, (server, signal.SIGCONT)).start()
        with mintmark.open(folder) as register:
            assert register.status().codes == 0
    with mintmark.open(folder):
        pass


def test_a_server_that_is_stopping_is_waited_for_and_started_again(folder: Path) -> None:
    """As it is if the last who left was killed behind the order to stop."""
    with holder(folder):
        server = postmaster(folder)
        assert server is not None
        os.kill(server, signal.SIGSTOP)
        os.kill(server, signal.SIGINT)  # PostgreSQL's fast shutdown, as soon as it goes on
        threading.Timer(1.0, os.kill, (server, signal.SIGCONT)).start()
        with mintmark.open(folder) as register:
            assert register.status().codes == 0
            assert postmaster(folder) != server
    with mintmark.open(folder):  # whoever held it was killed: somebody has to stop the server
        pass
    assert postmaster(folder) is None


def test_many_openers_at_once_start_one_server(tmp_path: Path) -> None:
    folder, servers = tmp_path / "new", set()

    def go() -> None:
        with mintmark.open(folder, create=True) as register:
            servers.add((postmaster(folder), register.status().codes))
            barrier.wait(60)

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers) == 1
    assert postmaster(folder) is None


def test_what_a_killed_creator_left_behind_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".postgres-abcdefgh"
    left.mkdir()
    (left / "PG_VERSION").write_text("18")
    with mintmark.open(tmp_path, create=True) as register:
        assert register.status().codes == 0
    assert not left.exists()


@pytest.mark.parametrize("name", ["a-long-folder-name/" * 5, "登记库", "of us, 'and' \"you\""])
def test_a_register_may_be_in_any_folder(tmp_path: Path, name: str) -> None:
    """Though a socket's path is short, and commas, spaces and quotes mean something in it."""
    with mintmark.open(tmp_path / name, create=True) as register:
        assert register.status().codes == 0


def test_the_environment_of_other_servers_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"PGPORT": "6543", "PGHOST": "db.invalid", "PGUSER": "anna", "PGDATABASE": "shop"}
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    with mintmark.open(tmp_path / "r", create=True) as register:
        assert register.status().codes == 0
        monkeypatch.undo()
        with mintmark.open(tmp_path / "r") as again:
            assert again.status().codes == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_socket_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "a, b"
    socket = embedded._socket_folder(folder.resolve())  # noqa: SLF001 - where an attacker waits
    socket.mkdir()
    os.chown(socket, 12345, 12345)
    with pytest.raises(ServerNotStarted), mintmark.open(folder, create=True):
        pass
    socket.rmdir()


def test_letters_sort_and_match_in_chinese(folder: Path) -> None:
    """Under the C locale PostgreSQL would not know that Han characters are letters."""
    with embedded.running(folder) as conninfo, psycopg.connect(conninfo) as connection:
        assert connection.execute("SELECT '张伟' ~ '^[[:alpha:]]+$'").fetchone() == (True,)


def test_a_broken_database_is_told_with_the_servers_own_words(folder: Path) -> None:
    (folder / "postgres" / "postgresql.conf").write_text("no such setting\n")
    with pytest.raises(ServerNotStarted) as refused, mintmark.open(folder):
        pass
    assert "syntax error" in refused.value.reason
