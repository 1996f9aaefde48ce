"""What a file was when it was opened, to see that it is still the same when it has been read."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from mintmark.errors import FileChanged, FileMissing, UnreadableFile


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's SHA-256 and what the file system said of it before it was read."""

    path: Path
    file: str
    digest: bytes
    seen: tuple[int, ...]

    @classmethod
    def of(cls, path: Path, file: str) -> "Fingerprint":
        """Read a file once, in pieces. Raises FileMissing, UnreadableFile or FileChanged."""
        try:
            seen = _seen(path)
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").digest()
        except FileNotFoundError:
            raise FileMissing(file=str(path)) from None
        except OSError as error:
            raise UnreadableFile(file=str(path), reason=error.strerror or str(error)) from None
        made = cls(path, file, digest, seen)
        made.require_same()
        return made

    def require_same(self) -> None:
        """Raise FileChanged if somebody has written to the file since."""
        try:
            if _seen(self.path) == self.seen:
                return
        except OSError:
            pass
        raise FileChanged(file=self.file)


def _seen(path: Path) -> tuple[int, ...]:
    status = os.stat(path)  # noqa: PTH116 - says the same of a path and of nothing else
    return status.st_mtime_ns, status.st_size, status.st_ino
