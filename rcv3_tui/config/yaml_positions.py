"""Parses YAML into values that know their file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.paths import display_path

if TYPE_CHECKING:
    from yaml import Node, SafeLoader

_MOST_NODES = 100_000
"""The maximum number of values in a file after expanding aliases, against alias bombs."""


class LocatedValue(Struct, frozen=True):
    """A value with its location; scalars are texts as written, also numbers."""

    value: str | dict[str, LocatedValue] | list[LocatedValue] | None
    file: str
    line: int

    def get(self, *names: str) -> LocatedValue | None:
        """Return the value at a path of keys; None if it is missing or empty.

        Args:
            names: The keys, with underscores; as in OpenStack's tools, dashes match them.
        """
        found: LocatedValue | None = self
        for name in names:
            table = found.table if found is not None else {}
            found = table.get(name, table.get(name.replace("_", "-")))
        return found if found is not None and found.value is not None else None

    @property
    def table(self) -> dict[str, LocatedValue]:
        """Its values by key; empty if it is not a table."""
        return self.value if isinstance(self.value, dict) else {}

    def over(self, under: LocatedValue | None) -> LocatedValue:
        """Return this merged over another: tables are joined, other values replaced."""
        if under is None or not (isinstance(self.value, dict) and isinstance(under.value, dict)):
            return self if self.value is not None or under is None else under
        joined = dict(under.value)
        for key, inner in self.value.items():
            joined[key] = inner.over(under.value.get(key))
        return LocatedValue(joined, self.file, self.line)


def parse(path: Path, text: str) -> LocatedValue:
    """Parse a YAML text, which JSON is too.

    Args:
        path: The path of the file, for messages.
        text: The content.

    Raises:
        ConfigError: It is not YAML; the text is not quoted, since it may contain a secret.
    """
    # Imported on demand: most users have no such file, and the import is slow.
    import yaml

    shown = display_path(path)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return _Tree(shown, loader).of(node) if node is not None else LocatedValue(None, shown, 1)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError(
            shown,
            mark.line + 1 if mark is not None else None,
            "this is not valid YAML; look at the indentation and the colons here, and put a "
            "value with special characters in quotes",
        ) from None
    except RecursionError:
        raise ConfigError(shown, None, "this is not valid YAML: it is nested too deeply") from None
    finally:
        loader.dispose()


class _Tree:
    """Converts the nodes of the parser into values."""

    def __init__(self, file: str, loader: SafeLoader) -> None:
        self._file = file
        self._loader = loader
        self._left = _MOST_NODES

    def of(self, node: Node) -> LocatedValue:
        import yaml

        line = node.start_mark.line + 1 if node.start_mark is not None else 1
        self._left -= 1
        if self._left < 0:
            raise ConfigError(self._file, line, "this file spells out to more than can be read")
        if isinstance(node, yaml.MappingNode):
            self._loader.flatten_mapping(node)
            pairs = {
                str(key.value): self.of(value)
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode)
            }
            return LocatedValue(pairs, self._file, line)
        if isinstance(node, yaml.SequenceNode):
            return LocatedValue([self.of(each) for each in node.value], self._file, line)
        nothing = node.tag == "tag:yaml.org,2002:null"
        return LocatedValue(None if nothing else str(node.value), self._file, line)
