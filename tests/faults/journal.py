"""What clients write down outside the database: what they asked, when, and what was answered.

A line is one write to a file opened for appending: it stays when its writer is killed; only the
last one may be torn then. Times are of a clock that all processes of a machine share.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

ASKED = "asked"  # before each try
ANSWERED = "answered"  # with the code
REFUSED = "refused"  # with the slug
FAILED = "failed"  # with the name of an exception that is no refusal
RELEASING, RELEASED = "releasing", "released"  # the code that was answered: before, after
VOIDING, VOIDED = "voiding", "voided"


class Line(NamedTuple):
    """What happened to a request at a time (ns); `word` is a code, a slug, a name, or nothing."""

    at: int
    verb: str
    request: str
    word: str


class Journal:
    """One writer's file; any number of threads may note in it."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, verb: str, request: str, word: str = "") -> None:
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        os.write(self._file, f"{now} {verb} {request} {word}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.close(self._file)


def read(files: Iterable[Path]) -> list[Line]:
    """Give the lines of all writers in the order of time."""
    texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
    lines = [line for text in texts for line in text.rpartition("\n")[0].splitlines()]
    return sorted(_parsed(line) for line in lines)


def _parsed(line: str) -> Line:
    at, verb, request, word = line.split(" ")
    return Line(int(at), verb, request, word)
