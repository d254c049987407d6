"""What is raised where the configuration is wrong."""

from __future__ import annotations


class ConfigError(Exception):
    """The configuration is wrong; the text is one line that says where and what was meant.

    Args:
        file: The file as the operator knows it, or None for a flag or a variable.
        line: The line in it, counted from 1, where one is known.
        message: What is wrong and what would be right; never a secret.
    """

    def __init__(self, file: str | None, line: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.message = " ".join(message.split())
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{place}: {self.message}" if place else self.message)
