"""Which encoding a text is in: by its mark, else by what its lines are valid in.

A line of GB18030 or Big5 is hardly ever valid UTF-8 and the other way round, so lines vote, and a
file whose lines disagree is refused with the first line of the minority: read in the encoding of
the others it would be full of wrong characters, silently.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from mintmark.errors import UnreadableFile, WrongBytes

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CHUNK = 1 << 23
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HAN = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_NO_CHANCE = 4  # Han characters in UTF-8; a line of GB18030 is hardly ever valid with so many
_COMMON = re.compile("[的一是在有公司市区县路号街道客户名称姓王李张刘陳陈台北中手機机電电話话]")
_SAMPLE = 5000  # lines
_FEW = 4  # a line in so many is still an exception, and no other encoding


def transcoded(path: Path, file: str) -> bytes | None:
    """Give a text as UTF-8 bytes, None if the file has them itself.

    Raises WrongBytes with the line, or UnreadableFile where no encoding fits at all.
    """
    with path.open("rb") as content:
        beginning = content.read(1 << 16)
    marked = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), None)
    wide = marked if marked != "utf-8" else None
    wide = wide or (None if marked else _unmarked_utf16(beginning))
    if wide:
        return _decoded(path.read_bytes(), wide, file).removeprefix("\ufeff").encode()
    if _is_utf8(path, beginning, file):
        return None
    text = path.read_bytes()
    return _decoded(text, _vote(text, file), file).encode()


def _unmarked_utf16(beginning: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zeros: a table has ASCII in it, its delimiters at least."""
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    enough = max(len(beginning) // 20, 2)
    if odd > enough and odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > enough and even > 10 * odd else None


def _pieces(path: Path) -> Iterator[bytes]:
    """Give a file in pieces that end with a line, where it has any."""
    rest = b""
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            whole, newline, after = chunk.rpartition(b"\n")
            if not newline:
                rest += chunk
                continue
            yield rest + whole + newline
            rest = after
    yield rest


def _is_utf8(path: Path, beginning: bytes, file: str) -> bool:
    """Tell whether all of it is. Raises WrongBytes or UnreadableFile for a zero byte."""
    line, is_utf8 = 1, True
    for piece in _pieces(path):
        if (place := piece.find(0)) >= 0:
            line += piece.count(b"\n", 0, place)
            if line == 1 or _BINARY.search(beginning):
                raise UnreadableFile(file=file, reason=f"0x00 @ {place}")
            raise WrongBytes(file=file, line=line, value="00", encoding="utf-8")
        line += piece.count(b"\n")
        is_utf8 = is_utf8 and _piece_is_utf8(piece)
    return is_utf8


def _piece_is_utf8(piece: bytes) -> bool:
    try:
        pl.Series([piece], dtype=pl.Binary).cast(pl.String)  # many times faster than decode
    except pl.exceptions.PolarsError:
        return False
    return True


@dataclass(slots=True)
class _Tally:
    """How the lines vote: those with more than ASCII, and which of them are valid UTF-8.

    `wrong` is the first that is not; `han` those that are, with Han characters: how many lines,
    the first, and the first with so many that it cannot be by chance.
    """

    lines: int = 0
    valid: int = 0
    wrong: WrongBytes | None = None
    han: int = 0
    first: WrongBytes | None = None
    certain: WrongBytes | None = None

    def count(self, number: int, line: bytes, file: str) -> None:
        self.lines += 1
        try:
            line.decode()
        except UnicodeDecodeError as error:
            if self.wrong is None:
                self.wrong = _refusal(number, line[error.start :], file)
            return
        self.valid += 1
        if found := _HAN.findall(line):
            self.han += 1
            refusal = _refusal(number, line[line.index(found[0]) :], file)
            self.first = self.first or refusal
            if len(found) >= _NO_CHANCE:
                self.certain = self.certain or refusal


def _refusal(number: int, wrong: bytes, file: str) -> WrongBytes:
    return WrongBytes(file=file, line=number, value=_shown(wrong[:6]), encoding="utf-8")


def _shown(wrong: bytes) -> str:
    return wrong.hex(" ").upper()


def _vote(text: bytes, file: str) -> str:
    """Give the encoding of most lines. Raises WrongBytes."""
    tally = _Tally()
    for number, line in enumerate(io.BytesIO(text), 1):
        if not line.isascii():
            tally.count(number, line, file)
    is_utf8 = tally.valid * _FEW >= tally.lines * (_FEW - 1)
    encoding = None if is_utf8 else _han_encoding(text)
    if encoding is None:
        if tally.wrong is not None and tally.valid * 2 >= tally.lines:
            raise tally.wrong
        return "gb18030"  # which will say what is wrong, and where
    stray = tally.first if tally.han * 10 > tally.lines else tally.certain
    if stray is not None:
        stray.encoding = encoding
        raise stray
    return encoding


def _han_encoding(text: bytes) -> str | None:
    """Give which of GB18030 and Big5 fits: the one that is valid, with the more common words."""
    fitting = [name for name in ("gb18030", "big5hkscs") if _is_valid(text, name)]
    sample = b"".join(line for line in islice(io.BytesIO(text), _SAMPLE) if not line.isascii())
    # GB18030 wins a draw: nearly everything is valid in it, and it is what Chinese Windows writes.
    return max(fitting, key=lambda name: _common(sample, name), default=None)


def _common(sample: bytes, encoding: str) -> int:
    return len(_COMMON.findall(sample.decode(encoding, "ignore")))


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "replace")
        value = _shown(content[error.start : max(error.end, error.start + 2)])
        line = before.count("\n") + 1
        if line == 1 and not encoding.startswith("utf"):
            raise UnreadableFile(file=file, reason=f"0x{value} @ {error.start}") from None
        raise WrongBytes(file=file, line=line, value=value, encoding=encoding) from None
