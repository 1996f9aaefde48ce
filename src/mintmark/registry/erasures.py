"""The erasure list (粉碎清单): a file with all that was shredded, which outlives every restore.

A line is written, and is on disk, before the shredding itself is committed. So whatever is restored
and whatever crashed, what stands here is to be shredded. A line says which customer of which
register, never anything about a person:

    {"register": "<uuid>", "customer": 7, "added_at": "2026-11-22T04:00:00+00:00",
     "at": "…", "actor": "anna", "reason": "…", "check": "5b0c2f…"}

`check` is of the line itself: a damaged one must not be passed over. Only the end of the file may
be cut off: that line was still being written when the power went, and nothing came of it.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from fasteners import InterProcessLock

from mintmark.durable import keep_names
from mintmark.errors import BrokenErasureList, UnusableErasureList
from mintmark.store import Erasure

_CHECK = 16  # hexadecimal digits
_threads = threading.Lock()  # a record lock keeps out processes, not threads


class ErasureList:
    """The erasure list of the register with the id `register`; several may share a file.

    >>> at = datetime.fromisoformat("2026-11-22T04:00:00+00:00")
    >>> one = Erasure(customer=7, added_at=at, at=at, actor="anna", reason="asked for it")
    >>> listed = ErasureList(Path("erasures.jsonl"), "0b6f…")
    >>> listed.append([one])
    >>> listed.read() == [one]
    True
    """

    def __init__(self, path: Path, register: str) -> None:
        self._path = path
        self.register = register

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    def digest(self) -> bytes:
        """Give the digest of the file. Raises UnusableErasureList."""
        with self._known_errors():
            return hashlib.sha256(self._text()).digest()

    def read(self) -> list[Erasure]:
        """Read what was shredded. Raises BrokenErasureList or UnusableErasureList."""
        with self._known_errors():
            text = self._text()
        found: dict[tuple[int, datetime], Erasure] = {}
        lines = text.split(b"\n")
        for number, line in enumerate(lines, start=1):
            entry = _entry(line)
            if entry is None and number < len(lines):
                raise BrokenErasureList(place=self.place, line=number)
            if entry and entry["register"] == self.register:
                one = _erasure(entry)
                found.setdefault((one.customer, one.added_at), one)
        return list(found.values())

    def append(self, erasures: Sequence[Erasure]) -> None:
        """Write what is shredded; it is on disk when this returns. Raises UnusableErasureList."""
        with self._known_errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                is_new = not self._path.exists()
                self._mend_end()
                with self._path.open("ab") as file:
                    file.write(b"".join(_line(one, self.register) for one in erasures))
                    file.flush()
                    os.fsync(file.fileno())
                if is_new:
                    keep_names(self._path.parent)

    def _text(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""

    def _mend_end(self) -> None:
        """End the last line, or take it out where it was cut off."""
        text = self._text()
        end = text.rfind(b"\n") + 1
        if end == len(text):
            return
        with self._path.open("r+b") as file:
            if _entry(text[end:]) is None:
                file.truncate(end)
            else:
                file.seek(len(text))
                file.write(b"\n")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with _threads, InterProcessLock(self._path.with_name(f".{self._path.name}.lock")):
            yield

    @contextlib.contextmanager
    def _known_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnusableErasureList(place=self.place, reason=reason) from None


def _line(one: Erasure, register: str) -> bytes:
    entry = {
        "register": register,
        "customer": one.customer,
        "added_at": one.added_at,
        "at": one.at,
        "actor": one.actor,
        "reason": one.reason,
    }
    return orjson.dumps({**entry, "check": _check(entry)}) + b"\n"


def _entry(line: bytes) -> dict[str, Any] | None:
    """Read a line; None: it is not what was written."""
    with contextlib.suppress(orjson.JSONDecodeError):
        entry = orjson.loads(line)
        if isinstance(entry, dict) and entry.pop("check", None) == _check(entry):
            return entry
    return None


def _check(entry: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_CHECK]


def _erasure(entry: dict[str, Any]) -> Erasure:
    return Erasure(
        customer=entry["customer"],
        added_at=datetime.fromisoformat(entry["added_at"]),
        at=datetime.fromisoformat(entry["at"]),
        actor=entry["actor"],
        reason=entry["reason"],
    )
