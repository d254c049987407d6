"""No module of the package imports itself through others.

Every import counts, also those within functions and those for types alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code_figures import (
    Module,
    circles,
    import_graph,
    local_imports,
    private_uses,
    read_package,
)

PACKAGE = Path(__file__).parents[1] / "rcv3_tui"

PRIVATE_USES = {
    "sync/log_file.py",
    "terminal_capabilities.py",
    "tui/driver.py",
    "tui/textual_compat.py",
}
"""The files that may use private names of libraries: logging's, Python's and Textual's."""


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return read_package(PACKAGE)


def test_no_module_is_part_of_an_import_circle(modules: list[Module]) -> None:
    assert circles(import_graph(modules)) == []


def test_private_names_of_libraries_are_used_in_few_files(modules: list[Module]) -> None:
    assert {use.path for use in private_uses(modules)} <= PRIVATE_USES


def test_commands_and_screens_meet_in_the_registry_only(modules: list[Module]) -> None:
    """A command sees the console's protocol; the screen gets the registry as an argument."""
    graph = import_graph(modules)
    commands = {name for name in graph if name.startswith("rcv3_tui.tui.commands.")}
    for name in commands:
        assert not graph[name] & {"rcv3_tui.tui.app", "rcv3_tui.tui.screens.console"}, name
    dispatch = {"rcv3_tui.tui.commands.base", "rcv3_tui.tui.commands.command_line"}
    assert graph["rcv3_tui.tui.screens.console"] & commands <= dispatch


def test_console_has_no_imports_inside_functions(modules: list[Module]) -> None:
    found = {module.path: local_imports(module.tree) for module in modules}
    assert [path for path, count in found.items() if count and path.startswith("tui/")] == []
