"""YAML as a tree of texts, each with the place it stands at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.user_files import short

if TYPE_CHECKING:
    from yaml import Node, SafeLoader

_MOST_NODES = 100_000
"""Values that a file may spell out to; references to references could make it endless."""


class Written(Struct, frozen=True):
    """A value as it is written; numbers and such are texts too, spelled as they stand there."""

    value: str | dict[str, Written] | list[Written] | None
    file: str
    line: int

    def get(self, *names: str) -> Written | None:
        """Go down a path of keys; None where it ends, or nothing is written at its end.

        Args:
            names: The keys, with underscores; OpenStack's tools take dashes in their place.
        """
        found: Written | None = self
        for name in names:
            table = found.table if found is not None else {}
            found = table.get(name, table.get(name.replace("_", "-")))
        return found if found is not None and found.value is not None else None

    @property
    def table(self) -> dict[str, Written]:
        """What is in it by key; nothing where it is no table."""
        return self.value if isinstance(self.value, dict) else {}

    def over(self, under: Written | None) -> Written:
        """Give this laid over another: tables are joined, anything else replaces."""
        if under is None or not (isinstance(self.value, dict) and isinstance(under.value, dict)):
            return self if self.value is not None or under is None else under
        joined = dict(under.value)
        for key, inner in self.value.items():
            joined[key] = inner.over(under.value.get(key))
        return Written(joined, self.file, self.line)


def parse(path: Path, text: str) -> Written:
    """Read a YAML text; JSON is one too.

    Args:
        path: Where it stands.
        text: All of it.

    Raises:
        ConfigError: It is no YAML; nothing of it is quoted, since it may hold a secret.
    """
    # Imported here: most who use this program have no such file.
    import yaml

    shown = short(path)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        return _Tree(shown, loader).of(node) if node is not None else Written(None, shown, 1)
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
    """Turns the parser's nodes into values."""

    def __init__(self, file: str, loader: SafeLoader) -> None:
        self._file = file
        self._loader = loader
        self._left = _MOST_NODES

    def of(self, node: Node) -> Written:
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
            return Written(pairs, self._file, line)
        if isinstance(node, yaml.SequenceNode):
            return Written([self.of(each) for each in node.value], self._file, line)
        nothing = node.tag == "tag:yaml.org,2002:null"
        return Written(None if nothing else str(node.value), self._file, line)
