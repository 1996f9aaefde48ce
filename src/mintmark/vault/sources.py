"""Where key rings are kept: in a file that only its owner may read, or in the environment.

A source reads the ring of a register, and changes it: whoever rotates keys hands over what to do to
the ring as it is then, so that two who rotate at once do not lose one another's keys.
"""

import base64
import contextlib
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from fasteners import InterProcessLock

from mintmark.durable import keep_names
from mintmark.errors import (
    KeysExist,
    KeysReadOnly,
    NoKeys,
    OpenKeyFile,
    Refusal,
    UnreadableKeyFile,
)
from mintmark.vault import keeping
from mintmark.vault.keeping import UNWRAPPED, KeyService
from mintmark.vault.keyring import KeyRing
from mintmark.vault.transit import Transit

VARIABLE = "MINTMARK_KEYS"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OWNER = stat.S_IRUSR | stat.S_IWUSR
_threads = threading.Lock()  # a record lock keeps out processes, not threads


class Source(Protocol):
    """Where a key ring is kept; `place` says it to people."""

    @property
    def place(self) -> str:
        """Where that is."""

    def read(self, register: str) -> KeyRing:
        """Read the ring of the register with that id.

        Raises NoKeys, BrokenKeyFile, ForeignKeys, OtherKeyService, WrongKey, OpenKeyFile,
        UnreadableKeyFile, KeyServiceUnreachable or KeyServiceRefused.
        """

    def create(self, ring: KeyRing, /) -> None:
        """Keep a new ring. Raises KeysExist, KeysReadOnly, or what `change` does."""

    def change(self, register: str, change: Callable[[KeyRing], KeyRing], /) -> KeyRing:
        """Put what `change` makes of the ring in its place, and give it.

        Raises what `read` does, and KeysReadOnly.
        """


class FileSource:
    """A file with mode 0600; its secrets as they are, or wrapped by a key service.

    >>> from datetime import UTC, datetime
    >>> source, now = FileSource(Path("keys.json")), datetime(2026, 11, 22, tzinfo=UTC)
    >>> source.create(KeyRing.made("0b6f…", at=now))
    >>> source.change("0b6f…", lambda ring: ring.add("wrapping", at=now)).wrapping_version
    2
    >>> source.read("0b6f…").wrapping_version
    2
    """

    def __init__(self, path: Path, service: KeyService = UNWRAPPED) -> None:
        self._path = path
        self._service = service

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    def create(self, ring: KeyRing) -> None:
        """Write a new key ring. Raises KeysExist, UnreadableKeyFile, or what the service does."""
        with self._alone():
            if os.path.lexists(self._path):
                raise KeysExist(place=self.place)
            self._write(ring)

    def read(self, register: str) -> KeyRing:
        """Read the ring of a register."""
        with self._known_errors():
            text = self._text()
        return keeping.read(text, place=self.place, register=register, service=self._service)

    def change(self, register: str, change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Put what `change` makes of the ring in its place: all of it or, in a crash, nothing."""
        with self._alone():
            ring = change(self.read(register))
            self._write(ring)
        return ring

    def _text(self) -> bytes:
        with self._path.open("rb") as file:
            # Of the open file, so that it is the one which is read.
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name != "nt" and mode & _OTHERS:
                raise OpenKeyFile(place=self.place, mode=f"{mode:04o}")
            return file.read()

    def _write(self, ring: KeyRing) -> None:
        text = keeping.written(ring, self._service)
        path = self._path.resolve()  # a link stays one
        new = path.with_name(f".{path.name}.new")
        with self._known_errors():
            new.unlink(missing_ok=True)  # of a process that was killed
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(new, flags, _OWNER), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
            keep_names(path.parent)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self._path.with_name(f".{self._path.name}.lock")
        with self._known_errors(), _threads, InterProcessLock(lock):
            yield

    @contextlib.contextmanager
    def _known_errors(self) -> Iterator[None]:
        try:
            yield
        except Refusal:
            raise
        except FileNotFoundError:
            raise NoKeys(place=self.place) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnreadableKeyFile(place=self.place, reason=reason) from None


class EnvironmentSource:
    """An environment variable with what the file would hold, as it is or in base64.

    >>> EnvironmentSource({}).read("0b6f…")
    Traceback (most recent call last):
        ...
    mintmark.errors.sealing.NoKeys: no-keys (place='MINTMARK_KEYS')
    """

    def __init__(self, environ: Mapping[str, str], service: KeyService = UNWRAPPED) -> None:
        self._environ = environ
        self._service = service

    @property
    def place(self) -> str:
        """The variable's name."""
        return VARIABLE

    def read(self, register: str) -> KeyRing:
        """Read the ring of a register."""
        text = self._environ.get(VARIABLE, "").strip()
        if not text:
            raise NoKeys(place=self.place)
        plain = text if text.startswith("{") else _decoded(text)
        return keeping.read(plain, place=self.place, register=register, service=self._service)

    def create(self, _ring: KeyRing) -> None:
        """Refuse, as `change` does."""
        raise KeysReadOnly(place=self.place)

    def change(self, _register: str, _change: Callable[[KeyRing], KeyRing]) -> KeyRing:
        """Refuse: a process cannot change the environment that it will be started with."""
        raise KeysReadOnly(place=self.place)


def chosen(path: Path, *, key_service: str, environ: Mapping[str, str]) -> Source:
    """Give the source that the settings name: the environment, if it holds keys, else the file.

    `key_service` is the URL of a key service, "" for none. Raises WrongSetting.

    >>> chosen(Path("keys.json"), key_service="", environ={}).place
    'keys.json'
    """
    service = Transit(key_service) if key_service else UNWRAPPED
    if environ.get(VARIABLE):
        return EnvironmentSource(environ, service)
    return FileSource(path, service)


def _decoded(text: str) -> str | bytes:
    try:
        return base64.b64decode(text, validate=False)
    except ValueError:
        return text  # which is then refused as no JSON
