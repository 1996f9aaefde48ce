"""Laws of importing: a table is written as its rows would be one by one, and as was foretold."""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from tests import files
from tests.conftest import RULE, TABLES, TODAY
from tests.proof import assert_accounted_for

import mintmark
from mintmark import intake
from mintmark.customer import Customer, personal_names
from mintmark.intake import Policy, Report
from mintmark.intake.deciding import decide
from mintmark.intake.entering import Entering
from mintmark.registry import Record, Refused, bulk
from mintmark.rule import Family

_numbers = itertools.count(1)
Prepare = Callable[[mintmark.Register], object]
EXAMPLES = int(os.environ.get("MINTMARK_IMPORT_EXAMPLES", "4"))


@contextmanager
def register(server: str) -> Iterator[mintmark.Register]:
    name = f"importing_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    host = dict(part.split("=") for part in server.split())["host"]
    place = f"postgresql://postgres@/{name}?host={host}"
    with mintmark.open(place, create=True, now=lambda: TODAY) as opened:
        yield opened


# ---------------------------------------------------------------- as one by one

NAMES = ("王琦", "欧阳娜娜", "北京大华机械有限公司", "John Smith", 'O"Neil \\ Zoë', "曾小明")


@st.composite
def people(draw: st.DrawFn, *, more: Sequence[str] = ()) -> pl.DataFrame:
    """Draw customers of whom no two are one: each has a phone number of their own, or nothing."""
    row = st.fixed_dictionaries({
        "name": st.sampled_from(NAMES),
        "type": st.sampled_from(("VIP", "普通")),
        "region": st.sampled_from(("北京", "上海")),
        "registered": st.sampled_from((date(2023, 10, 1), date(2024, 2, 29))),
        "address": st.none() | st.sampled_from(("中山路 1 号", 'the "Mill"\n2')),
        "owner": st.none() | st.just("周敏"),
        **{name: st.none() | st.sampled_from(("甲", "乙")) for name in more},
    })  # fmt: skip
    rows = draw(st.lists(row, min_size=1, max_size=9))
    schema = {name: pl.Date if name == "registered" else pl.String for name in rows[0]}
    table = pl.DataFrame(rows, schema)
    phones = [f"+86138{n * 7919:08}" for n in range(table.height)]
    return table.with_columns(
        phone=pl.Series(phones), email=pl.Series([f"a{n}@example.com" for n in range(len(phones))])
    )


def by_table(book: mintmark.Register, table: pl.DataFrame) -> list[str]:
    rows = table.with_row_index("row", 2).with_columns(pl.col("row").cast(pl.UInt32))
    decided = decide(book.meeting(), rows, Policy(same="create"), {})
    batch = book.batches.start(file="a.csv", sheet="", digest=b"", total=table.height)
    entering = Entering(book, decided, batch)
    assert sum(entering.run(batch)) == table.height
    book.batches.finish(batch)
    assert not entering.entered.refused
    return entering.entered.codes["code"].to_list()


def by_record(book: mintmark.Register, table: pl.DataFrame) -> list[str]:
    sealed = personal_names(book.fields.known())
    batch = book.batches.start(file="a.csv", sheet="", digest=b"", total=table.height)
    records = [
        Record(customer=Customer.of_facts({k: v for k, v in row.items() if v is not None}, sealed))
        for row in table.iter_rows(named=True)
    ]
    said = book.register_many(records, batch=batch)
    book.batches.finish(batch)
    return [one.refusal.slug if isinstance(one, Refused) else one.code for one in said]


def everything(book: mintmark.Register) -> dict[str, list[tuple[Any, ...]]]:
    """Give what the tables say, but for what is sealed or a fingerprint: of that, how much."""
    statements = {
        "customers": "SELECT id, type, region, registered, owner, attributes::text, fields::text,"
        " index_version, batch FROM customer ORDER BY id",
        "data keys": "SELECT customer, version FROM mintmark_keys.data_key ORDER BY 1",
        "codes": "SELECT canonical, text, rule, scope, number, customer, batch, actor, by_hand"
        " FROM code ORDER BY 1",
        "counters": "SELECT scope, last, used FROM counter ORDER BY 1",
        "events": "SELECT verb, scope, sum(count) FROM event GROUP BY 1, 2 ORDER BY 1, 2",
        **{
            table: f"SELECT customer, version, count(*) FROM {table} GROUP BY 1, 2 ORDER BY 1, 2"
            for table in ("identity", "fact_index", "match_key")
        },
    }
    with psycopg.connect(book.conninfo, options="-c search_path=mintmark") as connection:
        return {name: connection.execute(s.encode()).fetchall() for name, s in statements.items()}


def assert_alike(server: str, table: pl.DataFrame, prepare: Prepare, *,
                 turn: bool = False) -> None:  # fmt: skip
    """Write it by the table and one by one into two registers; they cannot be told apart."""
    with register(server) as one, register(server) as other:
        for book in (one, other):
            prepare(book)
            if turn:
                next(iter(book.keys.rotate("index")))  # two versions are in force from here on
        codes = by_table(one, table)
        assert codes == by_record(other, table)
        assert everything(one) == everything(other)
        scopes = {code for code in codes if code}
        for book in (one, other):
            assert_accounted_for(book)
        for code in scopes:
            assert one.resolve(code).customer == other.resolve(code).customer
            assert one.numbers(code, events=0) == other.numbers(code, events=0)
        person = one.resolve(codes[0]).customer
        assert person is not None
        for fact in ("phone", "email", "name"):
            found = one.find(**{fact: getattr(person, fact)}).found
            assert codes[0] in {each.code for each in found}
        recovered = one.recover(name=person.name, phone=(person.phone or "")[-4:])
        assert codes[0] in {each.found.code for each in recovered}
        known: dict[str, Any] = dict(person.facts())
        again = one.register(**known)
        assert (again.code, again.new) == (codes[0], False)


def usual(book: mintmark.Register) -> None:
    book.publish(RULE, tables=TABLES)


def by_conditions(book: mintmark.Register) -> None:
    book.publish("A{region}{seq:4}", tables={"region": TABLES["region"]})
    book.publish("B{initials(name):2}{seq:5}", name="vip", when={"type": "VIP"}, priority=1)


def without_attributes(book: mintmark.Register) -> None:
    book.publish("K{seq:6}{check:37-36}", tables={})


def with_fields(book: mintmark.Register) -> None:
    book.publish(RULE, tables=TABLES)
    book.fields.declare("grade", sealed=False)
    book.fields.declare("wechat")


# Each example is two registers: looking for a smaller one that fails would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SOME = settings(
    max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=PHASES
)


@pytest.mark.parametrize("prepare", [usual, by_conditions, without_attributes])
@SOME
@given(table=people())
def test_a_table_is_written_as_its_rows_would_be_one_by_one(
    server: str, prepare: Prepare, table: pl.DataFrame
) -> None:
    assert_alike(server, table, prepare)


@SOME
@given(table=people(more=("grade", "wechat")))
def test_so_it_is_with_fields_of_ones_own_while_index_keys_are_rotated(
    server: str, table: pl.DataFrame
) -> None:
    assert_alike(server, table, with_fields, turn=True)


@SOME
@given(table=people())
def test_so_it_is_under_other_ciphers(server: str, table: pl.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINTMARK_SUITE", "sm4-gcm")
        assert_alike(server, table, usual)


# ---------------------------------------------------------------- as foretold

SMALL = "{type}-{region}-{seq:1}"
CODES = ("", "", "", "V-BJ-2", "V-BJ-4", "V-SH-1", "K00001", "K00002", "V-BJ-9")
KEYS = ("", "", "", "A1", "A2", "A3")
ID_NUMBERS = ("", "", "", "110101199003070011", "11010119900307002X")
rows_of_a_file = st.lists(
    st.tuples(
        st.integers(0, 13),
        st.sampled_from(("北京", "北京", "北京", "上海")),
        st.sampled_from(CODES),
        st.sampled_from(KEYS),
        st.sampled_from(ID_NUMBERS),
        st.sampled_from(("", "旧址 1 号", "新址 2 号")),
    ),
    max_size=22,
    min_size=1,
)
Rows = list[tuple[int, str, str, str, str, str]]
policies = st.builds(
    Policy, same=st.sampled_from(intake.POLICIES), likely=st.sampled_from(("create", "ask"))
)


def written(path: Path, rows: Rows) -> Path:
    headings = ["客户名称", "客户类型", "所在地区", "手机号", "编码", "系统号", "证件号", "地址"]
    lines = [
        [chr(0x4E00 + 7 * who) + chr(0x6E00 + 11 * who), "VIP", region,
         f"138{who * 7919 % 10**8:08}", *more]
        for who, region, *more in rows
    ]  # fmt: skip
    return files.text(path, [headings, *lines])


def told(report: Report) -> tuple[Any, ...]:
    refusals = {one.row: [repr(p.refusal) for p in one.problems] for one in report.refused()}
    return report.results.rows(), refusals, report.summary()


def assert_foretold(  # noqa: PLR0917 - what a test is given
    server: str, tmp_path: Path, before: Rows, rows: Rows, policy: Policy, cut: tuple[int, int]
) -> None:
    """Import two files: what was foretold comes, and once more nothing is new."""
    options = {"mapping": {"编码": "code", "系统号": "key"}, "system": "crm"}
    with register(server) as book, pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_MANY", cut[0])
        patch.setattr(bulk, "_FEW", cut[1])
        book.publish(SMALL, tables={n: TABLES[n] for n in ("type", "region")}, manual="allowed")
        book.rulebook.declare(Family(name="old", patterns=("K#####",)))
        for at, some in enumerate((before[:6], rows)):
            path = written(tmp_path / f"{at}.csv", some)
            plan = intake.plan(book, path, policy=policy, **options)
            foretold = told(plan.forecast())
            applying = plan.apply()
            *_, last = applying
            assert last.done == last.total
            assert told(applying.report) == foretold
            assert_accounted_for(book)
        if policy.same != "create":
            again = intake.plan(book, tmp_path / "1.csv", policy=policy, **options).apply()
            list(again)
            assert again.report.summary().coded == 0


cuts = st.tuples(st.integers(1, 9), st.integers(1, 9))  # rows of a unit, and of those one by one


@settings(SOME, max_examples=EXAMPLES)
@given(before=rows_of_a_file, rows=rows_of_a_file, policy=policies, cut=cuts)
def test_what_is_foretold_of_plain_files_comes(  # noqa: PLR0917 - by pytest
    server: str, tmp_path: Path, before: Rows, rows: Rows, policy: Policy, cut: tuple[int, int]
) -> None:
    """Whatever the policy; no row brings a code or a key."""
    first = [(one[0], one[1], "", "", one[4], one[5]) for one in before]
    then = [(one[0], one[1], "", "", one[4], one[5]) for one in rows]
    assert_foretold(server, tmp_path, first, then, policy, cut)


@settings(SOME, max_examples=EXAMPLES)
@example(
    before=[(3, "上海", "", "A1", "11010119900307002X", "")],
    rows=[
        (13, "北京", "", "A1", "", "旧址 1 号"),
        (2, "上海", "", "A2", "110101199003070011", "旧址 1 号"),
        (6, "北京", "V-BJ-4", "A2", "", ""),
        (2, "北京", "", "A3", "", ""),
        (10, "北京", "", "A1", "", "旧址 1 号"),
        (10, "北京", "V-SH-1", "", "", "新址 2 号"),
        (13, "北京", "V-BJ-2", "A1", "", "旧址 1 号"),
        (5, "北京", "V-BJ-9", "", "110101199003070011", "旧址 1 号"),
    ],
    policy=Policy(same="update", likely="ask"),
    cut=(1, 1),
)
@example(
    before=[
        (9, "北京", "V-BJ-4", "A3", "", "旧址 1 号"),
        (5, "北京", "V-BJ-2", "", "", "旧址 1 号"),
    ],
    rows=[
        (3, "上海", "", "", "", "新址 2 号"),
        (1, "北京", "V-SH-1", "", "11010119900307002X", "新址 2 号"),
        (6, "北京", "K00001", "", "11010119900307002X", "新址 2 号"),
        (11, "上海", "", "", "110101199003070011", "旧址 1 号"),
        (5, "上海", "", "", "", ""),
        (12, "北京", "V-BJ-9", "", "11010119900307002X", "新址 2 号"),
        (5, "北京", "K00001", "A3", "11010119900307002X", ""),
    ],
    policy=Policy(same="create", likely="create"),
    cut=(8, 9),
)
@given(before=rows_of_a_file, rows=rows_of_a_file, policy=policies, cut=cuts)
def test_what_is_foretold_comes(  # noqa: PLR0917 - by pytest
    server: str, tmp_path: Path, before: Rows, rows: Rows, policy: Policy, cut: tuple[int, int]
) -> None:
    """And no number is lost, nobody is there twice, and once more nothing is new."""
    assert_foretold(server, tmp_path, before, rows, policy, cut)
