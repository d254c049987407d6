"""Decodes JSON strings that contain lone surrogates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

AnyT = TypeVar("AnyT")

_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a whole surrogate pair, or half of one."""


def decode_lenient(decode: Callable[[bytes], AnyT], data: bytes) -> AnyT:
    """Decode JSON strings that may contain lone surrogates.

    JSON allows one half of a surrogate pair in a name. It is not a character, and the decoder
    rejects it; such a half stays as the six characters of its escape.

    Args:
        decode: The decoder.
        data: The JSON.

    Returns:
        The decoded value.

    Raises:
        msgspec.DecodeError: The data is not JSON, or has another structure.
    """
    try:
        return decode(data)
    except msgspec.DecodeError:
        mended = _ESCAPES.sub(lambda m: b"\\" + m[0] if m["half"] else m[0], data)
        if mended == data:
            raise
        return decode(mended)
