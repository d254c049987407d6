"""Asking questions: on a terminal, or by reading lines from a pipe."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from getpass import GetPassWarning, getpass
from typing import Protocol

from rcv3_tui.model.text_safety import ascii_only, escape_controls
from rcv3_tui.settings import Secret


class PromptAborted(Exception):  # noqa: N818 - what happened
    """A question was not answered; the text names it and the next step."""


class Prompter(Protocol):
    """Asks questions and shows messages."""

    def say(self, text: str) -> None:
        """Show a message."""
        ...

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """Ask for a text.

        Args:
            what: The subject of the question.
            default: The value of an empty answer.
            choices: The valid answers; empty: any.

        Raises:
            PromptAborted: There is no valid answer.
        """
        ...

    def ask_secret(self, what: str) -> Secret:
        """Ask for a secret, without echo.

        Args:
            what: The subject of the question.

        Raises:
            PromptAborted: There is no answer.
        """
        ...


class TerminalPrompter:
    """Asks on the terminal; questions and messages go to stderr.

    Args:
        plain: Replace characters that are not ASCII.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def say(self, text: str) -> None:
        """See `Prompter.say`."""
        sys.stderr.write(f"{self._printable(text)}\n")
        sys.stderr.flush()

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """See `Prompter.ask`; repeats the question until the answer is valid."""
        among = f" ({', '.join(choices)})" if choices else ""
        otherwise = f" [{default}]" if default else ""
        while True:
            sys.stderr.write(self._printable(f"{what}{among}{otherwise}: "))
            sys.stderr.flush()
            line = sys.stdin.readline()
            if not line:
                sys.stderr.write("\n")
                raise PromptAborted(f"no answer for {what}; nothing was saved")
            answer = line.strip() or default
            if not answer:
                continue
            if not choices or answer in choices:
                return answer
            near = [each for each in choices if each.startswith(answer.lower())]
            if len(near) == 1:
                return near[0]
            self.say(f"please answer one of {', '.join(choices)}")

    def ask_secret(self, what: str) -> Secret:
        """See `Prompter.ask_secret`; a terminal that cannot turn off echo is not used."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", GetPassWarning)
                text = getpass(self._printable(f"{what} (hidden): "), stream=sys.stderr)
        except GetPassWarning:
            raise PromptAborted(
                f"this terminal cannot hide input; pass the {what} through a pipe"
            ) from None
        except EOFError:
            raise PromptAborted(f"no answer for {what}; nothing was saved") from None
        if not text.strip():
            raise PromptAborted(f"the {what} is empty; no sign-in was attempted")
        return Secret(text)

    def _printable(self, text: str) -> str:
        text = escape_controls(text)
        return ascii_only(text) if self._plain else text


class StdinPrompter:
    """Reads the answers that have no default from stdin, one per line; shows nothing."""

    def say(self, text: str) -> None:
        """See `Prompter.say`; scripts only read the exit code and the last line."""

    def ask(self, what: str, default: str = "", *, choices: Sequence[str] = ()) -> str:
        """See `Prompter.ask`; reads a line only if there is no default."""
        del choices
        return default or self._line(what)

    def ask_secret(self, what: str) -> Secret:
        """See `Prompter.ask_secret`."""
        return Secret(self._line(what))

    @staticmethod
    def _line(what: str) -> str:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line.strip():
            raise PromptAborted(f"no line on stdin for the {what}; see rcv3-tui login --help")
        return line


def make_prompter(*, plain: bool) -> Prompter:
    """Return the prompter for stdin.

    Args:
        plain: Replace characters that are not ASCII.
    """
    return TerminalPrompter(plain=plain) if sys.stdin.isatty() else StdinPrompter()
