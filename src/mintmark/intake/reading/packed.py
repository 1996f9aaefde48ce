"""What is packed in a zip, before anything is unpacked into memory: how large, and whole."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mintmark.errors import EncryptedFile, UnreadableFile, ZipBomb

TOTAL = 4 << 30  # bytes unpacked; a full worksheet of twenty columns has a third of it
_RATIO = 250  # times; a sheet in which all rows are alike is packed 100 times smaller
_HARMLESS = 64 << 20  # bytes, however well they are packed
_CHUNK = 1 << 23
_ENCRYPTED = 0x1
_UTF8 = 0x800


@contextmanager
def opened(path: Path, file: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose contents have a bearable size by its own directory.

    Raises ZipBomb, EncryptedFile or UnreadableFile, also for what is wrong with a member later on.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.flag_bits & _ENCRYPTED for member in members):
                raise EncryptedFile(file=file)
            _require_bearable(path, members, file)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError) as error:
        raise UnreadableFile(file=file, reason=str(error) or type(error).__name__) from None


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a member in pieces; at the end its checksum and its size have been compared."""
    with archive.open(member) as content:
        while piece := content.read(_CHUNK):
            yield piece


def require_whole(archive: zipfile.ZipFile, but: Callable[[str], bool]) -> None:
    """Read all members for which not `but`, so that none is damaged or larger than it says."""
    for member in archive.infolist():
        if not but(member.filename):
            for _ in read(archive, member):
                pass


def name_of(member: zipfile.ZipInfo) -> str:
    """Give a member's name; Chinese Windows writes names in GBK without saying so.

    >>> name_of(zipfile.ZipInfo("客户.csv".encode("gbk").decode("cp437")))
    '客户.csv'
    """
    if member.flag_bits & _UTF8 or member.filename.isascii():
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _require_bearable(path: Path, members: list[zipfile.ZipInfo], file: str) -> None:
    packed, unpacked = path.stat().st_size, sum(member.file_size for member in members)
    if unpacked > TOTAL or unpacked > max(_HARMLESS, _RATIO * packed):
        raise ZipBomb(file=file, packed=packed, unpacked=unpacked)
