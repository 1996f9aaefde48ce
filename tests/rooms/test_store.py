"""The store: refuses to be careless, and can be opened by many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import mintmark
from mintmark.errors import NewerRegister, NoRegister, Unreachable, WeakDurability
from mintmark.store import embedded
from mintmark.store.migrate import migrations


def database(place: str) -> str:
    """The name of the database in its URL."""
    return place.rpartition("@/")[2].partition("?")[0]


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_could_lose_codes_is_refused(tmp_path: Path, setting: str) -> None:
    folder = tmp_path / "r"
    with mintmark.open(folder, create=True):  # the control: with sound settings it opens
        pass
    with embedded.running(folder) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        with pytest.raises(WeakDurability) as refused, mintmark.open(folder):
            pass
        assert refused.value.setting == setting
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for statement in refused.value.remedy.split(";")[:-1]:
                connection.execute(statement.encode())
        with mintmark.open(folder):  # the remedy that was named does it
            pass


@pytest.mark.parametrize(
    ("weaken", "source"),
    [
        ("ALTER ROLE postgres IN DATABASE {} SET synchronous_commit = off", "database user"),
        ("ALTER DATABASE {} SET synchronous_commit = off", "database"),
    ],
)
def test_a_weak_setting_of_a_role_or_database_is_found_and_mended(
    empty: mintmark.Register, place: str, weaken: str, source: str
) -> None:
    name = database(place)
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(weaken.format(name).encode())
    with pytest.raises(WeakDurability) as refused, mintmark.open(place):
        pass
    assert refused.value.source == source
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(refused.value.remedy.encode())
    with mintmark.open(place) as register:
        assert register.status().codes == empty.status().codes == 0


def test_openers_at_once_make_the_tables_once(
    place: str, query: Callable[[str], list[tuple[object, ...]]]
) -> None:
    def go(_: int) -> int:
        with mintmark.open(place, create=True) as register:
            return register.status().codes

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(go, range(6))) == [0] * 6
    assert query("SELECT name FROM migration ORDER BY name") == [(m.name,) for m in migrations()]


def test_a_register_of_a_newer_mintmark_is_refused(empty: mintmark.Register, place: str) -> None:
    assert empty.status().codes == 0
    with psycopg.connect(place, options="-c search_path=mintmark") as connection:
        connection.execute("INSERT INTO migration (name) VALUES ('9999_future.sql')")
    with pytest.raises(NewerRegister), mintmark.open(place):
        pass


def test_a_place_without_a_register_is_told(place: str, tmp_path: Path) -> None:
    with pytest.raises(NoRegister), mintmark.open(tmp_path / "nothing"):
        pass
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(NoRegister), mintmark.open(place):
        pass


def test_an_unreachable_server_is_told_without_the_password() -> None:
    url = "postgresql://anna:very-secret@127.0.0.1:1/nowhere"
    with pytest.raises(Unreachable) as refused, mintmark.open(url):
        pass
    assert "very-secret" not in str(refused.value)


def test_a_lost_server_is_told_and_the_next_verb_works(
    empty: mintmark.Register, place: str
) -> None:
    """Connections that died while nobody used them are noticed before they are handed out."""
    name = database(place)
    with psycopg.connect(place.replace(name, "postgres"), autocommit=True) as connection:
        connection.execute(
            # With a time to wait: without it they are only told to die, and may be in use first.
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            (name,),
        )
    assert empty.status().codes == 0
