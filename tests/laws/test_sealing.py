"""Laws of sealing: what comes out is what went in, at the same place, or nothing does."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.keys import LATER, RINGS, ring

from mintmark.errors import MissingKey, TamperedValue
from mintmark.vault import DATA_KEY, KeyRing, Sealed

PLACE = {"table": "customer", "column": "facts"}
ROWS = st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=300)), max_size=5)
SUITES = st.sampled_from(list(RINGS.values()))


@given(SUITES, ROWS, st.text(), st.text())
def test_a_value_comes_back_as_it_was_sealed(
    keys: KeyRing, rows: list[tuple[int, bytes]], table: str, column: str
) -> None:
    sealed = keys.seal(rows, table=table, column=column)
    pairs = [(row, value) for (row, _), value in zip(rows, sealed, strict=True)]
    values = [value for _, value in rows]
    assert keys.unseal_many(pairs, table=table, column=column) == values
    assert [keys.unseal(*pair, table=table, column=column) for pair in pairs] == values
    assert all(keys.version_of(value.wrapped) == 1 for value in sealed)


@pytest.mark.parametrize("keys", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("part", [0, 1])
def test_every_flipped_bit_is_refused(keys: KeyRing, part: int) -> None:
    [sealed] = keys.seal([(7, "王琦".encode())], **PLACE)
    assert keys.unseal(7, sealed, **PLACE)  # the control
    for bit in range(8 * len(sealed[part])):
        flipped = bytearray(sealed[part])
        flipped[bit // 8] ^= 1 << bit % 8
        forged = _with(sealed, part, bytes(flipped))
        names_other_key = part == 0 and 4 <= bit // 8 < 8
        with pytest.raises(MissingKey if names_other_key else TamperedValue):
            keys.unseal(7, forged, **PLACE)
        if part == 0:
            with pytest.raises(MissingKey if names_other_key else TamperedValue):
                keys.add("wrapping", at=LATER).rewrap(7, forged.wrapped)


@pytest.mark.parametrize("keys", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("part", [0, 1])
def test_whatever_is_cut_off_or_added_is_refused(keys: KeyRing, part: int) -> None:
    [sealed] = keys.seal([(7, "王琦".encode())], **PLACE)
    whole = sealed[part]
    for length in range(len(whole)):
        for cut in (whole[:length], whole[length + 1 :], whole[:length] + whole[length + 1 :]):
            with pytest.raises((TamperedValue, MissingKey)):
                keys.unseal(7, _with(sealed, part, cut), **PLACE)
    with pytest.raises(TamperedValue):
        keys.unseal(7, _with(sealed, part, whole + b"\0"), **PLACE)


@given(SUITES, st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_never_opened(keys: KeyRing, wrapped: bytes, sealed: bytes) -> None:
    [there] = keys.seal([(7, b"facts")], **PLACE)
    for forged in (Sealed(wrapped, sealed), Sealed(there.wrapped, sealed)):
        with pytest.raises((TamperedValue, MissingKey)):
            keys.unseal(7, forged, **PLACE)


@given(SUITES)
def test_a_value_is_not_opened_at_another_row_column_or_table(keys: KeyRing) -> None:
    one, other = keys.seal([(7, b"one"), (8, b"other")], **PLACE)
    moved = [
        (8, one, PLACE),
        (7, Sealed(other.wrapped, one.sealed), PLACE),
        (7, Sealed(one.wrapped, other.sealed), PLACE),
        (7, one, {**PLACE, "table": "supplier"}),
        (7, one, {**PLACE, "column": "notes"}),
        (7, one, {"table": "customerf", "column": "acts"}),
        (7, one, {"table": "facts", "column": "customer"}),
    ]
    for row, sealed, place in moved:
        with pytest.raises(TamperedValue):
            keys.unseal(row, sealed, **place)


def test_the_refusal_names_the_row_and_gives_nothing_of_the_others() -> None:
    keys = ring()
    rows = [(row, f"facts of {row}".encode()) for row in range(100)]
    sealed = keys.seal(rows, **PLACE)
    sealed[41] = Sealed(sealed[41].wrapped, sealed[41].sealed[:-1] + b"?")
    with pytest.raises(TamperedValue) as refused:
        keys.unseal_many(list(enumerate(sealed)), **PLACE)
    assert refused.value.facts() == {**PLACE, "row": 41}
    sealed[17] = Sealed(sealed[17].wrapped[:-1] + b"?", sealed[17].sealed)
    with pytest.raises(TamperedValue) as refused:
        keys.unseal_many(list(enumerate(sealed)), **PLACE)
    assert refused.value.facts() == {"table": DATA_KEY, "column": "wrapped", "row": 17}


def test_a_register_does_not_open_what_another_sealed_with_the_same_secrets() -> None:
    keys = ring()
    other = KeyRing(register="another", suite=keys.suite, keys=keys.keys)
    [sealed] = keys.seal([(7, b"facts")], **PLACE)
    with pytest.raises(TamperedValue):
        other.unseal(7, sealed, **PLACE)
    assert keys.blind("phone", ["1"]) != other.blind("phone", ["1"])


def test_a_value_of_one_suite_is_not_opened_by_the_other() -> None:
    western, chinese = RINGS.values()
    [sealed] = western.seal([(7, b"facts")], **PLACE)
    with pytest.raises(TamperedValue):
        chinese.unseal(7, sealed, **PLACE)


@settings(max_examples=20)
@given(SUITES, st.binary(min_size=16, max_size=60))
def test_nothing_of_the_value_is_seen(keys: KeyRing, value: bytes) -> None:
    one, again = keys.seal([(7, value), (7, value)], **PLACE)
    for sealed in (one, again):
        assert value not in sealed.wrapped + sealed.sealed
        assert len(sealed.sealed) == 2 + 12 + len(value) + 16
    assert one.sealed[14:] != again.sealed[14:]


def test_no_nonce_is_used_twice() -> None:
    keys = ring()
    nonces = set()
    for _ in range(10):
        for sealed in keys.seal([(row, b"") for row in range(10_000)], **PLACE):
            nonces |= {sealed.wrapped[8:20], sealed.sealed[2:14]}
    assert len(nonces) == 2 * 10 * 10_000


FORKING = """
import os, sys
from tests.keys import ring
keys = ring()
keys.seal([(row, b"") for row in range(100)], table="customer", column="facts")
for child in range(4):
    if os.fork() == 0:
        for sealed in keys.seal([(row, b"") for row in range(2000)], table="t", column="c"):
            os.write(1, f"{sealed.wrapped[8:20].hex()} {sealed.sealed[2:14].hex()}\\n".encode())
        os._exit(0)
for child in range(4):
    os.wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_processes_that_fork_do_not_share_their_dice() -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING], capture_output=True, check=True, text=True
    )
    nonces = run.stdout.split()
    assert len(nonces) == len(set(nonces)) == 2 * 4 * 2000


def _with(sealed: Sealed, part: int, changed: bytes) -> Sealed:
    return Sealed(changed, sealed.sealed) if part == 0 else Sealed(sealed.wrapped, changed)
