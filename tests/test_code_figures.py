"""The figures that the size and structure of the code are compared by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code_figures import circles, code_lines, measure, report


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a package that the tests fill."""
    (tmp_path / "rcv3_tui").mkdir()
    (tmp_path / "rcv3_tui" / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["httpx>=0.28"]\n')
    return tmp_path


def write(checkout: Path, **sources: str) -> None:
    for name, source in sources.items():
        (checkout / "rcv3_tui" / f"{name}.py").write_text(source)


def test_blanks_comments_and_docstrings_are_not_code() -> None:
    source = '''"""What it is."""

# A comment.
LIMIT = 30
"""Requests a minute."""


def text() -> str:
    """Return a text.

    It has two lines.
    """
    return """one
two"""  # behind code
'''
    assert code_lines(source) == 4


def test_imports_in_functions_and_for_types_close_a_circle(checkout: Path) -> None:
    write(
        checkout,
        a="from rcv3_tui import b\n",
        b="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .c import C\n",
        c="class C:\n    def run(self):\n        from rcv3_tui.a import A\n",
        d="from rcv3_tui import a\n",
    )
    figures = measure(checkout)
    assert figures.circles == [["rcv3_tui.a", "rcv3_tui.b", "rcv3_tui.c"]]
    assert figures.local_imports == {"c.py": 1}


def test_circles_are_listed_by_size() -> None:
    graph = {"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"e"}, "e": {"c"}, "f": set[str]()}
    assert circles(graph) == [["c", "d", "e"], ["a", "b"]]


def test_private_imports_and_attributes_of_libraries_are_listed(checkout: Path) -> None:
    write(
        checkout,
        a="from textual._time import get_time\nimport httpx._main\nfrom os import _exit, path\n",
        b="def keys(app):\n    app._keymap = {}\n    return app._keymap.__class__\n",
    )
    names = [use.name for use in measure(checkout).private_uses]
    assert names == ["textual._time.get_time", "httpx._main", "os._exit", "_keymap", "_keymap"]


def test_private_names_of_the_package_itself_are_not_listed(checkout: Path) -> None:
    write(
        checkout,
        a="class A:\n    _slow = 1\n    def __init__(self):\n        self._rows = []\n",
        b="from rcv3_tui.a import A, _helper\nprint(A()._rows, A._slow)\n",
    )
    assert measure(checkout).private_uses == []


def test_overridden_private_methods_of_libraries_are_listed(checkout: Path) -> None:
    write(
        checkout,
        a="import argparse\nclass Base(argparse.ArgumentParser):\n    pass\n",
        b="from rcv3_tui.a import Base\nclass Parser(Base):\n"
        "    def _get_kwargs(self):\n        return []\n    def _mine(self):\n        pass\n",
    )
    assert [use.name for use in measure(checkout).private_uses] == ["Parser._get_kwargs"]


def test_report_has_every_figure(checkout: Path) -> None:
    write(checkout, a="import os\nos._exit(0)\n")
    text = "\n".join(report(measure(checkout)))
    for line in (
        "code lines               2",
        "files                    2",
        "private uses             1",
        "run-time dependencies    1",
        "  a.py: _exit",
        "run-time dependencies: httpx>=0.28",
    ):
        assert line in text.splitlines()
