"""No module but one names anything private of Textual, and nothing private is indispensable."""

from __future__ import annotations

import ast
from pathlib import Path

import textual

import rcv3_tui

PACKAGE = Path(rcv3_tui.__file__).parent

PRIVATE_OF_TEXTUAL = {
    "_bindings",
    "_close_messages_no_wait",
    "_component_styles",
    "_compositor",
    "_css_update_count",
    "_disable_notifications",
    "_disable_tooltips",
    "_display",
    "_driver",
    "_exception",
    "_fatal_error",
    "_filters",
    "_get_component_classes",
    "_handle_exception",
    "_invalidate_css",
    "_keymap",
    "_screen_stack",
    "_timeout_time",
    "_update_timer",
}
"""Attributes of Textual's classes that the console has used at some time."""

ALLOWED = {
    PACKAGE / "tui" / "textual_compat.py",
    # A subclass of Textual's driver; used only where `can_replace_driver` finds all that it needs.
    PACKAGE / "tui" / "driver.py",
}


def private_uses(path: Path) -> list[str]:
    """What of Textual's private names a file uses."""
    uses: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        modules: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            modules = [each.name for each in node.names]
        elif isinstance(node, ast.Attribute) and node.attr in PRIVATE_OF_TEXTUAL:
            uses.append(f"{node.lineno}: .{node.attr}")
        elif isinstance(node, ast.FunctionDef) and node.name in PRIVATE_OF_TEXTUAL:
            uses.append(f"{node.lineno}: def {node.name}")
        for module in modules:
            package, *parts = module.split(".")
            if package == "textual" and any(part.startswith("_") for part in parts):
                uses.append(module)
    return uses


def test_private_names_of_textual_are_in_one_module() -> None:
    # The screenshots are no part of what an operator runs.
    files = [path for path in PACKAGE.rglob("*.py") if "pictures" not in path.parts]
    found = {
        str(path.relative_to(PACKAGE)): uses
        for path in files
        if path not in ALLOWED and (uses := private_uses(path))
    }
    assert not found


def test_every_private_name_is_one_of_this_version() -> None:
    from rcv3_tui.tui import textual_compat

    assert textual.__version__.startswith("8.2.")
    assert not textual_compat._fallbacks
