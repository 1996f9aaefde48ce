"""Fields of one's own: declared for a register, sealed unless one says otherwise."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from tests import files

import mintmark
from mintmark.customer import Customer
from mintmark.errors import (
    FieldInUse,
    FieldIsAttribute,
    FieldIsFact,
    FieldsAlike,
    Refusal,
    TooLong,
    UnknownFact,
    UnknownField,
    UnknownFieldKind,
    WrongFieldName,
    WrongPhone,
)
from mintmark.intake import export
from mintmark.registry import Record, Refused
from mintmark.wording import Wording

WANG = {"name": "王琦", "phone": "15051077574", "type": "VIP", "region": "北京",
        "registered": "2023-10-01"}  # fmt: skip
LABELS = {"zh": "微信号", "en": "WeChat"}
Query = Callable[[str], list[tuple[object, ...]]]
Reopen = Callable[[], mintmark.Register]


def test_a_sealed_value_comes_back_and_lies_in_no_open_column(
    register: mintmark.Register, query: Query
) -> None:
    register.fields.declare("wechat", labels=LABELS)
    register.fields.declare("born", kind="date")
    register.fields.declare("turnover", kind="number", sealed=False)
    done = register.register(**WANG, wechat="wq_1990", born="1990年3月7日", turnover="1,200.50")
    customer = register.resolve(done.code).customer
    assert customer is not None
    assert customer.sealed == (("born", date(1990, 3, 7)), ("wechat", "wq_1990"))
    assert customer.more == (("turnover", "1200.5"),)
    [(openly, names)] = query("SELECT attributes::text, fields FROM customer")
    assert openly == '{"turnover": "1200.5"}'
    assert names == ["born", "wechat"]


def test_former_names_and_contact_persons_are_kept(register: mintmark.Register) -> None:
    done = register.register(**WANG, former_name="王七; 王柒", contact="李雷")
    customer = register.resolve(done.code).customer
    assert customer is not None
    assert (customer.former_name, customer.contact) == ("王七、王柒", "李雷")


def test_a_field_is_unknown_until_it_is_declared_by_whatever_process(
    register: mintmark.Register, reopen: Reopen
) -> None:
    with pytest.raises(UnknownFact):
        register.register(**WANG, wechat="wq")
    reopen().fields.declare("wechat")
    assert register.register(**WANG, wechat="wq").customer.sealed == (("wechat", "wq"),)


def test_what_another_process_withdrew_is_refused_and_uses_up_no_number(
    register: mintmark.Register, reopen: Reopen
) -> None:
    register.fields.declare("wechat")
    register.register(**WANG)
    assert "wechat" in register.fields.known()
    reopen().fields.withdraw("wechat")
    li = {**WANG, "name": "李雷", "phone": "13875014587"}
    with pytest.raises(UnknownFact):
        register.register(**li, wechat="ll")
    assert register.register(**li).code == "V-BJ-20231001-00002"


def test_what_another_process_sealed_is_kept_sealed(
    register: mintmark.Register, reopen: Reopen, query: Query
) -> None:
    register.fields.declare("wechat", sealed=False)
    assert not register.fields.known()["wechat"].personal
    reopen().fields.declare("wechat")
    assert register.register(**WANG, wechat="wq").customer.sealed == (("wechat", "wq"),)
    assert query("SELECT attributes::text FROM customer") == [("{}",)]


def test_what_another_process_made_a_phone_is_read_as_one(
    register: mintmark.Register, reopen: Reopen
) -> None:
    register.fields.declare("spare")
    assert register.fields.known()["spare"].kind == "text"
    reopen().fields.declare("spare", kind="phone")
    with pytest.raises(WrongPhone):
        register.register(**WANG, spare="12")
    done = register.register(**WANG, spare="138 7501 4587")
    assert done.customer.sealed == (("spare", "+8613875014587"),)


def test_records_of_a_program_are_placed_as_the_fields_are_declared(
    register: mintmark.Register,
) -> None:
    register.fields.declare("wechat")
    made = Customer(name="王琦", type="VIP", region="北京", registered=date(2023, 10, 1))
    openly = Customer.of_facts({**made.facts(), "wechat": "wq"})
    sealed = Customer.of_facts({**made.facts(), "name": "李雷", "qq": "1"}, sealed={"qq"})
    placed, refused = register.register_many([Record(customer=openly), Record(customer=sealed)])
    assert isinstance(placed, mintmark.Registered)
    assert placed.customer.sealed == (("wechat", "wq"),)
    assert isinstance(refused, Refused)
    assert refused.refusal.slug == "unknown-fact"


def test_a_field_with_values_stays_as_it_is(register: mintmark.Register) -> None:
    register.fields.declare("wechat")
    register.fields.declare("turnover", kind="number", sealed=False)
    register.register(**WANG, wechat="wq", turnover="5")
    register.register(**{**WANG, "name": "李雷", "phone": "13875014587"}, wechat="ll")
    with pytest.raises(FieldInUse) as refused:
        register.fields.withdraw("wechat")
    assert refused.value.customers == 2
    with pytest.raises(FieldInUse):
        register.fields.declare("wechat", sealed=False)
    with pytest.raises(FieldInUse):
        register.fields.declare("wechat", kind="number")
    with pytest.raises(FieldInUse):
        register.fields.declare("turnover", kind="number", sealed=True)
    assert register.fields.declare("wechat", labels=LABELS).field.labels == LABELS
    assert register.fields.declare("wechat").field.labels == LABELS


def test_a_name_under_which_there_are_values_cannot_be_declared_over_them(
    register: mintmark.Register,
) -> None:
    loose = Customer.of_facts({"name": "王琦", "type": "VIP", "region": "北京",
                               "registered": date(2023, 10, 1), "wechat": "wq"})  # fmt: skip
    register.register_many([Record(customer=loose)])
    with pytest.raises(FieldInUse):
        register.fields.declare("wechat")


def test_a_field_without_values_can_be_changed_and_withdrawn(register: mintmark.Register) -> None:
    register.fields.declare("wechat", labels=LABELS)
    register.fields.declare("wechat", kind="number", sealed=False)
    [declared] = register.fields.list()
    assert (declared.field.kind, declared.field.personal) == ("number", False)
    assert declared.field.labels == LABELS
    assert register.fields.withdraw("wechat") == declared
    assert register.fields.list() == ()
    with pytest.raises(UnknownField):
        register.fields.withdraw("wechat")
    with pytest.raises(UnknownFact):
        register.register(**WANG, wechat="5")


def test_declaring_the_same_again_changes_nothing(
    register: mintmark.Register, query: Query
) -> None:
    first = register.fields.declare("wechat", labels=LABELS)
    edition = query("SELECT number FROM edition")
    assert register.fields.declare(" ｗｅｃｈａｔ ", labels=LABELS) == first
    assert query("SELECT number FROM edition") == edition


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("phone", FieldIsFact), ("Phone", FieldIsFact), ("idnumber", FieldIsFact),
        ("code", FieldIsFact), ("request", FieldIsFact), ("seq", FieldIsFact),
        ("created", FieldIsFact), ("former_name", FieldIsFact), ("grade", FieldIsAttribute),
        ("微 信", WrongFieldName), ("2nd", WrongFieldName), ("", WrongFieldName),
        ("a:b", WrongFieldName), ("x" * 41, WrongFieldName),
    ],
)  # fmt: skip
def test_a_name_that_something_else_has_is_refused(
    empty: mintmark.Register, name: str, refusal: type[Refusal]
) -> None:
    empty.publish("{grade}{seq:5}", tables={"grade": {"A": "甲"}})
    with pytest.raises(refusal):
        empty.fields.declare(name)
    assert empty.fields.list() == ()


def test_a_rule_cannot_spell_what_is_a_declared_field(empty: mintmark.Register) -> None:
    empty.fields.declare("grade")
    with pytest.raises(FieldIsAttribute):
        empty.publish("{grade}{seq:5}", tables={"grade": {"A": "甲"}})
    empty.fields.withdraw("grade")
    empty.publish("{grade}{seq:5}", tables={"grade": {"A": "甲"}})


def test_two_fields_are_not_called_alike(register: mintmark.Register) -> None:
    register.fields.declare("wechat", labels=LABELS)
    for name, labels in (("WeChat", {}), ("wx", {"zh": "微信号"}), ("wx", {"en": "wechat"})):
        with pytest.raises(FieldsAlike):
            register.fields.declare(name, labels=labels)
    with pytest.raises(UnknownFieldKind):
        register.fields.declare("wx", kind="secret")
    with pytest.raises(TooLong):
        register.fields.declare("wx", labels={"zh": "长" * 61})


def test_fields_go_along_with_whoever_is_bound_or_coded_later(
    register: mintmark.Register,
) -> None:
    register.fields.declare("wechat")
    held = register.hold(type="VIP", region="北京", registered="2023-10-01")
    assert register.bind(held, name="王琦", wechat="wq").customer.sealed == (("wechat", "wq"),)
    register.register_uncoded(**{**WANG, "name": "李雷"}, wechat="ll")
    filling = register.backfill()
    assert [progress.done for progress in filling][-1] == 1
    customer = register.resolve(filling.last).customer
    assert customer is not None
    assert customer.sealed == (("wechat", "ll"),)


def test_nobody_gets_a_value_of_a_field_while_it_is_withdrawn(
    register: mintmark.Register, reopen: Reopen, query: Query
) -> None:
    other = reopen()
    kept = 0
    for number in range(12):
        name = f"field_{number}"
        other.fields.declare(name)
        register.fields.known()
        start = Barrier(2)
        with ThreadPoolExecutor(2) as both:
            one = both.submit(_registered, register, start, number, name)
            two = both.submit(_withdrawn, other, start, name)
        kept += one.result()
        assert one.result() != two.result()
    assert query("SELECT count(*) FROM customer WHERE fields IS NOT NULL") == [(kept,)]
    assert len(other.fields.list()) == kept


def _registered(register: mintmark.Register, start: Barrier, number: int, field: str) -> bool:
    start.wait()
    try:
        register.register(**{**WANG, "name": f"客户{number}", "phone": ""}, **{field: "x"})
    except UnknownFact:
        return False
    return True


def _withdrawn(register: mintmark.Register, start: Barrier, field: str) -> bool:
    start.wait()
    try:
        register.fields.withdraw(field)
    except FieldInUse:
        return False
    return True


def test_files_have_fields_as_columns_by_name_label_and_map(
    register: mintmark.Register, tmp_path: Path
) -> None:
    register.fields.declare("wechat", labels=LABELS)
    register.fields.declare("spare", kind="phone", labels={"zh": "备用电话"})
    register.fields.declare("turnover", kind="number", sealed=False)
    usual = ["姓名", "类型", "地区", "登记日期"]
    wang = ["王琦", "VIP", "北京", "20231001"]
    rows = [
        [*usual, "微信号（选填）", "另一个号", "Turnover"],
        [*wang, "wq", "13875014587", "1,200"],
        [*wang, "wq", "12", "5"],
        [*wang, "", "", "many"],
    ]
    book = files.text(tmp_path / "c.csv", rows)
    plan = mintmark.plan_import(register, book, mapping={"另一个号": "备用电话"})
    importing = plan.apply()
    list(importing)
    [(_, done)] = list(importing.report.registered())
    assert done.customer.sealed == (("spare", "+8613875014587"), ("wechat", "wq"))
    assert done.customer.more == (("turnover", "1200"),)
    assert [[p.refusal.slug for p in o.problems] for o in importing.report.refused()] == [
        ["wrong-phone"], ["wrong-number"],
    ]  # fmt: skip


def test_what_is_exported_can_be_imported_elsewhere(
    register: mintmark.Register, tmp_path: Path
) -> None:
    register.fields.declare("wechat", labels=LABELS)
    register.register(**WANG, wechat="wq", former_name="王七", contact="李雷")
    list(export(register, tmp_path / "all.csv", Wording("zh-CN")))
    heading, row = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    assert heading.endswith("曾用名,联系人,微信号")
    assert row.endswith("王七,李雷,wq")
    plan = mintmark.plan_import(register, tmp_path / "all.csv")
    [(_, again)] = plan.forecast().registered()
    known = register.resolve("V-BJ-20231001-00001").customer
    assert again.customer == known


def test_a_default_may_be_of_a_field(register: mintmark.Register, tmp_path: Path) -> None:
    register.fields.declare("wechat", labels=LABELS)
    book = files.text(
        tmp_path / "c.csv",
        [["姓名", "类型", "地区", "登记日期"], ["王琦", "VIP", "北京", "20231001"]],
    )
    plan = mintmark.plan_import(register, book, defaults={"微信号": "none"})
    [(_, registered)] = plan.forecast().registered()
    assert registered.customer.sealed == (("wechat", "none"),)
