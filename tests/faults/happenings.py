"""What happens to a register in a bad week: every way in, refusals, failing statements, crashes."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tests import files
from tests.conftest import TODAY
from tests.faults import canaries
from tests.faults.server import wait_for

import mintmark
from mintmark.customer import of
from mintmark.registry import Record
from mintmark.store import embedded

MANY = 2001  # people in one unit of work: so many are sent by COPY
_HEADINGS = ["客户名称", "手机号", "邮箱", "证件号码", "地址", "备注"]
_OPEN_HEADINGS = ["客户类型", "所在地区", "登记日期"]
_WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND state = 'active'"
_READING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'FETCH%'"
_COMMANDS = """
import json, pathlib, sys
from mintmark.cli import main
codes = []
for command in json.loads(sys.argv[1]):
    try:
        main(command)
    except SystemExit as end:
        codes.append(end.code)
pathlib.Path(sys.argv[2]).write_text(json.dumps(codes))
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder's register, where its programs write their logs, and where people's files lie.

    `register` is what is searched; `logs` and `temporary`, too. In `files` are the workbooks that
    people hand over and get back: they are meant to have facts in them.
    """

    place: Path

    @property
    def register(self) -> Path:
        return self.place / "register"

    @property
    def logs(self) -> Path:
        return self.place / "logs"

    @property
    def temporary(self) -> Path:
        return self.place / "temporary"

    @property
    def files(self) -> Path:
        return self.place / "files"

    @property
    def server_log(self) -> Path:
        return self.register / "postgres" / "server.log"

    @property
    def quiet_log(self) -> Path:
        """What the server logs as Mintmark starts it, before it was told to log everything."""
        return self.place / "server.log"

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.temporary)}

    @property
    def conninfo(self) -> str:
        socket = embedded._socket_folder(self.register)  # noqa: SLF001 - behind everybody's back
        return f"host={socket} port=5432 user=postgres dbname=postgres"


@contextmanager
def logged(scene: Scene) -> Iterator[None]:
    """Write whatever any library logs into a file, however small."""
    handler = logging.FileHandler(scene.logs / "program.log", encoding="utf-8")
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


def failing(verb: Callable[..., Any], *given: Any, **more: Any) -> str:
    """Have something fail, log it as programs do, and give the error's name."""
    try:
        verb(*given, **more)
    except Exception as error:
        logging.getLogger("program").exception("it failed: %r", [error])  # noqa: TRY401 - how it looks
        return type(error).__name__
    message = "nothing failed"
    raise AssertionError(message)


# ---------------------------------------------------------------- ways in


def come_in(register: mintmark.Register) -> None:
    """Register by every verb."""
    register.register(**canaries.person(1), request="r1")
    register.register(**canaries.person(1), request="r1")
    held = register.hold(**canaries.OPEN, reason="card")
    register.bind(held, **canaries.facts(2), request="r2")
    register.register_soon(**canaries.person(3), request="r3").result()
    register.register_uncoded(**canaries.person(4))
    list(register.backfill())
    lease = register.leases.lend(3, holder="site", **canaries.OPEN)
    register.bind(lease.codes[0], holder="site", **canaries.facts(5))
    register.register(**canaries.person(1) | {"phone": "13872649399"})  # one more contact
    register.resolve(register.register(**canaries.person(6)).code)


def come_in_crowds(register: mintmark.Register) -> None:
    """Register so many in one unit of work that all rows are sent by COPY."""
    crowd = [of(somebody(n) | canaries.OPEN) for n in range(MANY)]
    said = register.register_many([Record(customer=customer) for customer in crowd])
    assert len({getattr(one, "code", None) for one in said}) == MANY


def somebody(number: int) -> dict[str, str]:
    """Give one of a crowd: their facts begin as all canaries' do."""
    piece = canaries.PIECES
    return {
        "name": f"{piece['name']}{number}",
        "phone": f"{piece['phone'][:7]}{number:04}",
        "email": f"{piece['email']}{number:04}@canaries.example",
        "id_number": "",
        "address": f"{piece['address']}{number}",
        "remark": piece["remark"] * 20,
    }


def be_refused(register: mintmark.Register) -> None:
    """Be refused whatever can be."""
    known = canaries.person(1)
    wrong = {
        "phone": "138726493", "email": "quxcanary@", "id_number": "440304198711030079",
        "remark": known["remark"] * 900, "region": "火星", "registered": "2023-02-30",
    }  # fmt: skip
    for fact, value in wrong.items():
        failing(register.register, **known | {fact: value})
    failing(register.register, **known | {"id_number": "4403041987110300"})
    failing(register.register, **known | {"id_number": "440304198711031000"})
    failing(register.register, **known | {"phone": "1.38726493E+10"})
    failing(register.register, **known | {"registered": known["phone"]})
    stranger = {"name": "鸢尾科技有限公司", "phone": "02087654321", "email": "info@else.example"}
    assert failing(register.register, **known | stranger) == "IdNumberTaken"
    again = {"request": "r1", "remark": canaries.facts(9)["remark"]}
    assert failing(register.register, **known | again) == "RequestReused"
    failing(register.bind, "V-BJ-20231001-00077", **known)


def be_sought(register: mintmark.Register) -> None:
    """Look for people who are there, and for people who are not."""
    for number in (1, 30):
        for fact in ("name", "phone", "email", "id_number"):
            asked: dict[str, Any] = {fact: canaries.facts(number)[fact]}
            assert len(register.find(**asked).found) == (number == 1), (fact, number)
            register.find(canaries.facts(number)[fact])
    assert failing(register.find, phone="138726493") == "WrongPhone"
    assert failing(register.find, address=canaries.facts(1)["address"]) == "UnknownFact"


def be_imported(scene: Scene) -> None:
    """Import a workbook and a text table, with rows that are refused and kept back; export all."""
    odd = [
        [canaries.facts(10)["name"], "138726493", "", "", "", "", *canaries.OPEN.values()],
        [canaries.facts(1)["name"][:-1], canaries.facts(1)["phone"], "", "", "", "",
         *canaries.OPEN.values()],
        ["鸢尾科技有限公司", "", "", canaries.facts(1)["id_number"], "", "",
         *canaries.OPEN.values()],
    ]  # fmt: skip
    people = [[*canaries.person(n).values()] for n in range(11, 20)]
    rows = [[*_HEADINGS, *_OPEN_HEADINGS], *people, *odd]
    book = files.workbook(scene.files / "people.xlsx", {"people": rows})
    more = [[*somebody(n).values(), *canaries.OPEN.values()] for n in range(MANY, MANY + 300)]
    table = files.text(scene.files / "many.csv", [[*_HEADINGS, *_OPEN_HEADINGS], *more], "gb18030")
    commands = [
        ["import", str(book), "--likely", "ask"],
        ["import", str(table)],
        ["export", str(scene.files / "all.xlsx")],
        ["export", str(scene.files / "all.csv")],
    ]
    assert run(scene, commands) == [6, 0, 0, 0]


def run(scene: Scene, commands: list[list[str]]) -> list[int]:
    """Run commands; what they print is for whoever gave them the file, their errors are not."""
    options = ["--register", str(scene.register), "--json", "--lang", "en"]
    given = json.dumps([[*command, *options] for command in commands])
    with (scene.logs / "commands.log").open("ab") as log:
        done = subprocess.run(
            [sys.executable, "-c", _COMMANDS, given, str(scene.files / "codes.json")],
            env=scene.environ, stdout=subprocess.DEVNULL, stderr=log, check=False,
        )  # fmt: skip
    assert done.returncode == 0
    codes: list[int] = json.loads((scene.files / "codes.json").read_text())
    return codes


# ---------------------------------------------------------------- what goes wrong


def go_wrong(scene: Scene, register: mintmark.Register) -> None:
    """Let statements of ours fail in the server, in every way in which it logs them."""
    with looking(scene) as look:
        with mintmark.open(scene.register, now=lambda: TODAY) as other:
            be_first_twice(scene, register, other)
        be_forbidden(register, look)
        with blocked(scene, register, 22, "Unreachable") as process:
            look.execute("SELECT pg_cancel_backend(%s)", (process,))
        be_deadlocked(scene, register)
        look.execute("ALTER DATABASE postgres SET lock_timeout = '200ms'")
        with (
            mintmark.open(scene.register, now=lambda: TODAY) as impatient,
            blocked(scene, impatient, 24, "TooBusy"),
        ):
            pass
        look.execute("ALTER DATABASE postgres RESET lock_timeout")
    with blocked(scene, register, 25, "Unreachable") as process:
        os.kill(process, signal.SIGKILL)


@contextmanager
def looking(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    """Connect behind the register's back; wait for a server that recovers."""

    def connect() -> psycopg.Connection[Any] | None:
        try:
            return psycopg.connect(scene.conninfo, autocommit=True)
        except psycopg.OperationalError:
            return None

    with wait_for(connect, "the server is up") as connection:
        yield connection


@contextmanager
def locked(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    """Let everybody look who is in the register, and nobody write it down."""
    with looking(scene) as lock, suppress(psycopg.OperationalError), lock.transaction():
        lock.execute("LOCK TABLE mintmark.identity IN EXCLUSIVE MODE")
        yield lock


def waiting(scene: Scene, count: int = 1) -> list[int]:
    """Wait until so many statements wait for a lock; give their processes."""
    with looking(scene) as look:
        rows = wait_for(
            lambda: (found := look.execute(_WAITING).fetchall())[count - 1 :] and found,
            "somebody waits for a lock",
        )
    return [process for (process,) in rows]


def be_forbidden(register: mintmark.Register, look: psycopg.Connection[Any]) -> None:
    """Break a constraint, whose error names the whole row."""
    look.execute("ALTER TABLE mintmark.customer ADD CONSTRAINT nobody CHECK (id < 0) NOT VALID")
    assert failing(register.register, **canaries.person(21)) == "CheckViolation"
    look.execute("ALTER TABLE mintmark.customer DROP CONSTRAINT nobody")


def be_first_twice(scene: Scene, one: mintmark.Register, other: mintmark.Register) -> None:
    """Register the same person twice at once: both look, then both write."""
    with ThreadPoolExecutor(2) as threads:
        with locked(scene):
            both = [threads.submit(r.register, **canaries.person(20)) for r in (one, other)]
            waiting(scene, 2)
        assert len({done.result().code for done in both}) == 1


def be_deadlocked(scene: Scene, register: mintmark.Register) -> None:
    """Wait for somebody who waits for us."""
    with ThreadPoolExecutor(1) as threads:
        with locked(scene) as lock:
            lock.execute("SET LOCAL deadlock_timeout = '1min'")
            done = threads.submit(register.register, **canaries.person(23))
            waiting(scene)
            lock.execute("LOCK TABLE mintmark.fact_index IN ACCESS EXCLUSIVE MODE")
        assert done.result().new


@contextmanager
def blocked(scene: Scene, register: mintmark.Register, number: int, error: str) -> Iterator[int]:
    """Give the process of a statement that waits, and is to fail."""
    with ThreadPoolExecutor(1) as threads, locked(scene):
        failed = threads.submit(failing, register.register, **canaries.person(number))
        yield waiting(scene)[0]
        assert failed.result() == error


def spill(scene: Scene) -> None:
    """Have the server put what it sorts into files, and leave them behind in a crash."""
    with looking(scene) as look:
        for setting in ("indexscan", "indexonlyscan", "bitmapscan"):
            look.execute(f"ALTER DATABASE postgres SET enable_{setting} = off".encode())
    with mintmark.open(scene.register, now=lambda: TODAY) as register:
        everybody = register.customers()
        next(everybody)
        with looking(scene) as look:
            [[process]] = look.execute(_READING).fetchall()
            os.kill(process, signal.SIGKILL)
            wait_for(lambda: look.closed or _is_gone(look), "the server has noticed")
        assert failing(list, everybody) == "Unreachable"
        with looking(scene):
            pass


def _is_gone(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT")
    except psycopg.OperationalError:
        return True
    return False


def dump(scene: Scene) -> None:
    """Write all tables down as text."""
    command = [str(embedded._binaries() / "pg_dump"), "--dbname", scene.conninfo]  # noqa: SLF001
    with (scene.logs / "dump.sql").open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
