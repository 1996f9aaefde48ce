"""Importing where rows depend on each other, or bring something along: as planned, and true."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import files
from tests.conftest import RULE, TABLES
from tests.files import HEADINGS
from tests.proof import assert_accounted_for

import mintmark
from mintmark import errors, intake
from mintmark.intake import Applying, Plan, Policy, Report, entering
from mintmark.registry import bulk
from mintmark.rule import Family
from mintmark.store.sweeping import Sweeping
from mintmark.wording import Wording

Query = Callable[[str], list[tuple[object, ...]]]
ID_NUMBER, OTHER_ID = "110101199003070011", "11010119900307002X"


def row(at: int, region: str = "北京", name: str = "", *more: str) -> list[str]:
    """Give the row of somebody whom no other row resembles."""
    called = name or f"{chr(0x4E00 + 7 * at)}{chr(0x6E00 + 11 * at)}"
    return [called, "VIP", region, "2023-10-01", f"138{at * 7919 % 10**8:08}", *more]


def planned(register: mintmark.Register, path: Path, rows: Sequence[Sequence[str]], *more: str,
            **options: Any) -> Plan:  # fmt: skip
    mapping = {"编码": "code", "系统号": "key"}
    options["mapping"] = {name: mapping[name] for name in more if name in mapping}
    return intake.plan(register, files.text(path, [[*HEADINGS, *more], *rows]), **options)


def applied(plan: Plan) -> Report:
    """Carry a plan out; what it foretold has come."""
    foretold = plan.forecast()
    applying = plan.apply()
    steps = list(applying)
    assert steps[-1].done == steps[-1].total
    report = applying.report
    assert results(report) == results(foretold)
    assert refusals(report) == refusals(foretold)
    assert report.summary() == foretold.summary()
    assert_accounted_for(plan.register)
    return report


def results(report: Report) -> list[tuple[Any, ...]]:
    return report.results.select("row", "result", "code").rows()


def refusals(report: Report) -> dict[int, list[str]]:
    return {one.row: [p.refusal.slug for p in one.problems] for one in report.refused()}


def address(register: mintmark.Register, number: int) -> str | None:
    found = register.resolve(f"V-BJ-20231001-{number:05}")
    return found.customer.address if found.customer else None


def no_key_without_a_customer(query: Query) -> bool:
    for table in ("identity", "fact_index", "match_key"):
        lost = f"SELECT count(*) FROM {table} WHERE customer NOT IN (SELECT id FROM customer)"
        if query(lost) != [(0,)]:
            return False
    return True


# ---------------------------------------------------------------- once, and once more


def test_what_is_imported_twice_or_exported_and_imported_makes_nobody_twice(
    register: mintmark.Register, tmp_path: Path, query: Query
) -> None:
    anonymous = ["王伟", "普通", "上海", "2023-10-02", ""]
    rows = [*(row(at) for at in range(6)), anonymous, anonymous]
    first = applied(planned(register, tmp_path / "a.csv", rows))
    before = query("SELECT canonical, customer FROM code ORDER BY 1")
    again = applied(planned(register, tmp_path / "a.csv", rows))
    assert [code for _, _, code in results(again)] == [code for _, _, code in results(first)]
    list(intake.export(register, tmp_path / "all.xlsx", Wording("zh-CN")))
    for how in ({"ignore": ["客户编码"]}, {"mapping": {"客户编码": "code"}}):
        back = applied(intake.plan(register, tmp_path / "all.xlsx", **how)).summary()
        assert (back.coded, back.known, back.refused) == (0, 8, 0)
    assert query("SELECT canonical, customer FROM code ORDER BY 1") == before


# ---------------------------------------------------------------- how it is cut


@pytest.mark.parametrize(("large", "units"), [(10_000, [3, 3, 3, 3]), (-1, [4, 4, 4])])
def test_a_unit_is_larger_where_there_are_many_keys_but_no_more_than_a_share(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    large: int, units: list[int],
) -> None:  # fmt: skip
    for name, value in {"_MANY": 3, "_LEAST": 1, "_SHARES": 3, "_LARGE": large}.items():
        monkeypatch.setattr(bulk, name, value)
    ready = planned(register, tmp_path / "a.csv", [row(at) for at in range(12)])
    done = [progress.done for progress in ready.apply()]
    assert [after - before for before, after in pairwise(done)] == units


# ---------------------------------------------------------------- a scope that becomes full


def test_a_scope_that_becomes_full_codes_those_before_and_refuses_those_after(
    empty: mintmark.Register, tmp_path: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was the same as somebody without a code has one of their own, where there is room."""
    monkeypatch.setattr(bulk, "_MANY", 12)
    empty.publish(RULE.replace("seq:5", "seq:1"), tables=TABLES)
    rows = [row(at) for at in range(12)]
    elsewhere = [row(11, "上海"), row(10), row(0), row(20, "上海")]
    report = applied(planned(empty, tmp_path / "a.csv", [*rows, *elsewhere]))
    assert [code for _, _, code in results(report)] == [
        *(f"V-BJ-20231001-{n}" for n in range(1, 10)), None, None, None,
        "V-SH-20231001-2", None, "V-BJ-20231001-1", "V-SH-20231001-1",
    ]  # fmt: skip
    assert set(map(tuple, refusals(report).values())) == {("sequence-full",)}
    assert no_key_without_a_customer(query)


# ---------------------------------------------------------------- codes and keys that rows bring


def test_who_brings_a_code_keeps_it_and_others_are_numbered_around_it(
    empty: mintmark.Register, tmp_path: Path
) -> None:
    empty.publish(RULE, tables=TABLES, manual="allowed")
    rows = [row(0, "北京", "", ""), row(1, "北京", "", "V-BJ-20231001-00002"),
            row(2, "北京", "", ""), row(1, "北京", "", ""), row(0, "北京", "", ""),
            row(3, "北京", "", ""), row(3, "北京", "", "V-BJ-20231001-00009"),
            row(3, "北京", "", "V-BJ-20231001-00008")]  # fmt: skip
    report = applied(planned(empty, tmp_path / "a.csv", rows, "编码"))
    codes = [code and code[-2:] for _, _, code in results(report)]
    assert codes == ["01", "02", "03", "02", "01", "09", "09", None]
    assert refusals(report) == {9: ["already-coded"]}


def test_codes_that_rows_may_not_have_are_refused_one_by_one(
    empty: mintmark.Register, tmp_path: Path
) -> None:
    empty.publish(RULE, tables=TABLES, manual="V-@@-########-000#5")
    empty.rulebook.declare(Family(name="old", patterns=("K######",)))
    taken = empty.register(name="李雷", type="VIP", region="北京", registered="2023-10-01").code
    held = empty.mint(type="VIP", region="北京", registered="2023-10-01")
    other = empty.hold(holder="前台", type="VIP", region="北京", registered="2023-10-01")
    empty.void(gone := empty.mint(type="VIP", region="北京", registered="2023-10-01"), reason="x")
    brought = ["K000001", "K000001", taken, held, other, gone, "V-BJ-20231001-00017",
               "V-BJ-20231001-00015", "V-BJ-20231001-00016", "长" * 61, ""]  # fmt: skip
    rows = [row(at, "北京", "", code) for at, code in enumerate(brought)]
    report = applied(planned(empty, tmp_path / "a.csv", rows, "编码"))
    assert refusals(report) == {
        3: ["code-taken"], 4: ["code-taken"], 6: ["code-held"], 7: ["code-void"],
        8: ["code-not-allowed"], 10: ["code-not-allowed"], 11: ["not-a-code"],
    }  # fmt: skip
    coded = {at: code for at, _, code in results(report) if code}
    assert coded == {2: "K000001", 5: held, 9: "V-BJ-20231001-00015", 12: "V-BJ-20231001-00005"}


def test_what_a_system_calls_customers_is_learnt_of_new_ones_and_of_known_ones(
    register: mintmark.Register, tmp_path: Path, query: Query
) -> None:
    applied(planned(register, tmp_path / "a.csv", [row(0), row(1), row(2)]))
    keys = ["A1", "A1", "", "A4", "A5", "A4"]
    rows = [row(at, "北京", "", key) for at, key in zip((0, 1, 2, 3, 4, 3), keys, strict=True)]
    report = applied(planned(register, tmp_path / "b.csv", rows, "系统号", system="crm"))
    assert refusals(report) == {3: ["external-key-taken"]}
    called = query("SELECT key, customer FROM external_key WHERE source = 'crm' ORDER BY key")
    assert [key for key, _ in called] == ["A1", "A4", "A5"]
    assert called[0][1] == 1
    again = applied(planned(register, tmp_path / "b.csv", rows, "系统号", system="crm"))
    assert again.summary().coded == 0
    assert len(query("SELECT FROM external_key")) == 3


# ---------------------------------------------------------------- policies


def test_an_id_number_is_one_customers(register: mintmark.Register, tmp_path: Path) -> None:
    register.register(name="王琦", type="VIP", region="北京", registered="2023-10-01",
                      id_number=ID_NUMBER)  # fmt: skip
    rows = [row(0, "北京", "", ID_NUMBER), row(1, "北京", "", OTHER_ID),
            row(2, "北京", "", OTHER_ID), row(2, "北京", "", OTHER_ID)]  # fmt: skip
    report = applied(planned(register, tmp_path / "a.csv", rows, "证件号"))
    said = {one.row: one.problems[0].refusal for one in report.refused()}
    assert {at: getattr(why, "code", None) for at, why in said.items()} == {
        2: "V-BJ-20231001-00001", 4: "V-BJ-20231001-00002", 5: "V-BJ-20231001-00002",
    }  # fmt: skip
    assert all(isinstance(why, errors.IdNumberTaken) for why in said.values())


@pytest.mark.parametrize(
    ("same", "said"),
    [("skip", ["known", "new", "known"]), ("update", ["changed", "new", "known"]),
     ("create", ["new", "new", "new"]), ("ask", ["asked", "new", "asked"])],
)  # fmt: skip
def test_the_policy_says_what_becomes_of_who_is_there(
    register: mintmark.Register, tmp_path: Path, same: str, said: list[str]
) -> None:
    applied(planned(register, tmp_path / "a.csv", [row(0, "北京", "", "旧址 1 号")], "地址"))
    rows = [row(0, "北京", "", "新址 2 号"), row(1, "北京", "", ""), row(1, "北京", "", "x 3 号")]
    made = planned(register, tmp_path / "b.csv", rows, "地址", policy=Policy(same=same))
    changes = made.changes().select("row", "fact", "before", "after").rows()
    is_update = same == "update"
    assert changes == ([(2, "address", "旧址 1 号", "新址 2 号")] if is_update else [])
    report = applied(made)
    assert report.results["result"].to_list() == said
    batch = register.batches.recent(1)[0]
    assert (batch.state, batch.done) == ("finished", batch.total)
    list(register.undo(batch.id, reason="wrong file"))
    assert register.status().codes == 1
    assert address(register, 1) == "旧址 1 号"
    assert_accounted_for(register)


def test_who_follows_a_row_that_is_kept_back_is_kept_back(
    register: mintmark.Register, tmp_path: Path
) -> None:
    applied(planned(register, tmp_path / "a.csv", [row(0, "北京", "北京大华机械有限公司")]))
    near = ["北京大华机械设备有限公司", *row(0)[1:]]
    made = planned(register, tmp_path / "b.csv", [near, near, row(5)],
                   policy=Policy(same="ask", likely="ask"))  # fmt: skip
    report = applied(made)
    assert report.results["result"].to_list() == ["asked", "asked", "new"]
    for outcome in report.refused():
        assert getattr(outcome.problems[0].refusal, "code", "") == "V-BJ-20231001-00001"


# ---------------------------------------------------------------- stopped, and gone on with


def steps(applying: Applying, stop: Callable[[int], object], at: int) -> None:
    for progress in applying:
        if progress.done == at and applying.batch is not None:
            stop(applying.batch)


def test_a_paused_import_tells_only_what_is_done_and_then_all(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_MANY", 3)
    rows = [*(row(at) for at in range(4)), row(0), *(row(at) for at in range(4, 8))]
    made = planned(register, tmp_path / "a.csv", rows)
    whole = results(made.forecast())
    steps(applying := made.apply(), register.batches.pause, 3)
    summary = applying.report.summary()
    assert (summary.read, summary.coded + summary.known, summary.waiting) == (9, 3, 6)
    told = results(applying.report)
    assert [row for row in whole if row in told] == told
    assert len(told) == 3  # those that one scope numbers, say: not the first
    resumed = intake.resume(register, applying.batch or 0, tmp_path / "a.csv")
    steps(resumed, register.batches.pause, 6)
    last = intake.resume(register, applying.batch or 0, tmp_path / "a.csv")
    list(last)
    assert results(last.report) == whole
    batch = register.batches.recent(1)[0]
    assert (batch.state, batch.done, batch.coded, batch.counts) == (
        "finished", 9, 8, {"known": 1, "new": 8},
    )  # fmt: skip


def test_whose_facts_were_to_change_when_an_import_was_cut_off_are_changed_once(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "_STEP", 1)
    rows = [row(0, "北京", "", ""), row(1, "北京", "", "")]
    applied(planned(register, tmp_path / "a.csv", rows, "地址"))
    rows = [
        row(0, "北京", "", "新址 2 号"),
        row(1, "北京", "", "新址 3 号"),
        row(2, "北京", "", ""),
    ]
    made = planned(register, tmp_path / "b.csv", rows, "地址", policy=Policy(same="update"))
    running = iter(applying := made.apply())
    assert [next(running).done for _ in range(3)] == [0, 3, 4]
    running.close()  # as if the program had died
    assert [at for at, _, _ in results(applying.report)] == [2, 4]  # of row 3, half is done
    register.update("V-BJ-20231001-00001", address="更新的 5 号")  # by somebody, meanwhile
    resumed = intake.resume(register, applying.batch or 0, tmp_path / "b.csv")
    list(resumed)
    assert resumed.report.results["result"].to_list() == ["changed", "changed", "new"]
    assert [address(register, number) for number in (1, 2)] == ["更新的 5 号", "新址 3 号"]
    batch = register.batches.recent(1)[0]
    assert (batch.done, batch.total) == (3, 3)


# ---------------------------------------------------------------- others at the same time


def test_imports_at_once_and_others_who_mint_give_everybody_one_code(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    tmp_path: Path,
    query: Query,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same file twice and one that overlaps it, in units that part it differently."""
    monkeypatch.setattr(bulk, "_MANY", 7)
    monkeypatch.setattr(bulk, "_FEW", 5)
    people = [row(at) for at in range(60)]
    paths = [files.text(tmp_path / f"{n}.csv", [HEADINGS, *rows])
             for n, rows in enumerate((people[:40], people[:40], people[:19:-1]))]  # fmt: skip
    books = [register, reopen(), reopen()]
    runs = [intake.plan(book, path).apply() for book, path in zip(books, paths, strict=True)]
    other = reopen()
    with ThreadPoolExecutor(4) as threads:
        going = [threads.submit(list, run) for run in runs]
        minted = [other.mint(type="VIP", region="北京", registered="2023-10-01") for _ in range(9)]
        for one in going:
            one.result(timeout=120)
    reports = [run.report for run in runs]
    assert [report.summary().refused for report in reports] == [0, 0, 0]
    assert sum(report.summary().coded for report in reports) == 60
    codes = [[code for _, _, code in results(report)] for report in reports]
    assert codes[0] == codes[1]
    assert codes[0][20:] == codes[2][:-21:-1]
    assert query("SELECT count(*), count(DISTINCT customer) FROM code") == [(69, 60)]
    assert not {*minted} & {*codes[0], *codes[2]}
    assert no_key_without_a_customer(query)
    assert_accounted_for(register)


def test_who_shall_be_a_customer_of_their_own_is_so_although_others_were_first(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    tmp_path: Path,
    query: Query,
) -> None:
    """The unit of work is overtaken: its rows are looked at one by one, and nobody is joined."""
    rows = [row(0), row(1), row(1, "上海"), row(2)]
    applying = planned(register, tmp_path / "a.csv", rows, policy=Policy(same="create")).apply()
    name, phone = row(1)[0], row(1)[4]
    other = reopen().register(
        name=name, type="VIP", region="北京", registered="2023-10-01", phone=phone
    )
    list(applying)
    assert [result for _, result, _ in results(applying.report)] == ["new"] * 4
    codes = {code for _, _, code in results(applying.report)}
    assert len({*codes, other.code}) == 5
    assert query("SELECT count(*), count(DISTINCT customer) FROM code") == [(5, 5)]
    assert no_key_without_a_customer(query)
    assert_accounted_for(register)


def test_rows_that_no_rule_numbers_are_refused_and_the_others_are_coded(
    empty: mintmark.Register, tmp_path: Path
) -> None:
    """So are those that lack what a code is made of; who follows such a row has a code."""
    empty.publish("V{region}{seq:3}", tables={"region": TABLES["region"]}, when={"type": "VIP"})
    common = [row(1)[0], "普通", *row(1)[2:]]
    rows = [row(0), common, row(2, ""), row(1), row(2, "上海"), row(1)]
    report = applied(planned(empty, tmp_path / "a.csv", rows))
    assert refusals(report) == {3: ["no-rule-applies"], 4: ["missing-fact"]}
    assert [code for _, _, code in results(report)] == [
        "VBJ001", None, None, "VBJ002", "VSH001", "VBJ002",
    ]  # fmt: skip


def test_whose_facts_cannot_be_changed_is_foretold(
    register: mintmark.Register, tmp_path: Path
) -> None:
    """An ID number that a new customer of the same file has by then; and a key that others have."""
    rows = [[*row(0), "", ""], [*row(1), "", "A1"]]
    applied(planned(register, tmp_path / "a.csv", rows, "证件号", "系统号", system="crm"))
    rows = [[*row(0), ID_NUMBER, ""], [*row(3), ID_NUMBER, ""], [*row(0, "上海"), "", "A1"]]
    report = applied(planned(register, tmp_path / "b.csv", rows, "证件号", "系统号", system="crm",
                             policy=Policy(same="update")))  # fmt: skip
    assert refusals(report) == {2: ["id-number-taken"], 4: ["external-key-taken"]}
    customer = register.resolve("V-BJ-20231001-00001").customer
    assert customer is not None
    assert (customer.id_number, customer.region) == (None, "北京")


def test_a_rule_that_is_published_in_the_middle_numbers_the_rest(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "_MANY", 3)
    applying = planned(register, tmp_path / "a.csv", [row(at) for at in range(9)]).apply()
    other = reopen()
    for progress in applying:
        if progress.done == 3:
            other.publish("N{region}{seq:6}", tables={"region": TABLES["region"]})
    codes = [code for _, _, code in results(applying.report)]
    assert codes[:3] == [f"V-BJ-20231001-0000{n}" for n in (1, 2, 3)]
    assert codes[-3:] == [f"NBJ{n:06}" for n in range(int(codes[-3][-6:]), 10)][:3]
    assert len(set(codes)) == 9
    assert_accounted_for(register)


# ---------------------------------------------------------------- whom many rows meet


@pytest.mark.parametrize("pays", [True, False])
def test_many_rows_meet_whom_each_would_meet(
    register: mintmark.Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, pays: bool
) -> None:
    monkeypatch.setattr(Sweeping, "pays", lambda *_: pays)
    applied(planned(register, tmp_path / "a.csv", [row(at) for at in range(4)]))
    first = register.find(phone=row(1)[4]).found[0]
    rows = [row(at) for at in range(2, 6)]
    list(register.keys.rotate("index"))
    summary = applied(planned(register, tmp_path / "b.csv", rows)).summary()
    assert (summary.known, summary.coded) == (2, 2)
    meeting = register.meeting()
    assert first.customer is not None
    shared = pl.DataFrame({"name": ["李四", "王五"], "phone": [first.customer.phone, None]})
    assert len(meeting.sharing(shared)) == 1
    assert not meeting.sharing(shared[1:])
    assert not meeting.owners(shared, pl.Series([0, 0])).height
