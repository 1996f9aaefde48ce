"""Without its keys a register does whatever needs none, and says which key is wanting."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.conftest import RULE, TABLES, TODAY

import mintmark
from mintmark import errors
from mintmark.customer import Customer
from mintmark.registry import Record
from mintmark.vault import KeyRing, Keys
from mintmark.vault.keeping import written
from mintmark.vault.sources import FileSource

Query = Callable[[str], list[tuple[Any, ...]]]
Reopen = Callable[[], mintmark.Register]
PLACE: dict[str, Any] = {"type": "VIP", "region": "北京", "registered": "20231001"}


@pytest.fixture
def ring(register: mintmark.Register) -> Path:
    """The key file of a register with one customer."""
    register.register(name="王琦", phone="13875014587", **PLACE)
    return Path(register.keys.status().place)


def lost(ring: Path) -> None:
    ring.unlink()


def empty(ring: Path) -> None:
    ring.write_text("")


def truncated(ring: Path) -> None:
    ring.write_bytes(ring.read_bytes()[:-40])


def of_one_key(ring: Path) -> None:
    document = json.loads(ring.read_text("utf-8"))
    document["keys"] = document["keys"][:1]
    ring.write_text(json.dumps(document))


def with_another_secret(ring: Path) -> None:
    document = json.loads(ring.read_text("utf-8"))
    document["keys"][0]["secret"] = document["keys"][1]["secret"]
    ring.write_text(json.dumps(document))


def open_to_all(ring: Path) -> None:
    ring.chmod(0o644)


def of_another_register(ring: Path) -> None:
    ring.write_text(written(KeyRing.made("somebody-else", at=TODAY)))


def made_anew(ring: Path) -> None:
    """A ring that is right in itself: nothing but the register's notes tells that it is not."""
    document = json.loads(ring.read_text("utf-8"))
    ring.write_text(written(KeyRing.made(document["register"], at=TODAY)))


DAMAGES: dict[Callable[[Path], None], type[errors.Refusal]] = {
    lost: errors.NoKeys,
    empty: errors.BrokenKeyFile,
    truncated: errors.BrokenKeyFile,
    of_one_key: errors.BrokenKeyFile,
    with_another_secret: errors.WrongKey,
    open_to_all: errors.OpenKeyFile,
    of_another_register: errors.ForeignKeys,
    made_anew: errors.WrongKey,
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_without_its_keys_a_register_does_what_needs_none(
    ring: Path, reopen: Reopen, damage: Callable[[Path], None]
) -> None:
    kept, code = ring.read_bytes(), "V-BJ-20231001-00001"
    damage(ring)
    book = reopen()
    refusal = DAMAGES[damage]
    # What needs no key:
    assert book.mint(**PLACE) == "V-BJ-20231001-00002"
    assert book.hold(reason="卡片", **PLACE) == "V-BJ-20231001-00003"
    assert book.numbers(code).counts == {"bound": 1, "held": 2}
    proof = book.verify()
    list(proof)
    assert proof.holds
    assert isinstance(book.status().locked, refusal)
    found = book.resolve(code)
    assert isinstance(found.locked, refusal)
    assert found.customer is not None
    assert (found.customer.name, found.customer.phone) == ("", None)
    assert (found.customer.type, found.customer.region) == ("VIP", "北京")
    assert (found.rule, len(found.readings) > 2) == ("main@1", True)
    # What does:
    someone = Record(customer=Customer(name="李雷", type="VIP"))
    asked: list[Callable[[], object]] = [
        lambda: book.register(name="李雷", **PLACE),
        lambda: book.bind("V-BJ-20231001-00002", name="李雷"),
        lambda: book.register_many([someone]),
        lambda: book.forecast([someone]),
        lambda: book.find("王琦").found,
        lambda: book.find(phone="13875014587").found,
        lambda: list(book.customers()),
        lambda: list(book.keys.rotate()),
        lambda: list(book.keys.rotate("index")),
        lambda: list(book.keys.leakage()),
        lambda: book.keys.destroy("00000000"),
    ]
    for ask in asked:
        with pytest.raises(refusal):
            ask()
    standing = book.keys.status()
    assert (isinstance(standing.locked, refusal), standing.suite) == (True, None)
    assert {(key.purpose, key.state, key.under) for key in standing.keys} == {
        ("wrapping", "missing", 1), ("index", "missing", 1),
    }  # fmt: skip
    assert book.status().customers == 1
    # And nothing was half done: with the keys back, all is as it was.
    ring.write_bytes(kept)
    ring.chmod(0o600)
    again = reopen()
    assert again.resolve(code).locked is None
    assert [one.code for one in again.find("王琦").found] == [code]
    assert again.register(name="李雷", **PLACE).code == "V-BJ-20231001-00004"


def test_an_old_copy_of_the_ring_is_refused_by_the_id_of_the_key_that_it_lacks(
    ring: Path, register: mintmark.Register, reopen: Reopen
) -> None:
    old = ring.read_bytes()
    list(register.keys.rotate("index"))
    newest = register.keys.status().keys[1]
    ring.write_bytes(old)
    for book in (reopen(), register):
        refused = book.resolve("V-BJ-20231001-00001").locked
        if book is register:  # it has read the ring before
            assert refused is None
            continue
        assert isinstance(refused, errors.MissingKey)
        assert refused.facts() == {"key": newest.id, "version": 2}
        with pytest.raises(errors.MissingKey):
            book.find("王琦")


def test_who_is_under_a_lost_key_is_told_alone(
    ring: Path, register: mintmark.Register, reopen: Reopen, query: Query
) -> None:
    """Somebody sealed under the old wrapping key, which is then cut out of the ring."""
    rotation = register.keys.rotate()
    next(iter(rotation))  # and then it was killed
    register.register(name="李雷", **PLACE)
    source = FileSource(ring)
    document = json.loads(ring.read_text("utf-8"))
    first = document["keys"].pop(0)
    ring.write_text(json.dumps(document))
    assert query("SELECT version FROM mintmark_keys.data_key ORDER BY 1") == [(1,), (2,)]
    assert source.read(document["register"]).wrapping_version == 2
    book = reopen()
    assert book.status().locked is None
    refused = book.resolve("V-BJ-20231001-00001").locked
    assert isinstance(refused, errors.MissingKey)
    assert (refused.key, refused.version) == (first["id"], 1)
    assert book.find("李雷").found[0].code == "V-BJ-20231001-00002"
    assert book.register(name="韩梅梅", **PLACE).code == "V-BJ-20231001-00003"
    with pytest.raises(errors.MissingKey):
        list(book.keys.rotate())
    assert query("SELECT version FROM mintmark_keys.data_key ORDER BY 1") == [(1,), (2,), (2,)]
    assert [key.state for key in book.keys.status().keys if key.purpose == "wrapping"] == [
        "missing", "active",
    ]  # fmt: skip


def test_a_foreign_ring_that_lies_there_first_takes_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    file = tmp_path / "keys.json"
    monkeypatch.setenv("MINTMARK_KEY_FILE", str(file))
    FileSource(file).create(KeyRing.made("somebody-else", at=TODAY))
    with mintmark.open(place, create=True) as book:
        assert isinstance(book.status().locked, errors.ForeignKeys)
    file.unlink()
    with mintmark.open(place) as book:
        assert book.status().locked is None
    file.unlink()
    with mintmark.open(place) as book:  # it had keys: no others are made
        assert isinstance(book.status().locked, errors.NoKeys)
    assert not file.exists()


# ---------------------------------------------------------------- the first opening

OPEN = """
import sys
import mintmark
from pathlib import Path
sys.stdin.readline()
with mintmark.open(sys.argv[1], create=True) as book:
    print(Path(book.keys.status().place).read_text().count('"id"'), book.status().locked,
          *(key.id for key in book.keys.status().keys))
"""


def test_programs_that_open_a_new_register_at_once_make_one_ring(place: str) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", OPEN, place], text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]  # fmt: skip
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert said.pop().startswith("2 None ")


def as_before_sealing(place: str) -> None:
    """Put the register's customers back to how they were kept before there was sealing."""
    facts = """
        UPDATE customer SET sealed = NULL, index_version = 0, unsealed =
            jsonb_build_object('name', '客户' || id, 'phone', '+86138' || lpad(id::text, 8, '0'))
    """
    with psycopg.connect(place, options="-c search_path=mintmark,mintmark_keys") as raw:
        raw.execute(facts)
        for table in ("data_key", "identity", "fact_index"):
            raw.execute(f"DELETE FROM {table}".encode())


def test_a_register_of_before_sealing_is_sealed_when_it_is_opened_with_keys(
    place: str, query: Query
) -> None:
    with mintmark.open(place, create=True) as book:
        book.publish(RULE, tables=TABLES)
        people = [Customer(name=f"客户{n}", phone=f"+86138{n:08}", type="VIP", region="北京")
                  for n in range(1, 6)]  # fmt: skip
        for one in people:
            book.register(name=one.name, phone=one.phone or "", **PLACE)
        ring = Path(book.keys.status().place)
    as_before_sealing(place)
    kept = ring.read_bytes()
    ring.unlink()
    with mintmark.open(place) as book:  # without keys nothing can be sealed
        assert (book.keys.status().unsealed, book.mint(**PLACE)) == (5, "V-BJ-20231001-00006")
    ring.write_bytes(kept)
    ring.chmod(0o600)
    with mintmark.open(place) as book:
        assert book.keys.status().unsealed == 0
        assert [found.code for found in book.find("客户3").found] == ["V-BJ-20231001-00003"]
        assert book.register(name="客户3", phone="13800000003", **PLACE).new is False
        for purpose in ("wrapping", "index"):
            rotation = book.keys.rotate(purpose)
            list(rotation)
            assert rotation.done == 5
        assert len(book.find(phone="13800000005").found) == 1
    assert query("SELECT count(*) FROM customer WHERE unsealed IS NOT NULL") == [(0,)]


def test_a_register_of_sm4_is_sealed_found_rotated_and_locked(
    place: str, monkeypatch: pytest.MonkeyPatch, query: Query
) -> None:
    monkeypatch.setenv("MINTMARK_SUITE", "sm4-gcm")
    with mintmark.open(place, create=True) as book:
        book.publish(RULE, tables=TABLES)
        assert book.keys.status().suite == "sm4-gcm"
        book.register(name="王琦", phone="13875014587", **PLACE)
        for purpose in ("wrapping", "index"):
            list(book.keys.rotate(purpose))
        assert [found.code for found in book.find("王琦").found] == ["V-BJ-20231001-00001"]
        assert query("SELECT get_byte(sealed, 1) FROM customer") == [(2,)]
        ring = Path(book.keys.status().place)
    monkeypatch.delenv("MINTMARK_SUITE")
    with mintmark.open(place) as book:  # the ring says which, not the setting
        found = book.resolve("V-BJ-20231001-00001").customer
        assert found is not None
        assert found.name == "王琦"
        assert book.register(name="王琦", phone="13875014587", **PLACE).new is False
    made_anew(ring)
    with mintmark.open(place) as book:
        assert isinstance(book.status().locked, errors.WrongKey)


# ---------------------------------------------------------------- a key service that is away


class Away:
    """A source behind a key service that can go away."""

    place = "keys.json"

    def __init__(self, ring: KeyRing) -> None:
        self.ring, self.is_away = ring, False

    def read(self, _register: str) -> KeyRing:
        if self.is_away:
            raise errors.KeyServiceUnreachable(service="vault://transit/mintmark", reason="timeout")
        return self.ring

    def create(self, ring: KeyRing) -> None:
        raise NotImplementedError

    def change(self, _register: str, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        raise NotImplementedError


def test_a_key_service_that_is_away_for_a_moment_locks_nobody_who_has_the_newest_keys() -> None:
    old = KeyRing.made("r", at=TODAY)
    source = Away(old)
    keys = Keys(source, "r")
    source.is_away = True
    keys.refresh(old.noted())
    assert (keys.locked, keys.ring) == (None, old)
    newer = source.ring = old.add("index", at=TODAY)
    keys.refresh(newer.noted())  # somebody rotated: what is at hand is not enough
    assert isinstance(keys.locked, errors.KeyServiceUnreachable)
    late = Keys(source, "r")
    with pytest.raises(errors.KeyServiceUnreachable):
        _ = late.ring
    source.is_away = False
    for one in (keys, late):  # without being told
        assert one.ring == newer
        assert one.locked is None
