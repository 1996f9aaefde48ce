"""What a program and its register's server use together: memory and processors (Linux).

A page that several processes share is counted once: what is added up is the proportional set size
(PSS) of `/proc/*/smaps_rollup`. The pages of PostgreSQL's shared buffers are among it.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PERIOD = 0.2  # seconds
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Used:
    """The most memory at any moment, in MB: of all, and how much of that was the program's own.

    `server`: the seconds of processors that the server took, its start included.
    """

    peak: float = 0.0
    own: float = 0.0
    server: float = 0.0


@contextmanager
def watched(program: int, folder: Path) -> Iterator[Used]:
    """Watch a process, what it started, and the server of a register's folder."""
    used, ended = Used(), threading.Event()

    def watch() -> None:
        while not ended.wait(_PERIOD):
            children = _children()
            server = list(_family(_server(folder), children))
            own = sum(map(_megabytes, _family(program, children)))
            served = sum(map(_megabytes, server))
            if own + served > used.peak:
                used.peak, used.own = own + served, own
            gone = sum(_seconds(first, gone=True) for first in server[:1])
            used.server = max(used.server, sum(map(_seconds, server)) + gone)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield used
    finally:
        ended.set()
        watcher.join()


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            found.setdefault(int(_stat(int(path.name))[1]), []).append(int(path.name))
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


def _stat(process: int) -> list[str]:
    """Give the fields of a process after its name: state, parent, … (proc(5))."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    return told.rpartition(")")[2].split()


def _seconds(process: int, *, gone: bool = False) -> float:
    """Give what it took of processors; with `gone`, what those of its children did who are gone."""
    with suppress(OSError):
        at = 13 if gone else 11
        return sum(map(int, _stat(process)[at : at + 2])) / _TICK
    return 0.0


def _megabytes(process: int) -> float:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0
