"""Files whose names outlive a power cut."""

import os
from pathlib import Path


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
