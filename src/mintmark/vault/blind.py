"""Blind indexes (盲索引): a keyed fingerprint of a value, by which a sealed value is found.

The fingerprint is CMAC (NIST SP 800-38B) of the value's digest (SHA-256 or SM3), 16 bytes, not
truncated here (what is only searched by keeps 8 of them: `store.facts.halved`). CMAC of 32 bytes is
two blocks and no padding:

    E(K, E(K, first half) ⊕ second half ⊕ K1),  K1 = E(K, 0) doubled in GF(2¹²⁸)

so a million values are two passes of the block cipher over all of them, one call each. HMAC, which
is as good, has to be set up for each value, and takes several times as long. CMAC is a
pseudorandom function, and a digest finds no two values alike, so the fingerprint says which values
are equal and nothing else. OWASP ASVS 5.0, appendix C, has AES-CMAC among the approved ones.

What it does tell, and is meant to tell: equal values have equal fingerprints. So it is for values
of which there are many: never for a surname, a gender or a year.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes

from mintmark.vault.suite import BLOCK, Suite

_POLYNOMIAL = 0x87  # x¹²⁸ + x⁷ + x² + x + 1, SP 800-38B, 5.3
_WORDS = BLOCK // 8

Blocks = npt.NDArray[np.uint64]  # one row of two words per value


class Blinder:
    """The key of one index at work; may be used by any number of threads at once.

    >>> from mintmark.vault.suite import SUITES
    >>> blinder = Blinder(SUITES["aes-256-gcm"], bytes(32))
    >>> [found.hex() for found in blinder.blind(["+8613875014587"])]
    ['35a26945c8b4fad0233ecdbefb0fca60']
    """

    def __init__(self, suite: Suite, key: bytes) -> None:
        self._digests = suite.digests
        self._cipher = Cipher(suite.cipher(key), modes.ECB())  # noqa: S305 - CMAC is made of it
        zero = self._cipher.encryptor().update(bytes(BLOCK))
        self._subkey = np.frombuffer(_doubled(zero), np.uint64)

    def blind(self, values: Sequence[str]) -> list[bytes]:
        """Give the fingerprint of each value, 16 bytes."""
        digests = self._digests(map(str.encode, values))
        halves = np.frombuffer(digests, np.uint64).reshape(len(values), 2, _WORDS)
        context = self._cipher.encryptor()  # ECB keeps nothing from one call to the next
        chained = _enciphered(context, halves[:, 0]) ^ halves[:, 1] ^ self._subkey
        prints = context.update(chained.tobytes())
        return cast("list[bytes]", np.frombuffer(prints, f"V{BLOCK}").tolist())

    def __repr__(self) -> str:
        return "Blinder(…)"


def _enciphered(context: CipherContext, blocks: Blocks) -> Blocks:
    return np.frombuffer(context.update(blocks.tobytes()), np.uint64).reshape(-1, _WORDS)


def _doubled(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    carried = number >> (8 * BLOCK)
    return (number & ((1 << 8 * BLOCK) - 1) ^ carried * _POLYNOMIAL).to_bytes(BLOCK, "big")
