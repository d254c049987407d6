"""Ini files of other tools, with the line of each option."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.source import SettingValue
from rcv3_tui.config.source_file import SourceFile, read_source_file

TOP = "\0top"
"""The name of the section for options before the first section."""

_COMMENT = re.compile(r"\s[;#]")


class IniFile:
    """An ini file.

    Args:
        file: The content.
        tool: The tool that it belongs to, for messages.
        has_top: Options may precede the first section.

    Raises:
        ConfigError: It is not an ini file. The text is not quoted: it may contain a key.
    """

    def __init__(self, file: SourceFile, tool: str, *, has_top: bool = False) -> None:
        self.file = file
        self._parser = configparser.ConfigParser(interpolation=None)
        text = f"[{TOP}]\n{file.text}" if has_top else file.text
        try:
            self._parser.read_string(text)
        except configparser.Error as error:
            # The message of the parser quotes the line, which may contain the key.
            number = getattr(error, "lineno", None)
            line = number - has_top if isinstance(number, int) else None
            raise ConfigError(
                file.shown, line, f"this is not an ini file as {tool} writes it"
            ) from None

    @classmethod
    def read(cls, path: Path, tool: str, *, has_top: bool = False) -> IniFile | None:
        """Read a file; return None if it does not exist.

        Raises:
            ConfigError: It cannot be read, or is not an ini file.
        """
        file = read_source_file(path)
        return cls(file, tool, has_top=has_top) if file is not None else None

    @property
    def sections(self) -> list[str]:
        """The names of its sections, in order."""
        return [name for name in self._parser.sections() if name != TOP]

    def options(self, section: str) -> list[str]:
        """Return the names of the options of a section; empty if it does not exist."""
        return self._parser.options(section) if self._parser.has_section(section) else []

    def entry(self, section: str, option: str) -> SettingValue[str] | None:
        """Return an option with its location; None if it is missing or empty."""
        text = self._parser.get(section, option, fallback="").strip()
        if not text:
            return None
        name = option if section == TOP else f"{option} in [{section}]"
        return SettingValue(text, str, name, self.file.shown, self._line(section, option))

    def word(self, section: str, option: str, *, tool: str) -> SettingValue[str] | None:
        """Return an option whose values contain neither spaces nor quotes.

        Args:
            section: The section.
            option: The name of the option.
            tool: The tool that the file belongs to, for messages.

        Raises:
            ConfigError: The value is quoted, or followed by a comment: the tool treats those as
                part of the value, which is then not a user name, key or region.
        """
        entry = self.entry(section, option)
        if entry is None:
            return None
        text = str(entry.raw)
        what = ""
        if text[0] in "\"'" and text[-1] == text[0]:
            what = "is in quotes"
        elif _COMMENT.search(text):
            what = "is followed by a comment"
        if what:
            raise ConfigError(
                entry.file,
                entry.line,
                f"{entry.name} {what}, which {tool} takes as part of the value; write the value "
                "alone on its line, without quotes",
            )
        return entry

    def _line(self, section: str, option: str) -> int:
        within = section == TOP
        for number, line in enumerate(self.file.text.splitlines(), start=1):
            if line.lstrip().startswith("["):
                within = line.strip().startswith(f"[{section}]")
            elif within and line.replace(":", "=").partition("=")[0].strip().lower() == option:
                return number
        return 1
