"""A TCP proxy before PostgreSQL that cuts connections before, at and after a COMMIT.

It understands just enough of the protocol to see a COMMIT pass: a simple query, or one that is
parsed and then executed, which goes on its way with the Sync behind it.
"""

import contextlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

_VERSION_3 = 3  # what a startup message begins with; requests for encryption come before it
_OPEN = "sslmode=disable&gssencmode=disable"
_COMMIT = b"COMMIT\0"  # at the end of what is sent, and alone in the answer
_LENGTH = struct.Struct("!I")


class Cut(StrEnum):
    """Where a connection is cut."""

    BEFORE = "before"  # the server never hears of the COMMIT
    AT = "at"  # the server has it; nobody waits for the answer
    AFTER = "after"  # the server has answered; the client never hears


class Proxy:
    """Listens on a port of this machine and forwards to the server's socket."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._orders: deque[Cut] = deque()
        self._links: set[_Link] = set()
        self._thread = threading.Thread(target=self._accept)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}?{_OPEN}"

    def order(self, cut: Cut) -> None:
        """Cut the next connection over which a COMMIT comes."""
        with self._lock:
            self._orders.append(cut)

    @property
    def has_orders(self) -> bool:
        return bool(self._orders)

    def forget_orders(self) -> None:
        with self._lock:
            self._orders.clear()

    def take_order(self) -> Cut | None:
        """Tell whether, and where, the COMMIT that just comes is to be cut."""
        with self._lock:
            return self._orders.popleft() if self._orders else None

    def cut_all(self) -> None:
        """Cut every connection, whatever comes over it."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._target))
            except OSError:  # no server: as it is without a proxy
                client.close()
                server.close()
                continue
            link = _Link(client, server, self.take_order)
            with self._lock:
                self._links = {one for one in self._links if not one.is_over()} | {link}
            link.start()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self.cut_all()
        for link in self._links:
            link.join()


class _Link:
    """A client's connection and the one to the server that belongs to it."""

    def __init__(
        self, client: socket.socket, server: socket.socket, take_order: Callable[[], Cut | None]
    ) -> None:
        self._client, self._server = client, server
        self._take_order = take_order
        self._cut: Cut | None = None  # what is to be done to the COMMIT that is under way
        self._is_committing = False
        self._ends = threading.Lock()
        self._left = 2  # threads
        self._threads = [
            threading.Thread(target=self._run, args=(self._upwards,)),
            threading.Thread(target=self._run, args=(self._downwards,)),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def cut(self) -> None:
        """End both connections; what the server was sent before, it still reads."""
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _run(self, forward: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            forward()
        self.cut()
        with self._ends:
            self._left -= 1
            if self._left == 0:
                self._client.close()
                self._server.close()

    # ------------------------------------------------------------ the protocol

    def _upwards(self) -> None:
        reader = _Reader(self._client)
        while (startup := reader.startup()) is not None:
            self._server.sendall(startup)
            if startup[4:6] == _VERSION_3.to_bytes(2):
                break
        while (message := reader.message()) is not None:
            if message[:1] in b"QP" and _COMMIT in message:
                self._is_committing = True
                self._cut = self._take_order()
                if self._cut is Cut.BEFORE:
                    return
            self._server.sendall(message)
            if self._is_committing and message[:1] in b"QS":
                self._is_committing = False
                if self._cut is Cut.AT:
                    return

    def _downwards(self) -> None:
        reader = _Reader(self._server)
        while (message := reader.message()) is not None:
            if self._cut is Cut.AFTER and message[:1] == b"C" and _COMMIT in message:
                return
            self._client.sendall(message)


class _Reader:
    """Takes a stream apart into messages."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._read = b""

    def startup(self) -> bytes | None:
        return self._take(head=0)

    def message(self) -> bytes | None:
        return self._take(head=1)

    def _take(self, head: int) -> bytes | None:
        if not self._fill(head + _LENGTH.size):
            return None
        length = head + _LENGTH.unpack_from(self._read, head)[0]
        if not self._fill(length):
            return None
        message, self._read = self._read[:length], self._read[length:]
        return message

    def _fill(self, count: int) -> bool:
        while len(self._read) < count:
            more = self._end.recv(1 << 16)
            if not more:
                return False
            self._read += more
        return True
