"""The console: what the operator sees and presses."""

from __future__ import annotations

import sys
from types import ModuleType

_PALETTE = "textual.command"


class _NoPalette(ModuleType):
    """Stands where Textual's command palette would be; any class of it is an empty one."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        made = type(name, (), {"is_open": staticmethod(lambda app: False)})
        setattr(self, name, made)
        return made


def _put_off_command_palette() -> None:
    """Keep Textual from loading its command palette with the app.

    It brings a text field, trees, lists and their validation with it: an eighth of the time that
    an import of Textual takes, for what no first picture shows.
    """
    if "textual.app" not in sys.modules:
        sys.modules.setdefault(_PALETTE, _NoPalette(_PALETTE))


def bring_in_command_palette() -> None:
    """Have Textual's command palette loaded by the next import of it."""
    if isinstance(sys.modules.get(_PALETTE), _NoPalette):
        del sys.modules[_PALETTE]


_put_off_command_palette()
