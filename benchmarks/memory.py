"""How much memory a program and its register's server take together (Linux).

A page that several processes share is counted once: what is added up is the proportional set size
(PSS) of `/proc/*/smaps_rollup`. The pages of PostgreSQL's shared buffers are among it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PERIOD = 0.2  # seconds


@dataclass
class Peak:
    """The most at any moment, in MB: of all, and how much of that was the program's own."""

    all: float = 0.0
    own: float = 0.0


@contextmanager
def watched(program: int, folder: Path) -> Iterator[Peak]:
    """Watch a process, what it started, and the server of a register's folder."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(_PERIOD):
            children = _children()
            own = sum(map(_megabytes, _family(program, children)))
            served = sum(map(_megabytes, _family(_server(folder), children)))
            if own + served > peak.all:
                peak.all, peak.own = own + served, own

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            parent = (
                path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
            found.setdefault(int(parent), []).append(int(path.parent.name))
    return found


def _family(process: int | None, children: dict[int, list[int]]) -> Iterator[int]:
    if process is not None:
        yield process
        for child in children.get(process, []):
            yield from _family(child, children)


def _server(folder: Path) -> int | None:
    try:
        return int((folder / "postgres/postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, IndexError):  # it does not run yet, or no more
        return None


def _megabytes(process: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0
