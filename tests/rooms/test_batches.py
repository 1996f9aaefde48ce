"""Batches: who came by which import, and how imports are planned, approved, paused, cut off."""

from collections.abc import Callable

import mintmark
from mintmark.registry import Record
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
