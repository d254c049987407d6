"""Adds the manual page and the completion scripts to a wheel, generated from the parsers."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SharedData(BuildHookInterface[Any]):
    """Generates the files for each wheel; the parsers only need the standard library."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to the wheel's shared data, which installers copy below the prefix."""
        del version
        sys.path.insert(0, self.root)
        try:
            from rcv3_tui.cli.introspect import describe
            from rcv3_tui.cli.man_page import render_man_page
            from rcv3_tui.cli.shells import SCRIPTS
        finally:
            sys.path.remove(self.root)
        commands = describe()
        files = {
            "share/man/man1/rcv3-tui.1": render_man_page(commands),
            "share/bash-completion/completions/rcv3-tui": SCRIPTS["bash"](commands),
            "share/zsh/site-functions/_rcv3-tui": SCRIPTS["zsh"](commands),
            "share/fish/vendor_completions.d/rcv3-tui.fish": SCRIPTS["fish"](commands),
        }
        self._files = tempfile.TemporaryDirectory()
        for number, (place, text) in enumerate(files.items()):
            file = Path(self._files.name, str(number))
            file.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(file)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete the generated files."""
        del version, build_data, artifact_path
        self._files.cleanup()
