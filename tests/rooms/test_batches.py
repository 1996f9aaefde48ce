"""Batches: who came by which import, and how imports are planned, approved, paused, cut off."""

from collections.abc import Callable
from pathlib import Path

import pytest

import mintmark
from mintmark import errors, intake
from mintmark.registry import Record, bulk
from mintmark.registry.reading import read_external

Query = Callable[[str], list[tuple[object, ...]]]
WANG = {"name": "王琦", "phone": "13875014587", "type": "VIP", "region": "北京",
        "registered": "2023-10-01"}  # fmt: skip


def record(register: mintmark.Register, **more: str) -> Record:
    """Give a record of Wang, or of somebody else, as an import reads it."""
    from_file = {**WANG, **{name: value for name, value in more.items() if name != "external"}}
    customer = register._reading.customer(from_file)  # noqa: SLF001 - as an import reads it
    return Record(customer=customer, external=read_external(more.get("external")))


def started(register: mintmark.Register, total: int = 1) -> int:
    return register.batches.start(file="a.csv", sheet="", digest=b"", total=total)


def test_who_came_by_an_import_is_known_with_and_without_a_code(
    register: mintmark.Register, query: Query
) -> None:
    register.register(**WANG)
    batch = started(register, 2)
    li = record(register, name="李雷", phone="13875014588")
    uncoded = record(register, name="韩梅", phone="13875014589")
    records = [li, Record(customer=uncoded.customer, numbered=False)]
    register.register_many(records, batch=batch)
    assert query("SELECT batch FROM customer ORDER BY id") == [(None,), (batch,), (batch,)]
    assert query("SELECT batch FROM code ORDER BY number") == [(None,), (batch,)]


def test_what_an_import_learnt_of_known_customers_is_told_from_what_was_theirs(
    register: mintmark.Register, query: Query
) -> None:
    register.register(**WANG)
    own = query("SELECT key FROM identity")
    batch = started(register)
    again = record(register, address="朝阳路 8 号", external="crm:A-17")
    [outcome] = register.register_many([again], batch=batch)
    assert not getattr(outcome, "new", True)
    learnt = query("SELECT batch FROM identity WHERE batch IS NOT NULL")
    assert learnt == [(batch,), (batch,)]  # the record's own key, and what it is called
    assert query("SELECT key FROM identity WHERE batch IS NULL") == own
    assert query("SELECT batch FROM external_key") == [(batch,)]


# ---------------------------------------------------------------- planned, paused, cut off


def rows_of(path: Path, count: int) -> Path:
    lines = [f"客户{chr(0x4E00 + n)},VIP,北京,2023-10-01,1387501{n:04}" for n in range(count)]
    path.write_text("\n".join(["姓名,客户类型,地区,登记日期,手机", *lines]), encoding="utf-8")
    return path


def test_somebody_else_approves_of_a_plan(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = register.batches.plan(file="a.csv", sheet="", digest=b"", total=1, settings={"a": 1})
    with pytest.raises(errors.WrongStage):
        register.batches.resume(batch)
    with pytest.raises(errors.OwnPlan):
        register.batches.approve(batch)
    monkeypatch.setenv("MINTMARK_ACTOR", "boss")
    approved = reopen().batches.approve(batch)
    assert (approved.state, approved.approved_by, approved.settings) == (
        "approved", "boss", {"a": 1},
    )  # fmt: skip
    assert register.batches.resume(batch).state == "running"
    with pytest.raises(errors.WrongStage):
        register.batches.approve(batch)


def test_who_planned_may_approve_where_the_settings_allow_it(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = register.batches.plan(file="a.csv", sheet="", digest=b"", total=1, settings={})
    monkeypatch.setenv("MINTMARK_OWN_APPROVAL", "yes")
    assert reopen().batches.approve(batch).state == "approved"


def test_an_import_is_paused_from_elsewhere_and_goes_on_at_the_first_row_not_done(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "_MANY", 3)
    monkeypatch.setattr(bulk, "_WRITERS", 1)
    file, other = rows_of(tmp_path / "a.csv", 10), reopen()
    running = iter(intake.plan(register, file).apply())
    assert [next(running).done for _ in range(2)] == [0, 3]
    [batch] = other.batches.recent()
    assert batch.alive
    with pytest.raises(errors.BatchBusy):
        other.batches.resume(batch.id)
    assert other.batches.pause(batch.id).state == "paused"
    assert list(running) == []
    paused = other.batches.get(batch.id)
    assert (paused.done, paused.alive, paused.is_cut_off) == (3, False, False)
    resumed = intake.resume(other, batch.id, file)
    assert [progress.done for progress in resumed] == [3, 6, 9, 10]
    done = other.batches.get(batch.id)
    assert (done.state, done.done, done.coded) == ("finished", 10, 10)
    assert resumed.report.summary().refused == 0
    assert register.status().codes == 10


def test_an_import_whose_program_went_away_can_be_resumed_and_no_row_is_done_twice(
    register: mintmark.Register,
    reopen: Callable[[], mintmark.Register],
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "_MANY", 3)
    monkeypatch.setattr(bulk, "_WRITERS", 1)
    file, other = rows_of(tmp_path / "a.csv", 7), reopen()
    with mintmark.open(place) as dying:
        running = iter(intake.plan(dying, file).apply())
        assert [next(running).done for _ in range(2)] == [0, 3]
        [batch] = other.batches.recent()
        assert not batch.is_cut_off
    assert other.batches.get(batch.id).is_cut_off  # its connections are gone, as when it is killed
    list(intake.resume(other, batch.id, file))
    assert (other.batches.get(batch.id).done, register.status().codes) == (7, 7)
    rows_of(file, 8)
    with pytest.raises(errors.OtherFile):
        intake.resume(other, batch.id, file)


def test_what_is_cancelled_or_through_does_not_go_on(register: mintmark.Register) -> None:
    batch = started(register)
    register.batches.count(batch, {"new": 2})
    register.batches.count(batch, {"new": 3, "known": 1})
    assert register.batches.get(batch).counts == {"known": 1, "new": 5}
    assert register.batches.cancel(batch).state == "cancelled"
    assert register.batches.should_stop(batch)
    register.batches.leave(batch)
    for verb in (register.batches.resume, register.batches.pause, register.batches.cancel):
        with pytest.raises(errors.WrongStage):
            verb(batch)
    with pytest.raises(errors.UnknownBatch):
        register.batches.get(99)
