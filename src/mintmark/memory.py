"""Give memory back to the system: a long process would keep what its largest step took."""

import ctypes
import gc
import os
from functools import cache

# The allocator of polars keeps pages that were freed for seconds, hundreds of megabytes after each
# large step. It reads this once, when polars is first imported: so this module comes first.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:100,muzzy_decay_ms:0")


def give_back() -> None:
    """Hand back what is no longer used, where the C library can do so (glibc).

    >>> give_back()
    """
    gc.collect(0)
    if trim := _trim():
        trim(0)


@cache
def _trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None
