"""The console: what the operator sees and presses."""

from __future__ import annotations

import sys
from types import ModuleType


class _NoPalette(ModuleType):
    """Stands where Textual's command palette would be; any class of it is an empty one."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        made = type(name, (), {"is_open": staticmethod(lambda app: False)})
        setattr(self, name, made)
        return made


def _leave_out_command_palette() -> None:
    """Keep Textual from loading its own command palette.

    The console has one of its own. Textual's brings a text field, trees, lists and their
    validation with it: an eighth of the time that an import of Textual takes.
    """
    if "textual.app" not in sys.modules:
        sys.modules.setdefault("textual.command", _NoPalette("textual.command"))


_leave_out_command_palette()
