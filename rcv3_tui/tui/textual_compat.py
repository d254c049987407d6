"""The private parts of Textual that the console uses, each with a fallback.

No other module uses a private name of Textual. A minor release may rename or remove any of them.
The console then behaves as Textual does without it, and writes one line to the log. The tests
rename each of these names in a copy of Textual and run the console with it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import App
from textual.color import Color, ColorParseError
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widgets import Input

if TYPE_CHECKING:
    from textual._xterm_parser import XTermParser as Parser
    from textual.driver import Driver
    from textual.message import Message

_log = logging.getLogger("rcv3_tui.tui")

__all__ = [
    "COLOR_NAME_TO_RGB",
    "HAS_PARSER",
    "ChopsUpdate",
    "CompositorUpdate",
    "HookedApp",
    "LayoutUpdate",
    "StarredInput",
    "XTermParser",
    "can_replace_driver",
    "disable_popups",
    "driver_of",
    "fail",
    "finish_sequence",
    "functional_keys",
    "invalidate_css",
    "is_color_name",
    "key_sequences",
    "log_missing",
    "remove_screen",
    "unreadable_update",
    "use_parser",
]

ReturnT = TypeVar("ReturnT")

_fallbacks: dict[str, str] = {}
"""Missing names and their consequences, until they can be logged."""

_is_logged = False


def _missing(name: str, fallback: str) -> None:
    """Log once that Textual lacks a name, and the consequence."""
    if name not in _fallbacks:
        _fallbacks[name] = fallback
        if _is_logged:
            _log_missing(name)


def _log_missing(name: str) -> None:
    _log.warning("this version of Textual has no %s: %s", name, _fallbacks[name])


def log_missing() -> None:
    """Log the names missing so far; later ones are logged when they are noticed."""
    global _is_logged
    if not _is_logged:
        _is_logged = True
        for name in _fallbacks:
            _log_missing(name)


# -- the parser of keys ---------------------------------------------------------------------------

try:
    from textual._xterm_parser import XTermParser
except ImportError:
    _missing("_xterm_parser.XTermParser", "Textual's own driver reads keys")
    HAS_PARSER = False

    class XTermParser:  # type: ignore[no-redef]
        """Never created: Textual's own driver is used."""

else:
    HAS_PARSER = True

try:
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
except ImportError:
    _missing("_ansi_sequences.ANSI_SEQUENCES_KEYS", "only common keys are read")
    ANSI_SEQUENCES_KEYS = {}

try:
    from textual._keyboard_protocol import FUNCTIONAL_KEYS
except ImportError:
    _missing("_keyboard_protocol.FUNCTIONAL_KEYS", "only common keys are read")
    FUNCTIONAL_KEYS = {}  # type: ignore[misc]

_COMMON_SEQUENCES = frozenset(
    [f"\x1b[{final}" for final in "ABCDFHZ"]
    + [f"\x1bO{final}" for final in "ABCDFHPQRSM"]
    + [f"\x1b[{number}~" for number in range(1, 35)]
)
_COMMON_KEYS = {
    **{"27u": "escape", "13u": "enter", "9u": "tab", "127u": "backspace"},
    **{"1A": "up", "1B": "down", "1C": "right", "1D": "left", "1H": "home", "1F": "end"},
    **{"2~": "insert", "3~": "delete", "5~": "pageup", "6~": "pagedown"},
}


@cache
def key_sequences() -> frozenset[str]:
    """Return the escape sequences that Textual's parser reads as keys."""
    known = frozenset(text for text in ANSI_SEQUENCES_KEYS if text.startswith("\x1b"))
    return known or _COMMON_SEQUENCES


def functional_keys() -> Mapping[str, str]:
    """Return the names of keys that are not characters, by code and final character (`3~`)."""
    return FUNCTIONAL_KEYS or _COMMON_KEYS


def finish_sequence(
    parser: Parser, tick: Callable[[], Iterable[Message]] | None = None
) -> Iterator[Message]:
    """Make a parser treat its buffered input as complete.

    Args:
        parser: A parser that has received a whole sequence, and may wait for more of it.
        tick: Its `tick`, if a subclass overrides it.

    Yields:
        The messages of the sequence. Without access to the parser's timer: nothing until the
        parser's own delay is over.
    """
    if getattr(parser, "_timeout_time", None) is not None:
        parser._timeout_time = 0.0
    yield from (tick or parser.tick)()


def use_parser(driver_module: ModuleType, parser: type[Parser]) -> None:
    """Make one of Textual's drivers use another parser, where that is possible.

    Args:
        driver_module: The module of the driver.
        parser: The parser.
    """
    if hasattr(driver_module, "XTermParser"):
        vars(driver_module)["XTermParser"] = parser
    else:
        name = f"{driver_module.__name__}.XTermParser"
        _missing(name, "reports of the terminal may be read as keys")


# -- the driver -----------------------------------------------------------------------------------

_DRIVER_METHODS: Final = (
    "_disable_line_wrap",
    "_disable_mouse_support",
    "_enable_bracketed_paste",
    "_enable_in_band_window_resize",
    "_enable_mouse_pixels",
    "_enable_mouse_support",
    "_get_terminal_size",
)
_DRIVER_ATTRIBUTES: Final = (
    "_app",
    "_debug",
    "_file",
    "_in_band_window_resize",
    "_loop",
    "_mouse",
    "_mouse_pixels",
    "attrs_before",
    "exit_event",
    "fileno",
)


def can_replace_driver() -> bool:
    """Return whether Textual's driver has everything that the subclass needs."""
    assigned = {
        name
        for each in LinuxDriver.__mro__
        if (init := vars(each).get("__init__")) is not None and hasattr(init, "__code__")
        for name in init.__code__.co_names
    }
    missing = [name for name in _DRIVER_METHODS if not hasattr(LinuxDriver, name)]
    missing += [name for name in _DRIVER_ATTRIBUTES if name not in assigned]
    for name in missing:
        _missing(f"LinuxDriver.{name}", "Textual's own driver is used")
    return not missing and HAS_PARSER


def driver_of(app: App[ReturnT]) -> Driver | None:
    """Return the driver of a running app."""
    if not hasattr(app, "_driver"):
        _missing("App._driver", "the clipboard of the terminal and its mouse are not used")
    driver: Driver | None = getattr(app, "_driver", None)
    return driver


# -- screen updates -------------------------------------------------------------------------------

try:
    from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
except ImportError:
    _missing("_compositor.ChopsUpdate", "everything that Textual repaints is written")

    class CompositorUpdate:  # type: ignore[no-redef]
        """No update is an instance of this."""

    class ChopsUpdate(CompositorUpdate):  # type: ignore[no-redef]
        """No update is an instance of this."""

    class LayoutUpdate(CompositorUpdate):  # type: ignore[no-redef]
        """No update is an instance of this."""


def unreadable_update(error: Exception) -> None:
    """Log that an update has an unexpected form, so that it is written as it is."""
    _missing(f"field of an update ({error})", "everything that Textual repaints is written")


# -- the app --------------------------------------------------------------------------------------


class HookedApp(App[ReturnT]):
    """An app with Textual's private hooks as public methods."""

    reports_display = hasattr(App, "_display")
    """Whether `before_display` and `after_display` are called."""

    def before_display(self, update: RenderableType | None) -> RenderableType | None:
        """Return what to write in place of an update."""
        return update

    def after_display(self, screen: Screen[object]) -> None:
        """Called after a screen was painted."""

    def on_crash(self, error: BaseException | None) -> None:
        """Record an error that ends the app."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, self.before_display(renderable))
        self.after_display(screen)

    def _fatal_error(self) -> None:
        """Record an unexpected error and close.

        Textual prints a traceback with the values of all locals; a token must not get into a
        ticket.
        """
        self.on_crash(sys.exc_info()[1] or getattr(self, "_exception", None))
        close = getattr(self, "_close_messages_no_wait", None)
        if close is None:
            _missing("App._close_messages_no_wait", "an error ends the console as its own key does")
            self.exit(return_code=1)
        else:
            close()


for _name, _fallback in (
    ("_display", "everything that Textual repaints is written"),
    ("_fatal_error", "an unexpected error is shown by Textual"),
):
    if not hasattr(App, _name):
        _missing(f"App.{_name}", _fallback)


def fail(app: App[ReturnT], error: Exception) -> None:
    """End an app with an error that was raised outside of its tasks."""
    handle = getattr(app, "_handle_exception", None)
    if handle is None:
        _missing("App._handle_exception", "the error is raised in a task of the app")
        app.call_later(_raise, error)
    else:
        handle(error)


def _raise(error: Exception) -> NoReturn:
    raise error


def disable_popups(app: App[ReturnT]) -> None:
    """Mount no widgets for tooltips and notifications, which are not used."""
    for name in ("_disable_tooltips", "_disable_notifications"):
        if hasattr(app, name):
            setattr(app, name, True)
        else:
            _missing(f"App.{name}", "an unused widget is mounted")


def invalidate_css(app: App[ReturnT]) -> None:
    """Restyle covered screens when they come to the front."""
    invalidate = getattr(app, "_invalidate_css", None)
    if invalidate is None:
        _missing("App._invalidate_css", "covered screens are not restyled")
    else:
        invalidate()


def remove_screen(app: App[ReturnT], screen: Screen[None]) -> None:
    """Remove a screen that another one covers.

    `App.switch_screen` replaces only pushed screens, and an app's first screen is not pushed.
    """
    stack = getattr(app, "_screen_stack", None)
    if stack is None:
        _missing("App._screen_stack", "the screen of the other account stays below")
        return
    stack.remove(screen)
    screen.remove()


# -- values ---------------------------------------------------------------------------------------

try:
    from textual._color_constants import COLOR_NAME_TO_RGB
except ImportError:
    _missing("_color_constants.COLOR_NAME_TO_RGB", "no similar color is suggested")
    COLOR_NAME_TO_RGB = {}


def is_color_name(name: str) -> bool:
    """Return whether there is a color of this name."""
    if COLOR_NAME_TO_RGB:
        return name in COLOR_NAME_TO_RGB
    if not name.replace("_", "").isalnum():
        return False
    try:
        Color.parse(name)
    except ColorParseError:
        return False
    return True


class StarredInput(Input):
    """A password field that shows stars; Textual's dots are not ASCII."""

    @property
    def _value(self) -> Text:
        return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")


if not hasattr(Input, "_value"):
    _missing("Input._value", "a secret is drawn with Textual's dots")
