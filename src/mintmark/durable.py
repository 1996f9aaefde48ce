"""Files whose names outlive a power cut, and what it means where there is no room for them."""

import errno
import os
import shutil
from pathlib import Path

from mintmark.errors import DiskFull, UnwritableFile

_FULL = {errno.ENOSPC, errno.EDQUOT}
_LITTLE = 32 << 20  # bytes: two segments of PostgreSQL's log, without which it stops


def keep_names(folder: Path) -> None:
    """Make sure that a folder has its new names after a power cut, too (POSIX fsync of a folder).

    Windows needs no such thing.

    >>> keep_names(Path("."))
    """
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def unwritable(path: Path, error: BaseException) -> DiskFull | UnwritableFile:
    """Give what it means that a file could not be written: the disk is full, or something else.

    >>> print(unwritable(Path("out/list.csv"), OSError(errno.ENOSPC, "No space left on device")))
    disk-full (place='out')
    >>> print(unwritable(Path("out/list.csv"), OSError(errno.EACCES, "Permission denied")))
    unwritable-file (file='out/list.csv', reason='Permission denied')
    """
    causes = (error, error.__cause__, *error.args)
    if any(isinstance(cause, OSError) and cause.errno in _FULL for cause in causes):
        return DiskFull(place=str(path.parent))
    reason = error.strerror if isinstance(error, OSError) else None
    return UnwritableFile(file=str(path), reason=reason or str(error))


def is_full(folder: Path) -> bool:
    """Tell whether a folder has too little room for a database.

    >>> is_full(Path("."))
    False
    """
    return folder.exists() and shutil.disk_usage(folder).free < _LITTLE
