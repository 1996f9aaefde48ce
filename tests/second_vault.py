"""Sealing once more, from the description of the format: by pycryptodome, and by `guomi`.

`python -m tests.second_vault` writes the known-answer vectors anew. That is never needed, unless
there is a further format: what was sealed once must be opened for ever.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import CMAC
from tests import guomi

VECTORS = Path(__file__).parent / "laws" / "vectors" / "sealing.json"
IDS = {"aes-256-gcm": 1, "sm4-gcm": 2}
LENGTHS = {"aes-256-gcm": 32, "sm4-gcm": 16}
Digest = Callable[[bytes], bytes]


def aead(suite: str, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    if suite == "sm4-gcm":
        return guomi.gcm(guomi.sm4(key), nonce, plain, bound)
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    cipher.update(bound)
    return b"".join(cipher.encrypt_and_digest(plain))


def digest(suite: str) -> Digest:
    return guomi.sm3 if suite == "sm4-gcm" else lambda value: hashlib.sha256(value).digest()


def mac(suite: str, key: bytes, message: bytes) -> bytes:
    if suite == "sm4-gcm":
        return guomi.cmac(guomi.sm4(key), message)
    return CMAC.new(key, message, AES).digest()


def hmac_of(hashed: Digest, key: bytes, message: bytes) -> bytes:
    """RFC 2104, for digests of which the standard library may know nothing."""
    filled = key.ljust(64, b"\0")
    inner = hashed(bytes(byte ^ 0x36 for byte in filled) + message)
    return hashed(bytes(byte ^ 0x5C for byte in filled) + inner)


def framed(*parts: str) -> bytes:
    return b"".join(len(p.encode()).to_bytes(2) + p.encode() for p in parts)


def derive(suite: str, secret: bytes, *info: str) -> bytes:
    """RFC 5869, without salt; no key is longer than a digest."""
    hashed = digest(suite)
    drawn = hmac_of(hashed, bytes(32), secret)
    return hmac_of(hashed, drawn, framed(suite, *info) + b"\x01")[: LENGTHS[suite]]


def seal(ring: dict[str, Any], at: dict[str, Any]) -> tuple[bytes, bytes]:
    """Seal a value with given dice: nonce, data key, nonce."""
    suite, key = ring["suite"], ring["wrapping"]
    length = LENGTHS[suite]
    dice, row = bytes.fromhex(at["dice"]), at["row"].to_bytes(8)
    first, data_key, second = dice[:12], dice[12 : 12 + length], dice[12 + length :]
    short = bytes((1, IDS[suite]))
    header = short + key["version"].to_bytes(2) + bytes.fromhex(key["id"])
    wrapping = derive(suite, bytes.fromhex(key["secret"]), ring["register"], "wrap")
    wrapped = aead(suite, wrapping, first, data_key, framed("data_key") + header + row)
    bound = framed(at["table"], at["column"]) + short + row
    sealed = aead(suite, data_key, second, at["value"].encode(), bound)
    return header + first + wrapped, short + second + sealed


def blind(ring: dict[str, Any], index: str, value: str) -> bytes:
    suite, secret = ring["suite"], bytes.fromhex(ring["index"]["secret"])
    key = derive(suite, secret, ring["register"], "blind", index)
    return mac(suite, key, digest(suite)(value.encode()))


def check(ring: dict[str, Any], purpose: str) -> str:
    key = ring[purpose]
    named = ("check", purpose, key["id"], str(key["version"]))
    return derive(ring["suite"], bytes.fromhex(key["secret"]), ring["register"], *named)[:4].hex()


# ---------------------------------------------------------------- vectors

_SEALED = [
    (1, "customer", "facts", '{"name":"王琦","phone":"+8615051077574"}'),
    (2, "customer", "facts", ""),
    (2**63 - 1, "客户", "备注", "long " * 100),
]
_BLIND = [("phone", "+8615051077574"), ("email", "+8615051077574"), ("name", "王琦"), ("name", "")]


def _drawn(length: int, *name: str) -> str:
    return hashlib.shake_256(" ".join(name).encode()).hexdigest(length)


def _vectors(suite: str) -> dict[str, Any]:
    ring: dict[str, Any] = {"suite": suite, "register": "4c0f3c2e-6a37-4a5b-9f57-0d9b6a3c8e11"}
    for version, purpose in ((2, "wrapping"), (5, "index")):
        drawn = _drawn(36, suite, purpose)
        ring[purpose] = {"id": drawn[:8], "version": version, "secret": drawn[8:]}
    for purpose in ("wrapping", "index"):
        ring[purpose]["check"] = check(ring, purpose)
    sealed = []
    for row, table, column, value in _SEALED:
        dice = _drawn(24 + LENGTHS[suite], suite, table, str(row))
        at = {"row": row, "table": table, "column": column, "value": value, "dice": dice}
        wrapped, hidden = seal(ring, at)
        sealed.append({**at, "wrapped": wrapped.hex(), "sealed": hidden.hex()})
    blinded = [{"index": i, "value": v, "print": blind(ring, i, v).hex()} for i, v in _BLIND]
    return {"ring": ring, "sealed": sealed, "blind": blinded}


if __name__ == "__main__":
    text = json.dumps([_vectors(suite) for suite in IDS], indent=2, ensure_ascii=False)
    VECTORS.write_text(text + "\n", encoding="utf-8")
