"""Laws of key rings: keys come and go, what they sealed stays readable, secrets stay secret."""

import copy
import pickle
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.keys import LATER, NOW, REGISTER, RINGS, key_of, ring

from mintmark.errors import DestroyedKey, KeyInUse, MissingKey, Refusal
from mintmark.vault import KeyRing, Sealed
from mintmark.vault.keeping import UNWRAPPED, read, written

PLACE = {"table": "customer", "column": "facts"}
VALUES = st.lists(st.binary(max_size=50), min_size=1, max_size=5)


@given(st.sampled_from(list(RINGS.values())), VALUES, st.integers(1, 4))
def test_what_was_sealed_is_readable_through_any_rotation(
    keys: KeyRing, values: list[bytes], turns: int
) -> None:
    sealed = keys.seal(list(enumerate(values)), **PLACE)
    for _ in range(turns):
        keys = keys.add("wrapping", at=LATER)
        assert keys.unseal_many(list(enumerate(sealed)), **PLACE) == values
        wrapped = keys.rewrap_many([(row, one.wrapped) for row, one in enumerate(sealed)])
        assert {keys.version_of(one) for one in wrapped} == {keys.wrapping_version}
        # The sealed facts stay as they are: only the data key was wrapped anew.
        sealed = [Sealed(new, old.sealed) for new, old in zip(wrapped, sealed, strict=True)]
        keys = keys.retire(key_of(keys, "wrapping", keys.wrapping_version - 1).id)
    for version in range(1, keys.wrapping_version):
        keys = keys.destroy(key_of(keys, "wrapping", version).id)
    assert keys.unseal_many(list(enumerate(sealed)), **PLACE) == values


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_rewrapping_can_be_broken_off_and_begun_anew(is_done: list[bool]) -> None:
    keys = RINGS["aes-256-gcm"]
    sealed = keys.seal([(row, b"facts") for row in range(len(is_done))], **PLACE)
    newer = keys.add("wrapping", at=LATER)
    half = [
        (row, newer.rewrap(row, one.wrapped) if done else one.wrapped)
        for (row, one), done in zip(enumerate(sealed), is_done, strict=True)
    ]
    whole = newer.rewrap_many(half)
    assert {newer.version_of(one) for one in whole} == {2}
    assert [new == old for new, (_, old) in zip(whole, half, strict=True)] == is_done


def test_a_ring_without_the_newest_key_names_it_and_reads_all_else() -> None:
    keys = ring()
    newer = keys.add("wrapping", at=LATER)
    [old], [new] = keys.seal([(1, b"old")], **PLACE), newer.seal([(2, b"new")], **PLACE)
    assert keys.unseal(1, old, **PLACE) == b"old"
    with pytest.raises(MissingKey) as refused:
        keys.unseal(2, new, **PLACE)
    assert refused.value.facts() == {"key": key_of(newer, "wrapping", 2).id, "version": 2}


def test_two_keys_that_were_made_as_the_same_version_are_told_apart() -> None:
    keys = ring()
    one, other = keys.add("wrapping", at=LATER), keys.add("wrapping", at=LATER)
    [sealed] = one.seal([(1, b"facts")], **PLACE)
    with pytest.raises(MissingKey) as refused:
        other.unseal(1, sealed, **PLACE)
    assert refused.value.key == key_of(one, "wrapping", 2).id


def test_a_destroyed_key_opens_nothing_any_more() -> None:
    keys = ring()
    [sealed] = keys.seal([(1, b"facts")], **PLACE)
    first = key_of(keys, "wrapping", 1).id
    retired = keys.add("wrapping", at=LATER).retire(first)
    assert retired.unseal(1, sealed, **PLACE) == b"facts"
    gone = retired.destroy(first)
    with pytest.raises(DestroyedKey) as refused:
        gone.unseal(1, sealed, **PLACE)
    assert refused.value.facts() == {"key": first, "version": 1}
    with pytest.raises(DestroyedKey):
        gone.rewrap(1, sealed.wrapped)


def test_keys_in_use_do_not_go() -> None:
    keys = ring()
    wrapping, index = key_of(keys, "wrapping", 1).id, key_of(keys, "index", 1).id
    for attempt in (keys.retire, keys.destroy):
        for key in (wrapping, index):
            with pytest.raises(KeyInUse):
                attempt(key)
    with pytest.raises(KeyInUse):  # it has to be retired first
        keys.add("index", at=LATER).destroy(index)
    with pytest.raises(MissingKey):
        keys.retire("00000000")
    gone = keys.add("index", at=LATER).retire(index).destroy(index)
    with pytest.raises(DestroyedKey):
        gone.retire(index)


def test_index_keys_rotate_with_both_versions_searched_meanwhile() -> None:
    keys = ring()
    before = keys.blind("phone", ["+8613875014587"])
    newer = keys.add("index", at=LATER)
    assert newer.index_versions == (2, 1)
    assert newer.blind("phone", ["+8613875014587"], version=1) == before
    assert newer.blind("phone", ["+8613875014587"]) != before
    assert newer.blind("phone", ["1"]) == newer.blind("phone", ["1"], version=2)
    old = key_of(newer, "index", 1).id
    retired = newer.retire(old)
    assert retired.index_versions == (2,)
    assert retired.blind("phone", ["+8613875014587"], version=1) == before  # of an old backup
    with pytest.raises(DestroyedKey):
        retired.destroy(old).blind("phone", ["1"], version=1)
    with pytest.raises(MissingKey) as refused:
        keys.blind("phone", ["1"], version=2)
    assert refused.value.facts() == {"key": "index", "version": 2}


@given(st.sampled_from(list(RINGS.values())), st.lists(st.text(), unique=True, max_size=20))
def test_equal_values_and_no_others_have_equal_fingerprints(
    keys: KeyRing, values: list[str]
) -> None:
    prints = keys.blind("phone", values)
    assert len(set(prints)) == len(values)
    assert all(len(one) == 16 for one in prints)
    assert keys.blind("phone", values[::-1]) == prints[::-1]
    assert [keys.blind("phone", [value])[0] for value in values] == prints
    assert not set(prints) & set(keys.blind("email", values))


@pytest.mark.parametrize("keys", RINGS.values(), ids=RINGS)
def test_threads_may_share_a_ring(keys: KeyRing) -> None:
    values = [f"+86138{number:08}" for number in range(300)]
    prints = keys.blind("phone", values)
    rows = [(row, value.encode()) for row, value in enumerate(values)]

    def work(_turn: int) -> bool:
        sealed = keys.seal(rows, **PLACE)
        opened = keys.unseal_many(list(enumerate(sealed)), **PLACE)
        return opened == [value for _, value in rows] and keys.blind("phone", values) == prints

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(12)))


# ---------------------------------------------------------------- secrets


def shown(keys: KeyRing) -> list[str]:
    """Every way in which a ring may come onto a screen or into a log."""
    parts = [getattr(keys, name) for name in keys.__slots__]  # the private ones, too
    return [str(keys), *map(repr, [keys, *parts, *keys.keys, *(key.secret for key in keys.keys)])]


@pytest.mark.parametrize("keys", RINGS.values(), ids=RINGS)
def test_no_secret_is_shown(keys: KeyRing) -> None:
    keys.blind("phone", ["1"])
    for secret in secrets(keys):
        forms = (secret.hex(), repr(secret)[2:-1], UNWRAPPED.wrap(secret))
        assert forms[-1] in written(keys)  # the control
        assert not any(form in text for form in forms for text in shown(keys))


def secrets(keys: KeyRing) -> list[bytes]:
    return [key.secret.reveal() for key in keys.keys if key.secret]


@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
def test_no_secret_is_pickled(copied: Callable[[object], object]) -> None:
    keys = ring()
    for thing in (keys.keys[0].secret, keys.keys[0], keys.keys):
        with pytest.raises(TypeError, match="a secret is not pickled"):
            copied(thing)
    with pytest.raises((TypeError, pickle.PicklingError)):
        copied(keys)
    assert copied(replace(keys.keys[0], secret=None))  # the control


def test_no_refusal_holds_a_secret() -> None:
    keys = ring()
    text = written(keys)
    whole = [UNWRAPPED.wrap(secret) for secret in secrets(keys)]
    assert all(secret in text for secret in whole)  # the control
    broken = [
        text[:-20], text[20:], text.replace('"index"', "7"), text.replace(whole[0], whole[1]),
        text.replace(whole[0], whole[0][:-8]), text.replace(whole[0], "?" + whole[0][1:]),
        text.replace("aes-256-gcm", "sm4-gcm"), text.replace(REGISTER, "another"),
        text.replace("null", '"vault://transit/mintmark"'), "\ud800" + text,
    ]  # fmt: skip
    for wrong in broken:
        with pytest.raises(Refusal) as refused:
            read(wrong, place="keys.json", register=REGISTER)
        said = "".join(traceback.format_exception(refused.value, chain=True))
        error: BaseException | None = refused.value
        while error is not None:
            said += repr(vars(error)) + repr(error.args)
            error = error.__context__
        assert not any(secret[:12] in said or secret[-12:] in said for secret in whole)


def test_a_ring_is_made_with_the_time_it_is_given() -> None:
    assert {key.made_at for key in ring().keys} == {NOW}
