"""The error of a wrong configuration."""

from __future__ import annotations


class ConfigError(Exception):
    """The configuration is wrong; the text is one line with the location and a suggestion.

    Args:
        file: The displayed path; None for an option or a variable.
        line: The line, counted from 1; None if unknown.
        message: What is wrong and what would be right; never a secret.
    """

    def __init__(self, file: str | None, line: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.message = " ".join(message.split())
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{place}: {self.message}" if place else self.message)
