"""Codes go back into other systems' databases: by key, in one transaction, never over others'."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from mintmark import errors
from mintmark.intake.writeback import Counts, RowPlan, Target, plan_rows

ROWS = [(1, None), (2, ""), (3, "K-3"), (4, "old"), (5, None), (5, None), (6, None)]
CODES = {str(key): f"K-{key}" for key in (1, 2, 3, 4, 5, 77)}
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of another system."""
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "crm.db").close()
        return f"sqlite:///{tmp_path}/crm.db"
    place: str = request.getfixturevalue("place")
    return place


@pytest.fixture
def ask(url: str) -> Iterator[Ask]:
    """Run a statement of the other system's own."""
    engine = sa.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )

    def run(statement: str) -> list[tuple[Any, ...]]:
        with engine.begin() as connection:
            found = connection.exec_driver_sql(statement)
            return [tuple(row) for row in found] if found.returns_rows else []

    yield run
    engine.dispose()


@pytest.fixture
def target(url: str, ask: Ask) -> Target:
    """A table with names that have to be quoted."""
    ask('CREATE TABLE "select" ("the key" integer, "客户编码" varchar(20), name varchar(9))')
    for key, code in ROWS:
        said = "NULL" if code is None else f"'{code}'"
        ask(f"INSERT INTO \"select\" VALUES ({key}, {said}, 'n')")
    return Target(url=url, table="select", key="the key", column="客户编码")


def codes(known: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"key": list(known), "code": list(known.values())})


def written(plan: RowPlan, **options: bool) -> None:
    last = list(plan.write(**options))[-1]
    assert last.done == last.total


def there(ask: Ask) -> list[tuple[Any, ...]]:
    return ask('SELECT "the key", "客户编码" FROM "select" ORDER BY 1, 2')


def test_a_plan_tells_what_is_there_and_writes_nothing(target: Target, ask: Ask) -> None:
    before = there(ask)
    plan = plan_rows(target, codes(CODES))
    assert plan.counts == Counts(fill=2, same=1, differing=1, missing=1, twice=1)
    assert plan.differences.rows() == [("4", "K-4", "old")]
    assert there(ask) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_differs_is_overwritten_only_when_asked(
    target: Target, ask: Ask, overwrite: bool
) -> None:
    written(plan_rows(target, codes(CODES)), overwrite=overwrite)
    fourth = "K-4" if overwrite else "old"
    expected = {(1, "K-1"), (2, "K-2"), (3, "K-3"), (4, fourth), (5, None), (6, None)}
    assert set(there(ask)) == expected
    assert ask('SELECT DISTINCT name FROM "select"') == [("n",)]
    assert plan_rows(target, codes(CODES)).counts.fill == 0


@pytest.mark.parametrize(
    "meanwhile",
    [
        'UPDATE "select" SET "客户编码" = \'theirs\' WHERE "the key" = 2',
        'DELETE FROM "select" WHERE "the key" = 1',
        "INSERT INTO \"select\" VALUES (1, NULL, 'again')",
        'UPDATE "select" SET "the key" = 12 WHERE "the key" = 2',
    ],
)
def test_nothing_is_written_where_rows_changed_since_the_plan(
    target: Target, ask: Ask, meanwhile: str
) -> None:
    plan = plan_rows(target, codes(CODES))
    ask(meanwhile)
    before = there(ask)
    with pytest.raises(errors.SourceChanged):
        written(plan)
    assert there(ask) == before


def stopped(plan: RowPlan, after: int) -> None:
    for progress in plan.write():
        if progress.done == after:
            raise KeyboardInterrupt


def test_many_rows_are_all_written_or_none(target: Target, ask: Ask) -> None:
    many = range(100, 12_100)
    rows = ",".join(f"({key}, NULL, 'n')" for key in many)
    ask(f'INSERT INTO "select" VALUES {rows}')
    ours = codes({str(key): f"K-{key}" for key in many})
    plan = plan_rows(target, ours)
    with pytest.raises(KeyboardInterrupt):
        stopped(plan, after=10_000)
    assert ask('SELECT count(*) FROM "select" WHERE "客户编码" IS NULL')[0][0] == 12_004
    written(plan)
    assert ask('SELECT count(*) FROM "select" WHERE "客户编码" IS NULL')[0][0] == 4


def test_a_missing_column_is_refused_with_its_statement_or_added(target: Target, ask: Ask) -> None:
    new = Target(url=target.url, table="select", key="the key", column="new code")
    with pytest.raises(errors.NoCodeColumn) as refused:
        plan_rows(new, codes(CODES))
    assert refused.value.remedy == 'ALTER TABLE "select" ADD COLUMN "new code" VARCHAR(64)'
    plan = plan_rows(new, codes(CODES), add_column=True)
    assert plan.counts == Counts(fill=4, same=0, differing=0, missing=1, twice=1)
    assert "new code" not in _columns(target.url)
    written(plan)
    assert ask('SELECT "the key" FROM "select" WHERE "new code" IS NOT NULL ORDER BY 1') == [
        (1,), (2,), (3,), (4,),
    ]  # fmt: skip
    ask('ALTER TABLE "select" DROP COLUMN "new code"')
    again = plan_rows(new, codes(CODES), add_column=True)
    ask(refused.value.remedy)  # the user did it meanwhile
    with pytest.raises(errors.SourceRefused):
        written(again)


def test_a_column_is_added_under_just_the_name_that_was_said(target: Target, ask: Ask) -> None:
    new = Target(url=target.url, table="select", key="the key", column="50% code:x")
    written(plan_rows(new, codes(CODES), add_column=True))
    assert "50% code:x" in _columns(target.url)
    assert ask('SELECT count(*) FROM "select"') == [(7,)]


def _columns(url: str) -> list[str]:
    engine = sa.create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool
    )
    return [column["name"] for column in sa.inspect(engine).get_columns("select")]


def test_a_column_that_cannot_hold_the_codes_is_refused(target: Target) -> None:
    long = codes({"1": "K" * 21})
    with pytest.raises(errors.UnfitColumn):
        plan_rows(target, long)
    number = Target(url=target.url, table="select", key="the key", column="the key")
    with pytest.raises(errors.UnfitColumn):
        plan_rows(number, codes(CODES))


def test_a_wrong_table_or_column_is_refused_with_those_that_are_there(target: Target) -> None:
    with pytest.raises(errors.UnknownTableThere) as table:
        plan_rows(Target(url=target.url, table="none", key="a", column="b"), codes(CODES))
    assert table.value.known == ("select",)
    with pytest.raises(errors.UnknownColumnThere) as key:
        plan_rows(Target(url=target.url, table="select", key="id", column="b"), codes(CODES))
    assert key.value.known == ("the key", "客户编码", "name")


@pytest.mark.parametrize("kind", ["char(5)", "varchar(9)", "text", "bigint", "numeric(9)"])
def test_keys_of_any_type_are_met(url: str, ask: Ask, kind: str) -> None:
    ask(f"CREATE TABLE t (id {kind}, code text)")
    ask("INSERT INTO t VALUES ('17', NULL), ('18', NULL)")
    target = Target(url=url, table="t", key="id", column="code")
    written(plan_rows(target, codes({"17": "K-17", "180": "x"})))
    assert [code for (code,) in ask("SELECT code FROM t ORDER BY id")] == ["K-17", None]


@pytest.mark.parametrize("kind", ["blob", "bytea"])
def test_keys_of_bytes_are_met_as_imports_read_them(place: str, tmp_path: Path, kind: str) -> None:
    url = place if kind == "bytea" else f"sqlite:///{tmp_path}/k.db"
    sqlite3.connect(tmp_path / "k.db").close()
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE t (id {kind}, code text)")
        for key in (b"\xff\x00", b"ab"):
            connection.execute(sa.text("INSERT INTO t VALUES (:key, NULL)"), {"key": key})
    written(plan_rows(Target(url=url, table="t", key="id", column="code"),
                      codes({"0xff00": "K-1", "ab": "K-2"})))  # fmt: skip
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT code FROM t ORDER BY code").scalars().all()
    assert found == ["K-1", "K-2"]
    engine.dispose()


def test_a_key_is_its_row_s_to_the_letter_whatever_the_database_takes_for_the_same(
    tmp_path: Path,
) -> None:
    connection = sqlite3.connect(tmp_path / "crm.db")
    kind = "varchar(9) COLLATE NOCASE"
    connection.execute(f"CREATE TABLE t (id {kind}, code {kind})")
    rows = [("a", None), ("A", None), ("b", "old"), ("B", None)]
    connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.commit()
    target = Target(url=f"sqlite:///{tmp_path}/crm.db", table="t", key="id", column="code")
    written(plan_rows(target, codes({"a": "K-1", "A": "K-2"})))
    expected = [("A", "K-2"), ("B", None), ("a", "K-1"), ("b", "old")]
    assert sorted(connection.execute("SELECT * FROM t"), key=str) == expected
    plan = plan_rows(target, codes({"b": "K-3"}))
    connection.execute("UPDATE t SET code = 'OLD' WHERE code = 'old'")
    connection.commit()
    with pytest.raises(errors.SourceChanged):
        written(plan, overwrite=True)
    connection.close()


def test_a_schema_and_a_uuid_are_found(place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.party (id uuid, code char(12))")
        connection.execute("INSERT INTO crm.party VALUES ('7b3f3d5e-0c5c-4d0e-8a51-0d2f34d7c001')")
        target = Target(url=place, table="crm.party", key="id", column="code")
        written(plan_rows(target, codes({"7b3f3d5e-0c5c-4d0e-8a51-0d2f34d7c001": "K-1"})))
        assert connection.execute("SELECT code FROM crm.party").fetchone() == ("K-1         ",)
        again = plan_rows(target, codes({"7b3f3d5e-0c5c-4d0e-8a51-0d2f34d7c001": "K-2"}))
        assert again.counts.differing == 1
        written(again, overwrite=True)
        assert connection.execute("SELECT code FROM crm.party").fetchone() == ("K-2         ",)


def test_a_right_that_lacks_is_told_and_nothing_is_written(place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int, code text)")
        connection.execute("INSERT INTO t VALUES (1, NULL)")
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON t TO reader")
        url = place.replace("postgres@", "reader@")
        plan = plan_rows(Target(url=url, table="t", key="id", column="code"), codes({"1": "K-1"}))
        with pytest.raises(errors.SourceRefused) as refused:
            written(plan)
        assert "permission denied" in refused.value.reason
        assert "K-1" not in str(refused.value.facts())


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        (
            "postgresql://anna:very-secret@127.0.0.1:1/crm?password=very-secret",
            errors.UnreachableSource,
        ),
        ("mysql://anna:very-secret@127.0.0.1:1/crm", errors.UnreachableSource),
        ("mysql://anna:very-secret@127.0.0.1:1/crm?nonsense=1", errors.UnreachableSource),
        ("mysql://anna:very-secret@127.0.0.1:1/crm?charset=none", errors.UnreachableSource),
        ("oracle7://anna:very-secret@host/crm", errors.UnknownSource),
        ("://anna:very-secret@host", errors.UnknownSource),
        ("sqlite:////nowhere/very.db", errors.FileMissing),
    ],
)
def test_no_password_is_told(url: str, refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        plan_rows(Target(url=url, table="t", key="id", column="code"), codes(CODES))
    assert "very-secret" not in str(refused.value.facts())
    assert refused.value.__cause__ is None
    assert "very-secret" not in repr(Target(url=url, table="t", key="id", column="code"))
