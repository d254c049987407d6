"""Gives memory that a large answer took back to the system, where the C library would keep it.

glibc takes a freed block of many megabytes as a sign that such blocks come often, and from then on
keeps as much for itself; and free pages between records that stay are kept as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import cast

_MMAP_THRESHOLD = -3
_TRIM_THRESHOLD = -1
"""Parameters of `mallopt`, as malloc.h of glibc numbers them."""

_LARGE = 256 * 1024
"""Bytes from which a block is a mapping of its own, which goes back as soon as it is freed."""


def give_back() -> None:
    """Give what is free back to the system; does nothing where the C library cannot.

    Takes some milliseconds, without the interpreter: to be called in a thread.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        library = ctypes.CDLL(None)
        trim, options = library.malloc_trim, library.mallopt
    except (ImportError, OSError, AttributeError):
        # A Python without ctypes, or another C library than glibc.
        return None
    options(_MMAP_THRESHOLD, _LARGE)
    options(_TRIM_THRESHOLD, _LARGE)
    return cast("Callable[[int], int]", trim)
