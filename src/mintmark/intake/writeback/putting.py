"""Put a finished file in its place, whole or not at all."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mintmark.durable import keep_names, unwritable
from mintmark.errors import FileMissing, UnreadableFile

_PRIVATE = 0o600  # facts about people


def digest_of(path: Path) -> bytes:
    """Give a file's SHA-256. Raises FileMissing or UnreadableFile."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except OSError as error:
        raise UnreadableFile(file=str(path), reason=error.strerror or str(error)) from None


@contextlib.contextmanager
def putting(path: Path, *, keep: bool) -> Iterator[Path]:
    """Give a name beside `path` to write to; at the end the file takes that place, durably.

    With `keep`, what stood there stays as NAME.bak (or .bak2, …), and its rights are the new
    file's. Whatever goes wrong, `path` is as it was and nothing is left over. Raises
    UnwritableFile or DiskFull.
    """
    drawn: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
        drawn = Path(name)
        os.close(handle)
        yield drawn
        _finish(drawn, path, keep=keep)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if drawn is not None:
            drawn.unlink(missing_ok=True)


def _finish(drawn: Path, path: Path, *, keep: bool) -> None:
    drawn.chmod(path.stat().st_mode if keep else _PRIVATE)
    with drawn.open("rb") as file:
        os.fsync(file.fileno())
    if keep:
        _back_up(path)
    drawn.replace(path)
    keep_names(path.parent)


def _back_up(path: Path) -> None:
    """Keep a file under one more name; an earlier backup stays."""
    number = 1
    while (kept := path.with_name(f"{path.name}.bak{number if number > 1 else ''}")).exists():
        number += 1
    try:
        os.link(path, kept)
    except OSError:  # a file system without second names
        shutil.copy2(path, kept)
