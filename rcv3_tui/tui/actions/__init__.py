"""What commands have done: one file an idea. They act on the console; no widget is built here.

Most of these, and the screens that they open, are not needed before a key is pressed: they are
imported when something of theirs is first used.
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec

_ON_FIRST_USE = (
    "accounts",
    "asking",
    "copying",
    "leaving",
    "ordering",
    "reading",
    "saving",
    "switching",
    "typing",
)


def _import_on_first_use(name: str) -> None:
    """Put a module in its place that is read from the disk when something of it is asked for."""
    spec = find_spec(f"{__name__}.{name}")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"no module {__name__}.{name}")
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    globals()[name] = module


for _name in _ON_FIRST_USE:
    _import_on_first_use(_name)
