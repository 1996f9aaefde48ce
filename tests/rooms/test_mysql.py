"""Customers out of a real MySQL or MariaDB, and codes back into it.

Skipped unless MINTMARK_TEST_MYSQL names a server, with a user who may create databases:
``MINTMARK_TEST_MYSQL=mysql://root@127.0.0.1:3306 make test``.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from mintmark import errors
from mintmark.intake.reading.opening import open_source
from mintmark.intake.writeback import Counts, Target, plan_rows

SERVER = os.environ.get("MINTMARK_TEST_MYSQL", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="no server: MINTMARK_TEST_MYSQL is not set")
NAME = "mintmark_test"
Ask = Callable[..., list[tuple[Any, ...]]]
# A column's type, what is put into it, and what is read.
KINDS = [
    ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    ("int unsigned zerofill", "7", "7"),
    ("decimal(20,4)", "1234.5", "1234.5000"),
    ("double", "13812345678", "13812345678"),
    ("boolean", "true", "1"),
    ("bit(1)", "b'1'", "1"),
    ("bit(12)", "b'100000000001'", "2049"),
    ("date", "'2023-10-01'", "2023-10-01"),
    ("date", "'0000-00-00'", None),
    ("date", "'2023-02-31'", "2023-02-31"),  # which is told to be no date, not lost
    ("datetime", "'2023-10-01 12:30:00'", "2023-10-01 12:30:00"),
    ("datetime", "'2023-10-01'", "2023-10-01"),
    ("datetime(6)", "'0000-00-00'", None),
    ("timestamp null", "'2023-10-01'", "2023-10-01"),
    ("time(3)", "'-26:30:00.25'", "-26:30:00.250000"),
    ("time", "'838:59:59'", "838:59:59"),
    ("year", "2023", "2023"),
    ("varchar(20)", "'0000-00-00'", "0000-00-00"),
    ("varchar(20) character set utf8mb4", "'王😀𠮷'", "王😀𠮷"),
    ("varchar(20) character set gbk", "'王琦镕'", "王琦镕"),
    ("varchar(20) character set latin1", "'café'", "café"),
    ("enum('男','女')", "'女'", "女"),
    ("set('x','y','z')", "'x,z'", "x,z"),
    ("json", """'{"城市": "北京"}'""", '{"城市": "北京"}'),
    ("blob", "x'ff00'", "0xff00"),
    ("blob", "'编码'", "编码"),
    ("binary(4)", "'ab'", "0x61620000"),
    ("longtext", "''", None),
    ("varchar(9)", "NULL", None),
]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Run statements of the other system's own, in an empty database."""
    url = sa.make_url(SERVER).set(drivername="mysql+pymysql")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def run(*statements: str) -> list[tuple[Any, ...]]:
            done = [connection.exec_driver_sql(one.replace("%", "%%")) for one in statements]
            found = done[-1]
            return [tuple(row) for row in found] if found.returns_rows else []

        run(f"DROP DATABASE IF EXISTS {NAME}",
            f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4", f"USE {NAME}",
            "SET sql_mode = 'ALLOW_INVALID_DATES'")  # fmt: skip
        yield run
        run(f"DROP DATABASE {NAME}")


@pytest.fixture
def url(ask: Ask) -> str:
    assert ask("SELECT 1") == [(1,)]
    return sa.make_url(SERVER).set(database=NAME).render_as_string(hide_password=False)


def codes(known: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"key": list(known), "code": list(known.values())})


def target(url: str) -> Target:
    return Target(url=url, table="t", key="id", column="code")


def cells(url: str, **options: Any) -> list[tuple[str | None, ...]]:
    source = open_source(url, **options)
    return source.sheet(source.names[0]).cells.rows()


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(("kind", "put", "read"), KINDS)
def test_values_come_as_people_would_write_them(
    ask: Ask, url: str, kind: str, put: str, read: str | None
) -> None:
    ask(f"CREATE TABLE t (v {kind})", f"INSERT INTO t VALUES ({put})")
    assert cells(f"{url}?table=t") == [("v",), (read,)]


def test_a_large_table_is_read_whole_and_its_beginning_alone(ask: Ask, url: str) -> None:
    ask("CREATE TABLE t (id int)", "INSERT INTO t VALUES (0)")
    for doubled in range(15):
        ask(f"INSERT INTO t SELECT id + {2**doubled} FROM t")
    source = open_source(f"{url}?table=t")
    assert source.sheet("t").cells["A"].tail(-1).cast(pl.Int64).sort().to_list() == [*range(2**15)]
    assert source.sheet("t", rows=5).cells.height == 5
    counted = cells(url, query="SELECT count(*) AS `50%` FROM t WHERE '%s:a' LIKE '%:a'")
    assert counted == [("50%",), (str(2**15),)]


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM t", "DROP TABLE t", "TRUNCATE t", "CREATE TABLE u (id int)", "SELECT 1; SELECT 2",
     "SELECT * FROM t FOR UPDATE"],
)  # fmt: skip
def test_a_query_reads_and_does_nothing_else(ask: Ask, url: str, query: str) -> None:
    ask("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
    with pytest.raises(errors.UnreadableDatabase):
        cells(url, query=query)
    assert ask("SELECT * FROM t") == [(1,)]


def test_what_is_not_there_is_told_in_the_words_of_the_server(ask: Ask, url: str) -> None:
    ask("CREATE USER IF NOT EXISTS mintmark_anna@'%' IDENTIFIED BY 'hun:ter@2'")
    asked = {
        f"{url}?table=nowhere": "doesn't exist (1146)",
        SERVER: "No database selected (1046)",
        sa.make_url(url).set(username="mintmark_anna", password="wr:ong@2")  # noqa: S106 - of nobody
        .render_as_string(hide_password=False): "(1045)",
    }  # fmt: skip
    for place, words in asked.items():
        with pytest.raises(errors.UnreadableDatabase) as refused:
            open_source(place).sheet("nowhere")
        assert refused.value.reason.endswith(words)
        assert "wr:ong" not in str(refused.value.facts())
    ask("DROP USER mintmark_anna@'%'")


# ---------------------------------------------------------------- writing back


@pytest.mark.parametrize(
    ("kind", "put", "key"),
    [
        ("int primary key", "17", "17"),
        ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
        ("decimal(9,2)", "17", "17"),
        ("varchar(9)", "'007'", "007"),
        ("char(9)", "'a'", "a"),
        ("varchar(9) character set gbk", "'王'", "王"),
        ("text", "'a'", "a"),
        ("enum('a','b')", "'b'", "b"),
        ("datetime", "'2023-10-01 10:00:00'", "2023-10-01 10:00:00"),
        ("binary(4)", "x'ff00aa01'", "0xff00aa01"),
        ("varbinary(9)", "'a'", "a"),
    ],
)
@pytest.mark.parametrize("charset", ["utf8mb4", "gbk"])
def test_keys_of_any_type_are_met(
    ask: Ask, url: str, *, kind: str, put: str, key: str, charset: str
) -> None:
    ask(f"CREATE TABLE t (id {kind}, code varchar(9)) CHARACTER SET {charset}",
        f"INSERT INTO t VALUES ({put}, NULL)")  # fmt: skip
    plan = plan_rows(target(url), codes({key: "K-1", "9": "K-9"}))
    assert plan.counts == Counts(fill=1, same=0, differing=0, missing=1)
    list(plan.write())
    assert ask("SELECT code FROM t") == [("K-1",)]


def test_a_key_is_its_row_s_to_the_letter(ask: Ask, url: str) -> None:
    ask("CREATE TABLE t (id varchar(9), code varchar(9))",
        "INSERT INTO t VALUES ('a', ''), ('A', NULL), ('á', NULL), ('a ', NULL)")  # fmt: skip
    list(plan_rows(target(url), codes({"a": "K-1", "A": "K-2", "a ": "K-3"})).write())
    assert {*ask("SELECT * FROM t")} == {
        ("a", "K-1"), ("A", "K-2"), ("á", None), ("a ", "K-3"),
    }  # fmt: skip


def test_tables_without_an_index_take_no_longer_than_seconds(ask: Ask, url: str) -> None:
    ask("CREATE TABLE t (id int, code varchar(20))", "INSERT INTO t VALUES (0, NULL)")
    for doubled in range(16):
        ask(f"INSERT INTO t SELECT id + {2**doubled}, NULL FROM t")
    ours = codes({str(key): f"K-{key}" for key in range(2**16)})
    assert [one.done for one in plan_rows(target(url), ours).write()][-1] == 2**16
    assert ask("SELECT sum(code = concat('K-', id)) FROM t") == [(2**16,)]


@pytest.mark.parametrize(
    "meanwhile",
    ["UPDATE t SET code = 'theirs' WHERE id = 2", "DELETE FROM t WHERE id = 2",
     "UPDATE t SET code = 'OLD' WHERE id = 3"],
)  # fmt: skip
def test_nothing_is_written_where_rows_changed_since_the_plan(
    ask: Ask, url: str, meanwhile: str
) -> None:
    ask("CREATE TABLE t (id int, code varchar(9))",
        "INSERT INTO t VALUES (1, NULL), (2, NULL), (3, 'old')")  # fmt: skip
    plan = plan_rows(target(url), codes({"1": "K-1", "2": "K-2", "3": "K-3"}))
    assert plan.differences.rows() == [("3", "K-3", "old")]
    ask(meanwhile)
    before = ask("SELECT * FROM t")
    with pytest.raises(errors.SourceChanged):
        list(plan.write(overwrite=True))
    assert ask("SELECT * FROM t") == before


def test_a_table_that_takes_nothing_back_is_not_written_at_all(ask: Ask, url: str) -> None:
    ask("CREATE TABLE t (id int, code varchar(9)) ENGINE = MyISAM", "INSERT INTO t VALUES (1, '')")
    with pytest.raises(errors.NoTransactions) as refused:
        plan_rows(target(url), codes({"1": "K-1"}))
    assert refused.value.engine == "MyISAM"
    ask("ALTER TABLE t ENGINE = InnoDB")  # the way out
    list(plan_rows(target(url), codes({"1": "K-1"})).write())
    assert ask("SELECT * FROM t") == [(1, "K-1")]


def test_no_database_need_be_named_where_the_table_s_is(ask: Ask, url: str) -> None:
    ask("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
    assert url != SERVER
    there = Target(url=SERVER, table=f"{NAME}.t", key="id", column="客户 编码%:x")
    list(plan_rows(there, codes({"1": "K-1"}), add_column=True).write())
    assert ask("SELECT * FROM t") == [(1, "K-1")]
