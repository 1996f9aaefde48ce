"""Give memory back to the system: a long process would keep what its largest step took."""

import ctypes
import gc
from functools import cache


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
