"""Suites: which cipher and which digest a register's values are sealed with.

| suite         | id | sealing (AEAD)                 | digest, HKDF     | CMAC                 |
|---------------|----|--------------------------------|------------------|----------------------|
| `aes-256-gcm` | 1  | AES-256-GCM (NIST SP 800-38D)  | SHA-256          | AES-256              |
| `sm4-gcm`     | 2  | SM4-GCM (GB/T 32907, RFC 8998) | SM3 (GB/T 32905) | SM4                  |

Both have nonces of 12 bytes, tags of 16, digests of 32 and blocks of 16, so all else is the same.

>>> SUITES["aes-256-gcm"].key_length, SUITES["sm4-gcm"].key_length
(32, 16)
>>> aead = SUITES["sm4-gcm"].aead(bytes(16))
>>> aead.decrypt(bytes(12), aead.encrypt(bytes(12), "王琦".encode(), b"row 7"), b"row 7").decode()
'王琦'
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  # bytes
TAG = 16
BLOCK = 16
SECRET = 32  # bytes that all keys of a key ring are derived from


class Aead(Protocol):
    """Authenticated encryption under one key; `decrypt` raises InvalidTag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Give ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Give the plaintext of ciphertext and tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A cipher and a digest; `id` stands in the header of whatever they sealed."""

    id: int
    name: str
    key_length: int
    aead: Callable[[bytes], Aead] = field(repr=False)
    cipher: Callable[[bytes], BlockCipherAlgorithm] = field(repr=False)
    digests: Callable[[Iterable[bytes]], bytes] = field(repr=False)
    hash: Callable[[], hashes.HashAlgorithm] = field(repr=False)

    def derive(self, secret: bytes, *info: str) -> bytes:
        """Give the key of this suite that a secret holds for a purpose (HKDF, RFC 5869).

        The salt is left out, as the RFC allows for secrets that are random throughout.

        >>> suite, secret = SUITES["aes-256-gcm"], bytes(32)
        >>> suite.derive(secret, "blind", "phone") == suite.derive(secret, "blind", "email")
        False
        """
        bound = framed(self.name, *info)
        return HKDF(self.hash(), self.key_length, salt=None, info=bound).derive(secret)


def framed(*parts: str) -> bytes:
    """Write texts after one another, each after its length, so that none runs into the next.

    >>> framed("ab", "c").hex()
    '00026162000163'
    """
    encoded = (part.encode() for part in parts)
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


class _Sm4Gcm:
    """SM4-GCM with the two verbs of `AESGCM`; cryptography has it as cipher and mode only."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        context = Cipher(self._key, modes.GCM(nonce)).encryptor()
        context.authenticate_additional_data(associated_data)
        return context.update(data) + context.finalize() + context.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        if len(data) < TAG:
            raise InvalidTag
        context = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        context.authenticate_additional_data(associated_data)
        plain = context.update(data[:-TAG])
        context.finalize()  # nothing is handed out before the tag was checked
        return plain


def _sha256(values: Iterable[bytes]) -> bytes:
    """Give the digests of many values, one after the other: a call for each takes as long again."""
    return b"".join([made.digest() for made in map(sha256, values)])


_SM3 = hashes.Hash(hashes.SM3())  # the standard library has SM3 only where its OpenSSL has


def _sm3(values: Iterable[bytes]) -> bytes:
    return b"".join(map(_sm3_of, values))


def _sm3_of(value: bytes) -> bytes:
    digest = _SM3.copy()  # half the time of a new one
    digest.update(value)
    return digest.finalize()


_ALL = (
    Suite(id=1, name="aes-256-gcm", key_length=32, aead=AESGCM, cipher=AES, digests=_sha256,
          hash=hashes.SHA256),
    Suite(id=2, name="sm4-gcm", key_length=16, aead=_Sm4Gcm, cipher=SM4, digests=_sm3,
          hash=hashes.SM3),
)  # fmt: skip
SUITES = {suite.name: suite for suite in _ALL}
