"""Known answers: what was sealed once is opened for ever, and by another implementation, too.

The vectors are in `vectors/sealing.json`; the other implementation is `tests.second_vault`. Both
are checked against the examples of the standards that they rest on.
"""

import hashlib
import hmac
import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from tests import guomi, second_vault
from tests.keys import NOW

from mintmark.vault import SUITES, Key, KeyRing, Purpose, Sealed, check
from mintmark.vault.blind import Blinder
from mintmark.vault.key import Secret

VECTORS: list[dict[str, Any]] = json.loads(second_vault.VECTORS.read_text(encoding="utf-8"))
BY_SUITE = pytest.mark.parametrize("vectors", VECTORS, ids=[v["ring"]["suite"] for v in VECTORS])
AES, SM = SUITES["aes-256-gcm"], SUITES["sm4-gcm"]


def opened(ring: dict[str, Any]) -> KeyRing:
    def key(purpose: Purpose) -> Key:
        written = ring[purpose]
        return Key(
            id=written["id"],
            purpose=purpose,
            version=written["version"],
            state="active",
            made_at=NOW,
            secret=Secret(bytes.fromhex(written["secret"])),
        )

    keys = (key("wrapping"), key("index"))
    return KeyRing(register=ring["register"], suite=SUITES[ring["suite"]], keys=keys)


# ---------------------------------------------------------------- our vectors


@BY_SUITE
def test_both_implementations_seal_the_vectors(
    vectors: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = opened(vectors["ring"])
    assert len(vectors["sealed"]) == 3
    for at in vectors["sealed"]:
        expected = Sealed(bytes.fromhex(at["wrapped"]), bytes.fromhex(at["sealed"]))
        monkeypatch.setattr(os, "urandom", _dice(bytes.fromhex(at["dice"])))
        rows = [(at["row"], at["value"].encode())]
        assert ring.seal(rows, table=at["table"], column=at["column"]) == [expected]
        monkeypatch.undo()
        assert second_vault.seal(vectors["ring"], at) == expected


@BY_SUITE
def test_the_vectors_are_opened(vectors: dict[str, Any]) -> None:
    ring = opened(vectors["ring"])
    for at in vectors["sealed"]:
        sealed = Sealed(bytes.fromhex(at["wrapped"]), bytes.fromhex(at["sealed"]))
        value = ring.unseal(at["row"], sealed, table=at["table"], column=at["column"])
        assert value.decode() == at["value"]
        assert ring.version_of(sealed.wrapped) == vectors["ring"]["wrapping"]["version"]


@BY_SUITE
def test_both_implementations_make_the_fingerprints_of_the_vectors(vectors: dict[str, Any]) -> None:
    ring = opened(vectors["ring"])
    assert len(vectors["blind"]) == 4
    for at in vectors["blind"]:
        expected = bytes.fromhex(at["print"])
        assert ring.blind(at["index"], [at["value"]]) == [expected]
        assert second_vault.blind(vectors["ring"], at["index"], at["value"]) == expected


@BY_SUITE
def test_both_implementations_make_the_checks_of_the_vectors(vectors: dict[str, Any]) -> None:
    written, ring = vectors["ring"], opened(vectors["ring"])
    for key in ring.keys:
        expected = written[key.purpose]["check"]
        assert check(key, register=ring.register, suite=ring.suite) == expected
        assert second_vault.check(written, key.purpose) == expected


@given(st.sampled_from(VECTORS), st.text(max_size=40), st.text(max_size=40))
def test_both_implementations_agree_on_any_fingerprint(
    vectors: dict[str, Any], index: str, value: str
) -> None:
    ours = opened(vectors["ring"]).blind(index, [value])
    assert ours == [second_vault.blind(vectors["ring"], index, value)]


@given(
    st.sampled_from(VECTORS), st.integers(0, 2**63 - 1), st.text(max_size=40), st.text(max_size=9)
)
def test_what_the_other_implementation_sealed_is_opened(
    vectors: dict[str, Any], row: int, value: str, column: str
) -> None:
    dice = hashlib.shake_256(value.encode()).hexdigest(
        24 + SUITES[vectors["ring"]["suite"]].key_length
    )
    at = {"row": row, "table": "customer", "column": column, "value": value, "dice": dice}
    sealed = Sealed(*second_vault.seal(vectors["ring"], at))
    ring = opened(vectors["ring"])
    assert ring.unseal(row, sealed, table="customer", column=column).decode() == value


# ---------------------------------------------------------------- fingerprints are CMAC


@given(st.sampled_from([AES, SM]), st.binary(min_size=32, max_size=32), st.lists(st.text()))
def test_many_fingerprints_are_the_cmac_of_each(
    suite: Any, secret: bytes, values: list[str]
) -> None:
    key = secret[: suite.key_length]
    expected = []
    for value in values:
        cmac = CMAC(suite.cipher(key))
        cmac.update(suite.digests([value.encode()]))
        expected.append(cmac.finalize())
    assert Blinder(suite, key).blind(values) == expected


# ---------------------------------------------------------------- examples of the standards

SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
BOUND = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")  # of both papers on GCM


def test_sm4_is_as_in_its_standard() -> None:
    """GB/T 32907-2016, A.1: one block; of the further example, the first thousand times."""
    cipher = Cipher(SM.cipher(SM4_KEY), modes.ECB()).encryptor()  # noqa: S305 - one block
    ours, other = SM4_KEY, SM4_KEY
    encipher = guomi.sm4(SM4_KEY)
    for turn in range(1000):
        ours, other = cipher.update(ours), encipher(other)
        assert turn or ours.hex() == "681edf34d206965e86b3e94f536e4246"
    assert ours == other


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_is_as_in_its_standard(message: bytes, expected: str) -> None:
    """GB/T 32905-2016, A.1 and A.2."""
    assert SM.digests([message]).hex() == guomi.sm3(message).hex() == expected


def test_sm4_gcm_is_as_in_rfc_8998() -> None:
    """RFC 8998, A.1."""
    plain = b"".join(bytes((byte,)) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    expected = (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SM.aead(SM4_KEY).encrypt(nonce, plain, BOUND).hex() == expected
    assert second_vault.aead("sm4-gcm", SM4_KEY, nonce, plain, BOUND).hex() == expected


def test_aes_256_gcm_is_as_in_the_paper_on_gcm() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, test case 16."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    expected = (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert AES.aead(key).encrypt(nonce, plain, BOUND).hex() == expected
    assert second_vault.aead("aes-256-gcm", key, nonce, plain, BOUND).hex() == expected


def test_cmac_is_as_in_its_standard() -> None:
    """NIST SP 800-38B, D.3, examples 10 and 12 (AES-256, one block and four)."""
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    message = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    for length, expected in (
        (16, "28a7023f452e8f82bd4bf28d8c37c35c"),
        (64, "e1992190549f6ed5696a2c056c315410"),
    ):
        assert second_vault.mac("aes-256-gcm", key, message[:length]).hex() == expected


def test_hmac_of_the_second_implementation_is_the_standard_librarys() -> None:
    ours = second_vault.hmac_of(second_vault.digest("aes-256-gcm"), b"key", b"message")
    assert ours == hmac.digest(b"key", b"message", "sha256")


def _dice(dice: bytes) -> Any:
    def drawn(length: int) -> bytes:
        assert length == len(dice)
        return dice

    return drawn
