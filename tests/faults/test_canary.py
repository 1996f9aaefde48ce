"""No fact about a person, and no key, is anywhere on disk but where it was asked for.

A register goes through a bad week (`happenings`); then every byte that it, its server and its
programs have left is searched (`sweeping`) for every spelling of made-up people's facts
(`canaries`). What people themselves hand over and get back, in `Scene.files`, is left out: there
the search has to find everything. The controls at the end plant a fact where it must not be.
"""

import base64
import gc
import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import psycopg
import pytest
from tests.conftest import RULE, TABLES, TODAY
from tests.faults import canaries, happenings
from tests.faults.happenings import Scene
from tests.faults.sweeping import Hit, Sweep

import mintmark
from mintmark.errors import DiskFull
from mintmark.intake import write_table

_PEOPLE = [canaries.facts(number) for number in range(40)]
_LOGGED = (  # what the server says where it says it in full
    "duplicate key value", "violates check constraint", "deadlock detected",
    "due to lock timeout", "due to user request", "terminated by signal 9",
)  # fmt: skip
_PREPARED = (
    "ALTER SYSTEM SET wal_keep_size = '1GB'",
    "ALTER SYSTEM SET remove_temp_files_after_crash = off",
    "ALTER DATABASE postgres SET work_mem = '64kB'",
    "ALTER DATABASE postgres SET deadlock_timeout = '100ms'",
    "SELECT pg_reload_conf()",
)
_TALKATIVE = (
    "ALTER SYSTEM SET log_statement = 'all'",
    "ALTER SYSTEM SET log_min_duration_statement = 0",
    "ALTER SYSTEM SET log_parameter_max_length = -1",
    "SELECT pg_reload_conf()",
    "CHECKPOINT",
)
_OLD = """
INSERT INTO mintmark.customer (id, type, unsealed, attributes, added_at)
VALUES (%s, 'VIP', %s, '{}', now())
"""
_PRINTS = "SELECT key FROM mintmark.identity ORDER BY customer DESC LIMIT 30"


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return Sweep(canaries.patterns(_PEOPLE))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A register after a bad week; its server has stopped, or somebody has it open by now."""
    scene = Scene(tmp_path_factory.mktemp("canary"))
    for folder in (scene.logs, scene.temporary, scene.files):
        folder.mkdir()
    scene.temporary.chmod(0o777)  # the server's account has to pass, too
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scene.temporary))
        with happenings.logged(scene):
            live(scene)
        yield scene


def live(scene: Scene) -> None:
    with mintmark.open(scene.register, create=True, now=lambda: TODAY) as register:
        register.publish(RULE, tables=TABLES)
        tell(scene, _PREPARED)
        happenings.come_in(register)
        happenings.come_in_crowds(register)
        happenings.be_refused(register)
        happenings.be_sought(register)
        happenings.be_imported(scene)
        happenings.go_wrong(scene, register)
        happenings.spill(scene)
        scene.quiet_log.write_bytes(scene.server_log.read_bytes())
        tell(scene, _TALKATIVE)
        with mintmark.open(scene.register, now=lambda: TODAY) as watched:
            happenings.be_sought(watched)
            watched.register(**canaries.person(26), request="r26")
            happenings.be_refused(watched)
        happenings.dump(scene)


def tell(scene: Scene, statements: tuple[str, ...]) -> None:
    with happenings.looking(scene) as look:
        for statement in statements:
            look.execute(statement.encode())


def hits(sweep: Sweep, scene: Scene) -> list[Hit]:
    folders = (scene.register, scene.logs, scene.temporary)
    return [hit for folder in folders for hit in islice(sweep.folder(folder), 20)]


# ---------------------------------------------------------------- facts


def test_no_fact_is_left_anywhere(scene: Scene, sweep: Sweep) -> None:
    assert hits(sweep, scene) == []


def test_the_week_was_as_bad_as_it_was_meant_to_be(scene: Scene) -> None:
    """Or else nothing was proved: files of the server's own, and every way to fail, were there."""
    quiet = scene.quiet_log.read_text(encoding="utf-8")
    assert [said for said in _LOGGED if said not in quiet] == []
    assert "execute" in scene.server_log.read_text(encoding="utf-8").lower()
    assert [*(scene.register / "postgres/base/pgsql_tmp").iterdir()]
    assert (scene.logs / "dump.sql").stat().st_size > happenings.MANY * 100
    assert "WrongPhone" in (scene.logs / "program.log").read_text(encoding="utf-8")


def test_the_log_has_nothing_that_would_undo_a_shredding(scene: Scene) -> None:
    """A sealed value with its key wrapped, or a fingerprint, outlives in a log who was shredded."""
    ring = json.loads((scene.register / "keys.json").read_text(encoding="utf-8"))
    headers = {f"01010001{key['id']}".encode(): "wrapped" for key in ring["keys"]}
    with mintmark.open(scene.register), happenings.looking(scene) as look:
        prints = look.execute(_PRINTS).fetchall()
    sweep = Sweep(headers | {print_.hex().encode(): "fingerprint" for (print_,) in prints})
    assert [*sweep.file(scene.quiet_log)] == []
    shown = {hit.what for hit in sweep.file(scene.server_log)}
    assert shown == {"wrapped", "fingerprint"}, "the control: where all is logged, it is there"


def test_people_find_their_facts_in_their_own_files(scene: Scene, sweep: Sweep) -> None:
    for name in ("people.xlsx", "many.csv", "all.xlsx", "people-refused.xlsx"):
        assert {hit.what.split(":")[0] for hit in sweep.file(scene.files / name)} & {"name"}, name


# XlsxWriter leaves a file open that it was not told to finish; it is gone when that is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_workbook_cut_off_in_the_middle_leaves_no_rows_behind(
    scene: Scene, sweep: Sweep, tmp_path: Path
) -> None:
    def rows() -> Iterator[list[str]]:
        for _ in range(300):
            yield [*canaries.facts(1).values()]
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFull):
        list(write_table(tmp_path / "all.xlsx", "all", [*canaries.PIECES], rows(), total=300))
    gc.collect()
    assert [*tmp_path.iterdir()] == []
    assert [*sweep.folder(scene.temporary)] == []


def test_sealing_an_old_register_leaves_nothing_in_tables_and_statistics(
    place: str, sweep: Sweep
) -> None:
    """The planner's statistics quote values of columns, and are in every backup."""
    with mintmark.open(place, create=True), psycopg.connect(place, autocommit=True) as look:
        for row, facts in enumerate(_PEOPLE):
            look.execute(_OLD, (row, json.dumps(facts)))
        look.execute("ANALYZE mintmark.customer")
        assert [*sweep.content(as_text(look), "")], "the control: statistics do quote"
        with mintmark.open(place) as register:
            assert register.find(name=_PEOPLE[1]["name"]).found
        assert [*sweep.content(as_text(look), "")] == []


def as_text(look: psycopg.Connection[tuple[object, ...]]) -> bytes:
    rows = [
        look.execute(query).fetchall() for query in ("TABLE pg_stats", "TABLE mintmark.customer")
    ]
    return str(rows).encode()


# ---------------------------------------------------------------- keys


def secrets(scene: Scene) -> dict[bytes, str]:
    """Give every spelling of every secret of the ring."""
    ring = json.loads((scene.register / "keys.json").read_text(encoding="utf-8"))
    raw = [base64.b64decode(key["secret"]) for key in ring["keys"]]
    return {
        spelt: f"{key['purpose']}: {how}"
        for key, secret in zip(ring["keys"], raw, strict=True)
        for how, spelt in (("raw", secret), *canaries.binary_as_text(secret))
    }


def test_secrets_are_in_the_key_file_alone(scene: Scene) -> None:
    sweep = Sweep(secrets(scene))
    folders = (scene.register, scene.logs, scene.temporary, scene.files)
    found = {hit.file for folder in folders for hit in sweep.folder(folder)}
    assert found == {"keys.json"}


def test_the_server_is_not_handed_what_is_in_the_environment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server inherits its superusers can read, and its core dumps hold."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("the environment of a process is only shown by Linux")
    ring = (scene.register / "keys.json").read_bytes()
    monkeypatch.setenv("MINTMARK_KEYS", base64.b64encode(ring).decode())
    monkeypatch.setenv("VAULT_TOKEN", "hvs.canary-token")
    with mintmark.open(scene.register) as register:
        assert register.find(phone=canaries.facts(1)["phone"]).found
        server = int((scene.register / "postgres/postmaster.pid").read_text().split()[0])
        environ = Path(f"/proc/{server}/environ").read_bytes()
    assert b"LC_ALL=C" in environ
    assert b"MINTMARK" not in environ
    assert b"canary-token" not in environ


# ---------------------------------------------------------------- controls


@pytest.fixture(scope="module")
def planted(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the week has left, with facts in it."""
    folder = tmp_path_factory.mktemp("planted")
    facts = canaries.facts(1)
    with mintmark.open(scene.register, now=lambda: TODAY) as register:
        register.register(name="张伟", owner=facts["name"], **canaries.OPEN)
        with happenings.looking(scene) as look:
            plant(look, facts)
        happenings.dump(scene)
    for name, file in (("log", scene.server_log), ("dump", scene.logs / "dump.sql")):
        (folder / name).write_bytes(file.read_bytes())
    for name in ("pg_wal", "base"):
        parts = [f for f in (scene.register / "postgres" / name).rglob("*") if f.is_file()]
        (folder / name).write_bytes(b"".join(part.read_bytes() for part in parts))
    return folder


def plant(look: psycopg.Connection[object], facts: Mapping[str, str]) -> None:
    look.execute("CREATE TABLE plain (phone text, hashed bytea, long text)")
    row = (facts["phone"], facts["id_number"], facts["address"] * 2000)
    look.execute("INSERT INTO plain VALUES (%s, sha256(%s::text::bytea), %s)", row)
    look.execute("CHECKPOINT")
    with pytest.raises(psycopg.errors.DivisionByZero):
        look.execute(f"SELECT 1 / 0, '{facts['email']}'".encode())


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("base", "name"),  # in an open attribute
        ("base", "phone"),
        ("base", "id_number"),  # as a digest without a key
        ("pg_wal", "name"),
        ("pg_wal", "phone"),
        ("log", "email"),  # in a statement that failed
        ("dump", "name"),
        ("dump", "phone"),
        ("dump", "id_number"),
        ("dump", "address"),  # which the server has compressed in its own files
    ],
)
def test_a_fact_that_is_planted_is_found(
    planted: Path, sweep: Sweep, where: str, what: str
) -> None:
    assert what in {hit.what.split(":")[0] for hit in sweep.file(planted / where)}


@pytest.mark.parametrize("fact", canaries.PIECES)
def test_every_spelling_is_found(sweep: Sweep, fact: str) -> None:
    value = canaries.facts(7)[fact]
    spelt = dict(canaries.spellings(fact, value))
    assert len(spelt) > 40
    lost = [how for how, one in spelt.items() if not [*sweep.content(b"\x00" + one, "")]]
    assert lost == []


def test_what_is_packed_or_lies_across_two_blocks_is_found(sweep: Sweep, tmp_path: Path) -> None:
    phone = canaries.facts(7)["phone"].encode()
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"seen: " + phone))
    assert [*sweep.file(tmp_path / "log.gz")]
    for before in range(-16, 2, 3):
        where = (1 << 23) - sweep.longest + before
        assert [hit.at for hit in sweep.content(bytes(where) + phone, "")] == [where]
