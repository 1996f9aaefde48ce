"""SM4, SM3 and GCM once more, from their standards and in plain Python: what we check ours against.

GB/T 32907-2016 (SM4), GB/T 32905-2016 (SM3), NIST SP 800-38D (GCM).
"""

from collections.abc import Callable
from functools import reduce

_SBOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
    "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
    "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
    "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
    "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
    "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948"
)
_FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
_WORD = 0xFFFFFFFF
Block = Callable[[bytes], bytes]


def _turn(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> 32 - by) & _WORD


def _tau(word: int) -> int:
    return int.from_bytes(_SBOX[byte] for byte in word.to_bytes(4))


def _words(block: bytes) -> list[int]:
    return [int.from_bytes(block[at : at + 4]) for at in range(0, len(block), 4)]


def sm4(key: bytes) -> Block:
    """Give SM4 under a key, for one block of 16 bytes."""
    keys = [word ^ fixed for word, fixed in zip(_words(key), _FK, strict=True)]
    for turn in range(32):
        constant = int.from_bytes((4 * turn + at) * 7 % 256 for at in range(4))
        mixed = _tau(keys[-3] ^ keys[-2] ^ keys[-1] ^ constant)
        keys.append(keys[-4] ^ mixed ^ _turn(mixed, 13) ^ _turn(mixed, 23))

    def encipher(block: bytes) -> bytes:
        words = _words(block)
        for round_key in keys[4:]:
            mixed = _tau(words[-3] ^ words[-2] ^ words[-1] ^ round_key)
            spread = (_turn(mixed, by) for by in (2, 10, 18, 24))
            words.append(words[-4] ^ reduce(int.__xor__, spread, mixed))
        return b"".join(word.to_bytes(4) for word in reversed(words[-4:]))

    return encipher


def sm3(message: bytes) -> bytes:
    """Give the SM3 digest, 32 bytes."""
    state = _words(
        bytes.fromhex("7380166f4914b2b9172442d7da8a0600a96f30bc163138aae38dee4db0fb0e4e")
    )
    zeros = -(len(message) + 9) % 64
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8)
    for at in range(0, len(padded), 64):
        state = [old ^ new for old, new in zip(state, _compressed(state, padded[at : at + 64]),
                                               strict=True)]  # fmt: skip
    return b"".join(word.to_bytes(4) for word in state)


def _compressed(state: list[int], block: bytes) -> list[int]:
    w = _words(block)
    for j in range(16, 68):
        mixed = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        w.append(mixed ^ _turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        ss1 = _turn(_turn(a, 12) + e + _turn(0x79CC4519 if j < 16 else 0x7A879D8A, j) & _WORD, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = ff + d + (ss1 ^ _turn(a, 12)) + (w[j] ^ w[j + 4]) & _WORD
        tt2 = gg + h + ss1 + w[j] & _WORD
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return [a, b, c, d, e, f, g, h]


def gcm(encipher: Block, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Give ciphertext and tag of a nonce of 12 bytes."""

    def stream(count: int) -> bytes:
        return encipher(nonce + count.to_bytes(4))

    counters = range(2, 2 + -(-len(plain) // 16))
    pad = b"".join(stream(count) for count in counters)
    cipher = bytes(one ^ other for one, other in zip(plain, pad, strict=False))
    hashed = _ghash(encipher(bytes(16)), bound, cipher)
    return cipher + bytes(one ^ other for one, other in zip(hashed, stream(1), strict=True))


def _ghash(key: bytes, bound: bytes, cipher: bytes) -> bytes:
    filled = b"".join(part + bytes(-len(part) % 16) for part in (bound, cipher))
    filled += (8 * len(bound)).to_bytes(8) + (8 * len(cipher)).to_bytes(8)
    found, factor = 0, int.from_bytes(key)
    for at in range(0, len(filled), 16):
        found = _times(found ^ int.from_bytes(filled[at : at + 16]), factor)
    return found.to_bytes(16)


def _times(one: int, other: int) -> int:
    """Multiply in GF(2¹²⁸), the first bit being the lowest power."""
    product = 0
    for bit in range(127, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (0xE1 << 120 if other & 1 else 0)
    return product


def cmac(encipher: Block, message: bytes) -> bytes:
    """Give the CMAC of a message of whole blocks (NIST SP 800-38B)."""
    subkey = int.from_bytes(encipher(bytes(16))) << 1
    subkey = subkey ^ (1 << 128 | 0x87) if subkey >> 128 else subkey
    chain = 0
    for at in range(0, len(message), 16):
        last = at + 16 == len(message)
        mixed = chain ^ int.from_bytes(message[at : at + 16]) ^ (subkey if last else 0)
        chain = int.from_bytes(encipher(mixed.to_bytes(16)))
    return chain.to_bytes(16)
