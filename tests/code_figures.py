"""Size and structure of the package, in figures that two checkouts can be compared by.

`python -m tests.code_figures [CHECKOUT]` prints, for the `rcv3_tui` of this or another checkout:

- code lines: lines that hold something other than blanks, comments and docstrings. A string that
  stands alone below an attribute is a docstring as well;
- the files with the fewest and the most code lines;
- import circles: strongly connected components of the modules, where every import counts, also
  those inside functions and under `TYPE_CHECKING`. Importing a module does not count as an import
  of the packages that it is in;
- function-local imports, one per statement;
- private uses of other libraries, by file. Dunder names are public. Counted are
    - imports of a module or name that begins with `_` from a library, also the standard library;
    - attributes that begin with `_`, of any object, where the package itself defines no such name
      in a class, by an assignment to an attribute, or in a module;
    - names that begin with `_` which a class of the package defines although a class of a library
      among its bases defines them too: that overrides what the library calls. The library is
      imported for this, as installed where the script runs;
- run-time dependencies, from pyproject.toml.

What cannot be seen in the source alone, such as `getattr(app, name)`, is not counted.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import importlib
import io
import sys
import tokenize
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = "rcv3_tui"
SHOWN: Final = 10
"""How many of the smallest and of the largest files are listed."""

_SILENT = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Module:
    """One file of the package.

    Attributes:
        name: Its dotted name; that of a package for an `__init__.py`.
        path: Relative to the package.
        source: Its text.
        tree: The same, parsed.
    """

    name: str
    path: str
    source: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Return whether it is the `__init__.py` of a package."""
        return self.path.endswith("__init__.py")


@dataclass
class PrivateUse:
    """One use of a private name of a library."""

    path: str
    line: int
    name: str


@dataclass
class Figures:
    """All figures of one checkout."""

    code_lines: dict[str, int]
    circles: list[list[str]]
    local_imports: dict[str, int]
    private_uses: list[PrivateUse]
    dependencies: list[str] = field(default_factory=list)


def read_package(directory: Path) -> list[Module]:
    """Read and parse every file of a package.

    Args:
        directory: The package itself; its name is the first part of the modules' names.
    """
    modules = []
    for path in sorted(directory.rglob("*.py")):
        relative = path.relative_to(directory)
        parts = [directory.name, *relative.with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        source = path.read_text(encoding="utf-8")
        modules.append(Module(".".join(parts), relative.as_posix(), source, ast.parse(source)))
    return modules


def measure(checkout: Path) -> Figures:
    """Measure the package of a checkout.

    Args:
        checkout: The directory that holds `rcv3_tui` and pyproject.toml.
    """
    modules = read_package(checkout / PACKAGE)
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Figures(
        code_lines={module.path: code_lines(module.source) for module in modules},
        circles=circles(import_graph(modules)),
        local_imports={
            module.path: count for module in modules if (count := local_imports(module.tree))
        },
        private_uses=private_uses(modules),
        dependencies=list(project["dependencies"]),
    )


# Code lines ----------------------------------------------------------------------------------


def code_lines(source: str) -> int:
    """Count the lines of a file that are neither blank nor comment nor docstring."""
    docstrings = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _SILENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - docstrings)


# Imports -------------------------------------------------------------------------------------


def import_graph(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Return which modules of the package each one imports, anywhere in its text."""
    by_name = {module.name: module for module in modules}
    graph: dict[str, set[str]] = {}
    for module in by_name.values():
        targets: set[str] = set()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                targets.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = _imported_from(module, node)
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    targets.add(inner if inner in by_name else base)
        graph[module.name] = targets & by_name.keys() - {module.name}
    return graph


def _imported_from(module: Module, node: ast.ImportFrom) -> str:
    """Return the absolute name of the module that names are imported from."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*above, node.module] if node.module else above)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one module, largest first."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in order:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], order[target])
        if lowest[name] == order[name]:
            start = stack.index(name)
            component = stack[start:]
            del stack[start:]
            if len(component) > 1:
                found.append(sorted(component))

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return sorted(found, key=lambda component: (-len(component), component))


def local_imports(tree: ast.AST) -> int:
    """Count the import statements inside functions."""
    return len(
        {
            node
            for function in ast.walk(tree)
            if isinstance(function, _FUNCTIONS)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
    )


# Private names -------------------------------------------------------------------------------


def private_uses(modules: Iterable[Module]) -> list[PrivateUse]:
    """Return the uses of private names of other libraries; the module's text has the rule."""
    modules = list(modules)
    own = {name for module in modules for name in _defined_names(module.tree)}
    bases = _LibraryBases(modules)
    uses: list[PrivateUse] = []
    for module in modules:
        for node in ast.walk(module.tree):
            uses.extend(
                PrivateUse(module.path, getattr(node, "lineno", 0), name)
                for name in _private_names(node, own, module, bases)
            )
    return sorted(uses, key=lambda use: (use.path, use.line, use.name))


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name.strip("_") != ""


def _private_names(
    node: ast.AST, own: set[str], module: Module, bases: _LibraryBases
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if not _is_own(alias.name) and any(map(_is_private, alias.name.split("."))):
                yield alias.name
    elif isinstance(node, ast.ImportFrom) and not node.level:
        origin = node.module or ""
        # `_typeshed` is public for annotations, and not a module at run time.
        if not _is_own(origin) and origin != "_typeshed":
            for alias in node.names:
                if any(map(_is_private, (*origin.split("."), alias.name))):
                    yield f"{origin}.{alias.name}"
    elif isinstance(node, ast.Attribute):
        if _is_private(node.attr) and node.attr not in own:
            yield node.attr
    elif isinstance(node, ast.ClassDef):
        inherited = bases.private_names(f"{module.name}.{node.name}")
        for name in sorted(set(_names_in_class(node)) & inherited):
            yield f"{node.name}.{name}"


def _is_own(name: str) -> bool:
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


def _defined_names(tree: ast.AST) -> Iterator[str]:
    """Return every private name that a module defines, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            # `self._x = ...` defines it; `other._x = ...` would set what others define.
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name


def _names_in_class(node: ast.ClassDef) -> Iterator[str]:
    """Return the private names that a class defines in its body or sets on itself."""
    for name in _defined_names(ast.Module(body=node.body, type_ignores=[])):
        if _is_private(name):
            yield name


class _LibraryBases:
    """The private names that classes of the package inherit from classes of libraries.

    Args:
        modules: All modules of the package.
    """

    def __init__(self, modules: Iterable[Module]) -> None:
        self._classes: dict[str, ast.ClassDef] = {}
        self._imported: dict[str, dict[str, str]] = {}
        self._cache: dict[str, set[str]] = {}
        for module in modules:
            names: dict[str, str] = {}
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        first = alias.name.partition(".")[0]
                        names[alias.asname or first] = alias.name if alias.asname else first
                elif isinstance(node, ast.ImportFrom):
                    origin = _imported_from(module, node)
                    for alias in node.names:
                        names[alias.asname or alias.name] = f"{origin}.{alias.name}"
                elif isinstance(node, ast.ClassDef):
                    self._classes[f"{module.name}.{node.name}"] = node
                    names.setdefault(node.name, f"{module.name}.{node.name}")
            self._imported[module.name] = names

    def private_names(self, name: str) -> set[str]:
        """Return the private names that a class of the package inherits from libraries."""
        if name not in self._cache:
            self._cache[name] = set()
            node = self._classes.get(name)
            if node is not None:
                names = self._imported[name.rpartition(".")[0]]
                for base in node.bases:
                    self._cache[name] |= self._of_base(_dotted(base), names)
        return self._cache[name]

    def _of_base(self, written: str, names: Mapping[str, str]) -> set[str]:
        first, dot, rest = written.partition(".")
        full = f"{names.get(first, first)}{dot}{rest}"
        if _is_own(full):
            return self.private_names(full)
        found = _library_class(full)
        return set() if found is None else _private_names_of(found)


def _dotted(node: ast.expr) -> str:
    """Return a base class as it is written, without its type arguments."""
    if isinstance(node, ast.Subscript):
        return _dotted(node.value)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _library_class(name: str) -> type | None:
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module) if module else builtins, attribute, None)
    except ImportError:
        return None
    return found if isinstance(found, type) else None


def _private_names_of(found: type) -> set[str]:
    """Return the private names of a class, those that it sets on its instances included."""
    return set().union(*map(_own_private_names, found.__mro__))


@cache
def _own_private_names(found: type) -> frozenset[str]:
    """Return the private names that a class itself defines or sets on its instances."""
    if found.__module__ in ("builtins", "typing", "abc", "collections.abc", "_abc"):
        return frozenset()
    names = set(filter(_is_private, vars(found)))
    file = getattr(sys.modules.get(found.__module__), "__file__", None) or ""
    tree = _classes_in(file).get(found.__qualname__)
    if tree is not None:
        names.update(filter(_is_private, _names_in_class_tree(tree)))
    return frozenset(names)


@cache
def _classes_in(file: str) -> dict[str, ast.ClassDef]:
    """Return the classes of a source file by qualified name; none for a compiled module.

    `inspect.getsource` parses the whole file for each of its classes.
    """
    if not file.endswith(".py"):
        return {}
    found: dict[str, ast.ClassDef] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, ast.ClassDef):
                found.setdefault(f"{prefix}{child.name}", child)
                name = f"{prefix}{child.name}."
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}.<locals>."
            visit(child, name)

    visit(ast.parse(Path(file).read_text(encoding="utf-8")), "")
    return found


def _names_in_class_tree(tree: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            yield node.attr


# Output --------------------------------------------------------------------------------------


def report(figures: Figures) -> Iterator[str]:
    """Yield the lines of a report."""
    by_size = sorted(figures.code_lines.items(), key=lambda item: (item[1], item[0]))
    yield f"code lines               {sum(figures.code_lines.values()):,}"
    yield f"files                    {len(figures.code_lines)}"
    yield f"import circles           {len(figures.circles)}"
    yield f"function-local imports   {sum(figures.local_imports.values())}"
    yield f"private uses             {len(figures.private_uses)}"
    yield f"run-time dependencies    {len(figures.dependencies)}"
    yield ""
    yield from _counts("largest files, in code lines", reversed(by_size[-SHOWN:]))
    yield from _counts("smallest files, in code lines", by_size[:SHOWN])
    for circle in figures.circles:
        yield f"circle of {len(circle)}: {', '.join(circle)}"
    if figures.circles:
        yield ""
    most = sorted(figures.local_imports.items(), key=lambda item: (-item[1], item[0]))
    yield from _counts("function-local imports", most)
    by_file: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for use in figures.private_uses:
        by_file[use.path][use.name] += 1
    yield f"private uses of other libraries, in {len(by_file)} files"
    for path, names in by_file.items():
        yield f"  {path}: " + ", ".join(
            name if count == 1 else f"{name} x{count}" for name, count in sorted(names.items())
        )
    yield ""
    yield f"run-time dependencies: {', '.join(figures.dependencies)}"


def _counts(title: str, items: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield title
    for name, count in items:
        yield f"  {count:5} {name}"
    yield ""


def main() -> None:
    """Print the figures of the checkout that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.code_figures",
        description="Print size and structure of rcv3_tui in figures.",
    )
    parser.add_argument(
        "checkout",
        nargs="?",
        type=Path,
        default=Path(__file__).parents[1],
        help="a directory that holds rcv3_tui and pyproject.toml (this one)",
    )
    options = parser.parse_args()
    if not (options.checkout / PACKAGE).is_dir():
        parser.error(f"no {PACKAGE} in {options.checkout}")
    print("\n".join(report(measure(options.checkout))))


if __name__ == "__main__":
    main()
