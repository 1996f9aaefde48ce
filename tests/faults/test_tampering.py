"""Whoever changes sealed values behind the register's back is refused, and gains nothing.

Each test changes the rows of one customer, or swaps those of two; the third is always left alone.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from tests.faults import canaries
from tests.faults.sweeping import Sweep

import mintmark
from mintmark.errors import MissingKey, Refusal, TamperedValue

KEY = "mintmark_keys.data_key"
VALUE = "mintmark.customer"
_STEP = 5  # every fifth byte: the rest is left to the laws of sealing
_COLUMNS = {KEY: ("customer", "wrapped"), VALUE: ("id", "sealed")}
Change = Callable[[bytes], bytes]


class Files:
    """Three customers, and their rows."""

    def __init__(self, register: mintmark.Register, place: str) -> None:
        self.register = register
        self.codes = [register.register(**canaries.person(n)).code for n in range(3)]
        self.connection = psycopg.connect(place, autocommit=True)
        found = self.connection.execute("SELECT id FROM mintmark.customer ORDER BY id")
        self.rows: list[int] = [row for (row,) in found]

    def read(self, table: str, row: int) -> bytes:
        key, column = _COLUMNS[table]
        statement = f"SELECT {column} FROM {table} WHERE {key} = %s"
        found = self.connection.execute(statement.encode(), (row,)).fetchone()
        assert found is not None
        return bytes(found[0])

    def write(self, table: str, row: int, value: bytes | None) -> None:
        key, column = _COLUMNS[table]
        statement = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"
        self.connection.execute(statement.encode(), (value, row))

    @contextmanager
    def changed(self, table: str, row: int, value: bytes | None) -> Iterator[None]:
        before = self.read(table, row)
        self.write(table, row, value)
        yield
        self.write(table, row, before)

    def assert_closed(self, *places: int, table: str | None = None) -> None:
        """See that these are refused by every verb that reads them, and the others are not."""
        for at, code in enumerate(self.codes):
            if at in places:
                for refusal in self.refusals(at):
                    if isinstance(refusal, TamperedValue):
                        assert refusal.row in {self.rows[one] for one in places}
                        assert table in {None, refusal.table}
                    assert [
                        *_SWEEP.content(str(refusal).encode() + repr(refusal).encode(), "")
                    ] == []
            else:
                found = self.register.resolve(code).customer
                assert found is not None
                assert found.email == canaries.facts(at)["email"]
                assert len(self.register.find(phone=canaries.facts(at)["phone"]).found) == 1

    def resolve(self, at: int) -> None:
        """Resolve a code; of a customer whose key is missing, open attributes alone are told."""
        found = self.register.resolve(self.codes[at])
        if found.locked is not None:
            assert found.customer is not None
            assert not found.customer.personal().keys() - {"name"}
            assert not found.customer.name
            raise found.locked

    def refusals(self, at: int) -> Iterator[Refusal]:
        facts = canaries.facts(at)
        for verb in (
            lambda: self.resolve(at),
            lambda: self.register.find(phone=facts["phone"]),
            lambda: self.register.find(name=facts["name"], id_number=facts["id_number"]),
            lambda: self.register.register(**canaries.person(at)),
            lambda: list(self.register.customers()),
        ):
            with pytest.raises((TamperedValue, MissingKey)) as refused:
                verb()
            yield refused.value


_SWEEP = Sweep(canaries.patterns([]))


@pytest.fixture
def files(register: mintmark.Register, place: str) -> Iterator[Files]:
    files = Files(register, place)
    files.assert_closed()
    with files.connection:
        yield files


@pytest.mark.parametrize("tables", [(VALUE,), (KEY,), (KEY, VALUE)])
def test_what_belongs_to_another_customer_is_refused(files: Files, tables: tuple[str, ...]) -> None:
    one, other = files.rows[:2]
    swaps = [(table, files.read(table, one), files.read(table, other)) for table in tables]
    with ExitStack() as swapped:
        for table, mine, theirs in swaps:
            swapped.enter_context(files.changed(table, one, theirs))
            swapped.enter_context(files.changed(table, other, mine))
        files.assert_closed(0, 1, table="customer" if tables == (VALUE,) else "data_key")


@pytest.mark.parametrize("table", [KEY, VALUE])
def test_a_byte_that_was_changed_is_refused(files: Files, table: str) -> None:
    value = files.read(table, files.rows[0])
    for at in range(0, len(value), _STEP):
        flipped = bytes([*value[:at], value[at] ^ 1 << at % 8, *value[at + 1 :]])
        with (
            files.changed(table, files.rows[0], flipped),
            pytest.raises((TamperedValue, MissingKey)),
        ):
            files.resolve(0)
    with files.changed(table, files.rows[0], value[:-1] + bytes([value[-1] ^ 1])):
        files.assert_closed(0, table=table.split(".")[1])


@pytest.mark.parametrize("table", [KEY, VALUE])
def test_what_was_cut_off_or_lengthened_is_refused(files: Files, table: str) -> None:
    value = files.read(table, files.rows[0])
    for other in (b"", value[:1], value[:8], value[:20], value[:-16], value[:-1], value + b"\x00"):
        with files.changed(table, files.rows[0], other):
            files.assert_closed(0, table=table.split(".")[1])


def test_a_data_key_that_is_gone_is_refused(files: Files) -> None:
    files.connection.execute(
        "DELETE FROM mintmark_keys.data_key WHERE customer = %s", files.rows[:1]
    )
    files.assert_closed(0, table="data_key")


def test_facts_that_are_gone_are_not_taken_for_shredded_ones(files: Files) -> None:
    with files.changed(VALUE, files.rows[0], None):
        files.assert_closed(0, table="customer")


def test_another_version_in_the_header_is_refused(files: Files) -> None:
    """The version stands behind format and suite; under the same id it cannot be another."""
    value = files.read(KEY, files.rows[0])
    with files.changed(KEY, files.rows[0], value[:2] + b"\x00\x02" + value[4:]):
        files.assert_closed(0, table="data_key")


def test_a_key_that_nobody_has_is_named(files: Files) -> None:
    value = files.read(KEY, files.rows[0])
    with files.changed(KEY, files.rows[0], value[:4] + b"\xde\xad\xbe\xef" + value[8:]):
        for refusal in files.refusals(0):
            assert isinstance(refusal, MissingKey)
            assert (refusal.key, refusal.version) == ("deadbeef", 1)


def test_reading_goes_by_the_header_and_not_by_the_column(files: Files) -> None:
    """The column `version` says which data keys are to be wrapped anew, and opens nothing."""
    files.connection.execute("UPDATE mintmark_keys.data_key SET version = 7")
    files.assert_closed()
