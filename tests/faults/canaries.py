"""Made-up people whose facts occur nowhere else, and every way in which these could be written.

Each fact begins with a piece of at least six characters that is its own: whoever finds no piece in
any spelling finds no fact. What a person's digits say besides tells who it was.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives import hashes
from stdnum.cn import ric

PIECES = {
    "name": "犇骉羴猋麤鱻",
    "phone": "138726493",
    "email": "quxcanary",
    "id_number": "44030419871103",
    "address": "鸢尾巷鹮鹳鹡",
    "remark": "鸊鷉鹲鸮鸺鹠",
}
OPEN: dict[str, Any] = {"type": "VIP", "region": "北京", "registered": "2023-10-01"}
_SHORTEST = 6  # bytes: shorter ones turn up by chance
_UTF = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_DIGITS = "〇一二三四五六七八九"


def facts(number: int) -> dict[str, str]:
    """Give the facts of a person; who is told apart by the number, below 100."""
    said = f"{number:02}"
    spoken = "".join(_DIGITS[int(digit)] for digit in said)
    resident = f"{PIECES['id_number']}0{said}"
    return {
        "name": PIECES["name"] + spoken,
        "phone": PIECES["phone"] + said,
        "email": f"{PIECES['email']}{said}@canaries.example",
        "id_number": resident + ric.calc_check_digit(resident + "0"),
        "address": f"{PIECES['address']}{said}号",
        "remark": f"{PIECES['remark']}{said}次",
    }


def person(number: int) -> dict[str, Any]:
    """Give somebody to register."""
    return facts(number) | OPEN


def patterns(known: Iterable[dict[str, str]]) -> dict[bytes, str]:
    """Give every spelling of every piece, and unkeyed digests of whole facts: bytes → what it is.

    A digest without a key is as good as the fact: there are only so many phone numbers.
    """
    found: dict[bytes, str] = {}
    for fact, piece in PIECES.items():
        for how, spelt in spellings(fact, piece):
            found.setdefault(spelt, f"{fact}: {how}")
    for facts_of_one in known:
        for fact, value in facts_of_one.items():
            for one in {value, f"+86{value}"} if fact == "phone" else {value}:
                found |= {digest: f"{fact}: {how}" for how, digest in _digests(one)}
    short = {what for pattern, what in found.items() if len(pattern) < _SHORTEST}
    assert not short, short
    return found


def spellings(fact: str, piece: str) -> Iterator[tuple[str, bytes]]:
    """Give how a text could be written, with the name of each way."""
    for how, text in _texts(fact, piece):
        for encoding in _UTF:
            encoded = text.encode(encoding)
            yield f"{how}, {encoding}", encoded
            yield from ((f"{how}, {encoding}, {way}", b) for way, b in binary_as_text(encoded))
    yield "percent-encoded", quote(piece, safe="").encode()
    yield "percent-encoded, GB18030", quote_plus(piece, safe="", encoding="gb18030").encode()
    yield "percent-encoded, lower case", quote(piece, safe="").lower().encode()
    escaped = json.dumps(piece)[1:-1]
    yield "JSON", escaped.encode()
    yield "JSON, upper case", escaped.upper().replace("\\U", "\\u").encode()
    yield "JSON of JSON", json.dumps(escaped)[1:-1].encode()


def binary_as_text(value: bytes) -> Iterator[tuple[str, bytes]]:
    """Give how bytes are written as text: hexadecimal, base64 in three alignments, backwards."""
    yield "hex", value.hex().encode()
    yield "HEX", value.hex().upper().encode()
    yield "octal", "".join(f"\\{byte:03o}" for byte in value).encode()  # PostgreSQL's escapes
    yield "backwards", value[::-1]
    for before in range(3):
        # Characters that depend on what stands before or behind are left out.
        whole = base64.b64encode(bytes(before) + value)
        first, last = -(-before * 8 // 6), (before + len(value)) * 8 // 6
        yield f"base64, {before}", whole[first:last]
        yield f"base64url, {before}", whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def _texts(fact: str, piece: str) -> Iterator[tuple[str, str]]:
    yield "as it is", piece
    yield "reversed", piece[::-1]
    if piece.isascii() and not piece.isdigit():
        yield "upper case", piece.upper()
    cuts = {"phone": (3, 7), "id_number": (6, 10)}.get(fact, ())
    for separator in "- ." if cuts else "":
        parts = (piece[a:b] for a, b in zip((0, *cuts), (*cuts, None), strict=True))
        yield f"with {separator!r}", separator.join(parts)


def _digests(value: str) -> Iterator[tuple[str, bytes]]:
    for kind in ("md5", "sha1", "sha256", "blake2b"):
        yield from _shown(kind, hashlib.new(kind, value.encode()).digest())
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(value.encode())
    yield from _shown("sm3", sm3.finalize())


def _shown(kind: str, digest: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the beginning of a digest, which may have been cut off."""
    yield kind, digest[:8]
    yield f"{kind}, hex", digest[:8].hex().encode()
