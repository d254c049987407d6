"""Puts the manual page and the completions into a wheel, made from the parsers of its source."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SharedData(BuildHookInterface[Any]):
    """Makes the files anew for each wheel; the parsers need nothing but Python."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to the wheel's shared data, which installers put below the prefix."""
        del version
        sys.path.insert(0, self.root)
        try:
            from rcv3_tui.cli.described import describe
            from rcv3_tui.cli.manual import page
            from rcv3_tui.cli.shells import bash, fish, zsh
        finally:
            sys.path.remove(self.root)
        commands = describe()
        files = {
            "share/man/man1/rcv3-tui.1": page(commands),
            "share/bash-completion/completions/rcv3-tui": bash.script(commands),
            "share/zsh/site-functions/_rcv3-tui": zsh.script(commands),
            "share/fish/vendor_completions.d/rcv3-tui.fish": fish.script(commands),
        }
        self._made = tempfile.TemporaryDirectory()
        for number, (place, text) in enumerate(files.items()):
            file = Path(self._made.name, str(number))
            file.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(file)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the files away."""
        del version, build_data, artifact_path
        self._made.cleanup()
