"""Where key rings are kept, and everything that can be wrong with that."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.keys import LATER, NOW, REGISTER, RINGS, key_of, ring

from mintmark.errors import (
    BrokenKeyFile,
    ForeignKeys,
    KeysExist,
    KeysReadOnly,
    NoKeys,
    OpenKeyFile,
    Refusal,
    UnreadableKeyFile,
    WrongKey,
)
from mintmark.vault import EnvironmentSource, FileSource, KeyRing, chosen
from mintmark.vault.keeping import written

NO_MODES = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def source(path: Path) -> FileSource:
    source = FileSource(path)
    source.create(ring())
    return source


def unchanged(source: FileSource) -> Callable[[str], KeyRing]:
    return lambda register: source.change(register, lambda keys: keys)


# ---------------------------------------------------------------- a file


@pytest.mark.parametrize("keys", RINGS.values(), ids=RINGS)
def test_a_ring_is_read_as_it_was_written(path: Path, keys: KeyRing) -> None:
    late = keys.add("wrapping", at=LATER).retire(key_of(keys, "wrapping", 1).id)
    gone = late.destroy(key_of(keys, "wrapping", 1).id)
    for turn, one in enumerate((keys, late, gone)):
        source = FileSource(path.with_name(f"{turn}.json"))
        source.create(one)
        assert source.read(REGISTER) == one


@NO_MODES
def test_nobody_but_its_owner_may_read_the_file(source: FileSource, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    source.change(REGISTER, lambda keys: keys.add("index", at=LATER))
    assert path.stat().st_mode & 0o777 == 0o600


@NO_MODES
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o602, 0o777])
def test_a_file_that_others_may_read_is_refused(source: FileSource, path: Path, mode: int) -> None:
    path.chmod(mode)
    for attempt in (source.read, unchanged(source)):
        with pytest.raises(OpenKeyFile) as refused:
            attempt(REGISTER)
        assert refused.value.facts() == {"place": str(path), "mode": f"{mode:04o}"}
    path.chmod(0o400)
    assert source.read(REGISTER).register == REGISTER


def test_a_ring_is_never_written_over(source: FileSource, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeysExist):
        source.create(ring())
    assert path.read_bytes() == before


def test_a_lost_file_is_named(path: Path) -> None:
    source = FileSource(path)
    for attempt in (source.read, unchanged(source)):
        with pytest.raises(NoKeys) as refused:
            attempt(REGISTER)
        assert refused.value.place == str(path)
    assert not path.exists()


def test_what_the_system_does_not_let_us_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableKeyFile) as refused:
        FileSource(tmp_path).read(REGISTER)
    assert refused.value.place == str(tmp_path)


def test_a_file_cut_off_anywhere_is_refused(source: FileSource, path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole) - 2):  # the last character is the end of the line
        path.write_bytes(whole[:length])
        with pytest.raises(BrokenKeyFile) as refused:
            source.read(REGISTER)
        assert refused.value.place == str(path)
    path.write_bytes(whole)
    assert source.read(REGISTER).register == REGISTER


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda document: document.pop(name)


def _of_key(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["keys"][1].update({name: value})


EDITS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    *((_without(name), name) for name in ("format", "register", "suite", "service", "keys")),
    (lambda document: document.update(format=2), "format"),
    (lambda document: document.update(suite="rot13"), "suite"),
    (lambda document: document["keys"].pop(1), "keys: index"),
    (lambda document: document["keys"].pop(0), "keys: wrapping"),
    (lambda document: document["keys"].append(document["keys"][0]), "keys[2]"),
    (lambda document: document["keys"].append(7), "keys[2].id"),
    (lambda document: document["keys"][1].pop("check"), "keys[1].check"),
    (_of_key("id", "../../etc"), "keys[1].id"),
    (_of_key("purpose", "door"), "keys[1].purpose"),
    (_of_key("version", 0), "keys[1].version"),
    (_of_key("version", True), "keys[1].version"),
    (_of_key("version", 70_000), "keys[1].version"),
    (_of_key("state", "lost"), "keys[1].state"),
    (_of_key("state", "retired"), "keys: index"),
    (_of_key("state", "destroyed"), "keys[1].secret"),
    (_of_key("made_at", "yesterday"), "keys[1].made_at"),
    (_of_key("made_at", "2026-11-22T04:00:00"), "keys[1].made_at"),
    (_of_key("secret", None), "keys[1].secret"),
    (_of_key("secret", "AAAA"), "keys[1].secret"),
    (_of_key("secret", "no base64!"), "keys[1].secret"),
]


@pytest.mark.parametrize(("edit", "reason"), EDITS, ids=map(str, range(len(EDITS))))
def test_a_file_that_was_edited_is_refused_at_the_place(
    edit: Callable[[dict[str, Any]], object], reason: str, source: FileSource, path: Path
) -> None:
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    with pytest.raises(BrokenKeyFile) as refused:
        source.read(REGISTER)
    assert refused.value.reason == reason


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"[]", b"[" * 100_000, b"null", b"\x00"])
def test_what_is_no_key_ring_at_all_is_refused(source: FileSource, path: Path, text: bytes) -> None:
    path.write_bytes(text)
    with pytest.raises(BrokenKeyFile):
        source.read(REGISTER)


def test_a_wrong_secret_is_told_at_once_and_by_name(source: FileSource, path: Path) -> None:
    document = json.loads(path.read_text())
    entry = document["keys"][1]
    secret = bytearray(base64.b64decode(entry["secret"]))
    secret[31] ^= 1
    entry["secret"] = base64.b64encode(secret).decode()
    path.write_text(json.dumps(document))
    with pytest.raises(WrongKey) as refused:
        source.read(REGISTER)
    assert refused.value.facts() == {"place": str(path), "key": entry["id"], "version": 1}


def test_the_ring_of_another_register_is_refused(source: FileSource, path: Path) -> None:
    with pytest.raises(ForeignKeys) as refused:
        source.read("another")
    expected = {"place": str(path), "register": REGISTER, "expected": "another"}
    assert refused.value.facts() == expected


# ---------------------------------------------------------------- changes


def test_two_who_rotate_at_once_lose_no_key(source: FileSource) -> None:
    def rotate() -> None:
        for _ in range(5):
            source.change(REGISTER, lambda keys: keys.add("wrapping", at=LATER))

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.read(REGISTER).wrapping_version == 1 + 4 * 5


ROTATING = """
import sys
from pathlib import Path
from tests.keys import LATER, REGISTER
from mintmark.vault import FileSource
for turn in range(5):
    FileSource(Path(sys.argv[1])).change(REGISTER, lambda keys: keys.add("index", at=LATER))
"""


def test_two_processes_that_rotate_at_once_lose_no_key(source: FileSource, path: Path) -> None:
    command = [sys.executable, "-c", ROTATING, str(path)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(source.read(REGISTER).index_versions) == 1 + 3 * 5


def test_a_change_that_fails_changes_nothing(
    source: FileSource, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnreadableKeyFile, match="No space left"):
        source.change(REGISTER, lambda keys: keys.add("wrapping", at=LATER))
    monkeypatch.undo()
    assert path.read_bytes() == before
    changed = source.change(REGISTER, lambda keys: keys.add("wrapping", at=LATER))
    assert changed.wrapping_version == 2


@NO_MODES
def test_a_link_to_the_file_stays_a_link(source: FileSource, path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    FileSource(link).change(REGISTER, lambda keys: keys.add("index", at=LATER))
    assert link.is_symlink()
    assert source.read(REGISTER).index_versions == (2, 1)


# ---------------------------------------------------------------- the environment


def test_the_environment_may_hold_the_ring_as_it_is_or_in_base64() -> None:
    keys = ring()
    text = written(keys)
    coded = base64.encodebytes(text.encode()).decode()
    for held in (text, f"\n {text} ", coded, coded.replace("\n", "")):
        source = EnvironmentSource({"MINTMARK_KEYS": held})
        assert source.read(REGISTER) == keys


@pytest.mark.parametrize("held", ["hello", "====", "eyJmb3JtYXQi", "{", "钥匙"])
def test_an_environment_that_holds_no_ring_is_refused(held: str) -> None:
    with pytest.raises(BrokenKeyFile) as refused:
        EnvironmentSource({"MINTMARK_KEYS": held}).read(REGISTER)
    assert refused.value.place == "MINTMARK_KEYS"


def test_keys_in_the_environment_cannot_be_changed() -> None:
    source = EnvironmentSource({"MINTMARK_KEYS": written(ring())})
    with pytest.raises(KeysReadOnly, match="MINTMARK_KEYS"):
        source.change(REGISTER, lambda keys: keys)
    with pytest.raises(KeysReadOnly, match="MINTMARK_KEYS"):
        source.create(ring())


def test_the_environment_wins_over_the_file(source: FileSource, path: Path) -> None:
    other = KeyRing.made(REGISTER, at=NOW)
    environ = {"MINTMARK_KEYS": written(other)}
    assert chosen(path, key_service="", environ=environ).read(REGISTER) == other
    assert chosen(path, key_service="", environ={}).read(REGISTER) == source.read(REGISTER)


def test_every_refusal_of_a_source_is_one_of_ours(tmp_path: Path) -> None:
    strange = tmp_path / ("long" * 100)
    with pytest.raises(Refusal):
        FileSource(strange).read(REGISTER)
    with pytest.raises(Refusal):
        FileSource(strange).create(ring())
