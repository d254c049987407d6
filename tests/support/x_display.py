"""A client of an X server: presses keys, resizes a window, reads the clipboard."""

from __future__ import annotations

import ctypes
import ctypes.util
from ctypes import byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from typing import Any

import pytest

_SHIFT, _CONTROL = 1, 4
_KEY_PRESS, _KEY_RELEASE, _SELECTION_NOTIFY = 2, 3, 31
_KEY_MASKS = {_KEY_PRESS: 1, _KEY_RELEASE: 2}
_ANY_PROPERTY = 0

_NAMES = {
    "enter": "Return",
    "tab": "Tab",
    "escape": "Escape",
    "home": "Home",
    "down": "Down",
    "f12": "F12",
    "/": "slash",
    ".": "period",
    "-": "minus",
}
"""The X names of keys with other names."""


class _KeyEvent(ctypes.Structure):
    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("root", c_ulong),
        ("subwindow", c_ulong),
        ("time", c_ulong),
        ("x", c_int),
        ("y", c_int),
        ("x_root", c_int),
        ("y_root", c_int),
        ("state", c_uint),
        ("keycode", c_uint),
        ("same_screen", c_int),
    )


class _Event(ctypes.Union):
    _fields_ = (("type", c_int), ("key", _KeyEvent), ("room", c_long * 24))


class Display:
    """A connection to an X server.

    Args:
        name: The name, as in DISPLAY.
    """

    def __init__(self, name: str) -> None:
        library = ctypes.util.find_library("X11")
        if library is None:
            pytest.skip("libX11 is not installed")
        self._x: Any = ctypes.CDLL(library)
        for function, kind in (
            ("XOpenDisplay", c_void_p),
            ("XDefaultRootWindow", c_ulong),
            ("XStringToKeysym", c_ulong),
            ("XInternAtom", c_ulong),
            ("XGetSelectionOwner", c_ulong),
            ("XCreateSimpleWindow", c_ulong),
        ):
            getattr(self._x, function).restype = kind
        self._display = c_void_p(self._x.XOpenDisplay(name.encode()))
        assert self._display.value, f"no display {name}"
        self._root = c_ulong(self._x.XDefaultRootWindow(self._display))

    def close(self) -> None:
        """Close the connection."""
        self._x.XCloseDisplay(self._display)

    def press(self, window: int, key: str) -> None:
        """Press and release a key in a window.

        Args:
            window: The id of the window.
            key: A character, or a name such as `enter` and `ctrl+d`.
        """
        state = _CONTROL if key.startswith("ctrl+") else 0
        name = key.removeprefix("ctrl+")
        if name.isupper():
            state |= _SHIFT
        symbol = self._x.XStringToKeysym(_NAMES.get(name, name).encode())
        assert symbol, f"no key {key}"
        code = self._x.XKeysymToKeycode(self._display, c_ulong(symbol)) & 0xFF
        for kind, mask in _KEY_MASKS.items():
            event = _Event()
            event.key = _KeyEvent(
                type=kind,
                display=self._display,
                window=window,
                root=self._root,
                state=state,
                keycode=code,
                same_screen=1,
            )
            self._x.XSendEvent(self._display, c_ulong(window), 1, c_long(mask), byref(event))
        self._x.XFlush(self._display)

    def size(self, window: int) -> tuple[int, int]:
        """Return the width and the height of a window, in pixels."""
        root, numbers = c_ulong(), [c_uint() for _ in range(6)]
        self._x.XGetGeometry(
            self._display, c_ulong(window), byref(root), *(byref(number) for number in numbers)
        )
        return numbers[2].value, numbers[3].value

    def resize(self, window: int, width: int, height: int) -> None:
        """Change the size of a window.

        Args:
            window: The id of the window.
            width: In pixels.
            height: In pixels.
        """
        self._x.XResizeWindow(self._display, c_ulong(window), c_uint(width), c_uint(height))
        self._x.XFlush(self._display)

    def clipboard(self) -> str:
        """Return the text on the clipboard; empty if there is none."""
        atoms = (self._atom(name) for name in ("CLIPBOARD", "UTF8_STRING", "TAKEN"))
        clipboard, utf8, taken = atoms
        if not self._x.XGetSelectionOwner(self._display, clipboard):
            return ""
        window = c_ulong(
            self._x.XCreateSimpleWindow(
                self._display, self._root, 0, 0, 1, 1, 0, c_ulong(0), c_ulong(0)
            )
        )
        self._x.XConvertSelection(self._display, clipboard, utf8, taken, window, c_ulong(0))
        event = _Event()
        while event.type != _SELECTION_NOTIFY:
            self._x.XNextEvent(self._display, byref(event))
        kind, form, items, rest, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_char_p()
        self._x.XGetWindowProperty(
            *(self._display, window, taken, c_long(0), c_long(4096), 1, c_ulong(_ANY_PROPERTY)),
            *(byref(kind), byref(form), byref(items), byref(rest), byref(data)),
        )
        self._x.XDestroyWindow(self._display, window)
        return (data.value or b"").decode()

    def _atom(self, name: str) -> c_ulong:
        return c_ulong(self._x.XInternAtom(self._display, name.encode(), 0))
