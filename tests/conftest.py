"""What tests share: registers of their own, on the PostgreSQL that Mintmark brings."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

import mintmark
from mintmark.store import embedded

# A law holds however busy the machine is; and dictionaries load the first time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

RULE = "{type}-{region}-{registered:YYYYMMDD}-{seq:5}"
TABLES = {
    "type": {"V": ["VIP", "VIP客户"], "N": ["普通", "普通客户"], "P": ["潜在", "潜在客户"]},
    "region": {"BJ": ["北京", "北京市", "Beijing"], "SH": ["上海", "Shanghai"], "GZ": ["广州"]},
}
TODAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parent.parent / "examples"

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests' keys lie that are in no register's folder; not where people's lie."""
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded server for the whole run; its conninfo."""
    with embedded.running(tmp_path_factory.mktemp("server")) as conninfo:
        yield conninfo


@pytest.fixture
def place(server: str) -> str:
    """The URL of an empty database of the test's own."""
    name = f"register_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    host = dict(part.split("=") for part in server.split())["host"]
    return f"postgresql://postgres@/{name}?host={host}"


@pytest.fixture
def empty(place: str) -> Iterator[mintmark.Register]:
    """An open register without a rule; its clock stands at TODAY."""
    with mintmark.open(place, create=True, now=lambda: TODAY) as opened:
        yield opened


@pytest.fixture
def register(empty: mintmark.Register) -> mintmark.Register:
    """An open register with the rule of the examples."""
    empty.publish(RULE, tables=TABLES)
    return empty


@pytest.fixture
def reopen(place: str) -> Iterator[Callable[[], mintmark.Register]]:
    """Open the same register once more, as another process would."""
    with ExitStack() as leaving:
        yield lambda: leaving.enter_context(mintmark.open(place, now=lambda: TODAY))


@pytest.fixture
def query(place: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Look into the database behind the register's back."""

    def look(statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(place, options="-c search_path=mintmark") as connection:
            return connection.execute(statement.encode()).fetchall()

    return look
